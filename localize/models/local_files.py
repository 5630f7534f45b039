"""Model files on this disk: digests, sizes, and a full or read-only disk said as a line."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ModelError


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """What writing to this place may fail with, as ModelError: a full disk, a folder that cannot be written."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            do = "free some space and pull again: it goes on from here; or set LOCALIZE_MODELS to another disk"
            raise ModelError("the disk is full", str(path.parent), do) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
            do = "make it writable, or set LOCALIZE_MODELS to a folder that is"
            raise ModelError(f"cannot be written: {error.strerror}", str(path.parent), do) from error
        raise ModelError(f"cannot be used: {error.strerror or error}", str(path), "check its rights, or delete it and pull the model again") from error


def git_digest(path: Path) -> str:
    """The sha1 that git gives a file of these bytes."""
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
