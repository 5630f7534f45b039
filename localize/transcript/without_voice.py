"""Lines of a studio's transcript during which nobody is heard: times of another cut, or a line that was not recorded."""

from __future__ import annotations

from dataclasses import replace

from ..audio.samples import Samples
from ..audio.spans import Span, overlap_ms
from ..engines.recognition import silero
from ..records import Flag, Line

NEAR_MS = 500  # a subtitle may come so much before its voice, or stay after it
FAINT = 0.1  # probability of a voice that a whisper or a cry still has; in music it is seldom reached for long
SUNG = "sung"  # a manner: detectors of speech do not hear songs


def marked(lines: tuple[Line, ...], hearing: Samples, speech: list[Span]) -> tuple[Line, ...]:
    """The lines, those without a voice flagged. Where no voice is heard in the whole episode none can be judged, and none is.

    `hearing` is mono at 16 kHz, `speech` where a voice is surely heard in it.
    """
    if not speech:
        return lines
    doubtful = [x for x in lines if not _is_near(x, speech) and SUNG not in x.manner]
    if not doubtful:
        return lines
    faint = silero.speech_spans(hearing, FAINT)
    silent = {x.id for x in doubtful if not _is_near(x, faint)}
    return tuple(replace(x, flags=(*x.flags, Flag.NO_VOICE)) if x.id in silent else x for x in lines)


def _is_near(line: Line, spans: list[Span]) -> bool:
    """Whether one of the spans meets a line's time, or comes near it."""
    return any(overlap_ms((line.start_ms - NEAR_MS, line.end_ms + NEAR_MS), s) for s in spans)
