"""A full disk said as what it is: libraries that write files have many words for it."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StoreError

FULL = (errno.ENOSPC, errno.EDQUOT)
LEAST_BYTES = 1 << 20


@contextmanager
def full_disk_said(folder: Path) -> Iterator[None]:
    """Raises StoreError for a failure inside that a full disk under `folder` explains; any other goes on as it is."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        if getattr(error, "errno", None) in FULL or _is_full(folder):
            raise StoreError("the disk is full", str(folder), "free some space, then run the same again") from error
        raise


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < LEAST_BYTES
    except OSError:
        return False
