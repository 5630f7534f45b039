"""Finding the band where subtitles stand, from samples of the whole picture.

A subtitle is a level row of letters in the lower part of the picture whose place and height stay and whose text changes.
A watermark never changes, a shop's sign moves with the picture, a letter has many rows at once, a card stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from rapidfuzz import fuzz

from ...engines.reading.ppocr import Box
from ...languages.scripts import letters
from ...media.frames import Cuts, Image, View, frames
from ...records import Media
from .records import Band, Rect, ScreenText

SHORT = 640  # pixels of the shorter side of a sample; text is found at half of it
SAMPLES = (12, 40)  # fewest and most
EVERY_S = 2.5
CLOSEST_S = 0.3
SLANT = 4.0  # degrees
SURE = 0.75
ALIKE = 60.0  # rapidfuzz ratio from which two readings are one text
UPPER = 0.5  # share of the height above which no subtitles are looked for
WIDEST = 0.94  # of the width; a ticker is wider
CENTRED = 0.06  # of the width that a row's middle may stand off the picture's
STACKED = 4  # rows at once that make a page, not a subtitle


class Reader(Protocol):
    """Finds rows of text in a picture and reads them."""

    def find(self, picture: Image) -> list[Box]: ...

    def read(self, rows: list[Image]) -> list[tuple[str, float]]: ...


@dataclass(frozen=True)
class Seen:
    """A row in a sample; the box in displayed pixels."""

    sample: int
    ms: int
    box: Box
    text: str
    score: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2


@dataclass(frozen=True)
class Samples:
    """Rows seen in evenly spread samples, and how far the samples are apart."""

    seen: tuple[Seen, ...]
    count: int
    every_ms: int


def sample(
    reader: Reader, path: Path, media: Media, size: tuple[int, int], threads: int = 2, closer: float = 1.0, cuts: Cuts | None = None
) -> Samples:
    """Read the whole picture a few times, evenly spread; `closer` times as often as usual. `size` as displayed; `cuts` as of
    `frames`.

    Raises MediaError, EngineError.
    """
    seconds = max(0.04, media.duration_ms / 1000)
    count = min(SAMPLES[1], max(SAMPLES[0], round(seconds / EVERY_S)))
    every = min(seconds, max(CLOSEST_S, seconds / count / closer))
    scale = min(1.0, SHORT / min(size))
    view = View((0, 0, *size), (max(2, round(size[0] * scale)), max(2, round(size[1] * scale))), 1 / every, media.picture)
    seen: list[Seen] = []
    number = 0
    with ThreadPoolExecutor(threads) as pool:
        for part in _batches(frames(path, view, cuts=cuts), threads):
            for rows in pool.map(lambda picture: _rows(reader, picture), part):
                for box, text, score in rows:
                    wide = box.scaled(1 / scale)
                    seen.append(Seen(number, round(1000 * every * number), wide, text, score))
                number += 1
    return Samples(tuple(seen), number, round(1000 * every))


def _batches(pictures: Iterator[Image], size: int) -> Iterator[list[Image]]:
    part: list[Image] = []
    for picture in pictures:
        part.append(picture)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _rows(reader: Reader, picture: Image) -> list[tuple[Box, str, float]]:
    import cv2

    height, width = picture.shape[:2]
    half = min(1.0, SHORT / 2 / min(height, width))
    size = round(width * half), round(height * half)
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    boxes = []
    for b in reader.find(small):
        box = b.scaled(1 / half)
        if abs(box.slant) <= SLANT and box.width > 0.8 * box.height and box.height < 0.15 * min(height, width):
            boxes.append(box)
    boxes = sorted(boxes, key=lambda b: -b.score)[:14]
    texts = reader.read([cut(picture, b) for b in boxes])
    return [(b, text, score) for b, (text, score) in zip(boxes, texts, strict=True) if score >= 0.5]


def cut(picture: Image, box: Box, pad: int = 1) -> Image:
    """The box out of a picture, a pixel wider on every side."""
    return picture[max(0, box.top - pad) : box.bottom + pad, max(0, box.left - pad) : box.right + pad]


def alike(one: str, other: str) -> bool:
    """Whether two readings are most likely of one text."""
    return fuzz.ratio(one, other) >= ALIKE


def distinct(texts: list[str]) -> int:
    """How many different texts there are."""
    kept: list[str] = []
    for text in texts:
        if not any(alike(text, other) for other in kept):
            kept.append(text)
    return len(kept)


def low_rows(samples: Samples, size: tuple[int, int], scripts: tuple[str, ...]) -> list[Seen]:
    """Rows in the lower part that come and go and hold a letter of the source language's scripts."""
    standing = _standing(samples)
    return [
        s
        for s in samples.seen
        if s.score >= SURE and s.middle[1] > UPPER * size[1] and letters(s.text, scripts)
        if s.box.width < WIDEST * size[0] and not any(_inside(s.box, r) for r in standing)
    ]


