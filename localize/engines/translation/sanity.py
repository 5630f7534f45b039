"""Why a text cannot be the translation of a line. Engines drop, echo, loop and cut; nothing of that may pass."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...languages.foreign import mostly_left, same_in_both
from ...languages.text import normal_form

END_MARKS = ".!?…。！？।"
NARROW = str.maketrans("。！？", ".!?")
CLOSERS = "\"'”’»)]"


def polished(text: str, source: str) -> str:
    """A capital and an end mark where the source has them and an engine dropped them."""
    if source[:1].isupper() and text[:1].islower():
        text = text[0].upper() + text[1:]
    source = source.translate(NARROW)
    if source[-1:] in ".!?…" and text and text[-1] not in ".!?…\"'”»)।":
        text += source[-1]
    return text


def suspicious(
    source: str, target: str, names: Iterable[str], strict: bool = False, pair: tuple[str, str] | None = None
) -> str:
    """Why a text cannot be a translation of the source; empty where it can.

    `strict` also doubts what a model that writes freely may do and a plain translator does not: a sentence cut short,
    figures changed, a question that is none any more, far too little text. With `pair`, the tags of source and target, a
    text that both languages share ("No, no, no!") is no echo, and one whose words are mostly the source's is.
    """
    if not re.search(r"\w", target):
        return "nothing"
    names = tuple(names)
    shared = pair is not None and same_in_both(target, *pair, names)
    if pair is not None and mostly_left(source, target, *pair, names):
        return "words of its source"
    bare = target
    for name in names:
        bare = bare.replace(name, " ")
    one, two = normal_form(source).split(), normal_form(bare).split()
    if not shared and len(two) >= 4 and two == [w for w in one if w in set(two)][: len(two)] and len(two) >= 0.8 * len(one):
        return "its source back"
    if len(two) >= 8 and len(set(two)) <= len(two) // 4:
        return "a loop"
    if len(two) > 4 * len(one) + 8:
        return "far too much text"
    return _strictly(source, target, shared) if strict else ""


def _strictly(source: str, target: str, shared: bool) -> str:
    source, target = source.strip().rstrip(CLOSERS), target.strip().rstrip(CLOSERS)
    if not shared and normal_form(source) == normal_form(target) and len(normal_form(source).split()) >= 3:
        return "its source back"
    if source[-1:] in END_MARKS and target[-1:] not in END_MARKS:
        return "a sentence without its end"
    if source.endswith(("?", "？")) and not target.endswith(("?", "？")):
        return "no question"
    if sorted(re.findall(r"\d+", source)) != sorted(re.findall(r"\d+", target)):
        return "other figures"
    one, two = len(normal_form(source)), len(normal_form(target))
    if two < 0.35 * one - 4 or two > 3 * one + 24:
        return "a text of another length"
    return ""
