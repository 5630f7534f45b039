"""Outcomes of steps, leases, schema versions and retention: what is kept, for how long, and by whom it is held."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

from localize.errors import StoreError
from localize.storage import leases, schema
from localize.storage.bible_rows import RememberedLine, enrol, enrolled, pairs, remember, remembered
from localize.storage.blobs import Store, canonical
from localize.storage.database import Sqlite
from localize.storage.leases import LEASE_S, LeaseLost, machine
from localize.storage.ledger import Ledger
from localize.storage.retention import RECENT_S, sweep
from localize.storage.step_cache import FAILED_S, Failure, Steps, step_key

DAY = 24 * 3600.0


# --- outcomes --------------------------------------------------------------------------------------------------


def test_a_passing_failure_serves_its_run_and_is_not_kept(steps: Steps) -> None:
    rows = [({"n": n}, f"E01 L00{n}", n) for n in range(3)]

    def down_for_one(items: list[int]) -> list[object]:
        return [Failure({"text": "", "error": "the engine is away"}, "the engine is away") if n == 1 else n for n in items]

    assert steps.batch("t", 1, rows, down_for_one) == [0, {"text": "", "error": "the engine is away"}, 2]
    assert steps.known("t", 1, {"n": 1}) is None
    asked: list[int] = []
    assert steps.batch("t", 1, rows, lambda items: asked.extend(items) or ["now"]) == [0, "now", 2]
    assert asked == [1]


def test_a_lasting_failure_is_kept_with_its_error_until_it_expires(steps: Steps) -> None:
    made: list[int] = []

    def loops() -> Failure:
        made.append(1)
        return Failure({"error": "it loops"}, "it loops", passing=False)

    for _ in range(2):
        assert steps.json("t", 1, {}, "E01 L001", loops) == {"error": "it loops"}
    assert made == [1]
    assert steps.ledger.failures("E01") == [("t", "E01 L001", "it loops")]
    steps.ledger.db.write("UPDATE steps SET until = until - ?", (FAILED_S + 1,))
    assert steps.json("t", 1, {}, "E01 L001", lambda: {"text": "fine"}) == {"text": "fine"}
    assert steps.ledger.failures() == []
    steps.ledger.db.write("UPDATE steps SET done_at = 0, used_at = 0")
    assert steps.json("t", 1, {}, "E01 L001", loops) == {"text": "fine"}  # a result does not expire


@dataclass(frozen=True)
class Inputs:
    text: str = "Come home."
    limits: tuple[int, ...] = (42, 17)
    speed: float = 1.0
    terms: tuple[tuple[str, str], ...] = (("Summer", "Verano"),)
    engine: str = "sha"


def test_every_field_of_a_step_s_inputs_is_in_its_key() -> None:
    first = Inputs()
    other = {"text": "Go.", "limits": (42, 20), "speed": 1.1, "terms": (("Summer", "Summer"),), "engine": "other"}
    keys = {step_key("s", 1, replace(first, **{f.name: other[f.name]})) for f in fields(first)}
    assert len(keys | {step_key("s", 1, first)}) == len(fields(first)) + 1
    # keys of plain JSON are what they always were: what an older program did is still found
    assert step_key("s", 1, {"b": [1, "é"], "a": None}) == step_key("s", 1, {"a": None, "b": (1, "é")})
    assert step_key("probe", 2, {"file": "x"}) == "11ae3427f6e01fde8844ae2fb13eee9338ce2b5b6ebc7229afa7722a1b543aca"


def test_put_replaces_a_damaged_blob(steps: Steps) -> None:
    digest = steps.store.put(b"the bytes")
    steps.store.path(digest).write_bytes(b"the bytez")
    assert steps.store.put(b"the bytes") == digest
    assert steps.store.path(digest).read_bytes() == b"the bytes"


# --- leases ----------------------------------------------------------------------------------------------------


def test_a_lease_outlasts_the_tries_at_the_database() -> None:
    from localize.storage.database import PATIENCE_S

    assert LEASE_S * 3 / 4 > PATIENCE_S + 10  # a renewal may begin a quarter of it late


def test_who_lost_a_lease_cannot_write(steps: Steps) -> None:
    one, other = steps.ledger, Ledger(steps.ledger.db)
    assert one.take("k")
    one.put_step("k", "s", "x", "blob of one", 0.1, leased=True)
    one.db.write("UPDATE leases SET until=0")  # it slept; on another machine nobody can ask whether it lives
    assert other.take("k")
    with pytest.raises(LeaseLost):
        one.put_step("k", "s", "x", "late", 0.1, leased=True)
    with pytest.raises(LeaseLost):
        one.check_held("k")
    other.put_step("k", "s", "x", "blob of the other", 0.1, leased=True)
    assert one.step("k") == "blob of the other"
    one.drop("k")  # gives back nothing that is somebody else's
    other.check_held("k")
    other.drop("k")
    assert one.take("k")
    one.put_step("k", "s", "x", "again", 0.1, leased=True)


def test_the_token_grows_with_every_holder(steps: Steps) -> None:
    def fence() -> int:
        row = steps.ledger.db.one("SELECT fence FROM leases WHERE key='k'")
        return int(row[0]) if row else 0

    seen = []
    for _ in range(5):
        holder = Ledger(steps.ledger.db)
        assert holder.take("k")
        seen.append(fence())
        holder.db.write("UPDATE leases SET until=0")
    assert seen == sorted(set(seen))


def test_leases_of_a_batch_are_given_back_whatever_happens(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.shared = True
    rows = [({"n": n}, "x", n) for n in range(3)]
    with pytest.raises(ZeroDivisionError):
        steps.batch("b", 1, rows, lambda items: [1 / 0 for _ in items])
    assert steps.ledger.leased() == set()
    taken: list[str] = []
    real = steps.ledger.take

    def second_fails(key: str) -> bool:
        if len(taken) == 1:
            raise StoreError("the database is away")
        taken.append(key)
        return real(key)

    monkeypatch.setattr(steps.ledger, "take", second_fails)
    with pytest.raises(StoreError):
        steps.batch("b", 1, rows, lambda items: [0 for _ in items])
    assert len(taken) == 1
    assert steps.ledger.leased() == set()


def test_a_holder_that_died_on_this_machine_holds_nobody_up(steps: Steps) -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    sql = "INSERT INTO leases (key, owner, until, fence) VALUES (?,?,?,1)"
    steps.ledger.db.write(sql, ("here", f"r@{machine()}:{child.pid}", time.time() + 1000))
    steps.ledger.db.write(sql, ("there", f"r@another-machine:{child.pid}", time.time() + 1000))
    steps.ledger.db.write(sql, ("alive", f"r@{machine()}:{os.getpid()}", time.time() + 1000))
    assert steps.ledger.leased() == {"there", "alive"}
    assert [steps.ledger.take(k) for k in ("here", "there", "alive")] == [True, False, False]
    assert not leases.died_here("somebody")


# --- versions --------------------------------------------------------------------------------------------------


def test_a_ledger_of_an_older_program_opens_and_its_steps_count(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    old = sqlite3.connect(path)
    old.executescript(schema.TABLES_1)
    blob = Store(tmp_path / "store").put(canonical({"v": 2}))
    old.execute("INSERT INTO steps VALUES (?,?,?,?,?,?,?)", (step_key("s", 1, {"a": 1}), "s", "E01", blob, "r", 5.0, 1.0))
    old.execute("INSERT INTO episodes VALUES ('s','E01',1,'sha','episodes/s/E01/r1','E01.mp4',1.0)")
    old.execute("INSERT INTO variants VALUES ('s','E01',1,'us','delivered','pass','',1,1.0)")
    old.execute("INSERT INTO decisions VALUES ('id','s','E01',1,'us','approve','Ana','fine',1.0)")
    old.commit()
    old.close()
    for _ in range(2):
        steps = Steps(Ledger(path), Store(tmp_path / "store"))
        assert steps.json("s", 1, {"a": 1}, "E01", lambda: 1 / 0) == {"v": 2}
    assert steps.ledger.db.one("SELECT version FROM schema_version") == (len(schema.VERSIONS),)
    assert steps.ledger.db.one("SELECT digest, answer FROM decisions") == ("", None)
    steps.ledger.db.write("UPDATE schema_version SET version=99")
    with pytest.raises(StoreError, match="newer program"):
        Ledger(path)


def test_processes_that_open_a_new_ledger_at_once_make_it_once(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from localize.storage.ledger import Ledger; Ledger(Path(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "l.sqlite")]) for _ in range(3)]
    assert [p.wait(60) for p in started] == [0, 0, 0]


# --- what people added -----------------------------------------------------------------------------------------


def line(source: str, target: str, before: str = "") -> RememberedLine:
    return RememberedLine(source=source, pieces=((target, False),), before=before, who="Ana", how="edit")


def _add_many(path: Path, mark: str) -> None:
    db = Sqlite(path)
    for n in range(500):
        db.together(lambda do, n=n: remember(do, "night", "en", "es-419", [line(f"{mark} {n}", f"{mark} {n}")]))  # type: ignore[misc]


def test_two_processes_add_to_one_memory_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path)
    spawn = multiprocessing.get_context("spawn")
    started = [spawn.Process(target=_add_many, args=(path, mark)) for mark in ("one", "two")]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    found = remembered(Sqlite(path), "night", "en", "es-419")
    assert len({x.source for x in found}) == 1000


def test_rows_tell_who_and_the_newest_counts(tmp_path: Path) -> None:
    db = Ledger(tmp_path / "l.sqlite").db
    db.together(lambda do: remember(do, "s", "en", "hi-IN", [line("Go.", "जाओ।"), line("Go.", "जाइए।")]))
    assert [x.pieces for x in remembered(db, "s", "en", "hi-IN")] == [(("जाओ।", False),), (("जाइए।", False),)]
    assert remembered(db, "s", "en", "es-419") == []
    assert pairs(db, "s") == [("en", "hi-IN")]
    enrol(db, "s", "Summer", [[0.1] * 256], "Ana")
    enrol(db, "s", "Leo", [[0.3] * 256], "Ana")
    enrol(db, "s", "Summer", [[0.2] * 256], "Ben")
    assert {k: v[0][0] for k, v in enrolled(db, "s").items()} == {"Summer": 0.2, "Leo": 0.3}


# --- retention -------------------------------------------------------------------------------------------------


def aged(steps: Steps, days: float) -> None:
    """Everything there is becomes so old, unused since."""
    past = time.time() - days * DAY
    steps.ledger.db.write("UPDATE steps SET done_at=?, used_at=?", (past, past))
    for blob in steps.store.blobs():
        os.utime(steps.store.path(blob.digest), (past, past))


def test_what_is_used_stays_however_old_it_is(steps: Steps) -> None:
    track = steps.store.put(b"a track that only a dub names")
    steps.data("dub", 1, {"n": 1}, "E01", lambda: canonical({"track": track}))
    steps.data("speak", 1, {"n": 2}, "E02", lambda: b"never used again")
    aged(steps, 40)
    steps.data("dub", 1, {"n": 1}, "E01", lambda: b"not made again")
    would = sweep(steps.ledger, steps.store, 30, dry_run=True)
    assert (would.steps, would.blobs, would.by_step) == (1, 1, {"speak": 1})
    assert len(list(steps.store.blobs())) == 3
    assert sweep(steps.ledger, steps.store, 30) == would
    assert steps.store.get(track) is not None
    assert sweep(steps.ledger, steps.store, 30).blobs == 0


def test_what_an_undelivered_variant_or_a_running_step_needs_stays(steps: Steps) -> None:
    for name in ("E01", "E 02", "E03"):
        steps.data("dub", 1, {"n": name}, f"{name} es-419 L001", lambda name=name: name.encode())  # type: ignore[misc]
    aged(steps, 40)
    sql = "INSERT INTO variants (series, name, revision, market, state, verdict, why, tries, at) VALUES (?,?,1,?,?,'','',1,0)"
    for name, state in (("E01", "delivered"), ("E 02", "review"), ("E03", "delivered")):
        steps.ledger.db.write(sql, ("s", name, "us", state))
    steps.ledger.take("a run")
    aged_lease = int((time.time() - 50 * DAY) * 1e6)
    steps.ledger.db.write("UPDATE leases SET fence=?", (aged_lease,))
    assert sweep(steps.ledger, steps.store, 30, dry_run=True).steps == 0  # a run that began 50 days ago may need it
    steps.ledger.drop("a run")
    swept = sweep(steps.ledger, steps.store, 30)
    assert (swept.steps, swept.kept) == (2, 1)
    assert "not delivered" in swept.why[0]
    assert steps.data("dub", 1, {"n": "E 02"}, "x", lambda: b"not made again")[1] == b"E 02"
    assert RECENT_S > 3600
