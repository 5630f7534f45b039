"""The service's rows in the ledger: episodes admitted, how far each market is, who decided what on which variant."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from ..errors import StoreError
from ..storage.database import Row, Statements
from ..storage.ledger import Ledger

RUNNING, DELIVERED, REVIEW, REJECTED, FAILED = "running", "delivered", "review", "rejected", "failed"
ENDED = (DELIVERED, REVIEW, REJECTED)
MANY = 500  # rows changed in one transaction


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
    """How far one market of one revision is.

    Attributes:
        tries: counts starts; why: what stands in the way.
        digest: of all that the variant is made of: what a person decides on. Empty where it was never made.
    """

    series: str
    name: str
    revision: int
    market: str
    state: str
    verdict: str = ""
    why: str = ""
    tries: int = 0
    at: float = 0.0
    digest: str = ""


@dataclass(frozen=True)
class Decision:
    """What a person said of a variant; `digest`: of the variant that they looked at; `answer`: the form or file."""

    series: str
    name: str
    revision: int
    market: str
    decision: str
    who: str
    note: str
    at: float
    digest: str = ""
    answer: str = ""


KNOWN = "series, name, revision, sha256, folder, file, admitted_at"
VARIANT = "series, name, revision, market, state, verdict, why, tries, at, digest"
NEWEST = "revision = (SELECT max(revision) FROM episodes AS n WHERE n.series = e.series AND n.name = e.name)"
ONE_EPISODE = "series=? AND name=? AND revision=?"


class EpisodeRecords:
    """Reads and writes; all raise StoreError."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.db = ledger, ledger.db

    # --- episodes ----------------------------------------------------------------------------------------------

    def admit(self, series: str, name: str, sha256: str, file: str) -> tuple[Known, bool]:
        """(the episode, whether this call admitted it); the same bytes in a series are one episode."""
        for _attempt in range(20):
            known = self._by_bytes(series, sha256)
            if known is not None:
                return known, False
            last = self.db.one("SELECT max(revision) FROM episodes WHERE series=? AND name=?", (series, name))
            revision = int((last[0] if last else 0) or 0) + 1
            row = (series, name, revision, sha256, f"episodes/{series}/{name}/r{revision}", file, time.time())
            sql = f"INSERT INTO episodes ({KNOWN}) VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"
            if self.db.write(sql, row) == 1:
                return Known(*row), True
        raise StoreError("could not be admitted: other watchers admit it at the same time", f"{series}/{name}", "run watch-inbox again")

    def _by_bytes(self, series: str, sha256: str) -> Known | None:
        row = self.db.one(f"SELECT {KNOWN} FROM episodes WHERE series=? AND sha256=?", (series, sha256))
        return Known(*row) if row else None

    def episodes(self, series: str | None = None) -> list[Known]:
        """The newest revision of every episode, oldest admission first."""
        where = NEWEST + (" AND series=?" if series else "")
        sql = f"SELECT {KNOWN} FROM episodes AS e WHERE {where} ORDER BY admitted_at"
        return [Known(*row) for row in self.db.all(sql, (series,) if series else ())]

    def unfinished(self, series: str | None = None, without: Iterable[str] = ()) -> list[Known]:
        """Like `episodes`, only those that may have a market that did not end; of all series but some."""
        names = list(without)
        where = f"unfinished=1 AND {NEWEST}" + (" AND series=?" if series else "")
        where += f" AND series NOT IN ({','.join('?' * len(names))})" if names else ""
        sql = f"SELECT {KNOWN} FROM episodes AS e WHERE {where} ORDER BY admitted_at"
        return [Known(*row) for row in self.db.all(sql, (*((series,) if series else ()), *names))]

    def finish(self, found: Iterable[tuple[Known, tuple[str, ...]]]) -> None:
        """Keep that these markets of episodes have all ended, so that no plan looks at them again until one is wanted
        anew; those of which one has not ended stay."""
        by_markets: dict[tuple[str, ...], list[Known]] = {}
        for known, markets in found:
            by_markets.setdefault(markets, []).append(known)
        for markets, rows in by_markets.items():
            for at in range(0, len(rows), MANY):
                self.db.together(partial(_finish, rows[at : at + MANY], markets))

    def reopen(self, series: str | None = None) -> None:
        """Let plans look at every episode again: what is wanted of a series (of all) changed."""
        self.db.write(
            "UPDATE episodes SET unfinished=1 WHERE unfinished=0" + (" AND series=?" if series else ""),
            (series,) if series else (),
        )

    def series_names(self) -> list[str]:
        """Series of which an episode was admitted; one look-up each in the index."""
        rows = self.db.all(
            "WITH RECURSIVE found(series) AS (SELECT min(series) FROM episodes UNION ALL SELECT (SELECT min(series) "
            "FROM episodes WHERE series > found.series) FROM found WHERE found.series IS NOT NULL) "
            "SELECT series FROM found WHERE series IS NOT NULL"
        )
        return [str(row[0]) for row in rows]

    def episode(self, series: str, name: str) -> Known | None:
        """The newest revision of one episode."""
        sql = f"SELECT {KNOWN} FROM episodes WHERE series=? AND name=? ORDER BY revision DESC"
        row = self.db.one(sql, (series, name))
        return Known(*row) if row else None

    # --- variants ----------------------------------------------------------------------------------------------

    def variants(self, series: str | None = None) -> list[Variant]:
        """Every market's state."""
        found = self.db.all(
            f"SELECT {VARIANT} FROM variants" + (" WHERE series=?" if series else ""), (series,) if series else ()
        )
        return [Variant(*row) for row in found]

    def variants_of(self, episodes: Iterable[Known]) -> list[Variant]:
        """The states of these revisions' markets."""
        rows: list[Row] = []
        keys = [(k.series, k.name, k.revision) for k in episodes]
        for at in range(0, len(keys), MANY):
            part = keys[at : at + MANY]
            of = ", ".join(f"variants.{c}" for c in VARIANT.split(", "))
            sql = f"{_these(len(part))} SELECT {of} FROM k JOIN variants ON {_same_as_k('variants')}"
            rows += self.db.all(sql, tuple(x for key in part for x in key))
        return [Variant(*row) for row in rows]

    def variants_in(self, state: str) -> list[tuple[Known, str]]:
        """(episode, market) of the newest revisions' variants in a state."""
        sql = (
            f"SELECT {', '.join('e.' + c for c in KNOWN.split(', '))}, v.market FROM variants AS v JOIN episodes AS e "
            "ON e.series = v.series AND e.name = v.name AND e.revision = v.revision WHERE v.state=? AND "
            f"e.{NEWEST} ORDER BY e.admitted_at, v.market"
        )
        return [(Known(*row[:-1]), str(row[-1])) for row in self.db.all(sql, (state,))]

    def variant(self, known: Known, market: str) -> Variant | None:
        """One market's state."""
        sql = f"SELECT {VARIANT} FROM variants WHERE {ONE_EPISODE} AND market=?"
        row = self.db.one(sql, (known.series, known.name, known.revision, market))
        return Variant(*row) if row else None

    def set_state(
        self, known: Known, market: str, state: str, verdict: str = "", why: str = "", digest: str = "",
        leased: bool = False,
    ) -> bool:  # fmt: skip
        """Write how far a market is; `running` counts a start. Whether it was written.

        `leased`: only while this process holds the episode's lease; raises LeaseLost where somebody else does. How a
        market ended is then written only over `running`: one that a person wanted anew meanwhile stays wanted.
        """
        started = 1 if state == RUNNING else 0
        condition, more = self.ledger.held_condition(key_of(known)) if leased else ("1=1", ())
        name: Row = (known.series, known.name, known.revision)
        now = time.time()
        if leased and state != RUNNING:
            # an update and no insert: whoever wants it anew at this moment takes the row away first, or comes after
            sql = (
                "UPDATE variants SET state=?, verdict=?, why=?, at=?, digest=CASE WHEN ?='' THEN digest ELSE ? END "
                f"WHERE {ONE_EPISODE} AND market=? AND state=? AND {condition}"
            )
            row: Row = (state, verdict, why, now, digest, digest, *name, market, RUNNING, *more)
        else:
            sql = (
                f"INSERT INTO variants ({VARIANT}) SELECT ?,?,?,?,?,?,?,?,?,? WHERE {condition} "
                "ON CONFLICT (series, name, revision, market) DO UPDATE SET state=excluded.state, "
                "verdict=excluded.verdict, why=excluded.why, tries=variants.tries+excluded.tries, at=excluded.at, "
                "digest=CASE WHEN excluded.digest='' THEN variants.digest ELSE excluded.digest END"
            )
            row = (*name, market, state, verdict, why, started, now, digest, *more)
        written = self.db.write(sql, row)
        if leased and not written:
            self.ledger.check_held(key_of(known))
        return bool(written)

    def forget(self, known: Known, market: str) -> None:
        """Want a market anew."""
        self.db.together(lambda do: want_anew(do, known, market))

    # --- the inbox, and who is alive ---------------------------------------------------------------------------

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

    # --- decisions ---------------------------------------------------------------------------------------------

    def decide(self, known: Known, market: str, decision: str, who: str, note: str, digest: str = "") -> None:
        """Keep what was decided, with name and time."""
        self.db.together(lambda do: write_decision(do, known, market, decision, who, note, digest))

    def is_used(self, answer: str) -> bool:
        """Whether a form's or a file's answer was used before."""
        return self.db.one("SELECT 1 FROM decisions WHERE answer=?", (answer,)) is not None

    def decided(self, known: Known, market: str, digest: str) -> Decision | None:
        """What was decided last on this very variant."""
        return next((d for d in reversed(self.decisions(known)) if (d.market, d.digest) == (market, digest)), None)

    def decisions(self, known: Known) -> list[Decision]:
        """What people decided on an episode's revision, oldest first."""
        sql = (
            "SELECT series, name, revision, market, decision, who, note, at, digest, coalesce(answer, '') FROM decisions "
            f"WHERE {ONE_EPISODE} ORDER BY at"
        )
        return [Decision(*row) for row in self.db.all(sql, (known.series, known.name, known.revision))]


