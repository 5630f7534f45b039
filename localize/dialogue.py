"""A studio's own transcript beside the episode: EP.srt or EP.dialogue.csv, taken instead of recognition.

EP.dialogue.csv has columns start, end, speaker, text; times are seconds ("12.48") or clock times ("00:00:12,480").
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import srt

from .errors import SidecarError
from .glossary import read_text
from .model import Line
from .subtitles import plain

MOST_LINES = 20_000


def from_srt(path: Path, duration_ms: int) -> tuple[Line, ...]:
    """Lines of an SRT file. Raises SidecarError with the cue that is wrong."""
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    try:
        found = list(srt.parse(text))
    except (srt.SRTParseError, ValueError, OverflowError) as error:
        raise SidecarError(f"is no SRT: {error}", path.name, "export it again") from error
    rows = []
    for number, cue in enumerate(found, start=1):
        start, end = (round(t.total_seconds() * 1000) for t in (cue.start, cue.end))
        rows.append((f"{path.name} cue {number}", start, end, *_speaker(plain(cue.content))))
    return _lines(rows, duration_ms, path.name)


def from_csv(path: Path, duration_ms: int) -> tuple[Line, ...]:
    """Lines of a dialogue list. Raises SidecarError with the row that is wrong."""
    try:
        table = list(csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True))
    except csv.Error as error:
        raise SidecarError(f"is no CSV: {error}", path.name, "save it as comma-separated UTF-8") from error
    rows = []
    for number, row in enumerate(table, start=2):
        at = f"{path.name} row {number}"
        if not {"start", "end", "text"} <= {k for k in row if k}:
            raise SidecarError("needs the columns start, end, text (and speaker)", at, "mend the first row")
        if row.get("text") is None and any((v or "").strip() for v in row.values() if isinstance(v, str)):
            raise SidecarError("has no text cell", at, "give every row all columns")
        cells = {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)}
        if not any(cells.values()):
            continue
        rows.append((at, clock(cells["start"], at), clock(cells["end"], at), cells.get("speaker", ""), cells["text"]))
    return _lines(rows, duration_ms, path.name)


def clock(text: str, at: str) -> int:
    """ms from "12.48", "12,48", "1:02.5" or "00:01:02,500". Raises SidecarError."""
    match = re.fullmatch(r"(?:(?:(\d+):)?(\d+):)?(\d+)(?:[.,](\d{1,6}))?", text)
    if match is None:
        raise SidecarError(f"{text!r} is no time", at, "write seconds or hh:mm:ss,mmm")
    hours, minutes, seconds = (int(match[i] or 0) for i in (1, 2, 3))
    fraction = round(float(f"0.{match[4] or 0}") * 1000)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction


def _speaker(text: str) -> tuple[str, str]:
    """("SUMMER", rest) of "SUMMER: rest" or "[Summer] rest"."""
    match = re.match(r"(?:\[([^\]]{1,30})\]|([A-ZÁÉÍÓÚÑÇÃÕ][\w .'-]{0,29}?):)\s+(.+)", text, re.DOTALL)
    return ((match[1] or match[2]).strip().title(), match[3]) if match else ("", text)


def _lines(rows: list[tuple[str, int, int, str, str]], duration_ms: int, where: str) -> tuple[Line, ...]:
    if len(rows) > MOST_LINES:
        raise SidecarError(f"has {len(rows)} lines", where, "is this the right file?")
    lines: list[Line] = []
    for at, start, end, speaker, text in sorted(rows, key=lambda r: r[1]):
        if not re.search(r"\w", text):
            continue
        if end <= start:
            raise SidecarError("ends before it starts", at, "mend its times")
        if start >= duration_ms:
            raise SidecarError(
                f"starts at {start / 1000:.1f} s, after the episode's end", at, "is this the right file?"
            )
        if lines and start < lines[-1].end_ms:
            if start <= lines[-1].start_ms:
                raise SidecarError("starts at the same time as the line before", at, "mend its times")
            lines[-1] = Line(**{**lines[-1].__dict__, "end_ms": start})
        lines.append(Line(f"L{len(lines) + 1:03d}", speaker, start, min(end, duration_ms), text))
    if not lines:
        raise SidecarError("holds no line", where, "remove the file to have the episode recognised")
    return tuple(lines)
