"""What every engine that runs one pulled translation model has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..availability import unusable
from ..base import Ask, EngineContext, Plain
from .model_families import pairs

BEAM = 4
BATCH = 64
LENGTHS = (1.0, 0.6, 0.3, 0.0)  # length penalties asked for other ways to say a line: lower ones favour fewer words


class OfModel(Plain, ABC):
    """A translator over one model of the registry; a subclass runs it."""

    def __init__(self, context: EngineContext, model_id: str) -> None:
        self.context, self.name = context, model_id
        self.model = context.registry.model(model_id)
        self.pairs = pairs(self.model)

    def unavailable(self, source: str, target: str) -> str:
        """Empty where the pulled model may serve; else why not, or the command that brings it."""
        return unusable(self.context.registry, self.model)

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
