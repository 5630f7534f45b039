"""Who speaks: scenes of three voices that nothing here was tuned on, and ten episodes of one cast."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from localize import settings
from localize.audio.envelope import trim
from localize.audio.levels import active_level
from localize.audio.samples import RATE
from localize.bench.dub import diarization_error
from localize.demo import sound
from localize.dubbing import casting
from localize.media import ffmpeg
from localize.pipeline.admit import admit
from localize.records import Cue, Line
from localize.session import Session, open_session
from localize.settings import ROOT
from localize.subtitles.formats import to_srt
from localize.transcript.steps import listen

pytestmark = [pytest.mark.models, pytest.mark.slow]
NAMES = {"{P}": "Marta", "{Q}": "Daniel", "{T}": "captain", "{L}": "Lisbon", "{B}": "Meridian", "{W}": "Joanna"}
PAUSES = (250, 400, 600, 900)
Said = list[tuple[str, str, str]]  # who, text, how


def texts() -> list[str]:
    rows = (ROOT / "tests/data/drama.tsv").read_text(encoding="utf-8").splitlines()
    out = []
    for row in rows:
        text = row.split("\t")[0]
        for mark, name in NAMES.items():
            text = text.replace(mark, name)
        out.append(text)
    return [t for t in out if t and "{" not in t]


def record(
    session: Session, said: Said, voices: dict[str, str], path: Path, seed: int, most_ms: int = 60_000
) -> list[Line]:
    """A video of these lines over music; what is really said and when."""
    voice, rng = session.engines.synthesizer(), random.Random(seed)
    with ThreadPoolExecutor(2) as pool:
        clips = list(pool.map(lambda row: voice.speak(voice.phonemes(row[1], "en-us"), voices[row[0]], 1.0), said))
    clock, parts, truth = 500, [], []
    for (who, text, how), clip in zip(said, clips, strict=True):
        samples = soxr.resample(trim(clip.samples, clip.rate), clip.rate, RATE).astype(np.float32)
        samples = sound.treat(samples * np.float32(10 ** ((-20 - active_level(samples, RATE)) / 20)), how)
        length = round(1000 * len(samples) / RATE)
        if clock + length > most_ms:
            break
        truth.append(Line(f"T{len(truth)}", who, clock, clock + length, text))
        parts.append((clock, samples))
        clock += length + rng.choice(PAUSES)
    duration = clock + 400
    mix = ffmpeg.fit_length(sound.bed([("office", 0, duration)], duration, seed=3), duration * RATE // 1000)
    for at, samples in parts:
        room = mix[at * RATE // 1000 :][: len(samples)]
        room += samples[: len(room), None]
    wav = path.with_suffix(".wav")
    soundfile.write(wav, np.clip(mix, -1, 1), RATE)
    picture = f"color=c=gray:s=360x640:r=25:d={duration / 1000:.2f}"
    ffmpeg.run(["-v", "error", "-f", "lavfi", "-i", picture, "-i", ffmpeg.url(wav), "-c:v", "libx264", "-preset",
                "ultrafast", "-c:a", "aac", "-b:a", "192k", "-shortest", "-f", "mp4", ffmpeg.url(path)])  # fmt: skip
    wav.unlink()
    return truth


def studio_in(folder: Path, series: str = "untitled") -> Session:
    return open_session(series, settings.load_settings({**os.environ, "LOCALIZE_HOME": str(folder / "home")}))


@pytest.mark.minutes
@pytest.mark.parametrize("voices", [("af_river", "af_sky", "bm_fable"), ("am_onyx", "am_liam", "bf_alice")])
def test_three_unknown_voices_in_a_minute(
    voices: tuple[str, ...], tmp_path: Path, figure: Callable[[str, object], None]
) -> None:
    """Two of the three are of one register each time; turns follow each other by a quarter of a second at times."""
    session, rng = studio_in(tmp_path), random.Random(voices[0])
    lines = texts()
    rng.shuffle(lines)
    said: Said = []
    for text in lines[:28]:
        others = [v for v in voices if not said or v != said[-1][0]]
        said.append((rng.choice(others) if rng.random() < 0.8 or not said else said[-1][0], text, "plain"))
    truth = record(session, said, {v: v for v in voices}, tmp_path / "scene.mp4", seed=5)
    assert truth[-1].end_ms > 50_000
    heard = listen(session, admit(session, tmp_path / "scene.mp4"), "en")
    error = diarization_error(truth, heard.transcript.lines)
    figure("diarization error, speakers found", f"{error:.1%}, {len({x.speaker for x in heard.transcript.lines})}")
    assert error <= 0.15


@pytest.mark.parametrize("episodes", [3, pytest.param(10, marks=pytest.mark.minutes)])
def test_every_character_keeps_its_voice_in_all_episodes(
    episodes: int, tmp_path: Path, figure: Callable[[str, object], None]
) -> None:
    """The studio's subtitles say what is said and not who: that is heard, and matched to the enrolled cast."""
    session = studio_in(tmp_path, "silver-bay")
    cast = {"Summer": "af_heart", "Grant": "am_michael", "Vivian": "bf_emma"}
    dubbed: dict[str, set[str]] = {who: set() for who in cast}
    wrong = total = 0
    for number in range(episodes):
        rng = random.Random(number)
        order = [*cast, *cast]
        rng.shuffle(order)
        said: Said = [
            (who, text, rng.choice(("plain", "plain", "plain", "phone", "shout")))
            for who, text in zip(order, rng.sample(texts(), len(order)), strict=True)
        ]
        path = tmp_path / f"E{number:02d}.mp4"
        truth = record(session, said, cast, path, seed=number)
        cues = [Cue(x.start_ms, x.end_ms, x.text, x.id) for x in truth]
        path.with_suffix(".srt").write_text(to_srt(cues), encoding="utf-8")
        heard = listen(session, admit(session, path), "en")
        voices = casting.voices(session, heard, "es-419")
        for real, line in zip(truth, heard.transcript.lines, strict=True):
            dubbed[real.speaker].add(voices[line.speaker])
            wrong += line.speaker != real.speaker
            total += 1
    figure("lines with a wrong speaker, voices of each character", f"{wrong} of {total}, {dubbed}")
    assert {who: len(voices) for who, voices in dubbed.items()} == dict.fromkeys(cast, 1)
