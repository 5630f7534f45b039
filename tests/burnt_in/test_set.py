"""The whole set, by `make test-burnt-in`: ten scenes in nine styles, four pictures without subtitles, odd sizes."""

from __future__ import annotations

import resource
import subprocess
import time
from pathlib import Path

import pytest

from localize.engines.base import EngineContext
from localize.engines.reading.ppocr import PpOcr
from localize.markets import COVERS
from localize.media import cover, probe
from localize.models.registry import load
from localize.settings import load_settings
from localize.transcript.burnt_in import read_burnt_in
from localize.transcript.burnt_in.legible import still_legible

from . import measure, scenes, sets
from .scenes import Scene, Style
from .texts import SCENES

# drawing and covering the set takes minutes on idle cores, and much longer on ones that others use
pytestmark = pytest.mark.timeout(5400)
REAL_TIME = 0.35
MEGABYTES = 600


@pytest.fixture(scope="module")
def reader() -> PpOcr:
    settings = load_settings()
    return PpOcr(EngineContext(settings, load(settings)))


def test_subtitles_are_read(reader: PpOcr, tmp_path: Path, figure) -> None:  # type: ignore[no-untyped-def]
    """CER at most 1 %, no line lost, doubled or invented, beginnings within two frames for 95 %."""
    total = measure.Figures()
    for scene in sets.with_subtitles():
        path = scenes.write(scene, tmp_path)
        got = measure.compare(scene, read_burnt_in(reader, path, probe.probe(path), "zh"))
        figure(scene.name, f"CER {got.cer:.3f}, lost {got.lost}, beginnings {got.onsets}")
        total.add(got)
    figure("all", f"CER {total.cer:.4f}, {len(total.onsets)} lines, on time {total.on_time():.3f}")
    assert total.cer <= 0.01
    assert (total.lost, total.doubled, total.invented) == (0, 0, 0)
    assert total.on_time() >= 0.95


@pytest.mark.parametrize("scene", sets.with_subtitles()[:9], ids=lambda scene: scene.name)
def test_nothing_stays_legible_under_a_cover(reader: PpOcr, tmp_path: Path, scene: Scene, figure) -> None:  # type: ignore[no-untyped-def]
    """Every style covered each way: at most 2 % of the text can be read, the rest of the picture stays."""
    path = scenes.write(scene, tmp_path)
    info = probe.probe(path)
    size, rate = probe.displayed_size(info), 1000 / info.frame_ms
    lines = read_burnt_in(reader, path, info, "zh")
    patches = [cover.Patch(x.start_ms, x.end_ms, x.rows) for x in lines]
    for way in COVERS:
        made = tmp_path / "made.mp4"
        cover.cover(path, patches, way, made, size)
        left = still_legible(reader, made, lines, size, rate, "zh")
        share = sum(v * len(lines[i].text) for i, v in left.items()) / sum(len(x.text) for x in lines)
        same = cover.likeness(path, made, size, info.duration_ms, cover.padded(patches, size))
        figure(f"{scene.name} {way}", f"{share:.1%} legible, SSIM {same} outside")
        assert share <= 0.02, (scene.name, way, left)
        assert same >= 0.98, (scene.name, way)
        assert read_burnt_in(reader, made, info, "zh") == (), (scene.name, way)


def test_other_text_is_no_subtitle(reader: PpOcr, tmp_path: Path) -> None:
    for scene in sets.without_subtitles():
        path = scenes.write(scene, tmp_path)
        assert read_burnt_in(reader, path, probe.probe(path), "zh") == (), scene.name


def test_odd_pictures(reader: PpOcr, tmp_path: Path) -> None:
    """4K, 240 lines, and a picture that players turn."""
    for scene in (
        Scene("4k", 3840, 2160, 6, Style(y=0.9), scenes.lines(SCENES["rain"][:3]), seed=21),
        Scene("240", 240, 426, 12, Style(size=0.06), scenes.lines(SCENES["rain"][:5]), seed=22),
        Scene("turned", 1280, 720, 12, Style(y=0.85), scenes.lines(SCENES["office"][:5]), seed=24),
    ):
        path = scenes.write(scene, tmp_path)
        if scene.name == "turned":
            path = _turned(path)
        got = measure.compare(scene, read_burnt_in(reader, path, probe.probe(path), "zh"))
        assert (got.errors, got.lost, got.doubled, got.invented) == (0, 0, 0, 0), scene.name
        assert got.on_time() == 1.0, scene.name


def _turned(path: Path) -> Path:
    """The pixels turned by 90 degrees, and the player told to turn them back."""
    pixels, turned = path.with_name("pixels.mp4"), path.with_name("turned-back.mp4")
    argv = ["ffmpeg", "-v", "error", "-y", "-i"]
    subprocess.run([*argv, str(path), "-vf", "transpose=1", "-preset", "ultrafast", str(pixels)], check=True)
    subprocess.run([*argv, str(pixels), "-c", "copy", "-metadata:s:v:0", "rotate=90", str(turned)], check=True)
    return turned


def test_what_it_costs(reader: PpOcr, tmp_path: Path, figure) -> None:  # type: ignore[no-untyped-def]
    """A minute at 1080x1920: processor seconds over two cores, and memory."""
    texts = [t for name in ("contract", "rain", "office") for t in SCENES[name]]
    scene = Scene("minute", 1080, 1920, 60, said=scenes.lines(texts, start=1.0), seed=41)
    path, facts = scenes.write(scene, tmp_path), None
    facts = probe.probe(path)
    reader.read([])
    before, started, spent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic(), _spent()
    got = measure.compare(scene, read_burnt_in(reader, path, facts, "zh"))
    wall, cores = (time.monotonic() - started) / 60, (_spent() - spent) / 60 / 2
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    figure("cost", f"{wall:.2f} x real time by the clock, {cores:.2f} by two cores' processor time, {more:.0f} MB more")
    assert got.cer <= 0.01
    assert (got.lost, got.doubled, got.invented) == (0, 0, 0)
    assert cores <= REAL_TIME
    assert more <= MEGABYTES


def _spent() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(r.ru_utime + r.ru_stime for r in both)
