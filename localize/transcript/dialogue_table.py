"""A dialogue list: a table, CSV or XLSX, whose columns say when, who, and what.

The columns may have the names that lists of other houses have ("Timecode In", "Character", "Dialogue"), in any order; so
have the tables that editing programs write of their markers, whose words stand in the description or notes.
One column may hold both times, "00:00:12,480 --> 00:00:14,000". Times are seconds ("12.48"), clock times ("00:00:12,480") or timecodes with frames ("01:00:12:12").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .. import tables
from ..errors import SidecarError
from .cue_files import FRAMES, FileCue, Notes
from .speakers_written import nobody

COLUMNS = {
    "start": "start in begin from tcin timecodein timein starttime intime incue tcstart starttc recordin inicio início entrada desde "
    "début beginn anfang 开始 开始时间 入点 起始时间 開始 開始時間 시작",
    "end": "end out to until tcout timecodeout timeout endtime outtime outcue tcend endtc recordout fin fim salida saída hasta até "
    "ende 结束 结束时间 出点 終了 結束時間 끝",
    "duration": "duration dur length duración duração durée dauer 时长",
    "range": "time times timecode timecodes timing timings tc timerange tempo tempos tiempo tiempos zeit temps 时间 时间码 時間 시간",
    "speaker": "speaker character role name actor who source charactername speakername personaje personagem voz cast "
    "personnage sprecher rolle figur 角色 人物 说话人 說話人 角色名 화자",
    "kind": "type kind category linetype tipo 类型",
    "text": "text dialogue dialog line transcript subtitle caption words originaldialogue sourcetext content texto "
    "diálogo dialogo línea linea fala transcription texte réplique dialog 台词 对白 原文 字幕 文本 台詞 대사 "
    "description notes comments markername",
}
NAMED = {name: column for column, names in COLUMNS.items() for name in names.split()}
TIMES = ("start", "end", "duration")
BETWEEN = re.compile(r"\s*(?:[-–—=]*>|→|[-–—~]|\b(?:to|a|até|hasta|bis)\b|至)\s*")  # of two times in one cell
UNIT = re.compile(r"^(.+?)[\s_]*[(\[]?(ms|msecs?|milliseconds|s|secs?|seconds)[)\]]?$")  # behind a heading: "Start (ms)"
LONGEST_MS = 7000  # of a row whose end nothing tells
FORMULA = re.compile(r"#(?:REF!|NAME\?|N/A|VALUE!|DIV/0!|NULL!|NUM!)|=[A-Z][A-Z.]*\(.*")


@dataclass(frozen=True)
class _Columns:
    """Where each column stands; -1 where the table has none."""

    start: int
    end: int
    duration: int
    range: int
    speaker: int
    kind: int
    text: int
    wide: int
    in_ms: bool


def read(data: bytes, notes: Notes, frame_ms: float = 1000 / FRAMES) -> list[FileCue]:
    """The rows of a list as cues. Raises SidecarError, naming the row that cannot be understood."""
    rows = tables.rows(data, notes.where, lambda sheet: any(_columns(r) for r in sheet[:20]))
    notes.read_as(tables.encoding_of(data))
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
    return ended(cues, notes)


def _columns(row: list[str]) -> _Columns | None:
    found: dict[str, int] = {}
    in_ms = False
    for at, cell in enumerate(row):
        name = NAMED.get(_bare(cell))
        unit = UNIT.match(cell.strip().casefold())
        if unit and NAMED.get(_bare(unit[1])) in TIMES:
            name = NAMED[_bare(unit[1])]
            in_ms |= unit[2].startswith("m")
        if name and (name not in found or _rank(cell) < _rank(row[found[name]])):
            found[name] = at
    timed = "range" in found or ("start" in found and {"end", "duration"} & set(found))
    if "text" not in found or not timed:
        return None
    start, end, duration, times, speaker, kind, text = (found.get(k, -1) for k in COLUMNS)
    return _Columns(start, end, duration, times if start < 0 else -1, speaker, kind, text, len(row), in_ms)


def _bare(cell: str) -> str:
    return re.sub(r"[\W_]", "", cell.casefold())


def _rank(cell: str) -> int:
    """Where a column's name stands among those of its kind: of two that hold words, the surer one is the text."""
    names = list(NAMED)
    return names.index(_bare(cell)) if _bare(cell) in NAMED else len(names)


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

    def time(column: int) -> int:
        written = cells[column].strip()
        return clock(f"{written}ms" if at.in_ms and written.isdigit() else written, where, frame_ms)

    if at.range >= 0:
        # one column for both times, or for the start alone
        both = BETWEEN.split(cells[at.range].strip())
        cells = [*cells, both[0], both[1] if len(both) == 2 else ""]
        if len(both) > 2:
            raise SidecarError(f"{cells[at.range][:40]!r} is no time and no range of times", where, "write start --> end")
        at = replace(at, start=len(cells) - 2, end=len(cells) - 1)
    start = time(at.start)
    end = -1
    if at.end >= 0 and cells[at.end].strip():
        end = time(at.end)
    elif at.duration >= 0 and cells[at.duration].strip():
        end = start + time(at.duration)
    speaker = cells[at.speaker].strip() if at.speaker >= 0 else ""
    if at.kind >= 0 and nobody(cells[at.kind]):
        speaker = cells[at.kind]
    text = cells[at.text].strip()
    if FORMULA.fullmatch(text):
        raise SidecarError(f"holds no words but {text[:40]!r}", where, "write the words themselves, and save the values, not the formulas")
    if not text and speaker:
        notes.doubt(f"row {number} says who speaks, and no words")
    return FileCue(start, end, text, speaker, number)


def ended(cues: list[FileCue], notes: Notes) -> list[FileCue]:
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
    match = re.fullmatch(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7})(?:[.,](\d{1,20}))?\s*(s|sec|ms)?", bare)  # Excel writes 0.1 + 0.2 in full
    if match is None:
        raise SidecarError(f"{text[:40]!r} is no time", where, "write seconds or hh:mm:ss,mmm")
    if match[5] == "ms":
        return int(match[3])
    hours, minutes, seconds = (int(match[i] or 0) for i in (1, 2, 3))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + round(float(f"0.{match[4] or 0}") * 1000)
