"""Rows of a subtitle: where to break a line, length in code points, reading speed.

Lengths are NFC code points with spaces and punctuation; text is broken between words, and inside a word only between
grapheme clusters. Figures: Netflix timed text guides, as in the language table."""

from __future__ import annotations

import unicodedata

from ..languages import chinese
from ..languages.unspaced import is_unspaced
from ..records import Cue

ROWS = 2

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
    words = words_of(text, chars)
    best: list[tuple[float, list[str]] | None] = [(0.0, [])] + [None] * len(words)
    for end in range(1, len(words) + 1):
        for start in range(end - 1, -1, -1):
            row = join_rows(words[start:end])
            if len(row) > chars and end - start > 1:
                break
            head = best[start]
            if head is None:
                continue
            cost = head[0] + 1000 + ((chars - len(row)) / chars) ** 2 * 10
            if end < len(words):
                cost += break_cost(words[end - 1], words[end], primary)
            if best[end] is None or cost < best[end][0]:  # type: ignore[index]
                best[end] = (cost, [*head[1], row])
    done = best[-1]
    return done[1] if done else []


def words_of(text: str, chars: int) -> list[str]:
    out: list[str] = []
    for word in text.split(" "):
        if is_unspaced(word):
            out += _without_blanks(word)
            continue
        if len(word) <= chars:
            out += [word] if word else []
            continue
        piece = ""
        for cluster in clusters(word):
            if piece and len(piece) + len(cluster) > chars:
                out.append(piece + "\u2060")
                piece = ""
            piece += cluster
        out.append(piece)
    return out


def _without_blanks(text: str) -> list[str]:
    """Words of a text in a script without blanks, marks with the word before them; all but the last glued on."""
    out: list[str] = []
    for word in chinese.words(text):
        opens = word[0] in "「『《（“‘"
        if out and not opens and (not any(c.isalnum() for c in word) or out[-1][-1] in "「『《（“‘"):
            out[-1] += word
        else:
            out.append(word)
    return [f"{w}\u2060" for w in out[:-1]] + out[-1:]


def join_rows(words: list[str]) -> str:
    return " ".join(words).replace("\u2060 ", "").replace("\u2060", "")


def break_cost(last: str, first: str, primary: str) -> float:
    glued, last = last.endswith("\u2060"), last.removesuffix("\u2060")
    if last[-1] in ".!?…।。！？":
        return 0.0
    if last[-1] in ",;:—，、；：":
        return 2.0
    if glued:
        return 9.0 if is_unspaced(last) else 30.0
    bare = last.lower().strip("¿¡\"'")
    if bare in BOUND.get(primary, "").split():
        return 40.0
    if last[:1].isupper() and first[:1].isupper():
        return 30.0
    return 5.0 if first.lower() in OPENERS.get(primary, "").split() else 9.0
