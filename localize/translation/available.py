"""Which pairs the engines here offer, and which models could be pulled for more."""

from __future__ import annotations

from collections.abc import Collection

from ..engines.catalogue import MODEL_ENGINES, Engines
from ..models.registry import Registry
from .routes import Hop, Route

OFFERED = 3
RESTING = 1.0


def text_hops(engines: Engines, names: Collection[str] = ()) -> tuple[list[Hop], list[str]]:
    """The pairs that text engines offer here, all or those of these names, and what is missing for the embedded ones."""
    hops, reasons = [], []
    models = engines.context.registry.models
    for engine in engines.translators(here=True):
        if names and engine.name not in names:
            continue
        for source, target in sorted(engine.pairs):
            reason = engine.unavailable(source, target)
            if not reason:
                hops.append(Hop(engine.name, source, target, loss(engines, engine.name, source, target)))
            elif engine.name not in models:
                reasons.append(reason)
    return hops, reasons


def loss(engines: Engines, name: str, source: str, target: str) -> float:
    """What a route loses by this hop, from the registry's scores: what routes are ranked by.

    An engine that failed a moment ago ranks behind all others, and serves where there is no other.
    """
    resting = RESTING if engines.context.failures.reason(name) else 0.0
    return engines.score(name, source, target).loss + resting


def hops_of(engines: Engines, names: list[str], source: str, target: str) -> Route | None:
    """The route through engines of these names, one after the other; None where they are not there any more."""
    hops, _reasons = text_hops(engines, names)
    paths: list[tuple[Hop, ...]] = [()]
    for name in names:
        at = {p: p[-1].target if p else source for p in paths}
        paths = [(*p, h) for p in paths for h in hops if h.engine == name and h.source == at[p]]
    whole = [p for p in paths if p and p[-1].target == target]
    return Route(whole[0]) if whole else None


def listed_models(registry: Registry, source: str, target: str) -> list[str]:
    """Commands that would bring a commercial model for the pair, the best first."""
    pairs = {f"{source}->{target}"}
    found = [
        m for m in registry.models.values()
        if m.task == "mt" and m.commercial_use and m.engine in MODEL_ENGINES and not registry.present(m.id)
        and pairs & {"->".join(t.split("-")[0] for t in p.split("->")) for p in m.languages}
    ]  # fmt: skip
    found.sort(key=lambda m: registry.score(m.id, source, target).loss)
    return [f"localize models pull {m.id}" for m in found[:OFFERED]]
