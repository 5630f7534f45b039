"""Work that does not wait for other work, done at once by a bounded number of threads."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """The run that this work belonged to ended before it was begun."""


class Hands:
    """So many pieces of work at a time."""

    def __init__(self, number: int) -> None:
        self.number = max(1, number)
        self._free = threading.BoundedSemaphore(self.number)
        self._stopped = threading.Event()

    @contextmanager
    def hand(self) -> Iterator[None]:
        """Inside, one hand is taken. Raises Stopped."""
        with self._free:
            if self._stopped.is_set():
                raise Stopped
            yield

    def idle(self, job: Callable[[], object]) -> bool:
        """Let a hand that has nothing to do begin on what will be needed; whether one was free for it.

        What it raises is met by whoever needs the work, where it can be said of what.
        """
        free = self._free.acquire(blocking=False)
        if free:
            threading.Thread(target=contextvars.copy_context().run, args=(self._ahead, job), name="ahead").start()
        return free

    def _ahead(self, job: Callable[[], object]) -> None:
        try:
            with suppress(Exception):
                if not self._stopped.is_set():
                    job()
        finally:
            self._free.release()

    def stop(self) -> None:
        """Nothing more is begun; what is in hand is finished."""
        self._stopped.set()


class Shared:
    """Results that several threads need, each made once; what failed is tried by the next who needs it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._made: dict[str, Any] = {}

    def get(self, key: str, make: Callable[[], T]) -> T:
        """The result of that key, made now if nobody did."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._made:
                self._made[key] = make()
            made: T = self._made[key]
            return made


def start(jobs: Sequence[Callable[[], T]], ended: Callable[[int, Future[T]], None], on_error: Callable[[], None]) -> None:
    """Each job in a thread of its own, with the caller's context; `ended` is told, by the caller's thread, as each is done.

    Where `ended` raises, or the caller is interrupted, `on_error` is called and the jobs are waited for.
    """
    with ThreadPoolExecutor(max(1, len(jobs)), thread_name_prefix="episode") as pool:
        futures = {pool.submit(contextvars.copy_context().run, job): n for n, job in enumerate(jobs)}
        try:
            for future in as_completed(futures):
                ended(futures[future], future)
        except BaseException:
            on_error()
            raise
