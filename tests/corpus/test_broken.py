"""No file ends the process: good files broken at random, each with its one line, and the good ones among them made.

LOCALIZE_BROKEN_FILES says how many; `make test-broken-media` tries 2,000.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from localize.errors import LocalizeError, MediaError, ToolError
from localize.media import probe, probe_process, soundtrack
from localize.pipeline.admit import admit
from localize.service.service import Service
from localize.session import Session
from tests.service.conftest import place  # noqa: F401  (a fixture)
from tests.service.test_plan import Place

from .breaking import broken
from .media import KINDS, ff
from .test_media import episode, finish

COUNT = int(os.environ.get("LOCALIZE_BROKEN_FILES", "60"))
MUXED = 1 if COUNT < 500 else 8  # of many, one in so many is made into a finished video besides those left whole
GOOD = ("plain.mp4", "fragments.mp4", "faststart.mp4", "pcm.mov", "pcm.mxf", "pcm.avi", "plain.mkv", "plain.ts", "sevenone.mov", "hevc.mp4")  # fmt: skip


FLAGS = {"fragments.mp4": ("-movflags", "+frag_keyframe+empty_moov"), "faststart.mp4": ("-movflags", "+faststart")}
PATIENCE = pytest.mark.timeout(900 if COUNT < 500 else 7200)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Ten good files by name, a second long: the shorter they are, the more of what is broken is in their tables."""
    folder = tmp_path_factory.mktemp("good")
    for kind in KINDS:
        if kind.name in GOOD:
            whole = folder / f"whole.{kind.name}"
            kind.make(whole)
            ff("-i", whole, "-map", "0", "-t", "1", "-c", "copy", *FLAGS.get(kind.name, ()), folder / kind.name)
    return {name: (folder / name).read_bytes() for name in GOOD}


def outcome(path: Path, whole: bool) -> str:
    """The one line that refuses a file, or "made"; every other exception is a defect. `whole`: its video is muxed too."""
    try:
        media = probe.probe(path)
        samples = soundtrack.read(episode(path, media)).samples
        assert len(samples) == round(media.duration_ms * 48)
        if whole:
            finish(path, media, samples, path.with_name(f"{path.stem}.finished.mp4"))
        return "made"
    except LocalizeError as error:
        return str(error)
    finally:
        for left in path.parent.glob(f"{path.stem}.*"):
            left.unlink()


@PATIENCE
def test_no_broken_file_ends_the_batch(good: dict[str, bytes], tmp_path: Path, figure) -> None:  # type: ignore[no-untyped-def]
    def one(seed: int) -> tuple[int, str]:
        name = GOOD[seed % len(GOOD)]
        folder = tmp_path / str(seed)
        folder.mkdir()
        path = folder / f"{seed}{Path(name).suffix}"
        untouched = seed % 11 == 0
        path.write_bytes(good[name] if untouched else broken(good[name], seed))
        return seed, outcome(path, untouched or seed % MUXED == 0)

    with ThreadPoolExecutor(2) as pool:
        lines = dict(pool.map(one, range(COUNT)))
    assert len(lines) == COUNT
    assert all(line and "\n" not in line for line in lines.values())
    assert {lines[seed] for seed in range(0, COUNT, 11)} == {"made"}
    refused = [line for line in lines.values() if line != "made"]
    assert len(refused) > COUNT / 10
    figure("refused", f"{len(refused)} of {COUNT}")


@PATIENCE
def test_the_watcher_refuses_what_is_broken_and_takes_the_rest(good: dict[str, bytes], place: Place, figure) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    service = Service(*place)
    whole = set(range(3)) | set(range(0, COUNT, 11))
    for seed in range(COUNT):
        name = GOOD[seed % len(GOOD)]
        # a box behind the last one: no two whole files are the same episode
        data = good[name] + (b"" if seed < 10 else free_box(seed)) if seed in whole else broken(good[name], seed)
        service.bucket.write(f"inbox/night/E{seed}{Path(name).suffix}", data)
        service.bucket.write(f"inbox/night/E{seed}.done", b"")
    taken: set[str] = set()
    refused: set[str] = set()
    for _look in range(2 + COUNT // 1000):
        found = service.look()
        assert found.waiting == []
        taken |= {known.name for known in found.admitted} | {where.split("/")[1] for where in found.same}
        refused |= {where.split("/")[1] for where, _why in found.refused}
        assert all(why and "\n" not in why for _where, why in found.refused)
    assert taken | refused == {f"E{seed}" for seed in range(COUNT)}
    assert {f"E{seed}" for seed in whole if GOOD[seed % len(GOOD)].endswith((".mp4", ".mov"))} <= taken
    reasons = [e.name for e in service.bucket.list("quarantine") if e.name.endswith(".reason.txt")]
    assert len(reasons) >= len(refused)
    assert service.look().refused == []  # what was refused is not looked at again
    figure("refused", f"{len(refused)} of {COUNT}")


def free_box(number: int) -> bytes:
    """A box that players skip, with a number in it."""
    return (16).to_bytes(4, "big") + b"free" + number.to_bytes(8, "big")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import os; os.abort()", r"ends the file reader \(Aborted\)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "ends the file reader"),
        ("import time; time.sleep(60)", "takes longer than"),
        ("import sys; sys.exit('MemoryError')", r"ends the file reader \(MemoryError\)"),
    ],
)
def test_a_reader_that_dies_is_one_line_and_the_file_is_not_tried_again(
    good: dict[str, bytes], session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, words: str
) -> None:
    path, child, count = tmp_path / "E01.mp4", tmp_path / "child.py", tmp_path / "count"
    path.write_bytes(good["plain.mp4"])
    child.write_text(f"with open({str(count)!r}, 'a') as file:\n    file.write('x')\nprint(flush=True)\n{program}\n")
    monkeypatch.setattr(probe_process, "CHILD", child)
    monkeypatch.setattr(probe_process, "LEAST_S", 1.0)
    for _ in range(3):
        with pytest.raises(MediaError, match=words) as caught:
            admit(session, path)
        assert str(caught.value).startswith("E01.mp4: ")
    assert len(count.read_text()) <= 3  # by itself, and copied; never for the second and third try


def test_a_reader_that_does_not_start_is_not_the_files_fault(
    good: dict[str, bytes], session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, child, whole = tmp_path / "E01.mp4", tmp_path / "child.py", probe_process.CHILD
    path.write_bytes(good["plain.mp4"])
    child.write_text("import no_such_package\n")
    monkeypatch.setattr(probe_process, "CHILD", child)
    with pytest.raises(ToolError, match="does not start"):
        admit(session, path)
    monkeypatch.setattr(probe_process, "CHILD", whole)
    assert admit(session, path).media.width == 180
