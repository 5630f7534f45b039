"""What was done. SQLite in WAL mode; every write is one transaction, so a killed process leaves no half row.

Tables: `sources` (files by digest, so that an unchanged file is not hashed again), `steps` (key -> blob, with the run
that did it), `deliveries` (variant -> the set of files that lies outside), `reviews` (who decided what, when).
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from .errors import StoreError

SCHEMA = """
CREATE TABLE IF NOT EXISTS sources (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, sha256 TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS steps (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL, blob TEXT NOT NULL, run TEXT NOT NULL,
  done_at REAL NOT NULL, wall_s REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS steps_by_run ON steps (run, name);
CREATE TABLE IF NOT EXISTS deliveries (
  folder TEXT PRIMARY KEY, key TEXT NOT NULL, series TEXT NOT NULL, episode TEXT NOT NULL, market TEXT NOT NULL,
  verdict TEXT NOT NULL, files TEXT NOT NULL, run TEXT NOT NULL, done_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS reviews (
  id INTEGER PRIMARY KEY, series TEXT NOT NULL, episode TEXT NOT NULL, market TEXT NOT NULL, key TEXT NOT NULL,
  decision TEXT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL, done_at REAL NOT NULL
);
"""


class Ledger:
    """One ledger file. `run` names this process's work in the rows that it writes."""

    def __init__(self, path: Path, run: str | None = None) -> None:
        self.path = path
        self.run = run or uuid.uuid4().hex[:12]
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._db() as db:
                db.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"ledger cannot be opened: {error}", str(path), "check rights and free space") from error

    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, timeout=60)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            self._local.db = db
        return db

    def _write(self, sql: str, row: tuple[Any, ...]) -> None:
        try:
            with self._db() as db:
                db.execute(sql, row)
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be written: {error}", str(self.path), "check free space") from error

    def _one(self, sql: str, row: tuple[Any, ...]) -> tuple[Any, ...] | None:
        try:
            found: tuple[Any, ...] | None = self._db().execute(sql, row).fetchone()
            return found
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be read: {error}", str(self.path), "restore it from a copy") from error

    def source(self, path: Path) -> str | None:
        """The digest of an unchanged file that was hashed before."""
        stat = path.stat()
        row = (_storable(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)
        found = self._one("SELECT sha256 FROM sources WHERE path=? AND size=? AND mtime_ns=? AND inode=?", row)
        return found[0] if found else None

    def put_source(self, path: Path, sha256: str) -> None:
        """Remember a file's digest as long as its size, time and inode stay."""
        stat = path.stat()
        row = (_storable(path), stat.st_size, stat.st_mtime_ns, stat.st_ino, sha256)
        self._write("INSERT OR REPLACE INTO sources VALUES (?,?,?,?,?)", row)

    def step(self, key: str) -> str | None:
        """The blob of a step that was done."""
        found = self._one("SELECT blob FROM steps WHERE key=?", (key,))
        return found[0] if found else None

    def put_step(self, key: str, name: str, subject: str, blob: str, wall_s: float) -> None:
        """Write that a step is done; its blob must be durable already."""
        row = (key, name, subject, blob, self.run, time.time(), wall_s)
        self._write("INSERT OR REPLACE INTO steps VALUES (?,?,?,?,?,?,?)", row)

    def done_in_run(self, run: str | None = None) -> dict[str, int]:
        """Step name -> how many were really done (not reused) in a run; this one if none is named."""
        sql = "SELECT name, count(*) FROM steps WHERE run=? GROUP BY name ORDER BY name"
        return dict(self._db().execute(sql, (run or self.run,)).fetchall())

    def subjects_in_run(self, name: str, run: str | None = None) -> list[str]:
        """What a step was really done for in a run, e.g. the lines that were spoken."""
        sql = "SELECT subject FROM steps WHERE run=? AND name=? ORDER BY subject"
        return [row[0] for row in self._db().execute(sql, (run or self.run, name)).fetchall()]

    def delivery(self, folder: str) -> tuple[str, str, dict[str, Any]] | None:
        """(key, verdict, files) of the set that was delivered into a folder."""
        found = self._one("SELECT key, verdict, files FROM deliveries WHERE folder=?", (_storable(folder),))
        return (found[0], found[1], json.loads(found[2])) if found else None

    def put_delivery(
        self, folder: str, key: str, series: str, episode: str, market: str, verdict: str, files: dict[str, Any]
    ) -> None:
        """Write that a whole set lies in `folder`."""
        row = (_storable(folder), key, series, episode, market, verdict, json.dumps(files), self.run, time.time())
        self._write("INSERT OR REPLACE INTO deliveries VALUES (?,?,?,?,?,?,?,?,?)", row)


def _storable(path: Path | str) -> str:
    """A path as text that a database takes, whatever bytes are in its name."""
    return str(path).encode("utf-8", "backslashreplace").decode()
