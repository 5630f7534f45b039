"""A studio's music-and-effects stem: aligned with the episode's sound, and taken from it to give clean dialogue.

Sound is float32 at 48 kHz, shape (samples, 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .samples import RATE, Samples
from .spans import Span

LAG_MS = 60  # how far a stem may sit off the episode and still be aligned
BLOCK_MS = 200
LEAST_BLOCKS = 10
SILENT = 1e-4  # amplitude of a stem's block that says nothing
FITS_DB = 9.0  # what subtracting a fitting stem must take off the quiet parts


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
    fit = Fit(shift, gain, _explained(a, gain * b))
    return fit if fit.ok else _without_voices(a, b, fit)


def _explained(mix: NDArray[np.floating], stem: NDArray[np.floating]) -> float:
    """By how many dB the mix lies above what the stem leaves of it."""
    rest = mix - stem
    return round(float(10 * np.log10(max(float(mix @ mix), 1e-12) / max(float(rest @ rest), 1e-12))), 1)


def _without_voices(mix: NDArray[np.floating], stem: NDArray[np.floating], fit: Fit) -> Fit:
    """The fit by that half of the quiet parts which the stem explains best, in blocks: a scream or a song stands where no
    detector of speech heard anybody, and is in no stem. A foreign stem explains no half of them."""
    size = RATE * BLOCK_MS // 1000
    count = len(mix) // size
    if count < LEAST_BLOCKS:
        return fit
    a, b = (x[: count * size].reshape(count, size) for x in (mix, stem))
    sounds = np.einsum("ij,ij->i", b, b) > size * SILENT**2
    if sounds.sum() < LEAST_BLOCKS:
        return fit
    a, b = a[sounds], b[sounds]
    found = fit
    kept = np.ones(len(a), bool)
    for _again in range(3):
        gain = float(np.sum(a[kept] * b[kept]) / max(float(np.sum(b[kept] ** 2)), 1e-12))
        left = np.sum((a - gain * b) ** 2, axis=1) / np.maximum(np.sum(a**2, axis=1), 1e-12)
        kept = left <= np.median(left)
        found = Fit(fit.shift, gain, _explained(a[kept].ravel(), gain * b[kept].ravel()))
    return found if found.ok else fit


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
