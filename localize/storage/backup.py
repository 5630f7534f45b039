"""A copy of ledger and store that can be put back anywhere: on SQLite or PostgreSQL, a folder or S3, whichever it came from.

    TARGET/<time>/ledger.jsonl.gz    every row, a JSON object a line, as of one moment
    TARGET/<time>/blobs.txt          digests of the blobs that those rows need
    TARGET/<time>/backup.json        written last: a folder without it is no backup
    TARGET/blobs/ab/cdef…            the blobs, shared by all backups: a second one copies only what is new

The ledger is read first, in one snapshot, and the blobs after: a blob is durable before its row is written, so whatever
the snapshot names is there. Putting back goes the other way round, blobs first, then all rows in one transaction. The
studios' bucket and the series' files in glossaries/ are not in it; they are copied as they lie. What people added to
memories, enrolled and decided is in the ledger, and so in the backup.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OptionError, StoreError
from .blobs import SharedStore, Store, named_in, place
from .bucket import Bucket
from .ledger import Ledger

VERSION = 2
READS = (1, 2)  # what version 1 did not have yet is made as the database makes it
# leases are of processes that will be gone; what lay in the inbox is looked at anew
TABLES = ("sources", "steps", "deliveries", "episodes", "variants", "decisions", "remembered", "enrolled")


@dataclass(frozen=True)
class Backup:
    """One backup: its name (the time it was made, UTC), rows, blobs, bytes that were new, and steps that were left out
    since their blob is gone or damaged."""

    name: str
    rows: int
    blobs: int
    new_bytes: int
    left_out: int = 0


def target(text: str, options: dict[str, Any]) -> Bucket:
    """Where backups lie: a folder, or an s3:// or file:// address. Raises StoreError."""
    return Bucket(text if "://" in text else f"file://{Path(text).absolute()}", options)


def make(ledger: Ledger, store: Store, to: Bucket, keep: int | None = None) -> Backup:
    """Copy ledger and store; `keep`: only so many backups stay, the newest. Raises StoreError."""
    to.check()
    while to.read(f"{(name := time.strftime('%Y%m%dT%H%M%SZ', time.gmtime()))}/backup.json") is not None:
        time.sleep(0.2)  # one was made this very second: names sort by time, so each second has one
    with tempfile.TemporaryDirectory() as folder:  # a ledger may be larger than memory
        whole = Path(folder) / "ledger.jsonl"
        with whole.open("w", encoding="utf-8") as file:
            for table, row in ledger.db.dump(TABLES):
                file.write(json.dumps({"table": table, **row}) + "\n")
        kept, gone, new = _copy_blobs(store, to, (r["blob"] for t, r in _rows(whole) if t == "steps"))
        packed = Path(folder) / "ledger.jsonl.gz"
        count = 0
        with packed.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as out:
            for table, row in _rows(whole):
                if table != "steps" or row["blob"] in kept:
                    out.write((json.dumps({"table": table, **row}) + "\n").encode())
                    count += 1
        to.upload(packed, f"{name}/ledger.jsonl.gz")
        with packed.open("rb") as file_read:
            digest = hashlib.file_digest(file_read, "sha256").hexdigest()
    to.write(f"{name}/blobs.txt", "".join(f"{d}\n" for d in sorted(kept)).encode())
    facts = {
        "version": VERSION,
        "made": name,
        "rows": count,
        "blobs": len(kept),
        "ledger_sha256": digest,
    }
    to.write(f"{name}/backup.json", (json.dumps(facts, indent=1) + "\n").encode())
    if keep is not None:
        _forget(to, keep)
    return Backup(name, count, len(kept), new, len(gone))


