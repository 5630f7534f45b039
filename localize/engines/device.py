"""Which processor a model runs on: LOCALIZE_DEVICE, tried once at load, with the CPU as the way out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ..errors import one_line
from .base import EngineContext

COMPUTE = {"cpu": "int8", "cuda": "int8_float16"}
GPU = "gpu"  # what the context's failures call the GPU where it could not be used


def wanted(context: EngineContext) -> str:
    """ "cuda" or "cpu", as the setting and this machine have it; no model is loaded."""
    if context.settings.device == "cpu" or context.failures.reason(GPU):
        return "cpu"
    return "cuda" if context.settings.device == "cuda" or _gpus() else "cpu"


def on_device(context: EngineContext, name: str, make: Callable[[str, str], Any], run: Callable[[Any], object]) -> Any:
    """A model made by `make(device, compute type)` and tried by `run`: on the GPU where one is wanted, else the CPU.

    What is missing on a GPU machine, such as a library of CUDA, shows only when something is computed: so it is tried.
    Raises what `make` and `run` raise on the CPU.
    """
    device = wanted(context)
    if device == "cuda":
        try:
            made = make(device, COMPUTE[device])
            run(made)
            return made
        except (RuntimeError, ValueError, OSError) as error:
            context.failures.note(GPU, one_line(str(error), 200))
            print(f"{name}: the GPU cannot be used ({one_line(str(error), 120)}): on the CPU instead", file=sys.stderr)
    return make("cpu", COMPUTE["cpu"])


def on_torch(context: EngineContext, name: str, run: Callable[[str], Any]) -> Any:
    """What `run(device)` gives, on the GPU where one is wanted and torch can use it, and again on the CPU where that
    fails. Raises what `run` raises on the CPU."""
    import torch

    if wanted(context) == "cuda" and torch.cuda.is_available():
        try:
            return run("cuda")
        except RuntimeError as error:  # of CUDA: no memory, no kernel for this GPU
            context.failures.note(GPU, one_line(str(error), 200))
            print(f"{name}: the GPU cannot be used ({one_line(str(error), 120)}): on the CPU instead", file=sys.stderr)
    return run("cpu")


def _gpus() -> int:
    try:
        import ctranslate2

        return int(ctranslate2.get_cuda_device_count())
    except (ImportError, RuntimeError):
        return 0
