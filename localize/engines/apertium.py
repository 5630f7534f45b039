"""Apertium between Portuguese and Spanish, as Debian packages it, behind a process boundary (it is GPL).

Known slips of its pt->es data are mended before and after: a question's "o que" would come out as "lo que", and
Spanish opens its questions and exclamations with a mark of their own.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess

from ..errors import EngineError, ToolError
from ..model import EngineUse
from .base import Ask, Plain, Workshop

MODES = {("pt", "es"): "pt-es", ("es", "pt"): "es-pt_BR"}
INSTALL = "apt-get install apertium apertium-es-pt"
TIMEOUT_S = 120
RULES = 3  # raise it when what this module mends changes: it is part of the engine's identity
ASKING = {"que": "qué", "quien": "quién", "quienes": "quiénes", "como": "cómo", "cuando": "cuándo",
          "donde": "dónde", "cual": "cuál", "cuanto": "cuánto", "por que": "por qué", "porque": "por qué"}  # fmt: skip


class Apertium(Plain):
    """pt <-> es, rule based: 33.7 BLEU behind Bergamot's en->pt on 200 news lines."""

    name = "apertium"
    pairs = frozenset(MODES)

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop

    def identity(self, source: str, target: str) -> EngineUse:
        return EngineUse(
            "translate",
            self.name,
            f"{_version()} rules {RULES}",
            f"apertium-es-pt {MODES[source, target]}",
            "",
            "GPL-2.0+",
        )

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


# Portuguese words that its tagger takes for another word, and the Spanish they must become; they travel as made-up
# words that it leaves alone. "saia" (leave!) is read as "skirt", "gente" stands for "we".
FORCED = (
    (r"\bsaia(?=\s+(?:daqui|d[eoa]s?\b|agora|já)|[.!?,]|$)", "Zqsalga", "salga"),
    (r"\bsaiam(?=\s+(?:daqui|d[eoa]s?\b|agora|já)|[.!?,]|$)", "Zqsalgan", "salgan"),
    (r"\bno altar\b", "Zqaltar", "en el altar"),
    (r"\bfarol\b", "Zqfarol", "faro"),
    (r"\bdesligue\b", "Zqcuelgue", "cuelgue"),
)


def before(text: str, source: str) -> str:
    """Source text with what Apertium is known to misread written another way."""
    if source == "pt":
        for pattern, token, _spanish in FORCED:
            text = re.sub(rf"(?i){pattern}", lambda m, t=token: t if m[0][0].isupper() else t.lower(), text)  # type: ignore[misc]
        text = re.sub(r"(?i)(^|(?<=[.!?¡¿,]\s))o que\b(?=[^.!?]*\?)", lambda m: m[1] + _case("que", m[0]), text)
        text = re.sub(r"\bpara baixo\b", "abaixo", text)
    return text


def after(text: str, source_text: str, target: str) -> str:
    """Apertium's output with the end mark of its source, and Spanish opening marks and question accents."""
    if source_text and source_text[-1] in ".!?…" and text and text[-1] not in ".!?…":
        text += source_text[-1]
    if target != "es":
        return text.replace("¿", "").replace("¡", "")
    for _pattern, token, spanish in FORCED:
        text = re.sub(rf"(?i)\b{token}\b", lambda m, s=spanish: _case(s, m[0]), text)  # type: ignore[misc]
    return opening_marks(text)


def opening_marks(text: str) -> str:
    """Spanish ¿ and ¡ before each question and exclamation, and accents on the words that ask."""

    def mend(match: re.Match[str]) -> str:
        lead, body, end = match[1], match[2], match[3]
        body = body.lstrip("¿¡")
        if "?" in end:
            head = re.match(r"(?i)((?:y|pero|a|de|con|para|por|en)\s+)?(por que|porque|\w+)", body)
            if head and (accented := ASKING.get(head[2].lower())):
                body = (head[1] or "") + _case(accented, head[2]) + body[head.end() :]
            return f"{lead}¿{body}{end}"
        return f"{lead}¡{body}{end}"

    return re.sub(r"(^|(?<=[.!?…])\s+)([^.!?…]+)([?!]+)", mend, text)


def _case(word: str, like: str) -> str:
    return word.capitalize() if like.strip()[:1].isupper() else word


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
