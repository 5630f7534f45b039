"""What is dropped: taken when whole, once, bad ones put aside; on folders and on S3; whatever dies in between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import boto3
import pytest

from localize.errors import SidecarError, StoreError
from localize.service import inbox
from localize.service.episodes import EpisodeRecords
from localize.service.inbox import Dropped, gather, look, ready
from localize.service.rules import Rules, rules_of
from localize.settings import ROOT, Settings
from localize.storage.bucket import Bucket, Entry
from localize.storage.ledger import Ledger
from tests.localize.test_inputs import make

Place = tuple[Settings, Bucket, EpisodeRecords]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make(tmp_path_factory.mktemp("clip") / "c.mp4", seconds=1).read_bytes()


def different(clip: bytes, number: int) -> bytes:
    """The same video with other bytes: a box of its own at the end."""
    note = f"note {number}".encode().ljust(24)
    return clip + (8 + len(note)).to_bytes(4, "big") + b"free" + note


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def test_files_are_gathered_to_episodes() -> None:
    names = [
        "s/E1.mp4",
        "s/E1.srt",
        "s/E1.es-419.srt",
        "s/E1.done",
        "s/E10.mp4",
        "s/notes.txt",
        "s/deep/E2.mp4",
        "E3.mp4",
    ]
    found = gather(Entry(f"inbox/{n}", 1, "1") for n in names)
    assert [(d.series, d.name, [e.name for e in d.beside], d.done) for d in found] == [
        ("s", "E1", ["inbox/s/E1.srt", "inbox/s/E1.es-419.srt"], True), ("s", "E10", [], False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("done", "wait_for", "beside", "still", "waits"),
    [
        (False, (), (), 3, "still being uploaded"),
        (True, (), (), 0, ""),
        (False, (), (), 11, ""),
        (False, ("me",), (), 11, "waiting for E1.me.wav"),
        (False, ("me",), ("E1.me.wav",), 11, ""),
        (False, ("me",), (), 3601, ""),
        (True, ("me",), (), 0, ""),
    ],
)
def test_an_episode_is_taken_by_rule(
    done: bool, wait_for: tuple[str, ...], beside: tuple[str, ...], still: float, waits: str
) -> None:
    entries = tuple(Entry(f"inbox/s/{n}", 1, "1") for n in beside)
    told = ready(Dropped("s", "E1", Entry("inbox/s/E1.mp4", 1, "1"), entries, done), Rules(wait_for), still)
    assert told == waits or (waits and told.startswith(waits))


def test_rules_that_cannot_be_read_are_named() -> None:
    assert rules_of(b'wait_for = ["me"]\npatience_minutes = 2\n', "x") == Rules(("me",), 120.0)
    with pytest.raises(SidecarError, match=r"s/series\.toml"):
        rules_of(b'wait_for = ["stem"]', "s/series.toml")
    with pytest.raises(SidecarError):
        rules_of(b"patience = ", "x")


def test_what_is_whole_is_taken_once_and_moved(place: Place, clip: bytes) -> None:
    _settings, bucket, books = place
    clock = Clock()
    bucket.write("inbox/s/E01.mp4", clip)
    bucket.write("inbox/s/E01.srt", b"1\n00:00:00,100 --> 00:00:00,900\nHi.\n")
    assert look(bucket, books, clock).admitted == []
    clock.now += 5
    bucket.write("inbox/s/E01.srt", b"1\n00:00:00,100 --> 00:00:00,900\nHello there.\n")  # still being edited
    assert look(bucket, books, clock).admitted == []
    clock.now += 11
    (known,) = look(bucket, books, clock).admitted
    assert (known.series, known.name, known.revision) == ("s", "E01", 1)
    assert [e.name for e in bucket.list("")] == ["episodes/s/E01/r1/E01.mp4", "episodes/s/E01/r1/E01.srt"]
    clock.now += 60
    assert look(bucket, books, clock).admitted == []
    assert inbox.local_copy(bucket, known, Path("/nowhere")).read_bytes() == clip


def test_the_same_bytes_are_one_episode_and_other_bytes_the_next_revision(place: Place, clip: bytes) -> None:
    _settings, bucket, books = place
    for name, data in (("E01", clip), ("copy of E01", clip), ("E01", different(clip, 2))):
        bucket.write(f"inbox/s/{name}.mp4", data)
        bucket.write(f"inbox/s/{name}.done", b"")
        look(bucket, books)
    assert [(k.name, k.revision) for k in books.episodes()] == [("E01", 2)]
    reason = bucket.read("quarantine/s/copy of E01.mp4.reason.txt")
    assert reason is not None
    assert b"the same file as E01, revision 1" in reason
    assert bucket.list("inbox") == []


def dies_at(monkeypatch: pytest.MonkeyPatch, what: object, name: str, argument: str) -> None:
    """The watcher ends where it calls `name` for a path that ends in `argument`: once, and before it is done."""
    real, died = getattr(what, name), []

    def call(*args: object) -> object:
        if not died and any(str(a).endswith(argument) for a in args):
            died.append(True)
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(what, name, call)


def test_a_mark_is_not_left_behind_for_the_next_revision(
    place: Place, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E01.done of a revision would say of the next one, while it is uploaded, that it is whole."""
    _settings, bucket, books = place
    bucket.write("inbox/s/E01.mp4", clip)
    bucket.write("inbox/s/E01.srt", b"1\n00:00:00,100 --> 00:00:00,900\nHi.\n")
    bucket.write("inbox/s/E01.done", b"")
    dies_at(monkeypatch, bucket, "move", "E01.mp4")
    with pytest.raises(KeyboardInterrupt):
        look(bucket, books)
    assert bucket.read("inbox/s/E01.done") is None
    look(bucket, books)
    assert [e.name for e in bucket.list("")] == ["episodes/s/E01/r1/E01.mp4", "episodes/s/E01/r1/E01.srt"]
    assert books.db.all("SELECT path FROM sightings WHERE path LIKE 'moving:%'") == []


