"""Where a sentence encoder's cosines become doubtful, measured on our own dialogue: what endpoints.toml holds as `limits`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engines.checking.encoders import Encoder
from ..errors import OptionError
from ..meaning.likeness import SHORT, Limits, added, length, lost
from ..meaning.nearness import around, nearness
from ..meaning.record import Nearness, Pair, words
from .meaning import LANGUAGES, planted_lines

KINDS = ("good", "wrong line", "neighbour's line", "half a line", "sentence added")
FLAGGED = 0.005  # of good lines that each limit may flag
HALF = 1.7  # times what a missing half takes from a cosine make a unit: so it was with the embedded ones, set by hand


@dataclass(frozen=True)
class Seen:
    """A line as it was planted, and its cosines."""

    kind: str
    text: str
    pair: Pair
    near: Nearness


def measure(encoder: Encoder, half: str = "dev") -> Limits:
    """Limits by which few good lines are doubted (about one in two hundred for each reason).

    Raises EngineError, OptionError for an encoder that reads none of the languages.
    """
    return limits(seen(encoder, half))


def seen(encoder: Encoder, half: str) -> list[Seen]:
    """The lines of one half in every language that the encoder reads, good ones and planted errors, with their cosines."""
    out: list[Seen] = []
    for language in (t for t in LANGUAGES if encoder.reads(t) and encoder.reads("en")):
        planted = [p for p in planted_lines(language, half)[0] if p.kind in KINDS]
        sources, targets = [p.source for p in planted], [p.target for p in planted]
        nearby = [around([c["en"] for c in p.row.scene], p.row.at) for p in planted]
        near = nearness(sources, targets, [""] * len(planted), nearby, encoder.vectors)
        for p, n in zip(planted, near, strict=True):
            pair = Pair(source=p.source, target=p.target, source_language="en", target_language=language)
            out.append(Seen(p.kind, p.row.cells["en"], pair, n))
    if not out:
        raise OptionError(f"reads none of {', '.join(LANGUAGES)} beside English", encoder.name, "mend its languages")
    return out


def limits(lines: list[Seen]) -> Limits:
    """The limits that part good lines from planted ones best."""
    whole = [x for x in lines if len(words(x.pair.source)) > SHORT]

    def own(kind: str) -> NDArray[np.float64]:
        return np.array([x.near.own for x in whole if x.kind == kind])

    good, wrong = own("good"), np.concatenate([own("wrong line"), own("neighbour's line")])
    low, high = float(np.quantile(wrong, 0.99)), float(np.quantile(good, FLAGGED))
    far = min(low, high)
    near = max(far, float(wrong.max()))
    by_text = {(x.text, x.pair.target_language): x.near.own for x in whole if x.kind == "good"}
    halves = [by_text[x.text, x.pair.target_language] - x.near.own for x in whole if x.kind == "half a line"]
    unit = max(0.02, HALF * float(np.median(halves)))
    rough = Limits(far=far, near=near, unit=unit, lost=0.0, added=0.0)

    def least(score: Callable[[Nearness, float, Limits], float], kind: str) -> float:
        good, bad = ([score(x.near, length(x.pair), rough) for x in lines if x.kind == k] for k in ("good", kind))
        return max(float(np.quantile(good, 1 - FLAGGED)), _parting(np.array(good), np.array(bad)))

    made = {"lost": least(lost, "half a line"), "added": least(added, "sentence added")}
    return Limits(far=round(far, 3), near=round(near, 3), unit=round(unit, 3), **{k: round(v, 2) for k, v in made.items()})


def _parting(low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """The value that leaves the smallest shares of either on the wrong side."""
    every = np.unique(np.concatenate([low, high]))
    wrong = [(high < v).mean() + (low >= v).mean() for v in every]
    return float(every[int(np.argmin(wrong))])
