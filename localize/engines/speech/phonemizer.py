"""espeak's phonemes, as Kokoro and Piper read them."""

from __future__ import annotations

import logging
import threading
from typing import Any

PACKAGES = ("espeakng-loader", "phonemizer", "kokoro-onnx")  # whose versions decide how a text is said


class Phonemizer:
    """Made cheaply; espeak is loaded at the first text."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._tokens: Any = None

    def phonemes(self, text: str, language: str) -> str:
        """How espeak says a text; `language` is its own code."""
        return str(self.tokenizer().phonemize(text, language))

    def tokenizer(self) -> Any:
        """kokoro-onnx's tokenizer, which phonemizes as well."""
        with self._guard:
            if self._tokens is None:
                from kokoro_onnx.tokenizer import Tokenizer

                # it warns of every line in which espeak joins two words, which is how people speak
                logging.getLogger("phonemizer").setLevel(logging.ERROR)
                self._tokens = Tokenizer()
            return self._tokens
