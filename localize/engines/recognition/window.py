"""A recogniser's window no longer than what is said in it.

Whisper hears half a minute at a time, silence put behind what is shorter, and its encoder works as long on silence as on
speech: a line of two seconds costs as much as thirty. Heard again alone, a line is heard as well in a window that ends a
little behind it. The first hearing keeps the whole window: in short ones the demo's "Iron Heiress" came out as a word
that had to be repaired, and one jitter of sixteen lost a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

RULES = 2  # raise where the windows change: they are part of the recogniser's identity
FRAMES_A_SECOND = 100
MARGIN_S = 3.0  # of silence behind the sound
SHORTEST_S = 5.0
# what is left behind the last word is not heard by itself: it is the quiet that a stretch was given, and tried three times it cost
# as long as the stretch, and brought words that nobody said
REST_S = 0.6
_SHORT: ContextVar[bool] = ContextVar("short windows", default=False)


@contextmanager
def short(wanted: bool = True) -> Iterator[None]:
    """Inside, in this thread, windows end behind the sound, if that is wanted."""
    token = _SHORT.set(wanted)
    try:
        yield
    finally:
        _SHORT.reset(token)


def fitted(model: Any) -> Any:
    """A faster-whisper model whose encoder is given no more silence than it needs, where short windows are wanted."""
    whole = model.encode

    def encode(features: Any) -> Any:
        return whole(np.ascontiguousarray(features[..., : length(features)]) if _SHORT.get() else features)

    model.encode = encode
    return model


def length(features: Any) -> int:
    """How many frames of features (..., mels, frames) are kept; those that were put behind the sound are all zero."""
    sounding = np.flatnonzero(features.any(axis=tuple(range(features.ndim - 1))))
    end = int(sounding[-1]) + 1 if len(sounding) else 0
    wanted = max(round(SHORTEST_S * FRAMES_A_SECOND), end + round(MARGIN_S * FRAMES_A_SECOND))
    return int(min(features.shape[-1], wanted + wanted % 2))  # the encoder halves them
