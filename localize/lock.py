"""Locked names: masked with made-up sentinel names before an engine sees a line, restored and verified after.

Sentinels are names that no language knows ("Kexa", "Tarvo"), because engines carry unknown names through; their
endings follow the term's gender, so that agreement around them stays right.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .glossary import Use, count
from .model import TermUse

SENTINELS = {
    "f": ("Kexa", "Wulla", "Mirva", "Telza", "Noxa", "Brilva", "Zanta", "Ufela"),
    "m": ("Tarvo", "Zorvo", "Durko", "Belmo", "Krisko", "Wendro", "Yalvo", "Ombro"),
}
TRIES = 4


def mask(text: str, uses: list[Use], attempt: int = 0) -> tuple[str, list[str]]:
    """The text with each use replaced by a sentinel, and the sentinels in order of the uses.

    The same term gets the same sentinel within a line; `attempt` turns to other sentinels.
    """
    chosen: dict[str, str] = {}
    for use in uses:
        if use.term.term not in chosen:
            pool = SENTINELS["m" if use.term.gender == "m" else "f"]
            turned = pool[attempt % len(pool) :] + pool[: attempt % len(pool)]
            spare = (s for s in turned if s not in chosen.values() and s.lower() not in text.lower())
            chosen[use.term.term] = next(spare, f"Zyx{len(chosen)}q")
    out, at = [], 0
    for use in uses:
        out += [text[at : use.start], chosen[use.term.term]]
        at = use.end
    return "".join([*out, text[at:]]), [chosen[u.term.term] for u in uses]


def restore(text: str, uses: list[Use], sentinels: list[str], tag: str) -> str | None:
    """The locked forms in place of the sentinels; None where a sentinel is missing, doubled or changed."""
    for sentinel in set(sentinels):
        if len(re.findall(rf"(?<!\w){sentinel}(?!\w)", text)) != sentinels.count(sentinel):
            return None
    for use, sentinel in zip(uses, sentinels, strict=True):
        if use.term.gender == "f":
            text = feminine_before(text, sentinel, tag)
        text = re.sub(rf"(?<!\w){sentinel}(?!\w)", _literally(use.term.form(tag)), text)
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
    wanted: dict[str, list[Use]] = {}
    for use in uses:
        wanted.setdefault(use.term.term, []).append(use)
    return tuple(
        TermUse(term, group[0].term.form(tag), len(group), count(text, group[0].term.form(tag)))
        for term, group in wanted.items()
    )


def missed(terms: tuple[TermUse, ...]) -> list[str]:
    """Locked forms that stand less often than they must."""
    return [t.locked for t in terms if t.found < t.wanted]
