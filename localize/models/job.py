"""One model out of one source: what is missing, how a file is fetched, how it is given its real name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from ..errors import DownloadError
from ..files import file_sha256
from ..settings import Settings
from . import record
from .download import Facts, Patience, Wanted, fetch
from .local_files import disk
from .registry import Model, ModelFile, Registry


@dataclass(frozen=True)
class Job:
    """A pull from one of the model's sources."""

    registry: Registry
    settings: Settings
    model: Model
    source: dict[str, Any]
    patience: Patience
    bars: Progress

    @property
    def folder(self) -> Path:
        """Where the model's files lie."""
        return self.registry.folder(self.model.id)

    def digest(self, file: ModelFile) -> str:
        """The file's registered sha256, from the table or from what was seen first; empty where there is none."""
        return self.registry.digests(self.model.id)[file.name]

    def missing(self) -> list[ModelFile]:
        """The files that are not here with the right bytes."""
        return missing(self.registry, self.model)

    def download(self, url: str, name: str, sha256: str, size: int, token: str = "") -> tuple[Facts, Path]:
        """A checked file under a temporary name, and what the server said of it. Raises DownloadError, ModelError."""
        if self.settings.offline:
            raise DownloadError("LOCALIZE_OFFLINE is set")
        wanted = Wanted(url, self.folder / name, sha256, size, token)
        with disk(wanted.part):
            wanted.part.parent.mkdir(parents=True, exist_ok=True)
        task = self.bars.add_task(f"{self.model.id} {name}", total=size or None)
        try:
            facts = fetch(wanted, self.patience, lambda there: self.bars.update(task, completed=there))
        finally:
            self.bars.remove_task(task)
        return facts, wanted.part

    def land(self, file: ModelFile, part: Path, digest: str, revision: str = "") -> None:
        """Give a checked file its real name. Its digest is written down first: a file is never here without one."""
        with disk(self.folder):
            record.add(self.folder, file.name, digest, revision)
            part.replace(self.folder / file.name)


def missing(registry: Registry, model: Model) -> list[ModelFile]:
    """The files that are not here with the right bytes. Nothing is changed. Raises ModelError for an unreadable one."""
    digests, folder = registry.digests(model.id), registry.folder(model.id)
    rest = []
    for file in model.files:
        path = folder / file.name
        with disk(path):
            right = path.is_file() and bool(digests[file.name]) and file_sha256(path) == digests[file.name]
        if not right:
            rest.append(file)
    return rest
