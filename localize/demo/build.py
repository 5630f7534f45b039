"""Make the demo series: `build(folder)` writes episodes, stems and the truth they are measured against.

folder/episodes/E01.mp4, E01.me.wav, …      what a studio would drop
folder/samples/Summer.en-US.wav             a clean recording of each voice, to enrol it
folder/truth/E01.dialogue.wav, E01.truth.json   what only tests and benches read
"""

from __future__ import annotations

import json
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from ..audio.envelope import trim
from ..audio.levels import active_level
from ..audio.samples import RATE
from ..engines.catalogue import Engines
from ..errors import OptionError
from ..media import ffmpeg
from . import picture, sound

Samples = NDArray[np.float32]
SPEECH_LUFS = -20.0


@dataclass(frozen=True)
class Spoken:
    """One recorded line: where it starts, its samples at 48 kHz, and its row of the script."""

    start_ms: int
    samples: Samples
    row: dict[str, Any]

    @property
    def end_ms(self) -> int:
        """Where its last sample stands."""
        return self.start_ms + round(1000 * len(self.samples) / RATE)


def script() -> dict[str, Any]:
    """The script as it stands in script.toml."""
    return tomllib.loads(Path(__file__).with_name("script.toml").read_text(encoding="utf-8"))


def build(folder: Path, engines: Engines, only: list[str] | None = None, samples: bool = False) -> list[Path]:
    """Make every episode that is not there yet, or those named `only`, and on request the samples to enrol voices from; the
    episodes' paths.

    Raises ToolError, ModelError.
    """
    play = script()
    if samples:
        _samples(play, folder / "samples", engines)
    paths = []
    known = [e["name"] for e in play["episode"]]
    if unknown := [name for name in only or () if name not in known]:
        raise OptionError(f"the demo has no episode {unknown[0]!r}", do=f"choose from {', '.join(known)}")
    names = [e for e in play["episode"] if e["name"] in (only or [e["name"]])]
    for episode in track(names, "demo series", console=Console(stderr=True), transient=True):
        target = folder / "episodes" / f"{episode['name']}.mp4"
        if not target.exists():
            _episode(play, episode, folder, target, engines)
        paths.append(target)
    return paths


def _samples(play: dict[str, Any], folder: Path, engines: Engines) -> None:
    """A recording of each voice in each language, plain and over the telephone."""
    folder.mkdir(parents=True, exist_ok=True)
    for tag, text in play["enrol"].items():
        for who in play["voices"][tag]:
            for how in ("plain", "phone"):
                target = folder / f"{who}.{tag}.{how}.wav"
                if not target.exists():
                    row = {"who": who, "text": text, "how": how}
                    soundfile.write(target, _record(play, {"language": tag}, row, engines), RATE, subtype="PCM_16")


def _episode(play: dict[str, Any], episode: dict[str, Any], folder: Path, target: Path, engines: Engines) -> None:
    for sub in ("episodes", "truth"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    rows = [row for scene in episode["scene"] for row in scene["lines"]]
    with ThreadPoolExecutor(2) as pool:
        takes = list(pool.map(lambda row: _record(play, episode, row, engines), rows))
    spoken: list[Spoken] = []
    scenes: list[tuple[str, int, int]] = []
    shots: list[picture.Shot] = []
    clock = 0
    for scene in episode["scene"]:
        start = clock
        said = []
        for row in scene["lines"]:
            clock += row["gap"]
            line = Spoken(clock, takes[len(spoken)], row)
            spoken.append(line)
            said.append((row["who"], line.start_ms, line.end_ms))
            clock = line.end_ms
        end = clock + (episode["tail"] if scene is episode["scene"][-1] else 700)
        clock = end
        scenes.append((scene["place"], start, end))
        shown = tuple(
            (line.row["text"], line.start_ms, line.end_ms) for line in spoken[-len(said) :] if episode.get("subtitles")
        )
        shots.append(picture.Shot(scene["place"], tuple(scene["who"]), start, end, tuple(said), shown))
    frames = round(clock * picture.FPS / 1000)
    duration_ms = round(frames * 1000 / picture.FPS)
    count = round(frames / picture.FPS * RATE)
    dialogue = np.zeros(count, np.float32)
    for line in spoken:
        at = round(line.start_ms * RATE / 1000)
        dialogue[at : at + len(line.samples)] += line.samples
    effects = ffmpeg.fit_length(sound.bed(scenes, duration_ms, seed=len(episode["name"])), count)
    name = episode["name"]
    soundfile.write(folder / "truth" / f"{name}.dialogue.wav", dialogue, RATE, subtype="PCM_24")
    stem = folder / ("episodes" if episode["stem"] else "truth") / f"{name}.me.wav"
    soundfile.write(stem, effects, RATE, subtype="PCM_24")
    _write_truth(folder / "truth" / f"{name}.truth.json", episode, spoken, scenes)
    _mux(shots, duration_ms, effects + dialogue[:, None], target)


def _record(play: dict[str, Any], episode: dict[str, Any], row: dict[str, Any], engines: Engines) -> Samples:
    """One line as an actor would record it, 48 kHz mono, trimmed, levelled, then treated."""
    tag = episode["language"]
    voice = engines.synthesizer()
    code = engines.context.settings.language(tag).espeak
    said = play.get("say", {}).get(tag, {})
    pieces, rest = [], row["text"]
    while rest:
        hits = [(rest.index(word), word) for word in said if word in rest]
        at, word = min(hits, default=(len(rest), ""))
        if rest[:at].strip(" ,."):
            pieces.append(voice.phonemes(rest[:at], code))
        rest = rest[at + len(word) :]
        if word:
            tail = rest[:1] if rest[:1] in ",.?!" else ""
            pieces.append(said[word] + tail)
            rest = rest[len(tail) :]
    clip = voice.speak(" ".join(pieces), play["voices"][tag][row["who"]], 1.0)
    clean = trim(clip.samples, clip.rate)
    samples = soxr.resample(clean, clip.rate, RATE)
    samples *= 10 ** ((SPEECH_LUFS - active_level(samples, RATE)) / 20)
    return sound.treat(samples.astype(np.float32), row.get("how", "plain"))


def _write_truth(path: Path, episode: dict[str, Any], spoken: list[Spoken], scenes: list[tuple[str, int, int]]) -> None:
    truth = {
        "language": episode["language"],
        "lines": [
            {"who": s.row["who"], "text": s.row["text"], "how": s.row.get("how", "plain"),
             "start_ms": s.start_ms, "end_ms": s.end_ms}
            for s in spoken
        ],
        "cuts_ms": [start for _place, start, _end in scenes[1:]],
    }  # fmt: skip
    path.write_text(json.dumps(truth, indent=1, ensure_ascii=False), encoding="utf-8")


def _mux(shots: list[picture.Shot], duration_ms: int, mix: Samples, target: Path) -> None:
    silent, wav = target.with_suffix(".video.part"), target.with_suffix(".sound.part")
    picture.write(shots, duration_ms, silent)
    peak = float(np.abs(mix).max())
    soundfile.write(wav, mix if peak < 0.98 else mix * (0.98 / peak), RATE, subtype="FLOAT", format="WAV")
    part = target.with_suffix(".part")
    argv = [
        "-v",
        "error",
        "-i",
        ffmpeg.url(silent),
        "-i",
        ffmpeg.url(wav),
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c:v",
        "copy",
    ]
    ffmpeg.run([*argv, "-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart", "-f", "mp4", ffmpeg.url(part)])
    silent.unlink()
    wav.unlink()
    part.replace(target)
