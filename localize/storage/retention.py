"""What may go from a store: blobs that no step in use refers to. Delivered variants lie whole outside the store, and
what a delivery was made of can be made again; what is kept is what saves work, or what somebody is at work with:

- a step used within `keep_days`, and whatever its output names;
- a step used within RECENT_S, or since the oldest run that still holds a lease began: a run may read it next;
- the steps of an episode that has a variant not yet delivered: a review or a retry needs them, however old they are.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial

from .blobs import Blob, SharedStore, Store, named_in
from .database import Statements
from .ledger import Ledger

# a blob just written may not have its row yet, and a use is written once in ledger.USED_S
RECENT_S = 2 * 3600.0
MANY = 500  # rows deleted in one transaction
UNDELIVERED = ("running", "review", "failed")


@dataclass(frozen=True)
class Swept:
    """How many steps and blobs went, how many bytes, and how many blobs stay.

    Attributes:
        by_step: step name -> how many of it went, last used when they were; why: what stayed although it is old.
    """

    steps: int
    blobs: int
    bytes: int
    kept: int
    by_step: dict[str, int] = field(default_factory=dict)
    why: tuple[str, ...] = ()


def sweep(ledger: Ledger, store: Store, keep_days: float, dry_run: bool = False) -> Swept:
    """Rows first, then blobs that no row refers to any more, by digest or inside another step's JSON.

    A process killed in between leaves blobs without rows, which the next sweep takes. Raises StoreError.
    """
    now = time.time()
    since = min([now - RECENT_S, *_busy_since(ledger)])
    before = min(now - keep_days * 24 * 3600, since)
    rows = ledger.db.all("SELECT key, name, subject FROM steps WHERE done_at < ? AND used_at < ?", (before, before))
    open_names = _undelivered(ledger)
    old = {key: name for key, name, subject in rows if not _of(subject, open_names)}
    why = [f"{len(rows) - len(old)} old steps stay: their episodes have variants that are not delivered"]
    by_step: dict[str, int] = {}
    for name in old.values():
        by_step[name] = by_step.get(name, 0) + 1
    needed = _needed(ledger, store, old)
    if not dry_run:
        keys = list(old)
        for at in range(0, len(keys), MANY):
            ledger.db.together(partial(_delete, keys[at : at + MANY], before))
        needed |= _needed(ledger, store, {})
    near = list(store.near_blobs()) if isinstance(store, SharedStore) else []
    blobs = size = kept = 0
    for blob in store.blobs():
        if not _may_go(blob, needed, since):
            kept += 1
            continue
        blobs, size = blobs + 1, size + blob.bytes
        if not dry_run:
            store.remove(blob.digest)
    for blob in near:
        if _may_go(blob, needed, since) and not dry_run:
            Store.remove(store, blob.digest)
    return Swept(len(old), blobs, size, kept, by_step, tuple(why) if len(rows) > len(old) else ())


def _delete(keys: list[str], before: float, do: Statements) -> None:
    for key in keys:  # one that was used meanwhile stays
        do.write("DELETE FROM steps WHERE key=? AND used_at < ?", (key, before))


def _may_go(blob: Blob, needed: set[str], since: float) -> bool:
    return blob.digest not in needed and blob.written_at < since


def _busy_since(ledger: Ledger) -> list[float]:
    """When runs began that still hold a lease: a lease's token is the time it was taken, in microseconds."""
    rows = ledger.db.all(f"SELECT fence FROM leases WHERE until > {ledger.db.now} AND fence > 0")
    return [row[0] / 1e6 for row in rows]


def _undelivered(ledger: Ledger) -> set[str]:
    marks = ",".join("?" * len(UNDELIVERED))
    return {r[0] for r in ledger.db.all(f"SELECT DISTINCT name FROM variants WHERE state IN ({marks})", UNDELIVERED)}


def _of(subject: str, names: set[str]) -> bool:
    """Whether a step's subject ("E01 es-419 L003") is of one of these episodes, whose names may hold spaces."""
    words = subject.split(" ")
    return any(" ".join(words[:n]) in names for n in range(1, len(words) + 1))


def _needed(ledger: Ledger, store: Store, without: dict[str, str]) -> set[str]:
    """Digests that the steps need, but for those `without`."""
    needed: set[str] = set()
    for key, blob, names in ledger.db.all("SELECT key, blob, names FROM steps"):
        if key in without:
            continue
        needed.add(blob)
        # rows of older programs do not say what their output names
        needed |= set(names.split()) if names is not None else named_in(store.get(blob) or b"")
    return needed
