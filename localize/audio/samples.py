"""Samples and their rates: the programme's, the recogniser's, and the way from one to the other.

Samples are float32, mono (n,) or stereo (n, 2); 1.0 is full scale.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 48_000
ASR_RATE = 16_000
Samples = NDArray[np.float32]


def to_asr(voice: Samples) -> Samples:
    """The programme's samples at the recogniser's rate."""
    return np.asarray(soxr.resample(voice, RATE, ASR_RATE), np.float32)


def length_ms(samples: Samples, rate: int) -> int:
    """Length in ms."""
    return round(1000 * len(samples) / rate)
