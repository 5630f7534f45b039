"""What is wrong with a series' terms before anything is translated with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from ..languages import regions
from ..languages.text import WORD
from .glossary import Glossary, Term, replace_banned

SCRIPTS = {"hi": (0x0900, 0x097F), "zh": (0x4E00, 0x9FFF), "ko": (0xAC00, 0xD7A3)}


@dataclass(frozen=True)
class Problem:
    """One finding: `kind` is duplicate, clash, missing, contains, script, heading or banned; `bad` where it must be mended."""

    kind: str
    term: str
    text: str
    bad: bool = True


def check(glossary: Glossary, tags: Iterable[str]) -> list[Problem]:
    """Duplicates, clashes, missing languages, and forms that hold another term, for these target languages."""
    tags = list(tags)
    names = [t for t in glossary.terms if t.kind != "banned"]
    found: list[Problem] = []
    for one, two in combinations(names, 2):
        found += _between(one, two, tags)
    for term in names:
        found += _alone(term, tags)
    for tag in tags:
        bans = glossary.banned(tag)
        for ban in bans:
            if ban.instead and replace_banned(ban.instead, bans)[0] != ban.instead:
                text = f"{ban.instead!r} stands for {ban.words[0]!r} in {tag} and is banned itself"
                found.append(Problem("banned", ban.words[0], text))
    return found


def _between(one: Term, two: Term, tags: list[str]) -> list[Problem]:
    left, right = ({f.casefold() for f in (t.term, *t.aliases)} for t in (one, two))
    if shared := left & right:
        kind = "duplicate" if one.term.casefold() == two.term.casefold() else "clash"
        return [Problem(kind, one.term, f"{sorted(shared)[0]!r} also stands for {two.term!r}")]
    found = []
    for tag in tags:
        if one.form(tag).casefold() == two.form(tag).casefold():
            found.append(Problem("clash", one.term, f"is {one.form(tag)!r} in {tag}, as {two.term!r} is"))
    for outer, inner in ((one, two), (two, one)):
        if any(_holds(o, i) for o in (outer.term, *outer.aliases) for i in (inner.term, *inner.aliases)):
            text = f"holds the term {inner.term!r}: the longer one wins where both fit"
            found.append(Problem("contains", outer.term, text, bad=False))
    return found


def _alone(term: Term, tags: list[str]) -> list[Problem]:
    found = [
        Problem("heading", term.term, f"has a cell in the column {key!r}, which is no language: it is not read", bad=False)
        for key in term.forms
        if regions.tag_of(key) is None
    ]
    for tag in tags:
        given = regions.nearest(tag, term.forms) is not None
        if not given and not term.dnt:
            text = f"has no form for {tag}; {term.form(tag)!r} is used"
            found.append(Problem("missing", term.term, text, bad=False))
        script = SCRIPTS.get(tag.split("-")[0])
        if given and script and not any(script[0] <= ord(c) <= script[1] for c in term.form(tag)):
            text = f"{term.form(tag)!r} is not written in the script of {tag}: a voice may spell it out"
            found.append(Problem("script", term.term, text, bad=False))
    return found


def _holds(outer: str, inner: str) -> bool:
    words, part = (WORD.findall(t.casefold()) for t in (outer, inner))
    return len(part) < len(words) and any(words[i : i + len(part)] == part for i in range(len(words)))
