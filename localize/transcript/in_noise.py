"""Words that turn into others as soon as the sound is a little worse: lines that may be misheard, each time alike.

A recogniser that mishears a word mishears it again at another level, through another codec, alone and in context ("four of
close" for "four of clubs", at a probability of 0.98). What it is sure of for good reasons it still hears through noise, and
what it guessed it does not: of 23 misheard lines in 28 hearings of the demo and of people's recordings, FIGURES.

A line is only told, with what was heard in noise beside it: the first hearing had the better sound.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..audio.samples import Samples
from ..audio.spans import Span
from ..languages.read_aloud import read_aloud
from ..records import Line, Word
from ..threads import together
from . import readings
from .doubt import plain_words

Words = tuple[Word, ...]
CLEAR = 0.95  # a line whose words are all surer, names left aside, is not heard again; of misheard lines none was


@dataclass(frozen=True)
class Noise:
    """How far it lies under the speech, in dB; with how much sound around a line, in ms; and which noise it is."""

    below_db: float
    lead_ms: int
    seed: int


NOISES = (Noise(15.0, 200, 1), Noise(12.0, 120, 1), Noise(15.0, 200, 2))
Hear = Callable[[Span, Noise, Words], Words]


def noisy(sound: Samples, noise: Noise) -> Samples:
    """Sound with white noise so far below its own level; the same each time."""
    level = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0
    white = np.random.default_rng(noise.seed).standard_normal(len(sound), np.float32)
    return np.asarray(sound + level * 10 ** (-noise.below_db / 20) * white, np.float32)


def other_readings(
    lines: Sequence[Line], words: Words, told: set[int], hear: Hear, is_name: Callable[[Words, Words], bool], tag: str, threads: int
) -> dict[int, str]:  # fmt: skip
    """What is heard in noise instead, by the id of each word of a line that is heard otherwise there.

    Args:
        told: words that are doubted already: their lines are left.
        hear: the words of a span in noise, names put right; given the words that stand.
        is_name: whether the first words hold a name that the second may be a mishearing of.
        tag: the language, in which figures are compared as they are said.
    """
    by_id = {w.id: w for w in words}
    owns = [(line, tuple(by_id[i] for i in line.word_ids)) for line in lines if not told & {*line.word_ids}]
    unsure = [(line, own) for line, own in owns if any(w.prob < CLEAR and not is_name((w,), (w,)) for w in own)]

    def otherwise(line: Line, own: Words) -> str:
        for noise in NOISES:
            take = hear((line.start_ms, line.end_ms), noise, own)
            if differs(own, take, is_name, tag):
                return " ".join(w.text for w in take)
        return ""

    found = together([partial(otherwise, line, own) for line, own in unsure], threads)
    return {w.id: text for (_line, own), text in zip(unsure, found, strict=True) if text for w in own}


def differs(one: Words, two: Words, is_name: Callable[[Words, Words], bool], tag: str) -> bool:
    """Whether a hearing has other words in the place of some; words more or fewer tell nothing, in noise."""
    return any(
        first and other and _said(first, tag) != _said(other, tag) and not is_name(first, other)
        for first, other in readings.regions([one, two])
    )


def _said(words: Words, tag: str) -> str:
    """Words in the form that two hearings are compared by: figures read, accents and apostrophes, which nobody hears, gone."""
    text = read_aloud(" ".join(w.text for w in words), tag).text
    plain = unicodedata.normalize("NFD", "".join(plain_words(text)).replace("'", ""))
    return "".join(c for c in plain if not unicodedata.combining(c))