def write_decision(
    do: Statements, known: Known, market: str, decision: str, who: str, note: str, digest: str, answer: str | None = None
) -> bool:
    """A decision's row, inside a transaction of the caller's; False where this form's `answer` was used before."""
    row = (
        uuid.uuid4().hex, known.series, known.name, known.revision, market, decision, who, note, time.time(), digest,
        answer,
    )  # fmt: skip
    written = do.write(
        "INSERT INTO decisions (id, series, name, revision, market, decision, who, note, at, digest, answer) "
        "VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (answer) DO NOTHING",
        row,
    )
    return written == 1


def lock_variant(do: Statements, known: Known, market: str) -> tuple[str, str]:
    """(state, digest) of a variant that nobody else changes before the transaction ends; empty where there is none."""
    row = (known.series, known.name, known.revision, market)
    do.write(f"UPDATE variants SET why=why WHERE {ONE_EPISODE} AND market=?", row)
    found = do.all(f"SELECT state, digest FROM variants WHERE {ONE_EPISODE} AND market=?", row)
    return (str(found[0][0]), str(found[0][1])) if found else ("", "")


def decision_by(do: Statements, answer: str) -> tuple[str, str] | None:
    """(decision, digest) that came by an answer."""
    found = do.all("SELECT decision, digest FROM decisions WHERE answer=?", (answer,))
    return (str(found[0][0]), str(found[0][1])) if found else None


