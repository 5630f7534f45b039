"""Random walks (hypothesis) through what keeps people's work: the inbox, review and the memory, each beside a plain model
of what must be true, with a process that dies at any write, a clock that jumps, and two of everything."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from localize.errors import MediaError, OptionError
from localize.series.memory import Entry
from localize.service import decisions, inbox
from localize.service.decisions import Seen, Word
from localize.service.episodes import DELIVERED, REJECTED, REVIEW, EpisodeRecords, Known
from localize.service.service import Service
from localize.session import open_series, remember
from localize.settings import Settings, load_settings
from localize.storage.bucket import Bucket
from localize.storage.ledger import Ledger
from tests.service.test_plan import variant_folder

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nothing here need wait for a disk
HOW = how(max_examples=12, stateful_step_count=20, deadline=None)
NAMES, CONTENTS = st.sampled_from(("E01", "E02")), st.sampled_from((b"one", b"two", b"three", b"bad"))


class Died(BaseException):
    """A process ended here."""


def place(root: Path) -> Settings:
    return load_settings({"LOCALIZE_HOME": str(root / "home"), "LOCALIZE_BUCKET": f"file://{root / 'bucket'}",
                          "LOCALIZE_GLOSSARIES": str(root / "bibles")})  # fmt: skip


class OfAFolder(RuleBasedStateMachine):
    """A walk with a folder of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="walk-", dir=MEMORY))
        self.settings = place(self.root)
        self.bucket = Bucket(self.settings.bucket)
        self.books = EpisodeRecords(Ledger(self.settings.home / "ledger.sqlite"))

    def teardown(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


def opened(path: Path) -> None:
    """The probe of these files: what is no video is refused."""
    if path.read_bytes() == b"bad":
        raise MediaError("is no video", path.name, "export it again")


class Inbox(OfAFolder):
    """Whatever is dropped, and wherever a watcher dies: nothing is lost, nothing is admitted twice, nothing is left."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped: dict[str, bytes] = {}  # what a studio dropped last under a name and nobody dealt with
        self.all: set[bytes] = set()

    @rule(name=NAMES, data=CONTENTS)
    def drop(self, name: str, data: bytes) -> None:
        self.bucket.write(f"inbox/s/{name}.mp4", data)
        self.bucket.write(f"inbox/s/{name}.done", b"")
        self.dropped[name] = data
        self.all.add(data)

    @rule(at=st.integers(0, 12), after=st.booleans())
    def look_and_die(self, at: int, after: bool) -> None:
        """A watcher that dies at its n-th change of the bucket or the ledger, just before it or just after."""
        left = [at]

        def dying(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **more: Any) -> Any:
                left[0] -= 1
                if left[0] == -1 and not after:
                    raise Died
                made = real(*args, **more)
                if left[0] == -1:
                    raise Died
                return made

            return call

        other = EpisodeRecords(Ledger(self.settings.home / "ledger.sqlite"))
        bucket = Bucket(self.settings.bucket)
        with mock.patch.object(inbox, "probe", opened):
            for target, name in ((bucket, "move"), (bucket, "remove"), (bucket, "write"), (other.db, "write")):
                setattr(target, name, dying(getattr(target, name)))
            try:
                inbox.look(bucket, other)
            except Died:
                other.db.__dict__.clear()  # its connection goes with it
                self.books.db.write("DELETE FROM leases")  # as the next look finds out: that process is gone

    @rule()
    def look(self) -> None:
        with mock.patch.object(inbox, "probe", opened):
            for later in (0.0, 2 * inbox.SETTLE_S):  # a mark may have gone before its video
                inbox.look(self.bucket, self.books, lambda later=later: time.time() + later)  # type: ignore[misc]
        assert [e.name for e in self.bucket.list("inbox")] == []
        self.dropped.clear()

    @invariant()
    def nothing_is_lost(self) -> None:
        lies = {self.bucket.read(e.name) for e in self.bucket.list("")}
        assert set(self.dropped.values()) <= lies

    @invariant()
    def what_was_admitted_once_is_one_episode(self) -> None:
        rows = self.books.db.all("SELECT name, revision, sha256, folder, file FROM episodes ORDER BY name, revision")
        assert len({r[2] for r in rows}) == len(rows)
        for name in {r[0] for r in rows}:
            assert [r[1] for r in rows if r[0] == name] == list(range(1, 1 + sum(r[0] == name for r in rows)))
        for _name, _revision, sha256, folder, file in rows:
            data = self.bucket.read(f"{folder}/{file}")
            assert data is None or hashlib.sha256(data).hexdigest() == sha256

    @invariant()
    def what_is_put_aside_says_why(self) -> None:
        aside = {e.name for e in self.bucket.list("quarantine")}
        assert all(f"{n}.reason.txt" in aside for n in aside if n.endswith(".mp4"))


class Review(OfAFolder):
    """Revisions and makings come and go while people decide on what they saw: a word counts on that alone, and once."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Service(self.settings, self.bucket, self.books)
        self.made, self.number = "", 0
        self.seen: list[Seen] = []
        self.used: dict[str, str] = {}
        self.state, self.known = "", Known("night", "E01", 0, "", "", "")

    @initialize()
    def first(self) -> None:
        self.revision()

    @rule()
    def revision(self) -> None:
        self.number += 1
        self.known, _fresh = self.books.admit("night", "E01", f"sha {self.number}", "E01.mp4")
        self.made, self.state = "", ""

    @rule()
    def make(self) -> None:
        self.number += 1
        self.made, self.state = f"made-{self.number}", REVIEW
        folder = self.office.folder(self.known, "latam")
        shutil.rmtree(folder, ignore_errors=True)
        manifest = variant_folder(folder) / "manifest.json"
        manifest.write_text(manifest.read_text().replace("made-1", self.made))
        self.books.set_state(self.known, "latam", REVIEW, "review", digest=self.made)
        self.seen.append(Seen(self.known.revision, self.made))

    @rule(data=st.data(), what=st.sampled_from(("approve", "reject", "edit")), answer=st.sampled_from(("a", "b", "c", "d")))
    def decide(self, data: st.DataObject, what: str, answer: str) -> None:
        """Somebody's word on something that they saw at some time, by a form that may have been used."""
        if not self.seen:
            return
        seen, books = data.draw(st.sampled_from(self.seen)), self.books
        word, folder = Word(seen, "Ana", "", answer), self.office.folder(self.known, "latam")
        may = (seen.revision, seen.digest, self.state) == (self.known.revision, self.made, REVIEW) and answer not in self.used
        try:
            bible = self.office.bible("night")
            if what == "approve":
                decisions.approve(self.bucket, books, bible, self.known, "latam", folder, word)
            elif what == "reject":
                decisions.reject(books, self.known, "latam", word)
            else:
                report = json.loads((folder / "report.json").read_text()) if folder.is_dir() else None
                if report is None:
                    return
                decisions.edit(books, bible, self.known, "latam", report, "L002: Nadie duerme.", word)
        except OptionError:
            assert not may
            return
        assert may
        self.used[answer] = what
        self.state = {"approve": DELIVERED, "reject": REJECTED, "edit": ""}[what]

    @invariant()
    def every_word_is_kept_once_on_what_was_seen(self) -> None:
        rows = self.books.db.all("SELECT answer, decision, revision, digest FROM decisions")
        assert {r[0]: r[1] for r in rows} == self.used
        assert len(rows) == len(self.used)
        assert {Seen(r[2], r[3]) for r in rows} <= set(self.seen)
        finals = [r[3] for r in rows if r[1] != "edit"]
        assert len(finals) == len(set(finals))

    @invariant()
    def what_lies_outside_was_approved(self) -> None:
        sent = self.bucket.read("outbox/night/E01/latam/manifest.json")
        if sent is not None:
            facts = json.loads(sent)
            rows = self.books.db.all("SELECT revision, digest FROM decisions WHERE decision='approve'")
            assert (facts["revision"], facts["variant"]) in rows

    @invariant()
    def nothing_is_held(self) -> None:
        assert self.books.ledger.leased() == set()


class Memory(OfAFolder):
    """Two processes add lines while clocks jump: each is there, and the last word on a line is the one that counts."""

    def __init__(self) -> None:
        super().__init__()
        self.both = [Ledger(self.settings.home / "ledger.sqlite") for _process in range(2)]
        self.last: dict[tuple[str, str], str] = {}
        self.number, self.skew = 0, 0.0

    @rule(skew=st.sampled_from((0.0, -3600.0, 7200.0)))
    def clock(self, skew: float) -> None:
        self.skew = skew

    @rule(who=st.integers(0, 1), lines=st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("xy ")), max_size=3), dies=st.booleans())
    def add(self, who: int, lines: list[tuple[str, str]], dies: bool) -> None:
        ledger, real = self.both[who], time.time
        texts = [f"Dicho {self.number + n}." for n in range(len(lines))]
        entries = [Entry(f"Line {s}.", t, b.strip() and f"Before {b}.") for (s, b), t in zip(lines, texts, strict=True)]

        def cut() -> Any:
            yield from entries
            if dies:
                raise Died

        with mock.patch.object(time, "time", side_effect=lambda: real() + self.skew):
            try:
                remember(ledger, open_series(self.settings, ledger, "night"), "en", "es-419", cut(), "Ana", "add")
            except Died:
                return  # all or none
        self.number += len(lines)
        self.last.update({(e.source, e.before): e.target for e in entries})

    @invariant()
    def every_line_is_there_and_the_last_word_counts(self) -> None:
        for ledger in self.both:
            bible = open_series(self.settings, ledger, "night")
            assert len(ledger.db.all("SELECT 1 FROM remembered")) == self.number
            memory = bible.memory_of("en", "es-419")
            for (source, before), target in self.last.items():
                match = memory.lookup(source, before)
                assert match is not None
                if before:
                    assert match.text(bible.terms, "es-419") == target


TestInbox, TestReview, TestMemory = Inbox.TestCase, Review.TestCase, Memory.TestCase
TestInbox.settings = TestReview.settings = TestMemory.settings = HOW
