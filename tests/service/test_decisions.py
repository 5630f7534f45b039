"""What people decide is bound to what they saw, counts once, and is lost by nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localize.delivery.result import Delivered
from localize.errors import OptionError, StoreError
from localize.records import Verdict
from localize.service import decisions, outbox, questions
from localize.service.decisions import Seen, Word, seen_now
from localize.service.episodes import DELIVERED, REJECTED, REVIEW, RUNNING, Known, key_of
from localize.service.service import Service
from tests.service.test_plan import Place, variant_folder


@pytest.fixture
def waiting(place: Place) -> tuple[Service, Known]:
    """A service with one variant that waits for a person."""
    settings, bucket, books = place
    office = Service(settings, bucket, books)
    known, _fresh = books.admit("night", "E01", "sha", "E01.mp4")
    variant_folder(office.folder(known, "latam"))
    books.set_state(known, "latam", REVIEW, "review", digest="made-1")
    return office, known


def folder_of(office: Service, known: Known) -> Path:
    return office.folder(known, "latam")


def approve(office: Service, known: Known, seen: Seen, answer: str = "") -> str:
    folder, bible = folder_of(office, known), office.bible("night")
    return decisions.approve(office.bucket, office.books, bible, known, "latam", folder, Word(seen, "Ana", "", answer))


def test_a_decision_on_an_earlier_revision_is_refused_with_a_sentence(waiting: tuple[Service, Known]) -> None:
    office, first = waiting
    seen = seen_now(office.books, first, "latam")
    second, _fresh = office.books.admit("night", "E01", "other bytes", "E01.mp4")
    office.books.set_state(second, "latam", REVIEW, "review", digest="made-2")
    for known in (first, second):
        with pytest.raises(OptionError, match="the decision is on revision 1, there is revision 2 now"):
            approve(office, known, seen)
        with pytest.raises(OptionError, match="revision 1"):
            decisions.reject(office.books, known, "latam", Word(seen, "Ana"))
    assert office.books.decisions(first) == office.books.decisions(second) == []
    assert office.bucket.list("outbox") == []
    assert [v.state for v in office.books.variants()] == [REVIEW, REVIEW]


def test_a_decision_on_a_variant_that_was_made_anew_is_refused(waiting: tuple[Service, Known]) -> None:
    office, known = waiting
    seen = seen_now(office.books, known, "latam")
    office.books.set_state(known, "latam", REVIEW, "review", digest="made-2")
    with pytest.raises(OptionError, match="made anew since"):
        approve(office, known, seen)
    with pytest.raises(OptionError, match="holds another variant"):  # the folder of this machine is not the one shown
        approve(office, known, Seen(1, "made-2"))
    assert office.bucket.list("outbox") == []


def test_after_an_edit_nobody_decides_until_the_variant_is_made_anew(waiting: tuple[Service, Known]) -> None:
    office, known = waiting
    report = json.loads((folder_of(office, known) / "report.json").read_text())
    word = Word(Seen(1, "made-1"), "Ana", "", "ana:0")
    decisions.edit(office.books, office.bible("night"), known, "latam", report, "L002: Nadie duerme.", word)
    office.books.set_state(known, "latam", RUNNING)  # a worker has it in hand, and the old one lies in this folder still
    blank = seen_now(office.books, known, "latam")
    with pytest.raises(OptionError, match="is being made anew"):
        approve(office, known, blank, "ben:0")
    with pytest.raises(OptionError, match="is being made anew"):
        decisions.reject(office.books, known, "latam", Word(blank, "Ben", "", "ben:1"))
    assert office.books.db.all("SELECT who FROM remembered") == [("Ana",)]
    assert office.bucket.list("outbox") == []


def test_an_edit_that_comes_while_the_variant_is_made_is_not_lost(waiting: tuple[Service, Known]) -> None:
    """It is made again on another machine for the review; what that making ends with does not hold the edit."""
    office, known = waiting
    report = json.loads((folder_of(office, known) / "report.json").read_text())
    made = Delivered("E01", "latam", folder_of(office, known), Verdict.REVIEW, (), {}, False, "made-1")
    with office.books.ledger.lease(key_of(known)):
        office.started(known, ("latam",), leased=True)
        word = Word(seen_now(office.books, known, "latam"), "Ana", "", "ana:0")
        decisions.edit(office.books, office.bible("night"), known, "latam", report, "L002: Nadie duerme.", word)
        assert office.finished(known, made, leased=True) == "wanted anew"
    assert office.books.variant(known, "latam") is None
    assert [k.name for k in office.books.unfinished()] == ["E01"]


def test_an_answer_counts_once_whatever_resumes(waiting: tuple[Service, Known]) -> None:
    office, known = waiting
    bible = office.bible("night")
    report = json.loads((folder_of(office, known) / "report.json").read_text())
    word = Word(Seen(1, "made-1"), "Ana", "", "run-1:slot-0")
    assert decisions.edit(office.books, bible, known, "latam", report, "L002: Nadie duerme.", word) == 1
    assert [k.name for k in office.books.unfinished()] == ["E01"]  # wanted anew from here on
    office.books.set_state(known, "latam", REVIEW, "review", digest="made-2")
    with pytest.raises(OptionError, match="made anew"):  # the run died after this and began again
        decisions.edit(office.books, bible, known, "latam", report, "L002: Nadie duerme.", word)
    with pytest.raises(OptionError):  # the form comes a second time, for something else
        approve(office, known, Seen(1, "made-2"), word.answer)
    rows = office.books.db.all("SELECT who, how, episode, revision, digest FROM remembered")
    assert rows == [("Ana", "edit", "E01", 1, "made-1")]
    assert [(d.decision, d.digest) for d in office.books.decisions(known)] == [("edit", "made-1")]


def test_an_approval_that_died_half_way_is_found_and_finished(
    waiting: tuple[Service, Known], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, known = waiting

    def away(*_args: object, **_more: object) -> str:
        raise StoreError("the bucket is away")

    with monkeypatch.context() as patched:
        patched.setattr("localize.service.outbox.publish", away)
        with pytest.raises(StoreError):
            approve(office, known, Seen(1, "made-1"), "run-1:slot-0")
    variant = office.books.variant(known, "latam")
    assert variant is not None
    assert variant.state == REVIEW
    decided = office.books.decided(known, "latam", "made-1")
    assert decided is not None
    assert (decided.decision, decided.who, decided.answer) == ("approve", "Ana", "run-1:slot-0")
    approve(office, known, Seen(1, "made-1"), decided.answer)
    assert office.bucket.read("outbox/night/E01/latam/manifest.json") is not None
    assert len(office.books.decisions(known)) == 1
    lines = office.books.db.all("SELECT source FROM remembered")
    assert len(lines) == len(set(lines))


def test_a_form_waits_in_one_slot_and_another_variant_gets_another(waiting: tuple[Service, Known]) -> None:
    office, known = waiting
    books = office.books
    slot = questions.ask(books.db, "run", known, "latam", "made-1")
    assert questions.ask(books.db, "run", known, "latam", "made-1") == slot  # the run resumes
    assert questions.asked_otherwise(books.db, "run", known, "made-1") == 0
    questions.answered(books.db, "run", slot)  # its answer could not be used: the next form is another one
    again = questions.ask(books.db, "run", known, "latam", "made-1")
    assert again != slot
    second, _fresh = books.admit("night", "E01", "other bytes", "E01.mp4")
    assert questions.asked_otherwise(books.db, "run", second, "made-2") == 1  # its answer was for revision 1
    assert questions.asked_otherwise(books.db, "run", second, "made-2") == 0  # which is said once
    assert questions.ask(books.db, "run", second, "latam", "made-2") not in (slot, again)


def test_of_two_people_who_decide_one_is_told_of_the_other(waiting: tuple[Service, Known]) -> None:
    office, known = waiting
    approve(office, known, Seen(1, "made-1"), "ana:0")
    manifest = office.bucket.read("outbox/night/E01/latam/manifest.json")
    for state in (DELIVERED, REVIEW):
        office.books.set_state(known, "latam", state)
        with pytest.raises(OptionError, match="already"):
            approve(office, known, Seen(1, "made-1"), "ben:0")
        with pytest.raises(OptionError, match="already"):
            decisions.reject(office.books, known, "latam", Word(Seen(1, "made-1"), "Ben", "", "ben:1"))
    assert office.bucket.read("outbox/night/E01/latam/manifest.json") == manifest


def test_an_older_revision_never_goes_out_over_a_newer_one(waiting: tuple[Service, Known]) -> None:
    office, first = waiting
    second, _fresh = office.books.admit("night", "E01", "other bytes", "E01.mp4")
    outbox.send(office.bucket, office.books, second, "latam", variant_folder(folder_of(office, second)))
    with pytest.raises(OptionError, match="revision 2 came in"):
        outbox.send(office.bucket, office.books, first, "latam", folder_of(office, first))
    manifest = json.loads(office.bucket.read("outbox/night/E01/latam/manifest.json") or b"")
    assert manifest["revision"] == 2
    assert office.books.ledger.leased() == set()


def test_a_late_older_revision_touches_nothing_of_a_newer_one_that_waits(waiting: tuple[Service, Known]) -> None:
    """A worker that still made revision 1 wrote its folder and its report over those of revision 2, which then nobody
    could approve: what lay there was always another variant."""
    office, first = waiting
    second, _fresh = office.books.admit("night", "E01", "other bytes", "E01.mp4")
    late, new = folder_of(office, first), variant_folder(folder_of(office, second))
    assert late != new
    for folder in (late, new):
        (folder / "report.html").write_text("a page")
    office.finished(second, Delivered("E01", "latam", new, Verdict.REVIEW, (), {}, False, "made-1"))
    (late / "report.json").write_text((late / "report.json").read_text().replace("rate", "late"))
    with pytest.raises(OptionError, match="revision 2 came in"):
        office.finished(first, Delivered("E01", "latam", late, Verdict.REVIEW, (), {}, False, "made-0"))
    assert office.bucket.read("review/night/E01/latam/report.json") == (new / "report.json").read_bytes()
    assert office.at_hand(second, "latam")
    assert office.books.ledger.leased() == set()
    approve(office, second, seen_now(office.books, second, "latam"))
    variant = office.books.variant(second, "latam")
    assert variant is not None
    assert variant.state == DELIVERED


def test_the_ledger_says_which_variant_waits_and_not_what_lies_there(waiting: tuple[Service, Known]) -> None:
    office, known = waiting
    assert office.at_hand(known, "latam")
    office.books.set_state(known, "latam", REVIEW, "review", digest="made-2")
    office.bucket.write("review/night/E01/latam/report.json", (folder_of(office, known) / "report.json").read_bytes())
    assert not office.at_hand(known, "latam")


def returned(office: Service, known: Known, digest: str = "made-1") -> str:
    """What a linguist drops back: one line is other than it went out."""
    report = json.loads((folder_of(office, known) / "report.json").read_text())
    sent = decisions.send_out(office.bucket, known, "latam", report, 17, digest)
    text = (office.bucket.read(sent) or b"").decode()
    return text.replace("Ven a casa, Summer.", "Vuelve a casa, Summer.")


def test_a_good_file_stays_where_the_ledger_blinks(
    waiting: tuple[Service, Known], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, known = waiting
    office.bucket.write("review/night/E01/latam/back/a.xlf", returned(office, known).encode())
    with monkeypatch.context() as patched:
        patched.setattr(office.books.db, "together", lambda *_a, **_k: (_ for _ in ()).throw(StoreError("it blinked")))
        assert office.take_returns() == []
    assert [e.name for e in office.bucket.list("review/night/E01/latam/back")] == ["review/night/E01/latam/back/a.xlf"]
    assert office.bucket.list("review/night/E01/latam/refused") == []
    assert office.take_returns() == [(known, "latam")]
    assert office.books.db.all("SELECT who, source FROM remembered") == [("a.xlf", "Come home, Summer.")]


def test_a_file_of_another_variant_is_refused_and_several_of_one_are_taken(waiting: tuple[Service, Known]) -> None:
    office, known = waiting
    back = "review/night/E01/latam/back"
    office.bucket.write(f"{back}/old.xlf", returned(office, known, "made-0").encode())
    office.bucket.write(f"{back}/a.xlf", returned(office, known).encode())
    office.bucket.write(f"{back}/b.xlf", returned(office, known).encode())
    assert office.take_returns() == [(known, "latam")]
    reason = office.bucket.read("review/night/E01/latam/refused/old.xlf.reason.txt") or b""
    assert b"made anew" in reason
    assert {e.name.rsplit("/", 1)[1] for e in office.bucket.list("review/night/E01/latam/taken")} == {"a.xlf", "b.xlf"}
    assert office.books.variant(known, "latam") is None  # wanted anew
    assert [k.name for k in office.books.unfinished()] == ["E01"]


def test_reject_and_approve_leave_their_mark(waiting: tuple[Service, Known]) -> None:
    office, known = waiting
    decisions.reject(office.books, known, "latam", Word(Seen(1, "made-1"), "Ben", "wrong tone"))
    variant = office.books.variant(known, "latam")
    assert variant is not None
    assert (variant.state, variant.why, variant.digest) == (REJECTED, "rejected by Ben: wrong tone", "made-1")
    office.books.set_state(known, "latam", DELIVERED)
    variant = office.books.variant(known, "latam")
    assert variant is not None
    assert variant.digest == "made-1"  # a state that says nothing of it leaves it


