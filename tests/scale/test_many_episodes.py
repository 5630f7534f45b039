"""A hundred thousand episodes for four markets: a look, a plan and the status of a series cost what changed, not what is
there."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from localize.service.episodes import DELIVERED, EpisodeRecords
from localize.service.service import Service
from localize.service.status import standings
from localize.settings import load_settings
from localize.storage.bucket import Bucket
from localize.storage.database import Database, Postgres, Sqlite
from localize.storage.ledger import Ledger
from tests.service.conftest import PostgresServer

EPISODES_A_SERIES = 100
MARKETS = ("us", "latam", "brazil", "india")


def fill(db: Database, number: int) -> None:
    """So many episodes, in series of a hundred, all delivered but for ten of the newest series."""
    rows = [(f"s{i // EPISODES_A_SERIES:05d}", f"E{i % EPISODES_A_SERIES:03d}") for i in range(number)]
    left = {(rows[-1][0], f"E{n:03d}") for n in range(10)}

    def write(do: object) -> None:
        for at in range(0, len(rows), 500):
            part = rows[at : at + 500]
            episodes = [x for s, n in part for x in (s, n, f"{s}{n}", f"episodes/{s}/{n}/r1", f"{n}.mp4")]
            do.write(  # type: ignore[attr-defined]
                "INSERT INTO episodes (series, name, revision, sha256, folder, file, admitted_at) SELECT * FROM (VALUES "
                + ",".join(["(?,?,1,?,?,?,1.0)"] * len(part)) + ") AS v", tuple(episodes),
            )  # fmt: skip
            done = [(s, n, m) for s, n in part if (s, n) not in left for m in MARKETS]
            do.write(  # type: ignore[attr-defined]
                "INSERT INTO variants (series, name, revision, market, state, verdict, why, tries, at) "
                "SELECT * FROM (VALUES " + ",".join(["(?,?,1,?,?,'pass','',1,1.0)"] * len(done)) + ") AS v",
                tuple(x for s, n, m in done for x in (s, n, m, DELIVERED)),
            )

    db.together(write)


def median_ms(do: Callable[[], object], times: int = 7) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        do()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_is_done_costs_nothing(kind: str, request: pytest.FixtureRequest, tmp_path: Path, figure) -> None:  # type: ignore[no-untyped-def]
    server: PostgresServer | None = request.getfixturevalue("empty_postgres") if kind == "postgres" else None
    took: dict[int, dict[str, float]] = {}
    for number in (10_000, 100_000):
        place = tmp_path / str(number)
        settings = load_settings({**os.environ, "LOCALIZE_HOME": str(place), "LOCALIZE_BUCKET": f"file://{place}/b"})
        if server:
            import psycopg

            with psycopg.connect(server.url, autocommit=True) as db:
                db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        ledger = Ledger(Postgres(server.url) if server else Sqlite(place / "ledger.sqlite"))
        fill(ledger.db, number)
        bucket = Bucket(settings.bucket)
        for n in range(0, number // EPISODES_A_SERIES, 10):  # some series have rules of their own
            bucket.write(f"inbox/s{n:05d}/series.toml", b'catalogue = "back"\n')
        service = Service(settings, bucket, EpisodeRecords(ledger))
        service.look()
        service.plan()  # the first one after an update closes what is done
        took[number] = {
            "look": median_ms(service.look),
            "plan": median_ms(service.plan),
            "status": median_ms(lambda s=service, n=number: standings(s, f"s{n // EPISODES_A_SERIES - 1:05d}")),  # type: ignore[misc]
        }
        assert sum(len(w.markets) for w in service.plan().todo) == 40
    figure(f"{kind}, 10,000 and 100,000 episodes: ms", {n: {k: round(v, 1) for k, v in t.items()} for n, t in took.items()})
    for what, ms in took[100_000].items():
        assert ms <= 100, what
