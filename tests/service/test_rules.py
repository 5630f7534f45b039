"""A series' rules fail closed, and whatever lies in the inbox untaken is mentioned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localize.cli import main
from localize.errors import SidecarError
from localize.service import rules
from localize.service.episodes import DELIVERED
from localize.service.inbox import Dropped, ready
from localize.service.rules import Rules
from localize.service.service import Service
from localize.service.status import left_in_inbox, standings
from localize.storage.bucket import Entry
from tests.service.test_inbox import Clock, clip, different  # noqa: F401  (a fixture)
from tests.service.test_plan import Place


@pytest.mark.parametrize("text", [b"markets = ", b'markets = ["mars"]', b"wait_for = 3", b"\xff\xfe\x00", b"late = true"])
def test_unreadable_rules_hold_their_series_until_they_are_fixed(place: Place, clip: bytes, text: bytes) -> None:  # noqa: F811
    office = Service(*place)
    bucket, clock = office.bucket, Clock()
    for series in ("bad", "good"):
        bucket.write(f"inbox/{series}/E01.mp4", different(clip, len(series)))
        bucket.write(f"inbox/{series}/E01.done", b"")
    bucket.write("inbox/bad/series.toml", text)
    office.books.admit("bad", "E00", "sha", "E00.mp4")
    found = office.look(clock)
    assert [k.series for k in found.admitted] == ["good"]
    assert found.refused == []
    assert bucket.list("quarantine") == []
    assert any(w.startswith("bad/E01: held: series.toml") for w in found.waiting)
    assert [w.episode.series for w in office.plan().todo] == ["good"]
    assert set(office.plan().held) == {"bad"}
    assert office.plan(series="bad").todo == []
    assert {r.state for r in standings(office, "bad")} == {"held"}
    told = bucket.read("status/bad/series.toml.reason.txt") or b""
    assert b"Nothing of bad is taken or made" in told
    bucket.remove("status/bad/series.toml.reason.txt")
    office.look(clock)
    assert bucket.read("status/bad/series.toml.reason.txt") is None  # it is said once
    bucket.write("inbox/bad/series.toml", b'markets = ["us"]')
    assert [k.series for k in office.look(clock).admitted] == ["bad"]
    assert {(w.episode.series, w.markets) for w in office.plan().todo if w.episode.series == "bad"} == {("bad", ("us",))}


def test_a_market_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(SidecarError, match="no market named 'mars': choose from latam, us"):
        rules.rules_of(b'markets = ["us", "mars"]', "s/series.toml", ("us", "latam"))


def test_health_says_which_series_is_held(place: Place, monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    settings, bucket, _books = place
    monkeypatch.setenv("LOCALIZE_HOME", str(settings.home))
    monkeypatch.setenv("LOCALIZE_BUCKET", settings.bucket)
    bucket.write("inbox/night/series.toml", b'markets = ["mars"]')
    Service(*place).look()
    assert main.main(["health", "--part", "series", "--json"]) == 1
    (part,) = json.loads(capsys.readouterr().out)
    assert "night" in part["text"]
    assert "mars" in part["text"]


def test_a_series_wanted_for_another_market_is_planned_again(place: Place) -> None:
    office = Service(*place)
    office.bucket.write("inbox/s/series.toml", b'markets = ["us"]')
    known, _fresh = office.books.admit("s", "E01", "sha", "E01.mp4")
    office.books.set_state(known, "us", DELIVERED)
    office.look()
    assert office.plan().todo == []
    assert office.books.unfinished() == []  # not looked at again
    office.bucket.write("inbox/s/series.toml", b'markets = ["us", "latam"]')
    office.look()
    assert [w.markets for w in office.plan().todo] == [("latam",)]
    office.books.set_state(known, "latam", DELIVERED)
    assert office.plan().todo == []
    office.bucket.remove("inbox/s/series.toml")
    office.look()
    assert [set(w.markets) for w in office.plan().todo] == [{"brazil", "india"}]  # not those on request


def test_a_translation_is_not_the_transcript_that_is_waited_for() -> None:
    video = Entry("inbox/s/E1.mp4", 1, "1")
    translation = Dropped("s", "E1", video, (Entry("inbox/s/E1.es-419.srt", 1, "1"),))
    assert ready(translation, Rules(("srt",)), 11) == "waiting for E1.srt"
    both = Dropped("s", "E1", video, (*translation.beside, Entry("inbox/s/E1.srt", 1, "1")))
    assert ready(both, Rules(("srt",)), 11) == ""


def test_what_is_taken_by_no_rule_is_mentioned_once(place: Place) -> None:
    office, clock = Service(*place), Clock()
    names = ["s/..E08.mp4", "s/.mp4", "s/notes.txt", "s/E05.SRT", "E03.mp4", "s/deep/E2.mp4"]
    for name in names:
        office.bucket.write(f"inbox/{name}", b"x")
    assert office.look(clock).left == []  # just there
    clock.now += 61
    left = office.look(clock).left
    assert {line.split(": ")[0] for line in left} == {f"inbox/{n}" for n in names}
    assert all(" -> " in line for line in left)
    told = (office.bucket.read("status/s/inbox.reason.txt") or b"").decode()
    assert "..E08.mp4" in told
    assert left_in_inbox(office) == left_in_inbox(office, "s") == told.splitlines()
    assert left_in_inbox(office, "another") == []
    office.bucket.remove("status/s/inbox.reason.txt")
    clock.now += 5
    office.look(clock)
    assert office.bucket.read("status/s/inbox.reason.txt") is None
    for name in names:
        office.bucket.remove(f"inbox/{name}")
    clock.now += 5
    assert office.look(clock).left == []


def test_half_a_move_is_finished_only_with_the_same_bytes(place: Place, clip: bytes, tmp_path: Path) -> None:  # noqa: F811
    office = Service(*place)
    bucket, books = office.bucket, office.books
    for name, data in (("E01.mp4", clip), ("E01.srt", b"1\n00:00:00,100 --> 00:00:00,900\nHi.\n"), ("E01.done", b"")):
        bucket.write(f"inbox/s/{name}", data)
    (first,) = office.look().admitted
    # the watcher died before the video's move, and the studio dropped another cut under the same name since
    bucket.remove(f"{first.folder}/E01.mp4")
    bucket.write("inbox/s/E01.mp4", different(clip, 2))
    bucket.write("inbox/s/E01.done", b"")
    (second,) = office.look().admitted
    assert (second.revision, bucket.size(f"{first.folder}/E01.mp4")) == (2, None)
    assert bucket.read(f"{second.folder}/E01.mp4") == different(clip, 2)
    # and with the bytes that were admitted the move is finished
    third, _fresh = books.admit("s", "E02", "", "E02.mp4")
    bucket.write("inbox/s/E02.mp4", different(clip, 3))
    bucket.write("inbox/s/E02.srt", b"1\n00:00:00,100 --> 00:00:00,900\nHello.\n")
    digest = _digest_of(office)
    books.db.write("UPDATE episodes SET sha256=? WHERE name='E02'", (digest,))
    bucket.move("inbox/s/E02.srt", f"{third.folder}/E02.srt")
    office.look()
    assert bucket.read(f"{third.folder}/E02.mp4") == different(clip, 3)
    assert bucket.list("inbox") == []


def _digest_of(office: Service) -> str:
    from localize.files import file_sha256
    from localize.service.inbox import _digest, gather

    (dropped,) = gather(office.bucket.list("inbox"))
    return _digest(office.bucket, dropped, file_sha256(Path(office.bucket.path(dropped.video.name))))
