"""The tables of models: models.toml, written by hand, and firefox.json, made by a script. See models/README.md."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelError

FIRST_COME = "first come, then held"
FIREFOX = "firefox.json"
RAN = ("real weights", "look-alike", "never")


@dataclass(frozen=True)
class ModelFile:
    """One file of a model.

    Attributes:
        sha256: empty where only a pinned revision is known: then what came first is recorded and held to.
        packed, packed_bytes: sha256 and size of NAME.gz where the file travels packed.
    """

    name: str
    bytes: int = 0
    sha256: str = ""
    packed: str = ""
    packed_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model.

    Attributes:
        task: "asr", "mt", "tts", "tts-voices", "speaker", "separation" or "ocr".
        languages: tags, or pairs as "en->hi" for translation.
        licence_source: where the licence was read.
        sources: tables tried in order; `kind` is hub, release, installed, pypi or npm.
        embedded: part of the default set that needs no hub.
        engine: the engine that runs it, as named in `localize.engines`.
        family, codes: of a translation model: how it is asked, and its own codes of primary language tags.
        remote_code: it brings Python code of its own, which its files pin.
        converted: it is published as CTranslate2 runs it: nothing needs converting.
        ran: what was run here: "real weights", "look-alike" (random weights in its format), or "never".
        comet, chrf, bleu: its published score where it has one pair; `score_source` says on what.
        memory_mb: what it takes in memory while it runs; 0 where that was not looked at.
        rank: among recognisers, a better one has a higher number; `ranks` by language where that differs; `rank_source`
            says why.
        translates: of a recogniser: it can also translate speech to English.
    """

    id: str
    task: str
    languages: tuple[str, ...]
    licence: str
    commercial_use: bool
    files: tuple[ModelFile, ...]
    licence_source: str = ""
    sources: tuple[dict[str, Any], ...] = ()
    embedded: bool = False
    engine: str = ""
    note: str = ""
    family: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    remote_code: bool = False
    converted: bool = False
    ran: str = "never"
    comet: float | None = None
    chrf: float | None = None
    bleu: float | None = None
    score_source: str = ""
    memory_mb: int = 0
    rank: float = 0
    ranks: dict[str, float] = field(default_factory=dict)
    rank_source: str = ""
    translates: bool = True

    @property
    def bytes(self) -> int:
        """Size of all files as they travel; 0 where no table knows it."""
        return sum(f.packed_bytes or f.bytes for f in self.files)

    def rank_in(self, language: str) -> float:
        """Its rank for a language (any tag; empty for none in particular)."""
        return self.ranks.get(language.split("-")[0].lower(), self.rank)

    @property
    def held(self) -> str:
        """How its bytes are known: "sha256", or "first come, then held" where the table lacks a file's digest."""
        return "sha256" if all(f.sha256 or f.packed for f in self.files) else FIRST_COME


def read(path: Path) -> list[Model]:
    """The models of a models.toml and of the firefox.json beside it. Raises ModelError for what cannot be read."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("model", [])
        models = [_model(table) for table in tables]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"cannot be read: {error}", str(path), "see models/README.md") from error
    beside = path.with_name(FIREFOX)
    models += _firefox(beside) if beside.is_file() else []
    twice = [m.id for m in models if sum(n.id == m.id for n in models) > 1]
    if twice:
        raise ModelError(f"id {twice[0]} stands twice", str(path), "give each model an id of its own")
    return models


def _model(table: dict[str, Any]) -> Model:
    known = {k: v for k, v in table.items() if k not in ("file", "source")}
    known["languages"] = tuple(known["languages"])
    files = tuple(ModelFile(**f) for f in table["file"])
    for file in files:
        if Path(file.name).is_absolute() or ".." in Path(file.name).parts:
            raise TypeError(f"model {known['id']}: file name {file.name!r} leaves the model's folder")
    return Model(**known, files=files, sources=tuple(table.get("source", ())))


def _firefox(path: Path) -> list[Model]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return [_firefox_model(row, data) for row in data["models"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"cannot be read: {error}", str(path), "make it anew: models/make_firefox.py") from error


def _firefox_model(row: dict[str, Any], data: dict[str, Any]) -> Model:
    facts = {"repository": data["repository"], "commit": data["commit"], "arch": row["arch"], "pair": row["pair"]}
    files = tuple(
        ModelFile(name, row["bytes"], row["sha256"], sha, size)
        if name.startswith("model.")
        else ModelFile(name, packed=sha, packed_bytes=size)
        for name, sha, size in row["files"]
    )
    return Model(
        id=row["id"],
        task="mt",
        languages=(f"{row['source']}->{row['target']}",),
        licence=data["licence"],
        licence_source=data["licence_source"],
        commercial_use=True,
        files=files,
        sources=({"kind": "release", "url": data["address"].format(file="{name}", **facts), "revision": data["commit"]},),
        engine="fxtranslate",
        ran="look-alike",
        comet=row["comet"],
        bleu=row["bleu"],
        score_source=data["scores"],
        memory_mb=round(2.5 * row["bytes"] / 1e6),
    )
