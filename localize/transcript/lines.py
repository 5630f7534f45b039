"""Words to lines. Word times from a recogniser drift; pauses and edges come from where a voice is really heard."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from ..audio.spans import Span, longest_gap
from ..languages.unspaced import joined
from ..records import Line, Word

LONG_PAUSE_MS = 420
SENTENCE_PAUSE_MS = 150
LONGEST_MS = 8000
BREATH_MS = 400
JOINED_MS = 6000
SNAP_MS = 450
EARLY_MS = 700
SENTENCE_END = ".?!…।。？！"
CLAUSE_END = ",;:—，、；："


@dataclass(frozen=True)
class Options:
    """Where a line ends: after a long pause anywhere, or a shorter one at a sentence's end; never over `longest_ms`."""

    long_pause_ms: int = LONG_PAUSE_MS
    sentence_pause_ms: int = SENTENCE_PAUSE_MS
    longest_ms: int = LONGEST_MS


def cut_lines(words: tuple[Word, ...], speech: list[Span], options: Options | None = None) -> tuple[Line, ...]:
    """Lines of words in order; each word in exactly one line, edges moved to where the voice starts and stops."""
    options = options or Options()
    groups: list[list[Word]] = []
    for index, word in enumerate(words):
        if index == 0 or _ends_line(groups[-1], words[index - 1], word, speech, options):
            groups.append([])
        groups[-1].append(word)
    return lines_of([part for group in groups for part in _split_long(group, options)], speech)


def lines_of(groups: list[list[Word]], speech: list[Span]) -> tuple[Line, ...]:
    """A line of each group of words, in order, edges moved to where the voice starts and stops."""
    lines = [
        Line(f"L{n:03d}", "", g[0].start_ms, g[-1].end_ms, _text(g), tuple(w.id for w in g))
        for n, g in enumerate(groups, start=1)
    ]
    return snap(tuple(lines), speech)


def breaths(group: list[Word], speech: list[Span], pause_ms: int, least_ms: int) -> list[list[Word]]:
    """A line's words parted at its inner pauses, each part at least `least_ms` long."""
    out = [[group[0]]]
    for one, two in itertools.pairwise(group):
        long_enough = one.end_ms - out[-1][0].start_ms >= least_ms and group[-1].end_ms - two.start_ms >= least_ms
        if long_enough and pause_between(one, two, speech) >= pause_ms:
            out.append([])
        out[-1].append(two)
    return out


def pause_between(one: Word, two: Word, speech: list[Span]) -> int:
    """The silence between two words in ms, from the middle of one to the middle of the other."""
    middle = ((one.start_ms + one.end_ms) // 2, (two.start_ms + two.end_ms) // 2)
    if not speech or middle[1] <= middle[0]:
        return max(0, two.start_ms - one.end_ms)
    start, end = longest_gap(middle, speech)
    return end - start


def _ends_line(group: list[Word], one: Word, two: Word, speech: list[Span], options: Options) -> bool:
    pause = pause_between(one, two, speech)
    if pause >= options.long_pause_ms:
        return True
    return one.text[-1:] in SENTENCE_END and pause >= options.sentence_pause_ms


def _split_long(group: list[Word], options: Options) -> list[list[Word]]:
    """A group within the limit, cut at its best inner place as often as needed: sentence, clause, widest gap."""
    if group[-1].end_ms - group[0].start_ms <= options.longest_ms or len(group) < 2:
        return [group]

    def goodness(at: int) -> tuple[int, int, int]:
        last = group[at - 1].text[-1:]
        mark = 2 if last in SENTENCE_END else 1 if last in CLAUSE_END else 0
        balance = abs((group[at - 1].end_ms - group[0].start_ms) - (group[-1].end_ms - group[at].start_ms))
        return mark, group[at].start_ms - group[at - 1].end_ms, -balance

    best = max(range(1, len(group)), key=goodness)
    return _split_long(group[:best], options) + _split_long(group[best:], options)


def _text(group: list[Word]) -> str:
    return joined(w.text for w in group)


def join_lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Neighbouring lines of one speaker made one where only a breath parts them: longer lines fit and read better."""
    out: list[Line] = []
    for line in lines:
        last = out[-1] if out else None
        near = last is not None and line.start_ms - last.end_ms <= BREATH_MS and line.speaker == last.speaker
        if last is not None and near and line.end_ms - last.start_ms <= JOINED_MS:
            text, ids = joined((last.text, line.text)), last.word_ids + line.word_ids
            flags = tuple(dict.fromkeys(last.flags + line.flags))
            out[-1] = replace(last, end_ms=line.end_ms, text=text, word_ids=ids, flags=flags)
        else:
            out.append(line)
    return tuple(replace(line, id=f"L{n:03d}") for n, line in enumerate(out, start=1))


def snap(lines: tuple[Line, ...], speech: list[Span]) -> tuple[Line, ...]:
    """Line edges moved to the nearest edge of a heard voice within SNAP_MS; order and disjointness kept."""
    out: list[Line] = []
    for index, line in enumerate(lines):
        floor = out[-1].end_ms if out else 0
        ceiling = lines[index + 1].start_ms if index + 1 < len(lines) else 1 << 31
        silent = not any(a <= line.start_ms < b for a, b in speech)
        reach = 2 * SNAP_MS if silent else SNAP_MS  # a recogniser starts words early in silence, seldom late
        starts = [a for a, b in speech if -SNAP_MS <= a - line.start_ms <= reach and b > line.start_ms and a >= floor]
        start = min(starts, key=lambda a: abs(a - line.start_ms), default=max(floor, line.start_ms))
        ends = [b for a, b in speech if abs(b - line.end_ms) <= SNAP_MS and a < line.end_ms and b <= ceiling + SNAP_MS]
        end = min(ends, key=lambda b: abs(b - line.end_ms), default=line.end_ms)
        end = max(end, start + 100)
        out.append(replace(line, start_ms=start, end_ms=end))
    return tuple(
        replace(a, end_ms=min(a.end_ms, b.start_ms)) if b is not None else a
        for a, b in zip(out, [*out[1:], None], strict=True)
    )
