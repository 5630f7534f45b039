"""What must be known of a language to read its figures and signs aloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Rules = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Unit:
    """What a sign counts, one and many of it; `feminine` where number words must agree; `part`: a hundredth of it."""

    one: str
    many: str
    feminine: bool = False
    part: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True)
class Speech:
    """One language. Every function takes and gives plain values, words without hyphens.

    Attributes:
        cardinal: a whole number in words.
        bare: a figure of four digits that stands alone, as a year is said in English and Hindi.
        counted: (number, feminine) -> its words right before what it counts: "veintiún", "duas".
        ordinal: (number, what is written behind it) -> "third"; `ordinal_suffix` is the pattern of what may be.
        decimals: the digits behind a decimal mark.
        date: (day, month 1-12, year or None) -> words; `day_of_month`: the day in words before a month's name.
        clock: (hour, minute, half of the day "a", "p" or "", whether `after_clock` follows) -> words.
        fraction: (numerator, denominator) -> words, empty where it has none.
        mixed: (whole, numerator, denominator) -> "two and a half", empty where it has none.
        regnal: (number, name before it) -> "the eighth".
        agrees: whether the word after a figure is feminine; None where it is nothing that is counted.
        stutter: (first sound, its word) -> what the voice repeats.
        label: (digits) -> how a room, a suite or a house is numbered aloud, empty for a plain number.
        digits: zero to nine as a telephone number is read.
        marks: decimal mark as written -> word; `decimal_mark` is the language's own.
        scales: what may stand behind an amount -> (how it is said, whether it stands in for "million").
        of: between a scale and its unit: "millones de pesos".
        between_letters: what joins the names of letters in a row.
        letters: letter -> its name for the voice; `as_words`: capitals read as a word or as other words.
        short: (pattern, what is said) of abbreviations, in order; `hush`: of sounds and laughter.
        signs: the words of single signs.
        dials, labels, codes: patterns of the words before an emergency number, a room, a secret number.
        counted_romans: of those before a Roman number that is a plain one, "chapter"; titles: of those before the name of
            whom a lone I numbers, "king".
        both_thousands: whether either mark parts thousands ("1.500" and "1,500").
    """

    primary: str
    cardinal: Callable[[int], str]
    bare: Callable[[int], str]
    counted: Callable[[int, bool], str]
    ordinal: Callable[[int, str], str]
    ordinal_suffix: str
    decimals: Callable[[str], str]
    date: Callable[[int, int, int | None], str]
    day_of_month: Callable[[int], str]
    clock: Callable[[int, int, str, bool], str]
    fraction: Callable[[int, int], str]
    mixed: Callable[[int, int, int], str]
    regnal: Callable[[int, str], str]
    agrees: Callable[[str], bool | None]
    stutter: Callable[[str, str], str]
    label: Callable[[str], str]
    digits: tuple[str, ...]
    marks: dict[str, str]
    decimal_mark: str
    months: str
    money: dict[str, Unit]
    money_words: str
    units: dict[str, Unit]
    scales: dict[str, str]
    of: str
    letters: dict[str, str]
    as_words: dict[str, str]
    short: Rules
    hush: Rules
    signs: dict[str, str]
    and_part: str
    dials: str
    labels: str
    codes: str
    counted_romans: str
    titles: str
    between_letters: str = " "
    decades: Rules = ()
    after_clock: str = ""
    month_first: bool = False
    month_before_day: bool = False
    both_thousands: bool = False
    score: str = ""


def figure_by_figure(digits: str, speech: Speech) -> str:
    """Each digit by itself; other characters are left out."""
    return " ".join(speech.digits[int(c)] for c in digits if c.isdigit())


def spelled(letters: str, speech: Speech) -> str:
    """Letters by their names, as a voice is to be told them."""
    return speech.between_letters.join(speech.letters.get(c, c) for c in letters)
