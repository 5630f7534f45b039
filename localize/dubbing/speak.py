"""Lines to speech: text made speakable, locked pronunciations, takes at the speed that fits, laid into one track."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..audio.envelope import shorten_pauses, trim
from ..audio.files import from_flac, to_flac
from ..audio.levels import active_level
from ..audio.samples import Samples
from ..audio.samples import length_ms as samples_ms
from ..engines.base import Clip
from ..engines.speech.voices import Voices
from ..errors import UnusableResult
from ..records import EngineUse
from ..storage.step_cache import Steps
from .pronounce import phonemes, rules
from .spoken_line import SpokenLine

VERSION = 6
LENGTH_VERSION = 1
SILENT_LUFS = -60.0
SHORTEST_MS_A_LETTER = 18
CLIPPED = 0.001
FULL = 0.98
PACES = (1.0, 0.95, 0.9)  # of the wanted speed: the first take, then retakes of what was not understood
UNHEARD = 0.015  # a voice that misses the wanted length by less is left as it is


@dataclass(frozen=True, kw_only=True)
class SpeakInputs:
    """All that decides a line's clip."""

    text: str
    say: tuple[tuple[str, str], ...]
    voice: str
    speed: float
    espeak: str
    engine: EngineUse
    rules: tuple[str, ...]


def speak(part: SpokenLine, speed: float, voices: Voices, espeak: str, steps: Steps, subject: str) -> tuple[str, Clip]:
    """(digest, clip) of a line at a native speed, spoken once and kept. Raises EngineError, UnusableResult for a silent clip."""
    voice, inputs = voices.of(part.voice), _inputs(part, speed, voices, espeak)

    def make() -> bytes:
        clip = voice.speak(phonemes(part, voice, espeak), inputs.voice, inputs.speed)
        if active_level(clip.samples, clip.rate) < SILENT_LUFS:
            raise UnusableResult("the voice gave silence", part.line.id)
        if clipped(clip.samples) > CLIPPED:
            raise UnusableResult("the voice is clipped", part.line.id)
        letters = sum(c.isalnum() for c in part.text)
        if clip.duration_ms < SHORTEST_MS_A_LETTER * letters:
            raise UnusableResult(f"the voice gave {clip.duration_ms} ms for {letters} letters", part.line.id)
        # a voice may go over full scale, which would be clipped on the way to disk; the line's gain comes later
        return to_flac(clip.samples * min(1.0, FULL / float(np.abs(clip.samples).max())), clip.rate)

    digest, data = steps.data("speak", VERSION, inputs, subject, make)
    samples, rate = from_flac(data)
    return digest, Clip(samples, rate)


def _inputs(part: SpokenLine, speed: float, voices: Voices, espeak: str) -> SpeakInputs:
    wanted = round(speed * part.speed * PACES[part.again], 3)
    ask = getattr(voices.of(part.voice), "asked", None)  # of a served voice: one that knows no speed is not paid for it twice
    asked, taken = ask(part.voice, wanted, part.again, part.line.manner) if ask else (part.voice, wanted)
    return SpeakInputs(
        text=part.text, say=part.say, voice=asked, speed=taken, espeak=espeak,
        engine=voices.identity(part.voice), rules=rules(espeak),
    )  # fmt: skip


def clipped(samples: Samples) -> float:
    """Share of samples that lie flat at the clip's own peak, as nothing but clipping leaves them."""
    peak = float(np.abs(samples).max(initial=0))
    flat = (np.abs(samples[1:]) >= 0.9999 * peak) & (np.abs(samples[:-1]) >= 0.9999 * peak)
    return float(flat.mean()) if peak > 0 and len(flat) else 0.0


def natural_ms(part: SpokenLine, voices: Voices, espeak: str, steps: Steps, subject: str) -> int:
    """How long a line's speech is at the voice's natural pace; 0 where it cannot say it. Kept like a take.

    Told by the voice's own plan where it has one, without speaking; else by a take. Raises LocalizeError where the engine
    failed.
    """
    return length_ms(replace(part, again=0), 1.0, voices, espeak, steps, subject)


def length_ms(part: SpokenLine, speed: float, voices: Voices, espeak: str, steps: Steps, subject: str) -> int:
    """How long a line's speech is at a native speed, as `ready` leaves it; 0 where the voice cannot say it."""
    planned = planned_ms(part, speed, voices, espeak, steps, subject)
    if planned is not None:
        return planned
    try:
        clip = speak(part, speed, voices, espeak, steps, subject)[1]
    except UnusableResult:
        return 0
    return samples_ms(ready(clip), clip.rate)


def planned_ms(part: SpokenLine, speed: float, voices: Voices, espeak: str, steps: Steps, subject: str) -> int | None:
    """The same as the voice plans it before it speaks; None for a voice of which only a take tells."""
    voice, inputs = voices.of(part.voice), _inputs(part, speed, voices, espeak)

    def make() -> Any:
        return voice.length_ms(phonemes(part, voice, espeak), part.voice, inputs.speed)

    planned = steps.json("length", LENGTH_VERSION, inputs, subject, make)
    return None if planned is None else int(planned)


def ready(clip: Clip) -> Samples:
    """A clip's speech: ends trimmed, long pauses shortened."""
    return shorten_pauses(trim(clip.samples, clip.rate), clip.rate)
