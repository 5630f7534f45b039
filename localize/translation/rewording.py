"""Translations that fit the mouth: measured on the voice itself, another wording asked for where a line is far off.

Only what an engine wrote is reworded: lines of the memory and of the studio are a person's and stay. Of the wordings
that keep every name, two at most are an engine's and one more a rule's; the one nearest to its slot wins, the first one
where none is nearer. What a rule made is flagged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..engines.catalogue import Engines
from ..engines.translation.sanity import suspicious
from ..languages import shorten
from ..records import EngineUse, Flag, Line, Translation
from ..series.glossary import Use
from . import name_lock, send
from .available import hops_of
from .job import Job
from .outcome import as_target_writes
from .routes import Route

LONG = 1.12  # times its slot that a line may last before another wording is looked for
SHORT = 0.7
TRIES = 2
OFFERS = 6


@dataclass(frozen=True)
class Measured:
    """A line's translation and how many ms the voice needs for it at its natural pace; 0 where it could not speak.

    Attributes:
        readable: most characters that a subtitle can show in the line's time.
    """

    line: Line
    translation: Translation
    natural_ms: int
    readable: float = math.inf

    @property
    def slot_ms(self) -> int:
        """How long the source line lasts."""
        return max(1, self.line.end_ms - self.line.start_ms)

    @property
    def ratio(self) -> float:
        """Spoken length over slot."""
        return self.natural_ms / self.slot_ms


def far_off(item: Measured) -> bool:
    """Whether a line may be reworded and has reason to."""
    if item.natural_ms <= 0 or not may_change(item.translation):
        return False
    return item.ratio > LONG or item.ratio < SHORT or len(item.translation.text) > item.readable


def may_change(translation: Translation) -> bool:
    """Whether an engine wrote it: a person's words stay, and what is no translation has no other wording."""
    return not translation.error and not translation.by_person


@dataclass(frozen=True)
class Offer:
    """Another wording; `by_rule` where a rule made it shorter and not an engine."""

    text: str
    by_rule: bool = False


def offers(item: Measured, job: Job, engines: Engines, uses: list[Use], route: Route | None) -> list[Offer]:
    """Other wordings, an engine's own before a rule's, the most promising by length first; each keeps every name and can
    be a translation. `route` is the one that wrote the line."""
    wanted = min(len(item.translation.text) / item.ratio, item.readable)
    shorter = wanted < len(item.translation.text)
    ask = replace(job.ask(item.line), shorter=round(wanted / len(item.translation.text), 2))
    found = send.others(ask, uses, job.target, route, engines, OFFERS) if route else []
    forms = tuple(u.form(job.target) for u in uses)
    found = [as_target_writes(t, item.line, uses, job) for t in found]
    ruled = [s for t in [item.translation.text, *found] for s in shorten.shorter(t, job.target, forms)] if shorter else []
    strict = route is not None and any(engines.translator(h.engine).writes_freely for h in route.hops)
    pair = (job.transcript.language, job.target)

    def best(texts: list[str], most: int) -> list[str]:
        good = [
            t
            for t in dict.fromkeys(texts)
            if (len(t) < len(item.translation.text)) == shorter
            and t != item.translation.text
            and not name_lock.missed(name_lock.verify(t, uses, job.target))
            and not suspicious(item.line.text, t, forms, strict, pair)
        ]
        return sorted(good, key=lambda t: abs(len(t) - wanted))[:most]

    own = best(found, TRIES)
    return [*map(Offer, own), *(Offer(t, True) for t in best(ruled, max(1, TRIES - len(own))) if t not in own)]


def reworded(item: Measured, wordings: list[Offer], measure: Callable[[str], int]) -> Translation:
    """The wording that can be read and is nearest to the slot, as measured; the one that was there where none is.

    Args:
        measure: ms that the voice needs for a text; 0 where it cannot say it.
    """
    best, nearest = item.translation, abs(item.ratio - 1)
    unread = max(0.0, len(best.text) - item.readable)
    for offer in wordings:
        text, ms = offer.text, measure(offer.text)
        off, over = abs(ms / item.slot_ms - 1), max(0.0, len(text) - item.readable)
        if ms > 0 and (over < unread or (over == unread and off < nearest - 0.02)):
            flags = (*item.translation.flags, *([Flag.SHORTENED] if offer.by_rule else []))
            origin = f"{item.translation.origin} fitted"
            best = replace(item.translation, text=text, origin=origin, flags=tuple(dict.fromkeys(flags)))
            nearest, unread = off, over
        if nearest <= LONG - 1 and not unread:
            break
    return best


def route_of(origin: str, job: Job, engines: Engines) -> Route | None:
    """The route that wrote a line; None where it was speech that was translated."""
    names = origin.split(" ")[0].split("+")
    return hops_of(engines, names, job.transcript.language, job.target.split("-")[0])


def identities(route: Route | None, engines: Engines) -> tuple[EngineUse, ...]:
    """Who may write a line anew; empty where it was speech that was translated."""
    return tuple(engines.translator(h.engine).identity(h.source, h.target) for h in route.hops) if route else ()


def read_besides(route: Route | None, line: Line, job: Job, engines: Engines) -> tuple[Any, ...]:
    """What those engines read of a line besides its text."""
    if route is None:
        return ()
    ask = job.ask(line)
    return tuple(engines.translator(h.engine).reads(ask, h.source, h.target) for h in route.hops)
