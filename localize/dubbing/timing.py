"""Fitting speech to its slots, on measured durations; a whole episode is laid out in one pass.

Order: ends are trimmed and pauses shortened before; the voice speaks up to NEAR times as fast; then the gap after the
line is borrowed; then the voice goes up to 1.15; then the clip is stretched, the whole never over 1.25; else the line
is flagged. (quality.md borrows first; speaking faster first was measured to raise the mean speech overlap, which has
to reach 0.90, at no cost in recognised words.) Words are never cut, and clips overlap only where two people speak at
once in the source too; nobody overlaps himself. A line too short is slowed to 0.9 at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..audio.spans import Span
from ..records import Flag

BORROW_MS = 1000
AIR_MS = 80
NATIVE_MOST = 1.15
MOST = 1.25
LEAST = 0.9
EARLY_MS = 120
EASY = 1.04  # natural speech never differs by less than this from take to take
NEAR = 1.13  # up to this rate a voice costs nothing a listener notices, so it comes before borrowing
GIVES = 0.65  # of what a voice is asked for, in speed over 1.0, comes out as shorter speech: 1.10 asked is 1.065 heard
ASKED_MOST = 1.25  # beyond, words blur
ASKED_LEAST = 0.8
AT_ONCE_MS = 200  # of two people's lines that overlap by as much, both keep their own time


@dataclass(frozen=True)
class Slot:
    """Where a source line stands, how long its dub is at natural speed, and who says it; "" may be anybody."""

    line_id: str
    start_ms: int
    end_ms: int
    natural_ms: int
    speaker: str = ""


@dataclass(frozen=True)
class Place:
    """Where a clip goes: its start, the longest it may be, and the rate that this asks of the voice.

    Attributes:
        rate: natural length over wanted length; above 1 is faster. Held to LEAST..MOST.
        window_ms: the clip must not last longer.
    """

    line_id: str
    start_ms: int
    window_ms: int
    rate: float
    flags: tuple[str, ...] = ()

    @property
    def native(self) -> float:
        """The speed to ask of the voice for this rate; what it does not give, a small stretch does."""
        return round(min(ASKED_MOST, 1 + (min(self.rate, NATIVE_MOST) - 1) / GIVES), 3)


def at_once(one: Slot, two: Slot) -> bool:
    """Whether two people say these lines at the same time."""
    shared = min(one.end_ms, two.end_ms) - max(one.start_ms, two.start_ms)
    shorter = min(one.end_ms - one.start_ms, two.end_ms - two.start_ms)
    return "" != one.speaker != two.speaker != "" and shared >= min(AT_ONCE_MS, max(1, shorter // 2))


def lay_out(slots: list[Slot], duration_ms: int, kept: Iterable[Span] = ()) -> list[Place]:
    """A place for each slot, in order of their starts; clips that obey `window_ms` end with the picture, and overlap only
    where the source's lines do, said by two. No gap is borrowed in which a sound of the source is kept.

    A line that fits nowhere even at MOST gets the time it needs: it may start up to EARLY_MS early where the time
    before is free, and pushes what follows, which is flagged "late".
    """
    places: list[Place] = []
    ends: list[int] = []
    held = tuple(kept)
    for index, slot in enumerate(slots):
        later = [s.start_ms for s in slots[index + 1 :] if not at_once(slot, s)]
        sounds = [start for start, _end in held if start >= slot.end_ms]
        following = min((*later, *sounds), default=duration_ms + AIR_MS)
        free_from = max((e for s, e in zip(slots, ends, strict=False) if not at_once(s, slot)), default=0)
        start = max(slot.start_ms, free_from)
        flags = (Flag.LATE,) if start > slot.start_ms + EARLY_MS else ()
        slot_ms = max(1, slot.end_ms - slot.start_ms)
        window = max(1, min(slot.end_ms + BORROW_MS, following - AIR_MS) - start)
        needed = round(slot.natural_ms / MOST)
        if needed > window:
            early = min(EARLY_MS, max(0, start - max(free_from, 0)), needed - window)
            start, window = start - early, window + early
        if needed > window:
            window, flags = needed, (*flags, Flag.TOO_LONG)
            if start + window > duration_ms:
                start = max(free_from, duration_ms - window)
                window = duration_ms - start
        wanted = slot.natural_ms
        if wanted > slot_ms * EASY:
            wanted = min(max(slot_ms, round(slot.natural_ms / NEAR)), window)
        elif wanted < slot_ms / EASY and slot_ms <= window:
            wanted = min(slot_ms, round(slot.natural_ms / LEAST))
        rate = max(LEAST, min(MOST, slot.natural_ms / max(1, wanted)))
        places.append(Place(slot.line_id, start, window, round(rate, 4), flags))
        ends.append(start + min(window, round(slot.natural_ms / rate)) + AIR_MS)
    return places
