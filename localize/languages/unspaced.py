"""Scripts that put no blanks between words: Chinese characters, kana, Thai. Which letters they are, and texts of them.

What a text is made of decides, not the language it is said to be in: a Chinese line may hold a Latin name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
KANA = "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff"
OTHERS = "\u0e00-\u0e4f\u0e80-\u0ecf\u1000-\u109f\u1780-\u17d3"  # Thai, Lao, Burmese, Khmer
LETTERS = f"{HAN}{KANA}{OTHERS}"
MARKS = "\u3000-\u303f\uff01-\uff0f\uff1a-\uff1f\u2026\u2014"
LETTER = re.compile(f"[{LETTERS}]")
_WIDE = re.compile(f"[{LETTERS}{MARKS}]")
_PAUSES = {",": "，", ".": "。", "?": "？", "!": "！", ";": "；", ":": "："}


def is_unspaced(text: str) -> bool:
    """Whether most letters of a text belong to a script without blanks."""
    letters = sum(c.isalpha() for c in text)
    return letters > 0 and len(LETTER.findall(text)) > letters / 2


def joined(pieces: Iterable[str]) -> str:
    """Pieces as one text: a blank between two of them only where both scripts put one."""
    out = ""
    for piece in pieces:
        if not piece:
            continue
        close = not out or bool(_WIDE.match(out[-1]) or _WIDE.match(piece[0]))
        out += piece if close else f" {piece}"
    return out


def spaced(text: str) -> str:
    """A text in which each letter of such a script stands by itself, so that words can be counted and compared."""
    return " ".join(re.sub(f"([{LETTERS}])", r" \1 ", text).split())


def wide_marks(text: str) -> str:
    """Marks after Chinese characters and kana as those are printed: full width, none twice."""
    text = re.sub(f"(?<=[{HAN}{KANA}])([,.?!;:]+)", lambda m: _PAUSES[m[1][0]], text)
    return re.sub("([，。、；：])[，。、；：]+", r"\1", text)
