"""Which recogniser hears: the best that is here for the language by the registry's ranks, or the one that LOCALIZE_ASR
names.

A bigger one is used once it was seen to run on this machine (`localize models pull` tries it); that is written beside
its files. One that cannot run is left out, and the embedded one serves.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable

from ...errors import LocalizeError, OptionError
from ...models.tables import Model
from ..base import EngineContext, versions

EMBEDDED = "faster-whisper-base"
ENGINE = "faster-whisper"
SEEN = "ran-here.json"


def choose(context: EngineContext, tries: Callable[[str], object], translates: bool = False, language: str = "") -> str:
    """The model's id.

    Args:
        language: what is spoken, any tag; empty where that is not known yet.
        tries: loads a model and lets it hear something; raises where it cannot.
        translates: it must also translate speech.
    Raises OptionError for a LOCALIZE_ASR that is no recogniser, or is not here.
    """
    models = {m.id: m for m in context.registry.models.values() if m.task == "asr" and m.engine == ENGINE}
    named = context.settings.asr
    if named and named not in context.endpoints:
        if named not in models:
            raise OptionError(f"LOCALIZE_ASR {named!r} is no recogniser", do=f"choose from {', '.join(sorted(models))}")
        if named != EMBEDDED and not context.registry.present(named):
            raise OptionError(f"LOCALIZE_ASR {named!r} is not here", do=f"localize models pull {named}")
        if models[named].translates or not translates:
            return named
    for model in sorted(models.values(), key=lambda m: -m.rank_in(language)):
        usable = model.id == EMBEDDED or (context.registry.present(model.id) and model.commercial_use)
        if usable and (model.translates or not translates) and (model.id == EMBEDDED or _runs(context, model, tries)):
            return model.id
    return EMBEDDED


def _runs(context: EngineContext, model: Model, tries: Callable[[str], object]) -> bool:
    """Whether a model was seen to run here, with these files and libraries; tried now where it was not."""
    if context.failures.reason(model.id):
        return False
    path = context.registry.folder(model.id) / SEEN
    facts = {"files": context.registry.identity(model.id), "libraries": versions("faster-whisper", "ctranslate2")}
    with contextlib.suppress(OSError, ValueError):
        if json.loads(path.read_text(encoding="utf-8")) == facts:
            return True
    try:
        tries(model.id)
    except (LocalizeError, RuntimeError, ValueError, OSError, MemoryError) as error:
        context.failures.note(model.id, str(error))
        return False
    with contextlib.suppress(OSError):  # where nothing can be written it is tried again by the next process
        path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return True
