"""`make up` and `make down`: server, workers and watcher on one machine, with SQLite and a local bucket, and the URL.

python -m flows.up start | stop | status | watch      all of it on this machine
python -m flows.up apply                              pool, queues, deployments and automations, on PREFECT_API_URL's server
python -m flows.up work [--queue NAME...]             a worker of that server, here; what it needs is checked before
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from flows import setup  # sets Prefect's environment before anything starts
from flows.setup import BACK, NEW, QUICK
from localize.errors import LocalizeError, OptionError, ServerError, StoreError, ToolError
from localize.service import health
from localize.service.episodes import Known
from localize.service.health import check_parts
from localize.settings import ADDRESS, ROOT, load_settings
from localize.storage.bucket import Bucket, s3_options

POOL = "local"
PARTS = ("watcher", "desk", "worker", "server")  # in the order in which they are stopped
START_S = 180
LOOK_S = 5.0
OFFER_S = 60.0
PATIENCE_S = 10.0  # in which a worker ends that was told to
DEPLOY = ["--no-prompt", "deploy", "--all", "--prefect-file", str(ROOT / "deploy" / "prefect.yaml")]


def main(argv: list[str] | None = None) -> int:
    """Exit status 0, or 2 with one line that says what is wrong."""
    args = parser().parse_args(argv)
    try:
        if args.workers < 1:
            raise OptionError(f"--workers {args.workers} would make nothing", do="write 1 or more")
        return DOES[args.do](args)
    except LocalizeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """What may be asked for."""
    made = argparse.ArgumentParser("python -m flows.up")
    made.add_argument("do", choices=tuple(DOES))
    made.add_argument("--port", type=int, default=4200, help="start: of the server")
    made.add_argument(
        "--workers", type=int, default=1, help="start, work: flow runs at a time; the cores are shared among them"
    )
    made.add_argument("--queue", action="append", help="work: only runs of this queue: quick, new, back")
    made.add_argument("--name", default=socket.gethostname(), help="work: the worker's name")
    made.add_argument("--keep", action="store_true", help="work: start the worker again where it ends by itself")
    made.add_argument("--health-port", type=int, help="work: answer GET /health there while the worker polls")
    made.add_argument("--pool", default=POOL, help="apply, work, watch: the work pool")
    made.add_argument("--type", default="process", help="apply: process, docker or kubernetes")
    made.add_argument("--image", default="", help="apply: what a docker or kubernetes pool runs")
    made.add_argument("--most", type=int, help="apply: no more runs at a time than so many, on all workers together")
    made.add_argument("--buckets", action="store_true", help="apply: make the S3 buckets that are not there yet")
    return made


def _place() -> Path:
    return load_settings().home / "service"


def _environment(port: int) -> dict[str, str]:
    """What every part of the service on this machine runs with, beside what flows.setup has set already."""
    settings = load_settings()
    env = {
        **os.environ,
        "LOCALIZE_HOME": str(settings.home),
        # not the settings', which may be that of the last start
        "LOCALIZE_BUCKET": os.environ.get("LOCALIZE_BUCKET") or f"file://{settings.home / 'bucket'}",
        "LOCALIZE_CHECKOUT": str(ROOT),
        "LOCALIZE_POOL": POOL,
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
    }
    if env.get("PREFECT_SERVER_API_AUTH_STRING"):
        env["PREFECT_API_AUTH_STRING"] = env["PREFECT_SERVER_API_AUTH_STRING"]
    return env


def start(args: argparse.Namespace) -> int:
    """Start what does not run yet, apply the deployments, and print where to look."""
    place = _place()
    _check_port(args.port)
    env = _environment(args.port)
    try:
        place.mkdir(parents=True, exist_ok=True)
        address = {name: env[name] for name in ("LOCALIZE_BUCKET", "PREFECT_API_URL")}
        (place.parent / ADDRESS).write_text(json.dumps(address), encoding="utf-8")  # for status and health
        if env["LOCALIZE_BUCKET"].startswith("file://"):
            for name in ("inbox", "outbox"):
                Path(env["LOCALIZE_BUCKET"].removeprefix("file://"), name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot be made: {error.strerror or error}"
        raise StoreError(what, str(error.filename or place), "set LOCALIZE_HOME to a writable folder") from error
    check_parts(load_settings(env))
    python = [sys.executable, "-m"]
    host = os.environ.get("LOCALIZE_HOST", "127.0.0.1")
    if host not in ("127.0.0.1", "localhost") and not env.get("PREFECT_SERVER_API_AUTH_STRING"):
        do = "set PREFECT_SERVER_API_AUTH_STRING=USER:PASSWORD"
        raise ToolError(f"a server on {host} is open to everyone who reaches it", "LOCALIZE_HOST", do)
    _spawn("server", [*python, "prefect", "server", "start", "--host", host, "--port", str(args.port)], env)
    _wait_for(args.port, env)
    _run([*python, "flows.up", "apply"], env)
    options = ["--keep", "--workers", str(args.workers), "--name", "local-1", "--queue", NEW, "--queue", BACK]
    _spawn("worker", [*python, "flows.up", "work", *options], env)
    # decisions and looks take seconds: they do not wait until an episode is done
    _spawn("desk", [*python, "flows.up", "work", "--keep", "--name", "local-desk", "--queue", QUICK], env)
    _spawn("watcher", [*python, "flows.up", "watch"], env)
    print(f"UI      http://127.0.0.1:{args.port}/deployments")
    print(f"bucket  {env['LOCALIZE_BUCKET']}  (drop episodes into inbox/SERIES/)")
    print(f"logs    {place}")
    return 0


def _prefect(command: list[str], env: dict[str, str]) -> None:
    """A command of Prefect's own. Raises ToolError with its last line."""
    _run([sys.executable, "-m", "prefect", *command], env)


