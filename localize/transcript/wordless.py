"""Voices without words in the source: screams, laughter, sobs, singing on a vowel. Found by rules, kept in every dub.

A stretch is kept where a voice sounds, no line and no recognised word is near it, and a recogniser that hears it alone
reads nothing from it but an exclamation. Everything else is ducked like speech. With a stem, whatever is loud and
voiced in the dialogue counts; in a mix only what a detector of voices heard, for music is voiced too (and what no detector
heard is not taken down there anyhow).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from ..audio.envelope import runs
from ..audio.samples import Samples
from ..audio.spans import Span, beside, join_spans, overlap_ms
from ..audio.voice import HOP_MS, Track
from ..engines.recognition import silero
from ..records import Line, Word
from .result import Sound

NEAR_MS = 120  # a line's edge and a word's time are no better than that
LEAST_MS = 400  # shorter is a breath, or a line's last sound
JOIN_MS = 600  # between the bursts of a laugh, and from sob to sob
BURST_MS = 60
SEED_MS = 150  # of surely heard voice, that a stretch of a mix must hold
BELOW_DB = 18.0  # under the level of the episode's lines
VOICED = 0.55  # how periodic a frame is, from which it is a voice's; 0.6 to 0.8 in speech, 0.3 in noise
SHARE = 0.35  # of a stretch that must be voiced
FAINT = 0.2  # probability of a voice that laughter and sobs still have
HIGH_HZ = 450  # no speaker's usual pitch
EXCLAIMED = re.compile(r"(?:[aeiou]{1,2}h+|[aeou]{3,}h*|o+w*|u+r*g+h+|(?:h[aeiou]+h?){2,}|[aeou]h[aeou]+h?|h+m+|m{2,}|a+r+g*h*|e+k+|y+a+y*)")
CRIED = re.compile(r"h?[aeiou]+[hy]?")  # "hey, hey, hey, hey" is a laugh
AGAIN = 4
BELIEVED = 0.4  # mean probability of the words
Hear = Callable[[Span], Sequence[Word]]


def found(
    hearing: Samples,
    frames: Track,
    clean: bool,
    speech: list[Span],
    lines: Sequence[Line],
    words: Sequence[Word],
    hear: Hear,
    marked: Sequence[Sound] = (),
) -> tuple[Sound, ...]:
    """The stretches that are nobody's words.

    Args:
        hearing: the episode's sound, mono at 16 kHz, and its frames; clean: whether that is dialogue alone.
        speech: where a voice is surely heard; hear: the words that a recogniser reads from a span alone.
        marked: what a person decided already.
    """
    taken = [(x.start_ms - NEAR_MS, x.end_ms + NEAR_MS) for x in lines]
    taken += [(w.start_ms - NEAR_MS, w.end_ms + NEAR_MS) for w in words if any(c.isalnum() for c in w.text)]
    taken += [s.span for s in marked]
    seeds = [s for span in speech for s in beside(span, taken, SEED_MS)]
    if not clean and not seeds:
        return ()
    said = np.concatenate([frames.within((x.start_ms, x.end_ms)).level_db for x in lines] or [np.zeros(0)])
    usual = float(np.percentile(said, 60)) if len(said) else -30.0
    sounding = _loud(frames, usual - BELOW_DB) if clean else silero.speech_spans(hearing, FAINT)
    bursts = join_spans([part for span in sounding for part in beside(span, taken, BURST_MS)], JOIN_MS)
    out = []
    for stretch in (part for whole in bursts for part in beside(whole, taken, LEAST_MS)):
        own = frames.within(stretch)
        if not clean and not any(overlap_ms(stretch, s) >= SEED_MS for s in seeds):
            continue
        loud = own.level_db >= usual - BELOW_DB
        if loud.sum() * HOP_MS < LEAST_MS // 2 or float(np.mean(own.voiced[loud] >= VOICED)) < SHARE:
            continue
        if not says_words(hear(stretch)):
            out.append(Sound(*stretch, f"found: {like(own, usual)}, no word near it"))
    return tuple(out)


def says_words(heard: Sequence[Word]) -> bool:
    """Whether what a recogniser reads from a stretch alone may be words.

    Measured on made laughter, sobs, screams and singing with noise at -80 and -74 dB: it writes a letter or a cry again and
    again, or a sentence of which it is not sure ("This is the first time I've ever played", 0.25).
    """
    if not heard or float(np.mean([w.prob for w in heard])) < BELIEVED:
        return False
    texts = {"".join(c for c in w.text.casefold() if c.isalnum()) for w in heard}
    if len(heard) >= AGAIN and len(texts) == 1 and CRIED.fullmatch(next(iter(texts))):
        return False
    return not all(exclaimed(w.text) for w in heard)


def exclaimed(text: str) -> bool:
    """Whether what a recogniser writes is a sound and no word: "Ahhh!", "haha", one letter again and again, or only marks."""
    letters = "".join(c for c in text.casefold() if c.isalnum())
    return len(set(letters)) <= 1 or bool(EXCLAIMED.fullmatch(letters))


def like(own: Track, usual: float) -> str:
    """What a stretch sounds like, for a person who looks at the report."""
    voiced = own.voiced >= VOICED
    pitch = float(np.median(own.pitch_hz[voiced])) if voiced.any() else 0.0
    loud = own.level_db > np.percentile(own.level_db, 90) - 9
    bursts = int(np.sum(np.diff(loud.astype(np.int8)) == 1) + loud[0])
    seconds = len(own) * HOP_MS / 1000
    if pitch >= HIGH_HZ and float(np.percentile(own.level_db, 75)) >= usual - 3:
        return "a voice like a scream"
    if bursts >= 3:
        return "a voice like laughter" if bursts / seconds >= 3 else "a voice like sobbing"
    if seconds >= 1.2 and float(voiced.mean()) >= 0.9:
        return "a voice like singing"
    return "a voice without words"


def _loud(frames: Track, least_db: float) -> list[Span]:
    """Where a dialogue sounds."""
    return [(a * HOP_MS, b * HOP_MS) for a, b in runs(frames.level_db >= least_db)]
