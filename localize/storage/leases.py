"""Who works on what: leases with a fencing token, renewed while their holder lives.

A lease that ran out may be taken over, and its token grows with every holder. What its holder writes names the token,
so that a process that slept through its own lease cannot write over the work of the one that took it. The database's
clock counts, not that of each machine. A holder that died on this machine is seen at once; one on another machine when
its lease runs out.
"""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StoreError
from .database import Database, Row

# longer than a renewal may take: a quarter of it passes between two, and the database is tried for PATIENCE_S (90 s)
LEASE_S = 150.0


class LeaseLost(StoreError):
    """Somebody else holds what this process had in hand: its lease ran out while it could not be renewed."""


class Leases:
    """The leases of one process in one database. `run` names the process' work."""

    def __init__(self, db: Database, run: str | None = None) -> None:
        self.db = db
        self.run = run or uuid.uuid4().hex[:12]
        self.owner = f"{self.run}@{machine()}:{os.getpid()}"
        self._held: dict[str, int] = {}
        self._guard = threading.Lock()
        self._keeper: threading.Thread | None = None

    def take(self, key: str) -> bool:
        """Whether this process now holds the lease on a key."""
        fence = self._taken(key)
        if fence is None and self._holder_died(key):
            fence = self._taken(key)
        if fence is None:
            return False
        with self._guard:
            self._held[key] = fence
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, daemon=True)
                self._keeper.start()
        return True

    def _taken(self, key: str) -> int | None:
        # a lease that was given back leaves no row, so tokens start from the clock
        now = self.db.now
        rows = self.db.change(
            f"INSERT INTO leases (key, owner, until, fence) VALUES (?, ?, {now} + ?, CAST({now} * 1000000 AS BIGINT)) "
            "ON CONFLICT (key) DO UPDATE SET until=excluded.until, owner=excluded.owner, "
            "fence=CASE WHEN leases.owner=excluded.owner THEN leases.fence "
            "WHEN excluded.fence > leases.fence THEN excluded.fence ELSE leases.fence + 1 END "
            f"WHERE leases.until < {now} OR leases.owner = excluded.owner RETURNING fence",
            (key, self.owner, LEASE_S),
        )
        return int(rows[0][0]) if rows else None

    def _holder_died(self, key: str) -> bool:
        """Ends the lease of a process of this machine that is gone; whether there was one."""
        row = self.db.one("SELECT owner FROM leases WHERE key=?", (key,))
        if row is None or not died_here(row[0]):
            return False
        return self.db.write("UPDATE leases SET until=0 WHERE key=? AND owner=?", (key, row[0])) == 1

    def drop(self, key: str) -> None:
        """Give a lease back."""
        with self._guard:
            self._held.pop(key, None)
        self.db.write("DELETE FROM leases WHERE key=? AND owner=?", (key, self.owner))

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
        rows = self.db.all(f"SELECT key, owner FROM leases WHERE until > {self.db.now}")
        return {key for key, owner in rows if not died_here(owner)}

    def held_condition(self, key: str) -> tuple[str, Row]:
        """SQL that is true while this process holds a lease, and its values."""
        with self._guard:
            fence = self._held.get(key, -1)
        return "EXISTS (SELECT 1 FROM leases WHERE key=? AND owner=? AND fence=?)", (key, self.owner, fence)

    def check_held(self, key: str) -> None:
        """Raises LeaseLost where this process does not hold a lease any more."""
        sql, row = self.held_condition(key)
        if self.db.one(f"SELECT 1 WHERE {sql}", row) is None:
            raise lost(key)

    def _keep(self) -> None:
        """Renew what this process holds, as long as it lives."""
        while True:
            threading.Event().wait(LEASE_S / 4)
            with self._guard:
                held = list(self._held.items())
            for key, fence in held:
                try:
                    sql = f"UPDATE leases SET until={self.db.now} + ? WHERE key=? AND owner=? AND fence=?"
                    self.db.write(sql, (LEASE_S, key, self.owner, fence))
                except Exception:  # the next round tries again; a lease that ran out is somebody else's
                    break


def lost(key: str) -> LeaseLost:
    """The error for a write that came after the lease was somebody else's."""
    return LeaseLost("another process has it in hand by now; nothing was written", key, "its work counts")


def machine() -> str:
    """This machine, and within it the space in which process ids mean something: containers have their own."""
    facts = [socket.gethostname()]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            facts.append(str(Path(path).readlink()) if path.endswith("pid") else Path(path).read_text().strip())
        except OSError:
            facts.append("")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def died_here(owner: str) -> bool:
    """Whether a lease's owner was a process of this machine that is gone."""
    place, _, pid = owner.rpartition("@")[2].partition(":")
    if place != machine() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
