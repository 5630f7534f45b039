"""The ledger on a real PostgreSQL and the store on S3: leases, nothing twice, servers that go away for a while."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import boto3
import pytest

from localize.errors import StoreError
from localize.service.episodes import DELIVERED, RUNNING, EpisodeRecords
from localize.settings import ROOT
from localize.storage.blobs import SharedStore, Store
from localize.storage.database import Postgres, open_database
from localize.storage.ledger import Ledger
from localize.storage.step_cache import Steps
from tests.service.conftest import PostgresServer


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    if request.param == "sqlite":
        return Ledger(tmp_path / "ledger.sqlite")
    return Ledger(Postgres(request.getfixturevalue("empty_postgres").url))


def test_both_databases_keep_the_same_books(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"x")
    ledger.put_source(file, "d1")
    ledger.put_source(file, "d2")
    assert ledger.source(file) == "d2"
    ledger.put_step("k", "speak", "E01 es-419 L001", "blob", 1.5)
    ledger.put_step("k", "speak", "E01 es-419 L001", "blob2", 1.5)
    assert (ledger.step("k"), ledger.step("none")) == ("blob2", None)
    assert ledger.done_in_run() == {"speak": 1}
    assert ledger.subjects_in_run("speak") == ["E01 es-419 L001"]
    ledger.put_delivery("/out", "k", "s", "E01", "us", "pass", {"a": {"bytes": 1}})
    assert ledger.delivery("/out") == ("k", "pass", {"a": {"bytes": 1}})
    books = EpisodeRecords(ledger)
    one, fresh = books.admit("s", "E01", "bytes1", "E01.mp4")
    assert fresh
    assert books.admit("s", "E01", "bytes1", "E01.mp4") == (one, False)
    two, _fresh = books.admit("s", "E01", "bytes2", "E01.mp4")
    assert [k.revision for k in books.episodes()] == [2]
    books.set_state(two, "us", RUNNING)
    books.set_state(two, "us", DELIVERED, "pass", "outbox")
    variant = books.variant(two, "us")
    assert variant is not None
    assert (variant.state, variant.tries, variant.verdict) == (DELIVERED, 1, "pass")
    books.decide(two, "us", "approve", "Ana 'A' Ruiz; DROP TABLE episodes", "fine")
    assert [d.who for d in books.decisions(two)] == ["Ana 'A' Ruiz; DROP TABLE episodes"]


def test_a_lease_is_one_s_until_it_runs_out(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Ledger(ledger.db)
    assert ledger.take("k")
    assert ledger.take("k")
    assert not other.take("k")
    ledger.drop("k")
    with other.lease("k") as got:
        assert got
        assert not ledger.take("k")
        assert ledger.leased() == {"k"}
    ledger.db.write("INSERT INTO leases (key, owner, until) VALUES (?,?,?)", ("dead", "somebody", time.time() - 1))
    assert ledger.leased() == set()
    assert ledger.take("dead")


WORKER = """
    import hashlib, sys, time
    from pathlib import Path
    from localize.storage.database import Postgres
    from localize.storage.ledger import Ledger
    from localize.storage.step_cache import Steps
    from localize.storage.blobs import SharedStore
    url, s3, bucket, home = sys.argv[1:]
    store = SharedStore(Path(home), bucket, {"client_kwargs": {"endpoint_url": s3}})
    steps = Steps(Ledger(Postgres(url)), store, shared=True)
    print("ready", flush=True)
    sys.stdin.readline()
    def make(n):
        time.sleep(0.02)
        with open(f"{home}.log", "a") as log:
            log.write(f"{n}\\n")
        return str(n).encode() * 100
    back = home.endswith("w2")  # the other way round, or one would only follow the other
    for n in reversed(range(60)) if back else range(60):
        assert steps.data("s", 1, {"n": n}, "x", lambda: make(n))[1] == str(n).encode() * 100
    def many(items):
        with open(f"{home}.log", "a") as log:
            log.writelines(f"b{i}\\n" for i in items)
        return [i * 2 for i in items]
    for part in reversed(range(6)) if back else range(6):
        rows = [({"b": i}, "x", i) for i in range(part * 10, part * 10 + 15)]
        assert steps.batch("b", 1, rows, many) == [i * 2 for i in range(part * 10, part * 10 + 15)]
