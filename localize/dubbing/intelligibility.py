"""What a recogniser reads from a dub, line by line: whether each line says its text, to its last word.

Pure. The recogniser skips a line now and then that is perfectly said, so a line that looks wrong here is heard once
more by itself before it is believed to be wrong. What is written in figures and signs is compared as it is said, on both
sides: a voice says "three thousand two hundred fifty dollars", and a recogniser writes that either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ..languages.read_aloud import as_said
from ..records import Flag, Take, Word

JUDGED = ("en", "es", "pt")  # languages that the embedded recogniser reads well enough to judge a dub
FLAG = Flag.MISREAD
MISREAD = 0.5  # share of letters that differ, from which a line may say something else
NEAR_MS = 150
SHORT = 4  # letters
ALIKE = 60.0  # of 100: two spellings of one word, as recognisers write it


def by_line(takes: Iterable[Take], heard: Sequence[Word]) -> dict[str, str]:
    """Text heard within each take, by line id; a word belongs where its middle stands."""
    out = {}
    for take in takes:
        if take.clip:
            inside = [
                w.text for w in heard if take.start_ms - NEAR_MS <= (w.start_ms + w.end_ms) / 2 <= take.end_ms + NEAR_MS
            ]
            out[take.line_id] = " ".join(inside)
    return out


def differs(text: str, heard: str, tag: str = "") -> float:
    """Share of letters from 0 to 1 that differ; words are not counted, since recognisers part them as they like."""
    wanted, got = as_said(text, tag).replace(" ", ""), as_said(heard, tag).replace(" ", "")
    return float(Levenshtein.normalized_distance(wanted, got))


def ends(text: str, heard: str, tag: str = "") -> bool:
    """Whether the last word of a text stands at the end of what was heard, spelled about so.

    A word of few letters takes the one before it along: recognisers join and part them. True for a text of no words.
    """
    wanted, got = as_said(text, tag).split(), as_said(heard, tag).replace(" ", "")
    tail = ""
    while wanted and len(tail) < SHORT:
        tail = wanted.pop() + tail
    return not tail or fuzz.partial_ratio(tail, got[-len(tail) - SHORT :]) >= ALIKE


def doubtful(text: str, heard: str, tag: str = "") -> bool:
    """Whether a line as heard, in the language `tag`, may not be what is written, or not all of it."""
    return differs(text, heard, tag) > MISREAD or not ends(text, heard, tag)