def _deploy(pool: str) -> None:
    """Apply deploy/prefect.yaml, and how often catch-up starts by itself."""
    from flows import server

    _prefect(DEPLOY, {**os.environ, "LOCALIZE_POOL": pool})
    server.every("catch-up/catch-up", load_settings().catch_up_s)


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


def _check_port(port: int) -> None:
    """Raises ToolError where the service of this home runs on another port, or another program listens on this one."""
    if _running("server"):
        argv = json.loads((_place() / "server.json").read_text(encoding="utf-8"))["argv"]
        if (at := int(argv[argv.index("--port") + 1])) != port:
            raise ToolError(f"the service runs already, on port {at}", f"port {port}", f"use --port {at}, or stop it first")
        return
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise ToolError("another program listens there", f"port {port}", "choose another one with --port, or stop it")


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
    """Stop watcher, workers and server, in that order."""
    for name in PARTS:
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
    parts = {name: bool(_running(name)) for name in reversed(PARTS)}
    for name, runs in parts.items():
        print(f"{name}: {'runs' if runs else 'does not run'}")
    return 0 if all(parts.values()) else 1


def watch(args: argparse.Namespace) -> int:
    """Look at the inbox every LOOK_S, and start a run for each episode that is wanted and that nobody has in hand."""
    from flows import params
    from flows.service import watch_once
    from localize.service.service import open_service

    signal.signal(signal.SIGTERM, lambda *_a: sys.exit(0))
    office = open_service()
    told: set[str] = set()
    offered, offered_at = set(params.series_names()), time.monotonic()
    while True:
        try:
            if time.monotonic() - offered_at > OFFER_S:  # the forms offer what exists
                offered_at = time.monotonic()
                if (now := set(params.series_names())) != offered:
                    _deploy(args.pool)
                    offered = now
            office.books.beat(f"{health.WATCHER} {socket.gethostname()}")
            for line in watch_once(office):
                if line not in told:
                    _log("info", line)
                    told.add(line)
            for wanted in office.plan(most=50).todo:
                queue = BACK if office.is_back(wanted.episode.series) else NEW
                _start_run(wanted.episode, wanted.markets, len(office.books.decisions(wanted.episode)), queue)
        except (
            Exception
        ) as error:  # bucket, ledger or server are away: a watcher outlives them, the next look tries again
            _log("error", f"{type(error).__name__}: {error}")
        time.sleep(LOOK_S)


