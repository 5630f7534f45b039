"""Engines by name. `Engines` makes each once a process; a model is loaded at its first use."""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import cast

from ..errors import OptionError
from .base import Engine, SpeechTranslator, Synthesizer, Transcriber, Translator, Workshop

ENGINES = {
    "faster-whisper": "localize.engines.whisper:Whisper",
    "whisper-translate": "localize.engines.whisper:WhisperTranslate",
    "ge2e": "localize.engines.speaker:SpeakerEncoder",
    "kokoro": "localize.engines.kokoro:Kokoro",
    "bergamot": "localize.engines.bergamot:Bergamot",
    "apertium": "localize.engines.apertium:Apertium",
}
TRANSLATORS = ("bergamot", "apertium")
SPEECH_TRANSLATORS = ("whisper-translate",)


class Engines:
    """The engines of one process, shared by its threads."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self._made: dict[str, Engine] = {}

    def get(self, name: str) -> Engine:
        """The engine of that name. Raises OptionError."""
        with self.workshop.guard:
            if name not in self._made:
                self._made[name] = _class(name)(self.workshop)
            return self._made[name]

    def transcriber(self, name: str = "faster-whisper") -> Transcriber:
        """The engine that recognises speech."""
        return cast(Transcriber, self.get(name))

    def synthesizer(self, name: str = "kokoro") -> Synthesizer:
        """The engine that speaks."""
        return cast(Synthesizer, self.get(name))

    def translators(self) -> list[Translator]:
        """All text engines, best first."""
        return [cast(Translator, self.get(n)) for n in TRANSLATORS]

    def speech_translators(self) -> list[SpeechTranslator]:
        """All engines that translate speech."""
        return [cast(SpeechTranslator, self.get(n)) for n in SPEECH_TRANSLATORS]


def _class(name: str) -> Engine:
    if name in ENGINES:
        module, _, attribute = ENGINES[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    for entry in importlib.metadata.entry_points(group="localize.engines"):
        if entry.name == name:
            return entry.load()
    raise OptionError(f"no engine {name!r}", do=f"choose from {', '.join(sorted(ENGINES))}")