def test_a_file_that_another_watcher_took_meanwhile_ends_no_look(
    place: Place, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One watcher listed an episode that the other one moved: the look ended with "no such file", and with it those of
    all other episodes."""
    _settings, bucket, books = place
    for name in ("E01", "E02"):
        bucket.write(f"inbox/s/{name}.mp4", different(clip, int(name[-1])))
        bucket.write(f"inbox/s/{name}.done", b"")
    other, real = Bucket(bucket.url), Bucket.list
    listed = bucket.list("inbox", hidden=True)
    assert [k.name for k in look(other, books).admitted] == ["E01", "E02"]
    bucket.write("inbox/s/E03.mp4", clip)
    bucket.write("inbox/s/E03.done", b"")
    stale = listed + bucket.list("inbox", hidden=True)
    monkeypatch.setattr(bucket, "list", lambda *a, **k: stale if a[0] == "inbox" else real(bucket, *a, **k))
    found = look(bucket, books)
    assert [k.name for k in found.admitted] == ["E03"]
    assert found.refused == []
    assert bucket.list("quarantine") == []


def test_bytes_that_changed_while_they_were_read_are_not_admitted(
    place: Place, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A studio that drops the next revision while this one is admitted: it was moved under the digest of the first."""
    _settings, bucket, books = place
    bucket.write("inbox/s/E01.mp4", clip)
    bucket.write("inbox/s/E01.done", b"")
    newer, real = different(clip, 2), inbox.file_sha256

    def slow(path: Path) -> str:
        found = real(path)
        bucket.write("inbox/s/E01.mp4", newer)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "file_sha256", slow)
        assert look(bucket, books).admitted == []
    (known,) = look(bucket, books).admitted
    assert known.revision == 1
    assert bucket.read("episodes/s/E01/r1/E01.mp4") == newer


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("E01.mp4", b"", b"empty"),
        ("E02.mp4", b"not a video at all", b"E02.mp4"),
        ("E03.mkv", b"\x1aE\xdf\xa3 cut", b"E03.mkv"),
    ],
)
def test_a_bad_file_goes_to_quarantine_with_a_reason(
    place: Place, name: str, data: bytes, says: bytes, clip: bytes
) -> None:
    _settings, bucket, books = place
    bucket.write(f"inbox/s/{name}", data)
    bucket.write(f"inbox/s/{name[:3]}.done", b"")
    bucket.write("inbox/s/E09.mp4", clip)
    bucket.write("inbox/s/E09.done", b"")
    found = look(bucket, books)
    assert [k.name for k in found.admitted] == ["E09"]
    assert [n for n, _why in found.refused] == [f"s/{name[:3]}"]
    reason = bucket.read(f"quarantine/s/{name}.reason.txt")
    assert reason is not None
    assert says in reason
    assert bucket.list("inbox") == []


