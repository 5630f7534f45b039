"""step(): what was done and verified is reused; else it runs, its blob is made durable, then its row is written.

A step is a function of its inputs: they are one value (a frozen dataclass, or JSON) from which the key is made. What
fails is an outcome of its own, never a result: a passing failure is not kept at all, so that the next run tries again;
a lasting one is kept with its error until it expires.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..allocator import give_back
from ..errors import StoreError
from .blobs import Store, canonical, named_in
from .ledger import Ledger

T = TypeVar("T")
Find = Callable[[str], tuple[str, bytes] | None]
_AT_FIRST: ContextVar[list[Callable[[], None]] | None] = ContextVar("at_first", default=None)
LARGE_BYTES, LONG_S = 1 << 20, 3.0  # of a step that has had large arrays: a minute of sound, or an episode's reading
WAIT_S = 0.5  # between two looks at a step that another machine has in hand
FAILED_S = 24 * 3600.0  # a lasting failure is believed so long: engines, models and prompts change without a new key


@dataclass(frozen=True)
class Failure:
    """What stands for the result of a step that could not be done, or not as it should.

    Attributes:
        value: the JSON value that serves this run.
        error: why.
        passing: trying again may help: nothing is kept. Else value and error are kept for FAILED_S.
    """

    value: Any
    error: str
    passing: bool = True


@dataclass
class _InHand:
    """A step that threads of this process have in hand or wait for."""

    lock: Any = field(default_factory=threading.RLock)
    users: int = 0


@dataclass
class Steps:
    """Steps over one ledger and one store, with counts of what ran and what was reused in this process.

    A step that another thread of this process has in hand is waited for. Where the ledger is `shared` with other
    machines, it is leased while it runs, and waited for across machines as well: nothing is done twice.
    """

    ledger: Ledger
    store: Store
    shared: bool = False
    ran: dict[str, int] = field(default_factory=dict)
    reused: dict[str, int] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _in_hand: dict[str, _InHand] = field(default_factory=dict)

    def data(
        self, name: str, version: int, inputs: Any, subject: str, make: Callable[[], bytes | Failure]
    ) -> tuple[str, bytes]:
        """A step whose output is bytes: (digest, bytes). The digest is empty where `make` gave a passing Failure.

        Args:
            name, version: the step; raise the version when its code changes what comes out.
            inputs: all that decides the output: digests, options, engine identity, touched terms.
            subject: what it was done for, for people who read the ledger, e.g. "E01 es-419 L003".
        """
        return self._outcome(name, version, inputs, subject, make, self._found)

    def digest(
        self, name: str, version: int, inputs: Any, subject: str, make: Callable[[], bytes | Failure]
    ) -> str:
        """As `data`, for who needs the digest alone: a blob whose file is as it was when its bytes were last compared
        is not read for it, as a studio's file is not."""
        return self._outcome(name, version, inputs, subject, make, self._lies)[0]

    def _outcome(
        self, name: str, version: int, inputs: Any, subject: str, make: Callable[[], bytes | Failure], find: Find
    ) -> tuple[str, bytes]:
        key = step_key(name, version, inputs)
        found = find(key)
        if found is not None:
            self._count(self.reused, name)
            return found
        with self._alone([key]):
            found = find(key)  # another may have done it meanwhile
            if found is not None:
                self._count(self.reused, name)
                return found
            _begun()
            started = time.monotonic()
            made = make()
            data = canonical(made.value) if isinstance(made, Failure) else made
            took = time.monotonic() - started
            digest = self._keep(key, name, subject, made, data, took)
            if len(data) >= LARGE_BYTES or took >= LONG_S:
                give_back()
            return digest, data

    def json(self, name: str, version: int, inputs: Any, subject: str, make: Callable[[], Any]) -> Any:
        """A step whose output is a JSON value, or a Failure whose value is one."""

        def made() -> bytes | Failure:
            value = make()
            return value if isinstance(value, Failure) else canonical(value)

        return json.loads(self.data(name, version, inputs, subject, made)[1])

    def batch(
        self, name: str, version: int, rows: list[tuple[Any, str, T]], make: Callable[[list[T]], list[Any]]
    ) -> list[Any]:
        """Many JSON steps at once: `make` gets only the items that are not done, and each becomes a step of its own.

        Args:
            rows: (inputs, subject, item) each.
            make: a value, or a Failure, per item handed in, in their order.
        """
        keys = [step_key(name, version, inputs) for inputs, _subject, _item in rows]
        found = [self._known(name, key) for key in keys]
        todo = [i for i, value in enumerate(found) if value is None]
        if not todo:
            return found
        with self._alone([keys[i] for i in todo]):
            for i in todo:  # others may have done some meanwhile
                found[i] = self._known(name, keys[i])
            todo = [i for i in todo if found[i] is None]
            if todo:
                _begun()
            started = time.monotonic()
            made = make([rows[i][2] for i in todo]) if todo else []
            share = (time.monotonic() - started) / max(1, len(todo))
            for i, value in zip(todo, made, strict=True):
                found[i] = value.value if isinstance(value, Failure) else value
                self._keep(keys[i], name, rows[i][1], value, canonical(found[i]), share)
        return found

    def known(self, name: str, version: int, inputs: Any) -> Any | None:
        """The JSON output of a step if it was done and its blob is whole; nothing runs."""
        return self._known(name, step_key(name, version, inputs))

    def _known(self, name: str, key: str) -> Any | None:
        found = self._found(key)
        if found is None:
            return None
        self._count(self.reused, name)
        return json.loads(found[1])

    def _found(self, key: str) -> tuple[str, bytes] | None:
        blob = self.ledger.step(key)
        data = self.store.get(blob) if blob is not None else None
        return (blob, data) if blob is not None and data is not None else None

    def _lies(self, key: str) -> tuple[str, bytes] | None:
        """The digest of a step whose blob is whole, without its bytes."""
        blob = self.ledger.step(key)
        if blob is None:
            return None
        path = self.store.path(blob)
        with suppress(OSError):  # it is not here: the store says more
            if self.ledger.source(path) == blob:
                return blob, b""
        if self.store.get(blob) is None:
            return None
        with suppress(OSError):  # gone again
            self.ledger.put_source(path, blob)
        return blob, b""

    @contextmanager
    def _alone(self, keys: list[str]) -> Iterator[None]:
        """No other thread or machine has these steps in hand inside.

        Steps that are nested take each other in one order, from a dub to its lines, so that no two wait for each other.
        """
        wanted = sorted(set(keys))  # in one order everywhere
        with self._guard:
            mine = [self._in_hand.setdefault(key, _InHand()) for key in wanted]
            for one in mine:
                one.users += 1
        held = 0
        try:
            for one in mine:
                one.lock.acquire()
                held += 1
            with self._leased(wanted):
                yield
        finally:
            for one in mine[:held]:
                one.lock.release()
            with self._guard:
                for key, one in zip(wanted, mine, strict=True):
                    one.users -= 1
                    if not one.users:
                        del self._in_hand[key]

    @contextmanager
    def _leased(self, keys: list[str]) -> Iterator[None]:
        """Hold the leases of these steps inside, where the ledger is shared; waits for whoever has them."""
        taken: list[str] = []
        try:
            # in the order of `keys`, which is the same everywhere, so that two machines never wait for each other
            for key in keys if self.shared else ():
                while not self.ledger.take(key):
                    time.sleep(WAIT_S)
                taken.append(key)
            yield
        finally:
            for key in taken:
                with suppress(StoreError):  # not renewed any more, it runs out
                    self.ledger.drop(key)

    def _keep(self, key: str, name: str, subject: str, made: Any, data: bytes, wall_s: float) -> str:
        """Make a step's outcome durable, as far as it is kept; its digest, or "" for a passing failure."""
        self._count(self.ran, name)
        error, keep_s = (made.error, FAILED_S) if isinstance(made, Failure) else ("", None)
        if isinstance(made, Failure) and made.passing:
            return ""
        digest = self.store.put(data)
        self.ledger.put_step(key, name, subject, digest, wall_s, error, keep_s, named_in(data), self.shared)
        return digest

    def _count(self, counts: dict[str, int], name: str) -> None:
        with self._guard:
            counts[name] = counts.get(name, 0) + 1


@contextmanager
def at_first(do: Callable[[], None]) -> Iterator[None]:
    """`do` is called once, as the first step that was not done before begins inside; never where all is reused."""
    token = _AT_FIRST.set([do])
    try:
        yield
    finally:
        _AT_FIRST.reset(token)


def _begun() -> None:
    waiting = _AT_FIRST.get()
    while waiting:
        waiting.pop()()


def step_key(name: str, version: int, inputs: Any) -> str:
    """sha256 of the canonical JSON of all that decides a step's output."""
    return hashlib.sha256(canonical({"step": name, "version": version, "inputs": inputs})).hexdigest()
