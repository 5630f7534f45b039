"""Kokoro-82M on onnxruntime: about 0.4 of real time a thread, and two lines at once on two cores.

A voice is a name ("ef_dora") or a blend of names with weights ("ef_dora*0.6+af_sarah*0.4"): styles are vectors.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np

from ...errors import EngineError, OptionError
from ...models.pull import ensure
from ...records import EngineUse
from .. import onnx
from ..base import Clip, EngineContext, Samples, versions
from . import mandarin
from .phonemizer import PACKAGES, Phonemizer

MODEL = "kokoro-82m-v1.0-int8"
VOICES = "kokoro-82m-v1.0-voices"
RATE = 24_000
MAX_PHONEMES = 510  # the model's context; more would be cut off in silence
JOIN_MS = 120


class Kokoro:
    """One session with one thread an inference; callers speak several lines at once."""

    name = "kokoro"
    reads_phonemes = True

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self._session: Any = None
        self._front = Phonemizer()
        self._mandarin = mandarin.Mandarin()
        self._styles: dict[str, Samples] = {}

    def identity(self, voice: str = "") -> EngineUse:
        registry = self.context.registry
        version = versions("onnxruntime", *PACKAGES, *mandarin.PACKAGES)
        digest = registry.identity(MODEL)
        if voice:  # the model's files, and those of this voice
            files = registry.digests(VOICES)
            digest += "".join(f":{files.get(f'{name}.bin', '')}" for name, _share in parts(voice))
            digest = hashlib.sha256(digest.encode()).hexdigest()
        return EngineUse("speak", self.name, version, MODEL, digest, registry.model(MODEL).licence)

    def _loaded(self) -> Any:
        with self.context.guard:
            if self._session is None:
                folder = ensure(self.context.registry, self.context.settings, MODEL)
                self._session = onnx.session(folder / "kokoro-v1.0.int8.onnx")
            return self._session

    def phonemes(self, text: str, language: str) -> str:
        if language.split("-")[0] in mandarin.LANGUAGES:
            return self._mandarin.phonemes(text)
        return self._front.phonemes(text, language)

    def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
        from kokoro_onnx.chunker import split_phonemes

        session, style = self._loaded(), self._style(voice)
        pause = np.zeros(RATE * JOIN_MS // 1000, np.float32)
        parts: list[Samples] = []
        for piece in split_phonemes(" ".join(phonemes.split()), MAX_PHONEMES):
            tokens = self._front.tokenizer().tokenize(piece)
            if not tokens:
                continue
            inputs = {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": style[min(len(tokens), len(style)) - 1],
                "speed": np.array([speed], np.float32),
            }
            try:
                parts += [np.asarray(session.run(None, inputs)[0], np.float32).ravel(), pause]
            except Exception as error:  # onnxruntime raises its own unexported types
                raise EngineError(str(error), "kokoro") from error
        if not parts:
            raise EngineError(f"nothing to say in {phonemes!r}", "kokoro")
        return Clip(np.concatenate(parts[:-1]), RATE)

    def check_voice(self, voice: str) -> None:
        files = {f.name for f in self.context.registry.model(VOICES).files}
        for name, _share in parts(voice):
            if f"{name}.bin" not in files:
                known = ", ".join(sorted(f.removesuffix(".bin") for f in files))
                raise OptionError(f"no voice {name!r}", "kokoro", f"choose from {known}")

    def _style(self, voice: str) -> Samples:
        self.check_voice(voice)
        blend = np.sum([share * self._named(name) for name, share in parts(voice)], axis=0)
        return np.asarray(blend, np.float32)

    def _named(self, name: str) -> Samples:
        with self.context.guard:
            if name not in self._styles:
                folder = ensure(self.context.registry, self.context.settings, VOICES)
                self._styles[name] = np.fromfile(folder / f"{name}.bin", "<f4").reshape(-1, 1, 256)
            return self._styles[name]


def parts(voice: str) -> list[tuple[str, float]]:
    """(name, share) of a voice: "ef_dora", or a blend "ef_dora*0.6+af_sarah*0.4". Raises OptionError."""
    out = []
    for part in voice.split("+"):
        name, _, weight = part.strip().partition("*")
        try:
            share = float(weight or 1.0)
        except ValueError:
            share = math.nan
        if not math.isfinite(share):
            raise OptionError(f"voice {voice!r}: {weight!r} is no number", do="write name*0.6+name*0.4")
        out.append((name.strip(), share))
    return out
