"""The bench of speed, run as a user runs it on some seconds of one episode."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from localize.settings import ROOT
from tests.localize.test_speakers import record, studio_in

pytestmark = [pytest.mark.models, pytest.mark.slow]


def test_the_bench_of_speed_runs_all_three_and_says_how_they_compare(tmp_path: Path) -> None:
    said = [("S1", "Nobody told me that you were in the city.", "plain"), ("S1", "Then read the letter again.", "plain")]
    record(studio_in(tmp_path), said, {"S1": "bf_emma"}, tmp_path / "E01.mp4", seed=2)
    figures, chart = tmp_path / "speed.jsonl", tmp_path / "speed.png"
    done = subprocess.run(
        [sys.executable, "-m", "localize", "bench", "speed", str(tmp_path / "E01.mp4"), "--market", "brazil",
         "--rounds", "1", "--json", str(figures), "--chart", str(chart)],
        env={**os.environ, "LOCALIZE_HOME": str(tmp_path / "home")}, cwd=ROOT, capture_output=True, text=True, timeout=600,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (row,) = map(json.loads, figures.read_text().splitlines())
    assert set(row["seconds"]) == {"ours", "plain recipe", "floor"}
    assert all(s[0] > 0 for s in row["seconds"].values())
    assert set(row["models"]) == {"recognition", "speech", "encoding"}
    assert row["seconds"]["floor"][0] == pytest.approx(sum(row["models"].values()))
    assert {"listen", "speak", "mix"} <= set(row["stages"])
    assert 1.0 <= row["syntheses"] <= 2.0
    busy = {what: float(re.search(rf"cores: .*{what} (\d+)%", done.stdout)[1]) for what in ("ours", "plain recipe")}  # type: ignore[index]
    assert all(10 <= share <= 105 for share in busy.values()), busy
    assert f"{row['seconds']['ours'][0] / row['seconds']['plain recipe'][0]:.2f} x the plain recipe" in done.stdout
    with Image.open(chart) as drawn:
        assert drawn.format == "PNG"
        assert len(drawn.getcolors(1 << 20) or []) > 3


def test_markets_that_the_plain_recipe_cannot_speak_are_refused(tmp_path: Path) -> None:
    record(studio_in(tmp_path), [("S1", "Then go.", "plain")], {"S1": "bf_emma"}, tmp_path / "E01.mp4", seed=2)
    done = subprocess.run(
        [sys.executable, "-m", "localize", "bench", "speed", str(tmp_path / "E01.mp4"), "--market", "us"],
        env={**os.environ, "LOCALIZE_HOME": str(tmp_path / "home")}, cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "the plain recipe speaks none of these markets" in done.stderr
