"""Burnt-in subtitles of a video as timed lines: samples find the band, the band is followed, rows become lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import median

from ...audio.spans import Span
from ...languages.scripts import is_in, join, letters, scripts_of
from ...media.frames import Cuts, View, frames
from ...media.probe import displayed_size
from ...records import Media
from .band import CENTRED, WIDEST, Reader, distinct, find_band, low_rows, other_text, sample
from .records import Band, BurntIn, BurntLine, Rect
from .tracks import Follower, Row

ROW = 40  # pixels of a row in the frames that are followed, at most
FASTEST = 31.0  # frames a second; above, every second frame is looked at
SHORTEST_MS = 240
LONGEST_MS = 15_000  # what stands longer is a mark
GAP_MS = 130  # one text that is away for less is one line
FEW_S = 20.0  # shorter videos may have fewer lines
CLOSER = 2.5
STRAY = 0.25  # share of lines with a Traditional character up to which subtitles are Simplified
READ = ("Hani", "Hira", "Kana", "Latn")


def read_burnt_in(
    reader: Reader, path: Path, media: Media, language: str, speech: list[Span] | None = None
) -> tuple[BurntLine, ...]:
    """The subtitles that are drawn into a video's picture; () where there are none. See `read_picture`."""
    return read_picture(reader, path, media, language, speech).lines


def read_picture(
    reader: Reader, path: Path, media: Media, language: str, speech: list[Span] | None = None, threads: int = 2,
    cuts: Cuts | None = None,
) -> BurntIn:  # fmt: skip
    """Subtitles and other writing in a video's picture.

    `language` is the source language's tag; `speech` are spans in which somebody speaks, by which a row of credits is
    told from subtitles; `cuts` is told where the picture cuts, if it is looked at. Raises MediaError where no frame can be
    decoded, EngineError, ModelError.
    """
    scripts = scripts_of(language)
    if not set(scripts) & set(READ):
        return BurntIn((), notes=(f"burnt-in subtitles: the script of {language} cannot be read here",))
    size = displayed_size(media)
    samples = sample(reader, path, media, size, threads, cuts=cuts)
    need = 3 if media.duration_ms >= FEW_S * 1000 else 2
    band = find_band(samples, size, scripts, need)
    if band is None and low_rows(samples, size, scripts):  # a trace: look closer (text that is revealed bit by bit)
        samples = sample(reader, path, media, size, threads, CLOSER)
        band = find_band(samples, size, scripts, need)
    screen = other_text(samples, band, scripts)
    if band is None:
        return BurntIn((), screen)
    rate = 1000 / media.frame_ms
    rate = rate / 2 if rate > FASTEST else rate
    view, scale = _view(band, size, rate)
    view = replace(view, stream=media.picture)
    rows = Follower(reader, max(4, round(band.row * scale)), rate).run(frames(path, view))
    whole = [_displayed(r, view, scale) for r in rows]
    lines = _lines([r for r in whole if _is_subtitle(r, band, size, rate)], scripts, rate, media.duration_ms)
    why = _refused(lines, need, speech)
    if why:
        return BurntIn((), screen, notes=(f"burnt-in subtitles: {why}",))
    return BurntIn(lines, screen, band)


def _view(band: Band, size: tuple[int, int], rate: float) -> tuple[View, float]:
    """The band with room for a row above and below, at most ROW pixels a row."""
    top = max(0, band.top - round(1.4 * band.row))
    bottom = min(size[1], band.bottom + round(1.4 * band.row))
    scale = min(1.0, ROW / band.row)
    return View(
        (0, top, size[0], bottom - top), (max(16, round(size[0] * scale)), max(16, round((bottom - top) * scale))), rate
    ), scale


def _displayed(row: Row, view: View, scale: float) -> Row:
    b, top = row.box, view.crop[1]
    box = replace(
        b,
        left=round(b.left / scale),
        right=round(b.right / scale),
        top=round(b.top / scale) + top,
        bottom=round(b.bottom / scale) + top,
    )
    return replace(row, box=box)


