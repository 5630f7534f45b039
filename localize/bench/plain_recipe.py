"""What somebody would script in an afternoon from the same libraries at their defaults, as a measure for ours.

    python localize/bench/plain_recipe.py EPISODE... --models DIR --languages es,pt --out DIR

For each episode: faster-whisper over the file with word times; then for each language a translation call a line (Bergamot, and
Apertium behind it for Spanish), kokoro-onnx line after line, and one ffmpeg command that lays the clips over the lowered sound
and muxes. No names, no lengths, no checks, no loudness: it does much less than ours. It is run as a file: what the package sets
for its own processes is not set for this one.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

VOICES = {"es": ("ef_dora", "es"), "pt": ("pf_dora", "pt-br")}


def main() -> None:
    parser = argparse.ArgumentParser("plain_recipe")
    parser.add_argument("episodes", nargs="+", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--languages", default="es,pt")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    import fxtranslate
    from faster_whisper import WhisperModel
    from kokoro_onnx import Kokoro

    whisper = WhisperModel(str(args.models / "faster-whisper-base"))
    engine = _bergamot(fxtranslate, args.models / "bergamot-tiny-enpt")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        voices = work / "voices.npz"
        styles = {
            name: np.fromfile(args.models / "kokoro-82m-v1.0-voices" / f"{name}.bin", "<f4").reshape(-1, 1, 256)
            for name, _language in VOICES.values()
        }
        np.savez(voices, allow_pickle=False, **styles)
        kokoro = Kokoro(str(args.models / "kokoro-82m-v1.0-int8" / "kokoro-v1.0.int8.onnx"), str(voices))
        for episode in args.episodes:
            segments, _info = whisper.transcribe(str(episode), word_timestamps=True)
            heard = [(s.start, s.text.strip()) for s in segments if s.text.strip()]
            for language in args.languages.split(","):
                dub(episode, heard, language, engine, kokoro, work, args.out)


def dub(
    episode: Path, heard: list[tuple[float, str]], language: str, engine: Any, kokoro: Any, work: Path, out: Path
) -> None:
    """One language of an episode."""
    import soundfile

    voice, espeak = VOICES[language]
    clips = []
    for number, (start, text) in enumerate(heard):
        said = engine.translate(text)
        if language == "es":
            done = subprocess.run(["apertium", "-u", "pt-es"], input=said, capture_output=True, text=True, check=True)
            said = done.stdout.strip()
        samples, rate = kokoro.create(said, voice=voice, lang=espeak)
        clips.append((start, work / f"{number}.wav"))
        soundfile.write(clips[-1][1], samples, rate)
    inputs = [part for _start, path in clips for part in ("-i", str(path))]
    laid = "".join(f"[{n + 1}:a]adelay={round(1000 * start)}:all=1[c{n}];" for n, (start, _path) in enumerate(clips))
    names = "".join(f"[c{n}]" for n in range(len(clips)))
    mixed = f"{laid}[0:a]volume=0.3[bed];[bed]{names}amix=inputs={len(clips) + 1}:duration=first:normalize=0[mix]"
    subprocess.run(
        ["ffmpeg", "-y", "-v", "error", "-i", str(episode), *inputs, "-filter_complex", mixed, "-map", "0:v", "-map",
         "[mix]", "-c:v", "copy", "-c:a", "aac", str(out / f"{episode.stem}.{language}.mp4")],
        check=True,
    )  # fmt: skip


def _bergamot(library: Any, folder: Path) -> Any:
    model, vocabulary, shortlist = (
        next(p for p in sorted(folder.glob(f"{start}*")) if p.suffix in (".bin", ".spm")).read_bytes()
        for start in ("model.", "vocab.", "lex.")
    )
    return library.Translator(model, vocabulary, vocabulary, shortlist)


if __name__ == "__main__":
    main()
