"""Which script letters belong to, and which scripts a language is written in."""

from __future__ import annotations

import functools
import unicodedata

SCRIPTS = {"zh": ("Hani",), "ja": ("Hani", "Hira", "Kana"), "ko": ("Hang",), "hi": ("Deva",), "ru": ("Cyrl",), "ar": ("Arab",),
           "th": ("Thai",)}  # fmt: skip
# ISO 15924, by the first word of a letter's name
NAMES = {
    "CJK": "Hani", "HIRAGANA": "Hira", "KATAKANA": "Kana", "LATIN": "Latn", "HANGUL": "Hang", "DEVANAGARI": "Deva",
    "CYRILLIC": "Cyrl", "ARABIC": "Arab", "THAI": "Thai", "HEBREW": "Hebr", "GREEK": "Grek", "BENGALI": "Beng", "TAMIL": "Taml",
    "TELUGU": "Telu",
}  # fmt: skip
SOLID = ("Hani", "Hira", "Kana")  # written without blanks


def scripts_of(language: str) -> tuple[str, ...]:
    """The scripts of a language's text; Latin where nothing else is known."""
    return SCRIPTS.get(language.split("-")[0].lower(), ("Latn",))


@functools.lru_cache(4096)
def script(letter: str) -> str:
    """The script of a letter, "" of marks, digits and blanks, "Zyyy" of other letters."""
    if not letter.isalpha():
        return ""
    return NAMES.get(unicodedata.name(letter, "").split(" ")[0].split("-")[0], "Zyyy")


def letters(text: str, scripts: tuple[str, ...]) -> int:
    """How many letters of the text are of these scripts."""
    return sum(script(c) in scripts for c in text)


def is_in(text: str, scripts: tuple[str, ...]) -> bool:
    """Whether the text is written in these scripts: for a solid script a third of its letters is enough (names in
    Latin stand in Chinese text), for others most of them."""
    all_letters = sum(c.isalpha() for c in text)
    share = letters(text, scripts) / max(1, all_letters)
    return share >= 0.34 if set(scripts) & set(SOLID) else share > 0.66


def join(rows: list[str], scripts: tuple[str, ...]) -> str:
    """Rows as one text: without a blank in a solid script."""
    return ("" if set(scripts) & set(SOLID) else " ").join(rows)
