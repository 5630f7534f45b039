"""Subtitles in the demo's picture: drawn where they belong, and nothing else touched."""

from __future__ import annotations

import numpy as np
import pytest

from localize.demo import build, picture


def test_a_subtitle_covers_its_rows_and_nothing_else() -> None:
    drawn = picture._subtitle("这里是我的家。")
    if drawn is None:
        pytest.skip("no font with Chinese characters here")
    grey = [bytes([90]) * (picture.WIDTH * picture.HEIGHT), *[bytes([128]) * (picture.WIDTH * picture.HEIGHT // 4)] * 2]
    frame = np.frombuffer(picture._under(grey, drawn)[0], np.uint8).reshape(picture.HEIGHT, picture.WIDTH)
    changed = np.flatnonzero((frame != 90).any(axis=1))
    assert abs(changed.mean() - picture.SUBTITLE_AT) < 20
    assert changed[-1] - changed[0] < 2 * picture.SUBTITLE_SIZE
    assert frame.max() >= 230
    assert frame.min() <= 20


def test_every_line_of_the_mandarin_episode_is_in_the_hindi_memory_and_fits_the_picture() -> None:
    from localize.languages.text import normal_form
    from localize.series import memory
    from localize.settings import ROOT

    play = build.script()
    (episode,) = [e for e in play["episode"] if e["name"] == "E04"]
    lines = [row["text"] for scene in episode["scene"] for row in scene["lines"]]
    known = memory.load(ROOT / "glossaries" / "silver-bay", "zh", "hi-IN")
    assert all((m := known.lookup(text)) is not None and m.score == 1.0 for text in lines)
    joined = known.lookup(" ".join(lines[:2]))
    assert joined is not None
    assert joined.score == 1.0, "lines that run on are matched sentence by sentence"
    assert all(len(normal_form(text).split()) * picture.SUBTITLE_SIZE < 0.95 * picture.WIDTH for text in lines)
    assert set(play["voices"]["zh-CN"]) == {"Summer", "Grant", "Vivian"}
