"""Wanted minus done, and what people decide."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.errors import LocalizeError, OptionError, SidecarError
from localize.files import file_sha256
from localize.service import decisions, outbox, rules
from localize.service.decisions import Seen, Word
from localize.service.episodes import (
    DELIVERED,
    FAILED,
    REJECTED,
    REVIEW,
    RUNNING,
    EpisodeRecords,
    Known,
    Variant,
    key_of,
)
from localize.service.plan import MOST_TRIES, plan
from localize.service.rules import BY_HAND
from localize.service.service import Service
from localize.service.status import standings
from localize.session import open_series
from localize.settings import Settings
from localize.storage.bucket import Bucket
from localize.storage.database import Statements
from tests.localize.test_exchange import REPORT

Place = tuple[Settings, Bucket, EpisodeRecords]
MARKETS = ("us", "latam", "brazil", "india")


def episode(number: int, revision: int = 1) -> Known:
    name = f"E{number:05d}"
    return Known(
        "s", name, revision, f"sha{number}-{revision}", f"episodes/s/{name}/r{revision}", f"{name}.mp4", number
    )


def test_only_what_is_missing_is_wanted() -> None:
    episodes = [episode(1), episode(2, 2), episode(3), episode(4)]
    variants = [
        *(Variant("s", "E00001", 1, m, DELIVERED) for m in MARKETS),
        Variant("s", "E00002", 1, "us", DELIVERED),  # an older revision
        Variant("s", "E00003", 1, "us", REVIEW),
        Variant("s", "E00003", 1, "latam", REJECTED),
        Variant("s", "E00003", 1, "brazil", FAILED, why="no route", tries=MOST_TRIES),
        Variant("s", "E00003", 1, "india", RUNNING, tries=1),  # its worker died
    ]
    made = plan(episodes, variants, lambda _s: MARKETS, {key_of(episode(4))})
    assert [(w.episode.name, w.markets) for w in made.todo] == [("E00002", MARKETS), ("E00003", ("india",))]
    assert [w.episode.name for w in made.running] == ["E00004"]
    assert [(s.market, s.why) for s in made.stuck] == [("brazil", "3 tries: no route")]
    assert len(plan(episodes, [], lambda _s: MARKETS, set(), most=2).todo) == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(MARKETS), st.sampled_from([DELIVERED, FAILED, RUNNING]))))
def test_wanted_and_done_together_are_everything(rows: list[tuple[int, str, str]]) -> None:
    episodes = [episode(i) for i in range(10)]
    variants = list({(e, m): Variant("s", f"E{e:05d}", 1, m, state) for e, m, state in rows}.values())
    made = plan(episodes, variants, lambda _s: MARKETS, set())
    wanted = {(w.episode.name, m) for w in made.todo for m in w.markets}
    done = {(v.name, v.market) for v in variants if v.state == DELIVERED}
    assert not wanted & done
    assert wanted | done == {(e.name, m) for e in episodes for m in MARKETS}


def test_ten_thousand_episodes_are_planned_quickly(place: Place, figure) -> None:  # type: ignore[no-untyped-def]
    settings, bucket, books = place

    def fill(do: Statements) -> None:
        for i in range(10_000):
            known = episode(i)
            row = (known.series, known.name, 1, known.sha256, known.folder, known.file, float(i))
            do.write("INSERT INTO episodes (series, name, revision, sha256, folder, file, admitted_at) VALUES (?,?,?,?,?,?,?)", row)
            for n, market in enumerate(MARKETS):
                if (i * 4 + n) % 100:
                    row = ("s", known.name, 1, market, DELIVERED, "pass", "", 1, 0.0)
                    do.write("INSERT INTO variants (series, name, revision, market, state, verdict, why, tries, at) VALUES (?,?,?,?,?,?,?,?,?)", row)

    books.db.together(fill)
    office = Service(settings, bucket, books)
    started = time.monotonic()
    office.plan()
    seconds = time.monotonic() - started
    books.reopen()
    tracemalloc.start()
    made = office.plan()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    figure("catch-up over 10,000 x 4, 99 % done: seconds, MB", f"{seconds:.1f}, {peak:.0f}")
    assert sum(len(w.markets) for w in made.todo) == 400
    assert seconds <= 5
    assert peak <= 300


def test_a_back_catalogue_waits_for_what_is_new(place: Place) -> None:
    settings, bucket, books = place
    office = Service(settings, bucket, books)
    bucket.write("inbox/old/series.toml", b'catalogue = "back"\nmarkets = ["us"]\n')
    bucket.write("inbox/slow/series.toml", b'start = "by hand"\nmarkets = ["us"]\n')
    bucket.write("inbox/new/series.toml", b'markets = ["us"]\n')
    since = time.time()
    for series, name in (("old", "O1"), ("old", "O2"), ("slow", "S1"), ("new", "N1")):
        books.admit(series, name, name, f"{name}.mp4")
    assert [w.episode.name for w in office.plan().todo] == ["N1", "O1", "O2"]
    assert {r.episode: r.why for r in standings(office)} == {"O1": "", "O2": "", "S1": BY_HAND, "N1": ""}
    office.tell(books.episode("slow", "S1"))  # type: ignore[arg-type]
    assert json.loads(bucket.read("status/slow/S1.json"))["markets"]["us"]["why"] == BY_HAND  # type: ignore[arg-type]
    tried: set[str] = set()
    order = []
    while (
        work := office.next("slow", since, tried)
    ) is not None:  # a season by hand gives way to what was dropped since
        order.append(work.episode.name)
        tried.add(key_of(work.episode))
    assert order == ["N1", "S1"]
    first = office.next(None, since, set())
    assert first is not None
    assert first.episode.name == "N1"
    books.set_state(first.episode, "us", DELIVERED)
    second = office.next(None, since, set())
    assert second is not None
    assert second.episode.name == "O1"
    assert office.missing(first.episode, ("us", "latam")) == ("latam",)
    books.set_state(second.episode, "us", REVIEW)
    assert [(k.name, m) for k, m in office.waiting()] == [("O1", "us")]
    with pytest.raises(SidecarError, match="catalogue"):
        rules.rules_of(b'catalogue = "middle"', "x")


def test_a_reviewer_s_machine_knows_whether_it_holds_what_was_sent(place: Place) -> None:
    settings, bucket, books = place
    office = Service(settings, bucket, books)
    known, _fresh = books.admit("night", "E01", "sha", "E01.mp4")
    assert not office.at_hand(known, "latam")
    assert office.report_of(known, "latam") is None
    folder = variant_folder(office.folder(known, "latam"))
    assert office.at_hand(known, "latam")
    sent = (folder / "report.json").read_bytes()
    bucket.write("review/night/E01/latam/report.json", sent.replace(b"review", b"pass"))
    assert not office.at_hand(known, "latam")  # another machine made it anew
    report = office.report_of(known, "latam")
    assert report is not None
    assert report["verdict"] == "pass"
    bucket.write("review/night/E01/latam/report.json", sent)
    assert office.at_hand(known, "latam")


# --- what goes out, and who decides ----------------------------------------------------------------------------


def variant_folder(folder: Path, verdict: str = "review") -> Path:
    folder.mkdir(parents=True)
    (folder / "E01.latam.mp4").write_bytes(b"video")
    (folder / "report.json").write_text(json.dumps({**REPORT, "verdict": verdict, "reasons": ["rate: L001"]}))
    files = {p.name: {"sha256": file_sha256(p), "bytes": p.stat().st_size} for p in folder.iterdir()}
    manifest = {"schema": 1, "verdict": verdict, "may_go_out": verdict == "pass", "files": files, "variant": "made-1"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_set_goes_out_whole_with_its_manifest_last(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, bucket, books = place
    known, _fresh = books.admit("night", "E01", "sha", "E01.mp4")
    folder = variant_folder(settings.home / "work/night/E01/latam")
    bucket.write("outbox/night/E01/latam/old.vtt", b"of an older revision")
    bucket.write("outbox/night/E01/latam/manifest.json", b"{}")
    order: list[str] = []
    real_upload, real_write, real_remove = Bucket.upload, Bucket.write, Bucket.remove
    monkeypatch.setattr(Bucket, "upload", lambda b, p, n: (order.append(n), real_upload(b, p, n))[1])
    monkeypatch.setattr(Bucket, "write", lambda b, n, d: (order.append(n), real_write(b, n, d))[1])
    monkeypatch.setattr(Bucket, "remove", lambda b, n: (order.append(f"-{n}"), real_remove(b, n))[1])
    to = outbox.publish(bucket, known, "latam", folder, "Ana")
    assert order[0] == f"-{to}/manifest.json"
    assert order[-1] == f"{to}/manifest.json"
    assert [e.name.rsplit("/", 1)[1] for e in bucket.list(to)] == ["E01.latam.mp4", "manifest.json", "report.json"]
    assert json.loads(bucket.read(f"{to}/manifest.json") or b"")["approved_by"] == "Ana"
    order.clear()
    outbox.publish(bucket, known, "latam", folder, "Ana")
    assert order == []  # the same set is not sent twice
    (folder / "E01.latam.mp4").write_bytes(b"other")
    with pytest.raises(LocalizeError, match="is not what its manifest says"):
        outbox.publish(bucket, known, "latam", folder, "Ben")
    assert bucket.read(f"{to}/manifest.json") is None  # half a set has no manifest


def test_a_decision_is_kept_and_done(place: Place) -> None:
    settings, bucket, books = place
    known, _fresh = books.admit("night", "E01", "sha", "E01.mp4")
    bible = open_series(settings, books.ledger, "night")
    folder = variant_folder(settings.home / "work/night/E01/latam")
    for market in ("latam", "brazil", "us"):
        books.set_state(known, market, REVIEW, "review", digest="made-1")
    ana = Word(Seen(1, "made-1"), "Ana", "fine")
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    text = decisions.question(report, "file:///x")
    assert text.index("**L001**") < text.index("**L000**")  # flagged lines first
    assert decisions.edit(books, bible, known, "latam", report, "L002: Nadie duerme.\n\nl003 = Claro.", ana) == 2
    held = bible.memory_of("en", "es-419")
    assert set(held.entries) == {"nobody sleeps", "yes"}
    books.set_state(known, "latam", REVIEW, "review", digest="made-1")  # made anew: it came out the same
    for bad in ("L777: x", "nothing", "L000: Ven a casa, Verano.", ""):
        with pytest.raises((OptionError, SidecarError)):
            decisions.edit(books, bible, known, "latam", report, bad, ana)
    assert set(bible.memory_of("en", "es-419").entries) == {"nobody sleeps", "yes"}
    to = decisions.approve(bucket, books, bible, known, "latam", folder, ana)
    assert bucket.read(f"{to}/manifest.json") is not None
    variant = books.variant(known, "latam")
    assert variant is not None
    assert (variant.state, variant.why) == (DELIVERED, "approved by Ana")
    assert "i know who why" in {*bible.memory_of("en", "es-419").entries}
    decisions.reject(books, known, "brazil", Word(Seen(1, "made-1"), "Ben", "wrong tone"))
    outbox.tell(bucket, books, known, ("latam", "brazil", "us"))
    status = json.loads(bucket.read("status/night/E01.json") or b"")
    assert {m: r["state"] for m, r in status["markets"].items()} == {
        "latam": "delivered", "brazil": "rejected", "us": "review",
    }  # fmt: skip
    assert [(d["decision"], d["who"]) for d in status["decisions"]] == [
        ("edit", "Ana"),
        ("approve", "Ana"),
        ("reject", "Ben"),
    ]
    failed = variant_folder(settings.home / "work/night/E01/us", "fail")
    with pytest.raises(OptionError, match="cannot be approved"):
        decisions.approve(bucket, books, bible, known, "us", failed, ana)


def test_what_linguists_drop_back_is_taken_or_refused_with_a_reason(place: Place) -> None:
    settings, bucket, books = place
    office = Service(settings, bucket, books)
    known, _fresh = books.admit("night", "E01", "sha", "E01.mp4")
    variant_folder(office.folder(known, "latam"))
    report = json.loads((office.folder(known, "latam") / "report.json").read_text())
    books.set_state(known, "latam", REVIEW)
    sent = decisions.send_out(bucket, known, "latam", report, 17)
    text = (bucket.read(sent) or b"").decode()
    back = "review/night/E01/latam/back"
    bucket.write(f"{back}/a.xlf", text.replace("Ven a casa, Summer.", "Vuelve a casa, Summer.").encode())
    bucket.write(f"{back}/b.xlf", text.replace("Ven a casa, Summer.", "Ven a casa.").encode())
    assert office.take_returns() == [(known, "latam")]
    assert books.variant(known, "latam") is None  # wanted again
    assert "come home summer" in office.bible("night").memory_of("en", "es-419").entries
    names = {e.name.removeprefix("review/night/E01/latam/") for e in bucket.list("review")}
    assert names == {"E01.es-419.xlf", "taken/a.xlf", "refused/b.xlf", "refused/b.xlf.reason.txt"}
    assert b"'Summer' is missing" in (bucket.read("review/night/E01/latam/refused/b.xlf.reason.txt") or b"")
