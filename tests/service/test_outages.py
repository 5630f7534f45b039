"""Servers that go away while a run is on its way: the run goes on or is made good, nothing is lost or goes out twice
(OUTAGE_S=60 shows it with a minute). Passwords, buckets and disks that do not serve: one line each, on the command line
and as the state of the run in Prefect."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from localize.service.episodes import DELIVERED, EpisodeRecords
from localize.service.service import Service
from localize.settings import ROOT, load_settings
from localize.storage.bucket import Bucket
from localize.storage.ledger import open_ledger
from tests.localize.test_inputs import make
from tests.service.conftest import PostgresServer, PrefectServer, free_port, prefect_server

pytestmark = [pytest.mark.models, pytest.mark.slow]
OUTAGE_S = float(os.environ.get("OUTAGE_S", "8"))
SRT = b"1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n"


@dataclass
class Listener:
    """Somebody's chat or pager: an HTTP server that keeps what is posted to it."""

    url: str
    heard: list[dict[str, str]]


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    heard: list[dict[str, str]] = []

    class Keeper(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keeper)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Listener(f"http://127.0.0.1:{server.server_port}/hook", heard)
    server.shutdown()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[PrefectServer]:
    """A server with a password that knows the deployments, and tells the listener."""
    word = {"PREFECT_SERVER_API_AUTH_STRING": "team:right", "PREFECT_API_AUTH_STRING": "team:right"}
    server = prefect_server(
        tmp_path_factory.mktemp("prefect"),
        **word,
        LOCALIZE_NOTIFY_WEBHOOK=listener.url,
        LOCALIZE_NOTIFY_MAIL="ana@example.org",
    )
    server.start()
    done = subprocess.run(
        [sys.executable, "-m", "flows.up", "apply"],
        env=server.env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield server
    server.kill()


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
    settings = load_settings(service.env)
    bucket, ledger = Bucket(settings.bucket), open_ledger(settings)
    drop(bucket, "E01", tmp_path)
    (deployment,) = service.ask("deployments/filter", deployments={"name": {"any_": ["localize-episode"]}})
    with process(tmp_path / "worker.log", service.env, "-m", "flows.up", "work", "--queue", "new", "--name", "w"):
        run = service.ask(
            f"deployments/{deployment['id']}/create_flow_run", parameters={"series": "night", "episode": "E01"}
        )
        until("a first step", 480, lambda: ledger.db.one("SELECT 1 FROM steps WHERE name='probe'"))
        service.kill()
        gone = time.monotonic()
        manifest = Path(bucket.root, "outbox/night/E01/brazil/manifest.json")
        until("delivery without the server", 600, manifest.is_file)
        sent = manifest.stat().st_mtime_ns
        time.sleep(max(0.0, OUTAGE_S - (time.monotonic() - gone)))
        service.start()

        def ended() -> Any:
            found = service.ask("flow_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})[0]["state"]
            return found if found["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        state = until("the run's end is told", 600, ended)
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


def test_a_run_outlives_the_database(service: PrefectServer, empty_postgres: PostgresServer, tmp_path: Path) -> None:
    env = service.env | {
        "LOCALIZE_HOME": str(tmp_path / "home"),
        "LOCALIZE_BUCKET": f"file://{tmp_path / 'bucket'}",
        "LOCALIZE_LEDGER": empty_postgres.url,
    }
    settings = load_settings(env)
    bucket, ledger = Bucket(settings.bucket), open_ledger(settings)
    drop(bucket, "E02", tmp_path)
    with process(tmp_path / "log", env, "-c", "from flows.service import catch_up; print(catch_up())") as run:
        until("a first step", 480, lambda: ledger.db.one("SELECT 1 FROM steps WHERE name='probe'"))
        empty_postgres.stop()
        threading.Timer(OUTAGE_S, empty_postgres.start).start()
        assert run.wait(400) == 0, (tmp_path / "log").read_text()
    known = Service(settings, bucket, EpisodeRecords(ledger)).find("night", "E02")
    variant = EpisodeRecords(ledger).variant(known, "brazil")
    assert variant is not None
    assert (variant.state, variant.tries) == (DELIVERED, 1), variant.why
    manifest = json.loads(bucket.read("outbox/night/E02/brazil/manifest.json") or b"")
    assert {e.name.rsplit("/", 1)[1] for e in bucket.list("outbox/night/E02/brazil")} == {
        *manifest["files"], "manifest.json",
    }  # fmt: skip
    steps = dict(ledger.db.all("SELECT name, count(*) FROM steps GROUP BY name"))
    assert {steps[s] for s in ("probe", "listen", "translate", "dub", "mix")} == {1}
    assert ledger.leased() == set()


# --- what is refused -------------------------------------------------------------------------------------------

STATES = """
    import json, os, sys
    for name, env in json.loads(sys.stdin.read()).items():
        old = dict(os.environ)
        os.environ.update(env)
        from flows.service import catch_up
        from prefect import tags
        with tags("localize"):  # as the deployments' runs have it
            state = catch_up(return_state=True)
        print(json.dumps([name, state.type.value, state.message]), flush=True)
        os.environ.clear()
        os.environ.update(old)
"""


@pytest.fixture(scope="module")
def closed_s3() -> Iterator[str]:
    """An S3 service that asks for keys it knows, with one bucket; made by the one call that it lets through unasked."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    env = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "1"}
    started = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until("the S3 service", 60, lambda: listens(port))
    boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="k", aws_secret_access_key="s",
        region_name="us-east-1",
    ).create_bucket(Bucket="studio")  # fmt: skip
    yield f"http://127.0.0.1:{port}"
    started.terminate()
    started.wait(10)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """A full disk and one that may only be read."""
    made = {"full": "size=128k", "closed": "size=1m,ro"}
    mounted: list[Path] = []
    for name, options in made.items():
        (tmp_path / name).mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(tmp_path / name)], capture_output=True, check=False
        )
        if done.returncode:
            for path in mounted:
                subprocess.run(["umount", str(path)], check=True)
            pytest.skip("this machine does not let a test mount a small disk")
        mounted.append(tmp_path / name)
    (tmp_path / "full" / "filler").write_bytes(b"x" * (100 << 10))
    yield {name: tmp_path / name for name in made}
    for path in mounted:
        subprocess.run(["umount", "-l", str(path)], check=True)


def mail_runs(service: PrefectServer) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = service.ask("flow_runs/filter", flows={"name": {"any_": ["tell-people"]}})
    return runs


def test_what_is_refused_is_one_line_everywhere(
    service: PrefectServer, listener: Listener, postgres: PostgresServer, s3: str, closed_s3: str,
    disks: dict[str, Path],
) -> None:  # fmt: skip
    aws = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    cases = {
        "a wrong database password": (
            {"LOCALIZE_LEDGER": postgres.url.replace("right", "wrong")}, "check LOCALIZE_LEDGER",
        ),
        "a missing bucket": (
            {"LOCALIZE_BUCKET": "s3://nobody-has-this", "LOCALIZE_S3_ENDPOINT": s3}, "s3://nobody-has-this/: is not there",
        ),
        "a bucket that is closed to us": (
            {"LOCALIZE_BUCKET": "s3://studio", "LOCALIZE_S3_ENDPOINT": closed_s3}, "s3://studio/: may not be used",
        ),
        "a full disk": ({"LOCALIZE_HOME": str(disks["full"])}, "free space"),
        "a disk that may not be written": ({"LOCALIZE_HOME": str(disks["closed"])}, "check rights"),
    }  # fmt: skip
    told_of = list(cases.values())
    for name, (env, says) in cases.items():
        done = subprocess.run(
            [sys.executable, "-m", "localize", "status"],
            env={**service.env, **aws, **env}, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, ""), (name, done.stdout)
        (line,) = done.stderr.splitlines()
        assert line.startswith("error: "), name
        assert says in line, (name, line)
        assert "wrong" not in line  # no password is shown
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(STATES)],
        input=json.dumps({name: {**aws, **env} for name, (env, _says) in cases.items()}),
        env={**service.env, "LOCALIZE_LOG": "json"}, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    logged = [json.loads(line) for line in told.stderr.splitlines()]
    assert len([x for x in logged if "StoreError" in x["message"] or "StoreError" in str(x["exc_info"])]) >= 5
    for line in told.stdout.splitlines():
        name, kind, message = json.loads(line)
        assert kind == "FAILED", name
        assert "StoreError: " in message
        assert cases.pop(name)[1] in message, (name, message)
        assert "\n" not in message.strip()
    assert not cases
    runs = service.ask("flow_runs/filter", flow_runs={"state": {"type": {"any_": ["FAILED"]}}})
    assert len([r for r in runs if "StoreError: " in r["state"]["message"]]) == 5
    # a message may be sent twice, so the fifth heard need not be the last that comes
    until(
        "all five are told of", 120,
        lambda: all(any(says in n["text"] for n in listener.heard) for _env, says in told_of),
    )  # fmt: skip
    assert {n["subject"] for n in listener.heard} == {"catch-up: Failed"}
    mails = until("mails are asked for", 120, lambda: len(found := mail_runs(service)) >= 5 and found)
    assert {m["parameters"]["subject"] for m in mails} == {"catch-up: Failed"}
    assert all("StoreError" in m["parameters"]["text"] for m in mails)


def test_a_disk_that_fills_up_under_a_run_is_said(disks: dict[str, Path], tmp_path: Path) -> None:
    clip = make(tmp_path / "E03.mp4", seconds=4)
    (tmp_path / "E03.srt").write_bytes(SRT)
    env = {**os.environ, "LOCALIZE_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "localize", "run", str(clip), "--market", "us", "--source-lang", "en",
         "--out", str(disks["full"])],
        env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"error: E03 us: {disks['full']}: the disk is full" in done.stderr
    assert not (tmp_path / "home/faults").exists()


@pytest.mark.parametrize("argv", [("flows.episode", "{clip}"), ("flows.up", "work")])
def test_a_server_that_refuses_or_is_not_there_is_one_line(
    service: PrefectServer, argv: tuple[str, ...], tmp_path: Path
) -> None:
    clip = make(tmp_path / "E04.mp4", seconds=1)
    command = [sys.executable, "-m", *(a.format(clip=clip) for a in argv)]
    wrong = {"PREFECT_API_AUTH_STRING": "team:guess"}
    nobody = {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
    for env, says in ((wrong, "refuses the password -> check PREFECT_API_AUTH_STRING"), (nobody, "cannot be reached")):
        done = subprocess.run(
            command, env={**service.env, **env}, cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 2, done.stderr
        (line,) = done.stderr.splitlines()
        assert line.startswith("error: ")
        assert says in line
        assert "guess" not in line


# --- order and limits ------------------------------------------------------------------------------------------


def test_a_new_episode_goes_before_the_back_catalogue(service: PrefectServer) -> None:
    def limit(most: int | None) -> None:
        code = f"from flows import pools; pools.apply('local', most={most})"
        subprocess.run([sys.executable, "-c", code], env=service.env, cwd=ROOT, check=True, timeout=180)

    limit(None)
    queues = service.ask("work_pools/local/queues/filter")
    ranks = sorted((q["priority"], q["name"]) for q in queues)
    assert [name for _rank, name in ranks] == ["quick", "new", "back", "default"]
    found = {d["name"]: d["id"] for d in service.ask("deployments/filter")}
    asked = {}  # the least urgent first
    for name in ("localize-batch", "catch-up", "localize-episode", "review"):
        made = service.ask(f"deployments/{found[name]}/create_flow_run", parameters={"series": "s", "episode": "E09"})
        asked[made["id"]] = name

    def waiting() -> list[str]:
        now = "2100-01-01T00:00:00Z"
        runs = service.ask("work_pools/local/get_scheduled_flow_runs", scheduled_before=now, limit=200)
        return [run["flow_run"]["id"] for run in runs]

    order = [asked[i] for i in waiting() if i in asked]
    assert order[:2] == ["review", "localize-episode"]
    assert sorted(order[2:]) == ["catch-up", "localize-batch"]
    limit(2)
    assert len(waiting()) == 2  # no more are handed out than may run


def test_health_names_what_is_not_there(service: PrefectServer) -> None:
    def health(*argv: str, **env: str) -> tuple[int, dict[str, dict[str, Any]]]:
        done = subprocess.run(
            [sys.executable, "-m", "localize", "health", "--json", *argv],
            env={**service.env, **env}, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        return done.returncode, {p["name"]: p for p in json.loads(done.stdout)}

    status, parts = health(LOCALIZE_LEDGER="postgresql://a:b@127.0.0.1:9/x")
    assert status == 1
    assert {n for n, p in parts.items() if p["ok"]} >= {"disk", "store", "bucket", "server"}
    assert "cannot be reached" in parts["ledger"]["text"]
    ledger = open_ledger(load_settings(service.env))
    ledger.db.write("DELETE FROM beats")
    assert "no watcher ever looked" in health("--part", "watcher")[1]["watcher"]["text"]
    EpisodeRecords(ledger).beat("watcher here")
    assert health("--part", "watcher", "--part", "server")[0] == 0
    ledger.db.write("UPDATE beats SET at=at-100")
    assert health("--part", "watcher")[0] == 1
    assert "refuses the password" in health("--part", "server", PREFECT_API_AUTH_STRING="a:b")[1]["server"]["text"]


def test_prefect_costs_an_episode_seconds(service: PrefectServer, tmp_path: Path, figure) -> None:  # type: ignore[no-untyped-def]
    """Both ways again over what is done already: all that differs is Prefect."""
    clip = make(tmp_path / "E05.mp4", seconds=3)
    (tmp_path / "E05.srt").write_bytes(SRT)
    more = [str(clip), "--market", "us", "--source-lang", "en", "--out", str(tmp_path / "out")]
    env = {**service.env, "LOCALIZE_HOME": str(tmp_path / "home")}
    took = []
    for command in (["localize", "run"], ["localize", "run"], ["flows.episode"]):
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", *command, *more], env=env, cwd=ROOT, check=True, timeout=120, capture_output=True
        )
        took.append(time.monotonic() - started)
    figure("one episode: localize run, again, again through Prefect, s", [round(t, 1) for t in took])
    assert took[2] - took[1] <= 15
