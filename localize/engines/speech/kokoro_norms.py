"""The voice's normalisations with what follows them, in as few passes over the sound as onnxruntime has nodes for.

Each value less its mean over time, by the root of its mean square, is scaled and moved by what the style says, and in
most places goes on as x + sin(a x)^2 / a: twelve passes. It is the same number as (z + sin(z)^2) / a with z = a x, and
an InstanceNormalization takes the style's numbers, times a, as its own: five.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..onnx_graph import Graph


class _Norm(NamedTuple):
    source: str
    epsilon: float


class _Wave(NamedTuple):
    """x + sin(a x)^2 / a: what holds a and 1 / a, the nodes between, and the sum that ends it."""

    a: str
    inverse: str
    between: list[Any]
    end: Any


def sounds(graph: Graph) -> list[str]:
    """What the normalisations read."""
    return [norm.source for node in graph.nodes if (norm := _norm(graph, node)) is not None]


def alone(graph: Graph, channels: dict[str, int]) -> int:
    """Each normalisation becomes one node, what follows it stays; how many did. `channels`: of each of `sounds`."""
    put: dict[int, list[Any]] = {}
    for node in graph.nodes:
        norm = _norm(graph, node)
        if norm is None:
            continue
        count = channels[norm.source]
        scale = [graph.constant(f"{name}_{count}", np.full(count, value, np.float32)) for name, value in (("ones", 1), ("zeros", 0))]
        put[id(node)] = [graph.node("InstanceNormalization", [norm.source, *scale], node.output[0], epsilon=norm.epsilon)]
    graph.replace(put)
    return len(put)


def fold(graph: Graph) -> int:
    """Each normalisation that is scaled and moved becomes one node, the wave behind it four; how many did."""
    put: dict[int, list[Any]] = {}
    gone: set[int] = set()
    flat = graph.whole("flat", -1)
    for node in graph.nodes:
        norm = _norm(graph, node)
        if norm is None:
            continue
        for scaled in graph.readers[node.output[0]]:
            moved = graph.only(scaled)
            if scaled.op_type != "Mul" or moved is None or moved.op_type != "Add":
                continue
            by = [graph.other(scaled, node.output[0]), graph.other(moved, scaled.output[0])]
            out, wave, made = moved.output[0], _wave(graph, moved), []
            if wave is not None:
                made += [graph.node("Mul", [x, wave.a], f"{out}_{i}_a") for i, x in enumerate(by)]
                by = [f"{out}_{i}_a" for i in (0, 1)]
            made += [graph.node("Reshape", [x, flat], f"{out}_{i}") for i, x in enumerate(by)]
            whole = f"{out}_z" if wave is not None else out
            inputs = [norm.source, f"{out}_0", f"{out}_1"]
            made.append(graph.node("InstanceNormalization", inputs, whole, epsilon=norm.epsilon))
            gone.add(id(scaled))
            if wave is None:
                put[id(moved)] = made
                continue
            put[id(wave.end)] = [
                *made,
                graph.node("Sin", [whole], f"{out}_sin"),
                graph.node("Mul", [f"{out}_sin", f"{out}_sin"], f"{out}_square"),
                graph.node("Add", [whole, f"{out}_square"], f"{out}_sum"),
                graph.node("Mul", [f"{out}_sum", wave.inverse], wave.end.output[0]),
            ]
            gone |= {id(n) for n in (moved, *wave.between)}
    graph.replace(put, gone)
    return len(put)


def _norm(graph: Graph, last: Any) -> _Norm | None:
    """What is normalised, where `last` divides what is less its mean by the root of its mean square, over time."""
    if last.op_type != "Div":
        return None
    less, root = graph.writer.get(last.input[0]), graph.writer.get(last.input[1])
    if less is None or root is None or (less.op_type, root.op_type) != ("Sub", "Sqrt"):
        return None
    add, mean = graph.writer.get(root.input[0]), graph.writer.get(less.input[1])
    if add is None or mean is None or (add.op_type, mean.op_type) != ("Add", "ReduceMean"):
        return None
    square_mean = graph.writer.get(add.input[0])
    if square_mean is None or square_mean.op_type != "ReduceMean" or mean.input[0] != less.input[0]:
        return None
    square = graph.writer.get(square_mean.input[0])
    if square is None or square.op_type != "Mul" or set(square.input) != {less.output[0]}:
        return None
    over = [graph.value(n.input[1]).tolist() for n in (mean, square_mean) if n.input[1] in graph.constants]
    if over not in ([[2], [2]], [[-1], [-1]]):
        return None
    return _Norm(less.input[0], float(graph.value(add.input[1])))


def _wave(graph: Graph, moved: Any) -> _Wave | None:
    """The wave that reads what `moved` writes; None where something else does."""
    x = moved.output[0]
    readers = {n.op_type: n for n in graph.readers[x]}
    if set(readers) != {"Mul", "Add"} or len(graph.readers[x]) != 2:
        return None
    times = readers["Mul"]
    sine = graph.only(times)
    square = graph.only(sine)
    part = graph.only(square)
    if sine is None or square is None or part is None or graph.only(part) is not readers["Add"]:
        return None
    squares = square.op_type == "Pow" and square.input[1] in graph.constants and graph.value(square.input[1]).item() == 2
    if (sine.op_type, part.op_type) != ("Sin", "Mul") or not squares:
        return None
    a, inverse = graph.other(times, x), graph.other(part, square.output[0])
    return _Wave(a, inverse, [times, sine, square, part], readers["Add"]) if {a, inverse} <= set(graph.constants) else None
