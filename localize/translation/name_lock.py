"""Locked names: masked with made-up sentinel names before an engine sees a line, restored and verified after.

Sentinels are names that no language knows ("Kexa", "Tarvo"), because engines carry unknown names through; their
endings follow the term's gender, so that agreement around them stays right.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..languages.text import LETTER, count
from ..records import TermUse
from ..series.glossary import Use

SENTINELS = {
    "f": ("Kexa", "Wulla", "Mirva", "Telza", "Noxa", "Brilva", "Zanta", "Ufela"),
    "m": ("Tarvo", "Zorvo", "Durko", "Belmo", "Krisko", "Wendro", "Yalvo", "Ombro"),
}
TRIES = 4


def mask(text: str, uses: list[Use], attempt: int = 0) -> tuple[str, list[str]]:
    """The text with each use replaced by a sentinel, and the sentinels in order of the uses.

    The same term gets the same sentinel within a line (its plural another); `attempt` turns to other sentinels.
    """
    chosen: dict[tuple[str, bool], str] = {}
    for use in uses:
        if (use.term.term, use.plural) not in chosen:
            pool = SENTINELS["m" if use.term.gender == "m" else "f"]
            turned = pool[attempt % len(pool) :] + pool[: attempt % len(pool)]
            spare = (s for s in turned if s not in chosen.values() and s.lower() not in text.lower())
            chosen[use.term.term, use.plural] = next(spare, f"Zyx{len(chosen)}q")
    names = [chosen[u.term.term, u.plural] for u in uses]
    out, at = [], 0
    for use, name in zip(uses, names, strict=True):
        out += [text[at : use.start], name]
        at = use.end
    return "".join([*out, text[at:]]), names


def restore(text: str, uses: list[Use], sentinels: list[str], tag: str) -> str | None:
    """The locked forms in place of the sentinels; None where a sentinel is missing, doubled or changed."""
    for sentinel in set(sentinels):
        if len(re.findall(rf"(?<!{LETTER}){sentinel}(?!{LETTER})", text)) != sentinels.count(sentinel):
            return None
    for use, sentinel in zip(uses, sentinels, strict=True):
        if use.term.gender == "f":
            text = feminine_before(text, sentinel, tag)
        text = re.sub(rf"(?<!{LETTER}){sentinel}(?!{LETTER})", _literally(use.form(tag)), text)
    return text


def _literally(form: str) -> Callable[[re.Match[str]], str]:
    """A replacement that no backslash in the form can change."""
    return lambda _match: form


# what an engine writes before a name that it takes for masculine, and what a feminine one wants
FEMININE = {
    "es": {"el": "la", "del": "de la", "al": "a la", "un": "una", "este": "esta", "ese": "esa", "nuevo": "nueva"},
    "pt": {"o": "a", "do": "da", "no": "na", "ao": "à", "pelo": "pela", "um": "uma", "este": "esta", "esse": "essa",
           "num": "numa", "novo": "nova"},
}  # fmt: skip


def feminine_before(text: str, sentinel: str, tag: str) -> str:
    """Articles right before a sentinel made feminine: engines cannot know a made-up name's gender."""
    table = FEMININE.get(tag.split("-")[0], {})

    def mend(match: re.Match[str]) -> str:
        word = table.get(match[1].lower(), match[1])
        return (word.capitalize() if match[1][0].isupper() else word) + match[2]

    return re.sub(rf"(?<!\w)(\w+)(\s+{sentinel})(?!\w)", mend, text)


def verify(text: str, uses: list[Use], tag: str) -> tuple[TermUse, ...]:
    """For each term of the line: how often it must stand in the text, and how often it does."""
    wanted: dict[tuple[str, str], int] = {}
    for use in uses:
        key = use.term.term, use.form(tag)
        wanted[key] = wanted.get(key, 0) + 1
    return tuple(TermUse(term, form, number, count(text, form)) for (term, form), number in wanted.items())


def missed(terms: tuple[TermUse, ...]) -> list[str]:
    """Locked forms that stand less often than they must."""
    return [t.locked for t in terms if t.found < t.wanted]
