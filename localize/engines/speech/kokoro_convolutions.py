"""The int8 convolutions of the voice's published graph, written so that onnxruntime's processor kernels do them well.

In the published graph each is ConvInteger, its sum with a quantised bias, its cast and its scale.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..onnx_graph import CONTRIB, Graph

_FLAT_INPUTS_LEAST = 4  # a convolution of fewer input channels gains nothing from blocked kernels


class _Chain(NamedTuple):
    """A ConvInteger and what follows it: its float input, the scale of its weights, its float bias or "", its nodes."""

    source: str
    scale: str
    bias: str
    last: Any
    between: list[Any]


def in_float(graph: Graph) -> int:
    """Each chain becomes one Conv with the same weights in float: (w - zero point) x scale. How many did."""
    put: dict[int, list[Any]] = {}
    gone: set[int] = set()
    for node in graph.nodes:
        chain = _chain(graph, node)
        if chain is None:
            continue
        weight = f"{node.input[1]}_float"
        if weight not in graph.constants:
            raw = graph.value(node.input[1]).astype(np.float32) - _zero(graph, node).astype(np.float32)
            graph.constant(weight, raw * graph.value(chain.scale).astype(np.float32))
        inputs = [chain.source, weight, *([chain.bias] if chain.bias else [])]
        made = graph.node("Conv", inputs, chain.last.output[0])
        made.attribute.extend(node.attribute)
        put[id(chain.last)] = [made]
        gone |= {id(n) for n in (node, *chain.between)}
    graph.replace(put, gone)
    return len(put)


def sounds(graph: Graph) -> list[str]:
    """The quantised sounds that the chains read."""
    return [node.input[0] for node in graph.nodes if _chain(graph, node) is not None]


def by_rows(graph: Graph, clocks: dict[str, Any]) -> int:
    """Each chain of step one becomes a product of bytes: the moments it looks at side by side in a row, times all its weights.

    The numbers stay those of the published graph. onnxruntime has a kernel for such products that uses the processor's
    instructions for sums of bytes; it wants the constant side signed and the moments as rows. How many did.

    Args:
        clocks: for each of `sounds`, what is the same for those that always have as many moments: they share what counts them.
    """
    put: dict[int, list[Any]] = {}
    gone: set[int] = set()
    rows = _Rows(graph, clocks)
    for node in graph.nodes:
        chain = _chain(graph, node)
        if chain is None:
            continue
        facts = graph.attributes(node)
        weights = graph.value(node.input[1])
        if facts.get("strides", [1]) != [1] or facts.get("group", 1) != 1 or _zero(graph, node).size != 1:
            continue
        if weights.dtype != np.uint8 or graph.value(chain.scale).size != 1:
            continue
        taps, step = weights.shape[2], facts.get("dilations", [1])[0]
        made, laid = rows.of(node.input[0], node.input[2], tuple(facts.get("pads", [0, 0])), taps, step, weights.shape[1])
        flat = f"{node.input[1]}_rows"
        if flat not in graph.constants:
            graph.constant(flat, _signed(weights).transpose(2, 1, 0).reshape(-1, weights.shape[0]))
            graph.constant(f"{flat}_zero", _signed(_zero(graph, node)).reshape(()))
            graph.constant(f"{flat}_scale", graph.value(chain.scale).astype(np.float32).reshape(()))
        told = graph.writer[node.input[0]].output[1]  # the scale of the quantised moments
        inputs = [laid, flat, told, f"{flat}_scale", node.input[2], f"{flat}_zero", *([chain.bias] if chain.bias else [])]
        out = chain.last.output[0]
        made.append(graph.node("MatMulIntegerToFloat", inputs, f"{out}_rows", domain=CONTRIB))
        made.append(graph.node("Transpose", [f"{out}_rows"], out, perm=[0, 2, 1]))
        put[id(chain.last)] = made
        gone |= {id(n) for n in (node, *chain.between)}
    graph.replace(put, gone)
    return len(put)


class _Rows:
    """The nodes that lay a quantised sound's moments side by side; what two convolutions share is made for the first."""

    def __init__(self, graph: Graph, clocks: dict[str, Any]) -> None:
        self._graph, self._clocks = graph, clocks
        self._counted: dict[Any, str] = {}
        self._there: set[str] = set()
        self._made: list[Any] = []

    def of(self, sound: str, zero: str, pads: tuple[int, ...], taps: int, step: int, channels: int) -> tuple[list[Any], str]:
        """New nodes, and the value that holds the rows of `sound` after them: bytes [1, moments, taps x channels], of
        [1, channels, moments]."""
        graph, self._made = self._graph, []
        rows = self._once("Transpose", [sound], f"{sound}_turned", perm=[0, 2, 1])
        if any(pads):
            wide = graph.whole(f"pads_{pads[0]}_{pads[1]}", 0, pads[0], 0, 0, pads[1], 0)
            rows = self._once("Pad", [rows, wide, zero], f"{rows}_{pads[0]}_{pads[1]}")
        if taps > 1:
            like = self._counted.setdefault(self._clocks[sound], sound)  # the first of them is made before all others
            one = self._once("Shape", [like], f"{like}_shape", start=2, end=3)
            count = self._once("Squeeze", [one], f"{like}_count")
            first, unit = graph.constant("whole_0", np.array(0, np.int64)), graph.constant("whole_1", np.array(1, np.int64))
            moments = self._once("Range", [first, count, unit], f"{like}_moments")
            column = self._once("Unsqueeze", [moments, graph.whole("second", 1)], f"{like}_column")
            offsets = graph.whole(f"taps_{taps}_{step}", [k * step for k in range(taps)])
            picked = self._once("Add", [column, offsets], f"{like}_picked_{taps}_{step}")
            name = f"{rows}_{taps}_{step}"
            apart = self._once("Gather", [rows, picked], f"{name}_apart", axis=1)
            rows = self._once("Reshape", [apart, graph.whole(f"row_{taps * channels}", 1, -1, taps * channels)], name)
        return self._made, rows

    def _once(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        if output not in self._there:
            self._there.add(output)
            self._made.append(self._graph.node(kind, inputs, output, **attributes))
        return output


def flat(graph: Graph) -> None:
    """A float convolution over time becomes one over a picture of one row, for which onnxruntime has blocked kernels."""
    put: dict[int, list[Any]] = {}
    row = graph.whole("row", 2)
    for node in graph.nodes:
        if node.op_type != "Conv" or node.input[1] not in graph.constants:
            continue
        weight = graph.value(node.input[1])
        if weight.ndim != 3 or weight.shape[1] < _FLAT_INPUTS_LEAST:
            continue
        picture = f"{node.input[1]}_flat"
        if picture not in graph.constants:
            graph.constant(picture, weight[:, :, None, :])
        facts, out = graph.attributes(node), node.output[0]
        before, after = facts.get("pads", [0, 0])
        put[id(node)] = [
            graph.node("Unsqueeze", [node.input[0], row], f"{out}_in"),
            graph.node(
                "Conv", [f"{out}_in", picture, *node.input[2:]], f"{out}_out", group=facts.get("group", 1),
                kernel_shape=[1, *facts["kernel_shape"]], pads=[0, before, 0, after],
                strides=[1, *facts.get("strides", [1])], dilations=[1, *facts.get("dilations", [1])],
            ),
            graph.node("Squeeze", [f"{out}_out", row], out),
        ]  # fmt: skip
    graph.replace(put)


def _chain(graph: Graph, node: Any) -> _Chain | None:
    if node.op_type != "ConvInteger":
        return None
    quantised = graph.writer.get(node.input[0])
    if quantised is None or quantised.op_type != "DynamicQuantizeLinear" or node.input[1] not in graph.constants:
        return None
    between, last, bias = [], graph.only(node), ""
    if last is not None and last.op_type == "Add":
        bias = _bias(graph, graph.writer.get(graph.other(last, node.output[0])))
        if not bias:
            return None
        between.append(last)
        last = graph.only(last)
    if last is None or last.op_type != "Cast":
        return None
    between.append(last)
    scaled = graph.only(last)
    if scaled is None or scaled.op_type != "Mul":
        return None
    factor = graph.writer.get(graph.other(scaled, last.output[0]))
    if factor is None or factor.op_type != "Mul":
        return None
    scales = [i for i in factor.input if i in graph.constants]
    return _Chain(quantised.input[0], scales[0], bias, scaled, between) if len(scales) == 1 else None


def _bias(graph: Graph, node: Any) -> str:
    """The float bias behind the chain that quantises it: Reshape, Cast, Floor, Div."""
    for kind in ("Reshape", "Cast", "Floor"):
        if node is None or node.op_type != kind:
            return ""
        node = graph.writer.get(node.input[0])
    return node.input[0] if node is not None and node.op_type == "Div" and node.input[0] in graph.constants else ""


def _zero(graph: Graph, node: Any) -> Any:
    return graph.value(node.input[3]) if len(node.input) > 3 else np.zeros((), np.uint8)


def _signed(values: Any) -> Any:
    """Bytes of 0 to 255 as bytes of -128 to 127, each as far from its zero point as before."""
    return (values.astype(np.int16) - 128).astype(np.int8)
