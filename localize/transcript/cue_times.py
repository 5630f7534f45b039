"""Cues whose times can be true: in order, inside the episode, each long enough to be said, nothing said twice.

Overlaps stay: two people may speak at once. What is set right is noted; only a file that cannot be this episode's is
refused.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import replace

from ..errors import SidecarError
from .cue_files import FileCue, Notes

HOUR_MS = 3_600_000
MS_A_LETTER = 80  # of unhurried speech
SHORTEST_MS, LONGEST_MS = 700, 7000
LONG_MS = 300  # long enough for any words of a cue, if not to say them in peace
NO_LENGTH_MS = 60  # what lasts less is no time at all, whatever it says
SLACK_MS = 500  # a cue may hang over the picture's end by so much without a word
MARKS = re.compile(r"<[^>]*>|\{[^}]*\}")
STAMPS = re.compile(r"<\d[\d:.,]*>|</?c(?:\.[^<>]*)?>")  # when a word appears, and its colour
TOUCH_MS = 250  # captions that follow each other this closely may roll up


def set_right(cues: list[FileCue], duration_ms: int, notes: Notes) -> list[FileCue]:
    """Cues with their times set right, by start. Raises SidecarError where they cannot be this episode's."""
    cues = _whole_hours(cues, duration_ms, notes)
    cues = [_the_right_way_round(c, notes) for c in cues]
    if any(b.start_ms < a.start_ms for a, b in itertools.pairwise(cues)):
        notes.add("cues put in order")
        cues = sorted(cues, key=lambda c: (c.start_ms, c.end_ms))
    cues = _inside(cues, duration_ms, notes)
    cues = _said_once(cues, notes)
    cues = _rolled_up(cues, notes)
    return [_long_enough(cues, at, duration_ms, notes) for at in range(len(cues))]


def _whole_hours(cues: list[FileCue], duration_ms: int, notes: Notes) -> list[FileCue]:
    """A file on a tape's clock, which begins at one or ten hours, brought to the episode's."""
    first = min(c.start_ms for c in cues)
    hours = first // HOUR_MS
    if not hours or duration_ms >= HOUR_MS or any(not 0 <= c.start_ms - hours * HOUR_MS < duration_ms for c in cues):
        return cues
    notes.add(f"times that begin at {hours} h moved to the episode's start")
    off = hours * HOUR_MS
    return [replace(c, start_ms=c.start_ms - off, end_ms=c.end_ms - off) for c in cues]


def _the_right_way_round(cue: FileCue, notes: Notes) -> FileCue:
    if cue.end_ms >= cue.start_ms:
        return cue
    notes.add("a cue that ends before it starts", f"cue {cue.number}")
    turned = 0 < cue.start_ms - cue.end_ms <= 10_000 and cue.end_ms > 0
    return replace(cue, start_ms=cue.end_ms, end_ms=cue.start_ms) if turned else replace(cue, end_ms=cue.start_ms)


def _inside(cues: list[FileCue], duration_ms: int, notes: Notes) -> list[FileCue]:
    kept = []
    for cue in cues:
        if cue.start_ms >= duration_ms:
            if re.search(r"\w", cue.text):
                notes.doubt(f"cue {cue.number} stands past the episode's end and is left out")
            continue
        if cue.end_ms > duration_ms + SLACK_MS:
            notes.add("a cue that lasts past the episode's end cut there", f"cue {cue.number}")
        start, end = max(0, cue.start_ms), max(0, min(cue.end_ms, duration_ms))
        kept.append(cue if (start, end) == (cue.start_ms, cue.end_ms) else replace(cue, start_ms=start, end_ms=end))
    spoken = [c for c in cues if re.search(r"\w", c.text)]
    lost = [c for c in spoken if c.start_ms >= duration_ms]
    if spoken and len(lost) * 2 > len(spoken):
        at = f"{notes.where} cue {lost[0].number}"
        what = f"starts at {lost[0].start_ms / 1000:.1f} s, after the episode's end"
        if len(lost) > 1:
            what += f", as do {len(lost) - 1} of {len(spoken) - 1} others"
        raise SidecarError(what, at, "is this the right file?")
    return kept


def _said_once(cues: list[FileCue], notes: Notes) -> list[FileCue]:
    """Without cues that stand inside, or at the time of, one that says the same."""
    kept: list[FileCue] = []
    for cue in cues:
        key = _key(cue)
        alike = [k for k in reversed(kept[-6:]) if cue.start_ms < k.end_ms or cue.start_ms == k.start_ms]
        alike = [k for k in alike if _key(k) == key]
        same = next((k for k in alike if cue.start_ms < k.end_ms), alike[0] if alike else None)
        if same is None:
            kept.append(cue)
            continue
        notes.add("a cue that repeats the one it overlaps left out", f"cue {cue.number}")
        if cue.end_ms > same.end_ms:
            kept[kept.index(same)] = replace(same, end_ms=cue.end_ms)
    return kept


