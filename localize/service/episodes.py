"""The service's rows in the ledger: episodes admitted, how far each market is, who decided what."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import StoreError
from ..storage.ledger import Ledger

RUNNING, DELIVERED, REVIEW, REJECTED, FAILED = "running", "delivered", "review", "rejected", "failed"
ENDED = (DELIVERED, REVIEW, REJECTED)


@dataclass(frozen=True)
class Known:
    """An admitted episode: `folder` below the bucket holds its file and sidecars; revisions count from 1."""

    series: str
    name: str
    revision: int
    sha256: str
    folder: str
    file: str
    admitted_at: float = 0.0


@dataclass(frozen=True)
class Variant:
    """How far one market of one revision is; `tries` counts starts, `why` says what stands in the way."""

    series: str
    name: str
    revision: int
    market: str
    state: str
    verdict: str = ""
    why: str = ""
    tries: int = 0
    at: float = 0.0


@dataclass(frozen=True)
class Decision:
    """What a person said of a variant."""

    series: str
    name: str
    revision: int
    market: str
    decision: str
    who: str
    note: str
    at: float


class EpisodeRecords:
    """Reads and writes; all raise StoreError."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.db = ledger, ledger.db

    def admit(self, series: str, name: str, sha256: str, file: str) -> tuple[Known, bool]:
        """(the episode, whether this call admitted it); the same bytes in a series are one episode."""
        for _attempt in range(20):
            known = self._by_bytes(series, sha256)
            if known is not None:
                return known, False
            last = self.db.one("SELECT max(revision) FROM episodes WHERE series=? AND name=?", (series, name))
            revision = int((last[0] if last else 0) or 0) + 1
            row = (series, name, revision, sha256, f"episodes/{series}/{name}/r{revision}", file, time.time())
            got = self.db.write("INSERT INTO episodes VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING", row)
            if got == 1:
                return Known(*row), True
        raise StoreError("could not be admitted: many watchers at once", f"{series}/{name}", "look again")

    def _by_bytes(self, series: str, sha256: str) -> Known | None:
        row = self.db.one("SELECT * FROM episodes WHERE series=? AND sha256=?", (series, sha256))
        return Known(*row) if row else None

    def episodes(self, series: str | None = None) -> list[Known]:
        """The newest revision of every episode, oldest admission first."""
        sql = (
            "SELECT * FROM episodes AS e WHERE revision = (SELECT max(revision) FROM episodes AS n WHERE "
            "n.series = e.series AND n.name = e.name)" + (" AND series=?" if series else "") + " ORDER BY admitted_at"
        )
        return [Known(*row) for row in self.db.all(sql, (series,) if series else ())]

    def episode(self, series: str, name: str) -> Known | None:
        """The newest revision of one episode."""
        sql = "SELECT * FROM episodes WHERE series=? AND name=? ORDER BY revision DESC"
        row = self.db.one(sql, (series, name))
        return Known(*row) if row else None

    def variants(self, series: str | None = None) -> list[Variant]:
        """Every market's state."""
        sql = "SELECT series, name, revision, market, state, verdict, why, tries, at FROM variants"
        found = self.db.all(sql + (" WHERE series=?" if series else ""), (series,) if series else ())
        return [Variant(*row) for row in found]

    def variant(self, known: Known, market: str) -> Variant | None:
        """One market's state."""
        sql = "SELECT * FROM variants WHERE series=? AND name=? AND revision=? AND market=?"
        row = self.db.one(sql, (known.series, known.name, known.revision, market))
        return Variant(*row) if row else None

    def set_state(self, known: Known, market: str, state: str, verdict: str = "", why: str = "") -> None:
        """Write how far a market is; `running` counts a start."""
        started = 1 if state == RUNNING else 0
        self.db.write(
            "INSERT INTO variants VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (series, name, revision, market) DO UPDATE SET "
            "state=excluded.state, verdict=excluded.verdict, why=excluded.why, tries=variants.tries+excluded.tries, "
            "at=excluded.at",
            (known.series, known.name, known.revision, market, state, verdict, why, started, time.time()),
        )

    def forget(self, known: Known, market: str) -> None:
        """Want a market anew."""
        row = (known.series, known.name, known.revision, market)
        self.db.write("DELETE FROM variants WHERE series=? AND name=? AND revision=? AND market=?", row)

    def still_s(self, path: str, mark: str, now: float) -> float:
        """Seconds since a file of the inbox was last seen to change; 0 where it is new or other than it was."""
        row = self.db.one("SELECT mark, since FROM sightings WHERE path=?", (path,))
        if row is not None and row[0] == mark:
            return now - float(row[1])
        self.db.write(
            "INSERT INTO sightings VALUES (?,?,?) ON CONFLICT (path) DO UPDATE SET mark=excluded.mark, "
            "since=excluded.since",
            (path, mark, now),
        )
        return 0.0

    def beat(self, who: str) -> None:
        """Write that somebody is alive."""
        sql = "INSERT INTO beats VALUES (?,?) ON CONFLICT (who) DO UPDATE SET at=excluded.at"
        self.db.write(sql, (who, time.time()))

    def beats(self) -> dict[str, float]:
        """Who gave sign of life -> seconds since."""
        now = time.time()
        return {who: now - float(at) for who, at in self.db.all("SELECT who, at FROM beats ORDER BY who")}

    def decide(self, known: Known, market: str, decision: str, who: str, note: str) -> None:
        """Keep what a person decided, with name and time."""
        row = (uuid.uuid4().hex, known.series, known.name, known.revision, market, decision, who, note, time.time())
        self.db.write("INSERT INTO decisions VALUES (?,?,?,?,?,?,?,?,?)", row)

    def decisions(self, known: Known) -> list[Decision]:
        """What people decided on an episode's revision, oldest first."""
        sql = (
            "SELECT series, name, revision, market, decision, who, note, at FROM decisions "
            "WHERE series=? AND name=? AND revision=? ORDER BY at"
        )
        return [Decision(*row) for row in self.db.all(sql, (known.series, known.name, known.revision))]


def key_of(known: Known) -> str:
    """The lease that a run holds on an episode."""
    return f"episode:{known.series}/{known.name}/r{known.revision}"


def by_key(variants: Iterable[Variant]) -> dict[tuple[str, str, int, str], Variant]:
    """Variants by (series, episode, revision, market)."""
    return {(v.series, v.name, v.revision, v.market): v for v in variants}
