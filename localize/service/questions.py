"""Forms that wait for a person: which run asks about which variant, so that an answer is read for no other one."""

from __future__ import annotations

import time

from ..storage.database import Database, Statements
from .episodes import Known


def ask(db: Database, run: str, known: Known, market: str, digest: str) -> str:
    """The slot of the form by which a run asks about a variant: the one that it waits with, or a new one."""
    row = (run, known.series, known.name, known.revision, market, digest)
    same = "run=? AND series=? AND name=? AND revision=? AND market=? AND digest=?"

    def write(do: Statements) -> str:
        rows = do.all(f"SELECT slot, answered_at FROM questions WHERE {same} ORDER BY asked_at", row)
        waiting = [slot for slot, answered_at in rows if answered_at is None]
        if waiting:
            return str(waiting[-1])
        slot = f"r{known.revision}-{digest[:16] or 'none'}-{len(rows)}"
        do.write(
            "INSERT INTO questions (run, series, name, revision, market, digest, slot, asked_at) "
            "VALUES (?,?,?,?,?,?,?,?)",
            (*row, slot, time.time()),
        )
        return slot

    return db.together(write)


def answered(db: Database, run: str, slot: str) -> None:
    """Keep that a form's answer was dealt with."""
    db.write("UPDATE questions SET answered_at=? WHERE run=? AND slot=?", (time.time(), run, slot))


def asked_otherwise(db: Database, run: str, known: Known, digest: str) -> int:
    """The revision that a run last asked about, where that was another revision or variant than this, and its form
    is not dealt with; else 0. It is dealt with by that."""
    row = (time.time(), run, known.revision, digest)
    found = db.change(
        "UPDATE questions SET answered_at=? WHERE run=? AND answered_at IS NULL AND NOT (revision=? AND digest=?) "
        "RETURNING revision",
        row,
    )
    return max((int(r[0]) for r in found), default=0)
