"""A translation's cues and an episode's lines, many to many, by their times.

A line over two cues has both their words. A cue over several lines is parted among them where its sentences allow it;
where one person's sentence covers several of his lines, they are said as one, once, over the time of all. Only where
different people share one sentence is it parted inside, and that is told, since half a sentence is nobody's translation.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

STANDS_ON_MS = 500  # a cue may stay on the screen so long after its line
PAIRED = 0.5  # shared time over the time of either, from which a cue and a line are one another's
TOUCHES = 0.5  # of the shorter of the two, from which a cue belongs to a line besides
SENTENCE = re.compile(r"(?<=[.!?…।。！？])[\"”’»)]*(?:\s+|(?<=[。！？]))(?=\S)")
CLAUSE = re.compile(r"(?<=[,;:，；：—–])\s*(?=\S)")


@dataclass(frozen=True)
class Unit:
    """What a cue says: its time in ms, its text, its number in the file, and who says it where it tells."""

    start_ms: int
    end_ms: int
    text: str
    cue: int
    speaker: str = ""


@dataclass(frozen=True)
class Spoken:
    """A line of the episode, as far as times go: `text` is its source."""

    id: str
    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""


@dataclass
class Aligned:
    """What each line says.

    Attributes:
        texts: line id -> its words; a run's words stand at its first line.
        runs: ids of lines that are said as one.
        parted: lines that hold a part of a sentence which another person goes on with.
        unused: cues that stand where nobody speaks.
        cues: line id -> the cues that its words come from.
    """

    texts: dict[str, str] = field(default_factory=dict)
    runs: list[tuple[str, ...]] = field(default_factory=list)
    parted: set[str] = field(default_factory=set)
    unused: list[int] = field(default_factory=list)
    cues: dict[str, tuple[int, ...]] = field(default_factory=dict)


def align(units: Sequence[Unit], lines: Sequence[Spoken]) -> Aligned:
    """The words of each line; a line that no cue touches has none."""
    out = Aligned()
    for group_units, group_lines in _groups(units, lines, out):
        _give(group_units, group_lines, lines, out)
    return out


def _groups(units: Sequence[Unit], lines: Sequence[Spoken], out: Aligned) -> list[tuple[list[Unit], list[Spoken]]]:
    """Cues and lines that belong together: pairs first, then what is left joins whom it mostly stands on."""
    shared = {
        (u, x): min(units[u].end_ms, lines[x].end_ms) - max(units[u].start_ms, lines[x].start_ms)
        for u in range(len(units))
        for x in _near(units[u], lines)
    }
    pairs = _pairs(units, lines, shared)
    of_unit = dict(pairs)
    of_line = {x: u for u, x in pairs}
    groups: dict[int, tuple[list[int], list[int]]] = {x: ([u], [x]) for u, x in pairs}
    home = {("u", u): x for u, x in pairs} | {("x", x): x for _u, x in pairs}
    lost = []
    for u in (u for u in range(len(units)) if u not in of_unit):
        mine = {x: shared[u, x] for x in range(len(lines)) if (u, x) in shared}
        best = max(mine, key=lambda x: (mine[x], -x), default=None)
        if best is None:
            lost.append(u)
            continue
        key = home.setdefault(("x", best), best)
        groups.setdefault(key, ([], [key]))[0].append(u)
        home["u", u] = key
    for u in lost:  # another turn of a cue that has its place goes there too
        found = next(
            (home["u", v] for v in range(len(units)) if units[v].cue == units[u].cue and ("u", v) in home), None
        )
        if found is None:
            out.unused.append(units[u].cue)
        else:
            groups[found][0].append(u)
    for x in range(len(lines)):
        if x in of_line or ("x", x) in home:
            continue
        mine = {
            u: shared[u, x]
            for u in range(len(units))
            if shared.get((u, x), 0) >= TOUCHES * _shorter(units[u], lines[x])
        }
        best = max(mine, key=lambda u: (mine[u], -u), default=None)
        if best is not None and ("u", best) in home:
            groups[home["u", best]][1].append(x)
    return [([units[u] for u in sorted(us)], [lines[x] for x in sorted(xs)]) for us, xs in groups.values()]


def _near(unit: Unit, lines: Sequence[Spoken]) -> list[int]:
    reach = STANDS_ON_MS
    return [n for n, x in enumerate(lines) if x.start_ms < unit.end_ms + reach and unit.start_ms < x.end_ms + reach]


def _shorter(unit: Unit, line: Spoken) -> int:
    return max(1, min(unit.end_ms - unit.start_ms, line.end_ms - line.start_ms))


def _pairs(units: Sequence[Unit], lines: Sequence[Spoken], shared: dict[tuple[int, int], int]) -> list[tuple[int, int]]:
    """Cues and lines of nearly one time, the likest first; who says it decides between two that sound at once."""

    def alike(pair: tuple[int, int]) -> float:
        unit, line = units[pair[0]], lines[pair[1]]
        both = max(unit.end_ms, line.end_ms) - min(unit.start_ms, line.start_ms)
        bonus = 0.5 if unit.speaker and unit.speaker == line.speaker else 0.0
        return shared[pair] / max(1, both) + bonus

    found: list[tuple[int, int]] = []
    taken_units: set[int] = set()
    taken_lines: set[int] = set()
    for pair in sorted((p for p in shared if shared[p] > 0), key=lambda p: (-alike(p), p)):
        if alike(pair) < PAIRED or pair[0] in taken_units or pair[1] in taken_lines:
            continue
        found.append(pair)
        taken_units.add(pair[0])
        taken_lines.add(pair[1])
    return found


def _give(units: list[Unit], lines: list[Spoken], every: Sequence[Spoken], out: Aligned) -> None:
    """Words of a group's cues to its lines."""
    text = " ".join(" ".join(u.text for u in units).split())
    cues = tuple(dict.fromkeys(u.cue for u in units))
    if not units or not text:
        return
    if len(lines) == 1:
        _set(out, (lines[0].id,), text, cues)
        return
    if (
        len(units) == len(lines)
        and [u.speaker for u in units] == [x.speaker for x in lines]
        and all(u.speaker for u in units)
    ):
        for unit, line in zip(units, lines, strict=True):
            _set(out, (line.id,), unit.text, (unit.cue,))
        return
    sentences = [s for s in SENTENCE.split(text) if s.strip()]
    for run, part in _dealt(sentences, lines, every):
        if len(run) > 1 and len({x.speaker for x in run}) > 1:
            _part(part, run, cues, out)
        else:
            _set(out, tuple(x.id for x in run), part, cues)


