"""Levels: BS.1770 loudness, the level of speech, and one sound found in another.

Samples are float32, mono (n,) or stereo (n, 2); 1.0 is full scale. Levels are in LUFS (K-weighted)."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from .samples import Samples

FILTERED = 1 << 18  # samples that are weighted at a time


@functools.cache
def _k_weighting(rate: int) -> NDArray[np.float64]:
    """The two filters of ITU-R BS.1770-4, derived for any rate from their analogue design values."""
    f0, gain, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k, vh = np.tan(np.pi * f0 / rate), 10 ** (gain / 20)
    vb, a0 = vh**0.4996667741545416, 1 + k / q + k * k
    shelf = [(vh + vb * k / q + k * k) / a0, 2 * (k * k - vh) / a0, (vh - vb * k / q + k * k) / a0,
             1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]  # fmt: skip
    f0, q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * f0 / rate)
    a0 = 1 + k / q + k * k
    high = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    return np.array([shelf, high])


def _blocks(samples: Samples, rate: int, step_ms: int = 100, block_ms: int = 400) -> NDArray[np.float64]:
    """K-weighted power of blocks, summed over channels."""
    if not len(samples):
        return np.zeros(0)
    from scipy import signal

    wide = samples[:, None] if samples.ndim == 1 else samples
    weighting, power = _k_weighting(rate), np.empty(len(wide))
    state = np.zeros((len(weighting), 2, wide.shape[1]))
    for start in range(0, len(wide), FILTERED):  # a minute at once takes 150 MB
        part = wide[start : start + FILTERED].astype(np.float64)
        heard, state = signal.sosfilt(weighting, part, axis=0, zi=state)
        power[start : start + FILTERED] = np.einsum("ij,ij->i", heard, heard)
    step, size = rate * step_ms // 1000, rate * block_ms // 1000
    if len(power) < size:
        return np.array([power.mean()]) if len(power) else np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(power)])
    starts = np.arange(0, len(power) - size + 1, step)
    return np.asarray((total[starts + size] - total[starts]) / size)


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(max(power, 1e-12)))


def loudness(samples: Samples, rate: int) -> float:
    """Integrated loudness in LUFS with the gates of BS.1770-4; -120 for silence."""
    blocks = _blocks(samples, rate)
    loud = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not len(loud):
        return -120.0
    gate = _lufs(float(loud.mean())) - 10
    return _lufs(float(loud[loud > 10 ** ((gate + 0.691) / 10)].mean()))


def active_level(samples: Samples, rate: int) -> float:
    """Level of one line's speech in LUFS: mean of short blocks within 12 dB of the loudest; -120 for silence."""
    blocks = _blocks(samples, rate, 20, 60)
    if not len(blocks) or blocks.max() < 1e-11:
        return -120.0
    return _lufs(float(blocks[blocks > blocks.max() / 10**1.2].mean()))


def match(wanted: Samples, found: Samples, rate: int, lag_ms: int = 1000) -> tuple[float, float]:
    """(offset in ms, dB explained) of mono `found` against mono `wanted`, whatever its level.

    The offset is positive where it is late; what is explained is how far the rest lies below once `wanted` is taken
    off at its best shift and gain: 0 for another sound, over 20 for the same through a codec. (0.0, 0.0) for silence.
    """
    from scipy import signal

    count, lag = max(len(wanted), len(found)), rate * lag_ms // 1000
    one, two = (np.pad(x.astype(np.float64), (0, count - len(x))) for x in (wanted, found))
    if not one.any() or not two.any():
        return 0.0, 0.0
    curve = signal.correlate(two, one, method="fft")[count - 1 - lag : count + lag]
    shift = int(np.argmax(curve)) - lag
    moved = np.zeros(count)
    moved[max(0, shift) : count + min(0, shift)] = one[max(0, -shift) : count - max(0, shift)]
    gain = float(two @ moved) / max(float(moved @ moved), 1e-12)
    rest = two - gain * moved
    explained = 10 * np.log10(max(float(two @ two), 1e-12) / max(float(rest @ rest), 1e-12))
    return 1000 * shift / rate, float(explained)
