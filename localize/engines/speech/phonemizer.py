"""espeak's phonemes, as Kokoro and Piper read them."""

from __future__ import annotations

import functools
import logging
import re
import threading
from typing import Any

from ...errors import EngineError

_ESPEAK = threading.Lock()  # it has one voice a process: two languages at once would be read by each other's rules
PACKAGES = ("espeakng-loader", "phonemizer", "kokoro-onnx")  # whose versions decide how a text is said


@functools.lru_cache(maxsize=64)
def _own(language: str) -> str:
    """espeak's code for a language: the code itself, or its first of the same primary tag. Raises EngineError."""
    from phonemizer.backend import EspeakBackend

    known = list(EspeakBackend.supported_languages())
    if language in known:
        return language
    near = [k for k in known if k.split("-")[0] == language.split("-")[0]]
    if not near:
        raise EngineError(f"espeak has no language {language!r}", "phonemizer")
    return str(near[0])


class Phonemizer:
    """Made cheaply; espeak is loaded at the first text."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._tokens: Any = None

    def phonemes(self, text: str, language: str) -> str:
        """How espeak says a text; `language` is its own code. Raises EngineError for a language that it does not have."""
        tokens = self.tokenizer()
        try:
            with _ESPEAK:
                said = str(tokens.phonemize(text, _own(language)))
        except RuntimeError as error:
            raise EngineError(f"espeak cannot read {language!r}: {error}", "phonemizer") from error
        # espeak tells where it takes up another language, "(en)", which a voice would read as sounds
        return " ".join(re.sub(r"\((?:[a-z]{2,3}(?:-[a-z0-9]+)*)\)", "", said).split())

    def tokenizer(self) -> Any:
        """kokoro-onnx's tokenizer, which phonemizes as well."""
        with self._guard:
            if self._tokens is None:
                from kokoro_onnx.tokenizer import Tokenizer

                # it warns of every line in which espeak joins two words, which is how people speak
                logging.getLogger("phonemizer").setLevel(logging.ERROR)
                self._tokens = Tokenizer()
            return self._tokens
