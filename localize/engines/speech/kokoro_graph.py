"""The voice's published graph written anew for processors on which it is slow, and cut behind its length predictor.

The published int8 graph spends two thirds of its time in ConvInteger, which onnxruntime's processor kernels do slowly.
`as_rows` writes the same sums of bytes as products of matrices, for which there are kernels that use a processor's
instructions for them. `as_float` writes the same weights as plain convolutions, for processors without such instructions.
`front` ends where the voice has planned how loud each moment of the line will be: where its speech begins, pauses and ends
is known from it in a thirtieth of the line's time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..onnx_graph import Graph
from . import kokoro_convolutions, kokoro_norms

VERSION = 3  # raise it when what is written changes
ENERGY = "energy"  # output of the front: the planned loudness of each HOP samples, float [1, 1, n]
HOP = 300
_PROBES = (12, 19)  # tokens of two texts; what has as many moments in both always has
_PLANNED = "/encoder/N_proj/Conv_output_0"


def as_float(path: Path) -> bytes:
    """The graph at `path` with its int8 convolutions in float, as a model file. Raises ValueError as `as_rows` does.

    It stays as it was first written, to the last bit of what it says: the demo's actors speak by it.
    """
    graph = Graph(path)
    if not kokoro_convolutions.in_float(graph):
        raise ValueError("no int8 convolution in it")
    shapes = graph.shapes(kokoro_norms.sounds(graph), _spoken(_PROBES[0]))
    kokoro_norms.alone(graph, {name: shape[1] for name, shape in shapes.items()})
    return _written(graph)


def as_rows(path: Path) -> bytes:
    """The graph at `path` with its int8 convolutions as products of bytes, the few of another step in float, as a model file.

    Raises ValueError for a graph that has none of these chains: it is not the one this was written for.
    """
    graph = Graph(path)
    sounds = kokoro_convolutions.sounds(graph)
    counts = [graph.shapes(sounds, _spoken(tokens)) for tokens in _PROBES]
    clocks = {sound: tuple(count[sound][2] for count in counts) for sound in sounds}
    if not kokoro_convolutions.by_rows(graph, clocks):
        raise ValueError("no int8 convolution in it")
    kokoro_convolutions.in_float(graph)
    if not kokoro_norms.fold(graph):
        raise ValueError("no normalisation in it")
    return _written(graph)


def front(whole: bytes) -> bytes:
    """The part of a graph made here that ends at the energy which the voice plans, as a model file.

    Its inputs are the whole graph's; its one output is ENERGY. Raises ValueError for a graph without that plan.
    """
    graph = Graph(whole)
    if _PLANNED not in graph.writer:
        raise ValueError(f"no {_PLANNED} in it")
    graph.end_at(_PLANNED, ENERGY)
    return graph.written()


def _written(graph: Graph) -> bytes:
    kokoro_convolutions.flat(graph)
    _products_for_squares(graph)
    return graph.written()


def _spoken(tokens: int) -> dict[str, Any]:
    """Inputs of a text of so many tokens, whichever."""
    return {
        "tokens": np.arange(tokens, dtype=np.int64)[None],
        "style": np.zeros((1, 256), np.float32),
        "speed": np.ones(1, np.float32),
    }


def _products_for_squares(graph: Graph) -> None:
    """x to the power of two becomes x times x."""
    graph.replace({
        id(n): [graph.node("Mul", [n.input[0], n.input[0]], n.output[0])]
        for n in graph.nodes
        if n.op_type == "Pow" and n.input[1] in graph.constants and graph.value(n.input[1]).item() == 2
    })  # fmt: skip
