"""Whether a word is one, and how near it is to one: the system's spelling dictionaries as checks of meaning ask them.

A check that needs a dictionary which is missing says so, by name of the Debian package that brings it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from ...errors import EngineError
from ...languages import dictionary
from ..base import version_of

# by primary tag, the Debian package that brings the dictionary
PACKAGES = {"en": "hunspell-en-us", "es": "hunspell-es", "pt": "hunspell-pt-br", "hi": "hunspell-hi"}


def unavailable(language: str) -> str:
    """Empty where a language (a primary tag) has a dictionary here; else what is missing and how to get it."""
    if language not in PACKAGES:
        return f"no dictionary is known for {language}"
    found = dictionary.identity(language) != dictionary.MISSING
    return "" if found else f"no dictionary of {language} is installed: apt-get install {PACKAGES[language]}"


def identity(language: str) -> str:
    """Digest of a dictionary's files and the release of what reads them; empty where there is none."""
    return "" if unavailable(language) else f"{dictionary.identity(language)} {version_of('chunspell')}"


@functools.cache
def knows(language: str) -> Callable[[str], bool]:
    """A function that says whether the language has a word, in any inflection. It raises EngineError."""
    return lambda word: _dictionary(language).has(word)


@functools.cache
def nearest(language: str) -> Callable[[str], float]:
    """A function that says how like a word is to the nearest word of the language, from 0 to 100. It raises EngineError."""
    from rapidfuzz import fuzz

    @functools.lru_cache(4096)
    def near(word: str) -> float:
        return max((float(fuzz.ratio(word, o)) for o in _dictionary(language).nearest(word)), default=0.0)

    return near


def _dictionary(language: str) -> dictionary.Dictionary:
    """Read at the first word: a rerun that asks for none does not pay for it."""
    found = dictionary.dictionary(language)
    if found is None:
        package = PACKAGES.get(language, "")
        raise EngineError(unavailable(language) or "cannot be read", "hunspell", f"apt-get install --reinstall {package}")
    return found
