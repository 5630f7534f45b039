"""The work pool and its queues: what waits for a worker, and in which order it is taken.

    quick  a person's decision, a look at the inbox: seconds each; a worker of its own takes them
    new    episodes as studios drop them
    back   seasons, catch-up and back catalogues: whatever can wait for a new episode

A worker takes from the queue of the highest rank (1 first). How many runs it has at a time is its own `--limit`; how many
the whole pool has, is the pool's limit.
"""

from __future__ import annotations

from functools import partial

from flows.setup import BACK, NEW, QUICK  # sets Prefect's environment before it is imported

# isort: split
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectAlreadyExists
from prefect.utilities.asyncutils import run_coro_as_sync
from prefect.workers.utilities import get_default_base_job_template_for_infrastructure_type

from flows import server
from localize.errors import OptionError

RANKS = {QUICK: 1, NEW: 2, BACK: 3}
TYPES = ("process", "docker", "kubernetes")


def apply(pool: str, kind: str = "process", image: str = "", most: int | None = None) -> None:
    """Make the pool and its queues, or bring them up to date. `image` is what docker and kubernetes pools run;
    `most`: no more runs than so many at a time on all workers together. Raises OptionError, ServerError."""
    template = run_coro_as_sync(get_default_base_job_template_for_infrastructure_type(kind))
    if template is None:
        raise OptionError(f"--type {kind!r} is no kind of work pool here", do=f"choose from {', '.join(TYPES)}")
    if kind != "process":
        if not image:
            raise OptionError(f"a {kind} pool needs an image", do="build deploy/Dockerfile and name it with --image")
        template["variables"]["properties"]["image"]["default"] = image
    with get_client(sync_client=True) as client:
        server.patiently(lambda: _pool(client, pool, kind, template, most))
        for name, rank in RANKS.items():
            server.patiently(partial(_queue, client, pool, name, rank))


def _pool(client: SyncPrefectClient, pool: str, kind: str, template: dict[str, object], most: int | None) -> None:
    made = WorkPoolCreate(name=pool, type=kind, base_job_template=template, concurrency_limit=most)
    try:
        client.create_work_pool(made)
    except ObjectAlreadyExists:
        client.update_work_pool(pool, WorkPoolUpdate(base_job_template=template, concurrency_limit=most))


def _queue(client: SyncPrefectClient, pool: str, name: str, rank: int) -> None:
    try:
        client.create_work_queue(name, priority=rank, work_pool_name=pool)
    except ObjectAlreadyExists:
        found = client.read_work_queue_by_name(name, work_pool_name=pool)
        if found.priority != rank:
            client.update_work_queue(found.id, priority=rank)
