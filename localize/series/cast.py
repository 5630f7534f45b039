"""Who speaks with which voice: cast.toml of a series, an episode's own EP.cast.toml over it, else by register.

    [Summer]
    register = "f"
    voices = { "es-419" = "ef_dora", "pt-BR" = "pf_dora" }
    speed = 1.0
    gain_db = 0.0

voices.json beside it holds enrolled speaker vectors, {character: [[256 values], ...]}; `localize cast enrol` writes it."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import SidecarError
from ..files import read_text

VECTOR = 256


@dataclass(frozen=True)
class Character:
    """One speaker. `enrolled` holds speaker vectors that later episodes are matched against; `note` tells a language
    model who that is and how they talk."""

    name: str
    register: str = ""
    voices: dict[str, str] = field(default_factory=dict)
    speed: float = 1.0
    gain_db: float = 0.0
    enrolled: tuple[tuple[float, ...], ...] = ()
    note: str = ""


Cast = dict[str, Character]


def load(folder: Path, own: Path | None = None) -> Cast:
    """The series' cast with the episode's own rows over it. Raises SidecarError naming file and character."""
    cast: Cast = {}
    for path in (folder / "cast.toml", own):
        if path is not None and path.is_file():
            cast.update(parse(read_text(path), path.name))
    for name, vectors in read_voices(folder).items():
        cast[name] = replace(cast.get(name, Character(name)), enrolled=vectors)
    return cast


def read_voices(folder: Path) -> dict[str, tuple[tuple[float, ...], ...]]:
    """Enrolled vectors by character; empty where there is no file. Raises SidecarError."""
    path = folder / "voices.json"
    if not path.is_file():
        return {}
    try:
        found = json.loads(read_text(path))
        voices = {str(k): tuple(tuple(float(x) for x in vector) for vector in v) for k, v in found.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise SidecarError(f"holds no vectors: {error}", path.name, "enrol the characters again") from error
    if any(len(vector) != VECTOR for vectors in voices.values() for vector in vectors):
        raise SidecarError(f"a vector has not {VECTOR} values", path.name, "enrol the characters again")
    return voices


def parse(text: str, where: str) -> Cast:
    """A cast from TOML text. Raises SidecarError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SidecarError(f"is no TOML: {error}", where, "see glossaries/README.md") from error
    return {name: _character(name, table, where) for name, table in tables.items()}


def _character(name: str, table: Any, where: str) -> Character:
    at = f"{where} [{name}]"
    known = {"register", "voices", "speed", "gain_db", "note"}
    if not isinstance(table, dict) or set(table) - known:
        raise SidecarError("has a key that is not known", at, f"use {', '.join(sorted(known))}")
    if table.get("register", "") not in ("", "f", "m"):
        raise SidecarError("register must be f or m", at, "mend the row")
    for key, low, high in (("speed", 0.5, 2.0), ("gain_db", -24.0, 24.0)):
        value = table.get(key, 1.0 if key == "speed" else 0.0)
        if not isinstance(value, (int, float)) or not low <= value <= high:  # not-a-number is in no range
            raise SidecarError(f"{key} must be a number from {low} to {high}", at, "mend the row")
    try:
        return Character(
            name,
            table.get("register", ""),
            {str(k): str(v) for k, v in table.get("voices", {}).items()},
            float(table.get("speed", 1.0)),
            float(table.get("gain_db", 0.0)),
            note=str(table.get("note", "")),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise SidecarError(f"has a value of the wrong kind: {error}", at, "see glossaries/README.md") from error
