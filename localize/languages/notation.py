"""Dates and figures that an engine copied, as the target's country writes them.

Engines carry "07/04/2026" and "$3,250.50" over as they are; in Brazil the first is the seventh of April.
"""

from __future__ import annotations

import re

_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_GROUPED = {
    ".": re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{1,2})(?![\d]|[.,]\d)"),
    ",": re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d{1,2})(?![\d]|[.,]\d)"),
}
_SWAP = str.maketrans(".,", ",.")


def month_first(tag: str) -> bool:
    """Whether a language's dates begin with the month: American English."""
    primary, _, region = tag.partition("-")
    return primary == "en" and region.upper() in ("", "US")


def decimal_mark(tag: str) -> str:
    """Its decimal mark; Latin American Spanish as Mexico writes it."""
    primary, _, region = tag.partition("-")
    return "," if primary in ("pt", "de", "fr", "it", "ru", "tr", "id") or (primary, region) == ("es", "ES") else "."


def as_written_in(text: str, source_text: str, source: str, target: str) -> str:
    """The text with the dates and figures that it has from its source as the target's country writes them."""
    if month_first(source) != month_first(target):
        copied = {m[0] for m in _DATE.finditer(source_text)}
        text = _DATE.sub(lambda m: _turned(m, month_first(source)) if m[0] in copied else m[0], text)
    if decimal_mark(source) != decimal_mark(target):
        pattern = _GROUPED[decimal_mark(source)]
        found = {m[0] for m in pattern.finditer(_DATE.sub(" ", source_text))}
        text = pattern.sub(lambda m: m[0].translate(_SWAP) if m[0] in found else m[0], text)
    return text


def _turned(date: re.Match[str], was_month_first: bool) -> str:
    """The date with day and month in the other order; as it is where it cannot be what the source's order makes it."""
    first, second = int(date[1]), int(date[3])
    month, day = (first, second) if was_month_first else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return date[0]
    return f"{date[3]}{date[2]}{date[1]}{date[2]}{date[4]}"
