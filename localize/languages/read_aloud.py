"""Text as a voice must read it: figures, money, dates, times, units, abbreviations and laughter written out, per
language. Numbers are num2words' work; what it has no words for (Hindi) is left to the voice's own front end, which
reads digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from num2words import num2words

_NUMBERS = {"en": "en", "es": "es", "pt": "pt_BR"}
# one and many of what a sign stands for
_MONEY = {
    "en": {"$": ("dollar", "dollars"), "€": ("euro", "euros"), "£": ("pound", "pounds"), "₹": ("rupee", "rupees"), "R$": ("real", "reais")},
    "es": {"$": ("dólar", "dólares"), "€": ("euro", "euros"), "£": ("libra", "libras"), "₹": ("rupia", "rupias"), "R$": ("real", "reales")},
    "pt": {"$": ("dólar", "dólares"), "€": ("euro", "euros"), "£": ("libra", "libras"), "₹": ("rupia", "rupias"), "R$": ("real", "reais")},
    "hi": {"$": ("डॉलर", "डॉलर"), "€": ("यूरो", "यूरो"), "£": ("पाउंड", "पाउंड"), "₹": ("रुपया", "रुपये"), "R$": ("रियाल", "रियाल")},
}  # fmt: skip
_UNITS = {
    "en": {"km": ("kilometer", "kilometers"), "m": ("meter", "meters"), "cm": ("centimeter", "centimeters"), "kg": ("kilo", "kilos"),
           "km/h": ("kilometer an hour", "kilometers an hour"), "%": ("percent", "percent"), "°C": ("degree", "degrees"), "h": ("hour", "hours"), "min": ("minute", "minutes")},
    "es": {"km": ("kilómetro", "kilómetros"), "m": ("metro", "metros"), "cm": ("centímetro", "centímetros"), "kg": ("kilo", "kilos"),
           "km/h": ("kilómetro por hora", "kilómetros por hora"), "%": ("por ciento", "por ciento"), "°C": ("grado", "grados"), "h": ("hora", "horas"), "min": ("minuto", "minutos")},
    "pt": {"km": ("quilômetro", "quilômetros"), "m": ("metro", "metros"), "cm": ("centímetro", "centímetros"), "kg": ("quilo", "quilos"),
           "km/h": ("quilômetro por hora", "quilômetros por hora"), "%": ("por cento", "por cento"), "°C": ("grau", "graus"), "h": ("hora", "horas"), "min": ("minuto", "minutos")},
    "hi": {"km": ("किलोमीटर", "किलोमीटर"), "m": ("मीटर", "मीटर"), "cm": ("सेंटीमीटर", "सेंटीमीटर"), "kg": ("किलो", "किलो"),
           "km/h": ("किलोमीटर प्रति घंटा", "किलोमीटर प्रति घंटा"), "%": ("प्रतिशत", "प्रतिशत"), "°C": ("डिग्री", "डिग्री"), "h": ("घंटा", "घंटे"), "min": ("मिनट", "मिनट")},
}  # fmt: skip
_SHORT = {
    "en": {"Mr.": "mister", "Mrs.": "missus", "Ms.": "miss", "Dr.": "doctor", "St.": "saint", "vs.": "versus", "etc.": "et cetera", "No.": "number"},
    "es": {"Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Dr.": "doctor", "Dra.": "doctora", "Ud.": "usted", "Uds.": "ustedes",
           "EE. UU.": "Estados Unidos", "etc.": "etcétera", "Av.": "avenida"},
    "pt": {"Sr.": "senhor", "Sra.": "senhora", "Srta.": "senhorita", "Dr.": "doutor", "Dra.": "doutora", "Av.": "avenida", "etc.": "etcétera", "EUA": "Estados Unidos"},
    "hi": {"डॉ.": "डॉक्टर", "श्री.": "श्री"},
}  # fmt: skip
_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split(),
}
_AND = {"en": "and", "es": "y", "pt": "e"}
_POINT = {"en": "point", "es": "coma", "pt": "vírgula"}
_FEMININE = {"es": ("hora", "libra", "rupia"), "pt": ("hora", "libra", "rupia")}
_ONES = {"es": {"uno": ("un", "una")}, "pt": {"um": ("um", "uma"), "dois": ("dois", "duas")}}
# laughter as it is written, and as it can be said
_LAUGHTER = {
    "en": (r"\b(?:ha){2,}h?\b|\blol\b", "ha ha"),
    "es": (r"\b(?:ja){2,}j?\b", "ja, ja"),
    "pt": (r"\b(?:ha){2,}h?\b|\bk{3,}\b|\b(?:rs){2,}\b", "ha, ha"),
    "hi": (r"(?:हा){2,}", "हा हा"),
}
_FIGURE = r"\d{1,3}(?:[.,\u00a0 ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"


def written_out(text: str, primary: str) -> str:
    """The text with everything a reader would say in words in words; as it is for a language without tables."""
    if primary not in _MONEY:
        return text
    for short in sorted(_SHORT[primary], key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", _SHORT[primary][short], text)
    pattern, said = _LAUGHTER[primary]
    text = re.sub(pattern, said, text, flags=re.IGNORECASE)
    text = re.sub(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])", lambda m: _date(m, primary), text)
    text = re.sub(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])", lambda m: _time(m, primary), text)
    signs = "|".join(re.escape(s) for s in sorted(_MONEY[primary], key=len, reverse=True))
    text = re.sub(rf"({signs})\s?({_FIGURE})(?!\d)", lambda m: _counted(m[2], _MONEY[primary][m[1]], primary), text)
    text = re.sub(rf"({_FIGURE})\s?({signs})(?!\w)", lambda m: _counted(m[1], _MONEY[primary][m[2]], primary), text)
    units = "|".join(re.escape(u) for u in sorted(_UNITS[primary], key=len, reverse=True))
    text = re.sub(
        rf"(?<![\w.,])({_FIGURE})\s?({units})(?!\w)", lambda m: _counted(m[1], _UNITS[primary][m[2]], primary), text
    )
    text = re.sub(
        r"(?<![\w.,])(\d{1,3})(?:st|nd|rd|th|º|ª|\.º|\.ª)(?!\w)", lambda m: _ordinal(m[1], m[0], primary), text
    )
    return re.sub(rf"(?<![\w.,])({_FIGURE})(?!\w)", lambda m: _number(m[1], primary), text)


def _value(figure: str, primary: str) -> tuple[int, str]:
    """(whole part, digits after the decimal mark) of a figure as that language writes it, or as English does."""
    figure = re.sub(r"[\u00a0 ]", "", figure)
    mark = "." if primary in ("en", "hi") else ","
    thousands = "," if mark == "." else "."
    if re.fullmatch(rf"\d{{1,3}}(?:\{thousands}\d{{3}})+(?:\{mark}\d+)?", figure):
        figure = figure.replace(thousands, "")
    elif re.fullmatch(rf"\d{{1,3}}(?:\{mark}\d{{3}}){{2,}}", figure):  # the other way to part thousands
        figure = figure.replace(mark, "")
    whole, _, rest = figure.replace(",", ".").partition(".")
    return int(whole), rest


def _words(number: int, primary: str, kind: str = "cardinal") -> str:
    if primary not in _NUMBERS or number > 10**12:
        return str(number)
    return str(num2words(number, lang=_NUMBERS[primary], to=kind)).replace("-", " ")


def _number(figure: str, primary: str) -> str:
    if primary not in _NUMBERS:
        return figure
    if re.fullmatch(r"0\d+|\d{5,}", figure):  # a code or a telephone number is read figure by figure
        return " ".join(_words(int(c), primary) for c in figure)
    whole, rest = _value(figure, primary)
    if not rest:
        year = primary == "en" and re.fullmatch(r"1[1-9]\d\d|20[1-9]\d", figure)
        return _words(whole, primary, "year" if year else "cardinal")
    return f"{_words(whole, primary)} {_POINT[primary]} {' '.join(_words(int(c), primary) for c in rest)}"


def _counted(figure: str, forms: tuple[str, str], primary: str) -> str:
    """A figure with what it counts; "un" and "una" before it where the language bends its ones."""
    whole, rest = _value(figure, primary)
    one = whole == 1 and not rest
    if primary not in _NUMBERS:
        return f"{figure} {forms[not one]}"
    said = _number(figure, primary) if rest else _words(whole, primary)
    feminine = forms[0].split()[0] in _FEMININE.get(primary, ())
    head, _, last = said.rpartition(" ")
    if not rest and last in _ONES.get(primary, {}):
        said = f"{head} {_ONES[primary][last][feminine]}".strip()
    of = " de" if primary in ("es", "pt") and re.search(r"(?:ill[oó]n|illones|ilhão|ilhões)$", said) else ""
    return f"{said}{of} {forms[not one]}"


def _ordinal(number: str, whole: str, primary: str) -> str:
    if primary not in _NUMBERS:
        return whole
    said = _words(int(number), primary, "ordinal")
    return re.sub(r"o\b", "a", said) if whole.endswith("ª") else said


def _date(match: re.Match[str], primary: str) -> str:
    """Day first, month first in English."""
    first, second, year = (int(g) for g in match.groups())
    day, month = (second, first) if primary == "en" else (first, second)
    if primary not in _MONTHS or not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    name = _MONTHS[primary][month - 1]
    if primary == "en":
        return f"{name} {_words(day, primary, 'ordinal')}, {_words(year, primary, 'year')}"
    return f"{_words(day, primary)} de {name} de {_words(year, primary)}"


def _time(match: re.Match[str], primary: str) -> str:
    hour, minute = int(match[1]), int(match[2])
    if primary not in _NUMBERS:
        return match[0]
    says: Callable[[int], str] = lambda n: _words(n, primary)  # noqa: E731
    if primary == "en":
        return says(hour) + ("" if not minute else f" oh {says(minute)}" if minute < 10 else f" {says(minute)}")
    bent = _ONES.get(primary, {}).get(says(hour), (says(hour), says(hour)))[1]
    return bent if not minute else f"{bent} {_AND[primary]} {says(minute)}"
