"""Words of one language left in a text of another, told by dictionaries and not by whole equality."""

from __future__ import annotations

from collections.abc import Iterable

from .dictionary import dictionary, words

# said as they are in Spanish, Portuguese and Hindi dialogue, whatever a dictionary knows
LOANS = frozenset(
    """app apps bro club cool dj email emails fan fans gay hacker hackers hashtag hobby hotel internet jeans jet
    karaoke kit link lobby mail marketing master meme model okay online party penthouse
    performance photoshop piercing playlist pub punk ranking rap reality rock sándwich selfie selfies sexy sheriff shock
    shopping show shows smartphone smoking software spa spoiler sport stress striptease tablet team
    tattoo tennis ticket trailer tweet vip web weekend whisky wifi yoga zoom ok lady
    ciao madame monsieur adiós amigo amigos señor señora hola gracias""".split()
)
_SHORTEST = 3


def same_in_both(text: str, source: str, target: str, names: Iterable[str] = ()) -> bool:
    """Whether a text may stand as it is in either language: names, and words that both have ("No, no!", "OK.", "Ana").

    False where a dictionary is missing and the text is more than names.
    """
    left = _without(text, names)
    one, two = dictionary(source), dictionary(target)
    common = [w for w in words(left) if not w.isupper() or len(w) > 3 or w.lower() not in LOANS]
    common = [w for w in common if w.lower() not in LOANS and not (w[0].isupper() and not _opens(left, w))]
    return all(one is not None and two is not None and one.knows(w) and two.knows(w) for w in common)


def left_over(source_text: str, text: str, source: str, target: str, names: Iterable[str] = ()) -> list[str]:
    """Words of the source's language in a text that should be in the target's.

    A word counts where the target's dictionary lacks it, the source's has it and the source line holds it. Words that the
    line does not hold count where there are two or more of them. Names, loan words and capitals inside a sentence of the
    source do not. Empty where the target has no dictionary, except for Latin letters in a Devanagari line.
    """
    bare = _without(text, names)
    mine, theirs = dictionary(source), dictionary(target)
    if mine is None or theirs is None:
        return []
    given = {w.lower() for w in words(source_text)}
    proper = _proper(source_text)
    near: list[str] = []
    far: list[str] = []
    for word in words(bare):
        low = word.lower()
        if len(word) < _SHORTEST or low in LOANS or low in proper or theirs.knows(word):
            continue
        if not mine.knows(low if "'" not in word else word):  # a name is known with its capital only
            continue
        (near if low in given else far).append(word)
    far = [w for w in far if len(w) > _SHORTEST and not w[0].isupper()]
    return list(dict.fromkeys(near + (far if len(far) > 1 or near else [])))


def mostly_left(source_text: str, text: str, source: str, target: str, names: Iterable[str] = ()) -> bool:
    """Whether half of a text's words or more, and two at least, are still the source's language."""
    names = tuple(names)
    left = {w.lower() for w in left_over(source_text, text, source, target, names)}
    said = [w.lower() for w in words(_without(text, names))]
    return sum(w in left for w in said) >= max(2, len(said) / 2)


def _without(text: str, names: Iterable[str]) -> str:
    for name in sorted((n for n in names if n), key=len, reverse=True):
        text = text.replace(name, " ").replace(name.upper(), " ")
    return text


def _proper(text: str) -> set[str]:
    """Words with a capital inside a sentence: names of people and places. None where all is in capitals."""
    if text == text.upper():
        return set()
    return {w.lower() for w in words(text) if w[0].isupper() and not w.isupper() and not _opens(text, w)}


def _opens(text: str, word: str) -> bool:
    """Whether a word stands at a sentence's beginning, wherever it stands in the text."""
    at = text.find(word)
    while at >= 0:
        before = text[:at].rstrip(" \"'¿¡«“(")
        if before and before[-1] not in ".!?…-–—:\n":
            return False
        at = text.find(word, at + 1)
    return True
