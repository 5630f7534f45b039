"""Engines in processes of their own: started on demand, kept warm, replaced when they die; licences of voices."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.engines.speech.coqui import Voice, parse
from localize.engines.worker_process import WorkerProcess
from localize.errors import EngineError, LicenceRefused, OptionError
from localize.models.registry import load
from localize.settings import load_settings

WORKER = """
import json, os, sys, time
for line in sys.stdin:
    ask = json.loads(line)
    if ask["do"] == "die":
        print("out of memory", file=sys.stderr); sys.stderr.flush(); os._exit(9)
    if ask["do"] == "die once" and not os.path.exists(ask["mark"]):
        open(ask["mark"], "w").close(); os._exit(9)
    if ask["do"] == "wait":
        time.sleep(ask["seconds"])
    if ask["do"] == "refuse":
        sys.stdout.write(json.dumps({"error": "no such speaker"}) + "\\n")
    else:
        data = bytes(range(ask.get("size", 4)))
        sys.stdout.write(json.dumps({"pid": os.getpid(), "bytes": len(data)}) + "\\n"); sys.stdout.flush()
        sys.stdout.buffer.write(data)
    sys.stdout.flush()
"""


@pytest.fixture
def outside(tmp_path: Path) -> WorkerProcess:
    program = tmp_path / "worker.py"
    program.write_text(WORKER)
    made = WorkerProcess("toy", Path(sys.executable), program, 5)
    yield made
    made.close()


def test_it_starts_when_asked_and_stays_warm(outside: WorkerProcess) -> None:
    assert outside.pid is None
    first, data = outside.ask({"do": "say", "size": 200})
    assert data == bytes(range(200))
    assert outside.ask({"do": "say"})[0]["pid"] == first["pid"] == outside.pid


def test_a_refusal_is_an_error_and_the_worker_lives_on(outside: WorkerProcess) -> None:
    pid = outside.ask({"do": "say"})[0]["pid"]
    with pytest.raises(EngineError, match="no such speaker"):
        outside.ask({"do": "refuse"})
    assert outside.ask({"do": "say"})[0]["pid"] == pid


def test_killed_in_the_middle_of_a_line_it_says_the_line_again(outside: WorkerProcess) -> None:
    outside.ask({"do": "say"})
    killed = outside.pid
    assert killed

    def kill() -> None:
        time.sleep(0.3)
        os.kill(killed, signal.SIGKILL)

    threading.Thread(target=kill).start()
    answer, data = outside.ask({"do": "wait", "seconds": 1})
    assert answer["pid"] != killed
    assert data == bytes(range(4))


def test_a_line_that_kills_it_twice_is_that_line_s_fault_alone(outside: WorkerProcess, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="its process ended: out of memory"):
        outside.ask({"do": "die"}, "L007")
    assert outside.ask({"do": "die once", "mark": str(tmp_path / "mark")})[1] == bytes(range(4))


def test_one_that_never_answers_is_ended(outside: WorkerProcess) -> None:
    outside.seconds = 0.5
    started = time.monotonic()
    with pytest.raises(EngineError, match=r"no answer in"):
        outside.ask({"do": "wait", "seconds": 60})
    assert time.monotonic() - started < 5
    assert outside.pid is None


def test_an_environment_that_is_not_there_names_its_command(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="make coqui"):
        WorkerProcess("coqui", tmp_path / "bin" / "python", tmp_path / "w.py", 5).ask({"do": "say"})


def test_voices_are_named_by_model_speaker_or_sample() -> None:
    assert parse("coqui:vits-es") == Voice("vits-es")
    assert parse("coqui:vits-es/Ana María") == Voice("vits-es", "Ana María")
    assert parse("coqui:xtts-v2@silver-bay/grant.wav") == Voice("xtts-v2", "", "silver-bay/grant.wav")
    with pytest.raises(OptionError, match="write coqui:MODEL"):
        parse("coqui:")


def test_a_voice_needs_a_model_and_both_licences(tmp_path: Path) -> None:
    settings = load_settings({**os.environ, "LOCALIZE_GLOSSARIES": str(tmp_path)})
    engines = Engines(EngineContext(settings, load(settings)))
    voices = engines.synthesizer()
    with pytest.raises(OptionError, match="no coqui model 'nobody'"):
        voices.check_voice("coqui:nobody")
    with pytest.raises(LicenceRefused, match="xtts-v2"):
        voices.check_voice("coqui:xtts-v2")
    free = Engines(EngineContext(settings, load(settings, allow_non_commercial=True))).synthesizer()
    with pytest.raises(OptionError, match="no voice sample"):
        free.check_voice("coqui:xtts-v2@grant.wav")
    (tmp_path / "grant.wav").write_bytes(b"RIFF")
    with pytest.raises(LicenceRefused, match=r"without a licence.*grant.licence.txt"):
        free.check_voice("coqui:xtts-v2@grant.wav")
    (tmp_path / "grant.licence.txt").write_text("Read by A. Ruiz for this series; use for it granted in writing.")
    free.check_voice("coqui:xtts-v2@grant.wav")
    first = free.identity("coqui:xtts-v2@grant.wav")
    (tmp_path / "grant.wav").write_bytes(b"RIFFother")
    assert free.identity("coqui:xtts-v2@grant.wav").sha256 != first.sha256  # another sample is another voice


def test_an_engine_that_nobody_knows_is_named(tmp_path: Path) -> None:
    settings = load_settings()
    with pytest.raises(OptionError, match="no engine 'festival'"):
        Engines(EngineContext(settings, load(settings))).synthesizer().check_voice("festival:hal")
