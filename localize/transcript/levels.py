"""How loud each line is in the source."""

from __future__ import annotations

import numpy as np

from ..audio.levels import active_level
from ..audio.samples import RATE, Samples
from ..audio.spans import Span
from ..records import Line


def line_level(voice: Samples, span: Span, bed_power_db: float | None = None) -> float:
    """A source line's speech level in LUFS; with a bed's level, its power is taken off first."""
    part = voice[max(0, span[0]) * RATE // 1000 : max(0, span[1]) * RATE // 1000]
    level = active_level(part, RATE)
    if bed_power_db is None or level <= -120:
        return level
    rest = 10 ** (level / 10) - 10 ** (bed_power_db / 10)
    return float(10 * np.log10(rest)) if rest > 10 ** (level / 10) * 0.05 else level - 13


def measure_levels(lines: tuple[Line, ...], voice: Samples, speech: list[Span], clean: bool) -> dict[str, float]:
    """Each line's level; without a stem the bed's level, taken where nobody speaks, comes off first."""
    bed = None
    if not clean:
        free = np.ones(len(voice), bool)
        for start, end in speech:
            free[max(0, start - 150) * RATE // 1000 : (end + 150) * RATE // 1000] = False
        bed = active_level(voice[free], RATE) if free.sum() > RATE // 2 else None
    measured = {line.id: line_level(voice, (line.start_ms, line.end_ms), bed) for line in lines}
    return {k: round(v, 2) for k, v in fill_levels(lines, measured).items()}


def fill_levels(lines: tuple[Line, ...], measured: dict[str, float]) -> dict[str, float]:
    """A level for every line: its own, else the median of the others, else -20 LUFS."""
    known = [v for v in measured.values() if v > -100]
    middle = float(np.median(known)) if known else -20.0
    return {line.id: measured[line.id] if measured.get(line.id, -120) > -100 else middle for line in lines}
