"""Translations to cues; `timed_text` writes them to files.

Lengths are NFC code points with spaces and punctuation; text is parted between words, and inside a word only between
grapheme clusters. Times are ms. Figures: Netflix timed text guides, as in the language table.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace

from .config import Language
from .model import Cue, Line, Transcript, Translation

SHORTEST_MS = 833
LONGEST_MS = 7000
RUN_ON_MS = 500
ROWS = 2
CLOSE_FRAMES = 11
GAP_FRAMES = 2
CUT_FRAMES = 7

# words that must not close a row: what they belong to comes after them
BOUND = {
    "en": "a an the my your his her its our their this that these those mr. mrs. ms. dr. not don't doesn't didn't can't "
    "won't isn't aren't is are was were am be been have has had do does did will would can could to of in on at for by "
    "with from and or but",
    "es": "el la los las un una unos unas mi tu su mis tus sus este esta ese esa sr. sra. dr. no me te se lo le nos les "
    "he has ha hemos han es son está están de del al a en con por para y e o u que sin",
    "pt": "o a os as um uma uns umas meu minha seu sua meus minhas seus suas este esta esse essa sr. sra. dr. não me te "
    "se lhe é são está estão foi tem têm de do da dos das em no na nos nas com por para pelo pela e ou que sem ao à",
    "hi": "मेरा मेरी मेरे तुम्हारा तुम्हारी तुम्हारे उसका उसकी उसके एक यह वह ये वे न नहीं मत और या कि",
}
# words that rather open a row
OPENERS = {
    "en": "and but or so because that who which when where if than with from to for of in on at by",
    "es": "y e o u pero porque que cuando donde si con sin de para por en a como",
    "pt": "e ou mas porque que quando onde se com sem de para por em como",
    "hi": "और या लेकिन क्योंकि कि जब जहाँ अगर तो",
}


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


def length(text: str) -> int:
    """Code points of a cue as a reader takes them in: NFC, a row break counts as one space."""
    return len(unicodedata.normalize("NFC", text.replace("\n", " ")))


def cps(cue: Cue) -> float:
    """Reading speed in code points a second."""
    return length(cue.text) * 1000 / max(1, cue.end_ms - cue.start_ms)


def clusters(text: str) -> list[str]:
    """Grapheme clusters: a base with its marks, joiners, and what they join."""
    out: list[str] = []
    for char in text:
        joins = unicodedata.category(char) in ("Mn", "Mc", "Me") or char in "\u200d\u200c\ufe0f"
        if out and (joins or out[-1][-1] in "\u200d\u094d"):
            out[-1] += char
        else:
            out.append(char)
    return out


def rows(text: str, chars: int, primary: str) -> list[str]:
    """A text's rows of at most `chars`, as few as possible and then broken where it reads best."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    words = _words(text, chars)
    best: list[tuple[float, list[str]] | None] = [(0.0, [])] + [None] * len(words)
    for end in range(1, len(words) + 1):
        for start in range(end - 1, -1, -1):
            row = _join(words[start:end])
            if len(row) > chars:
                break
            head = best[start]
            if head is None:
                continue
            cost = head[0] + 1000 + ((chars - len(row)) / chars) ** 2 * 10
            if end < len(words):
                cost += _break_cost(words[end - 1], words[end], primary)
            if best[end] is None or cost < best[end][0]:  # type: ignore[index]
                best[end] = (cost, [*head[1], row])
    done = best[-1]
    return done[1] if done else []


def _words(text: str, chars: int) -> list[str]:
    out: list[str] = []
    for word in text.split(" "):
        if len(word) <= chars:
            out += [word] if word else []
            continue
        piece = ""
        for cluster in clusters(word):
            if len(piece) + len(cluster) > chars:
                out.append(piece + "\u2060")
                piece = ""
            piece += cluster
        out.append(piece)
    return out


def _join(words: list[str]) -> str:
    return " ".join(words).replace("\u2060 ", "").replace("\u2060", "")


def _break_cost(last: str, first: str, primary: str) -> float:
    if last.endswith("\u2060"):
        return 30.0
    if last[-1] in ".!?…।":
        return 0.0
    if last[-1] in ",;:—":
        return 2.0
    bare = last.lower().strip("¿¡\"'")
    if bare in BOUND.get(primary, "").split():
        return 40.0
    if last[:1].isupper() and first[:1].isupper():
        return 30.0
    return 5.0 if first.lower() in OPENERS.get(primary, "").split() else 9.0


def parts(text: str, look: Look) -> list[str]:
    """A text in cue-sized parts of at most two rows each, rows separated by a newline."""
    every = rows(text, look.chars, look.primary)
    if len(every) <= ROWS:
        return ["\n".join(every)] if every else []
    # part where it reads best near the middle, then see to each side by itself
    words = _words(unicodedata.normalize("NFC", " ".join(text.split())), look.chars)
    total = len(_join(words))

    def cost(at: int) -> float:
        balance = abs(len(_join(words[:at])) - total / 2) / total
        return _break_cost(words[at - 1], words[at], look.primary) + 60 * balance

    at = min(range(1, len(words)), key=cost)
    return parts(_join(words[:at]), look) + parts(_join(words[at:]), look)


def cues(lines: tuple[Line, ...], texts: dict[str, str], spoken_until: dict[str, int], look: Look) -> list[Cue]:
    """Cues of all lines that have a text, in order, timed by the rules of quality.md.

    `spoken_until` is where the dub of a line ends, which may be after its source line.
    """
    out: list[Cue] = []
    spoken = [line for line in lines if texts.get(line.id, "").strip()]
    for index, line in enumerate(spoken):
        following = spoken[index + 1].start_ms if index + 1 < len(spoken) else look.duration_ms
        voice_end = max(line.end_ms, spoken_until.get(line.id, 0))
        out += _line_cues(line, parts(texts[line.id], look), voice_end, following, look)
    return close_gaps(on_cuts(out, look), look)


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


def for_the_deaf(
    lines: tuple[Line, ...],
    texts: dict[str, str],
    names: dict[str, str],
    sounds: list[tuple[Line, str]],
    spoken_until: dict[str, int],
    look: Look,
) -> list[Cue]:
    """Cues with the speaker's name where another one begins to speak, and sound labels where nobody does.

    Args:
        names: speaker as shown in this language; a speaker without one is not named.
        sounds: what is heard, with its label in this language; left out where it would stand on a spoken line.
    """
    last, said = "", dict(texts)
    for line in lines:
        if said.get(line.id, "").strip():
            if line.speaker != last and (shown := names.get(line.speaker)):
                said[line.id] = f"[{shown}] {said[line.id]}"
            last = line.speaker
    free = [
        (line, f"[{label}]")
        for line, label in sounds
        if not any(x.start_ms < line.end_ms and line.start_ms < x.end_ms and said.get(x.id) for x in lines)
    ]
    every = tuple(sorted((*lines, *(x for x, _l in free)), key=lambda x: x.start_ms))
    return cues(every, said | {x.id: label for x, label in free}, spoken_until, look)


def for_language(
    transcript: Transcript, translations: list[Translation], spoken_until: dict[str, int], look: Look
) -> list[Cue]:
    """Cues of a language's translations; a line without a translation has no cue."""
    return cues(transcript.lines, {t.line_id: t.text for t in translations}, spoken_until, look)


def plain(text: str) -> str:
    """A subtitle's text without tags, positions and row breaks."""
    text = re.sub(r"<[^>]+>|\{\\[^}]*\}", "", text)
    return " ".join(text.split())
