"""What will speak a part and listen back to it, loaded while its lines are still worded.

Wording takes one core and loading takes another's time. Where every line is as it was nothing is loaded: an unchanged rerun
needs no model.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from ..dubbing import casting, intelligibility
from ..session import Session
from ..storage.step_cache import at_first
from ..transcript.result import Listened


@contextmanager
def loading(session: Session, listened: Listened, tag: str) -> Iterator[None]:
    """A language's lines are worded inside, which will be spoken."""
    with at_first(partial(_start, session, listened, tag)):
        yield


def _start(session: Session, listened: Listened, tag: str) -> None:
    if session.settings.threads > 1:  # else there is no core to do it on
        threading.Thread(target=_load, args=(session, listened, tag), name=f"load for {tag}").start()


def _load(session: Session, listened: Listened, tag: str) -> None:
    with suppress(Exception):  # whoever needs it meets the same, where it can be said of what
        voices = session.engines.synthesizer()
        engines: list[Any] = list(dict.fromkeys(voices.of(v) for v in casting.voices(session, listened, tag).values()))
        if tag.split("-")[0] in intelligibility.JUDGED:
            engines.append(session.engines.transcriber(tag))
        for engine in engines:
            if load := getattr(engine, "load", None):  # a served one has nothing to load
                load()
        import scipy.signal  # noqa: F401  # half a second, for the mix
