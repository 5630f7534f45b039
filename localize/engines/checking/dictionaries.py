"""Dictionaries that say whether a word is one: Hunspell over the system's files (Debian's hunspell-es, hunspell-pt-br ...)."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import EngineError

FOLDERS = (Path("/usr/share/hunspell"), Path("/usr/share/myspell/dicts"), Path("/Library/Spelling"))
# by primary tag, the best first: the dictionary's file name and the Debian package that brings it
FILES = {
    "en": (("en_US", "en_GB"), "hunspell-en-us"),
    "es": (("es_MX", "es_ES", "es"), "hunspell-es"),
    "pt": (("pt_BR", "pt_PT"), "hunspell-pt-br"),
    "hi": (("hi_IN",), "hunspell-hi"),
}
_guard = threading.Lock()


def unavailable(language: str) -> str:
    """Empty where a language (a primary tag) has a dictionary here; else what is missing and how to get it."""
    if language not in FILES:
        return f"no dictionary is known for {language}"
    return "" if _file(language) else f"no dictionary of {language} is installed: apt-get install {FILES[language][1]}"


def identity(language: str) -> str:
    """Digest of a dictionary's files; empty where there is none."""
    found = _file(language)
    return _digest(found) + importlib.metadata.version("chunspell") if found else ""


@functools.cache
def knows(language: str) -> Callable[[str], bool]:
    """A function that says whether the language has a word, in any inflection. Raises EngineError."""

    @functools.lru_cache(65536)
    def known(word: str) -> bool:
        with _guard:  # read at the first word: a rerun that asks for none does not pay for it
            return bool(_book(language).spell(word))

    return known


@functools.cache
def nearest(language: str) -> Callable[[str], float]:
    """A function that says how like a word is to the nearest word of the language, from 0 to 100. Raises EngineError."""
    from rapidfuzz import fuzz


    @functools.lru_cache(4096)
    def near(word: str) -> float:
        with _guard:
            offered = _book(language).suggest(word)
        return max((float(fuzz.ratio(word, o)) for o in offered), default=0.0)

    return near


@functools.cache
def _book(language: str) -> Any:
    import hunspell

    path = _file(language)
    if path is None:
        raise EngineError(unavailable(language), "hunspell", f"apt-get install {FILES.get(language, ('', ''))[1]}")
    try:
        return hunspell.Hunspell(path.stem, hunspell_data_dir=str(path.parent))
    except (OSError, ValueError, hunspell.HunspellFilePathError) as error:
        raise EngineError(f"cannot be read: {error}", str(path)) from error


def _file(language: str) -> Path | None:
    for folder in FOLDERS:
        for name in FILES.get(language, ((), ""))[0]:
            path = folder / f"{name}.dic"
            if path.is_file() and path.with_suffix(".aff").is_file():
                return path
    return None


@functools.cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes() + path.with_suffix(".aff").read_bytes()).hexdigest()
