"""Every kind of file of the corpus is right, or one typed line; and its finished video is in time to a frame.

`make test` opens and decodes each kind, and takes every third through the real command; `make test-corpus`
(LOCALIZE_CORPUS=all) takes all of them.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

import numpy as np
import pytest

from localize.audio.files import write_wav
from localize.audio.samples import Samples
from localize.cli import main as cli
from localize.errors import MediaError
from localize.media import ffmpeg, probe, soundtrack
from localize.media.frames import View, frames
from localize.records import Episode, Media
from localize.transcript import soundtracks

from .case import srt
from .media import KINDS, Kind
from .walk import MARKETS, Made, outcome

FRAME_MS = 40
ALL = os.environ.get("LOCALIZE_CORPUS") == "all"
ONLY = os.environ.get("LOCALIZE_CORPUS_ONLY", "")
COMMANDED = tuple(k for n, k in enumerate(KINDS) if (k.name in ONLY.split(",") if ONLY else ALL or n % 3 == 0))
LINE = srt((500, 1400, "SUMMER: Come home."))


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
    media = soundtracks.with_choice(media, soundtracks.Choice(media.sound))
    heard = soundtrack.read(episode(path, media))
    assert (media.picture, media.sound) == (kind.picture, kind.sound)
    assert abs(media.duration_ms - kind.ms) <= FRAME_MS
    assert abs(media.sound_end_ms - kind.sound_ms) <= 70
    assert abs(min(heard.end_ms, 5000) - min(kind.sound_ms, 5000)) <= 90
    assert len(heard.samples) == round(media.duration_ms * 48)
    notes = " | ".join((*media.notes, *map(str, (*media.set_right, *heard.set_right))))
    note = "" if kind.later else kind.note
    assert (note in notes) if note else not notes
    if kind.heard is not None:
        assert off_by(beeps_late(heard.samples), kind.heard) <= FRAME_MS


@pytest.fixture(scope="module")
def commanded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Made]]:
    """The kinds in one batch of the real command, each with a transcript beside it: the folder, and what came of each."""
    root = tmp_path_factory.mktemp("media")
    dropped = root / "dropped"
    dropped.mkdir()
    for kind in COMMANDED:
        name = kind.name.replace(".", "-") + Path(kind.name).suffix
        kind.make(dropped / name)
        (dropped / name).with_suffix(".srt").write_text(LINE, encoding="utf-8")
    (root / "markets.toml").write_text(MARKETS, encoding="utf-8")
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        patch.setenv("LOCALIZE_HOME", str(root / "home"))
        patch.setenv("LOCALIZE_GLOSSARIES", str(root / "bibles"))
        patch.setenv("LOCALIZE_MARKETS", str(root / "markets.toml"))
        cli.main(["run", str(dropped), "--market", "home", "--source-lang", "en", "--out", str(root / "out")])
    made = {}
    for kind in COMMANDED:
        stem = kind.name.replace(".", "-")
        errors = re.findall(rf"(?m)^error: ({re.escape(stem)}[. ].*)$", said.getvalue())
        made[kind.name] = outcome(root / "out" / "untitled" / stem / "home", "\n".join(errors))
    return dropped, made


@pytest.mark.models
@pytest.mark.parametrize("kind", COMMANDED, ids=[k.name for k in COMMANDED])
def test_by_the_command(kind: Kind, commanded: tuple[Path, dict[str, Made]]) -> None:
    dropped, found = commanded
    made = found[kind.name]
    if kind.error:
        assert kind.error in made.error
        assert made.error.count("\n") == 0
        assert "->" in made.error
        return
    path = dropped / f"{kind.name.replace('.', '-')}{Path(kind.name).suffix}"
    report = made.report
    told = " | ".join([*report["notes"], *(r["what"] for r in report["set_right"])])
    assert kind.note in told
    odd = abs(kind.sound_ms - kind.ms) > 900 or "changes" in kind.note
    failed = {c["name"] for c in report["checks"] if c["verdict"] != "pass"}
    assert failed <= {*kind.failed, *(("source sound", "levels") if odd else ())}, report["reasons"]
    assert failed >= {*kind.failed}
    check_finished(kind, path, probe.probe(path, "en"), made.folder / f"{kind.name.replace('.', '-')}.home.mp4")


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
        for track in ("a:0", "a:1")[: tracks_of(listing)]:
            late = beeps_late(ffmpeg.decode(finished, stream=track)[:, :1])  # a mean may cancel in the original
            assert off_by(late - seen, kind.heard - kind.seen) <= FRAME_MS, track


def tracks_of(listing: str) -> int:
    """How many sound tracks ffmpeg lists."""
    return len(re.findall(r"Stream #0:\d+.*: Audio:", listing))


def flashes_late(path: Path, media: Media) -> float:
    """How late the white half stands against whole seconds, in ms."""
    width, height = probe.displayed_size(media)
    view = View((0, 0, width, height // 2), (8, 8), 100.0)
    luma = np.array([f.mean() for f in frames(path, view, "gray")])
    on = luma > 200
    rises = np.flatnonzero(on[1:] & ~on[:-1]) * 10 + 10.0
    return float(np.median((rises[rises > 300] + 500) % 1000 - 500))
