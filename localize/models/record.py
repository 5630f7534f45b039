"""What is known of a model's files on this machine: `record.json` beside them, written as each one lands.

A digest that no table had is taken at the first pull ("first come, then held") and stands ever after.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ModelError

NAME = "record.json"


@dataclass(frozen=True)
class Record:
    """One model's record.

    Attributes:
        revision: the commit that a branch stood for at the first pull; empty where the table pins one.
        files: file name -> sha256 of the bytes that landed.
    """

    revision: str = ""
    files: dict[str, str] = field(default_factory=dict)


def read(folder: Path) -> Record:
    """The record of a model's folder; an empty one where there is none. Raises ModelError where it is unreadable."""
    path = folder / NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Record(str(data.get("revision", "")), {str(k): str(v) for k, v in data["files"].items()})
    except FileNotFoundError:
        return Record()
    except (OSError, ValueError, KeyError, AttributeError) as error:
        do = "remove it together with the model's folder, and pull the model again"
        raise ModelError(f"the record of its digests cannot be read: {error}", str(path), do) from error


def add(folder: Path, name: str, digest: str, revision: str = "") -> None:
    """Write one file's digest down; a digest or revision that stands is never changed. Raises OSError."""
    known = read(folder)
    if known.files.get(name) and (known.revision or not revision):
        return
    files = {name: digest} | known.files
    facts = {"revision": known.revision or revision, "files": dict(sorted(files.items()))}
    part = folder / f".{NAME}.{os.getpid()}.part"
    with part.open("w", encoding="utf-8") as file:
        file.write(json.dumps(facts, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / NAME)
