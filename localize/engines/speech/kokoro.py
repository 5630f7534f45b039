"""Kokoro-82M on onnxruntime: a line in less than its own time on one thread, and two lines at once on two cores.

A voice is a name ("ef_dora") or a blend of names with weights ("ef_dora*0.6+af_sarah*0.4"): styles are vectors.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...audio.envelope import spoken_ms
from ...errors import EngineError, OptionError
from ...models.present import ensure
from ...records import EngineUse
from ..base import Clip, EngineContext, Samples, versions
from ..device import on_onnx, wanted
from . import kokoro_graph, kokoro_graphs, mandarin
from .phonemizer import PACKAGES, Phonemizer

MODEL = "kokoro-82m-v1.0-int8"
VOICES = "kokoro-82m-v1.0-voices"
RATE = 24_000
MAX_PHONEMES = 510  # the model's context; more would be cut off in silence
JOIN_MS = 120
FILE = "kokoro-v1.0.int8.onnx"
# the planned energy is the logarithm of what the envelope measures; with 5.4 dB a unit, the lengths told of 50 lines in four
# languages at two speeds are off by 10 ms in the middle and by less than 33 in nine of ten
DB_A_UNIT = 5.4
SAMPLE = ("me ðixˈiste ke ˈejja nˈunka βˌolβeɾˈia a ˈesta sjuðˈad.", "ef_dora")


class Kokoro:
    """One session with one thread an inference; callers speak several lines at once."""

    name = "kokoro"
    reads_phonemes = True

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self._session: Any = None
        self._front_half: Any = None
        self._graphs: kokoro_graphs.Choice | None = None
        self._front = Phonemizer()
        # each run holds some hundred MB while it lasts: markets that are spoken at once share the cores, and that memory
        self._at_once = threading.BoundedSemaphore(max(1, context.settings.threads))
        self._mandarin = mandarin.Mandarin()
        self._styles: dict[str, Samples] = {}

    def identity(self, voice: str = "") -> EngineUse:
        registry = self.context.registry
        version = versions("onnxruntime", *PACKAGES, *mandarin.PACKAGES)
        version += " cuda" if wanted(self.context, "onnxruntime") == "cuda" else ""
        graphs = self.graphs()
        digest = f"{registry.identity(MODEL)}:{graphs.identity}:{graphs.digests[kokoro_graphs.FRONT]}"
        if voice:  # the model's files, and those of this voice
            files = registry.digests(VOICES)
            digest += "".join(f":{files.get(f'{name}.bin', '')}" for name, _share in parts(voice))
        digest = hashlib.sha256(digest.encode()).hexdigest()
        return EngineUse("speak", self.name, version, MODEL, digest, registry.model(MODEL).licence)

    def load(self) -> None:
        """Load what plans and what speaks, ahead of the first line."""
        self._planner()
        self._loaded()

    def _loaded(self) -> Any:
        with self.context.alone(MODEL):
            if self._session is None:
                self._session = self._on_device(self._file(self.graphs().graph))
            return self._session

    def _planner(self) -> Any:
        with self.context.alone(f"{MODEL} front"):
            if self._front_half is None:
                self._front_half = self._on_device(self._file(kokoro_graphs.FRONT))
            return self._front_half

    def _on_device(self, graph: Path) -> Any:
        return on_onnx(self.context, self.name, graph, lambda session: _run(session, self._sample()))

    def graphs(self) -> kokoro_graphs.Choice:
        """Which graph speaks on this machine; measured first where it never was. Raises ModelError.

        On a GPU it is the float one: CUDA has no kernels for the published one's convolutions of whole numbers.
        """
        made = self._graphs or kokoro_graphs.choice(self.context, MODEL, self._sample)
        if made.digests[kokoro_graphs.FRONT]:  # else the model is not here yet, and may be soon
            self._graphs = made
        gpu = made.digests[kokoro_graphs.FRONT] and wanted(self.context, "onnxruntime") == "cuda"
        return replace(made, graph=kokoro_graphs.FLOAT) if gpu and self.context.settings.voice_graph == kokoro_graphs.AUTO else made

    def _file(self, graph: str) -> Path:
        return kokoro_graphs.file(self.context, MODEL, graph, FILE, self._sample)

    def _sample(self) -> dict[str, Any]:
        (inputs,) = self._inputs(*SAMPLE, 1.0)
        return inputs

    def _inputs(self, phonemes: str, voice: str, speed: float) -> Iterator[dict[str, Any]]:
        """What the graph is given for each piece of a line. Raises OptionError for an unknown voice."""
        from kokoro_onnx.chunker import split_phonemes

        style = self._style(voice)
        for piece in split_phonemes(" ".join(phonemes.split()), MAX_PHONEMES):
            if tokens := self._front.tokenizer().tokenize(piece):
                yield {
                    "tokens": np.array([[0, *tokens, 0]], np.int64),
                    "style": style[min(len(tokens), len(style)) - 1],
                    "speed": np.array([speed], np.float32),
                }

    def phonemes(self, text: str, language: str) -> str:
        if language.split("-")[0] in mandarin.LANGUAGES:
            return self._mandarin.phonemes(text)
        return self._front.phonemes(text, language)

    def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
        session = self._loaded()
        pause = np.zeros(RATE * JOIN_MS // 1000, np.float32)
        parts: list[Samples] = []
        for inputs in self._inputs(phonemes, voice, speed):
            with self._at_once:
                parts += [_run(session, inputs), pause]
        if not parts:
            raise EngineError(f"nothing to say in {phonemes!r}", "kokoro")
        return Clip(np.concatenate(parts[:-1]), RATE)

    def length_ms(self, phonemes: str, voice: str, speed: float) -> int | None:
        planner = self._planner()
        frame_ms = 1000 * kokoro_graph.HOP / RATE
        pause = np.full(round(JOIN_MS / frame_ms), -120.0)
        levels: list[Any] = []
        for inputs in self._inputs(phonemes, voice, speed):
            levels += [_run(planner, inputs) * DB_A_UNIT, pause]
        return spoken_ms(np.concatenate(levels[:-1]), frame_ms) if levels else 0

    def check_voice(self, voice: str) -> None:
        files = {f.name for f in self.context.registry.model(VOICES).files}
        for name, _share in parts(voice):
            if f"{name}.bin" not in files:
                known = ", ".join(sorted(f.removesuffix(".bin") for f in files))
                raise OptionError(f"no voice {name!r}", "kokoro", f"choose from {known}")

    def _style(self, voice: str) -> Samples:
        self.check_voice(voice)
        blend = np.sum([share * self._named(name) for name, share in parts(voice)], axis=0)
        return np.asarray(blend, np.float32)

    def _named(self, name: str) -> Samples:
        with self.context.guard:
            if name not in self._styles:
                folder = ensure(self.context.registry, self.context.settings, VOICES)
                self._styles[name] = np.fromfile(folder / f"{name}.bin", "<f4").reshape(-1, 1, 256)
            return self._styles[name]


def _run(session: Any, inputs: dict[str, Any]) -> Samples:
    try:
        return np.asarray(session.run(None, inputs)[0], np.float32).ravel()
    except Exception as error:  # onnxruntime raises its own unexported types
        raise EngineError(str(error), "kokoro") from error


def parts(voice: str) -> list[tuple[str, float]]:
    """(name, share) of a voice: "ef_dora", or a blend "ef_dora*0.6+af_sarah*0.4". Raises OptionError."""
    out = []
    for part in voice.split("+"):
        name, _, weight = part.strip().partition("*")
        try:
            share = float(weight or 1.0)
        except ValueError:
            share = math.nan
        if not math.isfinite(share):
            raise OptionError(f"voice {voice!r}: {weight!r} is no number", do="write name*0.6+name*0.4")
        out.append((name.strip(), share))
    return out
