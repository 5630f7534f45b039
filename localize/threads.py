"""Pieces of work done at once by threads that know for whom they work."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def together(jobs: Sequence[Callable[[], Any]], threads: int) -> list[Any]:
    """The results of all jobs, in their order, so many at a time, each with the caller's context: what is paid on the way is
    written down for the caller's subject. Raises what the first that failed raised, once all ended."""
    with ThreadPoolExecutor(max(1, threads)) as pool:
        futures = [pool.submit(contextvars.copy_context().run, job) for job in jobs]
    return [f.result() for f in futures]