"""


def test_two_workers_do_no_step_twice(empty_postgres: PostgresServer, s3: str, tmp_path: Path) -> None:
    boto3.client("s3", endpoint_url=s3).create_bucket(Bucket="shared-store")
    workers = []
    for name in ("w1", "w2"):
        argv = [sys.executable, "-c", textwrap.dedent(WORKER), empty_postgres.url, s3, "s3://shared-store/blobs"]
        process = subprocess.Popen(
            [*argv, str(tmp_path / name)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        workers.append(process)
    for process in workers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in workers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.close()
    assert [w.wait(120) for w in workers] == [0, 0]
    done = [(tmp_path / f"{n}.log").read_text().split() for n in ("w1", "w2")]
    together = sorted(done[0] + done[1])
    assert together == sorted([str(n) for n in range(60)] + [f"b{n}" for n in range(65)])
    assert all(len(d) > 10 for d in done)  # both had a part in it
    ledger = Ledger(Postgres(empty_postgres.url))
    assert ledger.leased() == set()


def test_a_worker_that_dies_holds_nobody_up(empty_postgres: PostgresServer, tmp_path: Path) -> None:
    ledger = Ledger(Postgres(empty_postgres.url))
    steps = Steps(ledger, Store(tmp_path / "store"), shared=True)
    ledger.db.write("INSERT INTO leases (key, owner, until) VALUES (?,?,?)", ("x", "dead", time.time() + 1.0))
    started = time.monotonic()
    while not ledger.take("x"):
        time.sleep(0.1)
    assert 0.5 < time.monotonic() - started < 5
    assert steps.data("s", 1, {}, "x", lambda: b"1")[1] == b"1"


def test_a_database_that_goes_away_in_mid_run_is_waited_for(postgres: PostgresServer, tmp_path: Path) -> None:
    steps = Steps(Ledger(Postgres(postgres.url)), Store(tmp_path / "store"), shared=True)
    gone = threading.Thread(target=lambda: (time.sleep(0.5), postgres.stop(), time.sleep(4), postgres.start()))
    gone.start()
    started = time.monotonic()
    number = 0
    while gone.is_alive() or number < 20:
        assert steps.data("away", 1, {"n": number}, "x", lambda: b"x" * 10)[1] == b"x" * 10
        number += 1
        time.sleep(0.05)
    gone.join()
    assert time.monotonic() - started > 4
    rows = steps.ledger.db.all("SELECT count(*) FROM steps WHERE name='away'")
    assert rows[0][0] == number


def test_a_wrong_password_and_a_missing_database_are_one_line_at_once(postgres: PostgresServer) -> None:
    for url in (postgres.url.replace("right", "wrong"), postgres.url.replace("/postgres", "/nothing", 1) + "x"):
        started = time.monotonic()
        with pytest.raises(StoreError) as told:
            Ledger(Postgres(url))
        assert "LOCALIZE_LEDGER" in str(told.value)
        assert "\n" not in str(told.value)
        assert "wrong" not in str(told.value)
        assert time.monotonic() - started < 10
    with pytest.raises(StoreError, match="is no kind of ledger"):
        open_database("mysql://x", Path("/nowhere"))


def test_a_server_that_is_not_there_is_given_up_after_its_patience() -> None:
    with pytest.raises(StoreError, match="cannot be reached"):
        Ledger(Postgres("postgresql://a:b@127.0.0.1:9/x", patience_s=0.5))


def test_a_shared_blob_is_fetched_once_and_a_damaged_one_is_not_believed(s3: str, tmp_path: Path) -> None:
    client = boto3.client("s3", endpoint_url=s3)
    client.create_bucket(Bucket="blobs")
    options = {"client_kwargs": {"endpoint_url": s3}}
    one = SharedStore(tmp_path / "one", "s3://blobs/x", options)
    two = SharedStore(tmp_path / "two", "s3://blobs/x", options)
    digest = one.put(b"a blob")
    assert two.get(digest) == b"a blob"
    assert two.path(digest).read_bytes() == b"a blob"
    client.put_object(Bucket="blobs", Key=f"x/{digest[:2]}/{digest[2:]}", Body=b"other")
    assert two.get(digest) == b"a blob"
    assert SharedStore(tmp_path / "three", "s3://blobs/x", options).get(digest) is None
