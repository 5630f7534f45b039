"""Model files over HTTP: from a model hub, or from plain addresses, as they are or packed with gzip."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import DownloadError
from ..files import file_sha256
from . import record
from .job import Job
from .local_files import disk

CHUNK = 1 << 20
PACKED = ".gz"


def from_hub(job: Job) -> None:
    """From a model hub at LOCALIZE_HUB, with HF_TOKEN where it is set. Raises DownloadError, ModelError."""
    revision = record.read(job.folder).revision or job.source["revision"]
    base = f"{job.settings.hub.rstrip('/')}/{job.source['repo']}/resolve/{revision}/"
    base += f"{job.source['folder'].strip('/')}/" if job.source.get("folder") else ""
    for file in job.missing():
        wanted = job.digest(file)
        facts, part = job.download(base + file.name, file.name, wanted, file.bytes, job.settings.hub_token)
        job.land(file, part, facts.sha256, facts.revision)


def from_release(job: Job) -> None:
    """From the source's `url`, {name} filled in, or the same path at LOCALIZE_RELEASES. Raises DownloadError, ModelError."""
    for file in job.missing():
        wanted = job.digest(file)
        if not (file.packed or wanted):
            raise DownloadError("a file at a plain address needs a sha256 in the table")
        url = job.source["url"].format(name=file.name)
        if job.settings.releases:
            url = job.settings.releases.rstrip("/") + urlsplit(url).path
        if not file.packed:
            facts, part = job.download(url, file.name, wanted, file.bytes)
            job.land(file, part, facts.sha256)
            continue
        _facts, packed = job.download(url + PACKED, file.name + PACKED, file.packed, file.packed_bytes)
        part = _unpacked(packed, job.folder / file.name, wanted)
        job.land(file, part, file_sha256(part))
        with disk(packed):
            packed.unlink()


def _unpacked(packed: Path, target: Path, wanted: str) -> Path:
    """The unpacked file under a temporary name. Raises DownloadError where its bytes are not the registered ones."""
    out, digest = target.with_name(f"{target.name}.unpacked"), hashlib.sha256()
    try:
        with disk(out), gzip.open(packed) as source, out.open("wb") as file:
            while block := source.read(CHUNK):
                digest.update(block)
                file.write(block)
    except (EOFError, zlib.error) as error:
        raise DownloadError(f"{target.name}{PACKED} cannot be unpacked: {error}") from error
    found = digest.hexdigest()
    if wanted and found != wanted:
        with disk(out):
            out.replace(target.with_name(f"{target.name}.wrong-{found[:8]}"))
        raise DownloadError(f"{target.name} unpacked has sha256 {found[:12]}…, not {wanted[:12]}…")
    return out
