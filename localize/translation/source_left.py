"""Words of the source's language that a translation still holds: looked for with dictionaries, once for each set of lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..languages import dictionary
from ..languages.foreign import left_over, mostly_left
from ..records import Flag, Line, Translation
from ..storage.step_cache import Steps
from .job import Job

VERSION = 1
_BY_PERSON = ("memory", "memory-fuzzy", "studio")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A line and its translation; `names` may stand in both, and a person may borrow some words."""

    text: str
    translation: str
    names: tuple[str, ...]
    by_person: bool


@dataclass(frozen=True, kw_only=True)
class SourceLeftInputs:
    """All that decides which translations are told."""

    pairs: tuple[Pair, ...]
    source: str
    target: str
    dictionaries: str


def flagged(translations: list[Translation], job: Job, steps: Steps) -> list[Translation]:
    """The same translations, one for each line of the job, those with words of the source's language flagged so.

    A person's words may borrow some; they are told where they are made of them. One step for all lines: a rerun need
    not load the dictionaries.
    """
    source = job.transcript.language
    asked = {n: _pair(x, t, job) for n, (x, t) in enumerate(zip(job.transcript.lines, translations, strict=True)) if _asked(t)}
    if not asked:
        return translations
    inputs = SourceLeftInputs(
        pairs=tuple(asked.values()), source=source, target=job.target, dictionaries=dictionary.identity(source, job.target)
    )

    def look() -> Any:
        return [_left(pair, source, job.target) for pair in inputs.pairs]

    left = dict(zip(asked, steps.json("source-left", VERSION, inputs, job.subject, look), strict=True))
    return [
        replace(t, flags=tuple(dict.fromkeys((*t.flags, Flag.SOURCE_WORDS)))) if left.get(n) else t
        for n, t in enumerate(translations)
    ]


def _asked(translation: Translation) -> bool:
    return not translation.error and translation.origin != "source"


def _pair(line: Line, translation: Translation, job: Job) -> Pair:
    names = [f for t in job.glossary.find(line.text, job.transcript.language) for f in (t.form(job.target), t.term.term)]
    names += [x.speaker for x in job.transcript.lines if x.speaker]
    return Pair(
        text=line.text,
        translation=translation.text,
        names=tuple(dict.fromkeys(names)),
        by_person=translation.origin in _BY_PERSON,
    )


def _left(pair: Pair, source: str, target: str) -> bool:
    judge = mostly_left if pair.by_person else left_over
    return bool(judge(pair.text, pair.translation, source, target, pair.names))