def _key(cue: FileCue) -> str:
    return _plain(cue.text)


@functools.lru_cache(256)  # a cue is compared with its next few neighbours
def _plain(text: str) -> str:
    return " ".join(MARKS.sub("", text).split()).casefold()


def _rolled_up(cues: list[FileCue], notes: Notes) -> list[FileCue]:
    """Captions that roll up, or grow word by word, said once: what a cue repeats of the one before is taken off.

    A file has that habit where most of its cues do it; two people who say the same word are left alone.
    """
    unmarked = [replace(c, text=STAMPS.sub("", c.text)) if "<" in c.text else c for c in cues]
    repeats = [0, *(_repeated(a, b) for a, b in itertools.pairwise(unmarked))]
    touching = sum(b.start_ms - a.end_ms <= TOUCH_MS for a, b in itertools.pairwise(unmarked))
    if sum(bool(r) for r in repeats) < max(2, 0.4 * touching):
        return cues
    kept: list[FileCue] = []
    for cue, repeated in zip(unmarked, repeats, strict=True):
        words = cue.text.split()
        if not repeated or not kept:
            kept.append(cue)
        elif "\n" not in cue.text.strip() and _key(cue).startswith(f"{_key(kept[-1])} "):
            notes.add("a cue that grows word by word taken whole", f"cue {cue.number}")
            kept[-1] = replace(kept[-1], text=cue.text, end_ms=cue.end_ms)
        elif repeated < len(words):
            notes.add("words that roll up from the cue before taken once", f"cue {cue.number}")
            kept.append(replace(cue, text=_after(cue.text, repeated)))
        else:
            notes.add("words that roll up from the cue before taken once", f"cue {cue.number}")
            kept[-1] = replace(kept[-1], end_ms=max(kept[-1].end_ms, cue.end_ms))
    return kept


def _repeated(one: FileCue, two: FileCue) -> int:
    """How many words at the start of a cue are those that the cue before ended with, by whole rows, or was."""
    if two.start_ms - one.end_ms > TOUCH_MS:
        return 0
    if not _shares_words(one.text, two.text):
        return 0
    rows = [" ".join(r.split()) for r in one.text.split("\n") if r.strip()]
    follow = [" ".join(r.split()) for r in two.text.split("\n") if r.strip()]
    for count in range(min(len(rows), len(follow)), 0, -1):
        if rows[-count:] == follow[:count]:
            return len(" ".join(follow[:count]).split())
    whole, grown = " ".join(rows).split(), " ".join(follow).split()
    return len(whole) if whole and len(grown) > len(whole) and grown[: len(whole)] == whole else 0


def _shares_words(one: str, two: str) -> bool:
    """Whether a text opens with a word of another: nothing is repeated otherwise."""
    opens = two.split(None, 1)
    return bool(opens) and opens[0] in one


def _after(text: str, words: int) -> str:
    """The text after its first so many words, rows kept."""
    match = re.match(rf"\s*(?:\S+\s*){{{words}}}", text)
    return text[match.end() :] if match else text


def _long_enough(cues: list[FileCue], at: int, duration_ms: int, notes: Notes) -> FileCue:
    """A cue without length, or far shorter than its words, with the time until something else starts."""
    cue = cues[at]
    if cue.end_ms - cue.start_ms >= LONG_MS:
        return cue
    letters = len(re.sub(r"\W", "", _key(cue)))
    least = min(LONG_MS, max(NO_LENGTH_MS, letters * 20))
    if cue.end_ms - cue.start_ms >= least:
        return cue
    notes.add("a cue without length given the time that its words take", f"cue {cue.number}")
    later = (c.start_ms for c in cues[at + 1 : at + 50] if c.start_ms >= cue.start_ms + least)
    wanted = cue.start_ms + min(LONGEST_MS, max(SHORTEST_MS, letters * MS_A_LETTER))
    end = min(wanted, next(later, duration_ms), duration_ms)
    start = cue.start_ms if end - cue.start_ms >= NO_LENGTH_MS else max(0, end - SHORTEST_MS)
    return replace(cue, start_ms=start, end_ms=max(end, start + 1))


def shared_out(start_ms: int, end_ms: int, sizes: list[int]) -> list[tuple[int, int]]:
    """A cue's time for its turns by their length, one after the other without a rest; whole ms, none empty.

    Where there is less than a ms for each, all have the whole time.
    """
    if end_ms - start_ms < len(sizes):
        return [(start_ms, end_ms)] * len(sizes)
    free, total = end_ms - start_ms - len(sizes), max(1, sum(sizes))
    edges = [start_ms]
    for done, upto in enumerate(itertools.accumulate(sizes), start=1):
        edges.append(start_ms + done + free * upto // total)
    return list(itertools.pairwise(edges))
