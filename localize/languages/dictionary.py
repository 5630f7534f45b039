"""Words that are words: Hunspell's dictionaries, where the system has them.

Debian keeps them in /usr/share/hunspell (packages hunspell-es, hunspell-pt-br, hunspell-hi, hunspell-en-us); they
load in a tenth of a second each. Without one, nothing is known of a language's words, and callers must not guess.
"""

from __future__ import annotations

import functools
import hashlib
import re
import threading
from pathlib import Path
from typing import Any

FOLDERS = (Path("/usr/share/hunspell"), Path("/usr/share/myspell/dicts"), Path("/Library/Spelling"))
# by tag or primary tag, the first that is there
FILES = {
    "en": ("en_US", "en_GB"),
    "en-GB": ("en_GB", "en_US"),
    "es": ("es_MX", "es_US", "es_ES", "es_AR"),
    "es-ES": ("es_ES", "es_MX"),
    "pt": ("pt_BR", "pt_PT"),
    "pt-PT": ("pt_PT", "pt_BR"),
    "hi": ("hi_IN",),
}
MISSING = "-"
_GUARD = threading.Lock()


class Dictionary:
    """The words of a language. One lookup at a time: Hunspell is not made for threads."""

    def __init__(self, stem: Path) -> None:
        import hunspell

        self._words: Any = hunspell.Hunspell(stem.name, hunspell_data_dir=str(stem.parent))
        self._known = functools.lru_cache(maxsize=65_536)(self._look_up)

    def has(self, word: str) -> bool:
        """Whether it is a word as written, in any inflection."""
        return self._known(word)

    def knows(self, word: str) -> bool:
        """Whether it is a word as written, or without the capital that a sentence or a shout gives it."""
        return self._known(word) or (word != word.lower() and self._known(word.lower()))

    def nearest(self, word: str) -> list[str]:
        """Words of the language that it may be a slip of."""
        with _GUARD:
            return list(self._words.suggest(word))

    def unknown(self, text: str) -> list[str]:
        """The words of a text that are not in the dictionary, in order; figures are no words."""
        return [w for w in words(text) if not self.knows(w)]

    def _look_up(self, word: str) -> bool:
        with _GUARD:
            return bool(self._words.spell(word))


def words(text: str) -> list[str]:
    """Runs of letters, apostrophes and Indian vowel signs inside them included."""
    return re.findall(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963]|'(?=[^\W\d_]))*", text)


def identity(*tags: str) -> str:
    """Digest of the dictionaries of these tags, for the keys of what is decided by them; MISSING for one that is not there."""
    return " ".join(_digest(path) if (path := found(tag)) else MISSING for tag in tags)


@functools.lru_cache(maxsize=16)
def dictionary(tag: str) -> Dictionary | None:
    """The dictionary of a language tag; None where the system has none that can be read."""
    stem = found(tag)
    if stem is None:
        return None
    try:
        return Dictionary(stem)
    except Exception:  # hunspell raises its own, unexported types for a file that it cannot read
        return None


@functools.lru_cache(maxsize=64)  # once a process, as the dictionary itself
def found(tag: str) -> Path | None:
    """Where the system keeps the dictionary of a tag, without its ending; None where it has none."""
    names = FILES.get(tag, FILES.get(tag.split("-")[0], ()))
    both = (f / n for n in names for f in FOLDERS if (f / f"{n}.dic").is_file() and (f / f"{n}.aff").is_file())
    return next(both, None)


@functools.lru_cache(maxsize=16)
def _digest(stem: Path) -> str:
    return hashlib.sha256(b"".join(stem.with_suffix(e).read_bytes() for e in (".aff", ".dic"))).hexdigest()[:16]
