"""The flows over a real embedded Prefect server: same work, same exit status, nothing that calls home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localize.settings import ROOT
from tests.localize.test_inputs import make

LINE = "1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n"


def test_telemetry_is_off_and_prefect_lives_in_our_home(tmp_path: Path) -> None:
    code = (
        "import json, flows.setup; from prefect.settings import get_current_settings as s; "
        "from prefect._internal.analytics.enabled import is_telemetry_enabled; import os; "
        "print(json.dumps([s().server.analytics_enabled, str(s().home), s().server.ephemeral.enabled, os.environ['DO_NOT_TRACK'], is_telemetry_enabled()]))"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT") and k not in ("DO_NOT_TRACK", "CI")}
    env["LOCALIZE_HOME"] = str(tmp_path)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=env, check=True)
    analytics, home, ephemeral, track, telemetry = json.loads(done.stdout.strip().splitlines()[-1])
    assert analytics is False
    assert telemetry is False
    assert home == str(tmp_path / "prefect")
    assert ephemeral is True
    assert track == "1"


@pytest.mark.models
@pytest.mark.slow
def test_a_failed_market_and_an_unusable_file_stop_nothing_else(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    spoken = make(tmp_path / "spoken.mp4", seconds=3)
    (tmp_path / "spoken.srt").write_text(LINE)
    env = {**os.environ, "LOCALIZE_HOME": str(tmp_path / "home")}
    options = ["--market", "us", "--market", "india", "--source-lang", "en", "--out", str(tmp_path / "out")]
    command = [sys.executable, "-m", "flows.episode", str(spoken), *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False, timeout=300)
    assert done.returncode == 1, done.stderr
    folder = tmp_path / "out" / "untitled" / "spoken"
    assert json.loads((folder / "us" / "manifest.json").read_text())["verdict"] in ("pass", "review")
    india = json.loads((folder / "india" / "report.json").read_text())
    assert india["verdict"] == "fail"
    assert "localize memory add" in india["lines"][0]["flags"][-1]
    assert not json.loads((folder / "india" / "manifest.json").read_text())["may_go_out"]
    command = [sys.executable, "-m", "flows.episode", str(empty), str(spoken), "--market", "us", *options[4:]]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False, timeout=300)
    assert done.returncode == 2, done.stderr
    assert "error: empty.mp4: the file is empty" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "as before" in done.stdout


WHILE_FILLED = """
from flows import tasks
from prefect import flow, task
from localize.session import open_session

class Filled(dict):
    "As another thread leaves it: each walk through it finds one more."

    def items(self):
        for pair in super().items():
            self[object()] = 0.0
            yield pair

session = open_session()
session.clock.spent = Filled({("E01", ""): 0.0})

@task(cache_policy=tasks.NO_CACHE)
def looks(session, tag):
    return tag, len(session.clock.spent)

@flow
def one():
    print(tasks.whole(looks)(session, "es-419"))
    try:
        looks(session, "es-419")
    except Exception as error:
        print(error.__context__ or error)

one()
"""


@pytest.mark.slow
def test_a_task_is_given_a_session_that_others_fill_meanwhile(tmp_path: Path) -> None:
    """A bare task fails there: the day that Prefect does not look through arguments any more, `whole` may go."""
    env = {**os.environ, "LOCALIZE_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", WHILE_FILLED]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-2:] == ["('es-419', 1)", "dictionary changed size during iteration"], done.stdout
