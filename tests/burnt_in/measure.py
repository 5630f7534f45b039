"""Holds what was read against what was drawn."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from localize.transcript.burnt_in import BurntLine

from .scenes import Said, Scene


@dataclass
class Figures:
    """Errors over characters, drawn lines lost and doubled, lines that were never drawn, onsets off in frames."""

    characters: int = 0
    errors: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    onsets: list[float] = None  # type: ignore[assignment]
    ends: list[float] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.onsets, self.ends = self.onsets or [], self.ends or []

    @property
    def cer(self) -> float:
        return self.errors / max(1, self.characters)

    def on_time(self, frames: float = 2.0) -> float:
        return sum(abs(x) <= frames for x in self.onsets) / max(1, len(self.onsets))

    def add(self, other: Figures) -> None:
        for name in ("characters", "errors", "lost", "doubled", "invented"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.onsets += other.onsets
        self.ends += other.ends


def plain(text: str) -> str:
    """Letters and digits alone, full width as half width."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def compare(scene: Scene, lines: tuple[BurntLine, ...]) -> Figures:
    out, frame = Figures(), 1000 / scene.fps
    left = list(lines)
    for said in scene.said:
        same = [
            x
            for x in left
            if min(x.end_ms, said.last * frame) - max(x.start_ms, said.first * frame) > 0.5 * (x.end_ms - x.start_ms)
        ]
        out.characters += len(plain(said.text))
        if not same:
            out.lost += 1
            out.errors += len(plain(said.text))
            continue
        out.doubled += len(same) - 1
        best = min(same, key=lambda x: Levenshtein.distance(plain(x.text), plain(said.text)))
        out.errors += Levenshtein.distance(plain(best.text), plain(said.text))
        out.onsets.append(round(best.start_ms / frame - said.first, 2))
        out.ends.append(round(best.end_ms / frame - said.last, 2))
        left = [x for x in left if x not in same]
    out.invented = len(left)
    return out


def truth(said: Said) -> str:
    return plain(said.text)
