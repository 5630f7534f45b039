"""Figures to words, the longest kinds first: dates, times, telephone numbers, fractions, ranges, money, units."""

from __future__ import annotations

import re
from collections.abc import Callable

from .numbers import MOST
from .speech import Speech, Unit, figure_by_figure, spelled

FIGURE = (
    r"(?:\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?"
    r"|\d{1,3}(?:\u00a0\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
)
START, END = r"(?<![\w])(?<!\d[.,:/])", r"(?!\w)(?![.,:/]\d)"
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
_ROMAN = {"I": 1, "V": 5, "X": 10}
Match = re.Match[str]


def read_figures(text: str, s: Speech) -> str:
    """The text with its figures in words; what no rule understands stays as it is."""
    for rule in (
        _dates, _clock, _telephones, _codes, _decades, _fractions, _ranges, _negative, _money, _units, _ordinals,
        _romans, _labels, _mixed_codes, _plain,
    ):  # fmt: skip
        text = rule(text, s)
    return text


def sub(pattern: str, say: Callable[[Match], str], text: str, flags: int = 0) -> str:
    """re.sub that leaves a match alone where `say` gives nothing or cannot read it, and keeps words apart."""

    def safe(match: Match) -> str:
        try:
            said = say(match)
        except (ValueError, OverflowError, LookupError, ArithmeticError, AssertionError):
            return match[0]
        if not said:
            return match[0]
        before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
        return (" " if before.isalnum() else "") + said + (" " if after.isalnum() else "")

    return re.sub(pattern, safe, text, flags=flags)


def value(figure: str, s: Speech) -> tuple[int, str, str]:
    """(whole part, digits behind the decimal mark, that mark) of a figure in the language's notation or the other."""
    figure = figure.replace("\u00a0", "")
    marks = [c for c in figure if c in ".,"]
    if not marks:
        return int(figure), "", ""
    last = marks[-1]
    if _INDIAN.fullmatch(figure):
        whole, _, rest = figure.replace(",", "").partition(".")
        return int(whole), rest, "." if rest else ""
    head, _, tail = figure.rpartition(last)
    parts = marks.count(last) > 1
    if len(marks) == 1 and len(tail) == 3 and len(head) <= 3 and head.strip("0"):
        parts = s.both_thousands or last != s.decimal_mark
    if parts:
        return int(re.sub("[.,]", "", figure)), "", ""
    return int(re.sub("[.,]", "", head)), tail, last


def number(whole: int, rest: str, mark: str, s: Speech, feminine: bool | None = None) -> str:
    """A number in words; `feminine` is given where it counts something."""
    if whole >= MOST:
        said = figure_by_figure(str(whole), s)
    else:
        said = s.cardinal(whole) if rest or feminine is None else s.counted(whole, feminine)
    return f"{said} {s.marks[mark]} {s.decimals(rest)}" if rest else said


def amount(figure: str, unit: Unit, s: Speech, scale: str = "") -> str:
    """A figure with what it counts; hundredths of a currency are said as such."""
    whole, rest, mark = value(figure, s)
    if scale:
        said = s.scales[scale.lower()]
        of = "" if said == s.scales.get("mil") else s.of  # vinte mil dólares, vinte milhões de dólares
        return f"{number(whole, rest, mark, s)} {said}{of} {unit.many}"
    if unit.part[0] and len(rest) == 2:
        cents = int(rest)
        part = f"{number(cents, '', '', s, False)} {unit.part[cents != 1]}" if cents else ""
        if not whole and cents:
            return part
        said = amount(str(whole), unit, s)
        return f"{said} {s.and_part} {part}".replace("  ", " ") if cents else said
    one = whole == 1 and not rest
    said = number(whole, rest, mark, s, unit.feminine)
    of = s.of if s.of and not rest and whole >= 10**6 and whole % 10**6 == 0 else ""
    return f"{said}{of} {unit.one if one else unit.many}"


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else (2000 if int(digits) < 50 else 1900) + int(digits)


