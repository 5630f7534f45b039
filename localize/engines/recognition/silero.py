"""Voice activity by Silero (its graph comes with faster-whisper)."""

from __future__ import annotations

import numpy as np

from ...audio.spans import Span, join_spans
from ..base import Samples

RATE = 16_000
WINDOW = 512
FRAME_MS = 1000 * WINDOW // RATE


def speech_spans(audio: Samples, threshold: float = 0.5, join_ms: int = 100, shortest_ms: int = 90) -> list[Span]:
    """Spans [start_ms, end_ms] of 16 kHz mono audio in which a voice is heard; edges to about 32 ms."""
    from faster_whisper.vad import get_vad_model

    if not len(audio):
        return []
    padded = np.pad(audio, (0, WINDOW - len(audio) % WINDOW)).astype(np.float32)
    voiced = np.asarray(get_vad_model()(padded)).ravel() >= threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[0], voiced.astype(np.int8), [0]])))
    spans = [(int(a) * FRAME_MS, int(b) * FRAME_MS) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [s for s in join_spans(spans, join_ms) if s[1] - s[0] >= shortest_ms]
