"""Which engines, one after the other, bring a line from one language to another.

Languages are primary tags here. Pure: what is installed is asked once and handed in as edges.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import RouteMissing

EACH_HOP = 0.02  # what a route loses by going on from a text that is a translation already


@dataclass(frozen=True)
class Hop:
    """One engine's pair. `loss` ranks it: from 0 for a perfect engine upwards, see `localize.models.scores`."""

    engine: str
    source: str
    target: str
    loss: float


@dataclass(frozen=True)
class Route:
    """Hops from source to target; its name is the engines' names joined with "+"."""

    hops: tuple[Hop, ...]

    @property
    def name(self) -> str:
        """What stands in a line's `origin`."""
        return "+".join(h.engine for h in self.hops)

    @property
    def loss(self) -> float:
        """Sum of what the hops lose, and EACH_HOP for each beyond the first: what routes are ranked by."""
        return sum(h.loss for h in self.hops) + EACH_HOP * (len(self.hops) - 1)


def plan(hops: Iterable[Hop], source: str, target: str) -> Route | None:
    """The chain of hops that loses least, or None."""
    edges: dict[str, list[Hop]] = {}
    for hop in hops:
        edges.setdefault(hop.source, []).append(hop)
    queue: list[tuple[float, int, str, tuple[Hop, ...]]] = [(0.0, 0, source, ())]
    seen: set[str] = set()
    count = 0
    while queue:
        lost, _n, at, path = heapq.heappop(queue)
        if at == target:
            return Route(path)
        if at in seen:
            continue
        seen.add(at)
        for hop in edges.get(at, []):
            count += 1
            heapq.heappush(queue, (lost + hop.loss + EACH_HOP, count, hop.target, (*path, hop)))
    return None


def missing(source: str, target: str, command: str, others: Iterable[str]) -> RouteMissing:
    """The error for a pair without a route: the command that provides this line, and what would provide the route."""
    why = "; or ".join(dict.fromkeys(o for o in others if o))
    do = command + (f"; or {why}" if why else "")
    return RouteMissing(f"no engine on this machine translates {source} -> {target}", f"{source}->{target}", do)
