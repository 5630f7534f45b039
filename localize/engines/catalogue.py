"""Engines by name. `Engines` makes each once a process; a model is loaded at its first use."""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import cast

from ..errors import OptionError
from .base import Engine, EngineContext, Separator, SpeechTranslator, Synthesizer, Transcriber, Translator
from .checking.encoders import Encoder
from .recognition.choice import choose
from .speech.voices import Voices

ENGINES = {
    "faster-whisper": "localize.engines.recognition.whisper:Whisper",
    "whisper-translate": "localize.engines.recognition.whisper:WhisperTranslate",
    "ppocr": "localize.engines.reading.ppocr:PpOcr",
    "ge2e": "localize.engines.recognition.ge2e:SpeakerEncoder",
    "kokoro": "localize.engines.speech.kokoro:Kokoro",
    "coqui": "localize.engines.speech.coqui:Coqui",
    "piper": "localize.engines.speech.piper:Piper",
    "bergamot": "localize.engines.translation.bergamot:Bergamot",
    "apertium": "localize.engines.translation.apertium:Apertium",
    "llm": "localize.engines.translation.llm:ChatTranslator",
    "use": "localize.engines.checking.encoders:Universal",
    "e5": "localize.engines.checking.encoders:E5",
}
# engines with one translator a model of the registry
MODEL_ENGINES = {
    "fxtranslate": "localize.engines.translation.firefox:Firefox",
    "ctranslate2": "localize.engines.translation.ctranslate:CTranslate",
    "transformers": "localize.engines.translation.hf_transformers:Seq2Seq",
}
SEPARATORS = {"demucs": "localize.engines.separation.demucs:Demucs"}
TRANSLATORS = ("bergamot", "apertium", "llm")
SPEECH_TRANSLATORS = ("whisper-translate",)
ENCODERS = ("use", "e5")  # the better one of a language first


class Engines:
    """The engines of one process, shared by its threads."""

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self._made: dict[str, Engine] = {}
        self._voices = Voices(lambda name: cast(Synthesizer, self.get(name)))

    def get(self, name: str) -> Engine:
        """The engine of that name. Raises OptionError."""
        with self.context.guard:
            if name not in self._made:
                self._made[name] = _class(name)(self.context)
            return self._made[name]

    def transcriber(self) -> Transcriber:
        """The engine that recognises speech, with the best model that is here. Raises OptionError."""
        module, _, attribute = ENGINES["faster-whisper"].partition(":")
        whisper = getattr(importlib.import_module(module), attribute)
        with self.context.guard:
            model_id = choose(self.context, lambda other: whisper(self.context, other).hear_something())
            if model_id not in self._made:
                self._made[model_id] = whisper(self.context, model_id)
            return cast(Transcriber, self._made[model_id])

    def synthesizer(self) -> Voices:
        """Every voice there is."""
        return self._voices

    def translators(self) -> list[Translator]:
        """All text engines: the embedded ones, the endpoint, and one for each model of the registry that has one."""
        models = [m for m in self.context.registry.models.values() if m.task == "mt" and m.engine in MODEL_ENGINES]
        named = [cast(Translator, self.get(n)) for n in TRANSLATORS]
        return named + [cast(Translator, self._of_model(m.id, m.engine)) for m in models]

    def translator(self, name: str) -> Translator:
        """The text engine of that name, as routes and reports call it. Raises OptionError."""
        for engine in self.translators():
            if engine.name == name:
                return engine
        known = ", ".join(e.name for e in self.translators())
        raise OptionError(f"no translation engine {name!r}", do=f"choose from {known}")

    def _of_model(self, model_id: str, engine: str) -> Engine:
        with self.context.guard:
            if model_id not in self._made:
                module, _, attribute = (MODEL_ENGINES | SEPARATORS)[engine].partition(":")
                self._made[model_id] = getattr(importlib.import_module(module), attribute)(self.context, model_id)
            return self._made[model_id]

    def separator(self) -> Separator | None:
        """The first engine of the registry that takes speech out of a mix and can run here; None where none can."""
        for model in self.context.registry.models.values():
            if model.task == "separation" and model.engine in SEPARATORS:
                engine = cast(Separator, self._of_model(model.id, model.engine))
                if not engine.unavailable() and not self.context.failures.reason(model.id):
                    return engine
        return None

    def encoders(self) -> list[Encoder]:
        """All sentence encoders, the better ones first."""
        return [cast(Encoder, self.get(n)) for n in ENCODERS]

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
