"""Which processor a model runs on: LOCALIZE_DEVICE, tried once at load, with the CPU as the way out.

Each library that runs models ("ctranslate2", "torch", "onnxruntime", "coqui") is tried by itself: one may find its part
of CUDA where another does not. What failed once stays on the CPU for the life of the process.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import one_line
from . import onnx
from .base import EngineContext

COMPUTE = {"cpu": "int8", "cuda": "int8_float16"}


def wanted(context: EngineContext, library: str = "ctranslate2") -> str:
    """ "cuda" or "cpu", as the setting and this machine have it; no model is loaded."""
    if context.settings.device == "cpu" or library in context.without_gpu:
        return "cpu"
    if context.settings.device == "cuda":
        return "cuda"
    if not _shown():
        return "cpu"
    here = onnx.has_gpu() if library == "onnxruntime" else _gpus() > 0
    return "cuda" if here else "cpu"


def left_out(context: EngineContext, library: str, name: str, reason: str) -> None:
    """The GPU cannot be used by this library: said in one line, once, and to `localize health`."""
    if context.without_gpu.setdefault(library, reason) is reason:
        context.failures.note(f"gpu ({library})", one_line(reason, 200))
        print(f"{name}: the GPU cannot be used ({one_line(reason, 120)}): on the CPU instead", file=sys.stderr)


def on_device(context: EngineContext, name: str, make: Callable[[str, str], Any], run: Callable[[Any], object]) -> Any:
    """A model of CTranslate2 made by `make(device, compute type)` and tried by `run`: on the GPU where one is wanted, else
    the CPU.

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
            left_out(context, "ctranslate2", name, str(error))
    return make("cpu", COMPUTE["cpu"])


def on_torch(context: EngineContext, name: str, run: Callable[[str], Any]) -> Any:
    """What `run(device)` gives, on the GPU where one is wanted, and again on the CPU where that fails. Raises what `run`
    raises on the CPU."""
    if wanted(context, "torch") == "cuda":
        try:
            return run("cuda")
        except (RuntimeError, AssertionError) as error:  # no memory, no kernel for this GPU; a build without CUDA
            left_out(context, "torch", name, str(error))
    return run("cpu")


def on_onnx(context: EngineContext, name: str, model: Path | bytes, run: Callable[[Any], object]) -> Any:
    """A session of onnxruntime, tried by `run`: on the GPU where one is wanted, else the CPU. Raises what onnxruntime
    raises there."""
    if wanted(context, "onnxruntime") == "cuda":
        try:
            session = onnx.session(model, context.settings.onnx_threads, gpu=True)
            run(session)
            return session
        except Exception as error:  # onnxruntime raises its own unexported types
            left_out(context, "onnxruntime", name, str(error))
    return onnx.session(model, context.settings.onnx_threads)


@functools.cache
def _shown() -> bool:
    """Whether the system shows a GPU of this kind at all: its device files tell at once where a library takes a tenth of a
    second to load."""
    if sys.platform != "linux":
        return True
    return any(any(Path("/dev").glob(name)) for name in ("nvidia[0-9]*", "nvhost*", "nvgpu*", "dxg"))


@functools.cache
def _gpus() -> int:
    try:
        import ctranslate2

        return int(ctranslate2.get_cuda_device_count())
    except (ImportError, RuntimeError):
        return 0
