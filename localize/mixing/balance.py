"""How a mix compares with its source: levels of lines relative to the programme, and the bed left as it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..audio.envelope import runs
from ..audio.levels import loudness
from ..audio.samples import RATE, Samples

QUIET_MS = 500  # stretches without speech that are shorter say too little about the bed
MARGIN_MS = 150
FAINT_LUFS = -60.0


@dataclass(frozen=True)
class Balance:
    """Integrated loudness in LUFS of the source's sound and of the unmastered mix, and by how many dB the bed differs
    from the source, at the most, where nobody speaks; None where somebody always does."""

    source_lufs: float
    mix_lufs: float
    bed_off_db: float | None


def bed_difference(source: Samples, bed: Samples, spoken: list[tuple[int, int]]) -> float | None:
    """By how many dB the bed's level differs from the source's, at the most, over stretches in which nobody speaks;
    None where there is no such stretch that sounds."""
    return max((abs(x) for x in _differences(source, bed, spoken)), default=None)


def bed_spread(source: Samples, made: Samples, spoken: list[tuple[int, int]]) -> float | None:
    """The same for a mastered programme: its one gain (the median difference) is taken off first."""
    off = _differences(source, made, spoken)
    return round(float(np.max(np.abs(np.array(off) - np.median(off)))), 2) if off else None


def _differences(source: Samples, made: Samples, spoken: list[tuple[int, int]]) -> list[float]:
    """Level of `made` less that of `source`, in dB, for each stretch without speech that sounds."""
    free = np.ones(len(source), bool)
    for start, end in spoken:
        free[max(0, start - MARGIN_MS) * RATE // 1000 : (end + MARGIN_MS) * RATE // 1000] = False
    out = []
    for start, end in runs(free):
        if end - start >= QUIET_MS * RATE // 1000:
            levels = [loudness(x[start:end], RATE) for x in (source, made)]
            if max(levels) > FAINT_LUFS:
                out.append(levels[1] - levels[0])
    return out
