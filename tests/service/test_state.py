"""What machines share: retention and damaged blobs on S3, one memory for all, one market's failure, an older database."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from flows.episode import make_variants
from localize.cli import main
from localize.delivery import deliver
from localize.delivery.result import Delivered
from localize.dubbing.casting import voice_for
from localize.errors import StoreError
from localize.pipeline.episode import Stages
from localize.pipeline.results import Failed
from localize.records import Verdict
from localize.series.cast import Character
from localize.series.memory import Entry
from localize.service.episodes import DELIVERED, REVIEW, EpisodeRecords, want_anew
from localize.session import open_series, remember
from localize.settings import Settings, load_settings
from localize.storage import backup, schema
from localize.storage.bible_rows import RememberedLine, enrol, remembered
from localize.storage.bible_rows import remember as add_rows
from localize.storage.blobs import SharedStore, Store, canonical, place
from localize.storage.database import Postgres, Statements
from localize.storage.leases import LeaseLost
from localize.storage.ledger import Ledger
from localize.storage.retention import sweep
from localize.storage.step_cache import Steps, step_key
from tests.service.conftest import PostgresServer

DAY = 24 * 3600.0


@pytest.fixture
def far(s3: str, tmp_path: Path) -> SharedStore:
    """A store on S3 with a folder of this machine in front of it."""
    name = f"blobs-{time.time_ns()}"
    options = {"client_kwargs": {"endpoint_url": s3}}
    boto3.client("s3", endpoint_url=s3).create_bucket(Bucket=name)
    return SharedStore(tmp_path / "near", f"s3://{name}/x", options)


def test_gc_looks_at_s3_and_leaves_what_is_used(far: SharedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(Ledger(tmp_path / "l.sqlite"), far)
    track = far.put(b"a track that only a dub names")
    kept = steps.data("dub", 1, {"n": 1}, "E01", lambda: canonical({"track": track}))[0]
    gone = steps.data("speak", 1, {"n": 2}, "E02", lambda: b"not used for long")[0]
    now = time.time() + 60 * DAY  # S3 keeps its own times: the clock of whoever sweeps goes on
    monkeypatch.setattr("localize.storage.retention.time.time", lambda: now)
    steps.ledger.db.write("UPDATE steps SET used_at=? WHERE name='dub'", (now,))
    would = sweep(steps.ledger, far, 30, dry_run=True)
    assert (would.blobs, would.by_step, would.kept) == (1, {"speak": 1}, 2)
    assert far.bucket.size(place(gone)) is not None
    assert sweep(steps.ledger, far, 30).blobs == 1
    assert [far.bucket.size(place(d)) is not None for d in (track, kept, gone)] == [True, True, False]
    assert far.path(gone).exists() is False


def test_a_damaged_blob_on_s3_is_replaced_by_put(far: SharedStore, tmp_path: Path) -> None:
    digest = far.put(b"the right bytes")
    far.bucket.write(place(digest), b"the wrong bytes")  # as long as the right ones
    assert far.put(b"the right bytes") == digest
    assert far.bucket.read(place(digest)) == b"the right bytes"
    far.bucket.write(place(digest), b"the wrong bytes")
    assert SharedStore(tmp_path / "other", far.bucket.url, {"client_kwargs": far.bucket.fs.client_kwargs}).get(digest) is None
    assert far.bucket.size(place(digest)) is None  # not believed, and out of the way of the right one


def _add_many(url: str, mark: str) -> None:
    db = Postgres(url)
    for n in range(500):
        line = RememberedLine(source=f"{mark} {n}", pieces=((f"{mark} {n}", False),), who=mark, how="edit")
        db.together(lambda do, line=line: add_rows(do, "night", "en", "es-419", [line]))  # type: ignore[misc]


def test_two_processes_add_to_one_memory_on_postgresql(empty_postgres: PostgresServer) -> None:
    ledger = Ledger(Postgres(empty_postgres.url))
    spawn = multiprocessing.get_context("spawn")
    started = [spawn.Process(target=_add_many, args=(empty_postgres.url, mark)) for mark in ("one", "two")]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    assert len({x.source for x in remembered(ledger.db, "night", "en", "es-419")}) == 1000


def test_what_people_added_goes_over_the_files_into_backups_and_exports(
    place: tuple[Settings, Any, EpisodeRecords], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _bucket, books = place
    folder = settings.glossaries / "night"
    folder.mkdir(parents=True)
    (folder / "terms.csv").write_text("term,kind,es-419\nSummer,person,Verano\n", encoding="utf-8")
    bible = open_series(settings, books.ledger, "night")
    remember(books.ledger, bible, "en", "es-419", [Entry("Come home, Summer.", "Ven a casa, Verano.")], "Ana", "add")
    enrol(books.db, "night", "Summer", [[0.5] * 256], "Ana")
    at = backup.target(str(tmp_path / "backups"), {})
    backup.make(books.ledger, Store(settings.home / "store"), at)
    two = Ledger(tmp_path / "two" / "ledger.sqlite")
    backup.restore(two, Store(tmp_path / "two" / "store"), at)
    back = open_series(settings, two, "night")
    assert back.cast["Summer"].enrolled[0][0] == 0.5
    (folder / "terms.csv").write_text("term,kind,es-419\nSummer,person,Estío\n", encoding="utf-8")
    renamed = open_series(settings, two, "night")
    match = renamed.memory_of("en", "es-419").lookup("Come home, Summer.")
    assert match is not None
    assert match.text(renamed.terms, "es-419") == "Ven a casa, Estío."  # the name follows the glossary
    monkeypatch.setenv("LOCALIZE_HOME", str(settings.home))
    monkeypatch.setenv("LOCALIZE_GLOSSARIES", str(settings.glossaries))
    assert main.main(["bible", "export", "night", str(tmp_path / "out")]) == 0
    assert "Come home, Summer." in (tmp_path / "out/memory.es-419.tmx").read_text(encoding="utf-8")
    assert "Estío" in (tmp_path / "out/terms.tbx").read_text(encoding="utf-8")


def test_a_postgresql_database_of_an_older_program_is_brought_forward(
    empty_postgres: PostgresServer, tmp_path: Path
) -> None:
    import psycopg

    store = Store(tmp_path / "store")
    blob = store.put(canonical({"v": 2}))
    with psycopg.connect(empty_postgres.url, autocommit=True) as db:
        db.execute(schema.TABLES_1)
        row = (step_key("s", 1, {"a": 1}), "s", "E01", blob, "r", 5.0, 1.0)
        db.execute("INSERT INTO steps VALUES (%s,%s,%s,%s,%s,%s,%s)", row)
        db.execute("INSERT INTO episodes VALUES ('s','E01',1,'sha','f','E01.mp4',1.0)")
        db.execute("INSERT INTO variants VALUES ('s','E01',1,'us','delivered','pass','',1,1.0)")
    ledger = Ledger(Postgres(empty_postgres.url))
    assert Steps(ledger, store).json("s", 1, {"a": 1}, "E01", lambda: 1 / 0) == {"v": 2}
    (variant,) = EpisodeRecords(ledger).variants()
    assert (variant.state, variant.digest) == (DELIVERED, "")


# --- one market's failure --------------------------------------------------------------------------------------


def shortest_stages(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tasks of an episode, replaced by the shortest ones: what is tested is what happens between markets."""
    session: Any = type("Session", (), {"settings": settings})()
    episode: Any = type("Episode", (), {"name": "E01"})()
    heard: Any = type("Listened", (), {"transcript": type("Transcript", (), {"language": "en"})()})()
    part: Any = type("LanguagePart", (), {"spoken": "spoken"})()
    stages = Stages(
        admit=lambda *_a: episode,
        listen=lambda *_a: heard,
        translate=lambda *_a: part,
        mix=lambda *_a: None,  # type: ignore[arg-type, return-value]
        deliver=lambda _s, _e, market, _made, out: Delivered("E01", market.name, out, Verdict.PASS, (), {}, False),
    )
    monkeypatch.setattr("flows.tasks.session_for", lambda *_a: session)
    monkeypatch.setattr("flows.tasks.STAGES", stages)
    monkeypatch.setattr("flows.episode._artifacts", lambda *_a: None)


