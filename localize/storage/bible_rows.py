"""What people added to a series' bible, as rows: remembered lines and enrolled voices, with who, when and on what.

Rows are only ever added, so that many processes and machines may do it at once; the newest one for a line and its
context, or for a character, counts. They lie over the TMX files and voices.json of the series' folder.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from .database import Database, Row, Statements

Pieces = tuple[tuple[str, bool], ...]  # text, and whether it is a term of the glossary


@dataclass(frozen=True, kw_only=True)
class RememberedLine:
    """One line with its translation, and where it comes from.

    Attributes:
        before: the line said before it, where that is known.
        how: "approve", "edit", "return", "add" or "import".
        episode, revision, digest: the variant that was looked at; empty and 0 where it was none.
    """

    source: str
    pieces: Pieces
    before: str = ""
    who: str
    how: str
    episode: str = ""
    revision: int = 0
    digest: str = ""
    at: float = 0.0


def remember(
    do: Statements, series: str, source_lang: str, target_lang: str, lines: Iterable[RememberedLine]
) -> None:
    """Add lines, inside a transaction of the caller's; they come after those that are there, whatever the clock says."""
    pair = (series, source_lang, target_lang)
    last = do.all("SELECT max(at) FROM remembered WHERE series=? AND source_lang=? AND target_lang=?", pair)[0][0]
    now = _after(last)
    for number, line in enumerate(lines):
        do.write(
            "INSERT INTO remembered (id, series, source_lang, target_lang, source, before, pieces, who, how, episode, "
            "revision, digest, at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                uuid.uuid4().hex, series, source_lang, target_lang, line.source, line.before,
                json.dumps(line.pieces, ensure_ascii=False), line.who, line.how, line.episode, line.revision,
                line.digest, line.at or now + number * 1e-6,
            ),
        )  # fmt: skip


def remembered(db: Database, series: str, source_lang: str, target_lang: str) -> list[RememberedLine]:
    """A series' lines of a pair, the oldest first. Raises StoreError."""
    rows = db.all(
        "SELECT source, before, pieces, who, how, episode, revision, digest, at FROM remembered "
        "WHERE series=? AND target_lang=? AND source_lang=? ORDER BY at, id",
        (series, target_lang, source_lang),
    )
    return [_line(row) for row in rows]


def _line(row: Row) -> RememberedLine:
    source, before, pieces, who, how, episode, revision, digest, at = row
    told = tuple((str(text), bool(is_term)) for text, is_term in json.loads(pieces))
    return RememberedLine(
        source=source, before=before, pieces=told, who=who, how=how, episode=episode, revision=revision,
        digest=digest, at=at,
    )  # fmt: skip


def pairs(db: Database, series: str) -> list[tuple[str, str]]:
    """(source language, target language) of a series' remembered lines."""
    sql = "SELECT DISTINCT source_lang, target_lang FROM remembered WHERE series=? ORDER BY source_lang, target_lang"
    return [(str(a), str(b)) for a, b in db.all(sql, (series,))]


def enrol(db: Database, series: str, character: str, vectors: list[list[float]], who: str) -> None:
    """Enrol one character anew; the others stay. Raises StoreError."""
    text = json.dumps([[round(float(x), 4) for x in vector] for vector in vectors])

    def write(do: Statements) -> None:
        last = do.all("SELECT max(at) FROM enrolled WHERE series=? AND character=?", (series, character))[0][0]
        row = (uuid.uuid4().hex, series, character, text, who, _after(last))
        do.write("INSERT INTO enrolled (id, series, character, vectors, who, at) VALUES (?,?,?,?,?,?)", row)

    db.together(write)


def _after(last: float | None) -> float:
    """The time now, or just after the last row's: a clock that was set back must not put what is new below what is old."""
    return max(time.time(), float(last or 0.0) + 1e-5)


def enrolled(db: Database, series: str) -> dict[str, tuple[tuple[float, ...], ...]]:
    """Vectors by character, each as it was enrolled last. Raises StoreError."""
    rows = db.all("SELECT character, vectors FROM enrolled WHERE series=? ORDER BY at, id", (series,))
    return {name: tuple(tuple(float(x) for x in v) for v in json.loads(text)) for name, text in rows}
