"""A studio's own words beside the episode: EP.srt or EP.dialogue.csv, taken instead of recognition, and
EP.<language>.srt, a finished translation, taken instead of any engine. EP.screen.srt is what the picture shows in writing.

EP.dialogue.csv has columns start, end, speaker, text; times are seconds ("12.48") or clock times ("00:00:12,480").
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import srt

from ..errors import SidecarError
from ..files import read_text
from ..languages.text import plain
from ..records import Line

MOST_LINES = 20_000
_SOUND = re.compile(r"\s*(?:\[[^\]]*\]|\([^)]*\)|♪.*♪)\s*")
STANDS_ON_MS = 500  # a cue may stay on the screen so long after its line


def from_srt(path: Path, duration_ms: int) -> tuple[Line, ...]:
    """Lines of an SRT file. Raises SidecarError with the cue that is wrong."""
    rows = [(at, start, end, *_speaker(text)) for at, start, end, text in _cues(read_text(path), path.name)]
    return _lines(rows, duration_ms, path.name)


def sounds(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """(what is spoken, what is only heard): a text all in brackets or between notes, "[door slams]", is a sound."""
    heard = tuple(x for x in lines if _SOUND.fullmatch(x.text))
    labels = tuple(replace(x, id=f"N{n:03d}", speaker="", text=x.text.strip("[]()♪ ")) for n, x in enumerate(heard, 1))
    spoken = [x for x in lines if x not in heard]
    return tuple(replace(x, id=f"L{n:03d}") for n, x in enumerate(spoken, 1)), labels


def screen(path: Path, duration_ms: int) -> tuple[Line, ...]:
    """What is written in the picture and when: EP.screen.srt. Raises SidecarError with the cue that is wrong."""
    rows = [(at, start, end, "", text) for at, start, end, text in _cues(read_text(path), path.name)]
    return tuple(replace(x, id=f"S{n:03d}") for n, x in enumerate(_lines(rows, duration_ms, path.name), 1))


def by_line(text: str, where: str, spans: dict[str, tuple[int, int]]) -> dict[str, str]:
    """The cues of a translated SRT given to lines by time: line id -> its text.

    Args:
        spans: line id -> (start, end) in ms.

    Raises SidecarError for text that is no SRT, naming the cue that stands where nobody speaks.
    """
    parts: dict[str, list[str]] = {}
    for at, start, end, content in _cues(text, where):
        shared = {i: min(end, b + STANDS_ON_MS) - max(start, a) for i, (a, b) in spans.items()}
        line = max(shared, key=lambda i: shared[i], default=None)
        if line is None or shared[line] <= 0:
            raise SidecarError("stands where nobody speaks", at, "mend its times")
        parts.setdefault(line, []).append(content)
    return {i: " ".join(" ".join(p).split()) for i, p in parts.items()}


def _cues(text: str, where: str) -> list[tuple[str, int, int, str]]:
    """(where, start, end, plain text) of each cue."""
    try:
        found = list(srt.parse(text.replace("\r\n", "\n").replace("\r", "\n")))
    except (srt.SRTParseError, ValueError, OverflowError) as error:
        raise SidecarError(f"is no SRT: {error}", where, "export it again") from error
    rows = []
    for number, cue in enumerate(found, start=1):
        start, end = (round(t.total_seconds() * 1000) for t in (cue.start, cue.end))
        rows.append((f"{where} cue {number}", start, end, plain(cue.content)))
    return rows


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
