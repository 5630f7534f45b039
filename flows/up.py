"""`make up` and `make down`: server, worker and watcher on one machine, with SQLite and a local bucket, and the URL.

python -m flows.up start | stop | status | watch
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from localize import config
from localize.config import ROOT
from localize.errors import LocalizeError, ToolError
from localize.service.books import Known

POOL = "local"
START_S = 180
LOOK_S = 5.0
DEPLOY = ["--no-prompt", "deploy", "--all", "--prefect-file", str(ROOT / "deploy" / "prefect.yaml")]


def main(argv: list[str] | None = None) -> int:
    """Exit status 0, or 2 with one line that says what is wrong."""
    parser = argparse.ArgumentParser("python -m flows.up")
    parser.add_argument("do", choices=("start", "stop", "status", "watch"))
    parser.add_argument("--port", type=int, default=4200)
    parser.add_argument("--workers", type=int, default=1, help="flow runs at a time; each uses all cores it is given")
    args = parser.parse_args(argv)
    try:
        return {"start": start, "stop": stop, "status": status, "watch": watch}[args.do](args)
    except LocalizeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _place() -> Path:
    return config.load().home / "service"


def _environment(port: int) -> dict[str, str]:
    """What every part of the service runs with."""
    settings = config.load()
    bucket = settings.bucket or f"file://{settings.home / 'bucket'}"
    home = settings.home / "prefect"
    env = {
        **os.environ,
        "LOCALIZE_HOME": str(settings.home),
        "LOCALIZE_BUCKET": bucket,
        "LOCALIZE_CHECKOUT": str(ROOT),
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONUNBUFFERED": "1",
        "PREFECT_RUNNER_HEARTBEAT_FREQUENCY": "30",
    }
    env.setdefault("PREFECT_API_DATABASE_CONNECTION_URL", f"sqlite+aiosqlite:///{home / 'prefect.db'}")
    if env.get("PREFECT_SERVER_API_AUTH_STRING"):
        env["PREFECT_API_AUTH_STRING"] = env["PREFECT_SERVER_API_AUTH_STRING"]
    return env


def start(args: argparse.Namespace) -> int:
    """Start what does not run yet, apply the deployments, and print where to look."""
    place = _place()
    place.mkdir(parents=True, exist_ok=True)
    env = _environment(args.port)
    Path(env["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    if env["LOCALIZE_BUCKET"].startswith("file://"):
        for name in ("inbox", "outbox"):
            Path(env["LOCALIZE_BUCKET"].removeprefix("file://"), name).mkdir(parents=True, exist_ok=True)
    python = [sys.executable, "-m"]
    host = os.environ.get("LOCALIZE_HOST", "127.0.0.1")
    if host not in ("127.0.0.1", "localhost") and not env.get("PREFECT_SERVER_API_AUTH_STRING"):
        do = "set PREFECT_SERVER_API_AUTH_STRING=USER:PASSWORD"
        raise ToolError(f"a server on {host} is open to everyone who reaches it", "LOCALIZE_HOST", do)
    _spawn("server", [*python, "prefect", "server", "start", "--host", host, "--port", str(args.port)], env)
    _wait_for(args.port, env)
    _prefect(["work-pool", "create", POOL, "--type", "process", "--overwrite"], env)
    _prefect(DEPLOY, env)
    _run([sys.executable, "-m", "flows.automations"], env)
    options = ["--pool", POOL, "--limit", str(args.workers), "--name", "local-1"]
    _spawn("worker", [*python, "prefect", "worker", "start", *options], env)
    _spawn("watcher", [*python, "flows.up", "watch"], env)
    print(f"UI      http://127.0.0.1:{args.port}/deployments")
    print(f"bucket  {env['LOCALIZE_BUCKET']}  (drop episodes into inbox/SERIES/)")
    print(f"logs    {place}")
    return 0


def _prefect(command: list[str], env: dict[str, str]) -> None:
    """A command of Prefect's own. Raises ToolError with its last line."""
    _run([sys.executable, "-m", "prefect", *command], env)


def _run(argv: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=START_S, check=False)
    if done.returncode:
        tail = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise ToolError(f"{' '.join(argv[2:5])}: {' '.join(tail)}", "make up", f"see {_place()}/server.log")


def _spawn(name: str, argv: list[str], env: dict[str, str]) -> None:
    """Start a part in a process group of its own, unless it runs."""
    place = _place()
    if _running(name):
        return
    with (place / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(argv, env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    (place / f"{name}.json").write_text(json.dumps({"pid": process.pid, "argv": argv}), encoding="utf-8")


def _running(name: str) -> int:
    """The process id of a part that runs; 0 where it does not."""
    try:
        pid = int(json.loads((_place() / f"{name}.json").read_text(encoding="utf-8"))["pid"])
        shown = Path(f"/proc/{pid}/cmdline")
        if shown.parent.parent.is_dir() and b"prefect" not in (line := shown.read_bytes()) and b"flows" not in line:
            return 0  # the number is another program's by now
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        return 0
    return pid


def _wait_for(port: int, env: dict[str, str]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=2).status_code in (200, 401):
                return
        if not _running("server"):
            break
        time.sleep(0.5)
    raise ToolError("the server does not answer", f"port {port}", f"see {_place()}/server.log")


def stop(_args: argparse.Namespace) -> int:
    """Stop watcher, worker and server, in that order."""
    for name in ("watcher", "worker", "server"):
        pid = _running(name)
        if pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGTERM)
            deadline = time.monotonic() + 20
            while _running(name) and time.monotonic() < deadline:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                time.sleep(0.2)
            if _running(name):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
        (_place() / f"{name}.json").unlink(missing_ok=True)
        print(f"{name}: {'stopped' if pid else 'was not running'}")
    return 0


def status(_args: argparse.Namespace) -> int:
    """Whether each part runs; exit status 1 where one does not."""
    parts = {name: bool(_running(name)) for name in ("server", "worker", "watcher")}
    for name, runs in parts.items():
        print(f"{name}: {'runs' if runs else 'does not run'}")
    return 0 if all(parts.values()) else 1


def watch(_args: argparse.Namespace) -> int:
    """Look at the inbox every LOOK_S, and start a run for each episode that is wanted and that nobody has in hand."""
    from flows import params
    from flows.service import watch_once
    from localize.service.office import open_office

    signal.signal(signal.SIGTERM, lambda *_a: sys.exit(0))
    office = open_office()
    told: set[str] = set()
    offered = set(params.series_names())
    while True:
        try:
            if (now := set(params.series_names())) != offered:  # the forms offer what exists
                _prefect(DEPLOY, dict(os.environ))
                offered = now
            for line in watch_once(office):
                if line not in told:
                    print(line, flush=True)
                    told.add(line)
            for work in office.plan(most=50).todo:
                _start_run(work.episode, list(work.markets), len(office.books.decisions(work.episode)))
        except (
            Exception
        ) as error:  # bucket, ledger or server are away: a watcher outlives them, the next look tries again
            print(f"error: {type(error).__name__}: {error}", flush=True)
        time.sleep(LOOK_S)


def _start_run(known: Known, markets: list[str], decided: int) -> None:
    """One run an episode, revision and decision, however often it is asked for; what dies in it, catch-up cures."""
    from prefect.deployments import run_deployment

    run_deployment(
        "localize-episode/localize-episode",
        parameters={"series": known.series, "episode": known.name, "markets": markets},
        timeout=0,
        as_subflow=False,
        idempotency_key=f"{known.series}/{known.name}/r{known.revision}/{decided}",
    )


if __name__ == "__main__":
    sys.exit(main())
