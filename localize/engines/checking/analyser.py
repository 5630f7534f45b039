"""Words of Spanish and Portuguese taken apart (lemma, person, gender ...) by Apertium's analysers, in a process of their own."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from pathlib import Path

from ...errors import ToolError

Analysed = tuple[tuple[str, tuple[str, ...]], ...]  # words of a text, each with its readings
FOLDER = Path("/usr/share/apertium/apertium-es-pt")
FILES = {"es": "es-pt.automorf.bin", "pt": "pt-es.automorf.bin"}
INSTALL = "apt-get install apertium apertium-es-pt"
TIMEOUT_S = 60
_UNIT = re.compile(r"\^((?:\\.|[^\\/$])*)/((?:\\.|[^\\$])*)\$")


def unavailable(language: str) -> str:
    """Empty where a language's words can be taken apart here; else what is missing and the command that provides it."""
    if language not in FILES:
        return f"no analyser knows {language}"
    if shutil.which("lt-proc") is None or not (FOLDER / FILES[language]).is_file():
        return f"Apertium's analyser of {language} is not installed: {INSTALL}"
    return ""


def identity(language: str) -> str:
    """What decides its answers: the size and time of its data; empty where there is none."""
    return "" if unavailable(language) else _digest(FOLDER / FILES[language])


@functools.cache
def _digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def analyse(texts: list[str], language: str) -> list[Analysed]:
    """For each text its words, each with every reading that it may have, e.g. ("hiciste", ("hacer<vblex><ifi><p2><sg>",)).

    A word that the analyser does not know has no reading. Raises ToolError.
    """
    if reason := unavailable(language):
        raise ToolError(reason, "lt-proc", INSTALL)
    if not texts:
        return []
    sent = "\n".join(re.sub(r"[\\^$/<>{}\[\]@*\n]", " ", t) for t in texts) + "\n"
    argv = ["lt-proc", "-w", str(FOLDER / FILES[language])]
    try:
        done = subprocess.run(argv, input=sent, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(str(error), "lt-proc", INSTALL) from error
    rows = done.stdout.removesuffix("\n").split("\n")
    if done.returncode or len(rows) != len(texts):
        raise ToolError(f"{len(texts)} lines in, {len(rows)} out", "lt-proc", INSTALL)
    return [
        tuple((m[1], tuple(r for r in m[2].split("/") if r[:1] != "*")) for m in _UNIT.finditer(row)) for row in rows
    ]
