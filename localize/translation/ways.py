"""The ways to bring lines into a language, the best first: a route of text engines, or the speech itself translated."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..engines.catalogue import Engines
from ..records import EngineUse
from .available import text_hops
from .by_speech import SpeechRoute, best_route, identities
from .routes import Hop, Route, plan

MOST = 4  # ways tried for a line: what three could not do, a fourth seldom can


@dataclass(frozen=True)
class Way:
    """A route of text engines, or one that begins with the speech itself."""

    route: Route | SpeechRoute
    who: list[EngineUse]


@dataclass
class Ways:
    """What was tried so far, and what comes next.

    Attributes:
        heard: whether the lines are said in the episode's sound, and a route may begin with that; false once it was tried.
        failed: engines that were asked and could do nothing: left out from then on.
    """

    engines: Engines
    source: str
    target: str
    heard: bool
    failed: set[str] = field(default_factory=set)
    _avoided: set[tuple[str, str, str]] = field(default_factory=set)

    def next(self) -> Way | None:
        """The best way that was not tried yet; None where there is none."""
        hops = text_hops(self.engines)[0]
        hops = [h for h in hops if _key(h) not in self._avoided and h.engine not in self.failed]
        route = plan(hops, self.source, self.target)
        spoken = best_route(self.engines, hops, self.source, self.target) if self.heard else None
        if spoken is not None and (route is None or spoken.whole.loss < route.loss):
            self.heard = False
            return Way(spoken, identities(spoken, self.engines))
        if route is None:
            return None
        # another route for the lines that this one cannot do goes around its weakest hop
        self._avoided.add(_key(max(route.hops, key=lambda h: h.loss)))
        return Way(route, [self.engines.translator(h.engine).identity(h.source, h.target) for h in route.hops])


def _key(hop: Hop) -> tuple[str, str, str]:
    return hop.engine, hop.source, hop.target