def find_band(samples: Samples, size: tuple[int, int], scripts: tuple[str, ...], need: int) -> Band | None:
    """The band with the most different texts, at least `need`; None where there is none.

    `scripts` are those of the source language: rows without a letter of them are other text.
    """
    width, standing = size[0], _standing(samples)
    low = [s for s in low_rows(samples, size, scripts) if abs(s.middle[0] - width / 2) <= CENTRED * width]
    best, best_count = None, need - 1
    for seed in low:
        rows = [s for s in low if _same_place(s, seed) and _stack(s, low) < STACKED]
        count = distinct([s.text for s in rows])
        if count > best_count:
            best, best_count = _band(rows, low, standing), count
    return best


def _standing(samples: Samples) -> tuple[Rect, ...]:
    """Places of a text that is there in most samples."""
    out: list[Rect] = []
    for seen in samples.seen:
        same = {s.sample for s in samples.seen if _overlap(s.box, seen.box) > 0.6 and alike(s.text, seen.text)}
        if len(same) >= max(3, 0.5 * samples.count) and not any(_inside(seen.box, r) for r in out):
            out.append((seen.box.left, seen.box.top, seen.box.width, seen.box.height))
    return tuple(out)


def _overlap(one: Box, other: Box) -> float:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    both = max(0, wide) * max(0, high)
    return both / max(1, one.width * one.height + other.width * other.height - both)


def _inside(box: Box, rect: Rect) -> bool:
    left, top, wide, high = rect
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return left <= x <= left + wide and top <= y <= top + high


def _same_place(one: Seen, other: Seen) -> bool:
    row = other.box.height
    return abs(one.middle[1] - other.middle[1]) <= 0.5 * row and 0.7 <= one.box.height / row <= 1.45


def _stack(one: Seen, rows: list[Seen]) -> int:
    """How many rows stand in this sample near above and below."""
    return sum(1 for s in rows if s.sample == one.sample and abs(s.middle[1] - one.middle[1]) < 8 * one.box.height)


def _band(rows: list[Seen], low: list[Seen], standing: tuple[Rect, ...]) -> Band:
    row = sorted(s.box.height for s in rows)[len(rows) // 2]
    top, bottom = min(s.box.top for s in rows), max(s.box.bottom for s in rows)
    for other in low:  # a second row, above or below
        if other.box.bottom > top - row and other.box.top < bottom + row and other.box.height < 1.4 * row:
            top, bottom = (
                min(top, max(other.box.top, top - 2 * row)),
                max(bottom, min(other.box.bottom, bottom + 2 * row)),
            )
    return Band(top, bottom, row, len({s.sample for s in rows}), standing)


def other_text(samples: Samples, band: Band | None, scripts: tuple[str, ...]) -> tuple[ScreenText, ...]:
    """Writing outside the band that may have to be told to viewers: clearly read, and not there all the time."""
    standing = _standing(samples)
    out: list[ScreenText] = []
    for seen in sorted(samples.seen, key=lambda s: (s.sample, s.box.top)):
        in_band = band is not None and band.top - band.row < seen.middle[1] < band.bottom + band.row
        if (
            in_band
            or seen.score < 0.9
            or letters(seen.text, scripts) < 2
            or any(_inside(seen.box, r) for r in standing)
        ):
            continue
        rect = (seen.box.left, seen.box.top, seen.box.width, seen.box.height)
        before = next(
            (n for n, o in enumerate(out) if alike(o.text, seen.text) and seen.ms - o.end_ms <= samples.every_ms), None
        )
        if before is None:
            out.append(
                ScreenText(
                    start_ms=seen.ms, end_ms=seen.ms + samples.every_ms, text=seen.text, score=seen.score, rect=rect
                )
            )
        else:
            old = out[before]
            better = seen.score > old.score
            out[before] = ScreenText(
                start_ms=old.start_ms, end_ms=seen.ms + samples.every_ms, text=seen.text if better else old.text,
                score=max(seen.score, old.score), rect=rect if better else old.rect,
            )  # fmt: skip
    return tuple(out)
