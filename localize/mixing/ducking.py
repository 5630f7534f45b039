"""The bed of an episode without a stem: its own sound with the speech taken down inside the spoken spans.

Sound is float32 at 48 kHz, shape (samples, 2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..audio.envelope import runs
from ..audio.samples import RATE, Samples
from ..audio.spans import Span
from ..audio.stem import shifted

FADE_MS = 60
KEPT_FADE_MS = 30  # of what is kept of the source, at either end


def replaced(mix: Samples, other: Samples, spoken: list[Span]) -> Samples:
    """`mix` with `other` in its place inside `spoken`, faded over; outside every sample stays as it is."""
    blend = _inside(len(mix), spoken)[:, None]
    out = (mix * (1 - blend) + other * blend).astype(np.float32)
    return np.where(blend == 0, mix, out)


def with_kept(bed: Samples, mix: Samples, kept: list[Span]) -> Samples:
    """The bed with the source's own sound inside `kept`, at its own level and place, faded in and out within each span;
    outside every sample stays as it is."""
    blend = np.zeros(len(bed), np.float32)
    for start, end in kept:
        a, b = max(0, start * RATE // 1000), min(len(bed), end * RATE // 1000)
        slope = np.arange(1, max(0, b - a) + 1, dtype=np.float32) / max(1, min(RATE * KEPT_FADE_MS // 1000, (b - a) // 2))
        blend[a:b] = np.maximum(blend[a:b], np.minimum(1.0, np.minimum(slope, slope[::-1])))
    wide = blend[:, None]
    out = (bed * (1 - wide) + mix[: len(bed)] * wide).astype(np.float32)
    return np.where(wide == 0, bed, out)


def _inside(count: int, spoken: list[Span]) -> Samples:
    """1 inside the spans and 40 ms around, 0 outside, with slopes."""
    from scipy import ndimage

    blend = np.zeros(count, np.float32)
    for start, end in spoken:
        blend[max(0, (start - 40) * RATE // 1000) : (end + 40) * RATE // 1000] = 1.0
    return np.asarray(ndimage.uniform_filter1d(blend, RATE * FADE_MS // 1000), np.float32)


def without_speech(mix: Samples, spoken: list[Span]) -> Samples:
    """The mix with speech taken down inside `spoken`: outside it every sample stays as it is.

    Inside, each frequency of the middle channel is held to the level it has just outside (where only the bed plays),
    so that the bed goes on without a hole; the side channel, which holds little speech, keeps its own.
    """
    from scipy import ndimage, signal

    out = mix.copy()
    mid, side = mix.mean(1), (mix[:, 0] - mix[:, 1]) / 2
    size, hop = 2048, 512
    frequencies, times, spectrum = signal.stft(mid, RATE, nperseg=size, noverlap=size - hop)
    magnitude = np.abs(spectrum)
    inside = np.zeros(len(times), bool)
    for start, end in spoken:
        inside |= (times * 1000 >= start - 40) & (times * 1000 <= end + 40)
    if not inside.any() or inside.all():
        return out
    ceiling = _bed_level(magnitude, inside, times)
    gain = np.ones_like(magnitude)
    band = (frequencies >= 90) & (frequencies <= 12_000)
    held = np.minimum(1.0, ceiling / np.maximum(magnitude, 1e-9))
    gain[np.ix_(band, inside)] = held[np.ix_(band, inside)]
    gain = ndimage.gaussian_filter(gain, (1.0, 0.0))
    _t, quiet = signal.istft(spectrum * gain, RATE, nperseg=size, noverlap=size - hop)
    quiet = shifted(quiet.astype(np.float32), 0, len(mid))
    blend = _inside(len(mid), spoken)
    middle = mid * (1 - blend) + quiet * blend
    out[:, 0], out[:, 1] = middle + side, middle - side
    outside = blend == 0
    out[outside] = mix[outside]
    return out.astype(np.float32)


def _bed_level(
    magnitude: NDArray[np.floating], inside: NDArray[np.bool_], times: NDArray[np.floating]
) -> NDArray[np.floating]:
    """For each frame the bed's typical magnitude: the median of up to 1.2 s of unspoken frames on either side."""
    reach = int(1.2 / (times[1] - times[0]))
    free = np.flatnonzero(~inside)
    ceiling = np.empty_like(magnitude)
    ceiling[:] = np.median(magnitude[:, free], axis=1)[:, None]
    for start, end in runs(inside):
        near = free[(free >= start - reach) & (free < end + reach)]
        if len(near) >= 4:
            ceiling[:, start:end] = np.median(magnitude[:, near], axis=1)[:, None]
    return ceiling
