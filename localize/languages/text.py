"""Text as words: normal form for comparison, word boundaries, sentence case, plain text without marks."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

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
_IS_LETTER = re.compile(LETTER)


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on before or after a stretch of a text."""
    return not (start and _IS_LETTER.match(text, start - 1)) and not _IS_LETTER.match(text, end)


def places(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Where a form stands in a text, exactly, on word boundaries. A pattern of its own would take two milliseconds to build."""
    start = text.find(form) if form else -1
    while start >= 0:
        end = start + len(form)
        whole = is_whole(text, start, end)
        if whole:
            yield start, end
        start = text.find(form, end if whole else start + 1)


def count(text: str, form: str) -> int:
    """How often a locked form stands in a text, exactly, on word boundaries, both cleaned."""
    return sum(1 for _place in places(clean_row(text), clean_row(form)))


def without_accents(text: str) -> str:
    """Letters without the marks on them."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@functools.lru_cache(maxsize=1 << 14)  # the same lines are compared again in every market and episode
def normal_form(text: str) -> str:
    """Letters and digits of a text, case folded, one space between words: what two sayings are compared by.

    A letter of a script without blanks is a word by itself, so that counting words counts characters there.
    """
    folded = unicodedata.normalize("NFKC", clean(text)).casefold().replace("’", "'")
    words = " ".join(re.findall(r"[\w'\u0900-\u0963\u0966-\u097f]+", folded)).replace(" '", " ").strip("'")
    return unspaced.spaced(words)
