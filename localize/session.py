"""What a run works with: settings, engines, ledger and store, and a series' bible. Opened once a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from .allocator import use_again
from .engines.base import EngineContext
from .engines.catalogue import Engines
from .engines.served import spending
from .models import registry
from .series.bible import Bible, open_bible
from .series.cast import Character
from .series.memory import Added, Entry, Piece, pieces_of
from .settings import Settings, load_settings
from .storage import bible_rows
from .storage.bible_rows import RememberedLine
from .storage.blobs import open_store
from .storage.ledger import Ledger, open_ledger
from .storage.step_cache import Failure, Find, Steps

T = TypeVar("T")


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


class CountedSteps(Steps):
    """Steps in which what is paid to an endpoint is written down for what the step is done for."""

    def _outcome(
        self, name: str, version: int, inputs: Any, subject: str, make: Callable[[], bytes | Failure], find: Find
    ) -> tuple[str, bytes]:
        def counted() -> bytes | Failure:
            with spending.about(subject):
                return make()

        return super()._outcome(name, version, inputs, subject, counted, find)

    def batch(
        self, name: str, version: int, rows: list[tuple[Any, str, T]], make: Callable[[list[T]], list[Any]]
    ) -> list[Any]:
        told = [subject.split(" ") for _inputs, subject, _item in rows]
        shared = [words[0] for words in zip(*told, strict=False) if len(set(words)) == 1]

        def counted(items: list[T]) -> list[Any]:
            with spending.about(" ".join(shared)):
                return make(items)

        return super().batch(name, version, rows, counted)


@dataclass
class Session:
    """Everything a stage needs besides its inputs."""

    settings: Settings
    engines: Engines
    ledger: Ledger
    steps: Steps
    bible: Bible
    clock: Clock = field(default_factory=Clock)
    given_up: dict[str, tuple[str, ...]] = field(default_factory=dict)  # speaker -> voices that failed in this episode


def open_session(
    series: str = "untitled",
    settings: Settings | None = None,
    allow_non_commercial: bool = False,
    own_cast: Path | None = None,
) -> Session:
    """A studio for one series. Raises OptionError for a series name that is no folder name, SidecarError for a bad
    bible, StoreError, ModelError."""
    use_again()
    settings = settings or load_settings()
    ledger = open_ledger(settings)
    steps = CountedSteps(ledger, open_store(settings), shared=bool(settings.ledger))
    context = EngineContext(settings, registry.load(settings, allow_non_commercial), series=series)
    return Session(settings, Engines(context), ledger, steps, open_series(settings, ledger, series, own_cast))


def open_series(settings: Settings, ledger: Ledger, series: str, own_cast: Path | None = None) -> Bible:
    """The bible of a series: its files, and over them what people added to its memory and the voices they enrolled.

    Raises OptionError, SidecarError, StoreError.
    """
    bible = open_bible(settings, series, own_cast)
    cast = dict(bible.cast)
    for name, vectors in bible_rows.enrolled(ledger.db, series).items():
        cast[name] = replace(cast.get(name, Character(name)), enrolled=vectors)

    def added(source: str, target: str) -> Iterator[Added]:
        for line in bible_rows.remembered(ledger.db, series, source, target):
            yield line.source, tuple(Piece(text, is_term) for text, is_term in line.pieces), line.before

    return replace(bible, cast=cast, added=added)


def remembered_lines(
    entries: Iterable[Entry], bible: Bible, target: str, who: str, how: str,
    episode: str = "", revision: int = 0, digest: str = "",
) -> list[RememberedLine]:  # fmt: skip
    """Entries as rows of a series' memory, names in them references to its glossary."""
    return [
        RememberedLine(
            source=e.source, pieces=tuple((p.text, p.is_term) for p in pieces_of(e.target, bible.terms, target)),
            before=e.before, who=who, how=how, episode=episode, revision=revision, digest=digest,
        )
        for e in entries
    ]  # fmt: skip


def remember(
    ledger: Ledger, bible: Bible, source: str, target: str, entries: Iterable[Entry], who: str, how: str
) -> None:
    """Add lines to a series' memory, all or none. Raises StoreError."""
    lines = remembered_lines(entries, bible, target, who, how)
    ledger.db.together(lambda do: bible_rows.remember(do, bible.name, source, target, lines))
