"""A model file of ONNX to be rewritten: its nodes found by what they write and read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

CONTRIB = "com.microsoft"  # the operators that onnxruntime adds


class Graph:
    """The nodes and constants of a model.

    Attributes:
        writer: the node that writes a value, by the value's name; readers: the nodes that read it.
    """

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
        if any(n.domain == CONTRIB for n in kept) and all(o.domain != CONTRIB for o in self.model.opset_import):
            self.model.opset_import.append(self._onnx.helper.make_opsetid(CONTRIB, 1))
        return bytes(self.model.SerializeToString())

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> Any:
        """A new node with one output, named after it."""
        return self._onnx.helper.make_node(kind, inputs, [output], name=f"{output}:{kind}", **attributes)

    def replace(self, put: dict[int, list[Any]], gone: Iterable[int] = ()) -> None:
        """Put nodes in the place of others, which are told by their id(), and drop some."""
        gone = set(gone)
        self.nodes = [new for n in self.nodes if id(n) not in gone for new in put.get(id(n), [n])]
        self._index()

    def only(self, node: Any) -> Any:
        """The one node that reads a node's first output; None where there are more or none."""
        readers = self.readers[node.output[0]] if node is not None else []
        return readers[0] if len(readers) == 1 else None

    def other(self, node: Any, name: str) -> str:
        """What a node of two inputs reads besides the value `name`; that itself where it reads it twice."""
        return str(node.input[1] if node.input[0] == name else node.input[0])

    def value(self, name: str) -> Any:
        """The array of a constant."""
        return self._onnx.numpy_helper.to_array(self.constants[name])

    def constant(self, name: str, value: Any) -> str:
        """Keep an array under a name, and give the name."""
        self.constants[name] = self._onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def whole(self, name: str, *numbers: Any) -> str:
        """Keep whole numbers under a name, and give the name."""
        return self.constant(name, np.array(numbers, np.int64))

    def flush(self) -> int:
        """Make constants zero that are so small that a processor counts them by other means, a hundred times as slowly; how
        many there were. What they are worth is below what any sum of floats keeps."""
        count = 0
        for name, tensor in self.constants.items():
            if tensor.data_type == self._onnx.TensorProto.FLOAT:
                value = self.value(name)
                small = (value != 0) & (np.abs(value) < np.finfo(np.float32).tiny)
                if small.any():
                    self.constant(name, np.where(small, np.float32(0), value))
                    count += int(small.sum())
        return count

    def attributes(self, node: Any) -> dict[str, Any]:
        """A node's attributes by their names."""
        return {a.name: self._onnx.helper.get_attribute_value(a) for a in node.attribute}

    def shapes(self, names: Iterable[str], inputs: dict[str, Any]) -> dict[str, tuple[int, ...]]:
        """The shapes that values of the graph have, found by running it with these inputs. Raises what onnxruntime raises."""
        import onnxruntime

        model = self._onnx.ModelProto()
        model.CopyFrom(self.model)
        names = sorted(set(names))
        there = {o.name for o in model.graph.output}
        model.graph.output.extend(self._onnx.helper.make_empty_tensor_value_info(n) for n in names if n not in there)
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return {name: value.shape for name, value in zip(names, session.run(names, inputs), strict=True)}

    def end_at(self, value: str, name: str) -> None:
        """Let the graph end at a value, and call it so."""
        helper, output = self._onnx.helper, self.model.graph.output
        self.nodes.append(helper.make_node("Identity", [value], [name], name=name))
        del output[:]
        output.append(helper.make_tensor_value_info(name, self._onnx.TensorProto.FLOAT, None))
        self._index()
