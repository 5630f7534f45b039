"""Voice activity by Silero (its graph comes with faster-whisper)."""

from __future__ import annotations

import numpy as np

from ...audio.envelope import runs
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
    spans = [(a * FRAME_MS, b * FRAME_MS) for a, b in runs(voiced)]
    return [s for s in join_spans(spans, join_ms) if s[1] - s[0] >= shortest_ms]
