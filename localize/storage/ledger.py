"""What was done, in SQLite or PostgreSQL; every write is one transaction, so a killed process leaves no half row.

Tables: `sources` (files by digest, so that an unchanged file is not hashed again), `steps` (key -> blob, with the run
that did it; a failure is kept with its error until it expires), `deliveries` (variant -> the set of files that lies
outside), `leases` (who works on what, until when); and of the service: `episodes` (admitted, each once), `variants`
(how far each market of an episode is), `sightings` (what lay in the inbox at the last look), `decisions` (who decided
what, when, on which digest), `remembered` and `enrolled` (the memory and voices that people added), `beats` (who gave
sign of life, when). `storage.schema` makes them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..settings import Settings
from .database import Database, Sqlite, open_database
from .leases import Leases, lost
from .schema import migrate

USED_S = 3600.0  # a step's last use is written so often at most


class Ledger(Leases):
    """One ledger. `run` names this process's work in the rows that it writes."""

    def __init__(self, database: Database | Path, run: str | None = None) -> None:
        db: Database = Sqlite(database) if isinstance(database, Path) else database
        super().__init__(db, run)
        db.together(lambda do: migrate(do, db.where), alone=True)

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
        """The blob of a step that was done, or of a failure that has not expired; its use is noted."""
        now = time.time()
        found = self.db.one("SELECT blob, used_at, until FROM steps WHERE key=?", (key,))
        if found is None or (found[2] is not None and found[2] < now):
            return None
        if now - found[1] > USED_S:
            self.db.write("UPDATE steps SET used_at=? WHERE key=?", (now, key))
        return str(found[0])

    def put_step(
        self, key: str, name: str, subject: str, blob: str, wall_s: float,
        error: str = "", keep_s: float | None = None, names: Iterable[str] | None = None, leased: bool = False,
    ) -> None:  # fmt: skip
        """Write that a step is done; its blob must be durable already.

        Args:
            error, keep_s: of a step that failed for good: why, and for how many seconds that is kept.
            names: digests of other blobs that its output names; None where nobody looked.
            leased: it is written only while this process holds the lease on `key`; raises LeaseLost.
        """
        now = time.time()
        until = None if keep_s is None else now + keep_s
        named = None if names is None else " ".join(sorted(names))
        row = (key, name, _storable(subject), blob, self.run, now, wall_s, now, error, until, named)
        condition, more = self.held_condition(key) if leased else ("1=1", ())
        written = self.db.write(
            "INSERT INTO steps (key, name, subject, blob, run, done_at, wall_s, used_at, error, until, "
            f"names) SELECT ?,?,?,?,?,?,?,?,?,?,? WHERE {condition} ON CONFLICT (key) DO UPDATE SET blob=excluded.blob, "
            "subject=excluded.subject, run=excluded.run, done_at=excluded.done_at, wall_s=excluded.wall_s, "
            "used_at=excluded.used_at, error=excluded.error, until=excluded.until, names=excluded.names",
            row + more,
        )
        if not written:
            raise lost(key)

    def failures(self, subject: str = "") -> list[tuple[str, str, str]]:
        """(step, subject, error) of failures that are kept, of all or of what starts with a subject."""
        rows = self.db.all(
            "SELECT name, subject, error FROM steps WHERE error<>'' AND until > ? ORDER BY subject", (time.time(),)
        )
        return [(n, s, e) for n, s, e in rows if s.startswith(subject)]

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


def _storable(path: Path | str) -> str:
    """A path as text that a database takes, whatever bytes are in its name."""
    return str(path).encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def open_ledger(settings: Settings) -> Ledger:
    """The ledger that the settings name. Raises StoreError."""
    return Ledger(open_database(settings.ledger, settings.home))
