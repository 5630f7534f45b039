"""A server of the tests in the shapes of the common endpoints: our own voice behind it, and every way to answer badly."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import numpy as np
import soundfile

from localize.engines.base import Clip, Samples
from tests.localize.served.loopback import Loopback, Reading, running

BAD = (
    "busy", "busy-wait", "broken", "quota", "payment", "forbidden", "gone", "elsewhere", "empty", "page", "error-inside",
    "quota-inside", "cut", "slow", "drips", "no-sound", "silence", "noise", "half", "ten-times", "twice-the-rate",
    "clipped", "cut-wav", "odd-pcm", "refuses",
)  # fmt: skip


def wav(samples: Samples, rate: int, kind: str = "WAV") -> bytes:
    """A file of these samples."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=kind, subtype="PCM_16")
    return buffer.getvalue()


class Served(Loopback):
    """`voice` speaks a text; `bad` is how it answers: a kind of BAD for every request, or "" for well."""

    def __init__(self, voice: Any = None, hears: Any = None) -> None:
        super().__init__(Handler)
        self.voice, self.hears = voice, hears
        self.bad, self.good_after, self.bad_from = "", 10**9, 1  # which requests are answered badly: from, to
        self.bad_align, self.says = "", ""
        self.seen: list[dict[str, Any]] = []


