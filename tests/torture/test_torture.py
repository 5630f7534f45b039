"""Disturbed runs: 20 on SQLite in `make test`, many and those on PostgreSQL and S3 by `make torture`. Whatever happens,
what is left is what an undisturbed run leaves.

TORTURE_RUNS and TORTURE_SEED say how many and from which seed; a complaint names its seed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from localize.settings import ROOT
from tests.service.conftest import PostgresServer

SEED = int(os.environ.get("TORTURE_SEED", "1"))
RUNS = int(os.environ.get("TORTURE_RUNS", "0"))


def runs(number: int, *more: str) -> str:
    """So many runs in a process that has no threads yet: its children are forks."""
    argv = [sys.executable, "-m", "tests.torture.harness", "--runs", str(number), "--seed", str(SEED), *more]
    told: list[str] = []
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        limit = threading.Timer(60 + 300 * number, process.kill)
        limit.start()
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)  # 300 runs take an hour: `pytest -s` shows each as it ends
                told.append(line)
        except BaseException:  # pytest's own limit
            process.kill()
            raise
        finally:
            limit.cancel()
    assert process.returncode == 0, "".join(told)[-9000:]
    return told[-1].strip()


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
def test_disturbed_runs_on_sqlite_and_folders(figure) -> None:  # type: ignore[no-untyped-def]
    figure("disturbed runs, SQLite and folders", runs(RUNS or 20))


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
def test_disturbed_runs_on_postgresql_and_s3(empty_postgres: PostgresServer, s3: str, figure) -> None:  # type: ignore[no-untyped-def]
    figure("disturbed runs, PostgreSQL and S3", runs(RUNS or 4, "--url", empty_postgres.url, "--s3", s3))
