"""Words that turn into others as soon as the sound is a little worse: lines that may be misheard, each time alike.

A recogniser that mishears a word mishears it again at another level, through another codec, alone and in context ("four of
close" for "four of clubs", at a probability of 0.98). What it is sure of for good reasons it still hears through noise, and
what it guessed it does not. Over 28 hearings of the demo's episodes and of people's recordings, 24 lines were misheard with
no other sign against them: one noise 15 dB below the speech shows 14 to 23 of them, three show 24, and 28 of the 336 lines
that were right are told beside them. A noise of 12 dB shows no more, and tells three times as many that were right.

A line is only told, with what was heard in noise beside it: the first hearing had the better sound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ..audio.samples import Samples
from ..audio.spans import Span
from ..languages.read_aloud import as_said
from ..languages.text import without_accents
from ..records import Line, Word
from ..threads import together
from . import readings

Words = tuple[Word, ...]
CLEAR = 0.95  # a line whose words are all surer, names left aside, is not heard again; of misheard lines none was
BELOW_DB = 15.0  # the noise, under the level of what is heard
LEAD_MS = 200  # sound before and after a line
NOISES = (1, 2, 3)  # seeds
Hear = Callable[[Span, int, Words], Words]


def noisy(sound: Samples, noise: int) -> Samples:
    """Sound with a white noise BELOW_DB under its own level; the same for the same number."""
    level = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0
    white = np.random.default_rng(noise).standard_normal(len(sound), np.float32)
    return np.asarray(sound + level * 10 ** (-BELOW_DB / 20) * white, np.float32)


def other_readings(
    lines: Sequence[Line], words: Words, told: set[int], hear: Hear, is_name: Callable[[Words, Words], bool], tag: str, threads: int
) -> dict[int, str]:  # fmt: skip
    """What is heard in noise instead, by the id of each word of a line that is heard otherwise there.

    Args:
        told: words that are doubted already: their lines are left.
        hear: the words of a span in one of NOISES, names put right; given the words that stand.
        is_name: whether the first words hold a name, of which the second are one hearing.
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
    """Whether a hearing has other words in the place of some. Words more or fewer tell nothing, in noise; nor do names: they
    were put right by their sound, of what was heard with the series' names at hand."""
    return any(
        first and other and _said(first, tag) != _said(other, tag) and not is_name(first, first)
        for first, other in readings.regions([one, two])
    )


def _said(words: Words, tag: str) -> str:
    """Words in the form that two hearings are compared by: figures read, accents and apostrophes, which nobody hears, gone."""
    text = as_said(" ".join(w.text for w in words), tag)
    return without_accents(text.replace(" ", "").replace("'", ""))
