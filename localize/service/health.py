"""Whether the service's parts are there and will serve: ledger, store, bucket, room on the disk, who gave sign of life."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..engines.base import EngineContext
from ..engines.catalogue import Engines
from ..engines.failures import NAME as FAILURES
from ..engines.failures import recent
from ..engines.speech import kokoro_graphs
from ..errors import LocalizeError, ServerError, SidecarError, StoreError, one_line
from ..models import registry
from ..settings import Settings
from ..storage.blobs import SharedStore, open_store
from ..storage.bucket import Bucket, s3_options
from ..storage.database import open_database
from ..storage.ledger import Ledger, open_ledger
from . import rules
from .episodes import EpisodeRecords

WATCHER = "watcher"
SILENT_S = 60.0  # a watcher looks every five seconds; a look at a big inbox on S3 may take some
ASK_S = 5.0
LEAST_MB = 500.0  # an episode of two minutes for four markets leaves about 150 MB in LOCALIZE_HOME


def check_parts(settings: Settings) -> None:
    """Raises StoreError for the first part that would fail a run: the disk, the ledger, the store, the bucket."""
    room(settings)
    open_ledger(settings)
    store = open_store(settings)
    if isinstance(store, SharedStore):
        store.bucket.check()
    if settings.bucket:
        Bucket(settings.bucket, s3_options(settings)).check()


def room(settings: Settings) -> float:
    """MB free in LOCALIZE_HOME. Raises StoreError where a run could not be done there."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            pass
        free = shutil.disk_usage(settings.home).free / 1e6
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StoreError(
            what, str(settings.home), "free some space, or set LOCALIZE_HOME to a writable folder"
        ) from error
    if free < LEAST_MB:
        what = f"the disk is full: {free:.0f} MB free, a run needs {LEAST_MB:.0f}"
        raise StoreError(what, str(settings.home), "free some space: localize gc takes what no step needs")
    return free


@dataclass(frozen=True)
class Part:
    """One part of the service: whether it serves, and a figure or what is wrong."""

    name: str
    ok: bool
    text: str


def look(settings: Settings, parts: Iterable[str]) -> list[Part]:
    """Each of these parts looked at; none waits for one that is away."""
    found = []
    for name in parts:
        try:
            found.append(Part(name, True, PARTS[name](settings)))
        except LocalizeError as error:
            found.append(Part(name, False, str(error)))
    return found


def _ledger(settings: Settings) -> Ledger:
    return Ledger(open_database(settings.ledger, settings.home, patience_s=0.0))


def _disk(settings: Settings) -> str:
    return f"{room(settings) / 1000:.1f} GB free in {settings.home}"


def _rows(settings: Settings) -> str:
    ledger = _ledger(settings)
    row = ledger.db.one("SELECT count(*) FROM steps")
    return f"{row[0] if row else 0} steps in {ledger.db.where}"


def _store(settings: Settings) -> str:
    store = open_store(settings)
    if isinstance(store, SharedStore):
        store.bucket.check()
        return store.bucket.url
    return str(store.root)


def _bucket(settings: Settings) -> str:
    if not settings.bucket:
        return "none is set"
    Bucket(settings.bucket, s3_options(settings)).check()
    return settings.bucket


def _series(settings: Settings) -> str:
    held = rules.known(_ledger(settings).db, settings.markets).held
    if held:
        told = "; ".join(f"{series}: {why}" for series, why in sorted(held.items()))
        raise SidecarError(f"held: {told}", rules.FILE, "fix the file: nothing of the series is made")
    return "every series.toml can be read"


def _watcher(settings: Settings) -> str:
    beats = {w: s for w, s in EpisodeRecords(_ledger(settings)).beats().items() if w.startswith(WATCHER)}
    who, age = min(beats.items(), key=lambda beat: beat[1], default=("", 0.0))
    if not who:
        raise ServerError("no watcher ever looked at the inbox", do="start one: python -m flows.up watch")
    if age > SILENT_S:
        raise ServerError(f"the last look was {age:.0f} s ago", who, "see the watcher's log, or start it: python -m flows.up watch")
    return f"{who} looked {age:.0f} s ago"


def _server(settings: Settings) -> str:
    _ask(settings, "GET", "/health")
    _ask(settings, "GET", "/admin/version")  # this one asks for the password
    return settings.server


def _workers(settings: Settings) -> str:
    alive = []
    for pool in _ask(settings, "POST", "/work_pools/filter"):
        workers = _ask(settings, "POST", f"/work_pools/{pool['name']}/workers/filter")
        alive += [w["name"] for w in workers if w["status"] == "ONLINE"]
    if not alive:
        raise ServerError("no worker is there", settings.server, "start one: python -m flows.up work")
    return ", ".join(sorted(alive))


def _ask(settings: Settings, how: str, path: str) -> Any:
    import httpx

    if not settings.server:
        raise ServerError("PREFECT_API_URL is not set", do="set it to http://HOST:4200/api")
    auth = httpx.BasicAuth(*settings.server_auth.split(":", 1)) if ":" in settings.server_auth else None
    try:
        body: dict[str, Any] | None = {} if how == "POST" else None
        answer = httpx.request(how, f"{settings.server}{path}", json=body, auth=auth, timeout=ASK_S)
    except httpx.HTTPError as error:
        what = one_line(f"cannot be reached: {error}", 200)
        raise ServerError(what, settings.server, "start it, or check PREFECT_API_URL") from error
    if answer.status_code in (401, 403):
        raise ServerError("refuses the password", settings.server, "check PREFECT_API_AUTH_STRING=USER:PASSWORD")
    if answer.status_code != 200:
        raise ServerError(f"answered HTTP {answer.status_code}", settings.server, "see the log of the Prefect server")
    return answer.json()


def _engines(settings: Settings) -> str:
    """Raises ServerError where an engine failed within the last day, or a pulled model cannot run here."""
    engines = Engines(EngineContext(settings, registry.load(settings)))
    failed = recent(settings.home / FAILURES)
    trouble = [f"{name} failed {(time.time() - float(v['at'])) / 60:.0f} min ago: {v['why']}" for name, v in failed.items()]
    for engine in engines.translators():
        model = engines.context.registry.models.get(engine.name)
        if model is not None and engines.context.registry.present(model.id):
            trouble += [reason for reason in [engine.unavailable(*min(engine.pairs))] if reason]
    if trouble:
        raise ServerError("; ".join(trouble), do="other routes do its lines; repair it, or remove its folder from LOCALIZE_MODELS")
    present = sum(engines.context.registry.present(m) for m in engines.context.registry.models)
    graph = kokoro_graphs.remembered(settings.home)
    return f"{present} models here, none failed within a day" + (f"; {graph.said}" if graph else "")


PARTS: dict[str, Callable[[Settings], str]] = {
    "disk": _disk, "ledger": _rows, "store": _store, "bucket": _bucket, "series": _series, "engines": _engines,
    "watcher": _watcher, "server": _server, "workers": _workers,
}  # fmt: skip
