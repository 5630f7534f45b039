"""Names that a series' bible does not know yet: words that episodes write as names, counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..languages.text import WORD
from ..records import Transcript
from .glossary import NOT_BEFORE_NAMES, Glossary

LEAST = 2  # times heard
# capitals that are no names
NO_NAMES = frozenset("i i'm i'll i've i'd ok okay mr mrs ms dr god yes no oh sir madam".split())


@dataclass
class Found:
    """A proposed name: how often it was heard, in how many episodes, a line to look at, and its plain uses."""

    name: str
    times: int = 0
    episodes: set[str] = field(default_factory=set)
    line: str = ""
    plain: int = 0  # the same word in lower case: then it is an ordinary word too


def mine(episodes: Iterable[tuple[str, Transcript]], glossary: Glossary, least: int = LEAST) -> list[Found]:
    """Runs of capitalised words within sentences that no term covers, the most frequent first.

    At a sentence's start a capital says nothing: such words count only once they were seen as a name elsewhere.
    """
    found: dict[str, Found] = {}
    openers: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    for episode, transcript in episodes:
        for line in transcript.lines:
            known = [(u.start, u.end) for u in glossary.find(line.text, transcript.language)]
            plain.update(w for w in WORD.findall(line.text) if w.islower())
            for start, end in _runs(line.text):
                if any(start < b and a < end for a, b in known):
                    continue
                name = re.sub(r"['’]s$", "", line.text[start:end])
                if name.casefold() in NO_NAMES:
                    continue
                if _opens(line.text, start):
                    openers[name] += 1
                    continue
                entry = found.setdefault(name, Found(name, line=line.text))
                entry.times += 1
                entry.episodes.add(episode)
    for entry in found.values():
        entry.times += openers[entry.name]
        entry.plain = plain[entry.name.lower()]
    kept = [f for f in found.values() if f.times >= least and f.plain <= f.times]
    return sorted(kept, key=lambda f: (-f.times, f.name))


def _runs(text: str) -> list[tuple[int, int]]:
    """Spans of words with capitals that stand side by side; what opens a sentence stands alone."""
    runs: list[tuple[int, int]] = []
    for match in re.finditer(r"[^\W\d_][\w'’-]*", text):
        if not match[0][0].isupper() or match[0].lower() in NOT_BEFORE_NAMES:
            continue
        beside = runs and text[runs[-1][1] : match.start()] == " " and not _opens(text, runs[-1][0])
        if beside:
            runs[-1] = (runs[-1][0], match.end())
        else:
            runs.append(match.span())
    return runs


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'“‘¿¡")
    return not before or before[-1] in ".!?…:"
