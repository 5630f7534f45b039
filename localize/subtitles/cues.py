"""Translations to cues; `timed_text` writes them to files.

Lengths are NFC code points with spaces and punctuation; text is parted between words, and inside a word only between
grapheme clusters. Times are ms. Figures: Netflix timed text guides, as in the language table."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, replace

from ..markets import Language
from ..records import Cue, Line, Transcript, Translation
from .line_breaks import ROWS, break_cost, join_rows, length, rows, words_of

SHORTEST_MS = 833
LONGEST_MS = 7000
RUN_ON_MS = 500
CLOSE_FRAMES = 11
GAP_FRAMES = 2
CUT_FRAMES = 7


@dataclass(frozen=True)
class Look:
    """How cues must look: row length in code points, reading speed in code points a second, frame time in ms."""

    chars: int
    cps: float
    frame_ms: float
    primary: str
    duration_ms: int
    cuts: tuple[int, ...] = ()

    @property
    def gap_ms(self) -> int:
        """Least time between two cues."""
        return math.ceil(GAP_FRAMES * self.frame_ms)


def look(language: Language, vertical: bool, frame_ms: float, duration_ms: int, cuts: tuple[int, ...] = ()) -> Look:
    """The look of a language on a picture."""
    chars = language.chars_vertical if vertical else language.chars
    return Look(chars, language.cps, frame_ms, language.primary, duration_ms, cuts)


def parts(text: str, look: Look) -> list[str]:
    """A text in cue-sized parts of at most two rows each, rows separated by a newline."""
    every = rows(text, look.chars, look.primary)
    if len(every) <= ROWS:
        return ["\n".join(every)] if every else []
    # part where it reads best near the middle, then see to each side by itself
    words = words_of(unicodedata.normalize("NFC", " ".join(text.split())), look.chars)
    total = len(join_rows(words))

    def cost(at: int) -> float:
        balance = abs(len(join_rows(words[:at])) - total / 2) / total
        return break_cost(words[at - 1], words[at], look.primary) + 60 * balance

    at = min(range(1, len(words)), key=cost)
    return parts(join_rows(words[:at]), look) + parts(join_rows(words[at:]), look)


def cues(lines: tuple[Line, ...], texts: dict[str, str], spoken_until: dict[str, int], look: Look) -> list[Cue]:
    """Cues of all lines that have a text, in order, timed by the rules of quality.md.

    `spoken_until` is where the dub of a line ends, which may be after its source line.
    """
    out: list[Cue] = []
    spoken = sorted((line for line in lines if texts.get(line.id, "").strip()), key=lambda x: x.start_ms)
    groups = _at_once(spoken)
    for index, group in enumerate(groups):
        following = groups[index + 1][0].start_ms if index + 1 < len(groups) else look.duration_ms
        voice_end = max(max(x.end_ms, spoken_until.get(x.id, 0)) for x in group)
        if len(group) == 1:
            out += _line_cues(group[0], parts(texts[group[0].id], look), voice_end, following, look)
        else:
            out += _cues_of_several(group, texts, voice_end, following, look)
    return close_gaps(on_cuts(out, look), look)


def _at_once(spoken: list[Line]) -> list[list[Line]]:
    """Lines in groups that must share the screen: those that overlap by half of the shorter, or start within a cue's
    shortest time of one another."""
    groups: list[list[Line]] = []
    for line in spoken:
        shared = min(max((x.end_ms for x in groups[-1]), default=0), line.end_ms) - line.start_ms if groups else 0
        shorter = min(line.end_ms - line.start_ms, *(x.end_ms - x.start_ms for x in groups[-1])) if groups else 1
        near = groups and line.start_ms - groups[-1][-1].start_ms < SHORTEST_MS
        if shared > 0 and (near or shared * 2 >= shorter):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _cues_of_several(
    group: list[Line], texts: dict[str, str], voice_end: int, following: int, look: Look
) -> list[Cue]:
    """Two people at once as two rows of one cue; what is too long for that, one after the other by length."""
    start, words = group[0].start_ms, [" ".join(texts[x.id].split()) for x in group]
    dashed = [f"- {w}" for w in words]
    if len(group) == ROWS and group[0].speaker != group[1].speaker and all(length(d) <= look.chars for d in dashed):
        made = _line_cues(group[0], ["\n".join(dashed)], voice_end, following, look)
        return [replace(c, also=(group[1].id,), word_ids=(*group[0].word_ids, *group[1].word_ids)) for c in made]
    end = max(start + 1, min(voice_end, following - look.gap_ms))
    edges = [start + (end - start) * sum(map(length, words[:n])) // sum(map(length, words)) for n in range(len(words) + 1)]
    out: list[Cue] = []
    for n, line in enumerate(group):
        moved = replace(line, start_ms=edges[n], end_ms=max(edges[n] + 1, edges[n + 1] - look.gap_ms))
        after = edges[n + 1] if n + 1 < len(group) else following
        out += _line_cues(moved, parts(words[n], look), moved.end_ms if n + 1 < len(group) else voice_end, after, look)
    return out


def _line_cues(line: Line, texts: list[str], voice_end: int, following: int, look: Look) -> list[Cue]:
    """The cues of one line, one after the other: time by length, out-time run on for reading speed."""
    latest = max(line.start_ms + 1, min(following - look.gap_ms, look.duration_ms))
    sizes = [length(t) for t in texts]
    needed = max(sum(s * 1000 / look.cps for s in sizes) + look.gap_ms * (len(texts) - 1), SHORTEST_MS * len(texts))
    wanted = line.start_ms + math.ceil(needed)
    end = min(max(voice_end, min(wanted, voice_end + RUN_ON_MS)), latest)
    room = end - line.start_ms - look.gap_ms * (len(texts) - 1)
    made, at = [], float(line.start_ms)
    shares = _shares(sizes, room)
    for text, share in zip(texts, shares, strict=True):
        stop = min(at + share, at + LONGEST_MS)
        made.append(Cue(round(at), round(stop), text, line.id, line.word_ids))
        at += share + look.gap_ms
    return made


def _shares(sizes: list[int], room: float) -> list[float]:
    """Time for each cue by its length, none under SHORTEST_MS as long as there is room for all."""
    if room < SHORTEST_MS * len(sizes):
        return [room / len(sizes)] * len(sizes)
    short: set[int] = set()
    while True:
        rest = room - SHORTEST_MS * len(short)
        total = sum(s for i, s in enumerate(sizes) if i not in short)
        more = {i for i, s in enumerate(sizes) if i not in short and rest * s / total < SHORTEST_MS}
        if not more:
            return [float(SHORTEST_MS) if i in short else rest * s / total for i, s in enumerate(sizes)]
        short |= more


def on_cuts(cues: list[Cue], look: Look) -> list[Cue]:
    """Cues that start or end near a cut of the picture moved to it, or well past it where only that leaves the time
    to read them and the next cue is far enough."""
    near, gap = CUT_FRAMES * look.frame_ms, GAP_FRAMES * look.frame_ms
    out = []
    for index, cue in enumerate(cues):
        least = max(SHORTEST_MS, length(cue.text) * 1000 / look.cps)
        following = cues[index + 1].start_ms - gap if index + 1 < len(cues) else look.duration_ms
        for cut in look.cuts:
            latest = min(following, cue.start_ms + LONGEST_MS)
            if 0 < cut - cue.start_ms <= near:
                if cue.end_ms - cut >= least:
                    cue = replace(cue, start_ms=cut)
                elif cut + least <= latest:
                    cue = replace(cue, start_ms=cut, end_ms=math.ceil(cut + least))
            if abs(cue.end_ms - cut) <= near:
                past = math.ceil(cut + near + look.frame_ms)
                if cut - gap - cue.start_ms >= least:
                    cue = replace(cue, end_ms=math.floor(cut - gap))
                elif cue.end_ms > cut and past <= latest:
                    cue = replace(cue, end_ms=past)
        out.append(cue)
    return out


def close_gaps(cues: list[Cue], look: Look) -> list[Cue]:
    """Gaps of 3 to 11 frames closed to 2, none smaller than 2."""
    out = list(cues)
    for index in range(len(out) - 1):
        one, two = out[index], out[index + 1]
        gap = two.start_ms - one.end_ms
        if gap < look.gap_ms or look.gap_ms < gap <= CLOSE_FRAMES * look.frame_ms:
            held = any(abs(one.end_ms + GAP_FRAMES * look.frame_ms - cut) < 2 for cut in look.cuts)
            end = min(two.start_ms - look.gap_ms, one.start_ms + LONGEST_MS)
            if end > one.start_ms and not (held and gap >= look.gap_ms):
                out[index] = replace(one, end_ms=end)
    return out


def for_language(
    transcript: Transcript, translations: list[Translation], spoken_until: dict[str, int], look: Look
) -> list[Cue]:
    """Cues of a language's translations; a line without a translation has no cue."""
    return cues(transcript.lines, {t.line_id: t.text for t in translations}, spoken_until, look)