WATCHER = """
    import sys, time
    from localize.storage.bucket import Bucket
    from localize.storage.ledger import Ledger
    from localize.service import inbox
    from localize.service.episodes import EpisodeRecords
    from pathlib import Path
    inbox.SETTLE_S = 1.5
    bucket, books = Bucket(sys.argv[1]), EpisodeRecords(Ledger(Path(sys.argv[2])))
    print("looks", flush=True)
    while True:
        inbox.look(bucket, books)
        time.sleep(0.05)
"""


def test_fifty_episodes_and_five_killed_watchers(place: Place, clip: bytes) -> None:
    """Each is admitted once, none lost; one that is being uploaded all the while is never taken."""
    settings, bucket, books = place
    root = Path(bucket.root)
    (root / "inbox/s").mkdir(parents=True)
    argv = [sys.executable, "-c", textwrap.dedent(WATCHER), bucket.url, str(settings.home / "ledger.sqlite")]
    slow = (root / "inbox/s/E99.mp4").open("wb")
    rng = random.Random(4)
    dropped = 0
    for life in range(6):
        watcher = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE)
        assert watcher.stdout is not None
        watcher.stdout.readline()
        while dropped < min(50, (life + 1) * 10):
            (root / f"inbox/s/E{dropped:02d}.mp4").write_bytes(different(clip, dropped))
            dropped += 1
            slow.write(b"more")
            slow.flush()
        deadline = time.monotonic() + (1.6 + rng.random() * 0.6 if life < 5 else 60)
        while time.monotonic() < deadline and (life < 5 or len(books.episodes()) < 50):
            slow.write(b"more")
            slow.flush()
            time.sleep(0.05)
        watcher.send_signal(signal.SIGKILL)
        watcher.wait()
    slow.close()
    inbox.finish_moves(bucket, books, gather(bucket.list("inbox")))
    known = books.episodes()
    assert sorted(k.name for k in known) == [f"E{i:02d}" for i in range(50)]
    assert {k.revision for k in known} == {1}
    lies = {e.name for e in bucket.list("")}
    assert lies == {f"episodes/s/E{i:02d}/r1/E{i:02d}.mp4" for i in range(50)} | {"inbox/s/E99.mp4"}


@pytest.fixture
def s3_bucket(s3: str) -> Bucket:
    client = boto3.client("s3", endpoint_url=s3)
    name = f"studio-{time.time_ns()}"
    client.create_bucket(Bucket=name)
    return Bucket(f"s3://{name}/dramas", {"client_kwargs": {"endpoint_url": s3}})


