"""The dub heard by the recogniser: a whole track, or one line by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import soxr

from ..audio import files
from ..audio.samples import ASR_RATE, Samples, to_asr
from ..engines.recognition import silero
from ..records import Episode, Word, from_json, to_json
from ..session import Session
from ..transcript import words
from . import retake


def hear_line(session: Session, target: str, quick: bool = False) -> retake.Hear:
    """Listen to one line by itself, with quiet around it as the recogniser likes it; `quick` tries once, and without
    being told the names."""
    whisper, names_there = session.engines.transcriber(), () if quick else names_told(session, target)

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
    whisper = session.engines.transcriber()
    names_there = names_told(session, target)

    def make() -> Any:
        samples, _rate = files.from_flac(session.steps.store.need(track))
        heard = whisper.transcribe(to_asr(samples), target.split("-")[0], names_there, quick=True)
        return [to_json(w) for w in words.heard_words(heard.words, silero.speech_spans(to_asr(samples)))]

    inputs = {"track": track, "language": target, "names": names_there, "engine": to_json(whisper.identity())}
    with session.clock.timed(episode.name, target):
        made = session.steps.json("read-back", 3, inputs, f"{episode.name} {target}", make)
    return tuple(from_json(Word, w) for w in made)
