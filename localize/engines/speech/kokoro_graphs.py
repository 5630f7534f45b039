"""Which graph of the voice runs on this machine: the published one or its float form, told by a measurement of seconds.

Both graphs hold the same weights. The float one is made once from the verified file, held to the published one by the
length and the spectrum of a line, and used where it is clearly faster: which of them is depends on the processor. The
choice and the digests of what was made lie beside the model, and in LOCALIZE_HOME for a rerun without models.
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

PUBLISHED, FLOAT, AUTO = "published", "float", "auto"
FILES = {FLOAT: "float.onnx", "front": "front.onnx"}
RECORD = "voice-graph.json"
FASTER = 1.1  # times as fast that the float graph must be: below, the smaller file stays
RUNS = 2
LENGTH_OFF = 0.01  # of the line's length; both graphs round the same lengths
SPECTRUM_OFF = 1.0  # natural-log spectral distance; 0.3 to 0.8 on lines that read back the same


@dataclass(frozen=True)
class Choice:
    """What was chosen, for which model and machine.

    Attributes:
        graph: PUBLISHED or FLOAT; speedup: how many times as fast the float graph is here; 0 where it was refused.
        digests: sha256 of what was made, by its name in FILES.
    """

    graph: str
    speedup: float
    model: str
    machine: str
    digests: dict[str, str]

    @property
    def said(self) -> str:
        """What was chosen and why, in one line."""
        if not self.speedup:
            return "the published graph speaks: no other was measured, or it said a line in another way"
        return f"the {self.graph} graph speaks: float takes {1 / self.speedup:.0%} of the published one's time on this machine"

    @property
    def identity(self) -> str:
        """Digest of the graph that speaks, as part of the engine's identity; empty for the published one."""
        return self.digests[FLOAT] if self.graph == FLOAT else ""


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
    """The file of a graph: `name` is "front", or FLOAT, or PUBLISHED. Raises ModelError."""
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
        return Choice(PUBLISHED, 0.0, wanted, here, dict.fromkeys(FILES, ""))
    (source,) = (folder / name for name in digests)
    made = _made(source, places, sample, wanted, here)
    _write(remembered, made)
    return made


def _made(source: Path, places: list[Path], sample: Any, model: str, machine: str) -> Choice:
    """Make both graphs, hold the float one to the published one, and measure. Raises ModelError."""
    error: OSError | None = None
    for place in places:
        try:
            place.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(str(place / ".lock")):
                known = _read(place / RECORD)
                if known and (known.model, known.machine) == (model, machine) and (place / FILES[FLOAT]).is_file():
                    return known  # another process made it meanwhile
                print("the voice's graph is made and measured on this machine, once: half a minute", file=sys.stderr)
                whole = kokoro_graph.as_float(source)
                digests = {
                    FLOAT: _put(place / FILES[FLOAT], whole),
                    "front": _put(place / FILES["front"], kokoro_graph.front(whole)),
                }
                speedup = _speedup(source, place / FILES[FLOAT], sample())
                made = Choice(FLOAT if speedup >= FASTER else PUBLISHED, round(speedup, 2), model, machine, digests)
                _write(place / RECORD, made)
                return made
        except OSError as caught:  # a folder that cannot be written: the next one
            error = caught
    raise ModelError(f"its graphs cannot be written: {error}", str(source), "make LOCALIZE_HOME writable, with 300 MB free")


def _speedup(published: Path, floats: Path, inputs: dict[str, Any]) -> float:
    """How many times as fast the float graph says the line; 0 where it does not say the same.

    In processor time of one thread, interleaved, the best of RUNS each: other work on the machine does not count.
    """
    sessions = [onnx.session(published), onnx.session(floats)]
    clips = [np.asarray(s.run(None, inputs)[0]).ravel() for s in sessions]  # the first run allocates
    if not alike(*clips):
        return 0.0
    took: list[list[float]] = [[], []]
    for _run in range(RUNS):
        for session, times in zip(sessions, took, strict=True):
            started = time.thread_time()
            session.run(None, inputs)
            times.append(time.thread_time() - started)
    return min(took[0]) / min(took[1])


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
        return known if set(known.digests) == set(FILES) and known.graph in (PUBLISHED, FLOAT) else None
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
