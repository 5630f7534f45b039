"""Writing in a picture: PP-OCRv6 small through rapidocr's own decoding, on sessions with one thread an inference.

Times on one core: finding text in 576x320 pixels 45 ms, reading one row of fifteen characters 35 ms. The dictionary holds
Han, kana and Latin; no Hangul, Devanagari, Cyrillic, Arabic or Thai.

A tenth of the finder's weights are numbers below 1e-38, on which an Intel core spent three quarters of the time: they are
read as zeros, and what is found is the same to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...models.present import ensure
from ...records import EngineUse
from ..base import EngineContext, version_of
from ..device import on_onnx, wanted
from ..onnx_graph import Graph

MODEL = "ppocr-v6-small"
FINDER, READER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
SCRIPTS = ("Hani", "Hira", "Kana", "Latn")
HEIGHT = 48  # of the row that the recogniser takes
BATCH = 4
Image = NDArray[np.uint8]
"""Pixels, shape (height, width, 3), in the order blue, green, red, as the models were trained."""


@dataclass(frozen=True)
class Box:
    """A row of text in pixels of the picture that was searched; `slant` in degrees, `score` from 0 to 1."""

    left: int
    top: int
    right: int
    bottom: int
    score: float
    slant: float = 0.0

    def scaled(self, factor: float) -> Box:
        """The box in a picture `factor` times as large."""
        left, top, right, bottom = (round(v * factor) for v in (self.left, self.top, self.right, self.bottom))
        return Box(left, top, right, bottom, self.score, self.slant)

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


class PpOcr:
    """Finds rows of text and reads them; callers may do both in several threads."""

    name = "rapidocr"

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self._loaded: tuple[Any, ...] = ()

    def identity(self) -> EngineUse:
        registry, version = self.context.registry, version_of("rapidocr")
        version += " cuda" if wanted(self.context, "onnxruntime") == "cuda" else ""
        return EngineUse("read", self.name, version, MODEL, registry.identity(MODEL), registry.model(MODEL).licence)

    def _parts(self) -> tuple[Any, ...]:
        """Finder, its decoder, reader, its decoder."""
        with self.context.guard:
            if not self._loaded:
                from rapidocr.ch_ppocr_det.utils import DBPostProcess
                from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode

                folder = ensure(self.context.registry, self.context.settings, MODEL)
                nothing = np.zeros((1, 3, HEIGHT, 64), np.float32)
                finder = on_onnx(self.context, MODEL, flushed(folder / FINDER), lambda s: _run(s, nothing))
                reader = on_onnx(self.context, MODEL, folder / READER, lambda s: _run(s, nothing))
                letters = reader.get_modelmeta().custom_metadata_map["character"].splitlines()
                boxes = DBPostProcess(thresh=0.3, box_thresh=0.5, unclip_ratio=1.6, use_dilation=True)
                self._loaded = finder, boxes, reader, CTCLabelDecode(character=letters)
            return self._loaded

    def find(self, picture: Image) -> list[Box]:
        """Rows of text, from top to bottom. Rows of 14 to 40 pixels are found best. Raises EngineError."""
        import cv2

        finder, decode, _reader, _letters = self._parts()
        height, width = picture.shape[:2]
        size = max(32, round(width / 32) * 32), max(32, round(height / 32) * 32)
        planes = cv2.resize(picture, size).astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
        found, scores = decode(_run(finder, planes), (height, width))
        rows = []
        for corners, score in zip(found, scores, strict=True):
            (left, top), (right, bottom) = corners.min(0), corners.max(0)
            across = corners[1] - corners[0]
            # the sides of a short row say little about its slant
            long = right - left > 2.5 * (bottom - top)
            slant = float(np.degrees(np.arctan2(across[1], max(1e-6, across[0])))) if long else 0.0
            rows.append(Box(int(left), int(top), int(right), int(bottom), float(score), slant))
        return sorted(rows, key=lambda b: (b.top, b.left))

    def read(self, rows: list[Image]) -> list[tuple[str, float]]:
        """The text of each cut-out row and how sure it is, from 0 to 1; ("", 0.0) where nothing is read. Raises EngineError."""
        import cv2

        _finder, _boxes, reader, decode = self._parts()
        widths = [max(8, round(HEIGHT * r.shape[1] / max(1, r.shape[0]))) for r in rows]
        out: list[tuple[str, float]] = [("", 0.0)] * len(rows)
        order = sorted(range(len(rows)), key=widths.__getitem__)
        for at in range(0, len(order), BATCH):
            part = order[at : at + BATCH]
            planes = np.zeros((len(part), 3, HEIGHT, max(64, widths[part[-1]])), np.float32)
            for slot, index in enumerate(part):
                scaled = cv2.resize(
                    rows[index],
                    (widths[index], HEIGHT),
                    interpolation=cv2.INTER_AREA if rows[index].shape[0] > HEIGHT else cv2.INTER_CUBIC,
                )
                planes[slot, :, :, : widths[index]] = scaled.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1
            texts, _words = decode(_run(reader, planes))
            for index, (text, score) in zip(part, texts, strict=True):
                out[index] = (text.strip(), float(score) if text.strip() else 0.0)
        return out


def flushed(path: Path) -> bytes:
    """A model's file without weights that no sum of floats keeps."""
    graph = Graph(path)
    graph.flush()
    return graph.written()


def _run(session: Any, planes: NDArray[np.float32]) -> NDArray[np.float32]:
    try:
        return np.asarray(session.run(None, {session.get_inputs()[0].name: planes})[0], np.float32)
    except Exception as error:  # onnxruntime raises its own unexported types
        raise EngineError(str(error), "rapidocr") from error
