"""The voice's published graph written anew for processors on which it is slow, and cut behind its length predictor.

The published int8 graph spends two thirds of its time in ConvInteger, which onnxruntime's processor kernels do slowly on
many machines. `as_float` writes the same weights as plain convolutions (a weight is (w - zero point) x scale, so nothing
is lost), its normalisations as one node each, its one-dimensional convolutions as flat two-dimensional ones, for which
onnxruntime has blocked kernels, and its squares as products. `front` ends where the voice has planned how loud each
moment of the line will be: where its speech begins, pauses and ends is known from it in a thirtieth of the line's time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

VERSION = 1  # raise it when what is written changes
ENERGY = "energy"  # output of the front: the planned loudness of each HOP samples, float [1, 1, n]
HOP = 300
_PLANNED = "/encoder/N_proj/Conv_output_0"
_FLAT_INPUTS_LEAST = 4  # a convolution of fewer input channels gains nothing from blocked kernels
_PROBE_TOKENS = 12


def as_float(path: Path) -> bytes:
    """The graph at `path` with its int8 convolutions in float and what follows from that, as a model file.

    Raises ValueError for a graph that has none of these chains: it is not the one this was written for.
    """
    graph = _Graph(path)
    found = graph.float_convolutions()
    if not found:
        raise ValueError("no int8 convolution in it")
    graph.one_node_norms(_channels(path, graph.norm_inputs()))
    graph.flat_convolutions()
    graph.products_for_squares()
    return graph.written()


def front(as_floats: bytes) -> bytes:
    """The part of a graph made by `as_float` that ends at the energy which the voice plans, as a model file.

    Its inputs are the whole graph's; its one output is ENERGY. Raises ValueError for a graph without that plan.
    """
    graph = _Graph(as_floats)
    if _PLANNED not in graph.writer:
        raise ValueError(f"no {_PLANNED} in it")
    graph.end_at(_PLANNED, ENERGY)
    return graph.written()


def _channels(path: Path, names: Iterable[str]) -> dict[str, int]:
    """How many channels these values of the graph have, found by running it once over a few tokens."""
    import onnx
    import onnxruntime

    names = sorted(set(names))
    model = onnx.load(path)
    there = {o.name for o in model.graph.output}
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(n) for n in names if n not in there)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    inputs = {
        "tokens": np.arange(_PROBE_TOKENS, dtype=np.int64)[None],
        "style": np.zeros((1, 256), np.float32),
        "speed": np.ones(1, np.float32),
    }
    return {name: value.shape[1] for name, value in zip(names, session.run(names, inputs), strict=True)}


class _Graph:
    """A model with its nodes found by what they write and read."""

    def __init__(self, file: Path | bytes) -> None:
        import onnx

        self._onnx = onnx
        self.model = onnx.load_from_string(file) if isinstance(file, bytes) else onnx.load(file)
        self.nodes: list[Any] = list(self.model.graph.node)
        self.constants: dict[str, Any] = {t.name: t for t in self.model.graph.initializer}
        self._index()

    def _index(self) -> None:
        self.writer: dict[str, Any] = {o: n for n in self.nodes for o in n.output}
        self.readers: dict[str, list[Any]] = defaultdict(list)
        for node in self.nodes:
            for name in node.input:
                self.readers[name].append(node)

    def written(self) -> bytes:
        """The model as a file, without what nothing reads any more."""
        graph = self.model.graph
        needed, kept = {o.name for o in graph.output}, []
        for node in reversed(self.nodes):
            if needed & set(node.output):
                kept.append(node)
                needed.update(node.input)
        del graph.node[:]
        graph.node.extend(reversed(kept))
        del graph.initializer[:]
        graph.initializer.extend(t for name, t in self.constants.items() if name in needed)
        del graph.value_info[:]  # shapes of values that may be others now
        return bytes(self.model.SerializeToString())

    def float_convolutions(self) -> int:
        """ConvInteger, its sum with a quantised bias, its cast and its scale become one Conv; how many did."""
        put: dict[int, list[Any]] = {}
        gone: set[int] = set()
        for node in self.nodes:
            chain = self._int8_chain(node) if node.op_type == "ConvInteger" else None
            if chain is None:
                continue
            source, scale, bias, last, between = chain
            weight = f"{node.input[1]}_float"
            if weight not in self.constants:
                zero = self._value(node.input[3]) if len(node.input) > 3 else np.zeros((), np.uint8)
                raw = self._value(node.input[1]).astype(np.float32) - np.asarray(zero, np.float32)
                self._constant(weight, raw * self._value(scale).astype(np.float32))
            inputs = [source, weight, *([bias] if bias else [])]
            made = self._onnx.helper.make_node("Conv", inputs, [last.output[0]], name=f"{node.name}_float")
            made.attribute.extend(node.attribute)
            put[id(last)] = [made]
            gone |= {id(n) for n in (node, *between)}
        self._replace(put, gone)
        return len(put)

    def _int8_chain(self, node: Any) -> tuple[str, str, str, Any, list[Any]] | None:
        """(float input, scale of the weights, bias or "", last node, nodes between) of a ConvInteger."""
        quantised = self.writer.get(node.input[0])
        if quantised is None or quantised.op_type != "DynamicQuantizeLinear" or node.input[1] not in self.constants:
            return None
        between, last, bias = [], self._only(node), ""
        if last is not None and last.op_type == "Add":
            (reshaped,) = (self.writer.get(i) for i in last.input if i != node.output[0])
            bias = self._bias(reshaped)
            if not bias:
                return None
            between.append(last)
            last = self._only(last)
        if last is None or last.op_type != "Cast":
            return None
        between.append(last)
        scaled = self._only(last)
        if scaled is None or scaled.op_type != "Mul":
            return None
        (factor,) = (self.writer.get(i) for i in scaled.input if i != last.output[0])
        if factor is None or factor.op_type != "Mul":
            return None
        scales = [i for i in factor.input if i in self.constants]
        return (quantised.input[0], scales[0], bias, scaled, between) if len(scales) == 1 else None

    def _bias(self, node: Any) -> str:
        """The float bias behind the chain that quantises it: Reshape, Cast, Floor, Div."""
        for kind in ("Reshape", "Cast", "Floor"):
            if node is None or node.op_type != kind:
                return ""
            node = self.writer.get(node.input[0])
        return node.input[0] if node is not None and node.op_type == "Div" and node.input[0] in self.constants else ""

    def norm_inputs(self) -> list[str]:
        """What the chains that are an instance normalisation read."""
        return [found[0] for node in self.nodes if (found := self._norm_chain(node)) is not None]

    def one_node_norms(self, channels: dict[str, int]) -> None:
        """(x - mean) / sqrt(mean of squares + e) over time becomes InstanceNormalization."""
        put: dict[int, list[Any]] = {}
        for node in self.nodes:
            found = self._norm_chain(node)
            if found is None:
                continue
            source, epsilon, last = found
            count = channels[source]
            for name, value in (("ones", np.ones), ("zeros", np.zeros)):
                self._constant(f"{name}_{count}", value(count, np.float32))
            put[id(last)] = [
                self._onnx.helper.make_node(
                    "InstanceNormalization", [source, f"ones_{count}", f"zeros_{count}"], [last.output[0]],
                    name=f"{last.name}_norm", epsilon=epsilon,
                )
            ]  # fmt: skip
        self._replace(put, set())

    def _norm_chain(self, last: Any) -> tuple[str, float, Any] | None:
        """(input, epsilon, last node) where `last` divides what is less its mean by the root of its mean square."""
        if last.op_type != "Div":
            return None
        less, root = self.writer.get(last.input[0]), self.writer.get(last.input[1])
        if less is None or root is None or (less.op_type, root.op_type) != ("Sub", "Sqrt"):
            return None
        add, mean = self.writer.get(root.input[0]), self.writer.get(less.input[1])
        if add is None or mean is None or (add.op_type, mean.op_type) != ("Add", "ReduceMean"):
            return None
        square_mean = self.writer.get(add.input[0])
        if square_mean is None or square_mean.op_type != "ReduceMean" or mean.input[0] != less.input[0]:
            return None
        square = self.writer.get(square_mean.input[0])
        if square is None or square.op_type != "Mul" or set(square.input) != {less.output[0]}:
            return None
        over = [self._value(n.input[1]).tolist() for n in (mean, square_mean) if n.input[1] in self.constants]
        if over not in ([[2], [2]], [[-1], [-1]]):
            return None
        return less.input[0], float(self._value(add.input[1])), last

    def flat_convolutions(self) -> None:
        """A convolution over time becomes one over a picture of one row."""
        put: dict[int, list[Any]] = {}
        self._constant("row", np.array([2], np.int64))
        for node in self.nodes:
            if node.op_type != "Conv" or node.input[1] not in self.constants:
                continue
            weight = self._value(node.input[1])
            if weight.ndim != 3 or weight.shape[1] < _FLAT_INPUTS_LEAST:
                continue
            flat = f"{node.input[1]}_flat"
            if flat not in self.constants:
                self._constant(flat, weight[:, :, None, :])
            facts = {a.name: self._onnx.helper.get_attribute_value(a) for a in node.attribute}
            before, after = facts.get("pads", [0, 0])
            out = node.output[0]
            put[id(node)] = [
                self._onnx.helper.make_node("Unsqueeze", [node.input[0], "row"], [f"{out}_in"], name=f"{node.name}_in"),
                self._onnx.helper.make_node(
                    "Conv", [f"{out}_in", flat, *node.input[2:]], [f"{out}_out"], name=f"{node.name}_flat",
                    group=facts.get("group", 1), kernel_shape=[1, *facts["kernel_shape"]], pads=[0, before, 0, after],
                    strides=[1, *facts.get("strides", [1])], dilations=[1, *facts.get("dilations", [1])],
                ),
                self._onnx.helper.make_node("Squeeze", [f"{out}_out", "row"], [out], name=f"{node.name}_squeeze"),
            ]  # fmt: skip
        self._replace(put, set())

    def products_for_squares(self) -> None:
        """x to the power of two becomes x times x."""
        put = {
            id(n): [self._onnx.helper.make_node("Mul", [n.input[0], n.input[0]], [n.output[0]], name=f"{n.name}_mul")]
            for n in self.nodes
            if n.op_type == "Pow" and n.input[1] in self.constants and self._value(n.input[1]).item() == 2
        }
        self._replace(put, set())

    def end_at(self, value: str, name: str) -> None:
        """Let the graph end at a value, and call it so."""
        helper, output = self._onnx.helper, self.model.graph.output
        self.nodes.append(helper.make_node("Identity", [value], [name], name=name))
        del output[:]
        output.append(helper.make_tensor_value_info(name, self._onnx.TensorProto.FLOAT, None))
        self._index()

    def _replace(self, put: dict[int, list[Any]], gone: set[int]) -> None:
        self.nodes = [new for n in self.nodes if id(n) not in gone for new in put.get(id(n), [n])]
        self._index()

    def _only(self, node: Any) -> Any:
        """The one node that reads a node's first output; None where there are more."""
        readers = self.readers[node.output[0]]
        return readers[0] if len(readers) == 1 else None

    def _value(self, name: str) -> Any:
        return self._onnx.numpy_helper.to_array(self.constants[name])

    def _constant(self, name: str, value: Any) -> None:
        self.constants[name] = self._onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
