"""Engines by name. `Engines` makes each once a process; a model is loaded at its first use."""

from __future__ import annotations

import copy
import importlib
import importlib.metadata
from dataclasses import replace
from typing import cast

from ..errors import OptionError
from ..models.scores import Score
from ..records import EngineUse
from .base import Engine, EngineContext, Separator, SpeechTranslator, Synthesizer, Transcriber, Translator
from .checking.encoders import Encoder
from .recognition.choice import choose
from .served.endpoint import FROM_SETTINGS
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
# by kind of endpoint
SERVED = {
    "asr": "localize.engines.served.recognition:Served",
    "align": "localize.engines.served.alignment:Aligner",
    "tts": "localize.engines.served.speech:Served",
    "mt": "localize.engines.translation.llm:ChatTranslator",
    "embed": "localize.engines.served.embedding:Served",
}
TRANSLATORS = ("bergamot", "apertium")
SPEECH_TRANSLATORS = ("whisper-translate",)
ENCODERS = ("use", "e5")  # the better one of a language first


class Engines:
    """The engines of one process, shared by its threads."""

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self._made: dict[str, Engine] = {}
        self._served: dict[str, Engine] = {}
        self._hears: str | None = None  # who must: an endpoint, "" for this machine's own; None for the best
        self._voices = Voices(lambda name: cast(Synthesizer, self.get(name)))

    def get(self, name: str) -> Engine:
        """The engine of that name. Raises OptionError."""
        with self.context.guard:
            if name in self.context.endpoints:
                return self.served(name)
            if name not in self._made:
                self._made[name] = _class(name)(self.context)
            return self._made[name]

    def served(self, name: str) -> Engine:
        """The engine behind an endpoint. Raises OptionError."""
        with self.context.guard:
            if name not in self._served:
                endpoint = self.context.endpoints.get(name)
                if endpoint is None:
                    known = ", ".join(sorted(self.context.endpoints)) or "none is set"
                    raise OptionError(f"no endpoint {name!r}", do=f"choose from {known}, or add it to endpoints.toml")
                module, _, attribute = SERVED[endpoint.kind].partition(":")
                self._served[name] = getattr(importlib.import_module(module), attribute)(self.context, endpoint)
            return self._served[name]

    def of_kind(self, kind: str) -> list[Engine]:
        """The engines behind the endpoints of a kind, as they stand in the file."""
        return [self.served(e.name) for e in self.context.endpoints.values() if e.kind == kind]

    def of_series(self, series: str) -> Engines:
        """The same engines, with a series' endpoints beside them. Raises OptionError."""
        if series == self.context.series:
            return self
        other = Engines(self.context.of_series(series))
        other._made = self._made  # models stay loaded
        return other

    def score(self, engine: str, source: str, target: str) -> Score:
        """The figures of a translation engine for a pair: an endpoint's own, else the registry's."""
        endpoint = self.context.endpoints.get(engine)
        if endpoint is not None and endpoint.kind == "mt" and endpoint.name != FROM_SETTINGS:
            if endpoint.comet is None and endpoint.chrf is None:
                return self.context.registry.score(FROM_SETTINGS, source, target)
            return Score(endpoint.comet, endpoint.chrf, source=endpoint.score_source)
        return self.context.registry.score(engine, source, target)

    def transcriber(self, language: str = "") -> Transcriber:
        """The engine that recognises speech: the best that is here for the language, embedded, pulled or served.

        Raises OptionError.
        """
        if self._hears:
            return cast(Transcriber, self.served(self._hears))
        return self.recognisers(language)[0] if self._hears is None else self.own_transcriber(language)

    def recognisers(self, language: str = "") -> list[Transcriber]:
        """All that may recognise speech now, the best by rank first: served ones, and the best one of this machine.

        Raises OptionError for a LOCALIZE_ASR that is none.
        """
        named, endpoints = self.context.settings.asr, self.context.endpoints
        own = self.own_transcriber(language)
        able = [e for e in endpoints.values() if e.kind == "asr" and e.reads(language) and not self.why_not(e.name)]
        if not able or (named and named not in endpoints):
            return [own]
        able.sort(key=lambda e: (e.name != named, -e.rank))
        rank = self.context.registry.models[own.identity().model].rank_in(language)
        before = [e for e in able if e.name == named or e.rank > rank]
        after = [e for e in able if e not in before]
        return [self.served(e.name) for e in before] + [own] + [self.served(e.name) for e in after]

    def why_not(self, endpoint: str) -> str:
        """Why an endpoint is not asked now; empty where it may be."""
        return str(self.served(endpoint).wire.unavailable()) or self.context.failures.reason(endpoint)

    def heard_by(self, recogniser: Transcriber) -> Engines:
        """The same engines, with this one to recognise speech; where it is this machine's, its best of each language."""
        other, name = copy.copy(self), recogniser.identity().name
        other._hears = name if name in self.context.endpoints else ""
        return other

    def own_transcriber(self, language: str = "") -> Transcriber:
        """The best recogniser of this machine. Raises OptionError."""
        from .recognition.whisper import Whisper

        with self.context.guard:
            tries = lambda other: Whisper(self.context, other).hear_something()  # noqa: E731
            model_id = choose(self.context, tries, language=language)
            if model_id not in self._made:
                self._made[model_id] = Whisper(self.context, model_id)
            return cast(Transcriber, self._made[model_id])

    def transcribers(self, language: str = "") -> EngineUse:
        """Who recognises speech of a language; of one that is still to be found out, with all who may be chosen then."""
        use = self.transcriber(language).identity()
        known = {} if language else {tag: 0 for m in self.context.registry.models.values() for tag in m.ranks}
        others = {tag: self.transcriber(tag).identity() for tag in sorted(known)}
        told = "".join(f", {tag} by {o.model} {o.sha256[:12]}" for tag, o in others.items() if o.model != use.model)
        return replace(use, version=use.version + told)

    def synthesizer(self) -> Voices:
        """Every voice there is."""
        return self._voices

    def translators(self, here: bool = False) -> list[Translator]:
        """All text engines: the embedded ones, the served ones, and one for each model of the registry that has one; with
        `here`, of these only those of which something lies here."""
        registry = self.context.registry
        some = registry.folders() if here else registry.models
        models = [m for m in registry.models.values() if m.task == "mt" and m.engine in MODEL_ENGINES and m.id in some]
        named = [cast(Translator, self.get(n)) for n in TRANSLATORS]
        served = [cast(Translator, e) for e in self.of_kind("mt")]
        return named + served + [cast(Translator, self._of_model(m.id, m.engine)) for m in models]

    def translator(self, name: str) -> Translator:
        """The text engine of that name, as routes and reports call it. Raises OptionError."""
        endpoint, model = self.context.endpoints.get(name), self.context.registry.models.get(name)
        if name in TRANSLATORS or (endpoint is not None and endpoint.kind == "mt"):
            return cast(Translator, self.get(name))
        if model is not None and model.task == "mt" and model.engine in MODEL_ENGINES:
            return cast(Translator, self._of_model(name, model.engine))
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
        """All sentence encoders: those that the studio set up and measured, then the embedded ones, the better ones first."""
        served = sorted((e for e in self.context.endpoints.values() if e.kind == "embed" and e.limits), key=lambda e: -e.rank)
        return [cast(Encoder, self.get(n)) for n in (*(e.name for e in served), *ENCODERS)]

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