def _dates(text: str, s: Speech) -> str:
    def valid(day: int, month: int, year: int | None) -> str:
        return s.date(day, month, year) if 1 <= month <= 12 and 1 <= day <= 31 else ""

    def numeric(m: Match) -> str:
        first, second, year = int(m[1]), int(m[3]), _year(m[4])
        month_first = (s.month_first and second <= 31 and first <= 12) or second > 12
        return valid(second, first, year) if month_first else valid(first, second, year)

    def without_year(m: Match) -> str:
        first, second = int(m[1]), int(m[2])
        return valid(second, first, None) if s.month_first else valid(first, second, None)

    def iso(m: Match) -> str:
        year, month, day = (int(g) for g in m.groups())
        return valid(day, month, year)

    text = sub(r"(?<![\d/.-])(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?![\d/-])", iso, text)
    text = sub(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])", numeric, text)
    # a zero before a figure: a day and a month, no fraction
    text = sub(r"(?<![\d/.,-])(?=0|\d\d/0)(\d{2})/(\d{2})(?![\d/%-]|[.,]\d)", without_year, text)
    if s.month_before_day:
        day = rf"\b({s.months})\.?,? (\d{{1,2}})(?:st|nd|rd|th)?(?![\w:/]|[.,]\d)"
        return sub(day, lambda m: f"{m[1]} {s.day_of_month(int(m[2]))}" if 0 < int(m[2]) < 32 else "", text)
    day = rf"(?<![\w.,/:-])(\d{{1,2}})(?:º|\.º)?(?= (?:de )?(?:{s.months})\b)"
    return sub(day, lambda m: s.day_of_month(int(m[1])) if 0 < int(m[1]) < 32 else "", text, re.IGNORECASE)


def _clock(text: str, s: Speech) -> str:
    half = r"(?:\s?([ap])\.?\s?m\b\.?)"
    after = rf"(\s*{s.after_clock})" if s.after_clock else "()"

    time = r"\d{1,2}(?::\d\d(?:\s?[ap]\.?m\.?)?|\s?[ap]\.?\s?m\.?|\s?h(?:\d\d)?)"
    text = re.sub(rf"(?i)(?<![\w:])({time})\s?[-–—]\s?(?={time}(?!\w))", rf"\1 {s.signs['to']} ", text)

    def say(m: Match) -> str:
        hour, minute = int(m[1]), int(m[2] or 0)
        return s.clock(hour, minute, (m[3] or "").lower(), bool(m[4]))

    text = sub(rf"(?<![\d:.,])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?![\d:]){half}?{after}?", say, text, re.I)
    text = sub(rf"(?<![\w:.,])([01]?\d|2[0-4])()(?:{half}){after}?", say, text, re.IGNORECASE)
    if s.primary in ("pt", "es"):
        text = sub(r"(?<![\w:.,])([01]?\d|2[0-4])\s?h\s?([0-5]\d)(?:\s?min)?()()(?!\w)", say, text)
    return text


def _telephones(text: str, s: Speech) -> str:
    def say(m: Match) -> str:
        groups = re.findall(r"\d+", m[0])
        plus, total = m[0].startswith("+"), sum(len(g) for g in groups)
        spaced = not re.search(r"[-()/]", m[0])
        if total < 7 or total > 15 or (len(groups) < 2 and not plus):
            return ""
        if len(groups) == 2 and not plus:
            one, two = groups
            years = len(one) == len(two) == 4 and 1000 <= int(one) < int(two) <= 2100
            rounds = not two.startswith("0") and one.endswith("0") and two.endswith("0") and int(one) < int(two)
            if years or rounds or (spaced and not (len(one) == len(two) == 5)):
                return ""
        lead = s.signs["+"] + " " if plus else ""
        return lead + figure_by_figure("".join(groups), s)

    text = sub(r"(?<![\w.,/])(\d{3}\.){2,3}\d{3}-\d{2}(?![\w-])", lambda m: figure_by_figure(m[0], s), text)
    return sub(r"(?<![\w.,/:+-])\+?\(?\d{1,5}\)?(?:[ -]{1,2}\(?\d{2,5}\)?){1,5}(?![\w/:%-]|[.,]\d)", say, text)


def _codes(text: str, s: Speech) -> str:
    """What is read figure by figure: after "PIN", after "call", with a zero before it, or very long."""
    each: Callable[[Match], str] = lambda m: m[1] + figure_by_figure(m[2], s)  # noqa: E731
    text = sub(rf"(?i)(\b(?:{s.dials})\s)(\d{{3}})(?![\w:%-]|[.,]\d| ?[$€£₹%])", each, text)
    text = sub(rf"(?i)(\b(?:{s.codes})\s)(\d{{3,8}})(?![\w:%-]|[.,]\d)", each, text)
    text = sub(r"(?<![\w.,:/-])()(0\d+|\d{7,})(?![\w:%/]|[.,]\d)", each, text)
    return sub(r"(?<![\w.,])\d+(?:\.\d+){2,}(?!\w)",
               lambda m: f" {s.marks['.']} ".join(s.cardinal(int(p)) if int(p) < MOST else figure_by_figure(p, s)
                                                  for p in m[0].split(".")) if not re.fullmatch(r"\d{1,3}(\.\d{3})+", m[0]) else "", text)  # fmt: skip


