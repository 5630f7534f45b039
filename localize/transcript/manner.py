"""How a line is said, measured on the source's own sound against how its speaker usually says one.

Force is told by what effort does to a voice: it gets louder, higher and brighter together. One sign alone is no manner: a
line nearer to the microphone is louder and nothing else. Where the signs do not agree, the speaker has too few lines, or
music covers the voice, nothing is sure, and nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..audio.spans import Span, beside, join_spans
from ..audio.voice import HOP_MS, Track
from ..records import Line

SURE = 0.7  # confidence, from which a measured manner is followed
FEWEST = 3  # lines by which a speaker's usual way is known
ACTIVE_DB = 18.0  # under a line's own loud frames
VOICED = 0.5  # how periodic a frame is, from which it counts as voiced
CLEAR_DB = 20.0  # a line's level over what sounds where nobody speaks, from which its voice can be measured in a mix
BREATHED = 0.45  # of the speaker's usual voiced share, below which a line is whispered
# what counts as one step of force: 6 dB of level, 3 semitones, 4 dB of brightness; a step each is a raised voice
STEP = (6.0, 3.0, 4.0)
FAR = 1.5  # no sign counts for more steps than this
WHISPERED, QUIET, SHOUTED = "whispered", "quiet", "shouted"


@dataclass(frozen=True)
class Measured:
    """A line's voice against its speaker's usual.

    Attributes:
        manner: "whispered", "quiet", "shouted", or "" for plain; confidence: from 0 to 1.
        level_db, semitones, bright_db: less than usual where negative; spread: of the pitch, in semitones.
        rate: letters a second against usual; voiced: share of voiced frames, from 0 to 1.
        force: the three signs together in steps; 0 is usual.
    """

    manner: str
    confidence: float
    level_db: float
    semitones: float
    bright_db: float
    spread: float
    rate: float
    voiced: float
    force: float

    @property
    def sure(self) -> str:
        """The manner where it may be followed; "" elsewhere."""
        return self.manner if self.confidence >= SURE else ""


@dataclass(frozen=True)
class _Voice:
    level: float
    pitch: float
    bright: float
    spread: float
    rate: float
    voiced: float


def measure(lines: Sequence[Line], levels: dict[str, float], frames: Track, speech: list[Span], clean: bool) -> dict[str, Measured]:
    """Each line's manner, by line id; lines of whom nothing is known are left out.

    Args:
        levels: of each line in LUFS; frames: of what is heard, the dialogue alone where `clean`; speech: where a voice is heard.
    """
    floor = None if clean else _floor(frames, speech, lines)
    by_speaker: dict[str, list[Line]] = {}
    for line in lines:
        by_speaker.setdefault(line.speaker, []).append(line)
    out = {}
    for speaker, own in by_speaker.items():
        voices = {x.id: v for x in own if (v := _voice(frames.within((x.start_ms, x.end_ms)), x, levels[x.id])) is not None}
        if not speaker or len(voices) < FEWEST:
            continue
        usual = _Voice(*(float(np.median([getattr(v, f) for v in voices.values()])) for f in _Voice.__dataclass_fields__))
        for line in own:
            if line.id in voices:
                covered = floor is not None and _loud(frames, line) - floor < CLEAR_DB
                out[line.id] = judge(voices[line.id], usual, covered)
    return out


def judge(voice: _Voice, usual: _Voice, covered: bool = False) -> Measured:
    """A line's manner against the usual; nothing is sure where the voice is covered."""
    level, bright = voice.level - usual.level, voice.bright - usual.bright
    semitones = 12 * float(np.log2(voice.pitch / usual.pitch)) if voice.pitch and usual.pitch else 0.0
    steps = [float(np.clip(x / s, -FAR, FAR)) for x, s in zip((level, semitones, bright), STEP, strict=True)]
    force = float(np.mean(steps))
    manner, confidence = "", 1.0
    if voice.voiced < BREATHED * usual.voiced and steps[0] < -0.3:
        manner = WHISPERED
        confidence = min(1.0, 0.5 + (1 - voice.voiced / max(1e-6, BREATHED * usual.voiced)) / 2 + max(0.0, -steps[0]) / 4)
    elif abs(force) > 0.4:
        manner = SHOUTED if force > 0 else QUIET
        agreeing = sorted(x if force > 0 else -x for x in steps)
        # two of the three must be plainly so, level among them, and the third must not speak against it
        plainly = min(agreeing[1], abs(steps[0]) if steps[0] * force > 0 else 0.0)
        confidence = min(1.0, max(0.0, plainly)) * (1.0 if agreeing[0] > -0.25 else 0.5)
    if covered:
        confidence = min(confidence, 0.4)
    figures = (level, semitones, bright, voice.spread, voice.rate / max(1e-6, usual.rate), voice.voiced, force)
    return Measured(manner, round(confidence, 2), *(round(x, 2) for x in figures))


def _voice(own: Track, line: Line, level: float) -> _Voice | None:
    if len(own) < 10:
        return None
    loud = own.level_db >= np.percentile(own.level_db, 90) - ACTIVE_DB
    voiced = loud & (own.voiced >= VOICED)
    pitch, spread = 0.0, 0.0
    if voiced.sum() >= 5:
        low, pitch, high = np.percentile(own.pitch_hz[voiced], (25, 50, 75))
        spread = 12 * float(np.log2(high / low))
    seconds = max(0.1, (line.end_ms - line.start_ms) / 1000)
    rate = sum(c.isalnum() for c in line.text) / seconds
    bright = float(np.median(own.bright_db[voiced if voiced.sum() >= 5 else loud]))
    return _Voice(level, float(pitch), bright, spread, rate, float(voiced.sum() / max(1, loud.sum())))


def _loud(frames: Track, line: Line) -> float:
    own = frames.within((line.start_ms, line.end_ms)).level_db
    return float(np.percentile(own, 75)) if len(own) else -120.0


def _floor(frames: Track, speech: list[Span], lines: Sequence[Line]) -> float:
    """The level of what sounds where nobody speaks, in dB of full scale; 0 where somebody always does."""
    whole = (0, len(frames) * HOP_MS)
    free = beside(whole, join_spans([*speech, *((x.start_ms, x.end_ms) for x in lines)], 300), 200)
    rest = [frames.within(s).level_db for s in free]
    return float(np.percentile(np.concatenate(rest), 75)) if rest else 0.0
