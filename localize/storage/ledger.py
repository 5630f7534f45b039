"""What was done, in SQLite or PostgreSQL; every write is one transaction, so a killed process leaves no half row.

Tables: `sources` (files by digest, so that an unchanged file is not hashed again), `steps` (key -> blob, with the run
that did it), `deliveries` (variant -> the set of files that lies outside), `leases` (who works on what, until when);
and of the service: `episodes` (admitted, each once), `variants` (how far each market of an episode is), `sightings`
(what lay in the inbox at the last look), `decisions` (who decided what, when), `beats` (who gave sign of life, when).
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..settings import Settings
from .database import Database, Sqlite, open_database

SCHEMA = """
CREATE TABLE IF NOT EXISTS sources (
  path TEXT PRIMARY KEY, size BIGINT NOT NULL, mtime_ns BIGINT NOT NULL, inode BIGINT NOT NULL, sha256 TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS steps (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL, blob TEXT NOT NULL, run TEXT NOT NULL,
  done_at DOUBLE PRECISION NOT NULL, wall_s DOUBLE PRECISION NOT NULL
);
CREATE INDEX IF NOT EXISTS steps_by_run ON steps (run, name);
CREATE TABLE IF NOT EXISTS deliveries (
  folder TEXT PRIMARY KEY, key TEXT NOT NULL, series TEXT NOT NULL, episode TEXT NOT NULL, market TEXT NOT NULL,
  verdict TEXT NOT NULL, files TEXT NOT NULL, run TEXT NOT NULL, done_at DOUBLE PRECISION NOT NULL
);
CREATE TABLE IF NOT EXISTS leases (key TEXT PRIMARY KEY, owner TEXT NOT NULL, until DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS episodes (
  series TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, sha256 TEXT NOT NULL, folder TEXT NOT NULL,
  file TEXT NOT NULL, admitted_at DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (series, name, revision), UNIQUE (series, sha256)
);
CREATE TABLE IF NOT EXISTS variants (
  series TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, market TEXT NOT NULL, state TEXT NOT NULL,
  verdict TEXT NOT NULL, why TEXT NOT NULL, tries BIGINT NOT NULL, at DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (series, name, revision, market)
);
CREATE TABLE IF NOT EXISTS sightings (path TEXT PRIMARY KEY, mark TEXT NOT NULL, since DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS decisions (
  id TEXT PRIMARY KEY, series TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, market TEXT NOT NULL,
  decision TEXT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL, at DOUBLE PRECISION NOT NULL
);
CREATE TABLE IF NOT EXISTS beats (who TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL);
"""
LEASE_S = 60.0


class Ledger:
    """One ledger. `run` names this process's work in the rows that it writes."""

    def __init__(self, database: Database | Path, run: str | None = None) -> None:
        self.db: Database = Sqlite(database) if isinstance(database, Path) else database
        self.run = run or uuid.uuid4().hex[:12]
        self._held: set[str] = set()
        self._guard = threading.Lock()
        self._keeper: threading.Thread | None = None
        self.db.script(SCHEMA)

    # --- files and steps ---------------------------------------------------------------------------------------

    def source(self, path: Path) -> str | None:
        """The digest of an unchanged file that was hashed before."""
        stat = path.stat()
        row = (_storable(path), stat.st_size, stat.st_mtime_ns, stat.st_ino)
        found = self.db.one("SELECT sha256 FROM sources WHERE path=? AND size=? AND mtime_ns=? AND inode=?", row)
        return found[0] if found else None

    def put_source(self, path: Path, sha256: str) -> None:
        """Remember a file's digest as long as its size, time and inode stay."""
        stat = path.stat()
        row = (_storable(path), stat.st_size, stat.st_mtime_ns, stat.st_ino, sha256)
        self.db.write(
            "INSERT INTO sources VALUES (?,?,?,?,?) ON CONFLICT (path) DO UPDATE SET size=excluded.size, "
            "mtime_ns=excluded.mtime_ns, inode=excluded.inode, sha256=excluded.sha256",
            row,
        )

    def step(self, key: str) -> str | None:
        """The blob of a step that was done."""
        found = self.db.one("SELECT blob FROM steps WHERE key=?", (key,))
        return found[0] if found else None

    def put_step(self, key: str, name: str, subject: str, blob: str, wall_s: float) -> None:
        """Write that a step is done; its blob must be durable already."""
        self.db.write(
            "INSERT INTO steps VALUES (?,?,?,?,?,?,?) ON CONFLICT (key) DO UPDATE SET blob=excluded.blob, "
            "subject=excluded.subject, run=excluded.run, done_at=excluded.done_at, wall_s=excluded.wall_s",
            (key, name, _storable(subject), blob, self.run, time.time(), wall_s),
        )

    def done_in_run(self, run: str | None = None) -> dict[str, int]:
        """Step name -> how many were really done (not reused) in a run; this one if none is named."""
        sql = "SELECT name, count(*) FROM steps WHERE run=? GROUP BY name ORDER BY name"
        return {name: int(number) for name, number in self.db.all(sql, (run or self.run,))}

    def subjects_in_run(self, name: str, run: str | None = None) -> list[str]:
        """What a step was really done for in a run, e.g. the lines that were spoken."""
        sql = "SELECT subject FROM steps WHERE run=? AND name=? ORDER BY subject"
        return [row[0] for row in self.db.all(sql, (run or self.run, name))]

    # --- deliveries --------------------------------------------------------------------------------------------

    def delivery(self, folder: str) -> tuple[str, str, dict[str, Any]] | None:
        """(key, verdict, files) of the set that was delivered into a folder."""
        found = self.db.one("SELECT key, verdict, files FROM deliveries WHERE folder=?", (_storable(folder),))
        return (found[0], found[1], json.loads(found[2])) if found else None

    def put_delivery(
        self, folder: str, key: str, series: str, episode: str, market: str, verdict: str, files: dict[str, Any]
    ) -> None:
        """Write that a whole set lies in `folder`."""
        row = (_storable(folder), key, series, episode, market, verdict, json.dumps(files), self.run, time.time())
        self.db.write(
            "INSERT INTO deliveries VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (folder) DO UPDATE SET key=excluded.key, "
            "series=excluded.series, episode=excluded.episode, market=excluded.market, verdict=excluded.verdict, "
            "files=excluded.files, run=excluded.run, done_at=excluded.done_at",
            row,
        )

    # --- leases ------------------------------------------------------------------------------------------------

    def take(self, key: str) -> bool:
        """Whether this process now holds the lease on a key; one that its holder let run out may be taken over."""
        now = time.time()
        got = self.db.write(
            "INSERT INTO leases VALUES (?,?,?) ON CONFLICT (key) DO UPDATE SET owner=excluded.owner, "
            "until=excluded.until WHERE leases.until < ? OR leases.owner = excluded.owner",
            (key, self.run, now + LEASE_S, now),
        )
        if got == 1:
            with self._guard:
                self._held.add(key)
                if self._keeper is None:
                    self._keeper = threading.Thread(target=self._keep, daemon=True)
                    self._keeper.start()
        return got == 1

    def drop(self, key: str) -> None:
        """Give a lease back."""
        with self._guard:
            self._held.discard(key)
        self.db.write("DELETE FROM leases WHERE key=? AND owner=?", (key, self.run))

    @contextmanager
    def lease(self, key: str) -> Iterator[bool]:
        """Hold a lease inside; yields whether it was had."""
        got = self.take(key)
        try:
            yield got
        finally:
            if got:
                self.drop(key)

    def leased(self) -> set[str]:
        """Keys that somebody holds now."""
        return {row[0] for row in self.db.all("SELECT key FROM leases WHERE until > ?", (time.time(),))}

    def _keep(self) -> None:
        """Renew what this process holds, as long as it lives."""
        while True:
            time.sleep(LEASE_S / 4)
            with self._guard:
                held = list(self._held)
            for key in held:
                try:
                    row = (time.time() + LEASE_S, key, self.run)
                    self.db.write("UPDATE leases SET until=? WHERE key=? AND owner=?", row)
                except Exception:  # the next round tries again; a lease that ran out is somebody else's
                    break


def _storable(path: Path | str) -> str:
    """A path as text that a database takes, whatever bytes are in its name."""
    return str(path).encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def open_ledger(settings: Settings) -> Ledger:
    """The ledger that the settings name. Raises StoreError."""
    return Ledger(open_database(settings.ledger, settings.home))
