"""Demucs: speech taken out of a mix by a pulled model (torch, `make hf`), where no stem was given.

Its file is a safetensors one: tensors and plain values, no code to run.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from ...audio.samples import RATE
from ...errors import EngineError
from ...models.present import ensure
from ...records import EngineUse
from ..availability import absent, unusable
from ..base import EngineContext, Samples
from ..device import on_torch, wanted

SPEECH = "vocals"
OVERLAP = 0.25


class Demucs:
    """One model of the registry."""

    def __init__(self, context: EngineContext, model_id: str) -> None:
        self.context, self.name = context, model_id
        self.model = context.registry.model(model_id)

    def identity(self) -> EngineUse:
        there = not absent("demucs_infer")
        version = f"demucs-infer {importlib.metadata.version('demucs-infer') if there else '?'}"
        version += " cuda" if there and wanted(self.context, "torch") == "cuda" else ""
        digest = self.context.registry.identity(self.name)
        return EngineUse("bed", "demucs", version, self.name, digest, self.model.licence)

    def unavailable(self) -> str:
        """Empty where it can run here; else what is missing and the command that provides it."""
        return unusable(self.context.registry, self.model, "torch", "demucs_infer", "safetensors")

    def without_speech(self, mix: Samples) -> Samples:
        """The mix, stereo at 48 kHz, less what the model takes for a voice. Raises EngineError."""
        import torch
        from demucs_infer.apply import apply_model

        model = self._loaded()
        rate = int(model.samplerate)
        sound = soxr.resample(mix, RATE, rate).astype(np.float32)
        level = float(np.std(sound)) or 1.0
        try:
            with torch.inference_mode():
                mixed = torch.from_numpy(sound.T / level)[None]
                run = lambda device: apply_model(model, mixed, shifts=0, overlap=OVERLAP, device=device)[0].cpu()  # noqa: E731
                made = on_torch(self.context, self.name, run)
        except (RuntimeError, ValueError, AssertionError) as error:
            raise EngineError(str(error), self.name) from error
        voice = made[list(model.sources).index(SPEECH)].numpy().T * level
        wide = soxr.resample(voice, rate, RATE).astype(np.float32)
        wide = np.pad(wide, [(0, max(0, len(mix) - len(wide))), (0, 0)])[: len(mix)]
        return np.asarray(mix - wide, np.float32)

    def _loaded(self) -> Any:
        with self.context.guard:
            if self.name not in self.context.loaded:
                folder = ensure(self.context.registry, self.context.settings, self.name)
                path = next((folder / f.name for f in self.model.files if f.name.endswith(".safetensors")), None)
                if path is None:
                    raise EngineError("its table names no .safetensors file", self.name)
                self.context.loaded[self.name] = _read(path, self.name)
            return self.context.loaded[self.name]


def _read(path: Path, name: str) -> Any:
    """The model of a safetensors file, which holds its class' arguments too. Raises EngineError."""
    from demucs_infer.safetensors import load_safetensors_model

    try:
        model = load_safetensors_model(path)
    except Exception as error:  # the file's reader and torch each raise their own
        raise EngineError(f"cannot be read: {str(error).splitlines()[0]}", name) from error
    if SPEECH not in model.sources:
        raise EngineError(f"has no {SPEECH!r} among {', '.join(model.sources)}", name)
    return model.eval()
