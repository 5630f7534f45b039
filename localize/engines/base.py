"""What an engine must offer, by task. An engine is made cheaply and loads its model at the first call.

To add one: a class here-shaped in a module of its own, a row in `localize.engines.catalogue.ENGINES`, or an entry point in
group "localize.engines" of another package. `identity()` must not load the model: it is part of every step key.
"""

from __future__ import annotations

import copy
import functools
import importlib.metadata
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..models.registry import Registry
from ..records import EngineUse, Word
from ..settings import Settings
from .failures import NAME as FAILURES
from .failures import Failures
from .served.endpoint import Endpoints
from .served.endpoint import load as load_endpoints

Samples = NDArray[np.float32]


@functools.cache
def versions(*packages: str) -> str:
    """Name and version of installed packages that shape an engine's output: part of its identity."""
    return ", ".join(f"{p} {version_of(p)}" for p in packages)


@functools.cache
def version_of(package: str) -> str:
    """Version of an installed package: its files are read once a process. Raises PackageNotFoundError."""
    return importlib.metadata.version(package)


@dataclass
class EngineContext:
    """What every engine is made with.

    Attributes:
        guard: held while something is made that all share; alone: while one model loads, so that it loads once a process.
        loaded: model id -> the loaded model, for engines that share one.
        failures: engines that failed here.
        without_gpu: library -> why it cannot use the GPU here, as it was found out.
        series: whose endpoints and budget count; endpoints: by name, the studio's and the series' own.
    """

    settings: Settings
    registry: Registry
    guard: threading.RLock = field(default_factory=threading.RLock)
    _loading: dict[str, threading.RLock] = field(default_factory=dict)
    loaded: dict[str, Any] = field(default_factory=dict)
    without_gpu: dict[str, str] = field(default_factory=dict)
    series: str = ""
    failures: Failures = field(init=False)
    endpoints: Endpoints = field(init=False)

    def __post_init__(self) -> None:
        self.failures = Failures(self.settings.home / FAILURES)
        self.endpoints = load_endpoints(self.settings, self.series)

    def alone(self, model: str) -> threading.RLock:
        """What is held while a model loads; others load meanwhile. One that needs `guard` to load must not be loaded by
        who holds it."""
        with self.guard:
            return self._loading.setdefault(model, threading.RLock())

    def of_series(self, series: str) -> EngineContext:
        """The same loaded models and failures, with another series' endpoints. Raises OptionError."""
        other = copy.copy(self)
        other.series, other.endpoints = series, load_endpoints(self.settings, series)
        return other


@dataclass(frozen=True)
class Heard:
    """What a transcriber heard: language as primary tag, its probability from 0 to 1, and words with times."""

    language: str
    probability: float
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Clip:
    """Spoken samples, mono float32 from -1 to 1, and their rate in Hz."""

    samples: Samples
    rate: int

    @property
    def duration_ms(self) -> int:
        """Length in ms."""
        return round(1000 * len(self.samples) / self.rate)


class Transcriber(Protocol):
    """Speech to words."""

    def identity(self) -> EngineUse:
        """Who does this, without loading it."""

    def transcribe(self, audio: Samples, language: str | None, names: tuple[str, ...], quick: bool = False) -> Heard:
        """Words of 16 kHz mono `audio`. Raises EngineError.

        Args:
            names: likely proper names; quick: tries once.
        """

    def detect(self, audio: Samples) -> tuple[str, float]:
        """Language as primary tag and its probability."""


