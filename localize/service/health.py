"""Whether the service's parts are there and will serve: ledger, store, bucket, room on the disk, who gave sign of life."""

from __future__ import annotations

import shutil
import tempfile

from ..bucket import Bucket, s3_options
from ..config import Settings
from ..errors import StoreError
from ..store import SharedStore, open_store
from ..studio import open_ledger

LEAST_MB = 500.0  # an episode of two minutes for four markets leaves about 150 MB in LOCALIZE_HOME


def check_parts(settings: Settings) -> None:
    """Raises StoreError for the first part that would fail a run: the disk, the ledger, the store, the bucket."""
    room(settings)
    open_ledger(settings)
    store = open_store(settings)
    if isinstance(store, SharedStore):
        store.bucket.check()
    if settings.bucket:
        Bucket(settings.bucket, s3_options(settings)).check()


def room(settings: Settings) -> float:
    """MB free in LOCALIZE_HOME. Raises StoreError where a run could not be done there."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            pass
        free = shutil.disk_usage(settings.home).free / 1e6
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise StoreError(
            what, str(settings.home), "free some space, or set LOCALIZE_HOME to a writable folder"
        ) from error
    if free < LEAST_MB:
        what = f"the disk is full: {free:.0f} MB free, a run needs {LEAST_MB:.0f}"
        raise StoreError(what, str(settings.home), "free some space: localize gc takes what no step needs")
    return free
