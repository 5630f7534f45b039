"""How alike texts are by a sentence encoder: each line with its translation, its neighbours', and halves of either."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .halves import halves
from .record import Nearness

AROUND = 2  # neighbours on either side
Encode = Callable[[list[str]], NDArray[np.float32]]


def nearness(
    sources: Sequence[str],
    targets: Sequence[str],
    backs: Sequence[str],
    nearby: Sequence[Sequence[str]],
    encode: Encode,
) -> list[Nearness]:
    """Of every line, all encoded in one batch.

    Args:
        backs: back-translations, empty where there is none.
        nearby: for each line the source texts `around` it.
        encode: texts to vectors of length one.
    """
    every: dict[str, int] = {}

    def put(text: str) -> int:
        return every.setdefault(text, len(every))

    rows = []
    for source, target, back, near in zip(sources, targets, backs, nearby, strict=True):
        rows.append((
            put(source), put(target), put(back) if back else None, [put(t) if t else None for t in near],
            [put(h) for h in halves(source) or ()], [put(h) for h in halves(target) or ()],
        ))  # fmt: skip
    vectors = encode(list(every))
    places = [d for d in range(-AROUND, AROUND + 1) if d]

    def like(a: int, b: int) -> float:
        return round(float(vectors[a] @ vectors[b]), 4)

    return [
        Nearness(
            own=like(s, t),
            neighbours={d: like(n, t) for d, n in zip(places, near, strict=True) if n is not None},
            first=like(source_halves[0], t) if source_halves else None,
            last=like(source_halves[1], t) if source_halves else None,
            target_first=like(s, target_halves[0]) if target_halves else None,
            target_last=like(s, target_halves[1]) if target_halves else None,
            back=like(s, b) if b is not None else None,
        )
        for s, t, b, near, source_halves, target_halves in rows
    ]


def around(sources: Sequence[str], at: int) -> list[str]:
    """The texts from AROUND before to AROUND after one, without itself; an empty text stands for none."""
    places = [at + d for d in range(-AROUND, AROUND + 1) if d]
    return [sources[p] if 0 <= p < len(sources) and sources[p] != sources[at] else "" for p in places]
