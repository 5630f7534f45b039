"""How a manner reaches a voice that takes no instructions: by its level and its pace, within the caps that exist.

A line is laid at its source line's level in any case. A manner moves it further only where it is not already as far from
what its speaker usually speaks at, and by no more than the check of levels lets a line be off.
"""

from __future__ import annotations

from ..records import Line
from ..series.cast import Character
from ..transcript.manner import QUIET, SHOUTED, WHISPERED, Measured

PLAIN = frozenset({"plain", "plainly", "normal", "normally"})  # "as measured" does not count for such a line
MOST_DB = 3.0  # a line's level may be off by (qc, "levels")
LEVEL_DB = {WHISPERED: -6.0, QUIET: -3.0, SHOUTED: 3.0}  # against the speaker's usual, at least so far
PACE = {WHISPERED: 0.96, QUIET: 0.98, SHOUTED: 1.03}  # of the voice's pace; fitting then holds its own limits


def manner_of(line: Line, character: Character | None, measured: Measured | None) -> str:
    """How a line is to be said: as its transcript says, else as the cast does, else as is surely measured; "" for plainly."""
    told = line.manner or (character.manner if character else "") or (measured.sure if measured else "")
    return ", ".join(m for m in told.split(", ") if m and m not in PLAIN)


def pace(manner: str) -> float:
    """By how much of its usual pace a voice says a line of this manner."""
    return next((PACE[m] for m in manner.split(", ") if m in PACE), 1.0)


def level(manner: str, own: float, usual: float) -> float:
    """The level in LUFS of a line of this manner, from its source line's own and its speaker's usual one."""
    wanted = next((LEVEL_DB[m] for m in manner.split(", ") if m in LEVEL_DB), 0.0)
    if wanted < 0:
        return max(own - MOST_DB, min(own, usual + wanted))
    return min(own + MOST_DB, max(own, usual + wanted)) if wanted > 0 else own
