"""A dialogue list: a table, CSV or XLSX, whose columns say when, who, and what.

The columns may have the names that lists of other houses have ("Timecode In", "Character", "Dialogue"), in any order.
Times are seconds ("12.48"), clock times ("00:00:12,480") or timecodes with frames ("01:00:12:12").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .. import tables
from ..errors import SidecarError
from .cue_files import FRAMES, FileCue, Notes

COLUMNS = {
    "start": "start in begin from tcin timecodein timein starttime intime incue tcstart inicio início entrada desde",
    "end": "end out to until tcout timecodeout timeout endtime outtime outcue tcend fin fim salida saída hasta até",
    "duration": "duration dur length duración duração",
    "speaker": "speaker character role name actor who source charactername speakername personaje personagem voz cast",
    "text": "text dialogue dialog line transcript subtitle caption words originaldialogue sourcetext content texto "
    "diálogo dialogo línea linea fala transcription",
}
NAMED = {name: column for column, names in COLUMNS.items() for name in names.split()}
LONGEST_MS = 7000  # of a row whose end nothing tells


@dataclass(frozen=True)
class _Columns:
    """Where each column stands; -1 where the table has none."""

    start: int
    end: int
    duration: int
    speaker: int
    text: int
    wide: int


def read(data: bytes, notes: Notes, frame_ms: float = 1000 / FRAMES) -> list[FileCue]:
    """The rows of a list as cues. Raises SidecarError, naming the row that cannot be understood."""
    rows = tables.rows(data, notes.where)
    head = next((n for n, r in enumerate(rows[:20]) if _columns(r) is not None), None)
    columns = _columns(rows[head]) if head is not None else None
    if head is None or columns is None:
        raise SidecarError(
            "needs the columns start, end, text (and speaker)", f"{notes.where} row 1", "fix the first row"
        )
    cues = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        if any(c.strip() for c in row):
            cues.append(_cue(row, columns, number, notes, frame_ms))
    return _ended(cues, notes)


def _columns(row: list[str]) -> _Columns | None:
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        name = NAMED.get(re.sub(r"[\W_]", "", cell.casefold()))
        if name:
            found.setdefault(name, at)
    if not {"start", "text"} <= set(found) or not {"end", "duration"} & set(found):
        return None
    start, end, duration, speaker, text = (found.get(k, -1) for k in COLUMNS)
    return _Columns(start, end, duration, speaker, text, len(row))


def _cue(row: list[str], at: _Columns, number: int, notes: Notes, frame_ms: float) -> FileCue:
    where = f"{notes.where} row {number}"
    over = len(row) - at.wide
    if over > 0 and any(c.strip() for c in row[at.wide :]):
        # commas of a text that was not quoted: the times are where they should be, so the rest is text
        notes.add("cells that a comma parted joined again", f"row {number}")
        row = [*row[: at.text], ",".join(row[at.text : at.text + over + 1]), *row[at.text + over + 1 :]]
    cells = [*row, *[""] * (at.wide - len(row))]
    if len(row) <= at.text:
        raise SidecarError("has no text cell", where, "give every row all columns")
    start = clock(cells[at.start], where, frame_ms)
    end = -1
    if at.end >= 0 and cells[at.end].strip():
        end = clock(cells[at.end], where, frame_ms)
    elif at.duration >= 0 and cells[at.duration].strip():
        end = start + clock(cells[at.duration], where, frame_ms)
    speaker = cells[at.speaker].strip() if at.speaker >= 0 else ""
    return FileCue(start, end, cells[at.text].strip(), speaker, number)


def _ended(cues: list[FileCue], notes: Notes) -> list[FileCue]:
    """Rows without an end last until the next, 7 s at most."""
    out = []
    for index, cue in enumerate(cues):
        if cue.end_ms < 0:
            notes.add("a row without an end lasts until the next", f"row {cue.number}")
            later = min((c.start_ms for c in cues[index + 1 :] if c.start_ms > cue.start_ms), default=10**12)
            cue = FileCue(cue.start_ms, min(later, cue.start_ms + LONGEST_MS), cue.text, cue.speaker, cue.number)
        out.append(cue)
    return out


def clock(text: str, where: str, frame_ms: float = 1000 / FRAMES) -> int:
    """ms from "12.48", "12,48", "1:02.5", "00:01:02,500" or "00:01:02:12" (frames). Raises SidecarError."""
    bare = text.strip()
    if frames := re.fullmatch(r"(\d{1,2}):(\d{1,2}):(\d{1,2})[:;](\d{1,2})", bare):
        hours, minutes, seconds, over = map(int, frames.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000 + round(over * frame_ms)
    match = re.fullmatch(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7})(?:[.,](\d{1,6}))?\s*(s|sec|ms)?", bare)
    if match is None:
        raise SidecarError(f"{text[:40]!r} is no time", where, "write seconds or hh:mm:ss,mmm")
    if match[5] == "ms":
        return int(match[3])
    hours, minutes, seconds = (int(match[i] or 0) for i in (1, 2, 3))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + round(float(f"0.{match[4] or 0}") * 1000)
