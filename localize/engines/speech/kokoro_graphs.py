"""Which graph of the voice runs on this machine: the published one or one of its other forms, told by a measurement of seconds.

All hold the same weights. The others are made once from the verified file, held to the published one by the length and the
spectrum of a line, and used where they are clearly faster: which of them is depends on the processor. The choice and the
digests of what was made lie beside the model, and in LOCALIZE_HOME for a rerun without models.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from ...errors import ModelDamaged, ModelError
from ...files import file_sha256
from ...models.present import ensure
from .. import onnx
from ..base import EngineContext, Samples, version_of
from . import kokoro_graph

PUBLISHED, FLOAT, ROWS, FRONT, AUTO = "published", "float", "rows", "front", "auto"
FILES = {FLOAT: "float.onnx", ROWS: "rows.onnx", FRONT: "front.onnx"}
GRAPHS = (PUBLISHED, FLOAT, ROWS)
RECORD = "voice-graph.json"
FASTER = 1.1  # times as fast that another graph must be: below, the published one stays
RUNS = 2
LENGTH_OFF = 0.01  # of the line's length; all graphs round the same lengths
SPECTRUM_OFF = 1.0  # natural-log spectral distance; 0.3 to 0.8 on lines that read back the same


@dataclass(frozen=True)
class Choice:
    """What was chosen, for which model and machine.

    Attributes:
        graph: one of GRAPHS; speedups: how many times as fast as the published one the others are here; 0 for a refused one.
        digests: sha256 of what was made, by its name in FILES.
    """

    graph: str
    speedups: dict[str, float]
    model: str
    machine: str
    digests: dict[str, str]

    @property
    def said(self) -> str:
        """What was chosen and why, in one line."""
        took = [f"{name} {1 / times:.0%}" for name, times in self.speedups.items() if times]
        if not took:
            return "the published graph speaks: no other was measured, or each said a line in another way"
        return f"the {self.graph} graph speaks: of the published one's time on this machine the others take {', '.join(took)}"

    @property
    def identity(self) -> str:
        """Digest of the graph that speaks, as part of the engine's identity; empty for the published one."""
        return self.digests.get(self.graph, "")


def choice(context: EngineContext, model_id: str, sample: Any) -> Choice:
    """What runs here; made and measured first where that was never done, which takes some twenty seconds.

    Without the model's file as it is registered, it is what LOCALIZE_HOME remembers, else the published graph: nothing is
    fetched, judged or put aside for a question.

    Args:
        sample: gives the inputs of a line to measure with.
    """
    with context.guard:
        found = _choice(context, model_id, sample)
    wanted = context.settings.voice_graph
    return found if wanted == AUTO else replace(found, graph=wanted)


def remembered(home: Path) -> Choice | None:
    """What was last chosen on this machine; None before the voice spoke or was asked for."""
    return _read(home / RECORD)


def file(context: EngineContext, model_id: str, name: str, published: str, sample: Any) -> Path:
    """The file of a graph: `name` is FRONT or one of GRAPHS. Raises ModelError."""
    folder = ensure(context.registry, context.settings, model_id)
    if name == PUBLISHED:
        return folder / published
    made = choice(context, model_id, sample)
    for place in _places(context, folder):
        path = place / FILES[name]
        if path.is_file():
            if file_sha256(path) != made.digests[name]:
                path.unlink()
                raise ModelDamaged(f"{path.name} is not as it was made", str(path), f"localize models pull {model_id}")
            return path
    raise ModelError(f"{FILES[name]} is not here", model_id, f"localize models pull {model_id}")


def _choice(context: EngineContext, model_id: str, sample: Any) -> Choice:
    wanted = hashlib.sha256(
        f"{context.registry.identity(model_id)} {kokoro_graph.VERSION} {version_of('onnx')}".encode()
    ).hexdigest()
    here = f"{processor()}, onnxruntime {version_of('onnxruntime')}"
    folder, remembered = context.registry.folder(model_id), context.settings.home / RECORD
    places = _places(context, folder)
    there = context.registry.present(model_id)
    for path in (remembered, *(place / RECORD for place in places)):
        known = _read(path)
        whole = all(any((place / f).is_file() for place in places) for f in FILES.values())
        if known and (known.model, known.machine) == (wanted, here) and (whole or not there):
            _write(remembered, known)
            return known
    digests = context.registry.digests(model_id)
    if not there or any(file_sha256(folder / name) != digest for name, digest in digests.items()):
        return Choice(PUBLISHED, {}, wanted, here, dict.fromkeys(FILES, ""))
    (source,) = (folder / name for name in digests)
    made = _made(source, places, sample, wanted, here)
    _write(remembered, made)
    return made


