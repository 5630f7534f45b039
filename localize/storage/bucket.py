"""A folder or an S3 bucket, through fsspec: names below one root, whole files at a time.

On a folder a file appears under its name only when it is whole and on disk; S3 does the same by itself.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import StoreError
from ..settings import Settings

NOT_HERE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


@dataclass(frozen=True)
class Entry:
    """A file in a bucket: name below the root with "/", bytes, a mark that changes with its content, when it was
    written, in seconds, and whether it is a link, which may lead out of the bucket."""

    name: str
    bytes: int
    mark: str
    modified: float = 0.0
    link: bool = False


def s3_options(settings: Settings) -> dict[str, Any]:
    """What S3 addresses are opened with; keys come from the usual AWS_ variables."""
    return {"client_kwargs": {"endpoint_url": settings.s3_endpoint}} if settings.s3_endpoint else {}


class Bucket:
    """All calls raise StoreError with what is wrong and what to do."""

    def __init__(self, url: str, options: dict[str, Any] | None = None) -> None:
        import fsspec

        self.url = url.rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("file", "s3"):
            raise StoreError(f"{url!r} is no address of a bucket", do="write file:///FOLDER or s3://BUCKET/PREFIX")
        self.is_local = parts.scheme == "file"
        self.root = unquote(parts.path).rstrip("/") if self.is_local else f"{parts.netloc}{parts.path}".strip("/")
        extra: dict[str, Any] = {} if self.is_local else {"use_listings_cache": False, **(options or {})}
        with self._said(""):
            self.fs: Any = fsspec.filesystem(parts.scheme, skip_instance_cache=True, **extra)

    def path(self, name: str) -> str:
        """The filesystem's own path of a name."""
        return f"{self.root}/{name}" if name else self.root

    @contextmanager
    def _said(self, name: str) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except NOT_HERE as error:
            raise StoreError("is not there", f"{self.url}/{name}", "check the address, or create the bucket") from error
        except PermissionError as error:
            raise StoreError("may not be used", f"{self.url}/{name}", "check the rights or the keys") from error
        except OSError as error:
            what = f"cannot be used: {error.strerror or error}"
            raise StoreError(what, f"{self.url}/{name}", "check the address, the net and free space") from error
        except Exception as error:  # S3 clients raise what they like
            if type(error).__module__.partition(".")[0] not in ("botocore", "aiobotocore", "aiohttp", "s3fs"):
                raise
            raise StoreError(f"cannot be used: {error}", f"{self.url}/{name}", "check the address and keys") from error

    def check(self) -> None:
        """Raises StoreError where the bucket is not there or may not be written."""
        probe = f".probe-{uuid.uuid4().hex}"
        self.write(probe, b"")
        self.remove(probe)

    def create(self) -> None:
        """Make the S3 bucket, unless it is there."""
        if not self.is_local:
            try:
                self.there()
            except StoreError:
                with self._said(""):
                    self.fs.call_s3("create_bucket", Bucket=self.root.partition("/")[0])

    def there(self) -> None:
        """Raises StoreError where an S3 bucket is not there or its keys are refused: what is missing in a bucket is no
        error, a missing bucket is. A folder is made at the first write."""
        if not self.is_local:
            with self._said(""):
                self.fs.call_s3("head_bucket", Bucket=self.root.partition("/")[0])

    def list(self, under: str, hidden: bool = False) -> list[Entry]:
        """Files below a name, sorted; without those whose name begins with a dot (parts of uploads), unless `hidden`."""
        entries = []
        with self._said(under):
            if self.is_local:
                return sorted(self._local(under, hidden), key=lambda e: e.name)
            try:
                found = self.fs.find(self.path(under), detail=True)
            except NOT_HERE:
                return []
        for path, facts in found.items():
            name = path[len(self.root) + 1 :]
            if facts.get("type") == "directory" or (not hidden and any(p.startswith(".") for p in name.split("/"))):
                continue
            entries.append(Entry(name, int(facts["size"] or 0), _far_mark(facts), _modified(facts)))
        return sorted(entries, key=lambda e: e.name)

    def _local(self, under: str, hidden: bool) -> Iterator[Entry]:
        """Files of a folder; the filesystem's own walk takes ten times as long."""
        todo = [self.path(under)]
        while todo:
            try:
                entries = list(os.scandir(todo.pop()))
            except NOT_HERE:
                continue
            for entry in entries:
                if not hidden and entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    todo += [] if entry.is_symlink() else [entry.path]  # a folder that is a link is not gone into
                    continue
                with suppress(FileNotFoundError):
                    stat = entry.stat(follow_symlinks=False)
                    name = entry.path[len(self.root) + 1 :]
                    yield Entry(name, stat.st_size, _mark(stat), stat.st_mtime, entry.is_symlink())

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where there is none."""
        with self._said(name):
            try:
                return int(self.fs.info(self.path(name))["size"])
            except NOT_HERE:
                return None

    def mark(self, name: str) -> str:
        """A file's mark, as a listing gives it; empty where there is none."""
        with self._said(name):
            try:
                if self.is_local:
                    return _mark(os.lstat(self.path(name)))
                facts = self.fs.info(self.path(name))
            except NOT_HERE:
                return ""
        return _far_mark(facts)

    def holds(self, name: str, size: int, md5: str) -> bool:
        """Whether a file of this size lies there, and of this MD5 where the far side tells it: S3 does for a file that
        went up in one piece without a key of its own."""
        with self._said(name):
            try:
                facts = self.fs.info(self.path(name))
            except NOT_HERE:
                return False
        told = str(facts.get("ETag") or "").strip('"')
        return int(facts["size"]) == size and (told == md5 or re.fullmatch("[0-9a-f]{32}", told) is None)

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None where there is none."""
        with self._said(name):
            try:
                data: bytes = self.fs.cat_file(self.path(name))
            except NOT_HERE:
                return None
            return data

    def write(self, name: str, data: bytes) -> None:
        """Make a file of these bytes; it appears whole or not at all."""
        with self._said(name):
            if not self.is_local:
                self.fs.pipe_file(self.path(name), data)
                return
            self._onto(name, lambda part: part.write_bytes(data))

    def upload(self, source: Path, name: str) -> None:
        """A local file into the bucket, whole or not at all."""
        with self._said(name):
            if not self.is_local:
                self.fs.put_file(str(source), self.path(name))
                return
            self._onto(name, lambda part: shutil.copyfile(source, part))

    def _onto(self, name: str, fill: Callable[[Path], object]) -> None:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{uuid.uuid4().hex}.part")
        try:
            fill(part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def download(self, name: str, target: Path) -> None:
        """A file of the bucket to a local path."""
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{uuid.uuid4().hex}.part")
        with self._said(name):
            try:
                self.fs.get_file(self.path(name), str(part))
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)

    def move(self, name: str, to: str) -> None:
        """Rename a file; where it is gone already and lies at `to`, that is as good."""
        with self._said(name):
            try:
                if self.is_local:
                    target = Path(self.path(to))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    Path(self.path(name)).replace(target)
                else:
                    self.fs.copy(self.path(name), self.path(to))
                    self.fs.rm_file(self.path(name))
            except FileNotFoundError:
                if self.size(to) is None:
                    raise

    def remove(self, name: str) -> None:
        """Take a file away; one that is not there is no error."""
        with self._said(name):
            try:
                self.fs.rm_file(self.path(name))
            except NOT_HERE:
                return


def _mark(stat: os.stat_result) -> str:
    return f"{stat.st_size}:{stat.st_mtime}"


def _far_mark(facts: dict[str, Any]) -> str:
    return f"{facts['size']}:{facts.get('ETag') or facts.get('mtime') or ''}"


def _modified(facts: dict[str, Any]) -> float:
    told = facts.get("mtime") or facts.get("LastModified") or 0.0
    return float(told.timestamp() if isinstance(told, datetime) else told)
