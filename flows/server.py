"""Talking to the Prefect server, which may be away for a while: the work never depends on it, so what is told to it is
told again for PATIENCE_S and then let go with a warning. Only what starts or ends a run must reach it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from flows import setup as _setup  # noqa: F401  (sets Prefect's environment before it is imported)

# isort: split
import httpx
from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from localize.errors import ServerError, one_line

PATIENCE_S = 90.0
PAGE = 200
LEAST_BYTES = 2 << 20  # what an empty database of the server takes
OPEN = ("SCHEDULED", "PENDING", "RUNNING", "PAUSED")
T = TypeVar("T")


def _away(error: BaseException) -> bool:
    """Whether an error says that the server is not there now, rather than that it said no."""
    if isinstance(error, PrefectHTTPStatusError):
        return bool(error.response.status_code >= 500)
    return isinstance(error, (httpx.TransportError, OSError))


def patiently(say: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """What `say` returns, said again as long as the server is away. Raises ServerError."""
    tries = Retrying(
        retry=retry_if_exception(_away), stop=stop_after_delay(patience_s), wait=wait_exponential(0.5, max=5.0), reraise=True
    )
    try:
        return tries(say)
    except Exception as error:
        raise refused(error) from error


def refused(error: Exception) -> Exception:
    """A failed talk with the server as a line; what is not about the server is handed back as it is."""
    where = os.environ.get("PREFECT_API_URL", "the server of this process")
    if isinstance(error, PrefectHTTPStatusError) and error.response.status_code in (401, 403):
        what, do = "the Prefect server refuses the password", "check PREFECT_API_AUTH_STRING=USER:PASSWORD"
    elif isinstance(error, ObjectNotFound):
        what, do = "the Prefect server has no such deployment", "apply deploy/prefect.yaml: make up does"
    elif isinstance(error, PrefectHTTPStatusError):
        what, do = f"the Prefect server answered HTTP {error.response.status_code}", "see the server's log"
    elif _away(error):
        what, do = f"the Prefect server cannot be reached: {error}", "start it, or check PREFECT_API_URL"
    else:
        return error
    return ServerError(one_line(what, 200), where, do)


def check() -> None:
    """Raises ServerError where PREFECT_API_URL names a server that is not there, or that refuses us; and where the
    server of this process, which is used without it, could not keep its own database."""
    if os.environ.get("PREFECT_API_URL"):
        with get_client(sync_client=True) as client:
            # any question that asks for the password
            patiently(lambda: client.read_work_pools(limit=1), patience_s=0.0)
        return
    home = os.environ["PREFECT_HOME"]
    try:
        Path(home).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b" " * LEAST_BYTES)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        what = f"Prefect's own folder cannot be written: {error.strerror or error}"
        raise ServerError(what, home, "free some space, or set LOCALIZE_HOME to a writable folder") from error


def show(artifact: Callable[[], T]) -> T | None:
    """Make an artifact; the run goes on without it where the server stays away."""
    try:
        return patiently(artifact)
    except Exception as error:
        get_run_logger().warning(f"an artifact could not be shown: {error}")
        return None


def start(deployment: str, parameters: dict[str, Any], key: str, queue: str | None = None) -> None:
    """Start a deployment's run, once for a key however often it is asked for. Raises ServerError."""
    patiently(
        lambda: run_deployment(
            f"{deployment}/{deployment}",
            parameters=parameters,
            timeout=0,
            as_subflow=False,
            idempotency_key=key,
            work_queue_name=queue,
        )
    )


def every(deployment: str, seconds: int) -> None:
    """Let a deployment with one schedule start by itself every so many seconds. Raises ServerError."""

    def tell() -> None:
        with get_client(sync_client=True) as client:
            found = client.read_deployment_by_name(deployment)
            (one,) = found.schedules
            if one.schedule != (wanted := IntervalSchedule(interval=timedelta(seconds=seconds))):
                client.update_deployment_schedule(found.id, one.id, schedule=wanted)

    patiently(tell)


def open_runs(flow: str) -> list[dict[str, Any]]:
    """Parameters of a flow's runs that have not ended. Raises ServerError."""
    wanted = FlowRunFilter.model_validate({"state": {"type": {"any_": list(OPEN)}}})
    flows = FlowFilter.model_validate({"name": {"any_": [flow]}})
    found: list[dict[str, Any]] = []
    with get_client(sync_client=True) as client:
        while True:
            ask = partial(client.read_flow_runs, flow_filter=flows, flow_run_filter=wanted, limit=PAGE)
            page = patiently(partial(ask, offset=len(found)))
            found += [dict(run.parameters) for run in page]
            if len(page) < PAGE:
                return found
