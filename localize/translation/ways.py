"""The ways to bring lines into a language, the best first: a route of text engines, or the speech itself translated."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..engines.base import SpeechTranslator
from ..engines.catalogue import Engines
from ..records import EngineUse
from .available import loss, text_hops
from .routes import Hop, Route, plan

MOST = 4  # ways tried for a line: what three could not do, a fourth seldom can


@dataclass(frozen=True)
class Way:
    """A route of text engines; None where the speech itself is translated."""

    route: Route | None
    who: list[EngineUse]


@dataclass
class Ways:
    """What was tried so far, and what comes next.

    Attributes:
        speech: the engine that could translate the speech itself; None where none can, or it was tried.
        failed: engines that were asked and could do nothing: left out from then on.
    """

    engines: Engines
    source: str
    target: str
    speech: SpeechTranslator | None
    failed: set[str] = field(default_factory=set)
    _avoided: set[tuple[str, str, str]] = field(default_factory=set)

    def next(self) -> Way | None:
        """The best way that was not tried yet; None where there is none."""
        hops = text_hops(self.engines)[0]
        hops = [h for h in hops if _key(h) not in self._avoided and h.engine not in self.failed]
        route = plan(hops, self.source, self.target)
        if self.speech is not None:
            lost = loss(self.engines, self.speech.name, self.source, self.target)
            if route is None or lost < route.loss:
                who = [self.speech.identity(self.source, self.target)]
                self.speech = None
                return Way(None, who)
        if route is None:
            return None
        # another route for the lines that this one cannot do goes around its weakest hop
        self._avoided.add(_key(max(route.hops, key=lambda h: h.loss)))
        return Way(route, [self.engines.translator(h.engine).identity(h.source, h.target) for h in route.hops])


def _key(hop: Hop) -> tuple[str, str, str]:
    return hop.engine, hop.source, hop.target
