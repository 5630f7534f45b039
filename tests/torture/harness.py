"""Runs that are disturbed on purpose, and an oracle that looks at what they left.

    python -m tests.torture.harness --runs 300 --seed 1 --kind sqlite|postgres [--url postgresql://…] [--s3 http://…]

A run is a small series: three episodes for two markets, of which one is reviewed; a revision comes in the middle. Two
watchers, two workers and two reviewers are processes that are killed at random moments and started again, while the
engine, the database and the bucket go away for moments, disks fill and clocks jump. Then it is left in peace until
all is delivered. What is drawn at random follows from the seed, which every complaint names.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import logging
import multiprocessing
import os
import random
import resource
import shutil
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from flows import episode as episode_flow
from flows import service as service_flow
from flows import tasks
from localize.errors import InputError, LocalizeError
from localize.service import decisions, inbox, questions
from localize.service.episodes import DELIVERED
from localize.service.service import Service, open_service
from localize.settings import Settings, load_settings
from tests.torture import oracle, stand_ins
from tests.torture.proxy import serve_proxy
from tests.torture.stand_ins import EDIT, REVIEWED

SERIES = "night"
MARKETS = ("us", REVIEWED)
EPISODES = ("E01", "E02", "E03")
STORM_S, PEACE_S = 1.0, 240.0  # peace ends when all is delivered: so long on a machine that is very busy
# processes are killed here and not machines: where memory serves as a disk, nothing need wait for the real one
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
FORK = multiprocessing.get_context("fork")


@dataclass
class Place:
    """One run's folder, settings and what disturbs it."""

    root: Path
    settings: Settings
    straight: Settings  # without the proxies: for the oracle
    engine_port: int
    away: dict[str, Any]
    skew_s: Any
    full: Any
    processes: dict[str, Any] = field(default_factory=dict)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def patched(place: Place) -> Iterator[None]:
    """The flows with stand-ins for models and for Prefect's own logger and server."""
    real_time = time.time

    with contextlib.ExitStack() as stack:
        for target, name, value in (
            (service_flow, "get_run_logger", lambda: logging.getLogger("torture")),
            (service_flow.server, "show", lambda _artifact: None),
            (service_flow.server, "start", lambda *_a, **_k: None),
            (tasks, "session_for", lambda series, *_a: stand_ins.session_of(place.settings, series)),
            (tasks, "STAGES", stand_ins.stages(place.engine_port)),
            (episode_flow, "_artifacts", lambda *_a: None),
            (inbox, "probe", lambda _path: None),
            (time, "time", lambda: real_time() + place.skew_s.value),
        ):
            stack.enter_context(mock.patch.object(target, name, value))
        yield


def child(place: Place, body: Callable[[Service], None]) -> None:
    """A process of the service: does its part again and again until it is killed. What it meets is noted once the disk
    takes it again; what no part of the service may raise is noted for the oracle."""
    parent = os.getppid()
    sys.stderr = (place.root / "log").open("a")
    logging.basicConfig(stream=sys.stderr, force=True)
    free = resource.getrlimit(resource.RLIMIT_FSIZE)
    service: Service | None = None  # opened anew only where it failed: on S3 that costs more than a look
    with patched(place):
        while os.getppid() == parent:
            limit = (2048, free[1]) if place.full.value else free
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
            try:
                service = service or open_service(place.settings)
                body(service)
            except Exception as error:
                service = None
                resource.setrlimit(resource.RLIMIT_FSIZE, free)
                print(f"{time.monotonic():.3f} {os.getpid()} {error!r}", file=sys.stderr, flush=True)
                if not isinstance(error, LocalizeError) and not (isinstance(error, OSError) and limit != free):
                    with (place.root / "unforeseen").open("a") as file:
                        file.write(traceback.format_exc())
            time.sleep(0.05)


def watch(service: Service) -> None:
    service_flow.watch_once(service)


def work(service: Service) -> None:
    service_flow.work_off(service, 5, None)


def review(place: Place, who: str) -> Callable[[Service], None]:
    """A reviewer: has an episode of an odd number edited once, and approves what they see; notes what was taken."""
    rng = random.Random(f"{who}{os.getpid()}")

    def body(service: Service) -> None:
        for known, market in service.waiting():
            if service_flow._finish_decided(service, known, market):
                continue
            try:
                report = service_flow._at_hand(service, known, market)
            except LocalizeError:
                continue
            seen = decisions.seen_now(service.books, known, market)
            slot = questions.ask(service.books.db, f"{who}-{os.getpid()}", known, market, seen.digest)
            edited = any(d.decision == "edit" for d in service.books.decisions(known))
            time.sleep(rng.random() * 0.1)  # meanwhile another revision may come in
            wants = "edit" if known.name == "E01" and not edited else "approve"
            answer = stand_ins.Named(decision=wants, edits=EDIT, reviewer=who, note="")
            word = decisions.Word(seen, who, "", f"{who}-{os.getpid()}:{slot}")
            with contextlib.suppress(InputError):  # refused: they look again
                service_flow._decided(service, known, market, report, answer, word)
                with (place.root / "accepted").open("a") as file:
                    file.write(json.dumps([known.name, known.revision, wants, seen.digest, word.answer]) + "\n")

    return body


