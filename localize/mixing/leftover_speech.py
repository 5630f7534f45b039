"""Source speech that is still heard in the bed.

Listening to a minute of music costs ten seconds of processor time, so a bed that is the studio's stem is first compared with the
speech that was taken off: `leak`. Measured on the demo's two stems and two jitters of each, with the dialogue put back at
some level: 0.004 without, 0.007 to 0.010 at -40 dB, 0.013 to 0.016 at -36, 0.030 to 0.033 at -30 dB. What lies below
HEARD, -40 dB and less under the speech, is not listened for; nor is a voice that is not the episode's own.

What is kept of the source on purpose is not counted: neither as speech that is left, nor what is read from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..audio import files
from ..audio.samples import ASR_RATE, Samples, to_asr
from ..audio.spans import Span, beside
from ..engines.base import Transcriber
from ..languages.text import normal_form
from ..media.soundtrack import decode
from ..records import EngineUse, Episode, Word
from ..session import Session
from ..storage.blobs import Store
from ..transcript.result import Listened

NEAR_MS = 300  # word times are no better than that
LAG_MS = 20  # between what was taken off and what is left of it
HEARD = 0.01  # of the speech's amplitude


@dataclass(frozen=True, kw_only=True)
class LeftSpeechInputs:
    """All that decides how much source speech is read from a bed; `lines`: start and end in ms, and text, of what is said
    and of what is muted; `kept`: where the source's own sound stands on purpose.

    Attributes:
        file, sound: the episode that the bed was taken from, where it is the studio's stem; empty elsewhere.
    """

    bed: str
    file: str
    sound: str
    engine: EngineUse
    language: str
    lines: tuple[tuple[int, int, str], ...]
    kept: tuple[Span, ...] = ()


def left_speech(session: Session, episode: Episode, listened: Listened, bed_digest: str) -> float:
    """Share of source words that the recogniser still reads from the bed."""
    whisper, store = session.engines.transcriber(listened.transcript.language), session.steps.store
    inputs = LeftSpeechInputs(
        bed=bed_digest,
        file=episode.sha256 if listened.stem else "",
        sound=episode.media.sound if listened.stem else "",
        engine=whisper.identity(),
        language=listened.transcript.language,
        lines=_to_be_gone(listened),
        kept=tuple(s.span for s in listened.kept),
    )
    with session.clock.timed(episode.name, ""):
        make = lambda: _left(inputs, episode, whisper, store)  # noqa: E731
        return float(session.steps.json("left-speech", 3, inputs, episode.name, make))


def _to_be_gone(listened: Listened) -> tuple[tuple[int, int, str], ...]:
    """What must not be heard any more: lines, but those that are kept whole, and what is muted."""
    lines = [(x.start_ms, x.end_ms, x.text) for x in listened.transcript.lines]
    muted = [(s.start_ms, s.end_ms, s.text) for s in listened.muted]
    kept = [s.span for s in listened.kept]
    return tuple(x for x in dict.fromkeys((*lines, *muted)) if beside(x[:2], kept, 1))


def _left(inputs: LeftSpeechInputs, episode: Episode, whisper: Transcriber, store: Store) -> float:
    bed = to_asr(files.from_flac(store.need(inputs.bed))[0].mean(1))
    if inputs.file and leak(bed, to_asr(decode(episode).mean(1)), spoken_outside(inputs)) < HEARD:
        return 0.0
    heard = whisper.transcribe(bed, inputs.language, (), quick=True)
    words = [w for w in heard.words if not any(a <= (w.start_ms + w.end_ms) // 2 < b for a, b in inputs.kept)]
    return round(_share_left(inputs.lines, tuple(words)), 4)


def spoken_outside(inputs: LeftSpeechInputs) -> list[Span]:
    """Where somebody speaks and nothing is kept."""
    return [s for start, end, _text in inputs.lines for s in beside((start, end), inputs.kept, 1)]


def leak(bed: Samples, mix: Samples, spoken: list[Span]) -> float:
    """How much of the speech that is in the mix and not in the bed is in the bed as well, as a share of its amplitude.

    Both are 16 kHz mono; `spoken` are the spans in ms in which somebody speaks. 1.0 where there is no such speech.
    """
    from scipy import signal

    count, lag = min(len(bed), len(mix)), ASR_RATE * LAG_MS // 1000
    speech = np.zeros(count)
    for start, end in spoken:
        at = slice(start * ASR_RATE // 1000, min(count, end * ASR_RATE // 1000))
        speech[at] = mix[at].astype(np.float64) - bed[at]
    power = float(speech @ speech)
    if power <= 1e-9 * count:
        return 1.0
    curve = signal.correlate(bed[:count].astype(np.float64), speech, method="fft")
    return float(np.abs(curve[count - 1 - lag : count + lag]).max()) / power


def _share_left(lines: tuple[tuple[int, int, str], ...], heard: tuple[Word, ...]) -> float:
    """Share of said words that are read again where they were said, in order (longest common subsequence a line).

    Words that a recogniser finds in music stand anywhere; only what is heard within its line counts.
    """
    from rapidfuzz.distance import LCSseq

    left = wanted = 0
    for start, end, text in lines:
        said = normal_form(text).split()
        near = [w.text for w in heard if start - NEAR_MS < w.end_ms and w.start_ms < end + NEAR_MS]
        left += LCSseq.similarity(said, normal_form(" ".join(near)).split())
        wanted += len(said)
    return left / max(1, wanted)
