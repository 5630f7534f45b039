"""Servers that go away while a run is on its way: the run goes on or is made good, nothing is lost or goes out twice.

OUTAGE_S=60 shows the same with a minute."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localize import config
from localize.bucket import Bucket
from localize.config import ROOT
from localize.studio import open_ledger
from tests.localize.test_inputs import make
from tests.service.conftest import PrefectServer

pytestmark = [pytest.mark.models, pytest.mark.slow]
OUTAGE_S = float(os.environ.get("OUTAGE_S", "12"))
SRT = b"1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n"


@pytest.fixture(scope="module")
def service(server: PrefectServer) -> PrefectServer:
    """A server that knows the deployments."""
    done = subprocess.run(
        [sys.executable, "-m", "flows.up", "apply"],
        env=server.env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return server


@contextmanager
def process(log: Path, env: dict[str, str], *argv: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as file:
        started = subprocess.Popen(
            [sys.executable, *argv], env=env, cwd=ROOT, stdout=file, stderr=file, start_new_session=True
        )
    try:
        yield started
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGTERM)
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()


def drop(bucket: Bucket, name: str, folder: Path) -> None:
    bucket.upload(make(folder / f"{name}.mp4", seconds=4), f"inbox/night/{name}.mp4")
    bucket.write(f"inbox/night/{name}.srt", SRT)
    bucket.write(f"inbox/night/{name}.done", b"")
    bucket.write("inbox/night/series.toml", b'markets = ["brazil"]\n')


def until(what: str, seconds: float, found: Any) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.1)
    raise AssertionError(f"not in {seconds:.0f} s: {what}")


def test_a_run_outlives_the_prefect_server(service: PrefectServer, tmp_path: Path, figure) -> None:  # type: ignore[no-untyped-def]
    settings = config.load(service.env)
    bucket, ledger = Bucket(settings.bucket), open_ledger(settings)
    drop(bucket, "E01", tmp_path)
    (deployment,) = service.ask("deployments/filter", deployments={"name": {"any_": ["localize-episode"]}})
    with process(tmp_path / "worker.log", service.env, "-m", "flows.up", "work", "--queue", "new", "--name", "w"):
        run = service.ask(
            f"deployments/{deployment['id']}/create_flow_run", parameters={"series": "night", "episode": "E01"}
        )
        until("a first step", 90, lambda: ledger.db.one("SELECT 1 FROM steps WHERE name='probe'"))
        service.kill()
        gone = time.monotonic()
        manifest = Path(bucket.root, "outbox/night/E01/brazil/manifest.json")
        until("delivery without the server", 60, manifest.is_file)
        sent = manifest.stat().st_mtime_ns
        time.sleep(max(0.0, OUTAGE_S - (time.monotonic() - gone)))
        service.start()

        def ended() -> Any:
            found = service.ask("flow_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})[0]["state"]
            return found if found["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        state = until("the run's end is told", 180, ended)
    figure("Prefect server gone for s, run's state told after s", f"{OUTAGE_S:.0f}, {time.monotonic() - gone:.0f}")
    assert state["type"] == "COMPLETED", (state, (tmp_path / "worker.log").read_text()[-3000:])
    again = subprocess.run(
        [sys.executable, "-c", "from flows.service import catch_up; print(catch_up())"],
        env=service.env, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert again.stdout.strip().endswith("[]"), again.stdout
    assert manifest.stat().st_mtime_ns == sent
    verdicts = service.ask("artifacts/filter", artifacts={"key": {"any_": ["verdicts-e01"]}})
    assert len(verdicts) == 1  # what was told meanwhile was told again
    steps = dict(ledger.db.all("SELECT name, count(*) FROM steps GROUP BY name"))
    assert {steps[s] for s in ("probe", "listen", "translate", "dub", "mix")} == {1}
