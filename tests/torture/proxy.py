"""A network that can be cut: bytes pass between here and a server until `away` is set, then every connection breaks."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from ctypes import c_int


def die_with_parent() -> None:
    """End this process when the one that started it is gone, whatever ended that."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def serve_proxy(port: int, target: str, away: c_int) -> None:
    """Be the network until killed; `target` is HOST:PORT."""
    host, _, number = target.partition(":")
    die_with_parent()
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            near, _address = server.accept()
            if away.value:
                near.close()
                continue
            try:
                far = socket.create_connection((host, int(number)), timeout=10)
            except OSError:
                near.close()
                continue
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass, args=(one, other, away), daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket, away: c_int) -> None:
    source.settimeout(0.05)
    with contextlib.suppress(OSError):
        while not away.value:
            try:
                data = source.recv(65536)
            except TimeoutError:
                continue
            if not data:
                break
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
