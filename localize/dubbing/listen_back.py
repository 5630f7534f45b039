"""The dub heard by the recogniser: a whole track, or one line by itself.

A stretch of a track is a step of its own: where one line was edited, the others are not heard again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import soxr

from ..audio import files
from ..audio.samples import ASR_RATE, RATE, Samples, to_asr
from ..audio.spans import Span
from ..engines.base import Transcriber
from ..engines.recognition import silero
from ..records import EngineUse, Episode, Word, from_json, to_json
from ..session import Session
from ..storage.step_cache import Steps
from ..transcript import loops, stretches, words
from . import retake


@dataclass(frozen=True, kw_only=True)
class ReadBackInputs:
    """All that decides what is read from a dub.

    Attributes:
        track: digest of its track; of a stretch of it, sha256 of the samples at 48 kHz.
        names: those that the recogniser is told to expect.
    """

    track: str
    language: str
    names: tuple[str, ...]
    engine: EngineUse


def hear_line(session: Session, target: str, quick: bool = False) -> retake.Hear:
    """Listen to one line by itself, with quiet around it as the recogniser likes it; `quick` tries once, and without
    being told the names."""
    whisper, names_there = session.engines.transcriber(target), () if quick else names_told(session, target)

    def hear(samples: Samples, rate: int) -> str:
        padded = np.pad(np.asarray(soxr.resample(samples, rate, ASR_RATE), np.float32), ASR_RATE // 2)
        heard = whisper.transcribe(padded, target.split("-")[0], names_there, quick)
        return " ".join(w.text for w in heard.words)

    return hear


def names_told(session: Session, target: str) -> tuple[str, ...]:
    """The names that the recogniser is told to expect."""
    return tuple(t.form(target) for t in session.bible.terms.terms)


def read_back(session: Session, episode: Episode, track: str, target: str) -> tuple[Word, ...]:
    """What the recogniser reads from a dub's speech track."""
    whisper = session.engines.transcriber(target)
    inputs = ReadBackInputs(track=track, language=target, names=names_told(session, target), engine=whisper.identity())
    subject = f"{episode.name} {target}"
    with session.clock.timed(episode.name, target):
        make = lambda: [to_json(w) for w in _read(session, inputs, whisper, subject)]  # noqa: E731
        made = session.steps.json("read-back", 8, inputs, subject, make)
    return tuple(from_json(Word, w) for w in made)


def _read(session: Session, inputs: ReadBackInputs, whisper: Transcriber, subject: str) -> tuple[Word, ...]:
    samples = files.from_flac(session.steps.store.need(inputs.track))[0]
    speech = silero.speech_spans(to_asr(samples))

    def hear(span: Span) -> tuple[Word, ...]:
        sound, start_ms = stretches.around(samples, span, rate=RATE)
        return stretches.moved(hear_stretch(session.steps, whisper, sound, inputs, subject), start_ms)

    return words.heard_words(stretches.words_in(hear, speech, session.settings.threads), speech)


def hear_stretch(steps: Steps, whisper: Transcriber, sound: Samples, inputs: ReadBackInputs, subject: str) -> tuple[Word, ...]:
    """The words of a stretch of a track at 48 kHz, at the first try; what a recogniser that loops writes faster than anyone
    speaks stands once.

    Taking the likeliest word each time, without weighing readings, would save a third of this and 4 % of an episode, for 62
    instead of 60 misread words of 720."""
    stretch = replace(inputs, track=hashlib.sha256(sound.tobytes()).hexdigest())

    def make() -> Any:
        heard = whisper.transcribe(to_asr(sound), inputs.language.split("-")[0], inputs.names, quick=True)
        return [to_json(w) for w in loops.without_impossible(heard.words)]

    return tuple(from_json(Word, w) for w in steps.json("hear-stretch", 3, stretch, subject, make))