def _dealt(sentences: list[str], lines: list[Spoken], every: Sequence[Spoken]) -> list[tuple[list[Spoken], str]]:
    """Sentences to lines in order: each line gets whole ones, by the length of what it says; lines without one of their
    own are said together with the one before."""
    counts = [len(SENTENCE.split(x.text)) for x in lines]
    whole = all(x.text.rstrip()[-1:] in '.!?…।。！？"”’»)' for x in lines[:-1])
    if whole and len(sentences) == sum(counts):
        edges = list(itertools.accumulate(counts))
        return [([x], " ".join(sentences[b - c : b])) for x, b, c in zip(lines, edges, counts, strict=True)]
    if whole and len(sentences) >= len(lines):
        return _by_length(sentences, lines)
    if len({x.speaker for x in lines}) > 1 and len(sentences) > 1:
        # as many people as possible get sentences of their own
        runs = [list(g) for _who, g in itertools.groupby(lines, key=lambda x: x.speaker)]
        if len(sentences) >= len(runs):
            heads = [
                Spoken(r[0].id, r[0].start_ms, r[-1].end_ms, " ".join(x.text for x in r), r[0].speaker) for r in runs
            ]
            return [(run, part) for run, (_h, part) in zip(runs, _by_length(sentences, heads), strict=True)]
    return [(lines, " ".join(sentences))]


def _by_length(sentences: list[str], lines: list[Spoken]) -> list[tuple[list[Spoken], str]]:
    """Each line at least one sentence, so that shares of length are nearest to the source's."""
    total, wanted = sum(map(len, sentences)), sum(len(x.text) for x in lines)
    done, at, out = 0, 0, []
    for index, line in enumerate(lines):
        done += len(line.text)
        left = len(lines) - index - 1
        upto = at + 1
        while upto < len(sentences) - left and (
            left == 0
            or _off(sentences[: upto + 1], total, done / max(1, wanted))
            <= _off(sentences[:upto], total, done / max(1, wanted))
        ):
            upto += 1
        out.append(([line], " ".join(sentences[at:upto])))
        at = upto
    return out


def _off(sentences: list[str], total: int, share: float) -> float:
    return abs(sum(map(len, sentences)) / max(1, total) - share)


def _part(text: str, run: list[Spoken], cues: tuple[int, ...], out: Aligned) -> None:
    """One sentence among several people: parted at a comma near where the source parts, else between words."""
    pieces = [p for p in CLAUSE.split(text) if p.strip()]
    if len(pieces) < len(run):
        pieces = text.split()
    if len(pieces) < len(run):
        _set(out, (run[0].id,), text, cues)
        return
    for (line,), part in _by_length(pieces, run):
        _set(out, (line.id,), part, cues)
        out.parted.add(line.id)


def _set(out: Aligned, run: tuple[str, ...], text: str, cues: tuple[int, ...]) -> None:
    out.texts[run[0]] = " ".join(text.split())
    out.cues[run[0]] = cues
    if len(run) > 1:
        out.runs.append(run)


def used_twice(cues: dict[str, tuple[int, ...]], texts: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs of lines that say the same whole words out of one cue: it would be heard twice."""
    found = []
    for one, two in itertools.combinations(cues, 2):
        if set(cues[one]) & set(cues[two]) and texts.get(one) and texts.get(one) == texts.get(two):
            found.append((one, two))
    return found
