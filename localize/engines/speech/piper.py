"""Piper voices that were pulled: VITS graphs on onnxruntime, espeak's phonemes in, 16 or 22 kHz out.

A voice is "piper:MODEL", or "piper:MODEL/SPEAKER" where the model has several. Of its configuration only the table of
phoneme ids, the scales and the speakers are read.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from ...errors import EngineError, OptionError
from ...models.present import ensure
from ...models.registry import Model
from ...records import EngineUse
from ..base import Clip, EngineContext, versions
from ..device import on_onnx, wanted
from .phonemizer import PACKAGES, Phonemizer

BEGIN, END, PAD = "^", "$", "_"
TRIAL = 8  # signs that a GPU is tried with
NOISE, LENGTH, NOISE_W = 0.667, 1.0, 0.8  # what its voices are trained to be run with, where one says nothing


class Piper:
    """One session a model, one thread an inference; callers speak several lines at once."""

    name = "piper"
    reads_phonemes = True

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self._front = Phonemizer()

    def identity(self, voice: str = "") -> EngineUse:
        version = versions("onnxruntime", *PACKAGES)
        version += " cuda" if wanted(self.context, "onnxruntime") == "cuda" else ""
        if not voice:
            return EngineUse("speak", self.name, version, "", "", "MIT")
        model = self._model(voice)
        digest = self.context.registry.identity(model.id)
        return EngineUse("speak", self.name, version, model.id, digest, model.licence)

    def check_voice(self, voice: str) -> None:
        self.context.registry.check_licence(self._model(voice).id)

    def phonemes(self, text: str, language: str) -> str:
        return self._front.phonemes(text, language)

    def length_ms(self, phonemes: str, voice: str, speed: float) -> int | None:
        return None

    def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
        session, config = self._loaded(voice)
        inputs = self._inputs(phonemes, voice, speed, config)
        try:
            samples = np.asarray(session.run(None, inputs)[0], np.float32).ravel()
        except Exception as error:  # onnxruntime raises its own unexported types
            raise EngineError(str(error), voice) from error
        return Clip(samples, int(config["audio"]["sample_rate"]))

    def _inputs(self, phonemes: str, voice: str, speed: float, config: dict[str, Any]) -> dict[str, Any]:
        """What the graph is given for a line. Raises EngineError where there is nothing to say."""
        table, scales = config["phoneme_id_map"], config.get("inference", {})
        ids = [*table[BEGIN], *table[PAD]]
        for sign in phonemes:
            if sign in table:  # what the voice never saw, it cannot say
                ids += [*table[sign], *table[PAD]]
        ids += table[END]
        if len(ids) <= 4:
            raise EngineError(f"nothing to say in {phonemes!r}", voice)
        inputs = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(
                [scales.get("noise_scale", NOISE), scales.get("length_scale", LENGTH) / speed, scales.get("noise_w", NOISE_W)],
                np.float32,
            ),
        }  # fmt: skip
        if config.get("num_speakers", 1) > 1:
            inputs["sid"] = np.array([self._speaker(voice, config)], np.int64)
        return inputs

    def _model(self, voice: str) -> Model:
        match = re.fullmatch(r"piper:([\w.-]+)(?:/(.+))?", voice)
        model = self.context.registry.models.get(match[1]) if match else None
        if model is None or model.engine != self.name:
            known = [m.id for m in self.context.registry.models.values() if m.engine == self.name]
            raise OptionError(f"no Piper voice {voice!r}", "piper", f"choose from {', '.join(known) or 'none listed'}")
        return model

    @staticmethod
    def _speaker(voice: str, config: dict[str, Any]) -> int:
        wanted, speakers = voice.partition("/")[2], config.get("speaker_id_map", {})
        if wanted in speakers:
            return int(speakers[wanted])
        if wanted or not speakers:
            raise OptionError(f"no speaker {wanted!r}", voice, f"choose from {', '.join(speakers) or 'none'}")
        return 0

    def _loaded(self, voice: str) -> tuple[Any, dict[str, Any]]:
        model = self._model(voice)
        with self.context.guard:
            if model.id not in self.context.loaded:
                folder = ensure(self.context.registry, self.context.settings, model.id)
                graph = next((folder / f.name for f in model.files if f.name.endswith(".onnx")), None)
                table = next((folder / f.name for f in model.files if f.name.endswith(".json")), None)
                if graph is None or table is None:
                    raise EngineError("its table names no .onnx or no .onnx.json file", model.id)
                try:
                    config = json.loads(table.read_text(encoding="utf-8"))
                    sign = next(s for s in config["phoneme_id_map"] if s not in (BEGIN, END, PAD))
                    config["phoneme_id_map"][BEGIN], config["audio"]["sample_rate"]
                    trial = self._inputs(sign * TRIAL, voice, 1.0, config)
                    session = on_onnx(self.context, model.id, graph, lambda made: made.run(None, trial))
                except Exception as error:
                    raise EngineError(f"cannot be read: {error}", model.id) from error
                self.context.loaded[model.id] = (session, config)
            loaded: tuple[Any, dict[str, Any]] = self.context.loaded[model.id]
            return loaded