def bodies(place: Place) -> dict[str, Callable[[], None]]:
    """Every process of a run, by name."""
    found: dict[str, Callable[[], None]] = {}
    for n in (1, 2):
        found[f"watcher{n}"] = lambda: child(place, watch)
        found[f"worker{n}"] = lambda: child(place, work)
        found[f"reviewer{n}"] = lambda n=n: child(place, review(place, f"reviewer{n}"))  # type: ignore[misc]
    return found


def drop(place: Place, name: str, data: bytes) -> None:
    """What a studio does; its bucket is a folder, or is reached without the proxy."""
    bucket = open_service(place.straight).bucket
    bucket.write(f"inbox/{SERIES}/{name}.mp4", data)
    bucket.write(f"inbox/{SERIES}/{name}.done", b"")


def revise(place: Place, seed: int) -> None:
    """The studio drops other bytes, once the first ones were taken."""
    service = open_service(place.straight)
    while service.books.episode(SERIES, "E02") is None or service.bucket.size(f"inbox/{SERIES}/E02.mp4") is not None:
        time.sleep(0.05)
    drop(place, "E02", contents(seed, "E02", 2))


def contents(seed: int, name: str, revision: int) -> bytes:
    return f"{seed} {name} {revision}".encode() * 100


def storm(place: Place, rng: random.Random, seed: int, names: dict[str, Callable[[], None]]) -> None:
    """Everything goes wrong for a while."""
    ends, revised = time.monotonic() + STORM_S, time.monotonic() + rng.random() * STORM_S
    while time.monotonic() < ends:
        time.sleep(rng.random() * 0.12)
        if revised and time.monotonic() > revised:
            place.processes["~studio"] = started(lambda: revise(place, seed))
            revised = 0.0
        kind = rng.choice(["kill", "kill", "kill", "away", "away", "clock", "full"])
        if kind == "kill":
            name = rng.choice(list(names))
            place.processes[name].kill()
            place.processes[name].join()
            place.processes[name] = started(names[name])
        elif kind == "away":
            flag = rng.choice(list(place.away.values()))
            flag.value = 1 - flag.value
        elif kind == "clock":
            place.skew_s.value = rng.choice([0.0, -3600.0, 7200.0])
        else:
            place.full.value = 1 - place.full.value
    if revised:
        place.processes["~studio"] = started(lambda: revise(place, seed))
    for flag in place.away.values():
        flag.value = 0
    place.skew_s.value, place.full.value = 0.0, 0


def started(body: Callable[[], None]) -> Any:
    process = FORK.Process(target=body, daemon=True)
    process.start()
    return process


def FORK_RUN(body: Callable[[], Any], seconds: float = 90.0) -> Any:  # noqa: N802
    """What a body returns, run in a process of its own: this one opens no connection that children would inherit."""
    mine, theirs = FORK.Pipe()

    def run() -> None:
        try:
            theirs.send((True, body()))
        except BaseException as error:
            theirs.send((False, repr(error)))

    process = started(run)
    assert mine.poll(seconds), "no answer"
    good, value = mine.recv()
    process.join()
    if not good:
        raise AssertionError(value)
    return value


def all_delivered(place: Place, seconds: float) -> bool:
    """Whether within so many seconds the newest revision of every episode is delivered."""
    service, ends = open_service(place.straight), time.monotonic() + seconds
    while not (done := _delivered(service)) and time.monotonic() < ends:
        time.sleep(0.1)
    return done


def _delivered(service: Service) -> bool:
    for stuck in service.plan().stuck:
        service.again(stuck.episode, stuck.market, "a person wants it")
    known = service.books.episodes()
    variants = service.books.variants_of(known)
    newest = {k.name: k.revision for k in known}
    left = [e.name for e in service.bucket.list(f"inbox/{SERIES}") if not e.name.endswith("/series.toml")]
    if newest != {"E01": 1, "E02": 2, "E03": 1} or left:
        return False
    return len(variants) == len(newest) * len(MARKETS) and all(v.state == DELIVERED for v in variants)


