"""What Prefect costs on a batch of ten: `make scale`, on an idle machine."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from localize.settings import ROOT
from tests.localize.test_inputs import make
from tests.scale.test_two_workers import LINES
from tests.service.conftest import PrefectServer

pytestmark = [pytest.mark.models, pytest.mark.slow, pytest.mark.timeout(3600)]
EPISODES = 10


def test_prefect_costs_a_batch_of_ten_at_most_a_tenth(server: PrefectServer, tmp_path: Path, figure) -> None:  # type: ignore[no-untyped-def]
    season = tmp_path / "season"
    season.mkdir()
    for n in range(EPISODES):
        make(season / f"E{n:02d}.mp4", "-metadata", f"title={n}", seconds=3.5, size="180x320")
        for ending, line in LINES.items():
            cue = f"1\n00:00:00,500 --> 00:00:02,700\n{line.format(n=n)}\n"
            (season / f"E{n:02d}.{ending}").write_text(cue, encoding="utf-8")
    markets = [a for m in ("us", "latam", "brazil") for a in ("--market", m)]

    def took(home: str, *command: str) -> float:
        env = {**server.env, "LOCALIZE_HOME": str(tmp_path / home)}
        argv = [sys.executable, "-m", *command, str(season), *markets, "--out", str(tmp_path / home / "out")]
        started = time.monotonic()
        done = subprocess.run(argv, env=env, cwd=ROOT, check=False, timeout=1800, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return time.monotonic() - started

    plain, flow = took("plain", "localize", "run"), took("flow", "flows.episode")
    plain_again, flow_again = took("plain", "localize", "run"), took("flow", "flows.episode")
    share = (flow_again - plain_again) / plain
    figure("ten episodes: localize run, through Prefect, s", f"{plain:.0f}, {flow:.0f}")
    figure("the same again, where nothing is left to do, s", f"{plain_again:.1f}, {flow_again:.1f}")
    figure("Prefect's share of a batch of ten", f"{share:.1%}")
    assert share <= 0.10  # measured where all that differs is Prefect, so that a busy machine does not blur it
