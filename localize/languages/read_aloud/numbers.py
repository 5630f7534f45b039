"""Whole numbers in words: num2words for English, Spanish and Portuguese; Hindi and Mandarin, which it lacks, here."""

from __future__ import annotations

import functools

MOST = 10**15  # what is longer is read figure by figure

HINDI = tuple(
    """शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस
    बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस
    चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ
    साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी
    अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे""".split()
)
_HINDI_SCALES = ((10**11, "खरब"), (10**9, "अरब"), (10**7, "करोड़"), (10**5, "लाख"), (10**3, "हज़ार"), (100, "सौ"))
MANDARIN = "零一二三四五六七八九"


@functools.lru_cache(maxsize=4096)
def by_num2words(number: int, language: str, kind: str = "cardinal") -> str:
    """num2words' reading without its hyphens and commas, which a voice would make pauses of."""
    from num2words import num2words

    return str(num2words(number, lang=language, to=kind)).replace("-", " ").replace(",", "")


@functools.lru_cache(maxsize=4096)
def hindi(number: int) -> str:
    """Cardinal by lakh and crore: 250000 -> "दो लाख पचास हज़ार"."""
    if number < 100:
        return HINDI[number]
    for size, name in _HINDI_SCALES:
        if number >= size:
            head, rest = divmod(number, size)
            said = "सौ" if size == 100 and head == 1 and not rest else f"{hindi(head)} {name}"
            return f"{said} {hindi(rest)}" if rest else said
    raise AssertionError(number)


@functools.lru_cache(maxsize=4096)
def mandarin(number: int, counted: bool = False) -> str:
    """Cardinal; `counted` says two as it stands before a measure word: 两."""
    if counted and number == 2:
        return "两"
    if number < 10:
        return MANDARIN[number]
    if number < 20:
        return "十" + (MANDARIN[number - 10] if number > 10 else "")
    if number < 10**4:
        return _below_ten_thousand(number)
    for size, name in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")):
        if number >= size:
            head, rest = divmod(number, size)
            said = ("两" if head == 2 else mandarin(head) if not 10 <= head < 20 else "一" + mandarin(head)) + name
            said = said.replace("一十", "十", 1) if said.startswith("一十") else said
            if not rest:
                return said
            return said + ("零" if rest < size // 10 else "") + _inner(rest)
    raise AssertionError(number)


def _inner(number: int) -> str:
    return "一" + mandarin(number) if 10 <= number < 20 else mandarin(number)


def _below_ten_thousand(number: int) -> str:
    out, gap = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            out += ("零" if gap else "") + MANDARIN[digit] + name
            gap = False
        elif out and number % size:
            gap = True
    return out