def prepared(root: Path, url: str, s3: str) -> Place:
    """A run's place, its engine and its proxies started."""
    env = {**os.environ, "LOCALIZE_HOME": str(root / "home"), "LOCALIZE_GLOSSARIES": str(root / "bibles")}
    straight = {**env, "LOCALIZE_BUCKET": f"file://{root / 'bucket'}"}
    # without locks: whoever is killed while it reads the clock would hold one for ever
    away: dict[str, Any] = {"engine": FORK.Value("i", 0, lock=False)}
    helpers = {"engine": (free_port(), stand_ins.serve_engine)}
    through = dict(straight)
    if url:
        straight["LOCALIZE_LEDGER"] = url
        helpers["database"] = (free_port(), serve_proxy)
        at = url.rpartition("@")[2].partition("/")[0]
        through["LOCALIZE_LEDGER"] = url.replace(at, f"127.0.0.1:{helpers['database'][0]}")
        away["database"] = FORK.Value("i", 0, lock=False)
    if s3:
        name = f"torture-{os.getpid()}-{root.name.lower().replace('_', '-')}"
        for facts in (straight, through):
            facts |= {"LOCALIZE_S3_ENDPOINT": s3, "LOCALIZE_BUCKET": f"s3://{name}/b", "LOCALIZE_STORE": f"s3://{name}/s"}
        helpers["s3"] = (free_port(), serve_proxy)
        through["LOCALIZE_S3_ENDPOINT"] = f"http://127.0.0.1:{helpers['s3'][0]}"
        through["LOCALIZE_LEDGER"] = through.get("LOCALIZE_LEDGER", "")
        away["s3"] = FORK.Value("i", 0, lock=False)
    place = Place(
        root, load_settings(through), load_settings(straight), helpers["engine"][0], away,
        FORK.Value("d", 0.0, lock=False), FORK.Value("i", 0, lock=False),
    )  # fmt: skip
    targets = {"database": url.rpartition("@")[2].partition("/")[0], "s3": s3.removeprefix("http://")}
    for name, (port, serve) in helpers.items():
        arguments = (port, away[name]) if name == "engine" else (port, targets[name], away[name])
        process = FORK.Process(target=serve, args=arguments, daemon=True)
        process.start()
        place.processes[f"~{name}"] = process
    return place


def one_run(seed: int, url: str = "", s3: str = "", keep: bool = False) -> list[str]:
    """One disturbed run; what the oracle complains of."""
    rng = random.Random(seed)
    root = Path(tempfile.mkdtemp(prefix=f"torture-{seed}-", dir=MEMORY))
    place = prepared(root, url, s3)
    names = bodies(place)
    complaints: list[str] = []
    try:
        FORK_RUN(lambda: oracle.empty(place.straight, url, s3))
        for name in EPISODES:
            FORK_RUN(lambda name=name: drop(place, name, contents(seed, name, 1)))  # type: ignore[misc]
        place.processes |= {name: started(body) for name, body in names.items()}
        storm(place, rng, seed, names)
        for name, body in names.items():
            if not place.processes[name].is_alive():
                place.processes[name].join()
                place.processes[name] = started(body)
        deadline = time.monotonic() + PEACE_S
        while not FORK_RUN(lambda: all_delivered(place, 5.0)):
            if dead := [n for n in names if not place.processes[n].is_alive()]:
                complaints.append(f"{', '.join(dead)} ended: {(root / 'log').read_text()[-2000:]}")
                break
            if time.monotonic() > deadline:
                complaints.append("not everything was delivered in peace: " + FORK_RUN(lambda: oracle.where(place.straight)))
                break
    finally:
        for process in place.processes.values():
            process.kill()
            process.join()
    expected = {(n, m): contents(seed, n, 2 if n == "E02" else 1) for n in EPISODES for m in MARKETS}
    accepted = [json.loads(line) for line in (root / "accepted").read_text().splitlines()] if (root / "accepted").exists() else []
    if (root / "unforeseen").exists():
        complaints.append((root / "unforeseen").read_text()[-3000:])
    complaints += FORK_RUN(lambda: oracle.complaints(place.straight, SERIES, expected, accepted))
    if not complaints and not keep:
        shutil.rmtree(root, ignore_errors=True)
    return [f"seed {seed} in {root}: {c}" for c in complaints]


def main() -> int:
    """Exit status 1 where the oracle complained."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", default="", help="a PostgreSQL database that may be emptied; default: SQLite")
    parser.add_argument("--s3", default="", help="an S3 service; default: folders")
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    for module in ("psycopg",) * bool(args.url) + ("boto3", "s3fs") * bool(args.s3):
        importlib.import_module(module)  # here, once: every process of every run is a fork of this one
    bad = 0
    for seed in range(args.seed, args.seed + args.runs):
        started_at = time.monotonic()
        found = one_run(seed, args.url, args.s3, args.keep)
        bad += bool(found)
        print(f"seed {seed}: {'; '.join(found) or 'clean'} ({time.monotonic() - started_at:.1f} s)", flush=True)
    print(f"{args.runs - bad} of {args.runs} clean")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
