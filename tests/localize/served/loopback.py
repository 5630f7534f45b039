"""What the servers of the tests have in common: one on loopback that reads JSON requests and answers as it is told."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar


class Loopback(ThreadingHTTPServer):
    """A server at `url`; `keys` holds the authorization of each request, in order."""

    daemon_threads = True

    def __init__(self, handler: type[Reading]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.guard = threading.Lock()
        self.keys: list[str] = []

    @property
    def url(self) -> str:
        """What stands before the path of a request."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Reading(BaseHTTPRequestHandler, ABC):
    """Reads a request and hands its body to `answer`, which a server of a kind writes."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.parsed(self.rfile.read(int(self.headers["content-length"])))
        with self.server.guard:  # type: ignore[attr-defined]
            self.server.keys.append(self.headers.get("authorization", ""))  # type: ignore[attr-defined]
        self.answer(body)

    def parsed(self, data: bytes) -> dict[str, Any]:
        """A request's body: JSON, where a server of a kind reads no other."""
        found: dict[str, Any] = json.loads(data)
        return found

    @abstractmethod
    def answer(self, body: dict[str, Any]) -> None:
        """Answer a request with this body."""

    def send(self, status: int, data: bytes, kind: str = "application/json", more: dict[str, str] | None = None) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in ({"content-type": kind, "content-length": str(len(data))} | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.write(data)

    def write(self, data: bytes) -> None:
        """Some of an answer's body."""
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:  # a client that gave up
            self.close_connection = True


S = TypeVar("S", bound=Loopback)


@contextmanager
def running(server: S) -> Iterator[S]:
    """The server while the block runs."""
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
