"""Frames of a picture, and where it cuts: found in one pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from localize.media import ffmpeg
from localize.media.frames import Cuts, View, frames
from localize.pipeline.admit import admit
from localize.session import Session
from localize.transcript import picture_cuts, picture_text

CUTS_MS = [1000, 2200]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pictures one after the other, on its side, to be shown upright."""
    folder = tmp_path_factory.mktemp("scenes")
    lying, path = folder / "lying.mp4", folder / "E01.mp4"
    shown = ("testsrc2=s=320x180:r=25:d=1", "color=c=navy:s=320x180:r=25:d=1.2", "smptebars=s=320x180:r=25:d=1")
    argv = [x for part in shown for x in ("-f", "lavfi", "-i", part)] + ["-f", "lavfi", "-i", "sine=f=300:r=48000:d=3.2"]
    joined = "[0:v][1:v][2:v]concat=n=3[v]"
    ffmpeg.run(["-v", "error", *argv, "-filter_complex", joined, "-map", "[v]", "-map", "3:a", "-pix_fmt", "yuv420p", ffmpeg.url(lying)])
    ffmpeg.run(["-v", "error", "-i", ffmpeg.url(lying), "-c", "copy", "-metadata:s:v", "rotate=90", ffmpeg.url(path)])
    return path


@pytest.mark.parametrize("pixels", ["bgr24", "gray"])
def test_who_looks_at_frames_is_told_the_cuts_and_sees_the_same(scenes: Path, pixels: str) -> None:
    view, cuts = View((0, 20, 180, 200), (90, 100), 5.0), Cuts()
    alone = list(frames(scenes, view, pixels))
    both = list(frames(scenes, view, pixels, cuts))
    assert len(alone) == len(both) == 16
    assert all(np.array_equal(a, b) for a, b in zip(alone, both, strict=True))
    assert cuts.ms == ffmpeg.picture_cuts(scenes) == CUTS_MS


def test_who_looks_away_is_told_nothing(scenes: Path) -> None:
    cuts = Cuts()
    looking = frames(scenes, View((0, 0, 180, 320), (180, 320), 25.0), cuts=cuts)
    next(looking)
    looking.close()  # type: ignore[attr-defined]
    assert cuts.ms is None


@pytest.mark.models
def test_a_picture_that_was_read_is_not_decoded_again_for_its_cuts(session: Session, scenes: Path) -> None:
    episode = admit(session, scenes, "en")
    picture_text.read_hardsubs(session, episode, "en", [(200, 900)])
    assert session.steps.ran["cuts"] == 1
    assert picture_cuts.cuts(session, episode) == tuple(CUTS_MS)
    assert session.steps.ran["cuts"] == 1
