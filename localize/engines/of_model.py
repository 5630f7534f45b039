"""What every engine that runs one pulled translation model has in common."""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod

from ..registry import Model, Registry
from .base import Ask, Plain, Workshop
from .dialects import pairs

BEAM = 4
BATCH = 64
EXTRA = "make hf"
LENGTHS = (1.0, 0.6, 0.3, 0.0)  # length penalties asked for other ways to say a line: lower ones favour fewer words


def unusable(registry: Registry, model: Model, *packages: str) -> str:
    """Empty where a pulled model may serve here; else its licence, the command that brings it, or what it needs."""
    if not model.commercial_use and not registry.allow_non_commercial:
        return f"{model.id} is not for commercial use ({model.licence})"
    if not registry.present(model.id):
        return f"localize models pull {model.id}"
    lacking = absent(*packages)
    return f"{model.id} needs {' and '.join(lacking)}: {EXTRA}" if lacking else ""


def absent(*packages: str) -> list[str]:
    """Those that cannot be imported here; none of them is."""
    return [p for p in packages if importlib.util.find_spec(p) is None]


class OfModel(Plain, ABC):
    """A translator over one model of the registry; a subclass runs it."""

    def __init__(self, workshop: Workshop, model_id: str) -> None:
        self.workshop, self.name = workshop, model_id
        self.model = workshop.registry.model(model_id)
        self.pairs, self.cost = pairs(self.model), self.model.cost

    def unavailable(self, source: str, target: str) -> str:
        """Empty where the pulled model may serve; else why not, or the command that brings it."""
        return unusable(self.workshop.registry, self.model)

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        """As many texts as lines came in, in their order."""
        out: list[str] = []
        for start in range(0, len(asks), BATCH):
            texts = [a.text for a in asks[start : start + BATCH]]
            out += [found[0] if found else "" for found in self._run(texts, source, target, 1, 1.0)]
        return out

    def alternatives(self, ask: Ask, source: str, target: str, count: int) -> list[str]:
        """The best of the search at several length penalties."""
        seen: dict[str, None] = {}
        for penalty in LENGTHS:
            seen.update(dict.fromkeys(self._run([ask.text], source, target, count, penalty)[0]))
        return list(seen)

    @abstractmethod
    def _run(self, texts: list[str], source: str, target: str, count: int, penalty: float) -> list[list[str]]:
        """`count` texts for each, the best first. Raises EngineError."""
