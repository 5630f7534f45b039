"""Engines that failed here: asked last for a while, named in reports, and listed by `localize health`."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import one_line

REST_S = 300.0  # so long an engine that failed is asked only where there is no other
KEEP_S = 24 * 3600.0
NAME = "engine-failures.json"


@dataclass
class Failures:
    """What failed in this process; also written to `path` for `localize health`, which is another process."""

    path: Path
    _noted: dict[str, tuple[float, str]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, engine: str, reason: str) -> None:
        """An engine failed as a whole: on every line, or it could not be loaded."""
        reason = one_line(reason, 300)
        with self._guard:
            self._noted[engine] = (time.monotonic(), reason)
            with contextlib.suppress(OSError):  # a report of trouble must not be trouble itself
                self.path.parent.mkdir(parents=True, exist_ok=True)
                part = self.path.with_name(f".{self.path.name}.part")
                now = {engine: {"at": time.time(), "why": reason}}
                part.write_text(json.dumps(recent(self.path) | now, indent=1) + "\n", encoding="utf-8")
                part.replace(self.path)

    def reason(self, engine: str) -> str:
        """Why an engine failed a moment ago; empty where it did not."""
        at, reason = self._noted.get(engine, (0.0, ""))
        return reason if reason and time.monotonic() - at < REST_S else ""


def recent(path: Path) -> dict[str, dict[str, float | str]]:
    """What was written down within the last day: engine -> {"at": seconds since 1970, "why": reason}."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {k: v for k, v in rows.items() if time.time() - float(v["at"]) < KEEP_S}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