def _is_subtitle(row: Row, band: Band, size: tuple[int, int], rate: float) -> bool:
    """Level with the band, in the middle, still, and there for as long as one can read."""
    length = (row.last - row.first) * 1000 / rate
    middle = (row.box.left + row.box.right) / 2
    fits = 0.45 * band.row <= row.box.height <= 1.6 * band.row and row.box.width < WIDEST * size[0]
    centred = abs(middle - size[0] / 2) <= max(CENTRED * size[0], 0.5 * band.row)
    level = band.top - 1.2 * band.row <= (row.box.top + row.box.bottom) / 2 <= band.bottom + 1.2 * band.row
    sure = row.score >= (0.7 if len(row.text) > 1 else 0.85)
    standing = any(
        x <= middle <= x + w and y <= (row.box.top + row.box.bottom) / 2 <= y + h for x, y, w, h in band.standing
    )
    return (
        fits and centred and level and sure and not standing and row.moved < 0.5 and SHORTEST_MS <= length <= LONGEST_MS
    )


def _lines(rows: list[Row], scripts: tuple[str, ...], rate: float, duration_ms: int) -> tuple[BurntLine, ...]:
    """Rows that stand at the same time as one line, from top to bottom; what is away for a moment only is one row."""
    groups: list[list[Row]] = []
    for row in _rejoined(rows, rate):
        near = next(
            (g for g in reversed(groups[-4:]) if _together(g[0], row) and not any(_level(r, row) for r in g)), None
        )
        if near is not None:
            near.append(row)
        else:
            groups.append([row])
    lines = []
    for group in groups:
        group.sort(key=lambda r: r.box.top)
        own = [r for r in group if is_in(r.text, scripts)]
        if not own:
            continue
        other = [r.text for r in group if r not in own and letters(r.text, READ)]
        first, last = min(r.first for r in own), max(r.last for r in own)
        boxes: tuple[Rect, ...] = tuple((r.box.left, r.box.top, r.box.width, r.box.height) for r in group)
        line = BurntLine(
            start_ms=round(first * 1000 / rate),
            end_ms=min(duration_ms, round(last * 1000 / rate)),
            text=join([r.text for r in own], scripts),
            score=round(min(r.score for r in own), 3),
            rows=boxes,
            other=" ".join(other),
        )
        lines.append(line)
    return tuple(sorted(_one_kind_of_chinese(lines) if scripts == ("Hani",) else lines, key=lambda x: x.start_ms))


def _one_kind_of_chinese(lines: list[BurntLine]) -> list[BurntLine]:
    """A reader takes a character for its Traditional twin now and then: where most lines are Simplified, all are."""
    from opencc import OpenCC

    converter = OpenCC("t2s")
    simplified = [converter.convert(x.text) for x in lines]
    stray = sum(s != x.text for s, x in zip(simplified, lines, strict=True))
    if stray > STRAY * len(lines):
        return lines
    return [replace(x, text=s) for s, x in zip(simplified, lines, strict=True)]


def _rejoined(rows: list[Row], rate: float) -> list[Row]:
    out: list[Row] = []
    for row in rows:
        before = next((n for n in range(len(out) - 1, -1, -1) if _level(out[n], row)), None)
        if (
            before is not None
            and out[before].text == row.text
            and (row.first - out[before].last) * 1000 / rate < GAP_MS
        ):
            out[before] = replace(out[before], last=row.last, score=max(row.score, out[before].score))
        else:
            out.append(row)
    return out


def _together(one: Row, other: Row) -> bool:
    both = min(one.last, other.last) - max(one.first, other.first)
    shorter = min(one.last - one.first, other.last - other.first)
    near = abs(one.box.top - other.box.top) < 2.5 * max(one.box.height, other.box.height)
    return near and both > 0.7 * shorter


def _level(one: Row, other: Row) -> bool:
    return abs(one.box.top + one.box.bottom - other.box.top - other.box.bottom) < max(one.box.height, other.box.height)


def _refused(lines: tuple[BurntLine, ...], need: int, speech: list[Span] | None) -> str:
    """Why these lines are no subtitle track; "" where they are one."""
    if distinct([x.text for x in lines]) < need:
        return "text was seen where subtitles stand, but too few lines stay still to be read"
    if median(x.score for x in lines) < 0.85:
        return "text was seen where subtitles stand, but it cannot be read"
    if speech is not None:
        spoken = [x for x in lines if any(a < x.end_ms and x.start_ms < b for a, b in speech)]
        if len(spoken) < 0.5 * len(lines):
            return "text changes in one place, but mostly where nobody speaks: not taken for subtitles"
    return ""
