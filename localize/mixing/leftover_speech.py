"""Source speech that is still heard in the bed."""

from __future__ import annotations

from typing import Any

from ..audio import files
from ..audio.samples import to_asr
from ..languages.text import normal_form
from ..records import Episode, Line, Word, to_json
from ..session import Session
from ..transcript.result import Listened

NEAR_MS = 300  # word times are no better than that


def left_speech(session: Session, episode: Episode, listened: Listened, bed_digest: str) -> float:
    """Share of source words that the recogniser still reads from the bed."""
    whisper = session.engines.transcriber()

    def make() -> Any:
        samples, _rate = files.from_flac(session.steps.store.need(bed_digest))
        heard = whisper.transcribe(to_asr(samples.mean(1)), listened.transcript.language, (), quick=True)
        return round(_share_left(listened.transcript.lines, heard.words), 4)

    inputs = {
        "bed": bed_digest,
        "engine": to_json(whisper.identity()),
        "lines": [[x.start_ms, x.end_ms, x.text] for x in listened.transcript.lines],
    }
    with session.clock.timed(episode.name, ""):
        return float(session.steps.json("left-speech", 2, inputs, episode.name, make))


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
