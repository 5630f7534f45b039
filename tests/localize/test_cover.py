"""Covering of burnt-in subtitles: only where and while they stand, legible no more, the rest of the picture as it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localize.cli.inputs import inputs
from localize.delivery.replace_text import clean_master
from localize.engines.base import EngineContext
from localize.engines.reading.ppocr import PpOcr
from localize.errors import OptionError
from localize.markets import COVERS
from localize.media import cover, probe
from localize.media.sidecars import sidecars_of
from localize.models.registry import load
from localize.qc import checks, covering
from localize.qc.variant import Covered
from localize.records import Cue, Episode, Verdict
from localize.service import inbox
from localize.settings import load_settings
from localize.storage.bucket import Entry
from localize.subtitles import formats
from localize.transcript.burnt_in import BurntLine, read_burnt_in
from localize.transcript.burnt_in.legible import _share, still_legible
from tests.burnt_in import scenes
from tests.burnt_in.scenes import Said, Scene, Style

SIZE = (360, 640)
ROWS = st.tuples(st.integers(0, 300), st.integers(0, 600), st.integers(8, 300), st.integers(8, 80))


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4), st.integers(0, 3000), st.sampled_from(["blur", "box"]))
def test_only_the_rectangles_change_and_only_in_their_time(rows: list[cover.Rect], ms: int, way: str) -> None:
    frame = np.random.default_rng(1).integers(0, 256, (SIZE[1] * 3 // 2, SIZE[0]), np.uint8)
    patches = cover.padded([cover.Patch(1000, 2000, tuple(rows))], SIZE)
    made = cover._changed(frame, ms, patches, way, {}, SIZE[0])
    if not 1000 - cover.AROUND_MS <= ms < 2000 + cover.AROUND_MS:
        assert made is frame
        return
    inside = np.zeros((SIZE[1], SIZE[0]), bool)
    for left, top, wide, high in patches[0].rows:
        assert left % 2 == top % 2 == wide % 2 == high % 2 == 0
        inside[top : top + high, left : left + wide] = True
    assert (made[: SIZE[1]][~inside] == frame[: SIZE[1]][~inside]).all()
    left, top, wide, high = patches[0].rows[0]
    assert (made[top : top + high, left : left + wide] != frame[top : top + high, left : left + wide]).any()


def test_what_is_legible_is_counted_in_letters_or_words() -> None:
    assert _share("林晚，你听我解释", "晚 你听", "zh") == pytest.approx(3 / 7)
    assert _share("林晚，你听我解释", "You must listen to me", "zh") == 0.0
    assert _share("Give me the ledger, please", "the 1edger please", "en") == pytest.approx(3 / 4, abs=0.3)


def test_what_can_still_be_read_goes_to_a_person() -> None:
    def verdict(likeness: float, legible: float, still: tuple[str, ...] = ()) -> tuple[Verdict, Verdict]:
        class V:
            covered = Covered(way="blur", lines=9, likeness=likeness, legible=legible, still=still)

        return checks.picture(V()).verdict, covering.source_text(V()).verdict  # type: ignore[arg-type]

    assert verdict(0.995, 0.0) == (Verdict.PASS, Verdict.PASS)
    assert verdict(0.95, 0.0) == (Verdict.REVIEW, Verdict.PASS)
    assert verdict(0.995, 0.05, ("3.2s 你好",)) == (Verdict.PASS, Verdict.REVIEW)


def test_an_unknown_way_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="choose from"):
        cover.cover(tmp_path / "x.mp4", [], "paint", tmp_path / "y.mp4", SIZE)
    with pytest.raises(OptionError, match="inpaint"):
        load_settings().chosen(["us"], covered="paint")
    assert load_settings().chosen(["us"], covered="box")[0].cover == "box"


def test_a_textless_master_is_no_episode(tmp_path: Path) -> None:
    for name in ("E01.mp4", "E01.clean.mp4", "E02.clean.mp4"):
        (tmp_path / name).write_bytes(b"x")
    paths, _unusable = inputs([tmp_path])
    assert [p.name for p in paths] == ["E01.mp4", "E02.clean.mp4"]
    assert sidecars_of(tmp_path / "E01.mp4")["clean"].name == "E01.clean.mp4"
    entries = [Entry(f"inbox/S/{p.name}", 1, "") for p in tmp_path.iterdir()]
    assert {d.name for d in inbox.gather(entries)} == {"E01", "E02.clean"}


@pytest.fixture(scope="module")
def reader() -> PpOcr:
    settings = load_settings()
    return PpOcr(EngineContext(settings, load(settings)))


def scene(name: str, said: tuple[Said, ...], seed: int = 61) -> Scene:
    extra = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]
    return Scene(name, *SIZE, 4.4, Style(), said, seed=seed, extra=extra)


def facts(path: Path) -> str:
    wanted = "stream=nb_read_packets,r_frame_rate,width,height,color_space,color_primaries,color_transfer,color_range"
    argv = ["ffprobe", "-v", "error", "-select_streams", "v", "-count_packets", "-show_entries", wanted, str(path)]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


@pytest.mark.models
@pytest.mark.slow
@pytest.mark.parametrize("way", COVERS)
def test_subtitles_are_covered_and_replaced(reader: PpOcr, tmp_path: Path, way: str, figure) -> None:  # type: ignore[no-untyped-def]
    """Nothing of the source's text is legible, the rest is the same picture, the new text stands in its time."""
    said = scenes.lines(["顾辰，把门打开", "你听我说完好不好"])
    path = scenes.write(scene("E01", said), tmp_path)
    info = probe.probe(path)
    lines = tuple(
        BurntLine(start_ms=s.first * 40, end_ms=s.last * 40, text=s.text, score=1.0, rows=(box,))
        for s, box in zip(said, ((116, 464, 130, 20), (100, 464, 160, 20)), strict=True)
    )
    assert min(still_legible(reader, path, lines, SIZE, 25.0, "zh").values()) > 0.9
    cues = [Cue(s.first * 40, s.last * 40, t, "") for s, t in zip(said, ("Open the door", "Hear me out"), strict=True)]
    styled, made = tmp_path / "a b.ass", tmp_path / "made.mp4"
    styled.write_text(formats.to_ass(cues, formats.Canvas(*SIZE, 26, "Noto Sans"), 150), encoding="utf-8")
    patches = [cover.Patch(x.start_ms, x.end_ms, x.rows) for x in lines]
    cover.cover(path, patches, way, made, SIZE, styled)
    assert facts(made) == facts(path)
    left = still_legible(reader, made, lines, SIZE, 25.0, "zh")
    drawn = [cover.Patch(c.start_ms, c.end_ms, ((0, 440, 360, 60),)) for c in cues]
    same = cover.likeness(path, made, SIZE, info.duration_ms, [*cover.padded(patches, SIZE), *drawn])
    figure("SSIM outside", same)
    assert sum(left.values()) / len(lines) <= 0.02
    assert same >= 0.98
    assert cover.likeness(path, made, SIZE, info.duration_ms, []) < same
    if way != "inpaint":  # what is drawn is drawn alike
        return
    read = read_burnt_in(reader, made, info, "en")
    assert [x.text for x in read] == ["Open the door", "Hear me out"]
    for line, cue in zip(read, cues, strict=True):
        assert abs(line.start_ms - cue.start_ms) <= 80


@pytest.mark.slow
def test_a_textless_master_must_be_the_same_picture(tmp_path: Path) -> None:
    said = scenes.lines(["顾辰，把门打开", "你听我说完好不好"])
    path = scenes.write(scene("E01", said), tmp_path)
    rows = [cover.Patch(s.first * 40, s.last * 40, ((100, 455, 160, 36),)) for s in said]
    media = probe.probe(path)

    def chosen(master: Path) -> tuple[Path | None, str]:
        target = tmp_path / "E01.clean.mp4"
        master.replace(target)
        return clean_master(Episode("E01", str(path), "0", media, {"clean": str(target)}), rows, SIZE)

    found, note = chosen(scenes.write(scene("textless", ()), tmp_path))
    assert (found, note) == (tmp_path / "E01.clean.mp4", "")
    found, note = chosen(scenes.write(scene("other", (), seed=62), tmp_path))
    assert found is None
    assert "another picture" in note
    (tmp_path / "junk.mp4").write_bytes(b"junk")
    assert chosen(tmp_path / "junk.mp4")[0] is None