def _copy_blobs(store: Store, to: Bucket, blobs: Iterable[str]) -> tuple[set[str], set[str], int]:
    """These blobs and whatever they name into a backup: (those that are there, those that are gone, new bytes)."""
    there = {e.name.removeprefix("blobs/").replace("/", "") for e in to.list("blobs")}
    kept: set[str] = set()
    gone: set[str] = set()
    new = 0
    for blob in blobs:
        todo = [blob]
        while todo:
            digest = todo.pop()
            if digest in kept or digest in gone:
                continue
            data = _bytes(store, digest)
            if data is None:
                gone.add(digest)
                continue
            kept.add(digest)
            todo += named_in(data)
            if digest not in there:
                to.write(_place(digest), data)
                new += len(data)
    return kept, gone, new


def names(at: Bucket) -> list[str]:
    """Whole backups, oldest first."""
    found = [e.name.split("/") for e in at.list("")]
    return sorted(p[0] for p in found if len(p) == 2 and p[1] == "backup.json")


def restore(ledger: Ledger, store: Store, at: Bucket, name: str = "", replace: bool = False) -> Backup:
    """Put a backup back: the one of that name, or the newest.

    Raises OptionError where the ledger holds rows and `replace` is not given, or there is no such backup; StoreError
    where the backup is damaged. Nothing of the ledger changes before every blob is in the store.
    """
    at.there()
    found = names(at)
    if name not in found and (name or not found):
        do = f"choose from {', '.join(found[-5:])}" if found else "make one with localize backup"
        raise OptionError(f"no backup {name!r}" if name else "no backup is there", at.url, do)
    name = name or found[-1]
    facts = json.loads(at.read(f"{name}/backup.json") or b"{}")
    if facts.get("version") not in READS:
        what = f"is of version {facts.get('version')}, this program reads {READS[0]} to {VERSION}"
        raise StoreError(what, f"{at.url}/{name}", "put it back with the program that made it")
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "ledger.jsonl.gz"
        at.download(f"{name}/ledger.jsonl.gz", packed)
        return _put_back(ledger, store, at, name, facts, packed, replace)


def _put_back(
    ledger: Ledger, store: Store, at: Bucket, name: str, facts: dict[str, Any], packed: Path, replace: bool
) -> Backup:
    with packed.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != facts["ledger_sha256"]:
            raise StoreError("ledger.jsonl.gz is damaged", f"{at.url}/{name}", "choose another backup with --at")
    held = sum(int(row[0]) for t in TABLES if (row := ledger.db.one(f"SELECT count(*) FROM {t}")))
    if held and not replace:
        do = "put it back into an empty ledger, or say --replace to lose what is there"
        raise OptionError(f"the ledger holds {held} rows already", ledger.db.where, do)
    digests = (at.read(f"{name}/blobs.txt") or b"").decode().split()
    new = 0
    for digest in digests:
        if store.get(digest) is not None:
            continue
        data = at.read(_place(digest))
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            what = f"blob {digest[:12]}… is gone or damaged"
            raise StoreError(what, f"{at.url}/blobs", "choose another backup with --at")
        store.put(data)
        new += len(data)
    ledger.db.load(TABLES, _rows(packed))
    return Backup(name, int(facts["rows"]), len(digests), new)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row.pop("table"), row


def _bytes(store: Store, digest: str) -> bytes | None:
    """A blob's bytes, not fetched into this machine's folder where they lie on the far side only."""
    near = Store.get(store, digest)
    return store.far(digest) if near is None and isinstance(store, SharedStore) else near


def _place(digest: str) -> str:
    return f"blobs/{place(digest)}"


def _forget(at: Bucket, keep: int) -> None:
    """Take old backups away, and blobs that none of the others names; a backup loses its backup.json first."""
    every = names(at)
    for name in every[: max(0, len(every) - keep)]:
        for file in ("backup.json", "blobs.txt", "ledger.jsonl.gz"):
            at.remove(f"{name}/{file}")
    needed = {d for name in names(at) for d in (at.read(f"{name}/blobs.txt") or b"").decode().split()}
    for entry in at.list("blobs"):
        if entry.name.removeprefix("blobs/").replace("/", "") not in needed:
            with contextlib.suppress(StoreError):  # it stays, and the next backup takes it away
                at.remove(entry.name)
