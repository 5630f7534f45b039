"""Mandarin's phonemes, as Kokoro's zf_* and zm_* voices read them: misaki's, since espeak's are another alphabet."""

from __future__ import annotations

import re
import threading
from typing import Any

from ...languages.chinese import quiet_jieba

PACKAGES = ("misaki", "jieba", "pypinyin", "cn2an")  # whose versions decide how a text is said
LANGUAGES = ("zh", "cmn")  # primary tags, and espeak's own code
# what misaki leaves as it stands and Kokoro has no sound for
_QUIET = re.compile(r"[「」『』《》〈〉“”\"‘’（）()\[\]·]")


class Mandarin:
    """Made cheaply; misaki and its dictionary are loaded at the first text."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._front: Any = None

    def phonemes(self, text: str) -> str:
        """How a text is said."""
        with self._guard:
            if self._front is None:
                quiet_jieba()
                from misaki import zh

                self._front = zh.ZHG2P()
            said = self._front(_QUIET.sub(" ", text).replace("……", "，").replace("…", "，").replace("——", "，"))
        return str(said[0] if isinstance(said, tuple) else said)
