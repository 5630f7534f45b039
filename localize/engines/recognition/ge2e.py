"""Speaker vectors by the GE2E encoder that the resemblyzer package carries (Apache-2.0), run on numpy alone.

The weights lie in torch's old file format: a few pickles, then raw storages. They are read here without torch and
without running any code from the file: the unpickler knows tensors, storages and ordered dicts, and nothing else.
"""

from __future__ import annotations

import collections
import functools
import pickle
import struct
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelDamaged
from ...models.present import ensure
from ...records import EngineUse
from ..base import EngineContext, Samples

MODEL = "ge2e-resemblyzer"
RATE = 16_000
FRAME, HOP, MELS, HIDDEN, LAYERS = 400, 160, 40, 256, 3
WINDOW, STEP = 160, 80  # mel frames: 1.6 s, half overlapping
LEVEL_DB = -30.0
Vector = NDArray[np.float32]


class SpeakerEncoder:
    """A vector of 256 values and length 1 for a voice; near vectors mean one speaker."""

    name = "ge2e"

    def __init__(self, context: EngineContext) -> None:
        self.context = context

    def identity(self) -> EngineUse:
        registry = self.context.registry
        return EngineUse("who speaks", self.name, "1", MODEL, registry.identity(MODEL), registry.model(MODEL).licence)

    def _weights(self) -> dict[str, Vector]:
        with self.context.guard:
            if MODEL not in self.context.loaded:
                folder = ensure(self.context.registry, self.context.settings, MODEL)
                self.context.loaded[MODEL] = read_weights(folder / "pretrained.pt")
            weights: dict[str, Vector] = self.context.loaded[MODEL]
            return weights

    def embed(self, audio: Samples) -> Vector:
        """The vector of 16 kHz mono speech; zeros for less than a tenth of a second."""
        if len(audio) < RATE // 10:
            return np.zeros(HIDDEN, np.float32)
        mel = mel_spectrogram(_levelled(audio))
        starts = range(0, max(1, len(mel) - WINDOW // 2), STEP) if len(mel) > WINDOW else (0,)
        windows = [mel[s : s + WINDOW] for s in starts]
        whole = [w for w in windows if len(w) == WINDOW]
        vectors = list(_forward(np.stack(whole), self._weights())) if whole else []
        vectors += [
            _forward(w[None], self._weights())[0] for w in windows if len(w) != WINDOW and len(w) >= WINDOW // 2
        ]
        if not vectors:
            vectors = [_forward(mel[None], self._weights())[0]]
        mean = np.mean(vectors, axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _levelled(audio: Samples) -> Samples:
    rms = float(np.sqrt(np.mean(audio.astype(np.float64) ** 2)))
    gain = 10 ** (LEVEL_DB / 20) / max(rms, 1e-6)
    return audio * np.float32(max(1.0, gain))


def mel_spectrogram(audio: Samples) -> Vector:
    """Power mel frames, shape (frames, 40): 25 ms Hann windows every 10 ms."""
    padded = np.pad(audio, FRAME // 2)
    count = 1 + (len(padded) - FRAME) // HOP
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][:count]
    window = np.hanning(FRAME + 1)[:-1]
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    return np.asarray(power @ _filters().T, np.float32)


@functools.cache
def _filters() -> NDArray[np.float64]:
    """Triangular filters on the Slaney mel scale, each of unit area."""

    def to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    top = 15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4)
    edges = to_hz(np.linspace(0, top, MELS + 2))
    bins = np.linspace(0, RATE / 2, FRAME // 2 + 1)
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None])


def _forward(mel: Vector, weights: dict[str, Vector]) -> Vector:
    """(batch, frames, 40) to (batch, 256): three LSTM layers, a projection, unit length."""
    x = mel
    for layer in range(LAYERS):
        w_in, w_rec = weights[f"lstm.weight_ih_l{layer}"], weights[f"lstm.weight_hh_l{layer}"]
        bias = weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
        driven = x @ w_in.T + bias
        h = np.zeros((len(x), HIDDEN), np.float32)
        c = np.zeros_like(h)
        out = np.empty((*x.shape[:2], HIDDEN), np.float32)
        for t in range(x.shape[1]):
            gates = driven[:, t] + h @ w_rec.T
            i, f, g, o = np.split(gates, 4, axis=1)
            c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
            h = _sigmoid(o) * np.tanh(c)
            out[:, t] = h
        x = out
    raw = np.maximum(0, x[:, -1] @ weights["linear.weight"].T + weights["linear.bias"])
    return np.asarray(raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9), np.float32)


def _sigmoid(x: Vector) -> Vector:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))), np.float32)


# --- torch's old file format, read without torch ---------------------------------------------------------------


class _Reader(pickle.Unpickler):
    """Knows what a file of tensors needs; anything else in it is refused."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.storages: dict[str, tuple[int, list[Any]]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_rest: (storage, offset, size, stride)
        if module == "torch" and name in ("FloatStorage", "LongStorage"):
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")

    def persistent_load(self, pid: Any) -> Any:
        _kind, storage_type, key, _location, count, _view = pid
        self.storages[key] = (count, [storage_type])
        return key


def read_weights(path: Path) -> dict[str, Vector]:
    """Name -> float32 array of a torch file in the old format. Raises ModelDamaged."""
    try:
        with path.open("rb") as file:
            for _ in range(3):  # magic number, protocol, system facts
                _Reader(file).load()
            reader = _Reader(file)
            state = reader.load()["model_state"]
            keys = _Reader(file).load()
            raw = {}
            for key in keys:
                (count,) = struct.unpack("<q", file.read(8))
                kind = reader.storages[key][1][0]
                size = 4 if kind == "FloatStorage" else 8
                raw[key] = np.frombuffer(file.read(size * count), "<f4" if size == 4 else "<i8")
    except (pickle.UnpicklingError, EOFError, KeyError, struct.error, TypeError, ValueError) as error:
        raise ModelDamaged(f"{path.name} holds no weights that can be read: {error}", MODEL) from error
    out = {}
    for name, (key, offset, size, _stride) in state.items():
        count = int(np.prod(size)) if size else 1
        out[name] = np.ascontiguousarray(raw[key][offset : offset + count].reshape(size), np.float32)
    return out
