"""Finished variants broken on purpose, in the file or in what it is made of: each caught by its check and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from localize.audio import files
from localize.audio.samples import RATE
from localize.delivery.ingredients import Ingredients
from localize.delivery.render import Render
from localize.media import ffmpeg
from localize.media.soundtrack import decode
from localize.mixing import leftover_speech, master
from localize.mixing import steps as mixing
from localize.pipeline.admit import admit
from localize.pipeline.market import gather, speak_language
from localize.records import Check, Cue, Episode, Flag, Verdict, from_json
from localize.session import Session
from localize.subtitles.cues import Look
from localize.transcript.steps import listen
from tests.e2e.conftest import Demo

pytestmark = [pytest.mark.models, pytest.mark.slow]


@dataclass
class Bench:
    """One real variant's ingredients, to be broken one way at a time."""

    session: Session
    episode: Episode
    market: str
    made: Ingredients

    def checks(self, folder: Path, made: Ingredients | None = None, spoil: Any = None) -> dict[str, Check]:
        market = self.session.settings.market(self.market)
        render = Spoiled(self.session, self.episode, market, made or self.made, folder)
        render.spoil = spoil or {}
        render.files()
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        found = [from_json(Check, c) for c in report["checks"]]
        return {c.name: c for c in found if c.verdict != Verdict.PASS}

    def programme(self, change: Callable[[np.ndarray], np.ndarray]) -> Ingredients:
        samples, rate = files.from_flac(self.session.steps.store.need(self.made.programme))
        digest = self.session.steps.store.put(files.to_flac(change(samples).astype(np.float32), rate))
        return replace(self.made, programme=digest)


class Spoiled(Render):
    """A rendering that somebody tampers with on its way."""

    spoil: dict[str, Any]

    def _cues(self) -> tuple[dict[str, list[Cue]], dict[str, Look]]:
        cues, looks = super()._cues()
        if "cues" in self.spoil:
            cues = {tag: self.spoil["cues"](list(those)) for tag, those in cues.items()}
        return cues, looks

    def _mux(self, target: Path, names: list[str]) -> dict[str, Any]:
        measured = super()._mux(target, names)
        if "argv" in self.spoil:
            before = target.with_suffix(".before")
            target.rename(before)
            argv = ["-v", "error", "-i", ffmpeg.url(before), *self.spoil.get("inputs", [])]
            argv += ["-map", "0", "-c", "copy", *self.spoil["argv"]]
            ffmpeg.run([*argv, "-f", "mp4", ffmpeg.url(target)])
            before.unlink()
            measured = ffmpeg.loudness(target)
        return measured


@pytest.fixture(scope="module")
def bench(demo: Demo) -> Bench:
    session = demo.session()
    episode = admit(session, demo.episode("E03"))
    listened = listen(session, episode)
    market = session.settings.market("us")
    parts = {market.language: speak_language(session, episode, listened, market.language)}
    made = gather(session, episode, listened, market, parts)
    # as if a person had read every line: which of them a recogniser is unsure of differs from machine to machine
    approved = [replace(t, origin="memory") for t in made.translations]
    lines = tuple(
        replace(x, flags=tuple(f for f in x.flags if not Flag.UNSURE_WORDS.marks(f))) for x in listened.transcript.lines
    )
    read = replace(listened, readings={}, transcript=replace(listened.transcript, lines=lines))
    return Bench(session, episode, "us", replace(made, listened=read, translations=approved, meaning={}))


def test_untouched_it_passes(bench: Bench, tmp_path: Path) -> None:
    assert bench.checks(tmp_path) == {}


def test_a_track_shifted_in_the_file(bench: Bench, tmp_path: Path) -> None:
    late = ["-c:a:0", "aac", "-b:a:0", "192k", "-filter:a:0", "adelay=300:all=1"]
    late += ["-t", f"{bench.episode.media.duration_ms / 1000:.3f}"]
    caught = bench.checks(tmp_path, spoil={"argv": late})
    assert set(caught) == {"in time"}
    assert "+300 ms" in caught["in time"].detail


