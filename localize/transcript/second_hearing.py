"""Lines that may not have been said are heard again by themselves, and settled by what is heard then.

A recogniser that hears half a minute at once carries sentences over ("Do not sign anything." once more, within the
second of "Grant? Where are you?"), and goes on at the end of what it hears. Heard alone, without hints and with
another lead, the same second gives only what is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..audio.spans import Span, covered_ms
from ..languages.unspaced import LETTER
from ..records import Flag, Line, Word
from . import doubt, loops, readings

FLAG = str(Flag.UNSURE_WORDS)
FAINTLY = "the same, hardly heard"
LEAD_MS = 300  # sound before and after a line that is heard alone, if nobody else speaks there
SHORT_LEAD_MS = 120  # and the same of the third hearing
NEAR = 3  # lines back to where a sentence said again may come from
EDGE = 4  # words at an edge that may stand on both of its sides
BREATH_MS = 400  # between them; who says a word again on purpose takes one
CUT_OFF = re.compile(r"(\.\.\.|…|[^.!?。！？])[\"'”’」』]?$")  # how a row ends whose sentence goes on
LATER_IDS = 100_000  # ids of later hearings' words begin here, until all words are numbered anew
Words = tuple[Word, ...]
Hear = Callable[[Span, int], Words]


@dataclass(frozen=True)
class Believed:
    """Words that can be believed, numbered in order.

    Attributes:
        other: how another hearing has the place, by the id of each word of a line that stays doubted.
        renamed: what was written, by the id of a word that was repaired to a name.
        again: how many lines were heard again.
    """

    words: Words
    other: dict[int, str] = field(default_factory=dict)
    renamed: dict[int, str] = field(default_factory=dict)
    again: int = 0


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """How an episode is heard again.

    Attributes:
        hear: words in a span with so much sound around it, without hints, on the episode's timeline.
        repair: words with misheard names put right, and what was changed from what.
        is_name: whether the first words hold a name that the second may be a mishearing of.
        known: whether a word is one of the language; None where no dictionary is at hand.
    """

    primary: str
    speech: list[Span]
    hear: Hear
    repair: Callable[[Words], tuple[Words, dict[int, str]]]
    is_name: Callable[[Words, Words], bool]
    known: Callable[[str], bool] | None = None


def believed(words: Words, lines: Sequence[Line], hearing: Hearing) -> Believed:
    """The words of an episode, what nobody said taken out, what stays unsure told with both readings.

    `lines` are cut from `words`, each word in one of them.
    """
    by_id = {w.id: w for w in words}
    said: list[list[str]] = []
    out: list[Word] = []
    other: dict[int, str] = {}
    renamed: dict[int, str] = {}
    again = 0
    for at, line in enumerate(lines):
        own = tuple(by_id[i] for i in line.word_ids)
        if size := _on_both_sides(out, own):
            again += 1
            lead = min(SHORT_LEAD_MS, _room(lines, at - 1)[0], _room(lines, at)[1])
            if _heard_once(own[:size], hearing.hear((lines[at - 1].start_ms, line.end_ms), lead)):
                out[-1], own = replace(out[-1], text=doubt.SENTENCE.sub("", out[-1].text)), own[size:]
        if not own:
            continue
        repaired, changed = hearing.repair(own)
        judged = tuple(replace(w, prob=1.0) if w.id in changed else w for w in repaired)  # a name by its sound
        before = [s for sentences in said[-NEAR:] for s in sentences]
        span = (line.start_ms, line.end_ms)
        # a sentence that runs on over the line's edge; after its end a word may well be answered with itself
        after = out[-1].text if out and not doubt.SENTENCE.search(out[-1].text) else ""
        found = doubt.signs(judged, span, hearing.speech, hearing.primary, before, hearing.known, after)
        if doubt.TOO_FAST in found:
            repaired = loops.said_once(repaired)
        settled = readings.Settled(repaired)
        if found:
            again += 1
            lead, tail = _room(lines, at)
            settled, more = _heard_again(repaired, span, min(lead, tail), hearing, found)
            changed = changed | more
        said.append([readings.text_of(s) for s in doubt.sentences(settled.words)])
        for word in settled.words:
            if word.id in changed:
                renamed[len(out)] = changed[word.id]
            if settled.doubted:
                other[len(out)] = settled.other
            out.append(replace(word, id=len(out)))
    return Believed(tuple(out), other, renamed, again)


def _on_both_sides(before: Sequence[Word], own: Words) -> int:
    """How many words end what stands before a line, in the midst of a sentence, and begin the line within the same breath:
    what is said where two stretches of sound part is heard in both."""
    if not before or own[0].start_ms - before[-1].end_ms > BREATH_MS or not CUT_OFF.search(before[-1].text):
        return 0
    ends, starts = readings.texts_of(before[-EDGE:]), readings.texts_of(own[:EDGE])
    for size in range(min(len(ends), len(starts)), 0, -1):
        if ends[-size:] == starts[:size] and not all(LETTER.fullmatch(t) for t in starts[:size]):
            return size
    return 0


def _heard_once(words: Words, whole: Words) -> bool:
    """Whether words are there, and not twice in a row, in what is heard of both lines as one."""
    heard, once = readings.texts_of(whole), readings.texts_of(words)
    found = [n for n in range(len(heard)) if heard[n : n + len(once)] == once]
    return bool(found) and not any(heard[n + len(once) : n + 2 * len(once)] == once for n in found)


def _room(lines: Sequence[Line], at: int) -> tuple[int, int]:
    """Quiet before and after a line, to its neighbours."""
    before = lines[at].start_ms - lines[at - 1].end_ms if at else LEAD_MS
    after = lines[at + 1].start_ms - lines[at].end_ms if at + 1 < len(lines) else LEAD_MS
    return max(0, before), max(0, after)


def _heard_again(
    first: Words, span: Span, room: int, hearing: Hearing, found: tuple[str, ...]
) -> tuple[readings.Settled, dict[int, str]]:
    """The line settled by one more hearing where that agrees, else by two."""
    takes: list[Words] = [first]
    changed: dict[int, str] = {}
    for number, lead in enumerate((LEAD_MS, SHORT_LEAD_MS), start=1):
        heard = hearing.hear(span, min(lead, room))
        numbered = tuple(replace(w, id=LATER_IDS * number + i + 1000 * span[0]) for i, w in enumerate(heard))
        repaired, more = hearing.repair(numbered)
        take = possible(repaired, span, first)
        changed.update(more)
        if take is not None:
            takes.append(take)
        if take is not None and readings.same(first, take) and "hardly heard" not in found:
            break
    settled = readings.settle(takes, hearing.is_name) if takes[1:] else readings.Settled(first, doubted=True)
    voiced = covered_ms(span, hearing.speech)
    if not any(takes[1:]) and voiced < doubt.QUIET * (span[1] - span[0]):
        return readings.Settled(()), changed  # nobody speaks, and nothing is heard when one listens
    if not settled.words:
        return readings.Settled(first, doubted=True, other="nothing"), changed
    left = doubt.signs(settled.words, span, hearing.speech, hearing.primary, known=hearing.known)
    strong = {doubt.TOO_FAST, "little voice", "another language", "no word of the language"} & {*left}
    if strong and not settled.doubted:
        told = next((" ".join(w.text for w in t) for t in takes[1:] if not readings.same(t, settled.words)), "")
        settled = replace(settled, doubted=True, other=told)
    if settled.doubted and not settled.other:
        settled = replace(settled, other=FAINTLY)
    return settled, changed


def possible(words: Words, span: Span, first: Words) -> Words | None:
    """A later hearing without what it repeats to no end: heard alone, recognisers loop into the silence that follows. None
    where it does nothing else: that tells neither for the first hearing nor against it."""
    words = words[: _round(words, first)]
    if (loop := loops.first_of(words)) is not None:
        return words[: loop[0]] or None
    return tuple(w for w in words if w.start_ms < span[1] + LEAD_MS)


def _round(words: Words, first: Words) -> int:
    """How many words a later hearing has before it begins anew, where it does nothing else and the first hearing did not:
    "summer, it's grand summer, it's grand" is said once."""
    texts, once = readings.texts_of(words), readings.texts_of(first)
    for size in range(2, len(texts) // 2 + 1):
        rounds = all(text == texts[n % size] for n, text in enumerate(texts))
        if rounds and not any(once[n : n + size] == once[n + size : n + 2 * size] for n in range(len(once))):
            return size
    return len(texts)
