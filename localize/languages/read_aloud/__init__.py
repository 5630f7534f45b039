"""Text as a voice must say it: figures, money, dates, times, signs, abbreviations, letters, stutters and laughter in
words, per language. Never fails, and never gives nothing where there was a letter or a digit.

Own rules and num2words, by what was measured on this package's sentences (tests/data/read_aloud): nemo_text_processing
1.2 reads 121 of the 202 English ones as written there, needs 40 s to build its grammars and 66 ms a sentence, 420 MB of
memory, and does not know acronyms, stutters, emoji, handles or shouts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from ..clean import clean_row
from ..text import normal_form
from . import en, es, hi, pt, words, zh
from .figures import read_figures
from .speech import Speech

__all__ = ["LANGUAGES", "VERSION", "Reading", "as_said", "read_aloud"]

VERSION = 2  # raise it when some text is read otherwise than before

LANGUAGES: dict[str, Speech] = {"en": en.SPEECH, "es": es.SPEECH, "pt": pt.SPEECH, "hi": hi.SPEECH}
# marks a kept form while the rules run: private use, read by no rule
_KEPT = 0xE000
_SCRIPTS = {"en": "LATIN", "es": "LATIN", "pt": "LATIN", "hi": "DEVANAGARI", "zh": "CJK"}


@dataclass(frozen=True)
class Reading:
    """How a text is read.

    Attributes:
        text: what the voice is given.
        dropped: emoji and other drawings that are not said.
        unread: what no rule could read and is left to the voice as it stands.
    """

    text: str
    dropped: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def read_aloud(text: str, tag: str, keep: tuple[str, ...] = ()) -> Reading:
    """A text in words.

    Args:
        tag: language of the text, a BCP-47 tag or an espeak code ("en-US", "es-419", "cmn").
        keep: forms that stay as they are: names whose pronunciation is locked.
    """
    primary = {"cmn": "zh"}.get(tag.lower().split("-")[0], tag.lower().split("-")[0])
    plain = _digits(clean_row(text))
    spoken, dropped = words.without_drawings(words.without_sounds(plain))
    if not _says(spoken):
        spoken, dropped = words.without_drawings(re.sub(r"[\[\](){}<>（）]", " ", plain))
    spoken, kept = _put_away(spoken, keep)
    said = _read(spoken, primary, tag)
    for mark, form in kept.items():
        said = said.replace(mark, form)
    said = words.pauses(said) if primary != "zh" else _mandarin_pauses(said)
    if not _says(said):
        said = " ".join(c for c in plain.split() if _says(c)) or plain
    return Reading(said, tuple(dropped), _unread(said, primary, tuple(kept.values())))


def as_said(text: str, tag: str) -> str:
    """A text in the words that a voice says, compared form: figures, money, times and signs read in the language `tag`;
    as it stands where no language is given."""
    return normal_form(read_aloud(text, tag).text if tag else text)


def _read(text: str, primary: str, tag: str) -> str:
    if primary == "zh":
        text = zh.read_figures(words.calmed(text, tag))
        for sign, said in zh.SIGNS.items():
            text = text.replace(sign, said)
        return re.sub(r"[A-Z]{2,5}(?![a-z])", lambda m: " ".join(m[0]), text)
    speech = LANGUAGES.get(primary)
    if speech is None:
        return text
    if primary == "en" and tag.lower().partition("-")[2] not in ("", "us"):
        speech = replace(speech, month_first=False)
    text = words.addresses(text, speech)
    text = words.calmed(text, tag)
    text = words.sounds(text, speech)
    text = read_figures(text, speech)
    text = words.letters(text, speech, tag)
    return words.signs(text, speech)


def _mandarin_pauses(text: str) -> str:
    text = re.sub(r"(?:…|\.{2,}|—|–|-{2,})+", "，", text)
    text = re.sub(r"^[\s，。、,.]+|(?<=[，。！？,.!?])，+", "", text)
    text = re.sub(r"，$", "。", text)
    text = re.sub(r"[<>{}\[\]/\\*_~^|`♪♫]+", " ", text)
    return " ".join(text.split())


def _put_away(text: str, keep: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """The text with each kept form as one private character, and what each stands for."""
    kept: dict[str, str] = {}
    text = re.sub("[\ue000-\uf8ff]", " ", text)
    for form in sorted({clean_row(k) for k in keep if k.strip()}, key=len, reverse=True)[:500]:
        mark = chr(_KEPT + len(kept))
        text, times = re.subn(rf"(?<!\w){re.escape(form)}(?!\w)", mark, text)
        if times:
            kept[mark] = form
    return text, kept


def _digits(text: str) -> str:
    """Every script's digits as 0 to 9."""
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() and not c.isascii() else c for c in text)


def _says(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _unread(text: str, primary: str, kept: tuple[str, ...]) -> tuple[str, ...]:
    """Words with digits left in them, or in a script that the language's voice does not read."""
    for form in kept:
        text = text.replace(form, " ")
    script = _SCRIPTS.get(primary)
    found = []
    for word in text.split():
        if script is None or not _says(word):
            continue
        if any(c.isdigit() or (c.isalpha() and not _reads(c, script)) for c in word):
            found.append(word)
    return tuple(dict.fromkeys(found))


def _reads(letter: str, script: str) -> bool:
    name = unicodedata.name(letter, "")
    return script in name or "LATIN" in name or "ORDINAL INDICATOR" in name
