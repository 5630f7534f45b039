"""A model hub on loopback that is slow, breaks off, refuses, lies, and redirects to addresses bound to GET."""

from __future__ import annotations

import hashlib
import random
import re
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REFUSALS = (401, 403, 404, 416, 429, 500, 503)
FAULTS = ("none", "cut", "refuse", "slow", "silent", "no ranges", "flip", "short length", "long length", "wrong etag")
CUT_ONLY = ("none", "cut", "cut", "cut")


@dataclass
class RoughHub:
    """What the server has, does and saw.

    Attributes:
        files: the end of a path -> its bytes.
        faults: one of FAULTS for each request, in order; none when they are used up.
        redirect: answer with a redirect to another host's address that only GET may use.
        token: wanted where it is set; it must never reach the other host.
        sent: (path, first byte, how many) of everything that went out.
        asked: by a file's name, (first byte asked for, first byte sent, how many) of the same.
        drip: seconds between blocks of 8 KiB.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    redirect: bool = False
    token: str = ""
    gated: bool = False
    random: random.Random = field(default_factory=lambda: random.Random(0))
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    sent: list[tuple[str, int, int]] = field(default_factory=list)
    asked: dict[str, list[list[int]]] = field(default_factory=lambda: defaultdict(list))
    drip: float = 0.0
    leaked: list[str] = field(default_factory=list)
    retry_after: str = "0"
    url: str = ""
    port: int = 0

    def fault(self) -> str:
        """The next request's fault."""
        return self.faults.pop(0) if self.faults else "none"


@contextmanager
def serve(state: RoughHub) -> Iterator[RoughHub]:
    """The hub at `state.url` while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _plain(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": "0"} | headers).items():
                self.send_header(name, value)
            self.end_headers()

        def _answer(self) -> None:
            state.requests.append((self.command, self.path, self.headers.get("Range", "")))
            path, _, query = self.path.partition("?")
            signed = query.startswith("signed=")
            if signed:
                if "Authorization" in self.headers:
                    state.leaked.append(self.path)
                if query != f"signed={self.command}":
                    return self._plain(403, {})
            elif state.token and self.headers.get("Authorization") != f"Bearer {state.token}":
                return self._plain(401, {"X-Error-Code": "RepoNotFound"})
            elif state.gated:
                return self._plain(403, {"X-Error-Code": "GatedRepo"})
            data = next((d for end, d in state.files.items() if path.endswith(end)), None)
            if data is None:
                return self._plain(404, {"X-Error-Code": "EntryNotFound"})
            fault = state.fault() if signed or not state.redirect else "none"
            if fault == "refuse":
                return self._plain(state.random.choice(REFUSALS), {"Retry-After": state.retry_after})
            if fault in ("401", "403", "404", "416", "429", "500", "503"):
                return self._plain(int(fault), {"Retry-After": state.retry_after})
            facts = {"X-Repo-Commit": COMMIT}
            told = data + b"!" if fault == "wrong etag" else data
            if len(data) > 1000:  # the hub gives sha256 for large files and git's digest for small ones
                facts["X-Linked-Etag"] = f'"{hashlib.sha256(told).hexdigest()}"'
            else:
                facts["ETag"] = f'"{hashlib.sha1(b"blob %d" % len(told) + bytes(1) + told).hexdigest()}"'
            if state.redirect and not signed:
                other = f"http://localhost:{state.port}{path}?signed={self.command}"
                return self._plain(302, facts | {"Location": other})
            return self._bytes(path, data, fault, facts)

        def _bytes(self, path: str, data: bytes, fault: str, facts: dict[str, str]) -> None:
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(asked[1]) if asked and fault != "no ranges" else 0
            if asked and start >= len(data):
                return self._plain(416, facts)
            body = bytearray(data[start:])
            if fault == "flip":
                body[state.random.randrange(len(body))] ^= 1
            length = len(body) + {"short length": -(len(body) // 3), "long length": 1000}.get(fault, 0)
            if fault == "slow":
                time.sleep(0.05)
            if fault == "silent":
                time.sleep(0.6)
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(length))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            for name, value in facts.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "HEAD":
                return None
            end = state.random.randrange(len(body)) if fault == "cut" else min(length, len(body))
            state.sent.append((path, start, end))
            row = [int(asked[1]) if asked else 0, start, 0 if state.drip else end]
            state.asked[path.rpartition("/")[2]].append(row)
            for at in range(0, end, 8192) if state.drip else ():
                time.sleep(state.drip)
                self.wfile.write(bytes(body[at : min(at + 8192, end)]))
                row[2] = min(at + 8192, end)
            self.wfile.write(b"" if state.drip else bytes(body[:end]))
            if fault in ("cut", "long length"):
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_WR)
            return None

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            pass  # the other side went away, as it may

    server = Server(("127.0.0.1", 0), Handler)
    state.port, state.url = server.server_port, f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
