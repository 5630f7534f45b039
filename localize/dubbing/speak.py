"""Lines to speech: text made speakable, locked pronunciations, takes at the speed that fits, laid into one track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..audio.files import from_flac, to_flac
from ..audio.levels import active_level
from ..audio.samples import Samples, length_ms
from ..audio.shape import shorten_pauses, trim
from ..engines.base import Clip, versions
from ..engines.speech.voices import Voices
from ..errors import UnusableResult
from ..languages import dictionary
from ..records import EngineUse
from ..storage.step_cache import Steps
from .part import Part
from .pronounce import phonemes

VERSION = 6
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
    numbers: str
    dictionary: str


def speak(part: Part, speed: float, voices: Voices, espeak: str, steps: Steps, subject: str) -> tuple[str, Clip]:
    """(digest, clip) of a line at a native speed, spoken once and kept. Raises EngineError, UnusableResult for a silent clip."""
    voice = voices.of(part.voice)
    speed = round(speed * part.speed * PACES[part.again], 3)
    inputs = SpeakInputs(
        text=part.text, say=part.say, voice=part.voice, speed=speed, espeak=espeak,
        engine=voice.identity(part.voice), numbers=versions("num2words"), dictionary=dictionary.identity(espeak),
    )  # fmt: skip

    def make() -> bytes:
        clip = voice.speak(phonemes(part, voice, espeak), part.voice, speed)
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


def clipped(samples: Samples) -> float:
    """Share of samples that lie flat at the clip's own peak, as nothing but clipping leaves them."""
    peak = float(np.abs(samples).max(initial=0))
    flat = (np.abs(samples[1:]) >= 0.9999 * peak) & (np.abs(samples[:-1]) >= 0.9999 * peak)
    return float(flat.mean()) if peak > 0 and len(flat) else 0.0


def natural_ms(part: Part, voice: Voices, espeak: str, steps: Steps, subject: str) -> int:
    """How long a line's speech is at the voice's natural pace; 0 where it cannot say it. The take is kept.

    Raises LocalizeError where the engine failed.
    """
    try:
        clip = speak(part, 1.0, voice, espeak, steps, subject)[1]
    except UnusableResult:
        return 0
    return length_ms(ready(clip), clip.rate)


def ready(clip: Clip) -> Samples:
    """A clip's speech: ends trimmed, long pauses shortened."""
    return shorten_pauses(trim(clip.samples, clip.rate), clip.rate)
