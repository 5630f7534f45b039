"""Apertium between Portuguese and Spanish, as Debian packages it, behind a process boundary (it is GPL).

Known slips of its pt->es data are mended before and after (`mends`).
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from typing import Any

from ...errors import EngineError, ToolError
from ...records import EngineUse
from ..base import Ask, EngineContext, Plain
from . import apertium_stream, corrections, portuguese_readings, spanish_address, spanish_grammar

MODES = {("pt", "es"): "pt-es", ("es", "pt"): "es-pt_BR"}
INSTALL = "apt-get install apertium apertium-es-pt"
TIMEOUT_S = 120


class Apertium(Plain):
    """pt <-> es, rule based: 33.7 BLEU behind Bergamot's en->pt on 200 news lines."""

    name = "apertium"
    quick = True
    pairs = frozenset(MODES)

    def __init__(self, context: EngineContext) -> None:
        self.context = context

    def identity(self, source: str, target: str) -> EngineUse:
        return EngineUse(
            "translate",
            self.name,
            f"{_version()} rules {corrections.RULES}",
            f"apertium-es-pt {MODES[source, target]}",
            "",
            "GPL-2.0+",
        )

    def reads(self, ask: Ask, source: str, target: str) -> Any:
        """Whether the one who is addressed is "usted"."""
        return {"formal": _formal(ask)} if target == "es" else {}

    def unavailable(self, source: str, target: str) -> str:
        if shutil.which("apertium") is None:
            return f"apertium is not installed: {INSTALL}"
        if MODES[source, target] not in _modes():
            return f"apertium has no mode {MODES[source, target]}: {INSTALL}"
        return ""

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        if reason := self.unavailable(source, target):
            raise ToolError(reason, "apertium", INSTALL)
        texts = [a.text for a in asks]
        ready = [" ".join(before(t, source).split()) for t in texts]
        if target == "es":
            made = self._into_spanish(ready, asks)
            return [after(m, text, target) for m, text in zip(made, texts, strict=True)]
        # an empty row between lines keeps the tagger from reading across them
        argv = ["apertium", "-u", MODES[source, target]]
        sent = "\n\n".join(ready) + "\n"
        try:
            done = subprocess.run(argv, input=sent, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolError(str(error), "apertium", INSTALL) from error
        rows = done.stdout.rstrip("\n").split("\n\n")
        if done.returncode or len(rows) != len(texts):
            raise EngineError(f"{len(texts)} lines in, {len(rows)} out; {done.stderr.strip()[-200:]}", "apertium")
        return [after(row.strip(), text, target) for row, text in zip(rows, texts, strict=True)]

    def _into_spanish(self, ready: list[str], asks: list[Ask]) -> list[str]:
        formal, told = [_formal(a) for a in asks], [a.told for a in asks]
        return apertium_stream.translate(
            ready, portuguese_readings.put_right, lambda rows: spanish_grammar.put_right(rows, formal, told)
        )


def _formal(ask: Ask) -> bool:
    if ask.address:  # the bible's own word
        return "usted" in ask.address.lower()
    return spanish_address.is_formal(ask.told or ask.text, *ask.before)


def before(text: str, source: str) -> str:
    """Source text with what Apertium is known to misread written another way."""
    return corrections.before_spanish(text) if source == "pt" else text


def after(text: str, source_text: str, target: str) -> str:
    """Apertium's output with the end mark of its source, and what it is known to get wrong put right."""
    if source_text and source_text[-1] in ".!?…" and text and text[-1] not in ".!?…":
        text += source_text[-1]
    return corrections.spanish(text) if target == "es" else text.replace("¿", "").replace("¡", "")


@functools.cache
def _modes() -> frozenset[str]:
    done = subprocess.run(["apertium", "-l"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    return frozenset(done.stdout.split())


@functools.cache
def _version() -> str:
    if shutil.which("apertium") is None:
        return "absent"
    done = subprocess.run(["apertium", "-V"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    words = (done.stdout + done.stderr).split()
    return words[-1] if words else "unknown"
