"""Variants that could not be made, and why."""

from __future__ import annotations

import time
import traceback
import uuid
from dataclasses import dataclass

from ..errors import InputError, LocalizeError
from ..session import Session


@dataclass(frozen=True)
class Failed:
    """A variant that could not be made at all, and why; `unusable` where what was given is at fault."""

    episode: str
    market: str
    error: str
    unusable: bool = False


def failed(session: Session, episode: str, market: str, error: Exception) -> Failed:
    """A failure as a result. An error that nobody foresaw is written out whole below LOCALIZE_HOME/faults, so that
    the night's other episodes go on and the morning has something to read."""
    if isinstance(error, LocalizeError):
        return Failed(episode, market, str(error), isinstance(error, InputError))
    folder = session.settings.home / "faults"
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{episode} {market}\n{''.join(traceback.format_exception(error))}", encoding="utf-8")
    except OSError:
        traceback.print_exception(error)
    what = f"a fault of this program: {type(error).__name__}: {error}"
    return Failed(episode, market, str(LocalizeError(what, f"{episode} {market}", f"report it with {path}")))
