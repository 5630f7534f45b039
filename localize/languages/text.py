"""Text as words: normal form for comparison, word boundaries, sentence case, plain text without marks."""

from __future__ import annotations

import re
import unicodedata

from . import unspaced
from .clean import clean, clean_row


def sentence_case(text: str, names: list[str]) -> str:
    """A text in capitals as a sentence, names as they are written; engines take capitals for names and leave them."""
    if not text.isupper():
        return text
    text = text.capitalize()
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _m, name=name: name, text, flags=re.IGNORECASE)  # type: ignore[misc]
    return text


def plain(text: str) -> str:
    """A subtitle's text without tags, positions and row breaks."""
    text = re.sub(r"<[^>]+>|\{\\[^}]*\}", "", text)
    return " ".join(text.split())


_SUBTITLE_TAG = re.compile(r"(?i)</?(?:i|b|u|s|c|v|em|strong|font|span|lang|ruby|rt|p)(?:[\s./][^<>\n]{0,200})?/?>|\{\\[^{}]*\}")


def untagged(text: str) -> str:
    """A text without the tags and positions that subtitles have; other words in angle brackets stay."""
    return _SUBTITLE_TAG.sub("", text)


# \w leaves Devanagari's vowel signs out; danda and double danda (0964, 0965) end a word. Where a script puts no blanks,
# a letter is a word by itself and any place is a word's edge
LETTER = rf"(?:(?![{unspaced.LETTERS}])[\w\u0900-\u0963\u0966-\u097f])"
WORD = re.compile(rf"[{unspaced.LETTERS}]|{LETTER}+")


def count(text: str, form: str) -> int:
    """How often a locked form stands in a text, exactly, on word boundaries, both cleaned."""
    said, wanted = clean_row(text), clean_row(form)
    return len(re.findall(rf"(?<!{LETTER}){re.escape(wanted)}(?!{LETTER})", said))


def without_accents(text: str) -> str:
    """Letters without the marks on them."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def normal_form(text: str) -> str:
    """Letters and digits of a text, case folded, one space between words: what two sayings are compared by.

    A letter of a script without blanks is a word by itself, so that counting words counts characters there.
    """
    folded = unicodedata.normalize("NFKC", clean(text)).casefold().replace("’", "'")
    words = " ".join(re.findall(r"[\w'\u0900-\u0963\u0966-\u097f]+", folded)).replace(" '", " ").strip("'")
    return unspaced.spaced(words)