def _fractions(text: str, s: Speech) -> str:
    for sign, written in {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}.items():
        text = re.sub(rf"(\d){sign}", rf"\1 {written}", text).replace(sign, written)

    def mixed(m: Match) -> str:
        whole, up, down = (int(g) for g in m.groups())
        return s.mixed(whole, up, down) if 0 < up < down else ""

    def plain(m: Match) -> str:
        up, down = int(m[1]), int(m[2])
        said = s.fraction(up, down) if 0 < up < down and down <= 10 else ""
        return said or f"{s.cardinal(up)} {s.cardinal(down)}"

    text = sub(r"(?<![\w.,/-])(\d{1,3}) (\d{1,2})/(\d{1,2})(?![\w/]|[.,]\d)", mixed, text)
    return sub(r"(?<![\w.,/-])(\d{1,4})/(\d{1,4})(?![\w/]|[.,]\d)", plain, text)


def _ranges(text: str, s: Speech) -> str:
    def say(m: Match) -> str:
        sign, low, high = m[1] or "", m[2], m[4]
        if not sign and value(low, s)[0] > value(high, s)[0]:
            return f"{low} {s.score} {high}".replace("  ", " ")
        return f"{low} {s.signs['to']} {sign}{high}"

    money = "|".join(re.escape(k) for k in sorted(s.money, key=len, reverse=True) if not k.isalpha())
    text = re.sub(r"(\d\s?%)\s?[-–—]\s?(?=\d+(?:[.,]\d+)?\s?%)", rf"\1 {s.signs['to']} ", text)
    pattern = rf"(?<![\w.,/-])((?:{money})\s?)?({FIGURE})\s?[-–—~]\s?((?:{money})\s?)?({FIGURE})(?![\d/-])(?![.,]\d)"
    return sub(pattern, say, text)


def _negative(text: str, s: Speech) -> str:
    signs = "|".join(re.escape(k) for k in sorted(s.money, key=len, reverse=True))
    text = re.sub(rf"((?:{signs})\s?)[-−](?=\d)", r"-\1", text)
    return re.sub(rf"(?:(?<=\s)|^)[-−](?=(?:(?:{signs})\s?)?\d)", s.signs["-"] + " ", text)


def _money(text: str, s: Speech) -> str:
    signs = "|".join(re.escape(k) for k in sorted(s.money, key=len, reverse=True))
    words = "|".join(re.escape(k) for k in sorted(s.scales, key=len, reverse=True) if len(k) > 2)
    letters = "|".join(re.escape(k) for k in s.scales if len(k) <= 2)
    scale = rf"(?:\s?({letters})(?!\w)|\s({words})(?![\w\u0900-\u097f]))?"
    before = rf"(?<!\w)({signs})\s?({FIGURE}){scale}(?![.,]?\d)"
    text = sub(
        before, lambda m: amount(m[2], s.money[m[1].upper() if m[1].isascii() else m[1]], s, m[3] or m[4] or ""), text
    )
    behind = rf"{START}({FIGURE}){scale}\s?({signs})(?![\w\u0900-\u097f])"
    text = sub(behind, lambda m: amount(m[1], s.money[m[4]], s, m[2] or m[3] or ""), text)
    short = "|".join(k for k in s.scales if len(k) == 1 and k in "kK")
    if short:
        text = sub(
            rf"{START}({FIGURE})({short})(?!\w)", lambda m: f"{number(*value(m[1], s), s)} {s.scales['k']}", text
        )
    return text


def _units(text: str, s: Speech) -> str:
    units = "|".join(re.escape(u) for u in sorted(s.units, key=len, reverse=True))
    return sub(rf"{START}({FIGURE})\s?({units})(?![\w\u0900-\u097f/])", lambda m: amount(m[1], s.units[m[2]], s), text)


def _decades(text: str, s: Speech) -> str:
    for pattern, said in s.decades:
        text = sub(pattern, lambda m, said=said: said.format(s.cardinal(int(m[1])), _many(s.cardinal(int(m[1])))), text)  # type: ignore[misc]
    if s.primary == "en":
        text = sub(r"\b(\d\d)(\d)0s\b", lambda m: f"{s.cardinal(int(m[1]))} {_many(s.cardinal(int(m[2] + '0')))}" if m[2] != "0" else "", text)  # fmt: skip
    return text


