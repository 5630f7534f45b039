"""What may go from a store: blobs that no young step refers to. Delivered variants lie whole outside the store, and
what a delivery was made of can be made again; what is kept is what saves work.
"""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import dataclass

from .blobs import Store
from .ledger import Ledger

# a blob just written may not have its row yet
GRACE_S = 3600.0
MOST_BYTES = 4 << 20  # no JSON of ours is longer


@dataclass(frozen=True)
class Swept:
    """How many steps and blobs went, how many bytes, and how many blobs stay."""

    steps: int
    blobs: int
    bytes: int
    kept: int


def sweep(ledger: Ledger, store: Store, keep_days: float, dry_run: bool = False) -> Swept:
    """Rows first, then blobs that no row refers to any more, by digest or inside another step's JSON.

    A process killed in between leaves blobs without rows, which the next sweep takes.
    """
    old = time.time() - keep_days * 24 * 3600
    found = ledger.db.one("SELECT count(*) FROM steps WHERE done_at < ?", (old,))
    steps = int(found[0]) if found else 0
    if not dry_run:
        ledger.db.write("DELETE FROM steps WHERE done_at < ?", (old,))
    needed = {row[0] for row in ledger.db.all("SELECT blob FROM steps WHERE done_at >= ?", (old,))}
    for digest in list(needed):
        path = store.path(digest)
        if path.is_file() and path.stat().st_size <= MOST_BYTES:
            needed |= named_in(path.read_bytes())
    blobs = size = kept = 0
    for path in store.root.glob("??/*"):
        digest = path.parent.name + path.name
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            if digest in needed or time.time() - stat.st_mtime < GRACE_S or path.name.startswith("."):
                kept += 1
                continue
            blobs, size = blobs + 1, size + stat.st_size
            if not dry_run:
                path.unlink()
    return Swept(steps, blobs, size, kept)


def named_in(data: bytes) -> set[str]:
    """Digests that a step's JSON output names: a dub names its track."""
    if len(data) > MOST_BYTES or data[:1] not in (b"{", b"["):
        return set()
    return {m.decode() for m in re.findall(rb'"([0-9a-f]{64})"', data)}
