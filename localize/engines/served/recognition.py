"""Recognition behind `/v1/audio/transcriptions`: words with times, segments, or text alone.

Where a server tells no times of words, an aligner endpoint does, else the words that this machine's own recogniser hears in
the same sound, else voice activity; each word says so. What a server writes is believed as little as our own
recogniser: the checks against words that nobody said follow in `localize.transcript`.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from dataclasses import replace
from time import sleep as _sleep
from typing import Any

import numpy as np

from ...audio.samples import ASR_RATE, Samples
from ...audio.spans import Span
from ...errors import EngineError, OptionError, OtherLanguage, UnusableResult
from ...languages.syllables import syllables
from ...records import EngineUse, Word
from ..base import EngineContext, Heard, Transcriber
from ..recognition import silero
from ..recognition.choice import choose
from . import alignment
from .endpoint import Endpoint
from .sound import as_wav
from .spending import Units
from .wire import Answer, Wire

VERSION = 1
TRIES = 2  # of a piece whose answer cannot be used
FASTEST = 12.0  # syllables a second of all the sound, from which nobody can have said it (people: up to 7)
FASTEST_LEAST = 24  # syllables below which that says nothing
QUIETEST_MS = 100
NAMES = {
    "english": "en", "spanish": "es", "portuguese": "pt", "hindi": "hi", "chinese": "zh", "mandarin": "zh", "cantonese": "zh",
    "french": "fr", "german": "de", "italian": "it", "japanese": "ja", "korean": "ko", "turkish": "tr", "indonesian": "id",
    "thai": "th", "vietnamese": "vi", "arabic": "ar", "russian": "ru",
}  # fmt: skip


class Served:
    """One endpoint that recognises speech."""

    def __init__(self, context: EngineContext, endpoint: Endpoint, sleep: Callable[[float], None] = _sleep) -> None:
        self.context, self.endpoint, self.name = context, endpoint, endpoint.name
        self.wire = Wire(endpoint, context, sleep)
        self._sleep = sleep

    def identity(self) -> EngineUse:
        """Who recognises; whoever tells its words' times, where it does not, is named in the version."""
        one = self.endpoint
        facts: dict[str, Any] = {"body": one.body, "can": sorted(one.can), "longest": one.max_seconds}
        if "words" not in one.can:
            facts["times"] = [a.identity().version for a in self._aligners()] + [self._own().identity().model]
        version = f"served {VERSION} at {one.url} {json.dumps(facts, sort_keys=True)}"
        return EngineUse("recognise", self.name, version, one.model, "", one.licence)

    def detect(self, audio: Samples) -> tuple[str, float]:
        """The language that the server names, which says no probability (1.0); this machine's own where it names none."""
        spans = silero.speech_spans(audio)
        start = max(0, spans[0][0] - QUIETEST_MS) if spans else 0
        piece = audio[start * 16 : (start + round(1000 * self.endpoint.max_seconds)) * 16]
        table = self._asked(piece, None, ())
        language = _tag(table.get("language"))
        return (language, 1.0) if language else self._own().detect(audio)

    def transcribe(self, audio: Samples, language: str | None, names: tuple[str, ...], quick: bool = False) -> Heard:
        """Words of 16 kHz mono `audio`, which goes out in pieces cut at silences; how hard it tries is the server's affair.

        Raises EngineFailed where the endpoint does nothing here, OtherLanguage, UnusableResult for answers that cannot be.
        """
        if language is None:
            language = self.detect(audio)[0]
        if not self.endpoint.reads(language):
            raise OtherLanguage(f"is not said to know {language}", self.name, f"add it to languages of [{self.name}]")
        words: list[Word] = []
        for start, end in pieces(audio, self.endpoint.max_seconds):
            for word in self._heard(audio[start * 16 : end * 16], language, names):
                words.append(replace(word, id=len(words), start_ms=word.start_ms + start, end_ms=word.end_ms + start))
        return Heard(language.split("-")[0].lower(), 1.0, tuple(words))

    # --- one piece ------------------------------------------------------------------------------------------------

    def _heard(self, audio: Samples, language: str, names: tuple[str, ...]) -> tuple[Word, ...]:
        wrong = UnusableResult("no answer", self.name)
        for _attempt in range(TRIES):
            try:
                return self._words(self._asked(audio, language, names), audio, language)
            except UnusableResult as error:
                wrong = error
        raise wrong

    def _asked(self, audio: Samples, language: str | None, names: tuple[str, ...]) -> dict[str, Any]:
        """The server's table for one piece. Raises EngineError, UnusableResult for what is no transcript."""
        one = self.endpoint
        body: dict[str, Any] = {**one.body, "model": one.model}
        rich = {"words", "segments"} & one.can
        body["response_format"] = "verbose_json" if rich else "json"
        if "words" in one.can:
            body["timestamp_granularities[]"] = ["word", "segment"]
        if language:
            body["language"] = language.split("-")[0].lower()
        if names and "hotwords" in one.can:
            body["hotwords"] = ", ".join(names)
        elif names and "prompt" in one.can:
            body["prompt"] = f"{', '.join(names)}."
        seconds = len(audio) / ASR_RATE
        answer = self.wire.post(
            "/audio/transcriptions", Units(seconds=seconds), body=body, sound=as_wav(audio, ASR_RATE)
        )
        table = _table(answer, self.name)
        text = table.get("text")
        if not isinstance(text, str):
            raise UnusableResult("no text in its answer", self.name, "check the server")
        told = _tag(table.get("language"))
        if language and told and told != language.split("-")[0].lower():
            raise UnusableResult(f"heard {told} for {language}", self.name, "check the server")
        size = syllables(text, (language or told or "en").split("-")[0].lower())
        if size > FASTEST_LEAST and size > FASTEST * seconds:
            raise UnusableResult(f"{size} syllables in {seconds:.1f} s of sound", self.name, "check the server")
        return table

    def _words(self, table: dict[str, Any], audio: Samples, language: str) -> tuple[Word, ...]:
        """Words with the best times that are to be had: the server's own, else others'."""
        text, seconds = " ".join(str(table["text"]).split()), len(audio) / ASR_RATE
        if not any(c.isalnum() for c in text):
            return ()
        segments = table.get("segments") if {"words", "segments"} & self.endpoint.can else None
        if "words" in self.endpoint.can:
            rows = table.get("words")
            if not rows and isinstance(segments, list):  # some servers put them into the segments
                rows = [w for s in segments if isinstance(s, dict) for w in s.get("words") or ()]
            words = alignment.timed_words(rows, seconds, self.name)
            return tuple(replace(w, prob=_sureness(segments, w, w.prob)) for w in words)
        spoken: tuple[Word, ...] = ()
        if segments:
            rows = [
                {"word": s.get("text", ""), "start": s.get("start"), "end": s.get("end")}
                for s in _rows(segments, self.name)
            ]
            spoken = alignment.timed_words(rows, seconds, self.name)
        words = self._timed(audio, text, language, spoken)
        return tuple(replace(w, prob=_sureness(segments, w, w.prob)) for w in words)

    def _timed(self, audio: Samples, text: str, language: str, segments: tuple[Word, ...]) -> tuple[Word, ...]:
        """The words of a text at the times of an aligner, of our own hearing, or of the voice; `segments` as far as told."""
        for aligner in self._aligners():
            if aligner.endpoint.reads(language) and not self.context.failures.reason(aligner.name):
                try:
                    return aligner.times(audio, text, language.split("-")[0].lower())
                except EngineError as error:
                    self.context.failures.note(aligner.name, str(error))
        own = self._own()
        try:
            heard = own.transcribe(audio, language.split("-")[0].lower(), (), quick=True).words
        except OptionError:  # a language that it does not know
            heard = ()
        by_ours = alignment.by_another_hearing(text, heard, own.identity().model)
        if by_ours is not None:
            return by_ours
        speech = silero.speech_spans(audio) or [(0, 1000 * len(audio) // ASR_RATE)]
        if not segments:
            return alignment.spread(text.split(), speech)
        out: list[Word] = []
        for part in segments:
            inside = [(max(a, part.start_ms), min(b, part.end_ms)) for a, b in speech]
            spans = [(a, b) for a, b in inside if b > a] or [(part.start_ms, part.end_ms)]
            out += alignment.spread(part.text.split(), spans)
        return tuple(replace(w, id=n) for n, w in enumerate(out))

    def _aligners(self) -> list[alignment.Aligner]:
        rows = [e for e in self.context.endpoints.values() if e.kind == "align"]
        made = [alignment.Aligner(self.context, e, self._sleep) for e in rows]
        return [a for a in made if not a.wire.unavailable()]

    def _own(self) -> Transcriber:
        """This machine's own recogniser."""
        from ..recognition.whisper import Whisper

        return Whisper(self.context, choose(self.context, lambda other: Whisper(self.context, other).hear_something()))


def pieces(audio: Samples, longest_s: float) -> list[Span]:
    """Parts of 16 kHz audio, in ms, that together are all of it, each at most so long, cut in the middle of the last
    silence that fits; where nobody stops speaking for so long, at the quietest moment of its second half."""
    longest, end = round(1000 * longest_s), round(1000 * len(audio) / ASR_RATE)
    if end <= longest:
        return [(0, end)]
    speech = silero.speech_spans(audio)
    silences = [(b + a) // 2 for (_x, b), (a, _y) in itertools.pairwise(speech)]
    out, start = [], 0
    while end - start > longest:
        fitting = [s for s in silences if start + longest // 4 < s <= start + longest]
        cut = fitting[-1] if fitting else _quietest(audio, start + longest // 2, start + longest)
        out.append((start, cut))
        start = cut
    return [*out, (start, end)]


def _quietest(audio: Samples, first_ms: int, last_ms: int) -> int:
    width = QUIETEST_MS * 16
    frames = audio[first_ms * 16 : last_ms * 16]
    whole = frames[: len(frames) // width * width].reshape(-1, width)
    return first_ms + QUIETEST_MS * int(np.argmin((whole.astype(np.float64) ** 2).mean(1))) + QUIETEST_MS // 2


def _table(answer: Answer, where: str) -> dict[str, Any]:
    try:
        return answer.table()
    except ValueError as error:
        raise UnusableResult(f"no JSON: {error}", where, "check the server") from error


def _rows(segments: Any, where: str) -> list[dict[str, Any]]:
    if not isinstance(segments, list) or not all(isinstance(s, dict) for s in segments):
        raise UnusableResult("segments in an unknown form", where, "check the server")
    return segments


def _sureness(segments: Any, word: Word, told: float) -> float:
    """A word's probability: its own where one is told, else its segment's mean."""
    if told != alignment.UNTOLD or not isinstance(segments, list):
        return told
    middle = (word.start_ms + word.end_ms) / 2000
    for s in segments:
        try:
            if float(s["start"]) <= middle <= float(s["end"]):
                return round(min(1.0, math.exp(float(s["avg_logprob"]))), 4)
        except (KeyError, TypeError, ValueError):
            continue
    return told


def _tag(told: Any) -> str:
    """A primary tag of what a server calls a language: "en", "en-US" or "English"; empty for anything else."""
    text = told.strip().lower() if isinstance(told, str) else ""
    return NAMES.get(text, "") or (text.split("-")[0] if text[2:3] in ("", "-") and text[:2].isalpha() else "")
