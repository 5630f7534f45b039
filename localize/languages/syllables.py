"""How many syllables a text has, by the letters it is written in: what tells how fast somebody would have to speak."""

from __future__ import annotations

import re

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
KANA = "\u3041-\u3096\u30a1-\u30fa"
SMALL_KANA = "ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ"  # said together with the one before
HANGUL = "\uac00-\ud7a3"
INDIC = re.compile(r"[\u0904-\u0914\u0960\u0961]|[\u0915-\u0939\u0958-\u095f](?!\u093c?\u094d)")
VOWELS = re.compile(r"[aeiouyáéíóúâêôãõàüäöåæøœèùìòîûëïñ]+", re.IGNORECASE)
SILENT_E = re.compile(r"[^aeiouyl\W]e[sd]?$", re.IGNORECASE)
FIGURES = 2  # syllables that a figure is taken for


def syllables(text: str, primary: str) -> int:
    """Syllables of a text, roughly: one for a character of Chinese, Korean and Japanese, for a group of vowels
    elsewhere. `primary` is its language, of which only English's silent e matters."""
    count = len(re.findall(rf"[{HAN}{KANA}{HANGUL}]", text)) - sum(text.count(c) for c in SMALL_KANA)
    count += len(INDIC.findall(text)) + FIGURES * len(re.findall(r"\d", text))
    for word in re.findall(r"[^\W\d_]+", text):
        if not re.match(r"[A-Za-z\u00c0-\u024f]", word):
            continue
        found = len(VOWELS.findall(word))
        if primary == "en" and found > 1 and SILENT_E.search(word) and not re.search(r"[td]ed$", word):
            found -= 1
        count += max(1, found)
    return count
