"""Numbers in a text as values, in figures or in words, and whether a translation keeps them."""

from __future__ import annotations

import functools
import re
from collections import Counter

from .record import Finding, Pair, words

# value by word, where num2words does not know the language or writes another form
_OWN: dict[str, dict[str, int]] = {
    "en": {"twice": 2, "both": 2, "dozen": 12},
    "es": {"docena": 12, "veintiún": 21, "veintiuna": 21, "cien": 100, "ciento": 100, "ambos": 2, "ambas": 2},
    "pt": {"duas": 2, "dúzia": 12, "catorze": 14, "cem": 100, "cento": 100, "ambos": 2, "ambas": 2},
    "hi": {w: n for n, w in enumerate(
        """शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस
        इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस
        उनतालीस चालीस इकतालीस बयालीस तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन
        चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर
        बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी
        अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पंचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे""".split())}
    | {"पांच": 5, "छः": 6, "छ": 6, "दोनों": 2, "दर्जन": 12},
}  # fmt: skip
_SCALES: dict[str, dict[str, int]] = {
    "en": {"hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "million": 10**6, "millions": 10**6,
           "billion": 10**9},
    "es": {"mil": 1000, "miles": 1000, "millón": 10**6, "millones": 10**6},
    "pt": {"mil": 1000, "milhares": 1000, "milhão": 10**6, "milhões": 10**6, "bilhão": 10**9, "bilhões": 10**9},
    "hi": {"सौ": 100, "हज़ार": 1000, "हजार": 1000, "लाख": 10**5, "करोड़": 10**7},
}  # fmt: skip
_AND = {"en": {"and"}, "es": {"y"}, "pt": {"e"}, "hi": set()}
_SPOKEN = {"en": "en", "es": "es", "pt": "pt_BR"}
# words that say a number and much else
_ONES = {"one", "un", "uno", "una", "um", "uma", "एक"}
_AMBIGUOUS = {"once", *_ONES}
_FIGURES = re.compile(r"\d[\d.,\u202f\u00a0]*\d|\d")


@functools.cache
def _table(language: str) -> dict[str, int]:
    own = _OWN.get(language, {})
    if language not in _SPOKEN:
        return own
    from num2words import num2words

    said = {num2words(n, lang=_SPOKEN[language]): n for n in [*range(2, 100), *range(200, 1000, 100)]}
    table = {w: n for text, n in said.items() for w in [text] if " " not in w}
    table.update({w.replace("-", " "): n for w, n in table.items() if "-" in w})
    if language in ("es", "pt"):  # hundreds agree with what they count
        table.update({w[:-2] + "as": n for w, n in said.items() if n >= 200 and w.endswith("os")})
    return {w: n for w, n in (table | own).items() if w not in _AMBIGUOUS or (w, language) == ("once", "es")}


def values(text: str, language: str) -> Counter[int]:
    """Every number above one that a text holds; ones are left out, which are articles as often as numbers."""
    found: Counter[int] = Counter()
    for figures in _FIGURES.findall(text):
        plain = re.sub(r"[.,\u202f\u00a0](?=\d{3}(?!\d))", "", figures)
        found.update(int(p) for p in re.findall(r"\d+", plain))
    table, scales, joins = _table(language), _SCALES.get(language, {}), _AND.get(language, set())
    total, part, open_number, tens = 0, 0, False, False
    tokens = words(text.replace("-", " "))
    for at, word in enumerate([*tokens, ""]):
        follows = tokens[at + 1] if at + 1 < len(tokens) else ""
        one = word in _ONES and open_number and part % 100 >= 20 and part % 10 == 0 and (tens or language == "en")
        one = one or (word in _ONES and follows in scales)
        if word in table or one:
            value = 1 if one else table[word]
            if open_number and not _fits(part, value, tens):
                found[total + part] += 1
                total = part = 0
            part, open_number, tens = part + value, True, False
        elif word in scales:
            scale = scales[word]
            if scale == 100:
                part = max(1, part) * 100
            else:
                total, part = total + max(1, part) * scale, 0
            open_number, tens = True, False
        elif open_number and word in joins and (follows in table or follows in scales or follows in _ONES):
            tens = True
        elif open_number:
            found[total + part] += 1
            total, part, open_number, tens = 0, 0, False, False
    return Counter({v: n for v, n in found.items() if v > 1})


def _fits(part: int, value: int, joined: bool) -> bool:
    """Whether a number word goes on the one before it: twenty five, ciento cinco; but "two, three" are two numbers."""
    if part == 0:
        return True
    if part % 100 == 0:
        return value < 100
    return part % 10 == 0 and value < 10 and (joined or part % 100 >= 20)


def check(pair: Pair) -> list[Finding]:
    """Numbers of the line that its translation lacks, or has besides."""
    if pair.source_language not in _OWN or pair.target_language not in _OWN:
        return []
    told, made = values(pair.source, pair.source_language), values(pair.target, pair.target_language)
    lost, new = told - made, made - told
    halves = {12, 24} | {2}  # "both" and "a dozen" need not be said
    if lost and new:
        return [Finding("number", f"{_said(lost)} became {_said(new)}")]
    if any(v not in halves for v in lost):
        return [Finding("number", f"{_said(lost)} is missing", "doubt")]
    if any(v > 2 for v in new):
        return [Finding("number", f"{_said(new)} was added", "doubt")]
    return []


def _said(values: Counter[int]) -> str:
    return ", ".join(f"{v:,}" for v in sorted(values))
