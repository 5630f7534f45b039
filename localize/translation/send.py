"""Lines through a route with their names locked: masked, sent, restored; a miss is tried another way.

Order of the tries: as they stand, where the engine keeps terms itself; with sentinels, three different ones in turn;
sentence by sentence; at last the parts around the names by themselves. What still has no text is the caller's error;
an engine's failure is told apart from an engine that gave nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..engines.base import Ask, Translator
from ..engines.catalogue import Engines
from ..errors import EngineError, EngineFailed, LocalizeError, ModelError, PartlyFailed, one_line
from ..series.glossary import Use
from . import name_lock
from .routes import Hop, Route


@dataclass(frozen=True)
class Sent:
    """What became of a line on a route.

    Attributes:
        text: empty where the route gave none.
        error: an engine's failure on the way, which another run may not meet; with a text, a worse way gave that.
    """

    text: str = ""
    error: str = ""


def cross(asks: list[Ask], uses: list[list[Use]], tag: str, route: Route, engines: Engines) -> list[Sent]:
    """A text in `tag` for each line, locked forms in place; empty where the route gave none.

    Args:
        asks: lines with their names as they stand.
        uses: the terms found in each line.
    """
    done = [Sent()] * len(asks)
    keeps = len(route.hops) == 1 and engines.translator(route.hops[0].engine).keeps_terms
    if keeps:
        plain = [replace(a, terms=_terms(a.text, u, tag)) for a, u in zip(asks, uses, strict=True)]
        for i, made in enumerate(through(plain, route, engines)):
            lost = name_lock.missed(name_lock.verify(made.text, uses[i], tag))
            done[i] = replace(made, text="") if lost else made
    for attempt in range(name_lock.TRIES):
        # an engine that is away now is not cured by another wording
        todo = [i for i, d in enumerate(done) if d == Sent() and (uses[i] or (attempt == 0 and not keeps))]
        if not todo:
            break
        masked = [name_lock.mask(asks[i].text, uses[i], attempt) for i in todo]
        sent = [replace(asks[i], text=m) for i, (m, _names) in zip(todo, masked, strict=True)]
        for i, made, (_m, names) in zip(todo, through(sent, route, engines), masked, strict=True):
            done[i] = replace(made, text=name_lock.restore(made.text, uses[i], names, tag) or "")
    for i, made in enumerate(done):
        if made == Sent() and uses[i]:
            done[i] = _in_parts(asks[i], uses[i], tag, route, engines)
    return done


def _in_parts(ask: Ask, uses: list[Use], tag: str, route: Route, engines: Engines) -> Sent:
    by_sentence = _by_sentence(ask, uses, tag, route, engines)
    return by_sentence if by_sentence != Sent() else _around_names(ask, uses, tag, route, engines)


def others(ask: Ask, uses: list[Use], tag: str, route: Route, engines: Engines, count: int) -> list[str]:
    """Other ways to say a line, names locked and verified in each: of the last hop, then of the first.

    Raises LocalizeError where an engine fails.
    """
    masked, names = name_lock.mask(ask.text, uses)
    asked = replace(ask, text=masked)
    last = route.hops[-1]
    middle, told = masked, masked if len(route.hops) > 1 else ""
    if len(route.hops) > 1:
        middle = _whole(through([asked], Route(route.hops[:-1]), engines))[0]
    made = engines.translator(last.engine).alternatives(replace(asked, text=middle, told=told), last.source, last.target, count)
    if len(route.hops) > 1:
        first = route.hops[0]
        ways = engines.translator(first.engine).alternatives(asked, first.source, first.target, count)
        made += _whole(through([replace(asked, text=w, told=told) for w in ways], Route(route.hops[1:]), engines))
    found = (name_lock.restore(m, uses, names, tag) for m in made if m)
    return list(dict.fromkeys(f for f in found if f and not name_lock.missed(name_lock.verify(f, uses, tag))))


def through(asks: list[Ask], route: Route, engines: Engines) -> list[Sent]:
    """Texts through every hop; where a batch fails or loses count, line by line."""
    done = [Sent(a.text) for a in asks]
    for hop in route.hops:
        ready = [i for i, d in enumerate(done) if d.text]
        if not ready:
            break
        told = [asks[i].told or ("" if hop is route.hops[0] else asks[i].text) for i in ready]
        made = _one_hop([replace(asks[i], text=done[i].text, told=t) for i, t in zip(ready, told, strict=True)], hop, engines)
        for i, sent in zip(ready, made, strict=True):
            done[i] = sent
    return done


def _one_hop(asks: list[Ask], hop: Hop, engines: Engines) -> list[Sent]:
    """What became of each line on one hop. Raises EngineFailed where the engine does nothing at all."""
    engine = engines.translator(hop.engine)
    try:
        got = engine.translate(asks, hop.source, hop.target)
        if len(got) == len(asks):
            return [Sent(t) for t in got]
    except PartlyFailed as error:
        return [Sent("", one_line(str(error))) if t is None else Sent(t) for t in error.texts]
    except ModelError as error:
        raise _failed(hop, str(error), engines) from error
    except LocalizeError as error:
        if len(asks) == 1:  # this line or the engine: nobody can tell
            return [Sent("", one_line(str(error)))]
    except Exception as error:  # a library's own: a broken installation, a missing shared object, no memory
        raise _failed(hop, f"{type(error).__name__}: {error}", engines) from error
    made = [_alone(engine, a, hop) for a in asks]
    if all(sent.error for sent in made):
        raise _failed(hop, made[0].error, engines)
    return made


def _failed(hop: Hop, why: str, engines: Engines) -> EngineFailed:
    engines.context.failures.note(hop.engine, why)
    return EngineFailed(why, f"{hop.engine} {hop.source}->{hop.target}")


def _alone(engine: Translator, ask: Ask, hop: Hop) -> Sent:
    try:
        got = engine.translate([ask], hop.source, hop.target)
    except LocalizeError as error:
        return Sent("", one_line(str(error)))
    return Sent(got[0]) if len(got) == 1 else Sent()


def _whole(made: list[Sent]) -> list[str]:
    """The texts. Raises EngineError where an engine failed on one."""
    for sent in made:
        if sent.error:
            raise EngineError(sent.error)
    return [s.text for s in made]


def _terms(text: str, uses: list[Use], tag: str) -> tuple[tuple[str, str], ...]:
    return tuple((text[u.start : u.end], u.form(tag)) for u in uses)


def _by_sentence(ask: Ask, uses: list[Use], tag: str, route: Route, engines: Engines) -> Sent:
    """Sentence by sentence, for lines of several: what loses a name in a long line often keeps it in a short one."""
    edges = [m.end() for m in re.finditer(r"[.!?…]+[\"”’]?\s+", ask.text)]
    edges = [e for e in edges if not any(u.start < e < u.end for u in uses)]
    if not edges:
        return Sent()
    out = []
    for start, end in zip([0, *edges], [*edges, len(ask.text)], strict=True):
        inside = [replace(u, start=u.start - start, end=u.end - start) for u in uses if start <= u.start < end]
        part = ask.text[start:end].strip()
        masked, names = name_lock.mask(part, inside)
        sent = through([replace(ask, text=masked)], route, engines)[0]
        made = name_lock.restore(sent.text, inside, names, tag)
        if not made:
            return Sent("", sent.error)
        out.append(made)
    return Sent(" ".join(out))


def _around_names(ask: Ask, uses: list[Use], tag: str, route: Route, engines: Engines) -> Sent:
    """The parts between names translated by themselves: clumsy, but every name stands."""
    out, at = [], 0
    for use in [*uses, None]:
        part = ask.text[at : use.start if use else len(ask.text)]
        if re.search(r"\w", part):
            sent = through([replace(ask, text=part.strip())], route, engines)[0]
            if sent.error:
                return Sent("", sent.error)
            part = f" {sent.text.strip()} "
        out += [part, use.form(tag) if use else ""]
        at = use.end if use else at
    return Sent(re.sub(r"\s+([,.!?…])", r"\1", " ".join("".join(out).split())))
