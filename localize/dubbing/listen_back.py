"""The dub heard by the recogniser: a whole track, or one line by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr

from ..audio import files
from ..audio.samples import ASR_RATE, Samples, to_asr
from ..engines.base import Transcriber
from ..engines.recognition import silero
from ..records import EngineUse, Episode, Word, from_json, to_json
from ..session import Session
from ..storage.blobs import Store
from ..transcript import stretches, words
from . import retake


@dataclass(frozen=True, kw_only=True)
class ReadBackInputs:
    """All that decides what is read from a dub; `names`: those that the recogniser is told to expect."""

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
    whisper, store = session.engines.transcriber(target), session.steps.store
    told = names_told(session, target)
    inputs = ReadBackInputs(track=track, language=target, names=told, engine=whisper.identity())
    with session.clock.timed(episode.name, target):
        make = lambda: _read(inputs, whisper, store, session.settings.threads)  # noqa: E731
        made = session.steps.json("read-back", 5, inputs, f"{episode.name} {target}", make)
    return tuple(from_json(Word, w) for w in made)


def _read(inputs: ReadBackInputs, whisper: Transcriber, store: Store, threads: int) -> Any:
    samples = to_asr(files.from_flac(store.need(inputs.track))[0])
    speech = silero.speech_spans(samples)
    heard = stretches.words_in(whisper, samples, speech, inputs.language.split("-")[0], inputs.names, threads)
    return [to_json(w) for w in words.heard_words(heard, speech)]
