"""A delivered variant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..records import Verdict


@dataclass(frozen=True)
class Delivered:
    """A variant that lies in its folder."""

    episode: str
    market: str
    folder: Path
    verdict: Verdict
    reasons: tuple[str, ...]
    metrics: dict[str, Any]
    reused: bool
