"""True peak, four times oversampled as BS.1770-4 has it, and a limiter that holds it.

Oversampling costs more than all other work on a mix, and most of a programme lies far below its ceiling: peaks between
samples are looked for only where the samples around can bear one, and once for all gains.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from .envelope import runs
from .samples import Samples
from .spans import join_spans

OVER = 4
HALF = 10 * OVER  # of the filter, in samples of the higher rate
HOP = 256
APART = 8  # hops; what is nearer is looked at as one
BLOCK = 512  # hops looked at at a time: a loud minute at once takes 150 MB


class Peaks:
    """The true peaks of samples (n,) or (n, channels), each looked for once."""

    def __init__(self, samples: Samples) -> None:
        wide = samples[:, None] if samples.ndim == 1 else samples
        self.channels = [np.ascontiguousarray(c, np.float32) for c in wide.T]
        self.count = len(wide)
        hops = -(-self.count // HOP)
        tops = np.zeros(hops * HOP, np.float32)
        for channel in self.channels:
            np.maximum(tops[: self.count], np.abs(channel), out=tops[: self.count])
        self.tops = tops.reshape(hops, HOP).max(1) if hops else np.zeros(0, np.float32)
        around = np.pad(self.tops, 1)
        self._reach = np.maximum(around[1:-1], np.maximum(around[:-2], around[2:])) * _bound()
        self._found = np.zeros(self.count, np.float32)
        self._known = np.zeros(hops, bool)

    def over(self, level: float) -> Samples:
        """The highest of each sample's four phases and all its channels wherever it may reach `level`; elsewhere that, or 0."""
        wanted = self._reach >= level
        for first, end in join_spans(runs(wanted & ~self._known), APART):
            for start in range(first, end, BLOCK):
                self._look(start * HOP, min(self.count, end * HOP, (start + BLOCK) * HOP))
            self._known[first:end] = True
        return self._found

    def highest(self) -> float:
        """The highest true peak, 1.0 at full scale; 0 for silence."""
        return float(self.over(float(self.tops.max(initial=0))).max(initial=0))

    def _look(self, start: int, end: int) -> None:
        from scipy import signal

        before, after = max(0, start - HOP), min(self.count, end + HOP)
        for channel in self.channels:
            high = np.abs(signal.upfirdn(_filter(), channel[before:after], OVER))[HALF:]
            part = high[OVER * (start - before) : OVER * (end - before)]
            # numpy is slow at maxima along a short axis
            top = functools.reduce(np.maximum, (part[phase::OVER] for phase in range(OVER)))
            np.maximum(self._found[start:end], top, out=self._found[start:end])


def true_peak(samples: Samples) -> float:
    """Highest peak in dBTP, four times oversampled."""
    return float(20 * np.log10(max(Peaks(samples).highest(), 1e-6)))


def limit(
    samples: Samples, rate: int, ceiling_db: float, gain: float = 1.0, peaks: Peaks | None = None, look_ms: int = 5
) -> Samples:  # fmt: skip
    """Samples (n, channels) times `gain`, with no true peak above the ceiling: look-ahead gain, smooth, no delay.

    `peaks` are those of `samples`, where they are at hand.
    """
    from scipy import ndimage, signal

    out = (samples * np.float32(gain)).astype(np.float32)
    ceiling = 10 ** (ceiling_db / 20) / max(gain, 1e-9)
    found = (peaks or Peaks(samples)).over(ceiling)
    width = 2 * (rate * look_ms // 1000) + 1
    window = np.hanning(width + 2)[1:-1]
    window /= window.sum()
    for first, end in join_spans(runs(found > ceiling), 4 * width):
        a, b = max(0, first - 2 * width), min(len(samples), end + 2 * width)  # as far as the gain moves, and further
        wanted = np.minimum(1.0, ceiling / np.maximum(found[a:b], 1e-9))
        held = ndimage.minimum_filter1d(wanted, 2 * width - 1)
        smooth = signal.oaconvolve(np.pad(held, width // 2, mode="edge"), window, mode="valid")
        out[a:b] *= smooth[:, None].astype(np.float32)
    return out


@functools.cache
def _filter() -> NDArray[np.float32]:
    """The low-pass of the oversampling, as scipy's resample_poly designs it."""
    from scipy import signal

    return np.asarray(OVER * signal.firwin(2 * HALF + 1, 1 / OVER, window=("kaiser", 5.0)), np.float32)


@functools.cache
def _bound() -> float:
    """How far the highest true peak can lie over the highest of the samples around it: 2.24 times."""
    return float(max(np.abs(_filter()[phase::OVER]).sum() for phase in range(OVER)))
