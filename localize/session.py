"""What a run works with: settings, engines, ledger and store, and a series' bible. Opened once a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .engines.base import EngineContext
from .engines.catalogue import Engines
from .models import registry
from .series.bible import Bible, open_bible
from .settings import Settings, load_settings
from .storage.blobs import open_store
from .storage.ledger import Ledger, open_ledger
from .storage.step_cache import Steps


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
class Session:
    """Everything a stage needs besides its inputs."""

    settings: Settings
    engines: Engines
    ledger: Ledger
    steps: Steps
    bible: Bible
    clock: Clock = field(default_factory=Clock)


def open_session(
    series: str = "untitled",
    settings: Settings | None = None,
    allow_non_commercial: bool = False,
    own_cast: Path | None = None,
) -> Session:
    """A studio for one series. Raises OptionError for a series name that is no folder name, SidecarError for a bad
    bible, StoreError, ModelError."""
    settings = settings or load_settings()
    ledger = open_ledger(settings)
    steps = Steps(ledger, open_store(settings), shared=bool(settings.ledger))
    context = EngineContext(settings, registry.load(settings, allow_non_commercial))
    return Session(settings, Engines(context), ledger, steps, open_bible(settings, series, own_cast))
