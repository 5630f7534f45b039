"""step(): what was done and verified is reused; else it runs, its blob is made durable, then its row is written."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .blobs import Store, canonical
from .ledger import Ledger

T = TypeVar("T")
WAIT_S = 0.5  # between two looks at a step that another machine has in hand


@dataclass
class Steps:
    """Steps over one ledger and one store, with counts of what ran and what was reused in this process.

    Where the ledger is `shared` with other machines, a step is leased while it runs, and one that another machine has
    in hand is waited for: nothing is done twice.
    """

    ledger: Ledger
    store: Store
    shared: bool = False
    ran: dict[str, int] = field(default_factory=dict)
    reused: dict[str, int] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def data(self, name: str, version: int, inputs: Any, subject: str, make: Callable[[], bytes]) -> tuple[str, bytes]:
        """A step whose output is bytes: (digest, bytes).

        Args:
            name, version: the step; raise the version when its code changes what comes out.
            inputs: JSON values that decide the output: digests, options, engine identity, touched terms.
            subject: what it was done for, for people who read the ledger, e.g. "E01 es-419 L003".
        """
        key = step_key(name, version, inputs)
        found = self._found(key)
        if found is None and self.shared:
            found = self._wait(key)
        if found is not None:
            self._count(self.reused, name)
            return found
        try:
            return self._made(key, name, subject, make)
        finally:
            if self.shared:
                self.ledger.drop(key)

    def _found(self, key: str) -> tuple[str, bytes] | None:
        blob = self.ledger.step(key)
        data = self.store.get(blob) if blob is not None else None
        return (blob, data) if blob is not None and data is not None else None

    def _wait(self, key: str) -> tuple[str, bytes] | None:
        """What another machine made of a step meanwhile; None where this one now holds its lease."""
        while not self.ledger.take(key):
            time.sleep(WAIT_S)
        found = self._found(key)  # it may have been done between the look and the lease
        if found is not None:
            self.ledger.drop(key)
        return found

    def _made(self, key: str, name: str, subject: str, make: Callable[[], bytes]) -> tuple[str, bytes]:
        started = time.monotonic()
        made = make()
        digest = self.store.put(made)
        self.ledger.put_step(key, name, subject, digest, time.monotonic() - started)
        self._count(self.ran, name)
        return digest, made

    def json(self, name: str, version: int, inputs: Any, subject: str, make: Callable[[], Any]) -> Any:
        """A step whose output is a JSON value."""
        return json.loads(self.data(name, version, inputs, subject, lambda: canonical(make()))[1])

    def batch(
        self, name: str, version: int, rows: list[tuple[Any, str, T]], make: Callable[[list[T]], list[Any]]
    ) -> list[Any]:
        """Many JSON steps at once: `make` gets only the items that are not done, and each becomes a step of its own.

        Args:
            rows: (inputs, subject, item) each.
            make: a value per item handed in, in their order.
        """
        found = [self.known(name, version, inputs) for inputs, _subject, _item in rows]
        todo = [i for i, value in enumerate(found) if value is None]
        keys = {i: step_key(name, version, rows[i][0]) for i in todo}
        if self.shared:
            # leases are taken in one order everywhere, so that two machines never wait for each other
            for i in sorted(todo, key=lambda i: keys[i]):
                done = self._wait(keys[i])
                found[i] = json.loads(done[1]) if done is not None else None
            todo = [i for i in todo if found[i] is None]
        if not todo:
            return found
        try:
            return self._made_batch(name, rows, keys, todo, found, make)
        finally:
            for i in todo if self.shared else ():
                self.ledger.drop(keys[i])

    def _made_batch(
        self,
        name: str,
        rows: list[tuple[Any, str, T]],
        keys: dict[int, str],
        todo: list[int],
        found: list[Any],
        make: Callable[[list[T]], list[Any]],
    ) -> list[Any]:
        started = time.monotonic()
        made = make([rows[i][2] for i in todo])
        share = (time.monotonic() - started) / len(todo)
        for i, value in zip(todo, made, strict=True):
            digest = self.store.put(canonical(value))
            self.ledger.put_step(keys[i], name, rows[i][1], digest, share)
            self._count(self.ran, name)
            found[i] = value
        return found

    def known(self, name: str, version: int, inputs: Any) -> Any | None:
        """The JSON output of a step if it was done and its blob is whole; nothing runs."""
        found = self._found(step_key(name, version, inputs))
        if found is None:
            return None
        self._count(self.reused, name)
        return json.loads(found[1])

    def _count(self, counts: dict[str, int], name: str) -> None:
        with self._guard:
            counts[name] = counts.get(name, 0) + 1


def step_key(name: str, version: int, inputs: Any) -> str:
    """sha256 of the canonical JSON of all that decides a step's output."""
    return hashlib.sha256(canonical({"step": name, "version": version, "inputs": inputs})).hexdigest()
