"""What a torture run has instead of models: lines that follow from an episode's bytes, an engine over HTTP that may be
away, clips and a programme made of digests. Everything else is the service's own: look, plan, leases, steps, store,
delivery, outbox, decisions.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import urllib.request
from ctypes import c_int
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from localize.delivery.deliver import _beside, _place
from localize.delivery.result import Delivered
from localize.errors import EngineError, LocalizeError
from localize.files import file_sha256
from localize.markets import Market
from localize.pipeline.episode import Stages
from localize.records import Verdict
from localize.session import Session, open_series
from localize.settings import Settings
from localize.storage.blobs import open_store
from localize.storage.ledger import open_ledger
from localize.storage.step_cache import Failure, Steps, step_key
from tests.torture.proxy import die_with_parent

LINES = 4
REVIEWED = "latam"
EDIT = "L002: Palabras de una persona."


class Named:
    """An object with attributes."""

    def __init__(self, **facts: Any) -> None:
        self.__dict__.update(facts)


def lines_of(sha256: str) -> list[str]:
    """What is said in an episode; no two episodes, and no two revisions, share a line."""
    return [f"Line {n} of {sha256[:12]}." for n in range(LINES)]


def translated(text: str, tag: str) -> str:
    """What the engine makes of a line."""
    return f"{tag} {text[::-1]}"


def programme(texts: list[str]) -> bytes:
    """What is delivered of these texts."""
    return b"".join(hashlib.sha256(t.encode()).digest() * 200 for t in texts)


class Engine(BaseHTTPRequestHandler):
    """The engine: answers, or says 500 while `away` is set."""

    away: c_int

    def do_POST(self) -> None:
        texts, tag = json.loads(self.rfile.read(int(self.headers["content-length"])))
        body = json.dumps([translated(t, tag) for t in texts]).encode()
        away = bool(self.away.value)
        with contextlib.suppress(OSError):  # who asked was killed
            self.send_response(500 if away else 200)
            self.end_headers()
            self.wfile.write(b"" if away else body)

    def log_message(self, *_args: object) -> None:
        return


def serve_engine(port: int, away: c_int) -> None:
    """Be the engine until killed."""
    die_with_parent()
    Engine.away = away
    ThreadingHTTPServer(("127.0.0.1", port), Engine).serve_forever()


def ask_engine(port: int, texts: list[str], tag: str) -> list[str]:
    """Raises EngineError where the engine is away."""
    data = json.dumps([texts, tag]).encode()
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/", data)
        with urllib.request.urlopen(request, timeout=5) as answer:
            made: list[str] = json.loads(answer.read())
            return made
    except OSError as error:
        raise EngineError(f"the engine is away: {error}", "engine") from error


def session_of(settings: Settings, series: str) -> Session:
    """A session as a worker has it, without engines."""
    ledger = open_ledger(settings)
    steps = Steps(ledger, open_store(settings), shared=True)
    engines: Any = None
    return Session(settings, engines, ledger, steps, open_series(settings, ledger, series))


def make_market(session: Session, episode: Any, market: Market, out: Path, port: int) -> Delivered:
    """One market's variant: every line from the memory or the engine, a clip each, one programme, delivered."""
    tag, steps = market.language, session.steps
    memory = session.bible.memory_of("en", tag)
    rows, found = [], {}
    for n, text in enumerate(lines_of(episode.sha256)):
        match = memory.lookup(text, lines_of(episode.sha256)[n - 1] if n else "")
        if match is not None and match.score == 1.0:
            found[n] = (match.text(session.bible.terms, tag), "memory", "")
        else:
            rows.append((n, text))

    def translate(items: list[tuple[int, str]]) -> list[Any]:
        try:
            return [{"text": t} for t in ask_engine(port, [text for _n, text in items], tag)]
        except LocalizeError as error:
            return [Failure({"text": "", "error": str(error)}, str(error))] * len(items)

    asked = [({"text": text, "target": tag}, f"{episode.name} {tag} L{n:03d}", (n, text)) for n, text in rows]
    for (n, _text), made in zip(rows, steps.batch("translate", 1, asked, translate), strict=True):
        found[n] = (made["text"], "engine", made.get("error", ""))
    texts = [found[n][0] for n in range(LINES)]
    for n, text in enumerate(texts):
        steps.data("speak", 1, {"text": text}, f"{episode.name} {tag} L{n:03d}", lambda text=text: text.encode() * 50)  # type: ignore[misc]
    digest, sound = steps.data("mix", 1, {"texts": texts}, f"{episode.name} {tag}", lambda: programme(texts))
    errors = [e for _t, _o, e in found.values() if e]
    verdict = Verdict.FAIL if errors else Verdict.REVIEW if market.name == REVIEWED else Verdict.PASS
    key = step_key("deliver", 1, {"file": episode.sha256, "market": market.name, "texts": texts, "mix": digest})
    folder = out / session.bible.name / episode.name / market.name
    report = {
        "series": session.bible.name, "market": market.name, "language": tag, "verdict": str(verdict),
        "reasons": errors, "metrics": {}, "episode": {"name": episode.name, "source_lang": "en"},
        "lines": [
            {"id": f"L{n:03d}", "source": text, "target": texts[n], "origin": found[n][1], "terms": [], "flags": [],
             "speaker": "S1", "start_ms": n * 1000, "end_ms": n * 1000 + 900}
            for n, text in enumerate(lines_of(episode.sha256))
        ],
    }  # fmt: skip
    earlier = session.ledger.delivery(str(folder.absolute()))
    with _beside(folder) as work:
        (work / f"{episode.name}.bin").write_bytes(sound)
        (work / "report.json").write_text(json.dumps(report), encoding="utf-8")
        (work / "report.html").write_text("report", encoding="utf-8")
        files = [f"{episode.name}.bin", "report.json", "report.html"]
        _place(work, folder, files, session, episode, market, key, verdict, set(earlier[2]) if earlier else set())
    return Delivered(episode.name, market.name, folder, verdict, tuple(errors), {}, False, key)


def stages(port: int) -> Stages:
    """An episode's stages without models: a file's bytes are the episode, and the last stage makes all of a market."""

    def admit(_session: Session, path: Path, _source_lang: str | None) -> Any:
        return Named(name=path.stem, sha256=file_sha256(path))

    def listen(_session: Session, _episode: Any, _source_lang: str | None) -> Any:
        return Named(transcript=Named(language="en"))

    def part(*_of: Any) -> Any:
        return Named(spoken=True)

    def deliver(session: Session, episode: Any, market: Market, _made: Any, out: Path) -> Delivered:
        return make_market(session, episode, market, out, port)

    return Stages(admit, listen, part, part, part, deliver)
