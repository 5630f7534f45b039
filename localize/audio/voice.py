"""What a voice does, frame by frame: level, pitch, how voiced it is, how bright. Plain signal processing, no model.

Sound is mono float32 at 16 kHz. Frames are SIZE samples long and HOP_MS apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .samples import ASR_RATE, Samples
from .spans import Span

HOP_MS = 20
SIZE = 1024
LOWEST_HZ, HIGHEST_HZ = 75, 1200  # a low man's voice, a scream
BRIGHT_HZ = 1000  # effort lifts what lies above against what lies below
BLOCK = 1024  # frames at a time
Frames = NDArray[np.float64]


@dataclass(frozen=True)
class Track:
    """A sound frame by frame.

    Attributes:
        level_db: RMS in dB of full scale; pitch_hz: of the strongest period; voiced: how periodic, from 0 to 1.
        bright_db: energy above BRIGHT_HZ less that below, in dB.
    """

    level_db: Frames
    pitch_hz: Frames
    voiced: Frames
    bright_db: Frames

    def within(self, span: Span) -> Track:
        """The frames of a span in ms."""
        at = slice(max(0, span[0] // HOP_MS), max(0, span[1] // HOP_MS))
        return Track(self.level_db[at], self.pitch_hz[at], self.voiced[at], self.bright_db[at])

    def __len__(self) -> int:
        return len(self.level_db)


def track(sound: Samples) -> Track:
    """The frames of a sound; the last ones are filled up with silence."""
    hop, window, wide = ASR_RATE * HOP_MS // 1000, np.hanning(SIZE), 4 * SIZE
    count = max(1, -(-len(sound) // hop))
    padded = np.pad(sound, (SIZE // 2, SIZE + hop)).astype(np.float64)
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, wide)) ** 2)[: SIZE // 2 + 1]
    low, high = ASR_RATE // HIGHEST_HZ, min(ASR_RATE // LOWEST_HZ, SIZE // 2)
    edge, floor = BRIGHT_HZ * wide // ASR_RATE, 80 * wide // ASR_RATE
    out = np.zeros((4, count))
    for start in range(0, count, BLOCK):
        at = np.arange(start, min(count, start + BLOCK))
        frames = padded[(at * hop)[:, None] + np.arange(SIZE)]
        frames -= frames.mean(1, keepdims=True)
        power = np.abs(np.fft.rfft(frames * window, wide)) ** 2
        likeness = np.fft.irfft(power)[:, : SIZE // 2 + 1]
        likeness = likeness / np.maximum(likeness[:, :1], 1e-12) / np.maximum(of_window / of_window[0], 1e-3)
        best = low + np.argmax(likeness[:, low:high], axis=1)
        out[0, at] = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
        out[1, at] = ASR_RATE / best
        out[2, at] = np.clip(likeness[np.arange(len(at)), best], 0, 1)
        below, above = power[:, floor:edge].sum(1), power[:, edge:].sum(1)
        out[3, at] = 10 * np.log10((above + 1e-12) / (below + 1e-12))
    return Track(*out)
