"""The service as it is sold: started with its own command, it catches up on its schedule what no event announced."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localize.test_inputs import make
from tests.service.conftest import Service, free_port

pytestmark = [pytest.mark.models, pytest.mark.slow]
EVERY_S = 20
PATIENCE_S = 300


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    env |= {
        "LOCALIZE_HOME": str(tmp_path),
        "LOCALIZE_GLOSSARIES": str(tmp_path / "bibles"),
        "LOCALIZE_CATCH_UP_SECONDS": str(EVERY_S),
    }
    made = Service(tmp_path, env)
    try:
        done = made.run("start", "--port", str(free_port()))
        assert done.returncode == 0, done.stdout + done.stderr
        yield made
    finally:
        made.run("stop")


def troubles(log: Path) -> list[str]:
    """Lines of a log that tell of a fault."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return [x for x in text.splitlines() if re.search(r"Traceback \(most recent call last\)|\| ERROR|\| CRITICAL|Error: ", x)]


def test_an_episode_that_nobody_announced_is_caught_up_by_the_schedule(service: Service) -> None:
    watcher = json.loads((service.home / "service/watcher.json").read_text())["pid"]
    # Nobody looks at the inbox any more: only the schedule does. The watcher is killed between its requests: one cut off in
    # the middle of a write freezes Prefect's server for up to a minute (deploy/README.md), which its log tells of.
    os.killpg(watcher, signal.SIGSTOP)
    time.sleep(2)
    os.killpg(watcher, signal.SIGKILL)
    folder = service.bucket / "inbox/night"
    folder.mkdir(parents=True)
    (folder / "series.toml").write_text('markets = ["us"]\n')
    (folder / "T01.srt").write_text("1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n")
    make(folder / "T01.mp4", seconds=4)
    (folder / "T01.done").touch()
    manifest = service.bucket / "outbox/night/T01/us/manifest.json"
    deadline = time.monotonic() + PATIENCE_S
    while not manifest.is_file():
        assert time.monotonic() < deadline, (service.home / "service/server.log").read_text()[-4000:]
        time.sleep(0.5)
    assert json.loads(manifest.read_text())["may_go_out"] is True
    for part in ("server", "worker", "desk"):
        assert troubles(service.home / f"service/{part}.log") == [], part
