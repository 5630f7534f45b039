"""All that is found in one line; pure: texts, vectors' cosines and what dictionaries know come in, findings go out."""

from __future__ import annotations

from collections.abc import Callable

from . import content, hindi, likeness, numbers, people, persons, polarity, spelling
from .record import Finding, Nearness, Pair


def of(pair: Pair, near: Nearness | None, limits: likeness.Limits | None, books: spelling.Books | None) -> list[Finding]:
    """Every finding of a line, the gravest first; an empty translation has none, it is an error already."""
    if not pair.target.strip():
        return []
    found: list[Finding] = []
    if near is not None and limits is not None:
        found += likeness.check(pair, near, limits)
    if books is not None:
        found += spelling.check(pair, books)
    if any(f.kind in ("other-line", "other-meaning") for f in found):
        return found  # of another line's words nothing more is to be said
    rules: tuple[Callable[[Pair], list[Finding]], ...] = (
        spelling.names, numbers.check, polarity.negation, polarity.question, persons.check, people.gender_of_others,
        people.swapped_names, people.order, content.opposites, hindi.opposites, hindi.persons,
    )  # fmt: skip
    for rule in rules:
        found += [f for f in rule(pair) if f not in found]
    return found
