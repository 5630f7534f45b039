"""Tables as studios send them: CSV with any delimiter, mark or encoding, and Excel's XLSX; rows of text out.

Cells that Excel holds as times come out as clock times, whole numbers without ".0", dates as dates. Of a workbook's sheets
the visible one is read that fits what is wanted; rows that it hides, and cells that are struck out, are empty. Limits: 16 MiB, 200 MiB unpacked, 20,000 rows of 200 cells.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import encodings
from .errors import SidecarError

MOST_BYTES, MOST_UNPACKED = 16 << 20, 200 << 20
MOST_ROWS, MOST_CELLS = 20_000, 200
DELIMITERS = ",;\t|"
FIRST_DAY = 1905  # Excel counts days from 1900 or 1904: what lies before is a time of day, not a date
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Excel writes a character that XML cannot hold

Table = list[list[str]]
Fits = Callable[[Table], bool]


def rows(data: bytes, where: str, fits: Fits | None = None) -> Table:
    """The rows of a table, those at the end that are empty left out.

    Args:
        fits: whether a sheet of a workbook is what is looked for; of several that fit, the one named as the file is taken.

    Raises SidecarError for what is no table, and where several sheets fit.
    """
    if len(data) > MOST_BYTES:
        raise SidecarError(f"is larger than {MOST_BYTES >> 20} MiB", where, "split it")
    found = _excel(data, where, fits) if data[:4] == b"PK\x03\x04" else _csv(data, where)
    while found and not any(c.strip() for c in found[-1]):
        found.pop()
    if len(found) > MOST_ROWS or any(len(r) > MOST_CELLS for r in found):
        raise SidecarError(f"has more than {MOST_ROWS} rows or {MOST_CELLS} columns", where, "is this the right file?")
    return found


def encoding_of(data: bytes) -> str:
    """The encoding that a table of text is read as; "UTF-8" for Excel's own format."""
    decoded = None if data[:4] == b"PK\x03\x04" else encodings.decode(data)
    return decoded[1] if decoded else "UTF-8"


def delimiter(text: str) -> str:
    """What parts the cells: the mark that stands equally often in most of the first rows, outside quotes."""
    head = text[:20_000]
    if head[:4].lower() == "sep=" and len(head) > 4:
        return head[4]
    scores = {}
    for mark in DELIMITERS:
        try:
            counts = [len(r) for r in csv.reader(io.StringIO(head, newline=""), delimiter=mark) if r][:50]
        except csv.Error:
            continue
        if counts and counts[0] > 1:
            scores[mark] = (Counter(counts)[counts[0]] / len(counts) + (counts[0] > 1), counts[0])
    return max(scores, key=lambda m: scores[m], default=",")


def _csv(data: bytes, where: str) -> list[list[str]]:
    decoded = encodings.decode(data)
    if decoded is None:
        raise SidecarError("is no text", where, "save it as comma-separated UTF-8")
    return parse(decoded[0], where)


def parse(text: str, where: str) -> list[list[str]]:
    """Rows of CSV text. Raises SidecarError, naming what is wrong."""
    mark = delimiter(text)
    if text[:4].lower() == "sep=":
        text = text.partition("\n")[2]
    cells = text.partition("\n")[0].split(mark)[1:]
    spaced = bool(cells) and all(c.startswith(" ") for c in cells)  # a quote behind a blank opens a cell only then
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=spaced, strict=True))
    except csv.Error as error:
        raise SidecarError(f"is no CSV: {error}", where, "save it as comma-separated UTF-8") from error


def _excel(data: bytes, where: str, fits: Fits | None) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(i.file_size for i in packed.infolist()) > MOST_UNPACKED:
                raise SidecarError(
                    f"unpacks to more than {MOST_UNPACKED >> 20} MiB", where, "save the one sheet as CSV"
                )
        return _chosen(_sheets(data), where, fits)
    except SidecarError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise SidecarError(f"is no XLSX: {error}", where, "save it again, or as CSV") from error


def _chosen(sheets: dict[str, Table], where: str, fits: Fits | None) -> Table:
    """The sheet that fits, else the first. Raises SidecarError where several fit and none has the file's name."""
    fitting = [title for title, found in sheets.items() if fits is not None and fits(found)]
    if len(fitting) > 1:
        named = [t for t in fitting if t.strip().casefold() == Path(where).name.partition(".")[0].casefold()]
        if len(named) != 1:
            shown = ", ".join(fitting[:6])
            raise SidecarError(f"has several sheets that may be meant: {shown}", where, "keep the one that is, or name it as the file")
        fitting = named
    return sheets[fitting[0]] if fitting else next(iter(sheets.values()), [])


def _sheets(data: bytes) -> dict[str, Table]:
    """The sheets that hold anything, by title; hidden ones only where no other does."""
    import warnings

    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validations that are not read
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    made: dict[bool, dict[str, Table]] = {True: {}, False: {}}
    for sheet in book.worksheets:
        found: list[list[str]] = []
        hidden = _hidden(data, sheet._worksheet_path)
        for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_CELLS), start=1):
            found.append([] if number in hidden else ["" if c.value is None or _struck(c) else _cell(c.value) for c in row])
        if any(any(r) for r in found):
            widest = max(max((n + 1 for n, c in enumerate(r) if c), default=0) for r in found)
            made[sheet.sheet_state == "visible"][sheet.title] = [r[:widest] for r in found]
    return made[True] or made[False]


def _hidden(data: bytes, sheet: str) -> frozenset[int]:
    """The numbers of the rows that a sheet does not show; the reader of large sheets does not tell them."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        written = packed.read(sheet)
    tags = re.findall(rb"<(?:\w+:)?row\s([^>]{0,500})>", written) if b"hidden" in written else []
    found = (re.search(rb'\br="(\d{1,7})"', t) for t in tags if re.search(rb'\bhidden="(?:1|true)"', t))
    return frozenset(int(m[1]) for m in found if m)


def _struck(cell: Any) -> bool:
    return bool(cell.has_style and cell.font is not None and cell.font.strike)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.timedelta):
        return f"{value.total_seconds():.3f}"
    if isinstance(value, datetime.datetime) and value.year >= FIRST_DAY:
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.datetime | datetime.time):
        return f"{value.hour:02}:{value.minute:02}:{value.second:02}.{value.microsecond // 1000:03}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return ESCAPED.sub(lambda m: chr(int(m[1], 16)) if int(m[1], 16) < 0xD800 else " ", str(value))
