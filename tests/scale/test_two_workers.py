"""Two machines against one: `make scale`, some minutes on two idle cores; `make test` leaves it out for its length."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest

from localize.service.episodes import DELIVERED, REVIEW, EpisodeRecords
from localize.service.service import open_service
from localize.settings import ROOT, load_settings
from localize.storage.bucket import Bucket, s3_options
from localize.storage.ledger import Ledger, open_ledger
from tests.localize.test_inputs import make
from tests.service.conftest import PostgresServer, PrefectServer

pytestmark = [pytest.mark.models, pytest.mark.slow, pytest.mark.timeout(3600)]
EPISODES = int(os.environ.get("EPISODES", "20"))
MARKETS = ("us", "latam", "brazil")
LINES = {  # the studio's own words and translations; the number makes each line its own
    "srt": "Nobody knows room {n}.",
    "es-419.srt": "Nadie conoce la sala {n}.",
    "pt-BR.srt": "Ninguém conhece a sala {n}.",
}
WORKER = """
    import json, os, sys, time
    from flows.service import catch_up
    print("ready", flush=True)
    sys.stdin.readline()
    started, before = time.monotonic(), sum(os.times()[:4])
    catch_up()
    from flows import tasks
    steps = tasks._studios[False].steps
    print(json.dumps({"s": time.monotonic() - started, "cpu": sum(os.times()[:4]) - before, "ran": steps.ran}), flush=True)
"""


@dataclass
class Farm:
    """One ledger, one store, one bucket; workers with a home and a core each."""

    server: PrefectServer
    postgres: PostgresServer
    s3: str
    folder: Path
    name: str

    @property
    def env(self) -> dict[str, str]:
        return self.server.env | {
            "LOCALIZE_LEDGER": self.postgres.url,
            "LOCALIZE_STORE": f"s3://{self.name}/store",
            "LOCALIZE_BUCKET": f"s3://{self.name}/studio",
            "LOCALIZE_S3_ENDPOINT": self.s3,
            "LOCALIZE_HOME": str(self.folder / "office"),
            "LOCALIZE_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }

    def fill(self) -> None:
        with psycopg.connect(self.postgres.url, autocommit=True) as db:
            db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        boto3.client("s3", endpoint_url=self.s3).create_bucket(Bucket=self.name)
        settings = load_settings(self.env)
        bucket = Bucket(settings.bucket, s3_options(settings))
        bucket.write("inbox/night/series.toml", f"markets = {json.dumps(MARKETS)}\n".encode())
        for n in range(EPISODES):
            clip = make(self.folder / f"E{n:02d}.mp4", "-metadata", f"title={n}", seconds=3.5, size="180x320")
            bucket.upload(clip, f"inbox/night/E{n:02d}.mp4")
            for ending, line in LINES.items():
                cue = f"1\n00:00:00,500 --> 00:00:02,700\n{line.format(n=n)}\n"
                bucket.write(f"inbox/night/E{n:02d}.{ending}", cue.encode())
            bucket.write(f"inbox/night/E{n:02d}.done", b"")
        office = open_service(settings)
        from localize.service import inbox

        assert len(inbox.look(office.bucket, office.books).admitted) == EPISODES

    def run(self, cores: list[int]) -> tuple[float, list[dict[str, Any]]]:
        """Seconds from the start of the work to its end, models loaded on the way; what each worker said, and for how
        long it was `given` its core: what others took of it meanwhile, the servers too, is not counted."""
        workers = []
        for core in cores:
            env = self.env | {"LOCALIZE_HOME": str(self.folder / f"machine{core}")}
            argv = ["taskset", "-c", str(core), sys.executable, "-c", textwrap.dedent(WORKER)]
            with (self.folder / f"worker{core}.log").open("ab") as log:
                workers.append(
                    subprocess.Popen(
                        argv, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
                    )
                )
        try:
            for w in workers:
                assert w.stdout is not None
                assert w.stdout.readline() == "ready\n"
            started = time.monotonic()
            for w in workers:
                assert w.stdin is not None
                w.stdin.write("go\n")
                w.stdin.close()
            busy = [busy_s(core) for core in cores]
            told = []
            for w, core, before in zip(workers, cores, busy, strict=True):
                assert w.stdout is not None
                said = json.loads(w.stdout.readline())
                others = max(0.0, busy_s(core) - before - said["cpu"])
                told.append(said | {"given": time.monotonic() - started - others})
            seconds = time.monotonic() - started
            assert [w.wait(60) for w in workers] == [0] * len(workers)
            return seconds, told
        finally:
            for w in workers:
                w.kill()

    def ledger(self) -> Ledger:
        return open_ledger(load_settings(self.env))


def busy_s(core: int) -> float:
    """Seconds for which a core did anything since the machine started."""
    (row,) = [r.split() for r in Path("/proc/stat").read_text().splitlines() if r.startswith(f"cpu{core} ")]
    user, nice, system, _idle, _wait, irq, soft = (int(v) for v in row[1:8])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def test_two_workers_halve_the_time(
    server: PrefectServer, postgres: PostgresServer, s3: str, tmp_path: Path, figure
) -> None:  # type: ignore[no-untyped-def]
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        pytest.skip("one core cannot show what two workers do")
    took: dict[int, float] = {}
    given: dict[int, float] = {}
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        farm = Farm(server, postgres, s3, tmp_path / str(number), f"farm{number}")
        farm.fill()
        took[number], told = farm.run(cores[:number])
        ledger = farm.ledger()
        variants = EpisodeRecords(ledger).variants()
        assert len(variants) == EPISODES * len(MARKETS)
        assert {v.tries for v in variants} == {1}
        # a recogniser writes figures, the studio words: some dubs are for a person to judge
        assert {v.state for v in variants} <= {DELIVERED, REVIEW}, {v.why for v in variants}
        ran: dict[str, int] = {}
        for worker in told:
            for name, count in worker["ran"].items():
                ran[name] = ran.get(name, 0) + count
        assert ran == dict(ledger.db.all("SELECT name, count(*) FROM steps GROUP BY name"))  # no step done twice
        assert ledger.leased() == set()
        settings = load_settings(farm.env)
        lies = Bucket(settings.bucket, s3_options(settings)).list("outbox")
        delivered = sum(v.state == DELIVERED for v in variants)
        assert sum(e.name.endswith("manifest.json") for e in lies) == delivered
        shares = [sum(w["ran"].values()) for w in told]
        given[number] = max(w["given"] for w in told)
        figure(f"{number} worker(s), {EPISODES} x {len(MARKETS)}: s on the wall", f"{took[number]:.0f}")
        each = [(round(w["given"]), round(w["cpu"]), steps) for w, steps in zip(told, shares, strict=True)]
        figure(f"{number} worker(s), each: s given its core, s of it computing, steps", each)
    figure(
        "two workers' time over one's: of cores given, on the wall",
        f"{given[2] / given[1]:.2f}, {took[2] / took[1]:.2f}",
    )
    assert given[2] / given[1] <= 0.6
