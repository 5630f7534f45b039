"""Who speaks with which voice: cast.toml of a series, an episode's own EP.cast.toml over it, else by register.

    [Summer]
    register = "f"
    voices = { "es-419" = "ef_dora", "pt-BR" = "pf_dora" }
    speed = 1.0
    gain_db = 0.0
    manner = "quiet"
    note = "heroine, speaks plainly"
    address = { es = { Grant = "usted", "*" = "tú" } }

A voice may be served ("NAME:VOICE", NAME of endpoints.toml). Where it fails for an episode, the language's own voice of
that register takes the whole part, or the next of a list, and nothing but the list: ["NAME:VOICE", "ef_dora"].

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
ALL = "*"  # whoever else is addressed


@dataclass(frozen=True)
class Character:
    """One speaker. `enrolled` holds speaker vectors that later episodes are matched against; `note` tells a language
    model who that is and how they talk; `address` in which form they speak to whom, by language and name; `manner` how they say lines of which the transcript tells nothing, "plain" for as the voice does; `then` holds the voices after the first where a language has a list."""

    name: str
    register: str = ""
    voices: dict[str, str] = field(default_factory=dict)
    speed: float = 1.0
    gain_db: float = 0.0
    enrolled: tuple[tuple[float, ...], ...] = ()
    note: str = ""
    then: dict[str, tuple[str, ...]] = field(default_factory=dict)
    address: dict[str, dict[str, str]] = field(default_factory=dict)
    manner: str = ""


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
        raise SidecarError(f"cannot be read as voice vectors: {error}", path.name, "enrol the characters again with localize cast enrol") from error
    if any(len(vector) != VECTOR for vectors in voices.values() for vector in vectors):
        raise SidecarError(f"a voice vector does not have {VECTOR} values", path.name, "enrol the characters again with localize cast enrol")
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
    known = {"register", "voices", "speed", "gain_db", "note", "address", "manner"}
    if not isinstance(table, dict):
        raise SidecarError("is no table", at, f"write [{name}] and below it {', '.join(sorted(known))}")
    if unknown := sorted(set(table) - known):
        raise SidecarError(f"has a key that is not known: {unknown[0]}", at, f"use {', '.join(sorted(known))}")
    if table.get("register", "") not in ("", "f", "m"):
        raise SidecarError("register must be f or m", at, 'write register = "f" or register = "m"')
    if not isinstance(table.get("manner", ""), str):
        raise SidecarError("manner must be a text", at, 'write for example manner = "whispered"')
    for key, low, high in (("speed", 0.5, 2.0), ("gain_db", -24.0, 24.0)):
        value = table.get(key, 1.0 if key == "speed" else 0.0)
        if not isinstance(value, (int, float)) or not low <= value <= high:  # not-a-number is in no range
            raise SidecarError(f"{key} must be a number from {low} to {high}", at, "correct the number")
    voices = table.get("voices", {})
    for value in voices.values() if isinstance(voices, dict) else ():
        if not (isinstance(value, str) or (isinstance(value, list) and value and all(isinstance(x, str) for x in value))):
            raise SidecarError("a voice must be a name, or a list of names", at, 'write for example "es-419" = "ef_dora"')
    lists = {k: v if isinstance(v, list) else [v] for k, v in voices.items()} if isinstance(voices, dict) else {}
    address = table.get("address", {})
    told = isinstance(address, dict) and all(isinstance(v, dict) for v in address.values())
    if not told or not all(isinstance(x, str) and x for v in address.values() for x in v.values()):
        do = 'write for example address = { es = { Grant = "usted" } }'
        raise SidecarError("address must say by language and name which form is used", at, do)
    try:
        return Character(
            name,
            table.get("register", ""),
            {str(k): v[0] for k, v in lists.items()},
            float(table.get("speed", 1.0)),
            float(table.get("gain_db", 0.0)),
            note=str(table.get("note", "")),
            then={str(k): tuple(lists[k][1:]) for k, v in voices.items() if isinstance(v, list)},
            address={str(k): dict(v) for k, v in address.items()},
            manner=table.get("manner", "").strip().lower(),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise SidecarError(f"has a value of the wrong kind: {error}", at, "see glossaries/README.md") from error
