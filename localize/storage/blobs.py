"""Content-addressed blobs: a file named by the sha256 of its bytes, durable before anyone hears of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..as_json import fields_of
from ..errors import StoreError
from ..settings import Settings
from .bucket import Bucket, s3_options

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=fields_of)
MOST_BYTES = 4 << 20  # no JSON of ours is longer


def place(digest: str) -> str:
    """Where a blob lies below whatever holds blobs."""
    return f"{digest[:2]}/{digest[2:]}"


@dataclass(frozen=True)
class Blob:
    """One blob of a store: its digest, its size, and when it was written, in seconds."""

    digest: str
    bytes: int
    written_at: float


class Store:
    """Blobs under `root/ab/cdef…`. Safe for many threads and processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot be made: {error}", str(root), "set LOCALIZE_HOME to a writable folder") from error

    def path(self, digest: str) -> Path:
        """Where the blob of that digest lies, or would lie."""
        return self.root / place(digest)

    def put(self, data: bytes) -> str:
        """Keep `data` and return its digest. On return the bytes are on disk, also where a damaged blob lay in their
        place. Raises StoreError."""
        digest = hashlib.sha256(data).hexdigest()
        target = self.path(digest)
        if self._holds(target, data):
            return digest
        part = target.with_name(f".{uuid.uuid4().hex}.part")
        try:
            target.parent.mkdir(exist_ok=True)
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise StoreError(f"cannot be written: {error}", str(target), "free some space, or check rights") from error
        return digest

    def _holds(self, target: Path, data: bytes) -> bool:
        try:
            return target.stat().st_size == len(data) and target.read_bytes() == data
        except OSError:
            return False

    def remove(self, digest: str) -> None:
        """Take a blob away; one that is not there is no error. Raises StoreError."""
        try:
            self.path(digest).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"cannot be removed: {error}", str(self.root), "check the disk and its rights") from error

    def blobs(self) -> Iterator[Blob]:
        """Every blob that lies here."""
        for path in self.root.glob("??/*"):
            if path.name.startswith("."):  # a part of a write that is under way, or of a process that was killed
                continue
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                yield Blob(path.parent.name + path.name, stat.st_size, stat.st_mtime)

    def get(self, digest: str) -> bytes | None:
        """The bytes, or None where they are gone or damaged; a damaged blob is removed so that it is made again."""
        path = f"{self.root}{os.sep}{place(digest)}"  # asked a thousand times a rerun: no Path is made for it
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                data = file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot be read: {error}", path, "check the disk and its rights") from error
        if hashlib.sha256(data).hexdigest() != digest:
            with contextlib.suppress(FileNotFoundError):
                self.path(digest).unlink()
            return None
        return data

    def need(self, digest: str) -> bytes:
        """The bytes. Raises StoreError where they are gone or damaged."""
        data = self.get(digest)
        if data is None:
            raise StoreError(f"blob {digest[:12]}… is gone or damaged", str(self.root), "run the same command again")
        return data


class SharedStore(Store):
    """A store on S3 (or any fsspec filesystem) for many machines, with a folder of this machine in front of it.

    A blob is durable on the far side before `put` returns; a blob that only lies there is fetched once.
    """

    def __init__(self, near: Path, url: str, options: dict[str, Any]) -> None:
        super().__init__(near)
        self.bucket = Bucket(url, options)

    def put(self, data: bytes) -> str:
        digest = super().put(data)
        name = place(digest)
        # S3's own mark of a blob that went up in one piece is the MD5 of its bytes
        if not self.bucket.holds(name, len(data), hashlib.md5(data, usedforsecurity=False).hexdigest()):
            self.bucket.write(name, data)
        return digest

    def get(self, digest: str) -> bytes | None:
        near = super().get(digest)
        if near is not None:
            return near
        data = self.far(digest)
        if data is not None:
            super().put(data)
        return data

    def far(self, digest: str) -> bytes | None:
        """The bytes on the far side, not kept here; None where they are gone or damaged. A damaged blob is removed, so
        that it is made again."""
        data = self.bucket.read(place(digest))
        if data is None or hashlib.sha256(data).hexdigest() == digest:
            return data
        self.bucket.remove(place(digest))
        return None

    def remove(self, digest: str) -> None:
        self.bucket.remove(place(digest))
        super().remove(digest)

    def blobs(self) -> Iterator[Blob]:
        """Every blob on the far side; those in the folder before it are copies, or else of no use."""
        for entry in self.bucket.list(""):
            digest = entry.name.replace("/", "")
            if len(digest) == 64:
                yield Blob(digest, entry.bytes, entry.modified)

    def near_blobs(self) -> Iterator[Blob]:
        """The copies in this machine's folder."""
        return super().blobs()


def open_store(settings: Settings) -> Store:
    """The store that the settings name. Raises StoreError."""
    near = settings.home / "store"
    return SharedStore(near, settings.store, s3_options(settings)) if settings.store else Store(near)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def canonical(value: Any) -> bytes:
    """The one JSON text of a value, which may hold dataclasses: sorted keys, no spaces, UTF-8."""
    return _JSON.encode(value).encode()


def named_in(data: bytes) -> set[str]:
    """Digests that a step's JSON output names: a dub names its track."""
    if len(data) > MOST_BYTES or data[:1] not in (b"{", b"["):
        return set()
    return {m.decode() for m in re.findall(rb'"([0-9a-f]{64})"', data)}