def test_a_missing_clip(bench: Bench, tmp_path: Path) -> None:
    spoken = bench.made.spoken
    assert spoken
    gone = spoken.takes[1]
    track, rate = files.from_flac(bench.session.steps.store.need(spoken.track))
    track[gone.start_ms * 48 : gone.end_ms * 48] = 0
    digest = bench.session.steps.store.put(files.to_flac(track, rate))
    takes = tuple(t for t in spoken.takes if t != gone)
    made = replace(bench.made, spoken=replace(spoken, track=digest, takes=takes))
    caught = bench.checks(tmp_path, made)
    assert set(caught) == {"clips"}
    assert gone.line_id in caught["clips"].detail


def test_a_wrong_name(bench: Bench, tmp_path: Path) -> None:
    wrong = [replace(t, text=t.text.replace("Summer", "Sumner")) for t in bench.made.translations]
    assert wrong != bench.made.translations
    assert set(bench.checks(tmp_path, replace(bench.made, translations=wrong))) == {"names"}


def test_too_loud(bench: Bench, tmp_path: Path) -> None:
    loud = ["-c:a:0", "aac", "-b:a:0", "192k", "-filter:a:0", "volume=0.8dB"]
    assert set(bench.checks(tmp_path, spoil={"argv": loud})) == {"loudness"}


def test_clipped(bench: Bench, tmp_path: Path) -> None:
    """Driven far over full scale and brought back to the right level: loudness and peaks alone would not tell."""
    hot = ["-c:a:0", "aac", "-b:a:0", "192k", "-filter:a:0",
           "volume=30dB,asoftclip=type=hard,volume=-13.5dB,alimiter=limit=0.75:level=0"]  # fmt: skip
    caught = bench.checks(tmp_path, spoil={"argv": hot})
    assert "in time" in caught
    assert set(caught) <= {"in time", "loudness"}


def test_swapped_languages(bench: Bench, tmp_path: Path) -> None:
    swapped = ["-metadata:s:a:0", "language=spa", "-metadata:s:a:1", "language=eng"]
    assert set(bench.checks(tmp_path, spoil={"argv": swapped})) == {"tracks"}


def test_the_original_where_the_dub_should_be(bench: Bench, tmp_path: Path) -> None:
    """The right tags, the right loudness, the wrong sound."""
    other = tmp_path / "other.flac"
    other.write_bytes(files.to_flac(master.master(decode(bench.episode), bench.session.settings.loudness["mobile"]), RATE))
    argv = ["-map", "-0:a", "-map", "1:a", "-map", "0:a:1", "-c:a:0", "aac", "-b:a:0", "192k"]
    for stream, tag, flag in ((0, "eng", "default"), (1, "spa", "0")):
        argv += [f"-metadata:s:a:{stream}", f"language={tag}", f"-disposition:a:{stream}", flag]
    assert set(bench.checks(tmp_path, spoil={"inputs": ["-i", ffmpeg.url(other)], "argv": argv})) == {"in time"}


def test_source_speech_left_in(bench: Bench, tmp_path: Path) -> None:
    bed = bench.session.steps.store.put(files.to_flac(decode(bench.episode), RATE))
    left = leftover_speech.left_speech(bench.session, bench.episode, bench.made.listened, bed)
    assert left > 0.8
    assert set(bench.checks(tmp_path, replace(bench.made, left=left))) == {"source speech left"}


def test_music_turned_down(bench: Bench, tmp_path: Path) -> None:
    assert bench.made.spoken
    samples, _rate = files.from_flac(bench.session.steps.store.need(bench.made.bed))
    bed = bench.session.steps.store.put(files.to_flac(samples * np.float32(0.7), RATE))
    balance = mixing.balance(bench.session, bench.episode, bench.made.listened, bed, bench.made.spoken.track)
    caught = bench.checks(tmp_path, replace(bench.made, balance=balance))
    assert set(caught) == {"bed"}
    assert caught["bed"].figure.startswith("3.1 dB")


def test_a_cue_too_fast(bench: Bench, tmp_path: Path) -> None:
    def hurry(cues: list[Cue]) -> list[Cue]:
        at = max(range(len(cues)), key=lambda i: len(cues[i].text))
        cues[at] = replace(cues[at], end_ms=cues[at].start_ms + 1000)
        return cues

    assert set(bench.checks(tmp_path, spoil={"cues": hurry})) == {"reading speed"}
