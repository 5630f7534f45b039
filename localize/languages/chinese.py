"""Mandarin: simplified characters, the sound of a text in pinyin, and how like two sounds are.

Recognisers write what they hear in any characters of that sound, so names are found by sound alone. Tones are the
weaker sign: speech in a hurry blurs them, and singers drop them.
"""

from __future__ import annotations

import functools
import logging
import re
import warnings
from dataclasses import dataclass
from typing import Any

from .unspaced import HAN, KANA

COMMON = 50  # times in jieba's corpus from which a word is a common one
TONE = 0.05  # what another tone costs a syllable
NEAR = 0.7  # a consonant or vowel that regions and recognisers confuse
VOWEL_ONLY = 0.35  # the same vowel after an unlike consonant
INITIALS = ({"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}, {"l", "r"}, {"f", "h"}, {"j", "zh"}, {"q", "ch"},
            {"b", "p"}, {"d", "t"}, {"g", "k"}, {"x", "sh"}, {"zh", "ch"}, {"j", "q"}, {"w", ""}, {"y", ""})  # fmt: skip
FINALS = ({"an", "ang"}, {"en", "eng"}, {"in", "ing"}, {"ian", "iang"}, {"uan", "uang"}, {"u", "uo"}, {"o", "uo"},
          {"un", "uen"}, {"ong", "eng"}, {"ie", "ia"}, {"v", "u"}, {"ai", "ei"}, {"ian", "in"})  # fmt: skip
HAN_OR_KANA = re.compile(f"[{HAN}{KANA}]")
ASKS = re.compile(r"(吗|呢|什么|谁|怎么|怎样|为什么|哪|几点|几个|多少|多久|是不是|有没有|能不能|会不会|要不要|对不对|好不好)")
ASKS_AT_END = re.compile(r"[吗呢]$")
TELLS = re.compile(r"(都|也|不知道|知道|告诉)")


@dataclass(frozen=True)
class Syllable:
    """One syllable: consonant, vowel with what closes it, tone from 1 to 4, 5 for none."""

    initial: str
    final: str
    tone: int


@functools.lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """A text in simplified characters; what has no simpler form stays."""
    return str(_converter().convert(text))


@functools.lru_cache(maxsize=8192)
def sound(text: str) -> tuple[Syllable, ...]:
    """The syllables of a text's Chinese characters, in order; other letters are left out."""
    from pypinyin import Style, lazy_pinyin

    han = "".join(re.findall(r"[\u3400-\u9fff]", text))
    initials = lazy_pinyin(han, style=Style.INITIALS, strict=False)
    finals = lazy_pinyin(han, style=Style.FINALS_TONE3, strict=False, neutral_tone_with_five=True)
    out = []
    for initial, final in zip(initials, finals, strict=True):
        tone = int(final[-1]) if final[-1:].isdigit() else 5
        out.append(Syllable(initial, final.rstrip("012345"), tone))
    return tuple(out)


def quiet_jieba() -> Any:
    """The library, without what it says of itself: when it loads its dictionary, and of setuptools when it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        import jieba

    jieba.setLogLevel(logging.ERROR)
    return jieba


@functools.lru_cache(maxsize=1)
def _cutter() -> Any:
    return quiet_jieba().Tokenizer()


def words(text: str) -> list[str]:
    """A text cut into words; nothing is left out. The first call loads jieba's dictionary, which takes a second."""
    return list(_cutter().cut(text, HMM=False))


def is_ordinary(text: str) -> bool:
    """Whether a text is a common word by itself."""
    _cutter().initialize()
    return int(_cutter().FREQ.get(text, 0)) >= COMMON


def romanized(text: str) -> str:
    """A name in pinyin without tones, as a translation may write it: "Lin Wan"."""
    from pypinyin import lazy_pinyin

    return " ".join(p.capitalize() for p in lazy_pinyin("".join(re.findall(r"[\u3400-\u9fff]", text))))


def likeness(one: str, two: str) -> float:
    """How like two texts of as many characters sound, from 0 to 1; 1.0 for the same syllables in the same tones."""
    first, second = sound(one), sound(two)
    if not first or len(first) != len(second):
        return 0.0
    return sum(_alike(a, b) for a, b in zip(first, second, strict=True)) / len(first)


def _alike(one: Syllable, two: Syllable) -> float:
    initial = _near(one.initial, two.initial, INITIALS)
    final = _near(one.final, two.final, FINALS)
    likely = initial * final if initial else VOWEL_ONLY * final
    return likely * (1 - TONE * (one.tone != two.tone))


def _near(one: str, two: str, pairs: tuple[set[str], ...]) -> float:
    return 1.0 if one == two else NEAR if {one, two} in pairs else 0.0


def asks(text: str) -> bool:
    """Whether a sentence of Mandarin is a question, as far as its words tell."""
    bare = re.sub(r"[^\u3400-\u9fff]+$", "", text)
    if ASKS_AT_END.search(bare):
        return True
    found = ASKS.search(bare)
    return bool(found) and not TELLS.search(bare)
