"""The registry of models: what exists, what lies here, whether it may be used.

`models/models.toml` and `models/firefox.json` are the only lists. `require` is the only door to a model: it hands out
a folder after every file's bytes and the licence were checked. Adding a model is one `[[model]]` table; see models/README.md."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import LicenceRefused, ModelDamaged, ModelError, ModelMissing
from ..files import file_sha256
from ..settings import Settings
from . import record, scores, tables
from .scores import Score, Scores
from .tables import Model, ModelFile

__all__ = ["Model", "ModelFile", "Registry", "load", "put_aside"]


@dataclass
class Registry:
    """The models of one table file and where they lie on this machine."""

    root: Path
    models: dict[str, Model]
    scores: Scores
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
        """File name -> sha256: from the table, else from the record beside the files; empty where neither knows."""
        files = self.model(model_id).files
        seen = {} if all(f.sha256 for f in files) else record.read(self.folder(model_id)).files
        return {f.name: f.sha256 or seen.get(f.name, "") for f in files}

    def identity(self, model_id: str) -> str:
        """One digest for the whole model, of registered digests: part of every step key that uses it."""
        packed = {f.name: f.packed for f in self.model(model_id).files}
        digests = self.digests(model_id)
        text = json.dumps(sorted((name, packed[name] or digest) for name, digest in digests.items()))
        return hashlib.sha256(text.encode()).hexdigest()

    def present(self, model_id: str) -> bool:
        """Whether all files lie here; their bytes are not read."""
        folder = f"{self.root}{os.sep}{model_id}{os.sep}"  # asked thousands of times an episode: no path is made for it
        return all(os.path.isfile(folder + f.name) for f in self.model(model_id).files)  # noqa: PTH113

    def folders(self) -> frozenset[str]:
        """The models of which something lies here, and whatever else does."""
        try:
            return frozenset(os.listdir(self.root))  # noqa: PTH208
        except OSError:
            return frozenset()

    def score(self, engine: str, source: str, target: str) -> Score:
        """The figures of an engine or model for a pair; without any where nobody measured."""
        every = self.scores.get((engine, "*", "*"), Score())
        return self.scores.get((engine, source, target), every)

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
    models = tables.read(settings.models_toml)
    found = scores.read(models, settings.models_toml.with_name(scores.PUBLISHED), settings.models / scores.OWN)
    return Registry(settings.models, {m.id: m for m in models}, found, allow_non_commercial)


def put_aside(path: Path, digest: str) -> Path:
    """Rename a wrong file so that nothing loads it, and return its new path."""
    aside = path.with_name(f"{path.name}.wrong-{digest[:8]}")
    path.replace(aside)
    return aside
