"""A ledger with its store, and a model hub on loopback, shaped like the real one."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from localize.models import request
from localize.storage.blobs import Store
from localize.storage.ledger import Ledger
from localize.storage.step_cache import Steps

BIG = bytes(range(256)) * 4096
SMALL = b'{"a": 1}\n'
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What the server has and saw. `break_after` cuts the connection after so many bytes, once."""

    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    break_after: int = 0
    honest: bool = True
    url: str = ""


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(Ledger(tmp_path / "ledger.sqlite"), Store(tmp_path / "store"))


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub({"model.bin": BIG, "config.json": SMALL})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self, body: bool) -> None:
            state.requests.append((self.command, self.path, self.headers.get("Range", "")))
            name = self.path.rsplit("/", 1)[-1]
            data = state.files.get(name)
            if data is None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = int(self.headers["Range"].split("=")[1].rstrip("-")) if "Range" in self.headers else 0
            if start >= len(data) and start:
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            part = data[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(part)))
            self.send_header("X-Repo-Commit", COMMIT)
            told = data if state.honest else data + b"!"
            if len(data) > 1000:  # the hub gives sha256 for large files and git's digest for small ones
                self.send_header("X-Linked-Etag", f'"{hashlib.sha256(told).hexdigest()}"')
            else:
                git = hashlib.sha1(b"blob %d\0" % len(told) + told).hexdigest()
                self.send_header("ETag", f'"{git}"')
            self.end_headers()
            if not body:
                return
            if state.break_after and len(part) > state.break_after:
                self.wfile.write(part[: state.break_after])
                self.wfile.flush()
                state.break_after = 0
                self.close_connection = True
                self.connection.close()
                return
            self.wfile.write(part)

        def do_GET(self) -> None:
            self._answer(True)

        def do_HEAD(self) -> None:
            self._answer(False)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    request.resting.clear()
    yield state
    server.shutdown()
    server.server_close()
