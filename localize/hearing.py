"""What a recogniser and a meter find in what was made: the dub read back, source speech left in the bed, levels."""

from __future__ import annotations

from typing import Any

import numpy as np
import soxr

from . import ffmpeg, retake, segment, sound, speak
from . import mix as mixing
from .engines import vad
from .listen import ASR_RATE, Listened, decode, to_asr
from .memory import normal_form
from .model import Episode, Line, Word, from_json, to_json
from .sound import RATE, Samples
from .studio import Studio

NEAR_MS = 300  # word times are no better than that


def hear_line(studio: Studio, target: str, quick: bool = False) -> retake.Hear:
    """Listen to one line by itself, with quiet around it as the recogniser likes it; `quick` tries once, and without
    being told the names."""
    whisper, names_there = studio.engines.transcriber(), () if quick else _names(studio, target)

    def hear(samples: Samples, rate: int) -> str:
        padded = np.pad(np.asarray(soxr.resample(samples, rate, ASR_RATE), np.float32), ASR_RATE // 2)
        heard = whisper.transcribe(padded, target.split("-")[0], names_there, quick)
        return " ".join(w.text for w in heard.words)

    return hear


def _names(studio: Studio, target: str) -> tuple[str, ...]:
    return tuple(t.form(target) for t in studio.bible.terms.terms)


def read_back(studio: Studio, episode: Episode, track: str, target: str) -> tuple[Word, ...]:
    """What the recogniser reads from a dub's speech track."""
    whisper = studio.engines.transcriber()
    names_there = _names(studio, target)

    def make() -> Any:
        samples, _rate = speak.from_flac(studio.steps.store.need(track))
        heard = whisper.transcribe(to_asr(samples), target.split("-")[0], names_there, quick=True)
        return [to_json(w) for w in segment.heard_words(heard.words, vad.speech_spans(to_asr(samples)))]

    inputs = {"track": track, "language": target, "names": names_there, "engine": to_json(whisper.identity())}
    with studio.clock.timed(episode.name, target):
        made = studio.steps.json("read-back", 3, inputs, f"{episode.name} {target}", make)
    return tuple(from_json(Word, w) for w in made)


def balance(studio: Studio, episode: Episode, listened: Listened, bed_digest: str, track: str) -> mixing.Balance:
    """What the mix is held against: levels of lines relative to the programme, and the bed left as it was."""

    def against_source() -> Any:  # the same for every language
        source = decode(episode)
        bed = ffmpeg.fit_length(speak.from_flac(studio.steps.store.need(bed_digest))[0], len(source))
        off = mixing.bed_difference(source, bed, listened.spoken)
        return [round(sound.loudness(source, RATE), 2), None if off is None else round(off, 2)]

    def mixed() -> float:
        bed, voice = (speak.from_flac(studio.steps.store.need(d))[0] for d in (bed_digest, track))
        return round(sound.loudness(mixing.programme(bed, voice), RATE), 2)

    inputs = {"file": episode.sha256, "bed": bed_digest, "spoken": listened.spoken}
    with studio.clock.timed(episode.name, ""):
        source, off = studio.steps.json("bed-kept", 1, inputs, episode.name, against_source)
        mix = studio.steps.json("mix-level", 1, {"bed": bed_digest, "track": track}, episode.name, mixed)
    return mixing.Balance(source, mix, off)


def left_speech(studio: Studio, episode: Episode, listened: Listened, bed_digest: str) -> float:
    """Share of source words that the recogniser still reads from the bed."""
    whisper = studio.engines.transcriber()

    def make() -> Any:
        samples, _rate = speak.from_flac(studio.steps.store.need(bed_digest))
        heard = whisper.transcribe(to_asr(samples.mean(1)), listened.transcript.language, (), quick=True)
        return round(_share_left(listened.transcript.lines, heard.words), 4)

    inputs = {
        "bed": bed_digest,
        "engine": to_json(whisper.identity()),
        "lines": [[x.start_ms, x.end_ms, x.text] for x in listened.transcript.lines],
    }
    with studio.clock.timed(episode.name, ""):
        return float(studio.steps.json("left-speech", 2, inputs, episode.name, make))


def _share_left(lines: tuple[Line, ...], heard: tuple[Word, ...]) -> float:
    """Share of said words that are read again where they were said, in order (longest common subsequence a line).

    Words that a recogniser finds in music stand anywhere; only what is heard within its line counts.
    """
    from rapidfuzz.distance import LCSseq

    left = wanted = 0
    for line in lines:
        said = normal_form(line.text).split()
        near = [w.text for w in heard if line.start_ms - NEAR_MS < w.end_ms and w.start_ms < line.end_ms + NEAR_MS]
        left += LCSseq.similarity(said, normal_form(" ".join(near)).split())
        wanted += len(said)
    return left / max(1, wanted)
