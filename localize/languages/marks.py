"""Marks in a text that say what becomes of a line's sound: `[keep]`, the source's own stands there, and `[mute]`, none does.

Pure text."""

from __future__ import annotations

import re

KEEP, MUTE = "keep", "mute"
MARKS = frozenset({KEEP, MUTE})
MARK = re.compile(r"\[\s*(keep|mute)\s*\]", re.IGNORECASE)


def mark_of(text: str) -> str:
    """The mark in a text, the first of several; "" where there is none."""
    found = MARK.search(text)
    return found[1].lower() if found else ""


def unmarked(text: str) -> str:
    """A text without its marks."""
    return " ".join(MARK.sub(" ", text).split())


def marked(text: str) -> str:
    """A text with its mark first and in small letters, "[keep] Ah!"; one without a mark as it is."""
    mark = mark_of(text)
    return f"[{mark}] {unmarked(text)}".strip() if mark else text
