"""Mozilla's Firefox Translations models that were pulled: 50 languages from and to English, 5 ms a line, MPL-2.0."""

from __future__ import annotations

from ...models.present import ensure
from ...records import EngineUse
from ..availability import unusable
from ..base import Ask, EngineContext, Plain, versions
from . import corrections
from .firefox_model import RULES, FirefoxModel
from .model_families import pairs


class Firefox(Plain):
    """One model of the registry."""

    quick = True

    def __init__(self, context: EngineContext, model_id: str) -> None:
        self.context, self.name = context, model_id
        self.model = context.registry.model(model_id)
        self.pairs = pairs(self.model)

    def identity(self, source: str, target: str) -> EngineUse:
        digest = self.context.registry.identity(self.name)
        return EngineUse("translate", self.name, version(target), self.name, digest, self.model.licence)

    def unavailable(self, source: str, target: str) -> str:
        return unusable(self.context.registry, self.model, "fxtranslate")

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        """As many texts as lines came in, in their order."""
        return corrected(loaded(self.context, self.name).translate([a.text for a in asks]), target)


def loaded(context: EngineContext, model_id: str) -> FirefoxModel:
    """The model, loaded once a process. Raises ModelError, EngineError."""
    with context.guard:
        if model_id not in context.loaded:
            context.loaded[model_id] = FirefoxModel(ensure(context.registry, context.settings, model_id))
        found: FirefoxModel = context.loaded[model_id]
        return found


def version(target: str) -> str:
    """What besides the model decides the text."""
    mends = f" corrections {corrections.RULES}" if target == "pt" else ""
    return f"{versions('fxtranslate')} rules {RULES}{mends}"


def corrected(texts: list[str], target: str) -> list[str]:
    """The texts with the known slips of models into that language put right."""
    return [corrections.portuguese(t) for t in texts] if target == "pt" else texts
