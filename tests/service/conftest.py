"""Real servers on loopback, started by the tests: PostgreSQL from the system's packages, an S3 service in a process of
its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from localize.service.episodes import EpisodeRecords
from localize.settings import ROOT, Settings, load_settings
from localize.storage.bucket import Bucket
from localize.storage.ledger import Ledger


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class PostgresServer:
    """A cluster of this test session alone."""

    folder: Path
    port: int
    bin: Path

    @property
    def url(self) -> str:
        return f"postgresql://tester:right@127.0.0.1:{self.port}/postgres"

    def run(self, *argv: str) -> None:
        command = [str(self.bin / argv[0]), *argv[1:]]
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        subprocess.run(command, check=True, capture_output=True, cwd="/", timeout=60)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        self.run(
            "pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "-o", options, "start"
        )

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "PostgreSQL is not installed: sh deploy/system.sh tests"
    folder = Path(tempfile.mkdtemp(prefix="localize-pg-"))  # not below pytest's own: its user must be able to enter it
    folder.chmod(0o755)
    (folder / "password").write_text("right")
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        for path in (folder, folder / "password"):
            os.chown(path, user.pw_uid, user.pw_gid)
    server = PostgresServer(folder, free_port(), found[-1].parent)
    options = ["-U", "tester", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync"]
    server.run("initdb", "-D", str(folder / "data"), *options)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_postgres(postgres: PostgresServer) -> PostgresServer:
    """The cluster with no table in it."""
    import psycopg

    with psycopg.connect(postgres.url, autocommit=True) as db:
        db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return postgres


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 service; keys are set in the environment."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    old = {k: os.environ.get(k) for k in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")}
    os.environ.update(AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY="s", AWS_DEFAULT_REGION="us-east-1")
    deadline = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)
    for name, value in old.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@dataclass
class PrefectServer:
    """A Prefect server on loopback with a database of its own, and the environment of who uses it."""

    home: Path
    port: int
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        argv = [sys.executable, "-m", "prefect", "server", "start", "--port", str(self.port)]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(argv, env=self.env, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.home / "server.log").read_text()
            try:
                if httpx.get(f"{self.url}/health", timeout=2).status_code in (200, 401):
                    return
            except httpx.HTTPError:
                time.sleep(0.3)
        raise AssertionError("the Prefect server does not answer")

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(self, path: str, **body: Any) -> Any:
        auth = self.env.get("PREFECT_SERVER_API_AUTH_STRING")
        with httpx.Client(auth=httpx.BasicAuth(*auth.split(":")) if auth else None, timeout=20) as client:
            return client.post(f"{self.url}/{path}", json=body).json()


def prefect_server(home: Path, **more: str) -> PrefectServer:
    """One that is not started yet; what it knows lies in `home`."""
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")} | {
        "LOCALIZE_HOME": str(home / "home"),
        "LOCALIZE_BUCKET": f"file://{home / 'bucket'}",
        "LOCALIZE_GLOSSARIES": str(home / "bibles"),
        "LOCALIZE_CHECKOUT": str(ROOT),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        **more,
    }
    return PrefectServer(home, port, env)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server of this module."""
    made = prefect_server(tmp_path_factory.mktemp("prefect"))
    made.start()
    yield made
    made.kill()


@pytest.fixture
def place(tmp_path: Path) -> tuple[Settings, Bucket, EpisodeRecords]:
    """A service over a local bucket."""
    env = {
        **os.environ,
        "LOCALIZE_HOME": str(tmp_path / "home"),
        "LOCALIZE_BUCKET": f"file://{tmp_path / 'bucket'}",
        "LOCALIZE_GLOSSARIES": str(tmp_path / "bibles"),
    }
    settings = load_settings(env)
    return settings, Bucket(settings.bucket), EpisodeRecords(Ledger(settings.home / "ledger.sqlite"))


@dataclass
class Service:
    """What `make up` starts, with its home, its environment and, where somebody asks its server, the server's address."""

    home: Path
    env: dict[str, str]
    url: str = ""

    @property
    def bucket(self) -> Path:
        return self.home / "bucket"

    def run(self, do: str, *more: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "flows.up", do, *more]
        return subprocess.run(argv, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    def call(self, path: str, **body: Any) -> Any:
        return httpx.post(f"{self.url}/api/{path}", json=body, timeout=20).json()
