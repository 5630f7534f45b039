"""Whether a piece of text still stands in a frame: its edges, compared by direction and strength.

Text drawn into a video keeps its edges from frame to frame while the picture behind it moves; a share of the text's
edges found again is close to the text's opacity, so that fades can be measured too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Edges = NDArray[np.float32]  # shape (2, height, width): across, down

WEAK = 12.0  # edges below this (of 255) are noise of the codec


@dataclass
class Template:
    """The edges of a row of text: where it stands in the grey frame and the sum of edges seen there."""

    left: int
    top: int
    right: int
    bottom: int
    total: Edges
    count: int = 1

    @property
    def mean(self) -> Edges:
        """Edges as seen on average: those of the text stay, those of a moving picture fade."""
        return np.asarray(self.total / self.count, np.float32)

    def cut(self, grey: Grey) -> Grey:
        """The same place in another frame."""
        return grey[self.top : self.bottom, self.left : self.right]

    def add(self, grey: Grey) -> None:
        """Take another frame in which the text stands into the average."""
        self.total += edges(self.cut(grey))
        self.count += 1


def edges(grey: Grey) -> Edges:
    """Differences to the neighbours across and down."""
    wide = grey.astype(np.float32)
    out = np.zeros((2, *grey.shape), np.float32)
    out[0, :, 1:-1] = wide[:, 2:] - wide[:, :-2]
    out[1, 1:-1] = wide[2:] - wide[:-2]
    return out


def template(grey: Grey, box: tuple[int, int, int, int]) -> Template:
    """A template from one frame; the box is left, top, right, bottom."""
    left, top = max(0, box[0]), max(0, box[1])
    right, bottom = min(grey.shape[1], box[2]), min(grey.shape[0], box[3])
    return Template(left, top, right, bottom, edges(grey[top:bottom, left:right]))


def agreement(wanted: Edges, found: Edges) -> NDArray[np.float32]:
    """For each column, what of the wanted edges is found (weighted sum) and how much was wanted; shape (2, width)."""
    strength = np.hypot(wanted[0], wanted[1])
    strength[strength < WEAK] = 0.0
    other = np.hypot(found[0], found[1])
    dot = (wanted * found).sum(0)
    share = np.where(strength > 0, dot / np.maximum(np.maximum(strength, other), 1e-6), 0.0)
    return np.stack([share.sum(0), strength.sum(0)]).astype(np.float32)


def densest(found: Edges, letter: int) -> float:
    """The mean strength of edges in the square of a letter's size that has most of them."""
    import cv2

    strength = np.hypot(found[0], found[1])
    strength[strength < WEAK] = 0.0
    return float(cv2.boxFilter(strength, -1, (letter, letter), borderType=cv2.BORDER_CONSTANT).max())


def score(template_: Template, grey: Grey, columns: slice | None = None) -> float:
    """Share of the text's edges found in this frame, about 0 (-1 to 1) without it and near 1 with it."""
    got = agreement(template_.mean, edges(template_.cut(grey)))[:, columns or slice(None)].sum(1)
    return float(got[0] / max(1.0, got[1]))


def worst(template_: Template, grey: Grey, width: int) -> float:
    """The lowest score of any part about a letter wide: one changed character shows here."""
    got = agreement(template_.mean, edges(template_.cut(grey)))
    parts = max(1, got.shape[1] // max(1, width))
    scores = [float(p[0].sum() / p[1].sum()) for p in np.array_split(got, parts, axis=1) if p[1].sum() > 30 * width]
    return min(scores, default=0.0)
