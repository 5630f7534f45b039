"""Engines that live in an environment of their own: a process started on demand, kept warm, replaced when it dies.

A request is a line of JSON on its standard input; an answer is a line of JSON on its standard output, followed by as
many bytes as the line's "bytes" says. One request at a time. A worker that nobody asks anything for IDLE_S ends by
itself, and so does one whose parent is gone: its input closes.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import tenacity

from ..errors import EngineError, one_line
from ..settings import other_python

TAIL = 20  # lines of its standard error that an error may quote
TRIES = 2
LAST_WORDS_S = 2.0  # a worker that dies over a request is asked once more; a second death is the request's fault


class _Died(Exception):
    """The worker died over a request; its last words."""


class WorkerProcess:
    """A worker program run by another Python.

    Args:
        name: for errors.
        python: the environment's interpreter; worker: the program, which imports nothing of this project.
        seconds: longest that one answer may take, the first one's loading included.
    """

    def __init__(self, name: str, python: Path, worker: Path, seconds: float) -> None:
        self.name, self.python, self.worker, self.seconds = name, python, worker, seconds
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._said: collections.deque[str] = collections.deque(maxlen=TAIL)
        self._listener: threading.Thread | None = None
        self._late = False

    @property
    def pid(self) -> int | None:
        """The worker's process id; None where none runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def ask(self, request: dict[str, Any], where: str = "") -> tuple[dict[str, Any], bytes]:
        """(answer, its bytes). Raises EngineError where the worker refuses, dies twice or takes too long."""
        where = where or self.name
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES), retry=tenacity.retry_if_exception_type(_Died), reraise=True
        )
        with self._guard:
            try:
                answer, data = tries(self._once, request, where)
            except _Died as error:
                raise EngineError(f"its process ended: {one_line(str(error), 200)}", where) from error
        if "error" in answer:
            raise EngineError(one_line(str(answer["error"]), 300), where)
        return answer, data

    def _once(self, request: dict[str, Any], where: str) -> tuple[dict[str, Any], bytes]:
        """One request to a worker that runs. Raises _Died where it may be asked again, EngineError where it was late."""
        process = self._running()
        try:
            return self._exchange(process, request)
        except (OSError, ValueError, EOFError) as error:
            if self._end():
                raise EngineError(f"its process ended: no answer in {self.seconds:.0f} s", where) from error
            raise _Died(self._last() or str(error)) from error

    def close(self) -> None:
        """End the worker, if one runs."""
        with self._guard:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            if not self.python.is_file():
                raise EngineError(
                    f"its environment {self.python.parent.parent} is not there", self.name, f"make {self.name}"
                )
            try:
                self._process = subprocess.Popen(
                    [str(self.python), "-u", str(self.worker)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=other_python(),
                    start_new_session=True,
                )
            except OSError as error:
                raise EngineError(f"cannot be started: {error.strerror}", self.name, f"make {self.name}") from error
            self._said = collections.deque(maxlen=TAIL)
            self._listener = threading.Thread(target=self._listen, args=(self._process, self._said), daemon=True)
            self._listener.start()
        return self._process

    @staticmethod
    def _listen(process: subprocess.Popen[bytes], said: collections.deque[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line.decode(errors="replace").strip())

    def _exchange(self, process: subprocess.Popen[bytes], request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """One request and its answer; a timer ends a process that is late, which closes its output."""
        assert process.stdin is not None
        assert process.stdout is not None
        self._late = False
        timer = threading.Timer(self.seconds, self._too_late, (process,))
        timer.start()
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if not line:
                raise EOFError("it closed its output")
            answer: dict[str, Any] = json.loads(line)
            size = int(answer.get("bytes", 0))
            data = process.stdout.read(size) if size else b""
            if len(data) < size:
                raise EOFError("its answer broke off")
            return answer, data
        finally:
            timer.cancel()

    def _too_late(self, process: subprocess.Popen[bytes]) -> None:
        self._late = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def _end(self) -> bool:
        """Kill what runs; whether it had been too late."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if self._listener is not None:  # its last words may still be on their way to us
                self._listener.join(LAST_WORDS_S)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        return self._late

    def _last(self) -> str:
        return next((s for s in reversed(self._said) if s), "")
