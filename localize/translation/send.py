"""Lines through a route with their names locked: masked, sent, restored; a miss is tried another way.

Order of the tries: as they stand, where the engine keeps terms itself; with sentinels, three different ones in turn;
sentence by sentence; at last the parts around the names by themselves. What still has no text is the caller's error.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..engines.base import Ask
from ..engines.catalogue import Engines
from ..errors import LocalizeError
from ..series.glossary import Use
from . import name_lock
from .routes import Hop, Route


def cross(asks: list[Ask], uses: list[list[Use]], tag: str, route: Route, engines: Engines) -> list[str]:
    """A text in `tag` for each line, locked forms in place; empty where the route gave none.

    Args:
        asks: lines with their names as they stand.
        uses: the terms found in each line.
    """
    text = [""] * len(asks)
    keeps = len(route.hops) == 1 and engines.translator(route.hops[0].engine).keeps_terms
    if keeps:
        plain = [replace(a, terms=_terms(a.text, u, tag)) for a, u in zip(asks, uses, strict=True)]
        for i, made in enumerate(through(plain, route, engines)):
            text[i] = "" if name_lock.missed(name_lock.verify(made, uses[i], tag)) else made
    for attempt in range(name_lock.TRIES):
        todo = [i for i, t in enumerate(text) if not t and (uses[i] or (attempt == 0 and not keeps))]
        if not todo:
            break
        masked = [name_lock.mask(asks[i].text, uses[i], attempt) for i in todo]
        sent = [replace(asks[i], text=m) for i, (m, _names) in zip(todo, masked, strict=True)]
        for i, made, (_m, names) in zip(todo, through(sent, route, engines), masked, strict=True):
            text[i] = name_lock.restore(made, uses[i], names, tag) or ""
    for i, made in enumerate(text):
        if not made and uses[i]:
            text[i] = _by_sentence(asks[i], uses[i], tag, route, engines) or _around_names(
                asks[i], uses[i], tag, route, engines
            )
    return text


def others(ask: Ask, uses: list[Use], tag: str, route: Route, engines: Engines, count: int) -> list[str]:
    """Other ways to say a line, names locked and verified in each: of the last hop, then of the first."""
    masked, names = name_lock.mask(ask.text, uses)
    asked = replace(ask, text=masked)
    last = route.hops[-1]
    try:
        middle = through([asked], Route(route.hops[:-1]), engines)[0] if len(route.hops) > 1 else masked
        made = engines.translator(last.engine).alternatives(
            replace(asked, text=middle), last.source, last.target, count
        )
        if len(route.hops) > 1:
            first = route.hops[0]
            ways = engines.translator(first.engine).alternatives(asked, first.source, first.target, count)
            made += through([replace(asked, text=w) for w in ways], Route(route.hops[1:]), engines)
    except LocalizeError:
        return []
    found = (name_lock.restore(m, uses, names, tag) for m in made if m)
    return list(dict.fromkeys(f for f in found if f and not name_lock.missed(name_lock.verify(f, uses, tag))))


def through(asks: list[Ask], route: Route, engines: Engines) -> list[str]:
    """Texts through every hop; where a batch fails or loses count, line by line; an empty text marks a failure."""
    texts = [a.text for a in asks]
    for hop in route.hops:
        engine = engines.translator(hop.engine)
        ready = [replace(a, text=t) for a, t in zip(asks, texts, strict=True) if t]
        if not ready:
            break
        try:
            got = engine.translate(ready, hop.source, hop.target)
            if len(got) != len(ready):
                raise LocalizeError(f"{len(ready)} lines in, {len(got)} out", hop.engine)
        except LocalizeError:
            got = [_alone(engine, a, hop) for a in ready]
        back = iter(got)
        texts = [next(back) if t else "" for t in texts]
    return texts


def _alone(engine: object, ask: Ask, hop: Hop) -> str:
    try:
        got: list[str] = engine.translate([ask], hop.source, hop.target)  # type: ignore[attr-defined]
        return got[0] if len(got) == 1 else ""
    except LocalizeError:
        return ""


def _terms(text: str, uses: list[Use], tag: str) -> tuple[tuple[str, str], ...]:
    return tuple((text[u.start : u.end], u.form(tag)) for u in uses)


def _by_sentence(ask: Ask, uses: list[Use], tag: str, route: Route, engines: Engines) -> str:
    """Sentence by sentence, for lines of several: what loses a name in a long line often keeps it in a short one."""
    edges = [m.end() for m in re.finditer(r"[.!?…]+[\"”’]?\s+", ask.text)]
    edges = [e for e in edges if not any(u.start < e < u.end for u in uses)]
    if not edges:
        return ""
    out = []
    for start, end in zip([0, *edges], [*edges, len(ask.text)], strict=True):
        inside = [replace(u, start=u.start - start, end=u.end - start) for u in uses if start <= u.start < end]
        part = ask.text[start:end].strip()
        masked, names = name_lock.mask(part, inside)
        made = name_lock.restore(through([replace(ask, text=masked)], route, engines)[0], inside, names, tag)
        if not made:
            return ""
        out.append(made)
    return " ".join(out)


def _around_names(ask: Ask, uses: list[Use], tag: str, route: Route, engines: Engines) -> str:
    """The parts between names translated by themselves: clumsy, but every name stands."""
    out, at = [], 0
    for use in [*uses, None]:
        part = ask.text[at : use.start if use else len(ask.text)]
        if re.search(r"\w", part):
            part = f" {through([replace(ask, text=part.strip())], route, engines)[0].strip()} "
        out += [part, use.form(tag) if use else ""]
        at = use.end if use else at
    return re.sub(r"\s+([,.!?…])", r"\1", " ".join("".join(out).split()))