def final_decision(do: Statements, known: Known, market: str, digest: str) -> str:
    """Who approved or rejected this very variant, and how; empty where nobody did."""
    found = do.all(
        f"SELECT decision, who FROM decisions WHERE {ONE_EPISODE} AND market=? AND digest=? AND digest<>'' AND "
        "decision IN ('approve', 'reject')",
        (known.series, known.name, known.revision, market, digest),
    )
    return f"{found[0][0]} by {found[0][1]}" if found else ""


def want_anew(do: Statements, known: Known, market: str) -> None:
    """Want a market anew, inside a transaction of the caller's."""
    row = (known.series, known.name, known.revision)
    do.write(f"UPDATE episodes SET unfinished=1 WHERE {ONE_EPISODE}", row)
    do.write(f"DELETE FROM variants WHERE {ONE_EPISODE} AND market=?", (*row, market))


def _these(number: int) -> str:
    """SQL that names so many episodes `k`; a join with it goes by the index on both databases."""
    return f"WITH k(series, name, revision) AS (VALUES {','.join(['(?,?,?)'] * number)})"


def _same_as_k(table: str) -> str:
    return " AND ".join(f"{table}.{c} = k.{c}" for c in ("series", "name", "revision"))


def _finish(known: list[Known], markets: tuple[str, ...], do: Statements) -> None:
    keys = tuple(x for k in known for x in (k.series, k.name, k.revision))
    these = f"{_these(len(known))} UPDATE episodes SET"
    # the rows are locked first, those too that are finished already, and their variants are looked at after: whoever
    # wants one anew comes before or after
    do.write(f"{these} unfinished=1 FROM k WHERE {_same_as_k('episodes')}", keys)
    ended, wanted = ",".join("?" * len(ENDED)), ",".join("?" * len(markets))
    do.write(
        f"{these} unfinished=0 FROM k WHERE {_same_as_k('episodes')} AND (SELECT count(*) FROM variants AS v WHERE "
        "v.series=episodes.series AND v.name=episodes.name AND v.revision=episodes.revision AND "
        f"v.state IN ({ended}) AND v.market IN ({wanted})) = {len(markets)}",
        (*keys, *ENDED, *markets),
    )


def key_of(known: Known) -> str:
    """The lease that a run holds on an episode."""
    return f"episode:{known.series}/{known.name}/r{known.revision}"


def by_key(variants: Iterable[Variant]) -> dict[tuple[str, str, int, str], Variant]:
    """Variants by (series, episode, revision, market)."""
    return {(v.series, v.name, v.revision, v.market): v for v in variants}
