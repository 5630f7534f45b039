"""One line to be spoken: text, voice, pace, pronunciation, level."""

from __future__ import annotations

from dataclasses import dataclass

from ..records import Line


@dataclass(frozen=True)
class SpokenLine:
    """One line to be spoken: its text, voice, wanted speed, how names in it are said; `again` counts its retakes."""

    line: Line
    text: str
    voice: str
    speed: float
    say: tuple[tuple[str, str], ...]
    level_lufs: float
    again: int = 0
