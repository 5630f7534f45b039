"""A worker killed in every stage: the next catch-up goes on from the ledger, and nothing is delivered twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localize.service.episodes import DELIVERED, EpisodeRecords
from localize.service.service import Service
from localize.service.status import standings
from localize.settings import ROOT, load_settings
from localize.storage.bucket import Bucket
from localize.storage.ledger import open_ledger
from tests.localize.test_inputs import make
from tests.service.conftest import PrefectServer

pytestmark = [pytest.mark.models, pytest.mark.slow]
STAGES = ("probe", "listen", "translate", "speak", "dub", "mix")
# the lease of a process that died on this machine is taken over at once
CATCH_UP = "from flows.service import catch_up; catch_up()"


def test_a_worker_killed_in_every_stage_costs_only_what_it_had_in_hand(server: PrefectServer, tmp_path: Path) -> None:
    env = server.env
    settings = load_settings(env)
    bucket = Bucket(settings.bucket)
    clip = make(tmp_path / "E01.mp4", seconds=4)
    bucket.upload(clip, "inbox/night/E01.mp4")
    bucket.write("inbox/night/E01.srt", b"1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n")
    bucket.write("inbox/night/E01.done", b"")
    bucket.write("inbox/night/series.toml", b'markets = ["brazil"]\n')
    ledger = open_ledger(settings)
    office = Service(settings, bucket, EpisodeRecords(ledger))
    killed = []
    for stage in STAGES:
        worker = subprocess.Popen([sys.executable, "-c", CATCH_UP], env=env, cwd=ROOT, start_new_session=True,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        deadline = time.monotonic() + 90
        while worker.poll() is None and time.monotonic() < deadline:
            if ledger.db.one("SELECT 1 FROM steps WHERE name=?", (stage,)):
                os.killpg(worker.pid, signal.SIGKILL)
                killed.append(stage)
                break
            time.sleep(0.005)
        worker.wait()
        known = office.books.episode("night", "E01")
        assert known is not None
        if stage != "mix":
            assert bucket.read("outbox/night/E01/brazil/manifest.json") is None
    assert killed == list(STAGES)
    (standing,) = standings(office)
    assert standing.state == "died"

    done = subprocess.run(
        [sys.executable, "-c", CATCH_UP], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    variant = office.books.variant(known, "brazil")
    assert variant is not None
    assert (variant.state, variant.tries) == (DELIVERED, len(STAGES) + 1), variant.why
    manifest = json.loads(bucket.read("outbox/night/E01/brazil/manifest.json") or b"")
    lies = {e.name.rsplit("/", 1)[1] for e in bucket.list("outbox/night/E01/brazil")}
    assert lies == {*manifest["files"], "manifest.json"}
    # each stage's work was done once, in the run that was killed right after it or in the last
    steps = dict(ledger.db.all("SELECT name, count(*) FROM steps GROUP BY name"))
    assert {steps[s] for s in ("probe", "listen", "translate", "dub", "mix")} == {1}

    before = (Path(bucket.root) / "outbox/night/E01/brazil/manifest.json").stat().st_mtime_ns
    again = subprocess.run(
        [sys.executable, "-c", CATCH_UP], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stderr
    assert (Path(bucket.root) / "outbox/night/E01/brazil/manifest.json").stat().st_mtime_ns == before
