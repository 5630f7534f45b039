"""Every kind of file of the corpus is right, or one typed line; and its finished video is in time to a frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from localize.audio.files import write_wav
from localize.audio.samples import Samples
from localize.errors import MediaError
from localize.media import ffmpeg, probe, soundtrack
from localize.media.frames import View, frames
from localize.records import Episode, Media

from .corpus import KINDS, Kind

FRAME_MS = 40


def beeps_late(samples: Samples) -> float:
    """How late the 1,000 Hz beeps stand against whole seconds, in ms, by the middle of each rise."""
    mono = samples.mean(1)
    at = np.arange(len(mono)) / 48_000
    tone = np.abs(np.convolve(mono * np.exp(-2j * np.pi * 1000 * at), np.ones(480) / 480, "same")) * 2
    on = tone > 0.5 * tone.max()
    rises = np.flatnonzero(on[1:] & ~on[:-1]) / 48
    rises = rises[(rises > 300) & (rises < len(mono) / 48 - 300)]
    return float(np.median((rises + 500) % 1000 - 500)) if len(rises) else float("nan")


def episode(path: Path, media: Media) -> Episode:
    return Episode(path.name.replace(".", "-"), str(path), "sha", media)


@pytest.mark.parametrize("kind", KINDS, ids=[k.name for k in KINDS])
def test_each_kind_is_right_or_one_typed_line(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / kind.name
    kind.make(path)
    if kind.error:
        with pytest.raises(MediaError, match=kind.error) as caught:
            probe.probe(path, "en")
        assert "\n" not in str(caught.value)
        assert caught.value.do
        return
    media = probe.probe(path, "en")
    heard = soundtrack.read(episode(path, media))
    assert (media.picture, media.sound) == (kind.picture, kind.sound)
    assert abs(media.duration_ms - kind.ms) <= FRAME_MS
    assert abs(media.sound_end_ms - kind.sound_ms) <= 70
    assert abs(min(heard.end_ms, 5000) - min(kind.sound_ms, 5000)) <= 90
    assert len(heard.samples) == round(media.duration_ms * 48)
    notes = " | ".join((*media.notes, *heard.notes))
    assert (kind.note in notes) if kind.note else not notes
    if kind.heard is not None:
        assert off_by(beeps_late(heard.samples), kind.heard) <= FRAME_MS
    finished = finish(path, media, heard.samples, tmp_path / "finished.mp4")
    check_finished(kind, path, media, finished)


def off_by(measured: float, wanted: float) -> float:
    """Difference of two times within a second, in ms."""
    return abs((measured - wanted + 500) % 1000 - 500)


def finish(path: Path, media: Media, samples: Samples, target: Path) -> Path:
    """The video as a delivery muxes it, with the episode's own sound as its programme."""
    wav = target.with_suffix(".wav")
    write_wav(wav, samples, 48_000)
    argv = ffmpeg.mux_argv(
        path, wav, target, original_sound=True, original_codec=media.audio_codec, language_iso="eng",
        source_iso="eng", subtitles=[], titles={"dub": "a", "original": "b", "comment": "c"},
        duration_ms=media.duration_ms, picture=media.picture, sound=media.sound, video_codec=media.video_codec,
        channels=media.channels, steady=media.steady,
    )  # fmt: skip
    ffmpeg.run(["-v", "error", *argv])
    return target


def check_finished(kind: Kind, path: Path, media: Media, finished: Path) -> None:
    """Length, untouched picture, and both sound tracks in time with it, to a frame."""
    made = probe.probe(finished)
    assert abs(made.duration_ms - media.duration_ms) <= FRAME_MS
    assert abs(made.sound_end_ms - media.duration_ms) <= FRAME_MS
    assert probe.same_picture(finished, path)
    listing = ffmpeg.run(["-i", ffmpeg.url(finished), "-t", "0", "-f", "null", "-"])[1]
    assert all(word in listing for word in kind.holds), listing
    seen = flashes_late(finished, media)
    assert off_by(seen, kind.seen) <= FRAME_MS + 10
    if kind.heard is not None:
        for track in ("a:0", "a:1"):
            late = beeps_late(ffmpeg.decode(finished, stream=track)[:, :1])  # a mean may cancel in the original
            assert off_by(late - seen, kind.heard - kind.seen) <= FRAME_MS, track


def flashes_late(path: Path, media: Media) -> float:
    """How late the white half stands against whole seconds, in ms."""
    width, height = probe.displayed_size(media)
    view = View((0, 0, width, height // 2), (8, 8), 100.0)
    luma = np.array([f.mean() for f in frames(path, view, "gray")])
    on = luma > 200
    rises = np.flatnonzero(on[1:] & ~on[:-1]) * 10 + 10.0
    return float(np.median((rises[rises > 300] + 500) % 1000 - 500))
