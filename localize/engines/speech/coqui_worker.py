"""Runs in the environment of coqui-tts (`make coqui`) and imports nothing of this project. See outside.py.

{"do": "speak", "folder": …, "text": …, "speaker": …, "language": …, "sample": …, "speed": …, "device": …}
  -> {"rate": Hz, "bytes": n} and n bytes of float32, or {"error": …}; "without_gpu" says why the GPU was not used
"""

import contextlib
import json
import os
import select
import sys
from pathlib import Path

IDLE_S = 600
WEIGHTS = ("model.pth", "model_file.pth", "best_model.pth", "model_file.pth.tar")


def load(folder: Path):
    """The synthesizer of a model's folder, as coqui-tts lays models out."""
    from TTS.utils.synthesizer import Synthesizer

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if config.get("model") in ("xtts", "tortoise", "bark"):
        from TTS.api import TTS

        return TTS(model_path=str(folder), config_path=str(folder / "config.json"), progress_bar=False).synthesizer
    weights = next((folder / n for n in WEIGHTS if (folder / n).is_file()), None)
    if weights is None:
        raise FileNotFoundError(f"no weights in {folder.name}: one of {', '.join(WEIGHTS)}")
    speakers = next(
        (folder / n for n in ("speakers.json", "speaker_ids.json", "speakers.pth") if (folder / n).is_file()), None
    )
    with inside(folder):
        return Synthesizer(
            tts_checkpoint=str(weights),
            tts_config_path=str(folder / "config.json"),
            tts_speakers_file=str(speakers) if speakers else None,
        )


@contextlib.contextmanager
def inside(folder: Path):
    """Configurations name their files relative to themselves."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def speak(loaded: dict, request: dict):
    """(rate, samples, why the GPU was not used) of one line; a model is loaded once, and then tried on the GPU if asked."""
    folder = request["folder"]
    if folder not in loaded:
        loaded.clear()  # one at a time: they are large
        loaded[folder] = load(Path(folder))
        if request.get("device") == "cuda":
            try:
                loaded[folder].to("cuda")
                return *say(loaded[folder], request), ""
            except (RuntimeError, AssertionError) as error:  # no memory, no kernel for this GPU; a build without CUDA
                loaded[folder].to("cpu")
                return *say(loaded[folder], request), f"{type(error).__name__}: {error}"
    return *say(loaded[folder], request), ""


def say(voice, request: dict):
    """(rate, samples) of one line by a loaded model, wherever it is."""
    import numpy as np
    import torch

    torch.manual_seed(request.get("seed", 7))  # the same line must give the same take
    extra = {}
    model = voice.tts_model
    if hasattr(model, "length_scale"):
        model.length_scale = 1.0 / request["speed"]
    elif request["speed"] != 1.0:
        extra["speed"] = request["speed"]
    with contextlib.redirect_stdout(sys.stderr):
        samples = voice.tts(
            request["text"],
            speaker_name=request.get("speaker") or None,
            language_name=request.get("language") or None,
            speaker_wav=request.get("sample") or None,
            split_sentences=False,
            **extra,
        )
    return int(voice.output_sample_rate), np.asarray(samples, np.float32)


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever prints, prints beside the answers
    loaded: dict = {}
    waiting = sys.stdin.buffer.raw if hasattr(sys.stdin.buffer, "raw") else sys.stdin.buffer
    rest = b""
    while True:
        while b"\n" not in rest:
            ready, _w, _x = select.select([waiting], [], [], IDLE_S)
            more = waiting.read(65536) if ready else b""
            if not more:
                return
            rest += more
        line, _, rest = rest.partition(b"\n")
        try:
            rate, samples, without_gpu = speak(loaded, json.loads(line))
            data = samples.astype("<f4").tobytes()
            said = {"rate": rate, "bytes": len(data), "without_gpu": without_gpu}
            answers.write(json.dumps(said).encode() + b"\n" + data)
        except Exception as error:
            answers.write(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode() + b"\n")


if __name__ == "__main__":
    main()
