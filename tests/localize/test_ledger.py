"""Store, ledger and steps: what was done is kept, what is damaged is made again, a kill loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.errors import StoreError
from localize.records import Line, Transcript, Word, from_json, to_json
from localize.storage.blobs import Store, canonical
from localize.storage.database import Sqlite
from localize.storage.ledger import Ledger
from localize.storage.step_cache import Steps, at_first, step_key


def test_a_done_step_is_reused_and_counted(steps: Steps) -> None:
    calls: list[int] = []
    for _ in range(2):
        assert steps.json("s", 1, {"a": 1}, "x", lambda: calls.append(1) or {"v": 2}) == {"v": 2}
    assert calls == [1]
    assert steps.ran == {"s": 1}
    assert steps.reused == {"s": 1}
    assert steps.ledger.done_in_run() == {"s": 1}


def test_the_first_step_that_is_not_done_is_told_once_and_reuse_never(steps: Steps) -> None:
    told: list[str] = []
    rows = [({"n": n}, f"L{n}", n) for n in (1, 2)]
    for _ in range(2):
        with at_first(lambda: told.append("begun")):
            assert steps.batch("s", 1, rows, lambda items: items) == [1, 2]
            steps.json("t", 1, {}, "x", lambda: 1)
    assert told == ["begun"]
    steps.json("u", 1, {}, "x", lambda: 1)  # outside, nobody asked
    assert told == ["begun"]


def test_a_damaged_blob_is_made_again(steps: Steps) -> None:
    digest, _data = steps.data("s", 1, {}, "x", lambda: b"good")
    path = steps.store.path(digest)
    path.write_bytes(b"goox")
    assert steps.data("s", 1, {}, "x", lambda: b"good") == (digest, b"good")
    assert path.read_bytes() == b"good"


def test_a_missing_blob_is_made_again(steps: Steps) -> None:
    digest, _data = steps.data("s", 1, {}, "x", lambda: b"good")
    steps.store.path(digest).unlink()
    assert steps.data("s", 1, {}, "x", lambda: b"good")[1] == b"good"


def test_a_digest_alone_costs_no_reading_and_no_damage_is_missed(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    read: list[str] = []
    whole = Store.get
    monkeypatch.setattr(Store, "get", lambda self, digest: read.append(digest) or whole(self, digest))

    def asked() -> str:
        return steps.digest("s", 1, {}, "x", lambda: made.append(1) or b"good")

    digest = asked()
    assert [asked() for _ in range(3)] == [digest] * 3
    assert (made, read) == ([1], [digest])  # compared once after it was made, then known by its file
    steps.store.path(digest).write_bytes(b"goox")
    assert (asked(), made) == (digest, [1, 1])
    assert steps.store.path(digest).read_bytes() == b"good"
    steps.store.path(digest).unlink()
    assert (asked(), made) == (digest, [1, 1, 1])
    assert steps.store.need(digest) == b"good"
    assert (steps.ran, steps.reused) == ({"s": 3}, {"s": 3})


def test_a_batch_makes_only_what_is_new(steps: Steps) -> None:
    seen: list[list[str]] = []

    def make(items: list[str]) -> list[str]:
        seen.append(items)
        return [i.upper() for i in items]

    rows = [({"t": t}, t, t) for t in "abc"]
    assert steps.batch("b", 1, rows[:2], make) == ["A", "B"]
    assert steps.batch("b", 1, rows, make) == ["A", "B", "C"]
    assert seen == [["a", "b"], ["c"]]


def test_a_step_that_raises_leaves_no_row(steps: Steps) -> None:
    with pytest.raises(ZeroDivisionError):
        steps.json("s", 1, {}, "x", lambda: 1 / 0)
    assert steps.ledger.done_in_run() == {}


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=5), st.none()), max_size=5))
def test_a_key_does_not_depend_on_order(inputs: dict[str, object]) -> None:
    turned = dict(reversed(inputs.items()))
    assert step_key("s", 1, inputs) == step_key("s", 1, turned)
    assert step_key("s", 1, inputs) != step_key("s", 2, inputs)


def test_dataclasses_come_back_from_json() -> None:
    transcript = Transcript(
        "en", "asr", (Word(0, "Hi", 0, 90, 0.5),), (Line("L001", "S1", 0, 90, "Hi", (0,)),), ((0, 90),)
    )
    assert from_json(Transcript, to_json(transcript)) == transcript


def test_threads_that_come_and_go_share_connections_and_no_two_have_one_at_once(tmp_path: Path) -> None:
    db = Sqlite(tmp_path / "ledger.sqlite")
    db.write("CREATE TABLE seen (n INTEGER)")
    together = threading.Barrier(3)

    def add(n: int) -> None:
        together.wait(10)
        db.together(lambda do: [do.write("INSERT INTO seen VALUES (?)", (n,)), do.all("SELECT max(n) FROM seen")])

    for n in range(0, 60, 3):
        threads = [threading.Thread(target=add, args=(n + k,)) for k in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert db.all("SELECT count(DISTINCT n) FROM seen") == [(60,)]
    assert len(db._idle) <= 3


def test_a_statement_that_fails_leaves_its_connection_as_it_was(tmp_path: Path) -> None:
    db = Sqlite(tmp_path / "ledger.sqlite")
    db.write("CREATE TABLE seen (n INTEGER UNIQUE)")
    db.write("INSERT INTO seen VALUES (1)")
    with pytest.raises(StoreError):
        db.together(lambda do: [do.write("INSERT INTO seen VALUES (2)"), do.write("INSERT INTO seen VALUES (1)")])
    with pytest.raises(StoreError):
        db.write("INSERT INTO seen VALUES (1)")
    assert [row for _table, row in db.dump(["seen"])] == [{"n": 1}]
    db.write("INSERT INTO seen VALUES (3)")
    assert db.all("SELECT n FROM seen ORDER BY n") == [(1,), (3,)]
    assert len(db._idle) == 1


def test_an_unchanged_file_is_known_and_a_changed_one_is_not(tmp_path: Path, steps: Steps) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"one")
    steps.ledger.put_source(path, "digest")
    assert steps.ledger.source(path) == "digest"
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert steps.ledger.source(path) is None


def test_a_process_killed_at_any_moment_leaves_a_ledger_that_holds(tmp_path: Path) -> None:
    """Ten kills at random moments: every row's blob is there and whole, and no half file has a real name."""
    script = textwrap.dedent(f"""
        import os, random
        from pathlib import Path
        from localize.storage.ledger import Ledger
        from localize.storage.step_cache import Steps
        from localize.storage.blobs import Store
        steps = Steps(Ledger(Path({str(tmp_path)!r}) / "l.sqlite"), Store(Path({str(tmp_path)!r}) / "store"))
        print("ready", flush=True)
        while True:
            n = random.randrange(10**9)
            steps.data("s", 1, {{"n": n}}, "x", lambda: os.urandom(200_000))
    """)
    for delay in range(10):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.03 + delay * 0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    ledger, store = Ledger(tmp_path / "l.sqlite"), Store(tmp_path / "store")
    rows = ledger.db.all("SELECT blob FROM steps")
    assert len(rows) >= 10
    assert all(store.get(blob) is not None for (blob,) in rows)


def test_canonical_json_is_one_text() -> None:
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
