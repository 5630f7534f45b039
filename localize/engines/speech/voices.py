"""Which engine speaks a voice: the part of its name before ":" says so, Kokoro's have none."""

from __future__ import annotations

from collections.abc import Callable

from ...records import EngineUse
from ..base import Clip, Synthesizer


class Voices:
    """All voices behind one door; an engine is made when a voice of its is first asked for."""

    name = "voices"
    reads_phonemes = True

    def __init__(self, engine: Callable[[str], Synthesizer], default: str = "kokoro") -> None:
        self._engine, self._default = engine, default

    def of(self, voice: str) -> Synthesizer:
        """The engine that speaks a voice."""
        prefix = voice.partition(":")[0] if ":" in voice else self._default
        return self._engine(prefix)

    def identity(self, voice: str = "") -> EngineUse:
        return self.of(voice).identity(voice)

    def check_voice(self, voice: str) -> None:
        self.of(voice).check_voice(voice)

    def phonemes(self, text: str, language: str) -> str:
        return self._engine(self._default).phonemes(text, language)

    def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
        return self.of(voice).speak(phonemes, voice, speed)

    def length_ms(self, phonemes: str, voice: str, speed: float) -> int | None:
        return self.of(voice).length_ms(phonemes, voice, speed)
