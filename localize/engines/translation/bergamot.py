"""The embedded models of Firefox Translations (Bergamot), English <-> Brazilian Portuguese, run as `firefox` runs them."""

from __future__ import annotations

from ...records import EngineUse
from ..availability import absent
from ..base import Ask, EngineContext, Plain
from .firefox import corrected, loaded, version

MODELS = {("en", "pt"): "bergamot-tiny-enpt", ("pt", "en"): "bergamot-tiny-pten"}


class Bergamot(Plain):
    """en <-> pt."""

    name = "bergamot"
    quick = True
    pairs = frozenset(MODELS)

    def __init__(self, context: EngineContext) -> None:
        self.context = context

    def identity(self, source: str, target: str) -> EngineUse:
        registry, model_id = self.context.registry, MODELS[source, target]
        licence = registry.model(model_id).licence
        return EngineUse("translate", self.name, version(target), model_id, registry.identity(model_id), licence)

    def unavailable(self, source: str, target: str) -> str:
        return "fxtranslate is not installed: make setup" if absent("fxtranslate") else ""

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        """As many texts as lines came in, in their order."""
        return corrected(loaded(self.context, MODELS[source, target]).translate([a.text for a in asks]), target)
