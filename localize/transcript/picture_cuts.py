"""Where the picture cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..media import ffmpeg
from ..records import Episode
from ..session import Session


@dataclass(frozen=True, kw_only=True)
class CutsInputs:
    """All that decides where a picture cuts: the file, from which its picture's stream follows."""

    file: str


def cuts(session: Session, episode: Episode, seen: Sequence[int] | None = None) -> tuple[int, ...]:
    """Times in ms at which the picture cuts; `seen`: the same, where somebody who looked at every frame has them already."""
    with session.clock.timed(episode.name, ""):
        found = session.steps.json(
            "cuts",
            2,
            CutsInputs(file=episode.sha256),
            episode.name,
            lambda: list(seen) if seen is not None else ffmpeg.picture_cuts(Path(episode.path), stream=episode.media.picture),
        )
    return tuple(found)