class Handler(Reading):
    server: Served

    def parsed(self, data: bytes) -> dict[str, Any]:
        kind = self.headers["content-type"]
        return form(kind, data) if kind.startswith("multipart/") else super().parsed(data)

    def answer(self, body: dict[str, Any]) -> None:
        with self.server.guard:
            kind = self.server.bad if self.server.bad_from <= len(self.server.keys) <= self.server.good_after else ""
        if self.path.endswith("/audio/speech"):
            with self.server.guard:
                self.server.seen.append(body)
            if not self._refused(kind):
                self._speech(kind, body)
        elif self.path.endswith(("/audio/transcriptions", "/audio/align")):
            samples = body.pop("file")
            with self.server.guard:
                self.server.seen.append(body)
            if not self._refused(kind):
                self._align(body, samples) if self.path.endswith("align") else self._transcript(kind, body, samples)
        elif self.path.endswith("/embeddings"):
            with self.server.guard:
                self.server.seen.append(body)
            if not self._refused(kind):
                self._vectors(kind, body)
        else:
            self.send(404, b'{"error": "no such path"}')

    def _refused(self, kind: str) -> bool:
        """Whether the request was answered badly, whatever it asks for."""
        key = self.headers.get("authorization", "")
        status = {"busy": 429, "busy-wait": 429, "broken": 500, "quota": 429, "payment": 402, "forbidden": 401, "gone": 404,
                  "elsewhere": 307, "refuses": 422}.get(kind)  # fmt: skip
        said = {"quota": "insufficient_quota"}.get(kind, f"a word about {key}")
        more = {"busy-wait": {"retry-after": "1"}, "elsewhere": {"location": self.server.url + "/elsewhere"}}.get(kind, {})
        if status:
            self.send(status, json.dumps({"error": {"message": said}}).encode(), more=more)
        elif kind == "empty":
            self.send(200, b"")
        elif kind == "page":
            self.send(200, b"<!DOCTYPE html><html>Sign in</html>", "text/html")
        elif kind in ("error-inside", "quota-inside"):
            said = "billing hard limit" if kind == "quota-inside" else f"model is loading for {key}"
            self.send(200, json.dumps({"error": {"message": said}}).encode())
        elif kind == "slow":
            time.sleep(1.5)
            self.send(200, b"late")
        elif kind == "drips":
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            for _n in range(8):
                self.write(b".")
                time.sleep(0.25)
            self.close_connection = True
        else:
            return False
        return True

    def _speech(self, kind: str, body: dict[str, Any]) -> None:
        clip: Clip = self.server.voice(body["input"], body["voice"], body.get("speed", 1.0))
        samples, rate = clip.samples, clip.rate
        if kind == "no-sound":
            return self.send(200, b"thank you for calling, here is no sound", "audio/wav")
        if kind == "silence":
            samples = np.zeros_like(samples)
        elif kind == "noise":
            samples = (0.1 * np.random.default_rng(3).standard_normal(len(samples))).astype(np.float32)
        elif kind == "half":
            samples = samples[: len(samples) // 3]
        elif kind == "ten-times":
            samples = np.tile(samples, 10)
        elif kind == "twice-the-rate":
            rate *= 3
        elif kind == "clipped":
            samples = np.clip(samples * 30, -0.6, 0.6)
        if body["response_format"] == "pcm":
            data = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes() + (b"." if kind == "odd-pcm" else b"")
            return self.send(200, data, "audio/pcm")
        data = wav(samples, rate, body["response_format"].upper())
        if kind == "cut":
            return self._cut(data)
        return self.send(200, data[: len(data) // 2] if kind == "cut-wav" else data, "audio/wav")

    def _cut(self, data: bytes) -> None:
        """The connection ends before the body does."""
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.write(data[: len(data) // 2])
        self.close_connection = True

    def _vectors(self, kind: str, body: dict[str, Any]) -> None:
        made = self.server.voice(body["input"]).tolist()
        if kind == "too-few":
            made.pop()
        elif kind == "other-length":
            made[-1] = made[-1][:-1]
        elif kind == "another-model":
            made = [row[: len(row) // 2] for row in made]
        elif kind == "no-numbers":
            made[0] = ["a"] * len(made[0])
        elif kind == "not-finite":
            made[0][0] = float("nan")
        elif kind == "zeros":
            made[0] = [0.0] * len(made[0])
        elif kind == "same":
            made = [made[0]] * len(made)
        rows = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(made)]
        if kind == "twice-one":
            rows[-1]["index"] = 0
        data = b"vectors, later" if kind == "no-json" else json.dumps({"object": "list", "data": rows[::-1]}).encode()
        if kind == "cut":
            return self._cut(data)
        return self.send(200, data)

    def _transcript(self, kind: str, fields: dict[str, Any], samples: Samples) -> None:
        heard = self.server.hears(samples, fields.get("language"), ())
        words = [{"word": w.text, "start": w.start_ms / 1000, "end": w.end_ms / 1000} for w in heard.words]
        text = self.server.says or " ".join(w.text for w in heard.words)
        ends = {"start": words[0]["start"], "end": words[-1]["end"]} if words else {"start": 0.0, "end": 0.0}
        segment = {"id": 0, "text": text, "avg_logprob": -0.2, **ends}
        table: dict[str, Any] = {"text": text, "language": heard.language, "words": words, "segments": [segment]}
        if fields["response_format"] == "json":
            table = {"text": text}
        if kind == "no-json":
            return self.send(200, b"not a table at all")
        if kind == "no-text":
            del table["text"]
        elif kind == "out-of-order":
            words.reverse()
        elif kind == "beyond-the-end":
            words[-1]["end"] = 1000.0
        elif kind == "not-a-number":
            words[0]["start"] = float("nan")
        elif kind == "odd-words":
            table["words"] = [w["word"] for w in words]
        elif kind == "other-language":
            table["language"] = "french"
        elif kind == "ten-times":
            table["text"] = f"{text} " * 10
        elif kind == "no-words":
            table["words"] = None
        data = json.dumps(table).encode()
        if kind == "cut":
            return self._cut(data)
        return self.send(200, data)

    def _align(self, fields: dict[str, Any], samples: Samples) -> None:
        each = len(samples) / 16_000 / max(1, len(fields["text"].split()))
        said = "quite other words" if self.server.bad_align == "other-words" else fields["text"]
        rows = [{"word": w, "start": n * each, "end": (n + 1) * each} for n, w in enumerate(said.split())]
        self.send(200, json.dumps({"words": rows}).encode())


def form(kind: str, data: bytes) -> dict[str, Any]:
    """The fields of a form; its file as samples."""
    message = BytesParser(policy=HTTP).parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + data)
    fields: dict[str, Any] = {}
    for part in message.iter_parts():  # type: ignore[attr-defined]
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        fields[name] = soundfile.read(io.BytesIO(content), dtype="float32")[0] if name == "file" else content.decode()
    return fields


@contextmanager
def serving(voice: Any = None, hears: Any = None) -> Iterator[Served]:
    """A server on loopback, gone afterwards."""
    with running(Served(voice, hears)) as server:
        yield server
