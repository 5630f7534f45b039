"""Sessions of onnxruntime that callers run several of at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

GPU = "CUDAExecutionProvider"


def session(model: Path | bytes, threads: int = 1, gpu: bool = False) -> Any:
    """A session of a model's file, or of what would stand in one, with so many threads an inference, on the processor or on
    the GPU. Raises what onnxruntime raises, and RuntimeError where the GPU was asked for and would not be used: onnxruntime
    itself goes on without it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # planning which values share memory takes two thirds of a voice's loading, and without it a run peaks just as high
    options.enable_mem_reuse = False
    options.enable_cpu_mem_arena = False  # it never shrinks from its longest line; the process's own heaps do
    if gpu and not has_gpu():
        raise RuntimeError(f"this onnxruntime is built without {GPU}: its package onnxruntime-gpu has it")
    providers = [GPU, "CPUExecutionProvider"] if gpu else ["CPUExecutionProvider"]
    made = onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model), options, providers=providers)
    if gpu and GPU not in made.get_providers():
        raise RuntimeError(f"{GPU} could not be started: a library of CUDA is missing, or there is no GPU")
    return made


def has_gpu() -> bool:
    """Whether the onnxruntime that is installed can use a GPU at all."""
    import onnxruntime

    return GPU in onnxruntime.get_available_providers()