@dataclass(frozen=True)
class Ask:
    """One line for a translator. Most engines read only `text`.

    Attributes:
        text: the line, its names masked or, for engines that keep terms themselves, as they stand.
        terms: (as it stands in `text`, what must stand for it) of names that are not masked.
        told: the line in the language it was said in, where `text` is another engine's translation of it; "" elsewhere.
        speaker, before: who says it, and the lines said before it, oldest first.
        listener, address: to whom, as far as the turns show, and in which form ("usted") by the bible.
        people: (name, who that is) of these two, as far as the bible knows.
        scene: number of its scene in the episode: only lines of one are asked for together.
        seconds: how long the line lasts where it is spoken; 0 where nothing limits it.
        shorter: how much shorter than usual the answer must be, e.g. 0.8; 1 for the usual.
    """

    text: str
    terms: tuple[tuple[str, str], ...] = ()
    speaker: str = ""
    before: tuple[str, ...] = ()
    seconds: float = 0.0
    shorter: float = 1.0
    told: str = ""
    listener: str = ""
    address: str = ""
    people: tuple[tuple[str, str], ...] = ()
    scene: int = 0


class Translator(Protocol):
    """Text to text, a line at a time in, a line at a time out.

    Attributes:
        name: what routes and reports call it; one per model.
        pairs: (source, target) as primary tags.
        keeps_terms: it follows `Ask.terms` itself; names are masked only where it fails to.
        writes_freely: its answers are doubted more strictly.
    """

    name: str
    pairs: frozenset[tuple[str, str]]
    keeps_terms: bool
    writes_freely: bool

    def identity(self, source: str, target: str) -> EngineUse:
        """Who does this pair, without loading it."""

    def unavailable(self, source: str, target: str) -> str:
        """Empty where it can run here; else what is missing and the command that provides it."""

    def reads(self, ask: Ask, source: str, target: str) -> Any:
        """What decides its answer besides text and terms, as JSON: it belongs to the line's key."""

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        """As many texts as lines came in, in their order; empty where what it wrote cannot be used.

        Raises EngineError; PartlyFailed where it failed on some lines.
        """

    def alternatives(self, ask: Ask, source: str, target: str, count: int) -> list[str]:
        """Up to `count` other ways to say a line, for one that fits its time; none where it knows no other."""


class Plain:
    """What a translator is unless it says otherwise.

    `quick` is for one that answers in milliseconds, without a network and without cost: it may also be used to bring
    translations back into their source language, where they are checked.
    """

    quick = False
    keeps_terms = False
    writes_freely = False

    def reads(self, ask: Ask, source: str, target: str) -> Any:
        """Reads nothing else."""
        return None

    def alternatives(self, ask: Ask, source: str, target: str, count: int) -> list[str]:
        """Knows no other way to say it."""
        return []


class SpeechTranslator(Protocol):
    """Speech of one line to text in another language."""

    name: str
    pairs: frozenset[tuple[str, str]]

    def identity(self, source: str, target: str) -> EngineUse:
        """Who does this pair, without loading it."""

    def translate_speech(self, audio: Samples, source: str, names: tuple[str, ...]) -> str:
        """What is said in 16 kHz mono `audio`, in the target language. Raises EngineError."""


class Synthesizer(Protocol):
    """Text to speech.

    Attributes:
        reads_phonemes: it takes phonemes; otherwise what `phonemes` gives is text, and names can only be respelled.
    """

    reads_phonemes: bool

    def identity(self, voice: str = "") -> EngineUse:
        """Who speaks a voice (the engine's own where none is named), without loading it."""

    def check_voice(self, voice: str) -> None:
        """Raises OptionError for a voice that is not there, without loading anything."""

    def phonemes(self, text: str, language: str) -> str:
        """How the engine's front end says the text; `language` is the front end's own code."""

    def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
        """Speech of those phonemes. Raises EngineError, OptionError for an unknown voice."""

    def length_ms(self, phonemes: str, voice: str, speed: float) -> int | None:
        """How long that speech would be, its ends trimmed and its long pauses shortened; None where only a take tells.

        Raises EngineError, OptionError for an unknown voice.
        """


class Separator(Protocol):
    """Speech out of a mix."""

    def identity(self) -> EngineUse:
        """Who does this, without loading it."""

    def unavailable(self) -> str:
        """Empty where it can run here; else what is missing and the command that provides it."""

    def without_speech(self, mix: Samples) -> Samples:
        """`mix`, stereo at 48 kHz, as long as it was, less its speech. Raises EngineError."""


Engine = Any
