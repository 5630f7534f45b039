"""What an encoder's cosines say: another line's translation, part of the line missing, something added."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..engines.checking.encoders import Encoder
from .record import Finding, Nearness, Pair, words


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where an encoder's cosines become doubtful: from the development half of `localize bench meaning`.

    Attributes:
        far: below this, line and translation say different things.
        near: where the two are at least this alike, no neighbour can be the better match.
        unit: by how much a missing half moves a cosine; differences are counted in these.
        lost, added: of scores that are about -0.2 for a good translation, and 1.2 where half of it is missing or as
            much again was added.
    """

    far: float
    near: float
    unit: float
    lost: float
    added: float


LIMITS = {
    "use-multilingual-v3": Limits(far=0.40, near=0.60, unit=0.50, lost=0.58, added=0.48),
    "multilingual-e5-small": Limits(far=0.850, near=0.875, unit=0.10, lost=0.48, added=0.50),
}


def limits_of(encoder: Encoder) -> Limits:
    """An encoder's limits. Raises KeyError for one that has none."""
    return Limits(**encoder.limits) if encoder.limits else LIMITS[encoder.name]


# how long good translations are, as log(length / the English line's): mean of the development half; a Chinese character
# stands for about three letters
LENGTH = {"es": -0.04, "pt": 0.0, "hi": 0.05, "zh": -1.15, "ja": -0.85, "ko": -0.8}
SHORT = 3  # words; a line of no more says too little to be compared strictly
WHOLE = 30  # characters; the length of a shorter line says less


def check(pair: Pair, near: Nearness, limits: Limits) -> list[Finding]:
    """Findings of nearness: whether the translation is its own line's, and all of it."""
    short = len(words(pair.source)) <= SHORT
    best = max(near.neighbours.values(), default=-1.0)
    if near.own < limits.near and best > limits.far - limits.unit / 5:
        at = max(near.neighbours, key=lambda d: near.neighbours[d])
        if best > near.own + (limits.unit / 2 if short else 0.0):
            return [
                Finding("other-line", f"nearer to the line {_where(at)} ({best:.2f}) than to its own ({near.own:.2f})")
            ]
    least = limits.far - (limits.unit / 4 if short else 0.0)
    if near.own < least and not (near.back is not None and near.back > limits.near):
        return [Finding("other-meaning", f"line and translation are {near.own:.2f} alike, {least:.2f} is the least")]
    ratio = length(pair)
    if lost(near, ratio, limits) > limits.lost:
        return [
            Finding(
                "part-missing",
                f"of {len(pair.source)} characters {len(pair.target)} came, and they are like one part of the line only",
            )
        ]
    if added(near, ratio, limits) > limits.added:
        return [
            Finding(
                "part-added",
                f"of {len(pair.source)} characters {len(pair.target)} came, and one part of them says it all",
            )
        ]
    return []


def length(pair: Pair) -> float:
    """How much longer the translation is than good ones of such a line are, as a logarithm; of a short line, less."""
    ratio = math.log(max(1, len(pair.target)) / max(1, len(pair.source))) - LENGTH.get(pair.target_language, 0.0)
    return (ratio + LENGTH.get(pair.source_language, 0.0)) * min(1.0, len(pair.source) / WHOLE)


def lost(near: Nearness, ratio: float, limits: Limits) -> float:
    """How much it looks as if part of the line were missing."""
    if near.first is None or near.last is None:
        return -ratio * 0.7
    nearer = (max(near.first, near.last) - near.own) / limits.unit
    return -ratio + nearer + 0.1


def added(near: Nearness, ratio: float, limits: Limits) -> float:
    """How much it looks as if the translation said more than its line."""
    if near.target_first is None or near.target_last is None:
        return ratio * 0.7
    nearer = (max(near.target_first, near.target_last) - near.own) / limits.unit
    return ratio + nearer + 0.1


def _where(at: int) -> str:
    return f"{abs(at)} {'after' if at > 0 else 'before'} it"
