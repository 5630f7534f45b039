"""Whether burnt-in subtitles can still be read in a finished picture."""

from __future__ import annotations

from pathlib import Path

from rapidfuzz.distance import LCSseq

from ...languages.scripts import SOLID, script, scripts_of
from ...languages.text import normal_form
from ...media.frames import Image, View, frames
from .band import Reader, cut
from .read import ROW
from .records import BurntLine

MOMENTS = (0.25, 0.5, 0.75)  # of a line's life, at which it is looked at
AROUND = 0.6  # of a row's height that is looked at around the line
SURE = 0.5


def still_legible(
    reader: Reader, path: Path, lines: tuple[BurntLine, ...], size: tuple[int, int], rate: float, language: str
) -> dict[int, float]:
    """Index of a line -> which share of its characters (of its words, in a script with blanks) can be read at the worst
    of three moments, for those of which anything can. `size` as displayed, `rate` in frames a second.

    Raises MediaError, EngineError.
    """
    if not lines:
        return {}
    row = sorted(r[3] for x in lines for r in x.rows)[len(lines) // 2]
    top = max(0, min(x.rect[1] for x in lines) - row)
    bottom = min(size[1], max(x.rect[1] + x.rect[3] for x in lines) + row)
    scale = min(1.0, ROW / row)
    view = View((0, top, size[0], bottom - top), (round(size[0] * scale), max(16, round((bottom - top) * scale))), rate)
    wanted: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        for share in MOMENTS:
            at = line.start_ms + share * (line.end_ms - line.start_ms)
            wanted.setdefault(int(at * rate / 1000), []).append(index)
    worst: dict[int, float] = {}
    for number, picture in enumerate(frames(path, view)):
        for index in wanted.get(number, []):
            share = _share(lines[index].text, _read(reader, picture, lines[index], top, scale), language)
            if share > 0:
                worst[index] = max(share, worst.get(index, 0.0))
    return worst


def _read(reader: Reader, picture: Image, line: BurntLine, top: int, scale: float) -> str:
    left, y, wide, high = line.rect
    pad = round(AROUND * line.rows[0][3])
    x0, y0 = round(max(0, left - pad) * scale), max(0, round((y - pad - top) * scale))
    part = picture[y0 : round((y + high + pad - top) * scale), x0 : round((left + wide + pad) * scale)]
    texts = reader.read([cut(part, b) for b in reader.find(part)])
    return " ".join(text for text, score in texts if score >= SURE)


def _share(wanted: str, found: str, language: str) -> float:
    """How much of a line stands in what was read, in order."""
    scripts = scripts_of(language)
    if set(scripts) & set(SOLID):
        own, read = [[c for c in text if script(c) in scripts] for text in (wanted, found)]
    else:
        own, read = [[w for w in normal_form(text).split() if len(w) > 2] for text in (wanted, found)]
    return float(LCSseq.similarity(own, read)) / max(1, len(own))
