"""Every way that models could serve a pair: what is here, what could be pulled, and why it cannot be used now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..engines.availability import EXTRA, absent
from ..engines.catalogue import Engines
from ..models.registry import Model, Registry
from .available import loss
from .by_speech import best_route
from .routes import Hop, Route, plan

PIVOTS = ("en", "pt", "es")
WORTH = 0.01  # what a pull must gain: less is noise of the measure


@dataclass(frozen=True)
class Offer:
    """One route.

    Attributes:
        why: why it cannot be used now; empty where it can.
        pull: models that must be pulled for it.
        needs: what runs it and what that takes: the library, memory, torch for the conversion, the episode's sound.
    """

    route: Route
    why: str
    pull: tuple[str, ...]
    bytes: int
    licences: tuple[str, ...]
    scores: tuple[str, ...]
    needs: tuple[str, ...]


def offers(engines: Engines, source: str, target: str) -> list[Offer]:
    """Direct routes and those through one other language, from text or from speech, and the longer ones that serve as
    things are; the best first."""
    hops = [*_all_hops(engines), *_speech_hops(engines, source)]
    found = [Route((h,)) for h in hops if (h.source, h.target) == (source, target)]
    for pivot in PIVOTS:
        if pivot in (source, target):
            continue
        firsts = [h for h in hops if (h.source, h.target) == (source, pivot)]
        seconds = [h for h in hops if (h.source, h.target) == (pivot, target)]
        found += [Route((a, b)) for a in firsts for b in seconds]
    spoken = best_route(engines, _here(engines), source, target)
    found += [r for r in (route_now(engines, source, target), spoken.whole if spoken else None) if r is not None]
    return [_offer(engines, r) for r in sorted(dict.fromkeys(found), key=lambda r: r.loss)]


def best_set(engines: Engines, source: str, targets: Iterable[str]) -> list[str]:
    """The commercial models to pull so that each target has its best route that can run on this machine."""
    here = _here(engines)
    models = engines.context.registry.models
    could = [h for h in _all_hops(engines) if h.engine in models and _could_run(engines.context.registry, models[h.engine])]
    wanted: dict[str, None] = {}
    for target in dict.fromkeys(targets):
        if target == source:
            continue
        now, then = plan(here, source, target), plan([*here, *could], source, target)
        if then is not None and (now is None or then.loss < now.loss - WORTH):
            wanted |= dict.fromkeys(h.engine for h in then.hops if h not in here)
    return list(wanted)


def route_now(engines: Engines, source: str, target: str) -> Route | None:
    """The best route of what is here."""
    return plan(_here(engines), source, target)


def _here(engines: Engines) -> list[Hop]:
    return [h for h in _all_hops(engines) if not engines.translator(h.engine).unavailable(h.source, h.target)]


def _all_hops(engines: Engines) -> list[Hop]:
    return [
        Hop(e.name, source, target, loss(engines, e.name, source, target))
        for e in engines.translators()
        for source, target in sorted(e.pairs)
    ]


def _speech_hops(engines: Engines, source: str) -> list[Hop]:
    """Speech of that language into another's text."""
    return [
        Hop(e.name, source, target, loss(engines, e.name, source, target))
        for e in engines.speech_translators()
        for spoken, target in sorted(e.pairs)
        if spoken == source
    ]


def _could_run(registry: Registry, model: Model) -> bool:
    """Whether a pull of this model would make it serve here."""
    if not model.commercial_use or registry.present(model.id):
        return False
    return not _lacking(model)


def _lacking(model: Model) -> list[str]:
    """Packages that it needs and that are not installed here."""
    if model.engine == "fxtranslate":
        return absent("fxtranslate")
    return [] if model.converted else absent("torch", "transformers")


def _offer(engines: Engines, route: Route) -> Offer:
    registry, speech = engines.context.registry, {e.name: e for e in engines.speech_translators()}
    why, pull, size, needs, licences, scores = [], [], 0, [], [], []
    for hop in route.hops:
        scores.append(engines.score(hop.engine, hop.source, hop.target).text or "no figure")
        if hop.engine in speech:
            who = speech[hop.engine].identity(hop.source, hop.target)
            needs.append("the episode's sound")
            reason, model = "", registry.models.get(who.model)
        else:
            engine = engines.translator(hop.engine)
            who = engine.identity(hop.source, hop.target)
            reason, model = engine.unavailable(hop.source, hop.target), registry.models.get(hop.engine)
        licences.append(who.licence)
        if model is not None:
            needs += _needs(model)
            if not registry.present(model.id):
                pull.append(model.id)
                size += model.bytes
                reason = "" if model.commercial_use else f"{model.id} is not for commercial use"
            lacking = _lacking(model) if hop.engine not in speech else []
            reason = reason or (f"{' and '.join(lacking)}: {EXTRA}" if lacking else "")
        elif hop.engine in engines.context.endpoints:
            needs.append(f"the server at {engines.context.endpoints[hop.engine].host}")
        why += [reason] if reason else []
    unique = tuple(dict.fromkeys(licences))
    return Offer(route, "; ".join(dict.fromkeys(why)), tuple(pull), size, unique, tuple(scores), tuple(needs))


def _needs(model: Model) -> list[str]:
    """What runs a model, and what that takes."""
    needs = [model.engine] if model.engine else []
    needs += [f"{model.memory_mb} MB of memory"] if model.memory_mb else []
    needs += ["torch to convert it once"] if model.engine == "ctranslate2" and not model.converted else []
    needs += ["torch"] if model.engine == "transformers" else []
    return [*needs, "a GPU to be quick"] if "without a GPU" in model.note else needs
