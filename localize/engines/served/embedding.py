"""Sentence encoders behind `/v1/embeddings`: what compares a line with its translation.

Cosines of two encoders do not mean the same: one is asked only once its limits are known, which
`localize bench meaning --limits NAME` measures and endpoints.toml holds.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from time import sleep as _sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import EngineError, UnusableResult
from ...records import EngineUse
from ..base import EngineContext
from .endpoint import Endpoint
from .spending import Units
from .wire import Answer, Wire

VERSION = 1
BATCH = 64  # texts of one request
TAKES = 3  # of a request whose answer cannot be used
KEPT = 4096  # texts whose vectors a process keeps: the lines of an episode are asked for once, not for every market
SAME = 0.9999  # cosine of texts that differ from which a server does not look at what it is told
CHARACTERS_A_TOKEN = 3  # for the price before an answer tells the tokens; it is rather too much
Vectors = NDArray[np.float32]


class Served:
    """One endpoint that turns texts into vectors."""

    def __init__(self, context: EngineContext, endpoint: Endpoint, sleep: Callable[[float], None] = _sleep) -> None:
        self.context, self.endpoint, self.name = context, endpoint, endpoint.name
        self.limits = endpoint.limits
        self.wire = Wire(endpoint, context, sleep)
        self._guard = threading.Lock()
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def reads(self, language: str) -> bool:
        return self.endpoint.reads(language)

    def unavailable(self) -> str:
        return self.wire.unavailable() or self.context.failures.reason(self.name)

    def identity(self) -> EngineUse:
        one = self.endpoint
        facts = {"body": one.body, "prefix": one.prefix, "limits": one.limits}
        version = f"served {VERSION} at {one.url} {json.dumps(facts, sort_keys=True)}"
        return EngineUse("meaning", self.name, version, one.model, "", one.licence)

    def vectors(self, texts: list[str]) -> Vectors:
        """One row a text, each of length one. Raises EngineError; what failed is noted, so that the next of the chain is asked."""
        said = [" ".join(t.split()) or "." for t in texts]
        with self._guard:  # texts that two markets ask for at once are paid for once
            try:
                asked = [t for t in dict.fromkeys(said) if t not in self._known]
                for at in range(0, len(asked), BATCH):
                    part = asked[at : at + BATCH]
                    for text, vector in zip(part, self._asked(part), strict=True):
                        self._known[text] = vector
                rows = [self._known[t] for t in said]
            except EngineError as error:
                self.context.failures.note(self.name, str(error))
                raise
            for text in said:
                self._known.move_to_end(text)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, 1), np.float32)

    def _asked(self, texts: list[str]) -> Vectors:
        """Vectors of one request's texts, asked again where the answer cannot be used."""
        body = {**self.endpoint.body, "model": self.endpoint.model, "encoding_format": "float"}
        body["input"] = [self.endpoint.prefix + t for t in texts]
        tokens = sum(len(t) // CHARACTERS_A_TOKEN + 1 for t in body["input"])
        wrong = UnusableResult("no vectors", self.name)
        for _take in range(TAKES):
            answer = self.wire.post("/embeddings", Units(tokens_in=tokens), body=body, used=lambda a: _used(a, tokens))
            try:
                return self._checked(answer, texts)
            except UnusableResult as error:
                wrong = error
        raise wrong

    def _checked(self, answer: Answer, texts: list[str]) -> Vectors:
        """The vectors of an answer, each of length one. Raises UnusableResult for what are none."""
        try:
            rows = sorted(answer.table()["data"], key=lambda row: int(row["index"]))
            made = np.asarray([row["embedding"] for row in rows], np.float32)
            places = [int(row["index"]) for row in rows]
        except (ValueError, KeyError, TypeError) as error:
            raise UnusableResult(f"vectors in an unknown form: {error}", self.name, "check the server") from error
        if places != list(range(len(texts))) or made.ndim != 2:
            raise UnusableResult(f"{len(rows)} vectors for {len(texts)} texts", self.name, "check the server")
        known = next(iter(self._known.values()), made[0])
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        if made.shape[1] != len(known) or not np.isfinite(lengths).all() or not lengths.all():
            what = f"vectors of {made.shape[1]} numbers, before of {len(known)}, or not of numbers alone"
            raise UnusableResult(what, self.name, "check the server")
        made = np.asarray(made / lengths, np.float32)
        if len(texts) > 2 and float((made @ made[0]).min()) > SAME:
            raise UnusableResult("the same vector for every text", self.name, "check the server")
        return made


def _used(answer: Answer, guessed: int) -> Units:
    """The tokens that an answer tells, else those that were guessed."""
    try:
        usage: Any = answer.table().get("usage")
        return Units(tokens_in=int(usage["prompt_tokens"]))
    except (ValueError, KeyError, TypeError):
        return Units(tokens_in=guessed)
