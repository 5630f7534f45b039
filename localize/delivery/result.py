"""A delivered variant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..records import Verdict


@dataclass(frozen=True)
class Delivered:
    """A variant that lies in its folder; `key` is the digest of all that it is made of: what a person decides on."""

    episode: str
    market: str
    folder: Path
    verdict: Verdict
    reasons: tuple[str, ...]
    metrics: dict[str, Any]
    reused: bool
    key: str = ""
