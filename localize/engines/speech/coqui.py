"""Coqui voices (coqui-tts) in an environment of their own: `make coqui` builds it, LOCALIZE_COQUI names its Python.

A voice is "coqui:MODEL", "coqui:MODEL/SPEAKER", or "coqui:MODEL@SAMPLE.wav" to clone one: the sample lies in the series'
folder with SAMPLE.licence.txt beside it, which says whose voice that is and who allowed it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...errors import EngineError, LicenceRefused, OptionError
from ...models.present import ensure
from ...models.registry import Model
from ...records import EngineUse
from ..base import Clip, EngineContext
from ..device import left_out, wanted
from ..worker_process import WorkerProcess

VERSION = "0.28"


@dataclass(frozen=True)
class Voice:
    """A parsed voice name; speaker and sample may be empty."""

    model: str
    speaker: str = ""
    sample: str = ""


def parse(voice: str) -> Voice:
    """The parts of a voice name. Raises OptionError."""
    match = re.fullmatch(r"coqui:([\w.-]+)(?:/([^@]+))?(?:@(.+))?", voice)
    if match is None:
        raise OptionError(
            f"voice {voice!r} cannot be read", "coqui", "write coqui:MODEL/SPEAKER or coqui:MODEL@sample.wav"
        )
    return Voice(match[1], match[2] or "", match[3] or "")


class Coqui:
    """One worker process for all its voices; callers wait for each other."""

    name = "coqui"
    reads_phonemes = False

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        settings = context.settings
        worker = Path(__file__).with_name("coqui_worker.py")
        self.outside = WorkerProcess("coqui", settings.coqui, worker, settings.coqui_seconds)

    def identity(self, voice: str = "") -> EngineUse:
        version = VERSION + (" cuda" if wanted(self.context, self.name) == "cuda" else "")
        if not voice:
            return EngineUse("speak", self.name, version, "", "", "MPL-2.0")
        asked = parse(voice)
        model, digest = self._model(asked), self.context.registry.identity(asked.model)
        if asked.sample:
            digest += ":" + hashlib.sha256(self._sample(asked).read_bytes()).hexdigest()
        return EngineUse("speak", self.name, version, asked.model, digest, model.licence)

    def check_voice(self, voice: str) -> None:
        asked = parse(voice)
        self._model(asked)
        self.context.registry.check_licence(asked.model)
        if asked.sample:
            self._sample(asked)

    def phonemes(self, text: str, language: str) -> str:
        """The text itself with its language before it: these models have front ends of their own."""
        return f"{language}|{text}"

    def length_ms(self, phonemes: str, voice: str, speed: float) -> int | None:
        return None

    def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
        asked = parse(voice)
        self.check_voice(voice)
        language, _, text = phonemes.partition("|")
        folder = ensure(self.context.registry, self.context.settings, asked.model)
        request = {
            "folder": str(folder.absolute()),
            "text": text,
            "speaker": asked.speaker,
            "language": language.split("-")[0] if len(self._model(asked).languages) > 1 else "",
            "sample": str(self._sample(asked).absolute()) if asked.sample else "",
            "speed": speed,
            "device": wanted(self.context, self.name),
        }
        answer, data = self.outside.ask(request, f"coqui {asked.model}")
        if answer.get("without_gpu"):
            left_out(self.context, self.name, asked.model, str(answer["without_gpu"]))
        samples = np.frombuffer(data, "<f4").astype(np.float32)
        if not len(samples):
            raise EngineError("the voice returned no sound", voice)
        return Clip(samples, int(answer["rate"]))

    def _model(self, asked: Voice) -> Model:
        model = self.context.registry.models.get(asked.model)
        if model is None or model.engine != self.name:
            known = [m.id for m in self.context.registry.models.values() if m.engine == self.name]
            raise OptionError(
                f"no coqui model {asked.model!r}", "coqui", f"choose from {', '.join(known) or 'none listed'}"
            )
        return model

    def _sample(self, asked: Voice) -> Path:
        path = self.context.settings.glossaries / asked.sample
        if not path.is_file():
            raise OptionError(
                f"no voice sample {asked.sample!r}", "coqui", "put it below the glossaries folder: SERIES/NAME.wav"
            )
        words = path.with_suffix(".licence.txt")
        if not words.is_file() or not words.read_text(encoding="utf-8").strip():
            what = f"the voice sample {asked.sample!r} comes without a licence"
            raise LicenceRefused(what, "coqui", f"write into {words.name} whose voice it is and who allowed its use")
        return path
