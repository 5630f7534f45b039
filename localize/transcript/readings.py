"""Several hearings of one stretch put side by side, and what of them stands.

Pure: words in, words out. Where two of three hearings agree, that is what was said; where none does, the likeliest is
kept and the place is doubted, with what else was heard there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ..records import Word
from .doubt import plain_words

SURE = 0.5  # mean probability from which what two hearings agree on is believed
CLEAR = 0.8  # and from which they may stand for other words of the first hearing
FAINT = 0.3  # mean probability below which even what all hear is doubted
Words = tuple[Word, ...]


@dataclass(frozen=True)
class Settled:
    """What stands of a stretch: its words, whether a place in it is doubted, and how another hearing has it."""

    words: Words
    doubted: bool = False
    other: str = ""


def text_of(words: Sequence[Word]) -> str:
    """Words as one text in a form that two hearings are compared by."""
    return " ".join(p for w in words for p in plain_words(w.text))


def texts_of(words: Sequence[Word]) -> list[str]:
    """The same of each word by itself."""
    return [text_of([w]) for w in words]


def same(one: Sequence[Word], two: Sequence[Word]) -> bool:
    """Whether two hearings say the same; how they part words and write marks does not matter."""
    return text_of(one).replace(" ", "") == text_of(two).replace(" ", "")


def settle(readings: Sequence[Words], is_name: Callable[[Words, Words], bool]) -> Settled:
    """The words that stand of two or three hearings, the first of them the one in context.

    Args:
        is_name: whether the first words hold a name of the series that the second ones may be a mishearing of.
    """
    first = readings[0]
    kept: list[Word] = []
    doubted = False
    others: list[list[Word]] = [[] for _r in readings[1:]]
    for region in regions(readings):
        words, unsure = _choose(region, is_name)
        if unsure:
            doubted = True
        kept += words
        for at, own in enumerate(region[1:]):
            others[at] += own
    found = [o for o in others if not same(tuple(o), tuple(kept))]
    told = " ".join(w.text for w in found[0]) if found else "" if same(first, kept) else _told(first)
    return Settled(_timed(kept, first), doubted, told if doubted else "")


def _told(words: Words) -> str:
    return " ".join(w.text for w in words)


def regions(readings: Sequence[Words]) -> list[tuple[Words, ...]]:
    """Stretches of the hearings beside each other: single words on which all agree, and what stands between those."""
    first = readings[0]
    keys = texts_of(first)
    matched: list[dict[int, int]] = []
    for other in readings[1:]:
        blocks = SequenceMatcher(None, keys, texts_of(other), autojunk=False).get_matching_blocks()
        matched.append({b.a + i: b.b + i for b in blocks for i in range(b.size)})
    anchors = [i for i in range(len(first)) if all(i in m for m in matched)]
    out: list[tuple[Words, ...]] = []
    ends = [0] * len(readings)
    for anchor in [*anchors, None]:
        stops = [len(r) for r in readings] if anchor is None else [anchor, *(m[anchor] for m in matched)]
        between = tuple(tuple(r[a:b]) for r, a, b in zip(readings, ends, stops, strict=True))
        if any(between):
            out.append(between)
        if anchor is not None:
            out.append(tuple((r[s],) for r, s in zip(readings, stops, strict=True)))
            ends = [s + 1 for s in stops]
    return out


def _choose(region: tuple[Words, ...], is_name: Callable[[Words, Words], bool]) -> tuple[Words, bool]:
    """Which hearing's words stand in a region, and whether that is doubted."""
    first, *rest = region
    if all(same(first, other) for other in rest):
        best = max(region, key=_sureness)
        return first, bool(first) and _sureness(best) < FAINT
    if first and all(same(first, other) or is_name(first, other) for other in rest):
        return first, False
    if len(rest) == 1:
        return first, True
    named = [r for r in rest if r and all(o is r or same(r, o) or is_name(r, o) for o in region)]
    if named:
        return named[0], False
    for one, two in ((first, rest[0]), (first, rest[1]), (rest[0], rest[1])):
        if same(one, two):
            return (one or two), bool(one) and not _believed(first, one, two)
    return max(region, key=_sureness) or first, True


def _believed(first: Words, one: Words, two: Words) -> bool:
    """Whether words that two hearings share are believed. Where they replace others, those must have been faint: two
    words that sound alike are heard as one or the other, and either may be wrong."""
    best = max(_sureness(one), _sureness(two))
    if same(first, one) or not first:
        return best >= SURE
    return best >= CLEAR and _sureness(first) < SURE


def _sureness(words: Words) -> float:
    return sum(w.prob for w in words) / len(words) if words else 0.0


def _timed(kept: Sequence[Word], first: Words) -> Words:
    """Words of several hearings in one order of time."""
    out: list[Word] = []
    for word in kept:
        floor = out[-1].start_ms if out else 0
        start = max(word.start_ms, floor)
        out.append(replace(word, start_ms=start, end_ms=max(word.end_ms, start + 1)))
    return tuple(out)