def test_an_s3_bucket_serves_as_a_folder_does(s3_bucket: Bucket, tmp_path: Path, clip: bytes) -> None:
    books = EpisodeRecords(Ledger(tmp_path / "ledger.sqlite"))
    s3_bucket.check()
    for name in ("E01.mp4", "E01.srt", "E01.done"):
        s3_bucket.write(f"inbox/s/{name}", clip if name.endswith("mp4") else b"1\n00:00:00,1 --> 00:00:00,9\nHi.\n")
    (known,) = look(s3_bucket, books).admitted
    assert [e.name for e in s3_bucket.list("")] == ["episodes/s/E01/r1/E01.mp4", "episodes/s/E01/r1/E01.srt"]
    local = inbox.local_copy(s3_bucket, known, tmp_path / "cache")
    assert local.read_bytes() == clip
    assert local.with_name("E01.srt").is_file()
    assert look(s3_bucket, books).admitted == []
    assert s3_bucket.read("nothing/here") is None
    assert s3_bucket.size("nothing/here") is None


def test_a_watcher_that_dies_between_copy_and_removal_puts_nothing_into_quarantine(
    s3_bucket: Bucket, tmp_path: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On S3 a file is moved by a copy and a removal: in between it lies in both places, and was taken for a second
    drop of the same bytes."""
    books = EpisodeRecords(Ledger(tmp_path / "ledger.sqlite"))
    s3_bucket.write("inbox/s/E01.mp4", clip)
    s3_bucket.write("inbox/s/E01.done", b"")
    dies_at(monkeypatch, s3_bucket.fs, "rm_file", "inbox/s/E01.mp4")
    with pytest.raises(KeyboardInterrupt):
        look(s3_bucket, books)
    assert s3_bucket.size("episodes/s/E01/r1/E01.mp4") == s3_bucket.size("inbox/s/E01.mp4")
    s3_bucket.write("inbox/s/E01.done", b"")
    look(s3_bucket, books)
    assert [e.name for e in s3_bucket.list("")] == ["episodes/s/E01/r1/E01.mp4"]
    s3_bucket.write("inbox/s/E01.mp4", clip)  # and now the studio does drop it a second time
    s3_bucket.write("inbox/s/E01.done", b"")
    assert look(s3_bucket, books).same == ["s/E01"]
    assert s3_bucket.size("quarantine/s/E01.mp4.reason.txt")


def test_a_missing_bucket_and_a_closed_folder_are_one_line(s3: str, tmp_path: Path) -> None:
    fresh = Bucket(f"s3://fresh-{time.time_ns()}/x", {"client_kwargs": {"endpoint_url": s3}})
    with pytest.raises(StoreError, match="is not there"):
        fresh.there()
    fresh.create()
    fresh.create()
    fresh.check()
    with pytest.raises(StoreError, match="s3://nobody-has-this"):
        Bucket("s3://nobody-has-this", {"client_kwargs": {"endpoint_url": s3}}).check()
    with pytest.raises(StoreError, match="no address of a bucket"):
        Bucket("ftp://x")
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(StoreError) as told:
        Bucket(f"file://{blocked}").check()
    assert "\n" not in str(told.value)
    assert os.fspath(blocked) in str(told.value)


def test_a_link_is_refused_before_anything_opens_it(
    place: tuple[Settings, Bucket, EpisodeRecords], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link may lead anywhere on the machine that looks: it goes to quarantine as it is, the rest goes on."""
    _settings, bucket, books = place
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"not for the studio")
    folder = Path(bucket.path("inbox/night"))
    folder.mkdir(parents=True)
    (folder / "link.mp4").symlink_to(secret)
    (folder / "link.done").touch()
    outside = tmp_path / "outside"
    outside.mkdir()
    make(outside / "E07.mp4", seconds=1)
    (outside / "E07.done").touch()
    (folder.parent / "linked").symlink_to(outside)
    opened: list[Path] = []
    monkeypatch.setattr(inbox, "probe", lambda path: opened.append(path))
    found = inbox.look(bucket, books)
    assert opened == []
    assert found.admitted == []
    assert {name for name, _why in found.refused} == {"night/link"}  # a linked folder is not gone into
    assert all("is a link" in why for _name, why in found.refused)
    assert (Path(bucket.path("quarantine/night")) / "link.mp4").is_symlink()
    assert secret.read_bytes() == b"not for the studio"
