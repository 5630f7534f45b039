"""Samples as FLAC and WAV bytes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile

from .samples import Samples


def write_wav(path: Path, samples: Samples, rate: int) -> None:
    """24-bit WAV, clipped at full scale."""
    soundfile.write(path, np.clip(samples, -1.0, 1.0), rate, format="WAV", subtype="PCM_24")


def to_flac(samples: Samples, rate: int) -> bytes:
    """FLAC, 24 bit. Samples beyond full scale are a fault of the caller and are clipped."""
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(samples, -1.0, 1.0), rate, format="FLAC", subtype="PCM_24")
    return buffer.getvalue()


def from_flac(data: bytes) -> tuple[Samples, int]:
    """Samples and rate."""
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    return samples, rate
