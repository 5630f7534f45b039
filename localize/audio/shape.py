"""The shape of a clip over time: its envelope, silence trimmed off its ends, long pauses shortened."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .samples import Samples

FRAME_MS = 10


def envelope_db(samples: Samples, rate: int, frame_ms: int = FRAME_MS) -> NDArray[np.float64]:
    """RMS of each frame in dBFS, at least -120."""
    size = rate * frame_ms // 1000
    count = len(samples) // size
    mono = samples if samples.ndim == 1 else samples.mean(1)
    frames = mono[: count * size].reshape(count, size).astype(np.float64)
    return np.asarray(10 * np.log10(np.maximum((frames**2).mean(1), 1e-12)))


def sounding(samples: Samples, rate: int, below_peak_db: float = 38.0, floor_db: float = -65.0) -> tuple[int, int]:
    """First and last sample index (exclusive) of what sounds; (0, 0) for silence.

    A frame sounds when it is less than `below_peak_db` under the loudest one and over `floor_db`.
    """
    levels = envelope_db(samples, rate)
    if not len(levels) or levels.max() <= floor_db:
        return 0, 0
    on = np.flatnonzero(levels > max(levels.max() - below_peak_db, floor_db))
    size = rate * FRAME_MS // 1000
    return int(on[0]) * size, min(len(samples), (int(on[-1]) + 1) * size)


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


def shorten_pauses(samples: Samples, rate: int, longest_ms: int = 300, keep_ms: int = 200) -> Samples:
    """Inner pauses of `longest_ms` or more become `keep_ms` long; cut in the middle, where it is quietest."""
    from scipy import ndimage  # half a second that a rerun does not pay

    levels = envelope_db(samples, rate)
    if not len(levels):
        return samples
    quiet = levels < levels.max() - 38
    size = rate * FRAME_MS // 1000
    labels, count = ndimage.label(quiet)
    keep = np.ones(len(samples), bool)
    for run in range(1, count + 1):
        frames = np.flatnonzero(labels == run)
        inner = frames[0] > 0 and frames[-1] < len(levels) - 1
        if inner and len(frames) * FRAME_MS >= longest_ms:
            middle = (frames[0] + frames[-1] + 1) * size // 2
            half = (len(frames) * FRAME_MS - keep_ms) * rate // 2000
            keep[middle - half : middle + half] = False
    return samples[keep]
