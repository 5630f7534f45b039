"""Disturbed runs, a few here and many by `make torture`: whatever happens, what is left is what an undisturbed run leaves.

TORTURE_RUNS and TORTURE_SEED say how many and from which seed; a complaint names its seed.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from localize.settings import ROOT
from tests.service.conftest import PostgresServer

SEED = int(os.environ.get("TORTURE_SEED", "1"))
RUNS = int(os.environ.get("TORTURE_RUNS", "0"))


def runs(number: int, *more: str) -> str:
    """So many runs in a process that has no threads yet: its children are forks."""
    argv = [sys.executable, "-m", "tests.torture.harness", "--runs", str(number), "--seed", str(SEED), *more]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60 + 120 * number, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
def test_disturbed_runs_on_sqlite_and_folders(figure) -> None:  # type: ignore[no-untyped-def]
    figure("disturbed runs, SQLite and folders", runs(RUNS or 15))


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
def test_disturbed_runs_on_postgresql_and_s3(empty_postgres: PostgresServer, s3: str, figure) -> None:  # type: ignore[no-untyped-def]
    figure("disturbed runs, PostgreSQL and S3", runs(RUNS or 5, "--url", empty_postgres.url, "--s3", s3))
