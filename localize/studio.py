"""What a run works with: settings, engines, ledger and store, and a series' bible; opened once a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import cast as casting
from . import config, glossary, memory, registry
from .config import Settings
from .database import open_database
from .engines import Engines
from .engines.base import Workshop
from .errors import OptionError
from .glossary import Glossary
from .ledger import Ledger
from .model import Transcript
from .steps import Steps
from .store import open_store


@dataclass(frozen=True)
class Bible:
    """A series' folder: terms, cast and memories. Empty parts where files are absent."""

    name: str
    folder: Path
    terms: Glossary
    cast: casting.Cast

    def memory(self, transcript: Transcript, target: str) -> memory.Memory:
        """The memory from the transcript's language into `target`."""
        return memory.load(self.folder, transcript.language, target)

    def memory_path(self, target: str) -> Path:
        """Where that memory lies, or would lie."""
        return self.folder / f"memory.{target}.tmx"


@dataclass
class Clock:
    """Seconds spent by (episode, part), for the reports' `wall_s`."""

    spent: dict[tuple[str, str], float] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def timed(self, episode: str, part: str) -> Iterator[None]:
        """Count the time inside for a part of an episode ("" is what all markets share)."""
        started = time.monotonic()
        try:
            yield
        finally:
            with self._guard:
                key = (episode, part)
                self.spent[key] = self.spent.get(key, 0.0) + time.monotonic() - started

    def total(self, episode: str, *parts: str) -> float:
        """Seconds of these parts together."""
        return round(sum(self.spent.get((episode, p), 0.0) for p in parts), 1)


@dataclass
class Studio:
    """Everything a stage needs besides its inputs."""

    settings: Settings
    engines: Engines
    ledger: Ledger
    steps: Steps
    bible: Bible
    clock: Clock = field(default_factory=Clock)


def open_studio(
    series: str = "untitled",
    settings: Settings | None = None,
    allow_non_commercial: bool = False,
    own_cast: Path | None = None,
) -> Studio:
    """A studio for one series. Raises OptionError for a series name that is no folder name, SidecarError for a bad
    bible, StoreError, ModelError."""
    settings = settings or config.load()
    ledger = open_ledger(settings)
    steps = Steps(ledger, open_store(settings), shared=bool(settings.ledger))
    workshop = Workshop(settings, registry.load(settings, allow_non_commercial))
    return Studio(settings, Engines(workshop), ledger, steps, open_bible(settings, series, own_cast))


def open_ledger(settings: Settings) -> Ledger:
    """The ledger that the settings name. Raises StoreError."""
    return Ledger(open_database(settings.ledger, settings.home))


def open_bible(settings: Settings, series: str, own_cast: Path | None = None) -> Bible:
    """The bible of a series; an empty one where the series has no folder."""
    bad = not series or series[0] in ".-" or not series.isprintable() or set(series) & set('/\\:*?"<>|')
    if bad or len(series.encode(errors="replace")) > 100:
        raise OptionError(f"series {series!r} cannot be a folder's name", do="use letters, digits, - and _")
    folder = settings.glossaries / series
    return Bible(series, folder, glossary.load(folder), casting.load(folder, own_cast))
