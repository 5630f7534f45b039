"""The same words in other sound: episodes played a little differently, and people's recordings with music alone and noise
alone between them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from localize.audio.samples import RATE
from localize.demo import picture, sound
from localize.media import ffmpeg
from tests.e2e.test_recorded import LINES, recording, words_in

# ffmpeg's filter for the sound, its rate and its AAC bit rate
JITTERS = {
    "gain": ("volume=-7.3dB", 48_000, "192k"),
    "filter": ("highpass=f=120,lowpass=f=7000", 48_000, "192k"),
    "shift": ("adelay=137:all=1", 48_000, "192k"),
    "resampled": ("aresample=22050", 22_050, "96k"),
    "64k": ("anull", 48_000, "64k"),
    "brighter": ("treble=g=4:f=5000,volume=3dB,alimiter=limit=0.95:level=disabled", 44_100, "160k"),
}
ALONE_MS = 7000  # of music or noise before a line
ALONE = {3: "music", 6: "noise"}  # before which of the lines


def jittered(episode: Path, target: Path, name: str) -> Path:
    """The episode with its picture as it is and its sound changed."""
    change, rate, bits = JITTERS[name]
    target.parent.mkdir(parents=True, exist_ok=True)
    ffmpeg.run(["-v", "error", "-i", ffmpeg.url(episode), "-map", "0:v", "-map", "0:a:0", "-c:v", "copy", "-af", change,
                "-ar", str(rate), "-c:a", "aac", "-b:a", bits, "-f", "mp4", ffmpeg.url(target)])  # fmt: skip
    return target


def recordings(folder: Path) -> Path:
    """R02: what three people said, over music, and seven seconds each of louder music and of rain in which nobody speaks."""
    folder.mkdir(parents=True, exist_ok=True)
    clock, rows, said, alone = 0, [], [], []
    for number, (who, name, text, pause, _hindi) in enumerate(LINES):
        if number in ALONE:
            alone.append((ALONE[number], clock + 700, clock + 700 + ALONE_MS))
            clock += 700 + ALONE_MS
        samples = recording(name)
        first, last = words_in(samples, RATE)
        start = clock + pause
        clock = start + round(1000 * (last - first) / RATE)
        rows.append({"who": who, "text": text, "start_ms": start, "end_ms": clock})
        said.append((start * RATE // 1000 - first, samples))
    duration = round((clock + 900) / 40) * 40
    mix = ffmpeg.fit_length(sound.bed([("office", 0, duration)], duration, seed=7), duration * RATE // 1000)
    for kind, a, b in alone:
        part = mix[a * RATE // 1000 : b * RATE // 1000]
        if kind == "music":
            part *= 4  # +12 dB
        else:
            part += _rain(len(part))
    for at, samples in said:
        cut = samples[max(0, -at) :]
        room = mix[max(0, at) :][: len(cut)]
        room += cut[: len(room), None]
    picture.write([picture.Shot("pier", ("Grant",), 0, duration, ())], duration, folder / "silent.part")
    soundfile.write(folder / "mix.wav", mix * min(1.0, 0.98 / float(np.abs(mix).max())), RATE)
    made = folder / "R02.mp4"
    ffmpeg.run(["-v", "error", "-i", ffmpeg.url(folder / "silent.part"), "-i", ffmpeg.url(folder / "mix.wav"), "-map", "0:v",
                "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "192k", "-f", "mp4", ffmpeg.url(made)])  # fmt: skip
    for used in ("silent.part", "mix.wav"):
        (folder / used).unlink()
    (folder / "R02.truth.json").write_text(json.dumps({"language": "en", "lines": rows}), encoding="utf-8")
    return made


def _rain(count: int) -> np.ndarray:
    """Noise between 200 Hz and 6 kHz at about -28 dBFS, both sides alike."""
    noise = np.random.default_rng(3).standard_normal(count)
    sos = signal.butter(2, (200, 6000), "bandpass", fs=RATE, output="sos")
    rain = signal.sosfilt(sos, noise)
    return np.asarray(0.04 * rain / rain.std(), np.float32)[:, None]