def _log(level: str, text: str) -> None:
    """A line of the watcher's log: what happened, or with LOCALIZE_LOG=json an object with level and time."""
    if load_settings().json_logs:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        text = json.dumps({"at": at, "level": level, "part": "watcher", "message": text}, ensure_ascii=False)
    elif level != "info":
        text = f"{level}: {text}"
    print(text, flush=True)


def _start_run(known: Known, markets: tuple[str, ...], decided: int, queue: str) -> None:
    """One run an episode, revision and decision, however often it is asked for; what dies in it, catch-up cures."""
    from flows import server

    parameters = {"series": known.series, "episode": known.name, "markets": list(markets)}
    key = f"{known.series}/{known.name}/r{known.revision}/{decided}"
    server.start("localize-episode", parameters, key, queue)


def apply(args: argparse.Namespace) -> int:
    """Tell the server what the service needs; safe to do again after an update."""
    from flows import automations, pools, server

    _needs_server()
    server.check()
    settings = load_settings()
    for url in {settings.bucket, settings.store} if args.buckets else ():
        if url.startswith("s3://"):
            Bucket(url, s3_options(settings)).create()
    pools.apply(args.pool, args.type, args.image, args.most)
    _deploy(args.pool)
    automations.apply()
    return 0


def _needs_server() -> None:
    """Raises ServerError where no server is named: the one that a process has to itself keeps no deployments."""
    if not os.environ.get("PREFECT_API_URL"):
        raise ServerError("PREFECT_API_URL is not set", do="set it to http://HOST:4200/api")
    os.environ["PREFECT_SERVER_EPHEMERAL_ENABLED"] = "false"


def work(args: argparse.Namespace) -> int:
    """Become a worker, after a look at all that its runs will need; runs at a time share the cores."""
    from flows import server

    settings = load_settings()
    _needs_server()
    server.check()
    check_parts(settings)
    if not os.environ.get("LOCALIZE_THREADS"):
        os.environ["LOCALIZE_THREADS"] = str(max(1, settings.threads // max(1, args.workers)))
    os.environ.setdefault("LOCALIZE_CHECKOUT", str(ROOT))
    if "PREFECT_LOGGING_LEVEL" not in setup.GIVEN:
        os.environ["PREFECT_LOGGING_LEVEL"] = "INFO"  # what a run says is read in the UI
    options = ["--pool", args.pool, "--limit", str(args.workers), "--name", args.name]
    for queue in args.queue or ():
        options += ["--work-queue", queue]
    if args.health_port:
        os.environ["PREFECT_WORKER_WEBSERVER_PORT"] = str(args.health_port)
        options.append("--with-healthcheck")
    argv = [sys.executable, "-m", "prefect", "worker", "start", *options]
    return _kept(argv) if args.keep else os.execv(sys.executable, argv)


def _kept(argv: list[str]) -> int:
    """Run a worker, and run it again where it ends by itself: Prefect's own ends on errors of its bookkeeping."""
    told: list[float] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_a: told.append(time.monotonic()))
    while not told:
        worker = subprocess.Popen(argv)
        while worker.poll() is None:
            time.sleep(0.2)
            if told and time.monotonic() - told[0] > PATIENCE_S:  # who stops us stops our group, and it with us
                worker.terminate()
        if not told:
            _log("error", f"the worker ended with status {worker.returncode} and is started again")
            time.sleep(LOOK_S)
    return 0


DOES = {"start": start, "stop": stop, "status": status, "watch": watch, "apply": apply, "work": work}


if __name__ == "__main__":
    sys.exit(main())
