"""The shape of a clip over time: its envelope, silence trimmed off its ends, long pauses shortened."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .samples import Samples

FRAME_MS = 10
BELOW_PEAK_DB = 38.0  # what is quieter than this below the loudest frame is silence
LONGEST_PAUSE_MS = 300
KEPT_PAUSE_MS = 200


def envelope_db(samples: Samples, rate: int, frame_ms: int = FRAME_MS) -> NDArray[np.float64]:
    """RMS of each frame in dBFS, at least -120."""
    size = rate * frame_ms // 1000
    count = len(samples) // size
    mono = samples if samples.ndim == 1 else samples.mean(1)
    frames = mono[: count * size].reshape(count, size).astype(np.float64)
    return np.asarray(10 * np.log10(np.maximum((frames**2).mean(1), 1e-12)))


def sounding(samples: Samples, rate: int, below_peak_db: float = BELOW_PEAK_DB, floor_db: float = -65.0) -> tuple[int, int]:
    """First and last sample index (exclusive) of what sounds; (0, 0) for silence.

    A frame sounds when it is less than `below_peak_db` under the loudest one and over `floor_db`.
    """
    levels = envelope_db(samples, rate)
    if not len(levels) or levels.max() <= floor_db:
        return 0, 0
    on = np.flatnonzero(levels > max(levels.max() - below_peak_db, floor_db))
    size = rate * FRAME_MS // 1000
    return int(on[0]) * size, min(len(samples), (int(on[-1]) + 1) * size)


def spoken_ms(levels: NDArray[Any], frame_ms: float) -> int:
    """How long a clip is once trimmed and its pauses shortened, told by its levels alone; 0 for silence.

    Args:
        levels: dB of each frame, by any reference: only what lies below the loudest counts.
    """
    if not len(levels):
        return 0
    quiet = levels < levels.max() - BELOW_PEAK_DB
    on = np.flatnonzero(~quiet)
    frames = on[-1] + 1 - on[0]
    for start, end in runs(quiet[on[0] : on[-1] + 1]):
        if (end - start) * frame_ms >= LONGEST_PAUSE_MS:
            frames -= (end - start) - KEPT_PAUSE_MS / frame_ms
    return round(float(frames) * frame_ms)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def trim(samples: Samples, rate: int) -> Samples:
    """Without the silence at both ends; 5 ms fades so that nothing clicks. Empty for silence."""
    first, last = sounding(samples, rate)
    out = samples[first:last].astype(np.float32).copy()
    fade = min(rate // 200, len(out) // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        out[:fade] *= ramp
        out[-fade:] *= ramp[::-1]
    return out


def shorten_pauses(samples: Samples, rate: int, longest_ms: int = LONGEST_PAUSE_MS, keep_ms: int = KEPT_PAUSE_MS) -> Samples:
    """Inner pauses of `longest_ms` or more become `keep_ms` long; cut in the middle, where it is quietest."""
    levels = envelope_db(samples, rate)
    if not len(levels):
        return samples
    quiet = levels < levels.max() - BELOW_PEAK_DB
    size = rate * FRAME_MS // 1000
    keep = np.ones(len(samples), bool)
    for start, end in runs(quiet):
        if start > 0 and end < len(levels) and (end - start) * FRAME_MS >= longest_ms:
            middle = (start + end) * size // 2
            half = ((end - start) * FRAME_MS - keep_ms) * rate // 2000
            keep[middle - half : middle + half] = False
    return samples[keep]
