"""Prefect's server on SQLite, without its stand-still: an entry point of the group `prefect.collections`, which every
process of Prefect loads, its servers among them. On PostgreSQL nothing of this matters.

Prefect 3.8.8 opens a transaction that will write as one that reads. Where another has written meanwhile, SQLite refuses
the first write at once ("database is locked"): events are tried four times and dropped, so that a run which waits for a
person is taken for dead. Each refusal leaves a cursor in a cycle; where the garbage collector meets one in the thread of
the event loop while its connection waits for the lock, the loop waits for the connection, whose lock nobody gives back:
the server stands still for the 60 s of `busy_timeout`. Taking the lock at the beginning leaves nothing to refuse.
"""

from __future__ import annotations

import sys
from typing import Any


def take_the_lock_first() -> None:
    """Let each transaction of this process's Prefect server begin with the lock that its writes need."""
    server = sys.modules.get("prefect.server.database.configurations")
    if server is None:  # a client or a worker: it has no database of its own
        return
    kept: Any = server.AioSqliteConfiguration
    as_made = kept.begin_transaction

    def begin_transaction(self: Any, session: Any, with_for_update: bool = False) -> Any:
        return as_made(self, session, with_for_update=True)

    kept.begin_transaction = begin_transaction


take_the_lock_first()
