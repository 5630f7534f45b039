"""What is read from the picture. Rectangles are left, top, width, height in pixels of the picture as displayed."""

from __future__ import annotations

from dataclasses import dataclass

Rect = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class BurntLine:
    """One subtitle as it stands in the picture.

    Attributes:
        text: its rows in the source language, joined as that language joins words.
        other: its rows in another script, of a bilingual subtitle.
        score: how sure the reader is, from 0 to 1; the lowest of its rows.
        rows: one rectangle a row, the other language's too.
    """

    start_ms: int
    end_ms: int
    text: str
    score: float
    rows: tuple[Rect, ...]
    other: str = ""

    @property
    def rect(self) -> Rect:
        """The rectangle round all rows."""
        left, top = min(r[0] for r in self.rows), min(r[1] for r in self.rows)
        right, bottom = max(r[0] + r[2] for r in self.rows), max(r[1] + r[3] for r in self.rows)
        return left, top, right - left, bottom - top


@dataclass(frozen=True, kw_only=True)
class ScreenText:
    """Other writing in the picture: a sign, a letter, a card. Times are as exact as the samples are close."""

    start_ms: int
    end_ms: int
    text: str
    score: float
    rect: Rect


@dataclass(frozen=True)
class Band:
    """Where subtitles stand: top and bottom of their rows and a row's height, in displayed pixels.

    Attributes:
        found: in how many samples it held text; standing: rectangles of text that never changes.
    """

    top: int
    bottom: int
    row: int
    found: int
    standing: tuple[Rect, ...] = ()


@dataclass(frozen=True)
class BurntIn:
    """All that was read: subtitles, other writing, the band (None where there is none), and notes for the report."""

    lines: tuple[BurntLine, ...]
    screen: tuple[ScreenText, ...] = ()
    band: Band | None = None
    notes: tuple[str, ...] = ()
