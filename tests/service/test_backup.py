"""Backup and restore: from SQLite and PostgreSQL, onto either, into folders and S3; a run afterwards redoes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import boto3
import pytest

from localize.errors import OptionError, StoreError
from localize.service.episodes import DELIVERED, EpisodeRecords
from localize.settings import ROOT
from localize.storage import backup
from localize.storage.blobs import SharedStore, Store, canonical
from localize.storage.bucket import Bucket
from localize.storage.database import Postgres
from localize.storage.ledger import Ledger
from localize.storage.step_cache import Steps, step_key
from tests.localize.test_inputs import make
from tests.service.conftest import PostgresServer


def filled(ledger: Ledger, store: Store) -> None:
    """Something in every table."""
    steps = Steps(ledger, store)
    for n in range(30):
        steps.data("speak", 1, {"n": n}, "x", lambda n=n: b"clip %d" % n)  # type: ignore[misc]
    track = store.put(b"a track that only a dub names")
    steps.data("dub", 1, {}, "x", lambda: canonical({"track": track}))
    books = EpisodeRecords(ledger)
    known, _fresh = books.admit("night", "E01", "bytes", "E01.mp4")
    books.set_state(known, "us", DELIVERED, "pass", "outbox — “fine”")
    books.decide(known, "us", "approve", "Ana", "fine")
    ledger.put_delivery("/out", "k", "night", "E01", "us", "pass", {"a": {"bytes": 1}})
    ledger.take("somebody works on this")


@pytest.mark.parametrize(("source", "onto", "lies"), [
    ("sqlite", "postgres", "s3"), ("postgres", "sqlite", "folder"),
])  # fmt: skip
def test_what_is_put_back_is_what_was_there(
    source: str, onto: str, lies: str, empty_postgres: PostgresServer, s3: str, tmp_path: Path
) -> None:
    options = {"client_kwargs": {"endpoint_url": s3}}
    boto3.client("s3", endpoint_url=s3).create_bucket(Bucket=f"backups-{source}")
    at = backup.target(f"s3://backups-{source}/x" if lies == "s3" else str(tmp_path / "backups"), options)

    def ledger_of(kind: str) -> Ledger:
        return Ledger(Postgres(empty_postgres.url) if kind == "postgres" else tmp_path / "ledger.sqlite")

    shared = SharedStore(tmp_path / "near", f"s3://backups-{source}/store", options)
    one, store = ledger_of(source), shared if lies == "s3" else Store(tmp_path / "store")
    filled(one, store)
    first = backup.make(one, store, at)
    assert (first.rows, first.blobs, first.left_out) == (31 + 4, 32, 0)

    two, other = ledger_of(onto), Store(tmp_path / "other")
    done = backup.restore(two, other, at)
    assert (done.rows, done.blobs) == (first.rows, first.blobs)
    steps = Steps(two, other)
    assert steps.known("dub", 1, {}) == {"track": Store(tmp_path / "x").put(b"a track that only a dub names")}
    for n in range(30):
        assert steps.data("speak", 1, {"n": n}, "x", lambda: b"made anew")[1] == b"clip %d" % n
    assert steps.ran == {}
    assert list(two.db.dump(backup.TABLES)) == list(one.db.dump(backup.TABLES))
    assert two.leased() == set()  # those who held leases are gone
    (variant,) = EpisodeRecords(two).variants()
    assert variant.why == "outbox — “fine”"

    with pytest.raises(OptionError, match="holds 35 rows already"):
        backup.restore(two, other, at)
    two.put_step("k2", "later", "x", "0" * 64, 1.0)
    backup.restore(two, other, at, replace=True)
    assert two.step("k2") is None


def backup_key(n: int) -> str:
    return step_key("speak", 1, {"n": n})


def test_a_damaged_or_missing_backup_changes_nothing(tmp_path: Path) -> None:
    one, store = Ledger(tmp_path / "one.sqlite"), Store(tmp_path / "store")
    filled(one, store)
    at = backup.target(str(tmp_path / "backups"), {})
    with pytest.raises(OptionError, match="no backup is there"):
        backup.restore(one, store, at, replace=True)
    made = backup.make(one, store, at)
    two, other = Ledger(tmp_path / "two.sqlite"), Store(tmp_path / "other")
    with pytest.raises(OptionError, match=f"choose from {made.name}"):
        backup.restore(two, other, at, "yesterday")
    (blob, *_more) = [e.name for e in at.list("blobs")]
    whole = at.read(blob)
    at.write(blob, b"other")
    with pytest.raises(StoreError, match="is gone or damaged"):
        backup.restore(two, other, at)
    at.write(blob, whole or b"")
    packed = at.read(f"{made.name}/ledger.jsonl.gz") or b""
    at.write(f"{made.name}/ledger.jsonl.gz", packed[:-1])
    with pytest.raises(StoreError, match=r"ledger\.jsonl\.gz is damaged"):
        backup.restore(two, other, at)
    assert list(two.db.dump(backup.TABLES)) == []
    at.write(f"{made.name}/ledger.jsonl.gz", packed)
    assert backup.restore(two, other, at).rows == made.rows


def test_a_step_whose_blob_is_gone_is_left_out_and_old_backups_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    ledger, store = Ledger(tmp_path / "one.sqlite"), Store(tmp_path / "store")
    filled(ledger, store)
    at = backup.target(str(tmp_path / "backups"), {})
    clock = iter(f"2026010{n}T000000Z" for n in range(1, 9))
    monkeypatch.setattr("localize.storage.backup.time.strftime", lambda *_a: next(clock))
    first = backup.make(ledger, store, at)
    second = backup.make(ledger, store, at)
    assert (second.new_bytes, second.blobs) == (0, first.blobs)
    gone = ledger.step(backup_key(3)) or ""
    store.path(gone).write_bytes(b"damaged")
    ledger.db.write("DELETE FROM steps WHERE key=?", (backup_key(4),))
    third = backup.make(ledger, store, at, keep=2)
    assert (third.rows, third.left_out) == (first.rows - 2, 1)
    assert backup.names(at) == [second.name, third.name]
    assert len(at.list("blobs")) == first.blobs  # the second still needs them
    backup.make(ledger, store, at, keep=1)
    assert len(at.list("blobs")) == third.blobs
    two, other = Ledger(tmp_path / "two.sqlite"), Store(tmp_path / "other")
    assert backup.restore(two, other, at).rows == third.rows
    assert Steps(two, other).data("speak", 1, {"n": 3}, "x", lambda: b"clip 3")[1] == b"clip 3"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_backup_of_a_busy_ledger_names_nothing_that_is_not_there(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    where = Postgres(request.getfixturevalue("empty_postgres").url) if kind == "postgres" else tmp_path / "l.sqlite"
    ledger, store = Ledger(where), Store(tmp_path / "store")
    steps = Steps(ledger, store)
    stop = threading.Event()

    def work() -> None:
        n = 0
        while not stop.is_set():
            steps.data("busy", 1, {"n": n}, "x", lambda n=n: b"%d" % n)  # type: ignore[misc]
            n += 1

    worker = threading.Thread(target=work)
    worker.start()
    try:
        at = backup.target(str(tmp_path / "backups"), {})
        made = backup.make(ledger, store, at)
        while made.rows < 20:
            at = backup.target(str(tmp_path / f"backups{made.rows}"), {})
            made = backup.make(ledger, store, at)
    finally:
        stop.set()
        worker.join()
    two, other = Ledger(tmp_path / "two.sqlite"), Store(tmp_path / "other")
    backup.restore(two, other, at)
    blobs = [row[0] for row in two.db.all("SELECT blob FROM steps")]
    assert len(blobs) == made.rows
    assert all(other.get(b) is not None for b in blobs)


@pytest.mark.models
@pytest.mark.slow
def test_a_run_after_a_restore_redoes_nothing(tmp_path: Path) -> None:
    clip = make(tmp_path / "E01.mp4", seconds=3)
    (tmp_path / "E01.srt").write_text("1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n")

    def localize(home: str, *argv: str) -> str:
        env = {**os.environ, "LOCALIZE_HOME": str(tmp_path / home), "LOCALIZE_GLOSSARIES": str(tmp_path / "bibles")}
        done = subprocess.run(
            [sys.executable, "-m", "localize", *argv],
            env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    run = ["run", str(clip), "--market", "us", "--source-lang", "en", "--out"]
    localize("one", *run, str(tmp_path / "out1"))
    assert "rows" in localize("one", "backup", str(tmp_path / "backups"), "--keep", "3")
    assert "is back" in localize("two", "restore", str(tmp_path / "backups"))
    before = Ledger(tmp_path / "two/ledger.sqlite").db.all("SELECT key, run FROM steps ORDER BY key")
    localize("two", *run, str(tmp_path / "out2"))
    assert Ledger(tmp_path / "two/ledger.sqlite").db.all("SELECT key, run FROM steps ORDER BY key") == before
    one, two = (json.loads((tmp_path / o / "untitled/E01/us/manifest.json").read_text()) for o in ("out1", "out2"))
    assert one["files"].keys() == two["files"].keys()
    assert one["verdict"] == two["verdict"]
    Bucket(f"file://{tmp_path / 'backups'}").check()