def _many(word: str) -> str:
    return re.sub("y$", "ie", word) + "s"


def _ordinals(text: str, s: Speech) -> str:
    return sub(rf"(?<![\w.,])(\d{{1,3}})({s.ordinal_suffix})(?![\w\u0900-\u097f])", lambda m: s.ordinal(int(m[1]), m[2]), text)  # fmt: skip


def _romans(text: str, s: Speech) -> str:
    def say(m: Match) -> str:
        found = _roman(m[2])
        if not 0 < found < 40:
            return ""
        if re.fullmatch(rf"(?i){s.counted_romans}", m[1]):
            return f"{m[1]} {s.cardinal(found)}"
        # a lone I is a king's only behind his title: "Pedro I sent" has none
        numbered = len(m[2]) > 1 or re.search(rf"(?i)\b(?:{s.titles})\s$", m.string[: m.start()])
        return f"{m[1]} {s.regnal(found, m[1])}" if numbered and m[1][0].isupper() else ""

    return sub(r"\b([^\W\d_]{3,}) ([IVX]{1,6})(?![\w'’])", say, text)


def _roman(text: str) -> int:
    total, last = 0, 10
    if not re.fullmatch(r"X{0,3}(?:IX|IV|V?I{0,3})", text):
        return 0
    for sign in text:
        total += _ROMAN[sign] - (2 * last if _ROMAN[sign] > last else 0)
        last = _ROMAN[sign]
    return total


def _labels(text: str, s: Speech) -> str:
    text = sub(rf"(?i)(\b(?:{s.labels})\s)(\d{{3,4}})(?![\w:%-]|[.,]\d)", lambda m: m[1] + s.label(m[2]) if s.label(m[2]) else "", text)  # fmt: skip
    if s.primary == "en":  # a house before its street
        street = r"(?<![\w.,-])()(\d{3,4})(?= [A-Z]\w+ (?:street|avenue|road|drive|lane|boulevard|court|place)\b)"
        text = sub(street, lambda m: s.label(m[2]), text)
    return text


def _mixed_codes(text: str, s: Speech) -> str:
    """Letters and figures in one: "B12", "3B", "BA249", "COVID-19"."""

    def say(m: Match) -> str:
        digits = m[2]
        each = len(digits) > 3 or digits.startswith("0") or (len(m[1]) > 1 and len(digits) > 2)
        said = figure_by_figure(digits, s) if each else s.label(digits) or s.cardinal(int(digits))
        return f"{spelled(m[1], s) if len(m[1]) < 4 else m[1]} {said}" + (f" {spelled(m[3], s)}" if m[3] else "")

    text = sub(r"(?<![\w.,])([A-Z]{1,6})-?(\d{1,6})([A-Z]?)(?![\w%-]|[.,]\d)", say, text)
    return sub(r"(?<![\w.,])(\d{1,4})([A-Z]{1,2})(?!\w)", lambda m: f"{s.cardinal(int(m[1]))} {spelled(m[2], s)}", text)


def _plain(text: str, s: Speech) -> str:
    after = r"(?=(?:\s+([^\W\d_][^\W\d_\u0900-\u0963]*[\u0900-\u0963\w]*))?)"
    label = rf"(?i)(\b(?:{s.labels}|{s.counted_romans})\.?,?\s)?"

    def say(m: Match) -> str:
        lead, figure, follows = m[1] or "", m[2], m[3] or ""
        whole, rest, mark = value(figure, s)
        agrees = None if lead else s.agrees(follows) if follows else None
        if figure.isdigit() and len(figure) in (5, 6) and agrees is None and not figure.endswith("00"):
            return lead + (number(whole, rest, mark, s) if follows.islower() and follows.endswith("s") else figure_by_figure(figure, s))  # fmt: skip
        if figure.isdigit() and len(figure) == 4 and not re.match(s.money_words, follows.lower()):
            return lead + (s.bare(whole) if agrees is None else s.counted(whole, agrees))
        return lead + number(whole, rest, mark, s, agrees)

    text = sub(rf"{label}{START}({FIGURE}){END}{after}", say, text)
    # what still is a digit stands beside letters or marks that no rule knows
    return sub(r"()(\d+)", lambda m: s.cardinal(int(m[2])) if len(m[2]) < 5 else figure_by_figure(m[2], s), text)
