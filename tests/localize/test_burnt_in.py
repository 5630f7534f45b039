"""Burnt-in subtitles: matching by edges, the band, rows to lines; and two short scenes through the real reader."""

from __future__ import annotations

import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localize.engines.base import EngineContext
from localize.engines.reading.ppocr import Box, PpOcr
from localize.languages import scripts
from localize.media import probe
from localize.models.registry import load
from localize.transcript.burnt_in import BurntLine, match, read_burnt_in, read_picture
from localize.transcript.burnt_in.band import Samples, Seen, find_band, other_text
from localize.transcript.burnt_in.read import _one_kind_of_chinese
from localize.transcript.burnt_in.tracks import KNOWN, SEARCH, Follower, _rise
from tests.burnt_in import measure, scenes
from tests.burnt_in.scenes import Scene, Sign, Style
from tests.burnt_in.texts import SCENES

SIZE = (540, 960)


def noise(seed: int, shape: tuple[int, int] = (60, 200)) -> np.ndarray:
    small = np.random.default_rng(seed).uniform(0, 160, (shape[0] // 6, shape[1] // 6))
    return np.kron(small, np.ones((6, 6)))[: shape[0], : shape[1]].astype(np.uint8)


def with_text(grey: np.ndarray, seed: int, alpha: float = 1.0) -> np.ndarray:
    """Strokes of one brightness over a grey picture, as letters are."""
    strokes = np.random.default_rng(seed).random((10, 40)) < 0.5
    mask = np.kron(strokes, np.ones((2, 4)))
    out = grey.astype(float)
    part = out[20:40, 20:180]
    out[20:40, 20:180] = np.where(mask > 0, (1 - alpha) * part + alpha * 250, part)
    return out.astype(np.uint8)


def test_edges_stay_while_the_picture_moves() -> None:
    """Text over other pictures scores high, the same pictures without it or with another text low."""
    kept = match.template(with_text(noise(1), 7), (16, 16, 184, 44))
    for seed in range(2, 6):
        kept.add(with_text(noise(seed), 7))
    for seed in range(6, 12):
        assert match.score(kept, with_text(noise(seed), 7)) > 0.7
        assert match.score(kept, noise(seed)) < 0.2
        assert match.score(kept, with_text(noise(seed), seed + 50)) < 0.4


def test_a_fade_scores_what_is_visible_of_it() -> None:
    flat = np.full((60, 200), 80, np.uint8)
    kept = match.template(with_text(flat, 3), (16, 16, 184, 44))
    scores = [match.score(kept, with_text(flat, 3, alpha)) for alpha in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert scores == sorted(scores)
    assert scores[0] < 0.05
    assert scores[2] == pytest.approx(0.5, abs=0.1)


@settings(deadline=None)
@given(st.integers(3, 20), st.integers(1, 8), st.floats(0.7, 1.0), st.floats(0.0, 0.2))
def test_a_beginning_is_found_to_the_frame(before: int, fade: int, high: float, low: float) -> None:
    """However long a fade lasts, the first frame that shows something is found within two."""
    rise = [low + (high - low) * (n + 1) / fade for n in range(fade)]
    scores = [low] * before + rise + [high] * 12
    assert abs(_rise(scores, before + fade + 4) - before) <= 2


def test_languages_are_told_by_their_letters() -> None:
    assert scripts.is_in("我要VIP卡", ("Hani",))
    assert not scripts.is_in("Please leave at once", ("Hani",))
    assert scripts.is_in("¿Dónde estás?", scripts.scripts_of("es-419"))
    assert not scripts.is_in("12:45", ("Hani",))
    assert scripts.join(["你好", "世界"], ("Hani",)) == "你好世界"
    assert scripts.join(["Hello", "there"], ("Latn",)) == "Hello there"


def seen(n: int, text: str, x: int, y: int, width: int = 200, height: int = 40) -> Seen:
    box = Box(x - width // 2, y - height // 2, x + width // 2, y + height // 2, 0.9)
    return Seen(n, n * 2000, box, text, 0.99)


def test_the_band_is_where_text_changes() -> None:
    """A watermark, a sign that moves and a card do not make a band; centred rows that change do."""
    texts = [t[:6] for t in SCENES["rain"]]
    rows = [seen(n, t, 270, 700) for n, t in enumerate(texts)]
    marks = [seen(n, "星河剧场", 270, 880) for n in range(len(texts))]
    moving = [seen(n, "老王面馆", 200 + 40 * n, 560 + 30 * n) for n in range(3)]
    samples = Samples((*rows, *marks, *moving), len(texts), 2000)
    band = find_band(samples, SIZE, ("Hani",), 3)
    assert band is not None
    assert abs((band.top + band.bottom) / 2 - 700) < 10
    assert len(band.standing) == 1
    assert find_band(Samples((*marks, *moving), len(texts), 2000), SIZE, ("Hani",), 2) is None
    assert find_band(samples, SIZE, ("Latn",), 2) is None
    shown = other_text(samples, band, ("Hani",))
    assert {x.text for x in shown} == {"老王面馆"}


def test_a_page_is_no_subtitle() -> None:
    page = [seen(n, t, 270, 520 + 60 * r) for n in range(4) for r, t in enumerate(SCENES["school"][n : n + 5])]
    assert find_band(Samples(tuple(page), 4, 2000), SIZE, ("Hani",), 2) is None


@given(st.integers(0, 1000), st.floats(0.7, 1.0))
def test_a_band_is_bare_without_letters_like_those_before(seed: int, alpha: float) -> None:
    follower = Follower(Nobody(), 24, 25.0)
    follower.letters = [match.densest(match.edges(with_text(noise(n), n)), SEARCH) for n in range(KNOWN)]
    soft = np.asarray(cv2.GaussianBlur(noise(seed), (0, 0), 4), np.uint8)
    assert follower._bare(soft)
    assert not follower._bare(with_text(soft, seed, alpha))
    follower.letters.pop()
    assert not follower._bare(soft), "too few rows to tell by"


class Nobody:
    """A reader that is never asked."""

    def find(self, picture: np.ndarray) -> list[Box]:
        raise AssertionError

    def read(self, rows: list[np.ndarray]) -> list[tuple[str, float]]:
        raise AssertionError


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> PpOcr:
    from localize.settings import load_settings

    settings = load_settings()
    return PpOcr(EngineContext(settings, load(settings)))


@pytest.mark.models
@pytest.mark.slow
def test_a_scene_is_read_to_the_letter_and_the_frame(reader: PpOcr, tmp_path: Path, figure) -> None:  # type: ignore[no-untyped-def]
    style = Style(fade_frames=4, fill=(255, 230, 60))
    drawn = scenes.lines(["顾辰，把门打开", "不开", "你听我说完好不好", "我们已经没有什么好说的了"])
    signs = (
        Sign("星河剧场", 0.2, 0.06, 0, 10**6, 0.04),
        Sign("好运来水果店", 0.4, 0.4, 30, 110, 0.06, move=(1.0, 0.5)),
    )
    scene = Scene("scene", 360, 640, 8.5, style, drawn, signs, seed=31)
    path = scenes.write(scene, tmp_path)
    read = read_picture(reader, path, probe.probe(path), "zh")
    got = measure.compare(scene, read.lines)
    figure("onsets off by frames", got.onsets)
    assert (got.errors, got.lost, got.doubled, got.invented) == (0, 0, 0, 0)
    assert got.on_time() == 1.0
    for line, said in zip(read.lines, drawn, strict=True):
        left, top, width, height = line.rect
        assert abs(left + width / 2 - 180) < 12
        assert abs(top + height / 2 - 0.74 * 640) < 12
        assert line.text == said.text
    assert any("水果店" in x.text for x in read.screen)
    assert not any("剧场" in x.text for x in read.screen)


@pytest.mark.models
@pytest.mark.slow
def test_large_plain_shapes_hide_no_subtitle(reader: PpOcr, tmp_path: Path) -> None:
    """Between two subtitles a closer look takes coats and walls for one tall row: the next subtitle is no part of that."""
    from localize.demo import build, picture

    if picture._subtitle("家") is None:
        pytest.skip("no font with Chinese characters here")
    said = (("这里是我的家。", 4625, 5667), ("北风集团现在是我的了。", 6583, 8333), ("你说的是什么信？", 9292, 10500))
    drawn = tuple((text, a - 3500, b - 3500) for text, a, b in said)
    speaking = (("Vivian", drawn[0][1], drawn[0][2]),)
    shot = picture.Shot("office", ("Vivian", "Summer"), 0, 8000, speaking, drawn)
    path = tmp_path / "office.mp4"
    build._mux([shot], 8000, np.full((8 * 48_000, 2), 0.01, np.float32), path)
    lines = read_burnt_in(reader, path, probe.probe(path), "zh")
    assert [x.text for x in lines] == [text for text, _a, _b in drawn]
    assert all(abs(x.start_ms - a) <= 84 for x, (_t, a, _b) in zip(lines, drawn, strict=True)), "two frames"


@pytest.mark.models
@pytest.mark.slow
def test_pale_subtitles_after_strong_ones_are_read(reader: PpOcr, tmp_path: Path) -> None:
    """Letters of the first rows are outlined, of the later ones so pale that the band seems bare beside them."""
    texts = ["顾辰，把门打开", "你听我说完好不好", "我们已经没有什么好说的了"]
    strong, pale = Style(), Style(fill=(150, 150, 150), outline=None)
    parts = [
        scenes.write(Scene(name, 360, 640, 7, style, scenes.lines(texts), seed=n, light=(20, 60)), tmp_path)
        for n, (name, style) in enumerate([("strong", strong), ("pale", pale)])
    ]
    both = tmp_path / "both.mp4"
    inputs = [word for part in parts for word in ("-i", str(part))]
    argv = ["ffmpeg", "-v", "error", *inputs, "-filter_complex", "[0:v][1:v]concat", str(both)]
    subprocess.run(argv, check=True, timeout=120)
    lines = read_burnt_in(reader, both, probe.probe(both), "zh")
    assert [x.text for x in lines] == 2 * texts


@pytest.mark.models
def test_signs_alone_are_no_subtitles(reader: PpOcr, tmp_path: Path) -> None:
    signs = tuple(
        Sign(text, 0.5, 0.7, 15 + 40 * n, 50 + 40 * n, 0.06, move=(2.5, 0.0))
        for n, text in enumerate(["惠民超市", "手机维修", "福来药店"])
    )
    path = scenes.write(Scene("signs", 360, 640, 6, signs=signs, seed=32), tmp_path)
    assert read_burnt_in(reader, path, probe.probe(path), "zh") == ()


@pytest.mark.models
def test_a_single_frame_and_an_unknown_script(reader: PpOcr, tmp_path: Path) -> None:
    scene = Scene("one", 240, 426, 0.04, said=scenes.lines(["够了"], start=0), seed=33)
    path = scenes.write(scene, tmp_path)
    facts = probe.probe(path)
    assert read_burnt_in(reader, path, facts, "zh") == ()
    assert "script" in read_picture(reader, path, facts, "hi").notes[0]


def test_a_stray_traditional_character_is_set_right_but_traditional_subtitles_stay() -> None:
    def texts(*rows: str) -> list[str]:
        lines = [BurntLine(start_ms=0, end_ms=900, text=t, score=0.9, rows=((0, 0, 9, 9),)) for t in rows]
        return [x.text for x in _one_kind_of_chinese(lines)]

    assert texts("够了", "夠了", "你听我说", "走吧", "别回头") == ["够了", "够了", "你听我说", "走吧", "别回头"]
    assert texts("夠了", "請你離開這裡", "你好") == ["夠了", "請你離開這裡", "你好"]
