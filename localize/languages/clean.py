"""Text in one form, made once where it comes in: transcripts, translations, glossaries, memories.

Two texts that look the same are then the same characters, so that names, memories and checks find each other.
"""

from __future__ import annotations

import html
import re
import unicodedata

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,24});")
# line breaks of HTML and of ASS, and ASS' hard space
_BREAK = re.compile(r"<br\s*/?>|\\[Nn]", re.IGNORECASE)
# soft hyphen, zero width space, word joiner, byte order mark, direction marks, variation of Mongolian script
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffc]"
)
# joiners shape Indian letters and emoji, and mean nothing elsewhere
_STRAY_JOINER = re.compile("(?<![\u0900-\u0dff\u200d\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])[\u200c\u200d]")
_ODD = re.compile(r"[\\<`\x00-\x09\x0b-\x1f\x7f]")  # of ASCII, all that is not left as it is; an entity's is decoded before
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile("[\t\u1680\u2000-\u200a\u202f\u205f\u3000]|\u00a0(?!\\d{3}(?!\\d))")
# letters that are drawn as one or in a fancy face, and half-width katakana: other letters to a search and a voice
_DRAWN = re.compile("[\ufb00-\ufb06\uff66-\uff9f\U0001d400-\U0001d7ff]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SINGLE = str.maketrans("\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\uff07", "''''''''")
_DOUBLE = str.maketrans("\u201c\u201d\u201e\u201f\u2033\uff02", '""""""')
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])[`\u00b4](?=[^\W\d_])")
_WIDE = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)}
_WIDE_LETTERS = {c: v for c, v in _WIDE.items() if chr(v).isalnum()}
_MARKS = {0x3001: ",", 0x3002: ".", 0xFF61: ".", 0xFF64: ",", 0x300C: '"', 0x300D: '"', 0x300E: '"', 0x300F: '"'}
# typed as a heart, and read as the beginning of a tag by everyone else
_HEART = re.compile(r"</3(?!\d)|<3+(?!\d)")


def clean(text: str) -> str:
    """The text in NFC, with plain quotes, apostrophes and spaces, without what cannot be seen.

    Entities are characters, `<br>` and `\\N` are line breaks, "<3" is a heart. Full-width letters and figures become
    plain ones; full-width marks too, except in Chinese, Japanese and Korean, whose own they are. Doing it twice
    changes nothing.
    """
    for _again in range(8):  # an entity may hide another, and what it hides must be cleaned as well
        before, text = text, _once(text)
        if text == before:
            break
    return text


def clean_row(text: str) -> str:
    """`clean` in one row: no line breaks, one space between words."""
    return " ".join(clean(text).split())


def _once(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
    if text.isascii() and not _ODD.search(text):
        return re.sub(r" {2,}", " ", text) if "  " in text else text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = text.replace("\x85", "\n")
    text = _BREAK.sub("\n", text).replace("\\h", " ")
    text = _HEART.sub(lambda m: "\u2665" if m[0][1] == "3" else "\U0001f494", text)
    text = _CONTROL.sub("", text)
    text = _UNSEEN.sub("", text)
    text = _STRAY_JOINER.sub("", text)
    text = unicodedata.normalize("NFC", _DRAWN.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text))
    text = text.translate(_WIDE_LETTERS if _CJK.search(text) else {**_WIDE, **_MARKS})
    text = text.translate(_SINGLE).translate(_DOUBLE)
    text = _APOSTROPHE.sub("'", text)
    return re.sub(r" {2,}", " ", _SPACES.sub(" ", text))
