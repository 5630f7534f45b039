"""How long the models alone take for what a finished run holds: nothing around them, on all cores, each thing once.

    python -m localize.bench.floor EPISODE... --out DIR --markets us,latam

Recognition is faster-whisper's batched pipeline over the episode's sound, once; speech is every dubbed line's final wording in its
own voice, the longest first over one-thread sessions of the fastest graph here; and each market's sound is encoded once.
Loading is not counted. Prints seconds by stage as JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from ..audio.samples import RATE, to_asr
from ..media import ffmpeg
from ..session import Session, open_session


def main() -> None:
    parser = argparse.ArgumentParser("floor")
    parser.add_argument("episodes", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--markets", required=True)
    parser.add_argument("--series", default="untitled")
    args = parser.parse_args()
    session = open_session(args.series)
    markets = session.settings.chosen(args.markets.split(","))
    reports = {
        (path.stem, m.language): json.loads((args.out / args.series / path.stem / m.name / "report.json").read_text("utf-8"))
        for path in args.episodes
        for m in markets
    }
    print(json.dumps({
        "recognition": recognition(session, args.episodes),
        "speech": speech(session, reports),
        "encoding": encoding(args.episodes, len(markets)),
    }))  # fmt: skip


def recognition(session: Session, episodes: list[Path]) -> float:
    """Seconds to recognise the episodes' sound, in batches, with word times."""
    from faster_whisper import BatchedInferencePipeline

    engine: Any = session.engines.transcriber()
    engine.hear_something()
    batched, seconds = BatchedInferencePipeline(engine.loaded()), 0.0
    for path in episodes:
        sound = to_asr(ffmpeg.decode(path).mean(1))
        started = time.perf_counter()
        list(batched.transcribe(sound, batch_size=8, word_timestamps=True)[0])
        seconds += time.perf_counter() - started
    return seconds


def speech(session: Session, reports: dict[tuple[str, str], Any]) -> float:
    """Seconds to speak every line that was dubbed, once; the same line in the same voice only once."""
    voices = session.engines.synthesizer()
    wanted = set()
    for (_episode, tag), report in reports.items():
        for row in report["lines"]:
            if row["voice"]:
                voice = voices.of(row["voice"])
                said = voice.phonemes(row["target"], session.settings.language(tag).espeak)
                wanted.add((row["voice"], said, row["rate"]))
    for name in {name for name, _said, _rate in wanted}:
        voices.of(name).speak("a", name, 1.0)  # loads it
    longest_first = sorted(wanted, key=lambda w: -len(w[1]))
    started = time.perf_counter()
    with ThreadPoolExecutor(session.settings.threads) as pool:
        list(pool.map(lambda w: voices.of(w[0]).speak(w[1], w[0], float(np.clip(w[2], 0.8, 1.3))), longest_first))
    return time.perf_counter() - started


def encoding(episodes: list[Path], markets: int) -> float:
    """Seconds to encode the episodes' sound as AAC once a market, as many at a time as there are cores by themselves."""
    seconds = 0.0
    for path in episodes:
        argv = ["-v", "error", "-i", ffmpeg.url(path), "-vn", "-ar", str(RATE), "-c:a", "aac", "-b:a", "192k"]
        argv += ["-aac_coder", ffmpeg.CODER, "-f", "null", "-"]
        started = time.perf_counter()
        for _market in range(markets):
            ffmpeg.run(argv)
        seconds += time.perf_counter() - started
    return seconds


if __name__ == "__main__":
    main()
