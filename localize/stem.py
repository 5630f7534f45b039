"""The bed under the dub: a studio's music-and-effects stem where it fits the episode, else the episode's own sound
with the speech taken down inside the spoken spans.

All sound here is float32 at 48 kHz, shape (samples, 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .sound import RATE, Samples, active_level
from .spans import Span

LAG_MS = 60  # how far a stem may sit off the episode and still be aligned
FITS_DB = 9.0  # what subtracting a fitting stem must take off the quiet parts
FADE_MS = 60


@dataclass(frozen=True)
class Fit:
    """How a stem sits against the episode's mix: shift in samples, gain, and what it explains of the quiet parts."""

    shift: int
    gain: float
    explained_db: float

    @property
    def ok(self) -> bool:
        """Whether this is the stem of this episode."""
        return self.explained_db >= FITS_DB


def fit_stem(mix: Samples, stem: Samples, spoken: list[Span]) -> Fit:
    """Find the shift and gain at which the stem explains most of the mix where nobody speaks."""
    from scipy import signal  # half a second that a rerun does not pay

    one, two = (x.mean(1).astype(np.float64) for x in (mix, stem))
    free = np.ones(len(one), bool)
    for start, end in spoken:
        free[max(0, start - 150) * RATE // 1000 : (end + 150) * RATE // 1000] = False
    if free.sum() < RATE // 2 or not np.any(two):
        return Fit(0, 1.0, 0.0)
    lag = RATE * LAG_MS // 1000
    spectrum = signal.correlate((one * free)[: 20 * RATE], two[: 20 * RATE], method="fft")
    zero = min(len(two), 20 * RATE) - 1
    window = spectrum[zero - lag : zero + lag + 1]
    shift = int(np.argmax(np.abs(window))) - lag
    moved = shifted(two, shift, len(one))
    a, b = one[free], moved[free]
    gain = float((a @ b) / max(b @ b, 1e-12))
    rest = a - gain * b
    explained = 10 * np.log10(max(float(a @ a), 1e-12) / max(float(rest @ rest), 1e-12))
    return Fit(shift, gain, round(float(explained), 1))


def shifted(samples: NDArray[np.floating], shift: int, count: int) -> NDArray[np.floating]:
    """`samples` moved later by `shift` (earlier where negative), cut or padded to `count`."""
    pad = [(max(0, shift), 0)] + [(0, 0)] * (samples.ndim - 1)
    moved = np.pad(samples, pad)[max(0, -shift) :]
    if len(moved) < count:
        moved = np.pad(moved, [(0, count - len(moved))] + [(0, 0)] * (samples.ndim - 1))
    return moved[:count]


def dialogue(mix: Samples, stem: Samples, fit: Fit) -> Samples:
    """Mono dialogue: the mix less its stem."""
    rest: Samples = (mix - fit.gain * shifted(stem, fit.shift, len(mix))).mean(1).astype(np.float32)
    return rest


def replaced(mix: Samples, other: Samples, spoken: list[Span]) -> Samples:
    """`mix` with `other` in its place inside `spoken`, faded over; outside every sample stays as it is."""
    blend = _inside(len(mix), spoken)[:, None]
    out = (mix * (1 - blend) + other * blend).astype(np.float32)
    return np.where(blend == 0, mix, out)


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
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
    ceiling[:] = np.median(magnitude[:, free], axis=1)[:, None]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        near = free[(free >= start - reach) & (free < end + reach)]
        if len(near) >= 4:
            ceiling[:, start:end] = np.median(magnitude[:, near], axis=1)[:, None]
    return ceiling


def line_level(voice: Samples, span: Span, bed_power_db: float | None = None) -> float:
    """A source line's speech level in LUFS; with a bed's level, its power is taken off first."""
    part = voice[max(0, span[0]) * RATE // 1000 : max(0, span[1]) * RATE // 1000]
    level = active_level(part, RATE)
    if bed_power_db is None or level <= -120:
        return level
    rest = 10 ** (level / 10) - 10 ** (bed_power_db / 10)
    return float(10 * np.log10(rest)) if rest > 10 ** (level / 10) * 0.05 else level - 13
