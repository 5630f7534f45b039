"""What a market's variant is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..dubbing import steps as dubbing
from ..mixing.balance import Balance
from ..records import EngineUse, Translation
from ..transcript.result import Listened


@dataclass(frozen=True)
class Ingredients:
    """All that a variant is made of.

    Attributes:
        programme: digest of the mastered sound; track: of the speech alone, empty where not dubbed.
        mixed: digests of bed and track, to master anew where the codec moved loudness or peaks.
        extra: translations of further subtitle languages; notes: of sounds and of writing in the picture.
    """

    listened: Listened
    translations: list[Translation]
    extra: dict[str, list[Translation]]
    spoken: dubbing.Spoken | None
    programme: str
    bed: str
    cuts: tuple[int, ...]
    heard: tuple[Any, ...] | None
    left: float | None
    balance: Balance | None
    engines: list[EngineUse]
    notes: dict[str, list[Translation]] = field(default_factory=dict)