def test_one_market_s_publishing_error_leaves_the_markets_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shortest_stages(load_settings(), monkeypatch)
    told: list[str] = []

    def ended(result: Delivered | Failed) -> None:
        told.append(result.market)
        if result.market == "us":
            raise StoreError("the bucket is away")

    results = make_variants(tmp_path / "E01.mp4", "s", ["us", "latam"], tmp_path, ended=ended)
    assert told == ["us", "latam"]
    assert isinstance(results[0], Failed)
    assert "the bucket is away" in results[0].error
    assert isinstance(results[1], Delivered)

    def lost(_result: Delivered | Failed) -> None:
        raise LeaseLost("somebody else has it")

    with pytest.raises(LeaseLost):  # nothing more is made of what is somebody else's
        make_variants(tmp_path / "E01.mp4", "s", ["us", "latam"], tmp_path, ended=lost)


# --- folders and voices ----------------------------------------------------------------------------------------


def test_a_work_folder_is_in_use_by_whom_it_names(tmp_path: Path) -> None:
    from localize.storage.leases import machine

    def folder(name: str, age_s: float = 0.0) -> Path:
        made = tmp_path / name
        made.mkdir()
        os.utime(made, (time.time() - age_s,) * 2)
        return made

    assert deliver._in_use(folder(f".us.{machine()}-{os.getpid()}.abc.part"))
    assert not deliver._in_use(folder(f".us.{machine()}-999999.abc.part"))
    assert deliver._in_use(folder(".us.another-12.abc.part", 3600))
    assert not deliver._in_use(folder(".us.another-13.abc.part", 2 * DAY))


def test_enrolled_characters_without_a_voice_of_their_own_get_different_ones() -> None:
    language = load_settings().language("en-US")
    vectors = ((0.1,) * 256,)
    cast = {n: Character(n, enrolled=vectors) for n in ("Ada", "Bea", "Cleo")}
    registers = dict.fromkeys(cast, "f")
    voices = [voice_for(n, cast, language, registers) for n in cast]
    assert len(language.voices["f"]) >= 2
    assert voices[0] != voices[1]


def test_what_is_wanted_anew_stays_wanted_whoever_finishes_an_old_plan(empty_postgres: PostgresServer) -> None:
    """A worker that planned before holds the episode for done, and writes so while a person's edit is being written."""
    books, late = (EpisodeRecords(Ledger(Postgres(empty_postgres.url))) for _ in range(2))
    known, _fresh = books.admit("night", "E01", "sha", "E01.mp4")
    books.set_state(known, "latam", REVIEW, "review", digest="made-1")
    books.finish([(known, ("latam",))])
    assert books.unfinished() == []
    finishes = threading.Thread(target=late.finish, args=([(known, ("latam",))],))

    def edited(do: Statements) -> None:
        want_anew(do, known, "latam")
        finishes.start()
        time.sleep(1.0)

    books.db.together(edited)
    finishes.join(20)
    assert books.unfinished() == [known]