def _made(source: Path, places: list[Path], sample: Any, model: str, machine: str) -> Choice:
    """Make the graphs, hold the others to the published one, and measure. Raises ModelError."""
    error: OSError | None = None
    for place in places:
        try:
            place.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(str(place / ".lock")):
                known = _read(place / RECORD)
                if known and (known.model, known.machine) == (model, machine) and all((place / f).is_file() for f in FILES.values()):
                    return known  # another process made it meanwhile
                print("the voice's graphs are made and measured on this machine, once: half a minute", file=sys.stderr)
                rows = kokoro_graph.as_rows(source)
                digests = {
                    ROWS: _put(place / FILES[ROWS], rows),
                    FRONT: _put(place / FILES[FRONT], kokoro_graph.front(rows)),
                    FLOAT: _put(place / FILES[FLOAT], kokoro_graph.as_float(source)),
                }
                speedups = _speedups(source, {name: place / FILES[name] for name in (FLOAT, ROWS)}, sample())
                best = max(speedups, key=lambda name: speedups[name])
                made = Choice(best if speedups[best] >= FASTER else PUBLISHED, speedups, model, machine, digests)
                _write(place / RECORD, made)
                return made
        except OSError as caught:  # a folder that cannot be written: the next one
            error = caught
    raise ModelError(f"its graphs cannot be written: {error}", str(source), "make LOCALIZE_HOME writable, with 400 MB free")


def _speedups(published: Path, others: dict[str, Path], inputs: dict[str, Any]) -> dict[str, float]:
    """How many times as fast as the published graph each other says the line; 0 where it does not say the same.

    In processor time of one thread, interleaved, the best of RUNS each: other work on the machine does not count.
    """
    sessions = {PUBLISHED: onnx.session(published)}
    sessions |= {name: onnx.session(path) for name, path in others.items() if name != ROWS or adds_bytes_exactly()}
    clips = {name: np.asarray(s.run(None, inputs)[0]).ravel() for name, s in sessions.items()}  # the first run allocates
    same = [name for name, clip in clips.items() if alike(clips[PUBLISHED], clip)]
    took: dict[str, list[float]] = {name: [] for name in same}
    for _run in range(RUNS):
        for name, times in took.items():
            started = time.thread_time()
            sessions[name].run(None, inputs)
            times.append(time.thread_time() - started)
    return {name: round(min(took[PUBLISHED]) / min(took[name]), 2) if name in took else 0.0 for name in others}


def adds_bytes_exactly() -> bool:
    """Whether the largest products of unsigned and signed bytes add up here: some kernels cut each two off at 16 bits."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    depth, width = 64, 16
    weights = numpy_helper.from_array(np.full((depth, width), 127, np.int8), "weights")
    moments = helper.make_tensor_value_info("moments", TensorProto.UINT8, [None, depth])
    sums = helper.make_tensor_value_info("sums", TensorProto.INT32, [None, width])
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["moments", "weights"], ["sums"])], "sums", [moments], [sums], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"moments": np.full((4, depth), 255, np.uint8)})
    return bool((found == 255 * 127 * depth).all())


def alike(one: Samples, two: Samples) -> bool:
    """Whether two clips are the same line said the same way: by length, and by spectrum frame by frame."""
    if abs(len(one) - len(two)) > LENGTH_OFF * len(one):
        return False
    count = min(len(one), len(two))
    apart = _log_spectrum(one[:count]) - _log_spectrum(two[:count])
    return bool(np.sqrt((apart**2).mean()) < SPECTRUM_OFF)


def _log_spectrum(samples: Samples) -> Any:
    size = 1024
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // 4] * np.hanning(size)
    return np.log(np.abs(np.fft.rfft(frames)) + 1e-4)


def _places(context: EngineContext, folder: Path) -> list[Path]:
    """Where what is made may lie: beside the model, else in LOCALIZE_HOME."""
    return [folder / "graphs", context.settings.home / "graphs" / folder.name]


def _put(path: Path, data: bytes) -> str:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, made: Choice) -> None:
    data = json.dumps(asdict(made), indent=1).encode()
    if _read(path) != made:
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, data)


def _read(path: Path) -> Choice | None:
    try:
        known = Choice(**json.loads(path.read_text(encoding="utf-8")))
        return known if set(known.digests) == set(FILES) and known.graph in GRAPHS else None
    except (OSError, ValueError, TypeError):
        return None


def processor() -> str:
    """The processor's name as its maker gives it."""
    try:
        rows = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        rows = []
    names = {r.partition(":")[2].strip() for r in rows if r.startswith(("model name", "CPU part"))}
    return ", ".join(sorted(names)) or platform.processor() or platform.machine()
