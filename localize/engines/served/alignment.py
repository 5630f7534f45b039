"""When words are said that somebody else wrote: an aligner's times, another hearing's, or the voice's own.

There is no common shape for an aligner. This one is asked as a recogniser is, with the text beside the sound:
`/v1/audio/align` with `file`, `model`, `text` and `language` answers {"words": [{"word", "start", "end"}]}, in seconds.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from time import sleep as _sleep
from typing import Any

from ...audio.samples import ASR_RATE, Samples
from ...audio.spans import Span
from ...errors import UnusableResult
from ...languages.text import normal_form
from ...records import EngineUse, Word
from ..base import EngineContext
from .endpoint import Endpoint
from .sound import as_wav
from .spending import Units
from .wire import Wire

BY_VOICE = "voice activity"
SLACK_S = 0.5  # past the sound's end, or back in time, that rounding explains
ALIKE = 0.5  # of the words that must be the other hearing's, too, for its times to serve
UNTOLD = 0.75  # probability of a word whose server tells none: neither doubted for it, nor believed against others


class Aligner:
    """One endpoint that tells when the words of a text are said."""

    def __init__(self, context: EngineContext, endpoint: Endpoint, sleep: Callable[[float], None] = _sleep) -> None:
        self.context, self.endpoint, self.name = context, endpoint, endpoint.name
        self.wire = Wire(endpoint, context, sleep)

    def identity(self) -> EngineUse:
        one = self.endpoint
        return EngineUse(
            "align", self.name, f"served 1 at {one.url} {sorted(one.body.items())}", one.model, "", one.licence
        )

    def times(self, audio: Samples, text: str, language: str) -> tuple[Word, ...]:
        """Words of `text` with their times in 16 kHz mono `audio`. Raises EngineError, UnusableResult for times that
        cannot be, or words that are not the text's."""
        body = {**self.endpoint.body, "model": self.endpoint.model, "text": text, "language": language}
        seconds = len(audio) / ASR_RATE
        answer = self.wire.post("/audio/align", Units(seconds=seconds), body=body, sound=as_wav(audio, ASR_RATE))
        try:
            rows = answer.table().get("words")
        except ValueError as error:
            raise UnusableResult(f"no JSON: {error}", self.name, "check the server") from error
        words = timed_words(rows, seconds, self.name)
        if _letters(w.text for w in words) != _letters([text]):
            raise UnusableResult("other words than the text's", self.name, "check the server")
        return tuple(replace(w, prob=UNTOLD, timed=self.name) for w in words)


def timed_words(rows: Any, seconds: float, where: str) -> tuple[Word, ...]:
    """Words of a server's rows of {"word", "start", "end"}; a probability is taken where one is told.

    Raises UnusableResult for rows of another form, times out of order, or beyond the end of the sound.
    """
    out: list[Word] = []
    if not isinstance(rows, list) or not rows:
        raise UnusableResult("no words with times", where, "check `can` in endpoints.toml")
    for row in rows:
        try:
            text, start, end = str(row["word"]).strip(), float(row["start"]), float(row["end"])
            prob = float(row.get("probability", row.get("confidence", UNTOLD)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnusableResult(f"a word in an unknown form: {str(row)[:80]!r}", where, "check the server") from error
        if not all(map(math.isfinite, (start, end, prob))) or not -SLACK_S <= start <= end <= seconds + SLACK_S:
            raise UnusableResult(
                f"{text!r} from {start} to {end} s in {seconds:.1f} s of sound", where, "check the server"
            )
        if out and start * 1000 < out[-1].start_ms - SLACK_S * 1000:
            raise UnusableResult(f"words out of order at {text!r}", where, "check the server")
        if text:
            first = max(0, round(1000 * start), out[-1].start_ms if out else 0)
            out.append(
                Word(len(out), text, first, max(first, round(1000 * min(end, seconds))), min(1.0, max(0.0, prob)))
            )
    return tuple(out)


def by_another_hearing(text: str, heard: Sequence[Word], by: str) -> tuple[Word, ...] | None:
    """The words of a text at the times of another hearing of the same sound; None where too few of them agree.

    Words that only the text has share the time between their neighbours that both have, by their letters.
    """
    written = text.split()
    keys, others = [normal_form(w) for w in written], [normal_form(w.text) for w in heard]
    blocks = SequenceMatcher(None, keys, others, autojunk=False).get_matching_blocks()
    at = {b.a + n: heard[b.b + n] for b in blocks for n in range(b.size)}
    if not written or len(at) < ALIKE * len(written):
        return None
    out: list[Word] = []
    for known, group in itertools.groupby(range(len(written)), lambda n: n in at):
        places = list(group)
        if known:
            out += [Word(n, written[n], at[n].start_ms, at[n].end_ms, UNTOLD, by) for n in places]
            continue
        before, after = at.get(places[0] - 1), at.get(places[-1] + 1)
        start = before.end_ms if before else heard[0].start_ms
        end = max(start, after.start_ms if after else heard[-1].end_ms)
        shared = spread([written[n] for n in places], [(start, end)], by)
        out += [replace(w, id=n) for n, w in zip(places, shared, strict=True)]
    return tuple(out)


def spread(written: Sequence[str], spans: Sequence[Span], by: str = BY_VOICE) -> tuple[Word, ...]:
    """Words laid over spans of speech, each as long as its letters make it."""
    weights = [sum(c.isalnum() for c in w) + 1 for w in written]
    total, voiced = sum(weights), sum(b - a for a, b in spans)

    def place(share: float, closing: bool) -> int:
        left = share * voiced
        for start, end in spans:
            if left < end - start or (closing and left <= end - start):
                return round(start + left)
            left -= end - start
        return spans[-1][1]

    out, done = [], 0
    for number, (text, weight) in enumerate(zip(written, weights, strict=True)):
        start, end = place(done / total, False), place((done + weight) / total, True)
        out.append(Word(number, text, start, max(start, end), UNTOLD, by))
        done += weight
    return tuple(out)


def _letters(texts: Any) -> str:
    return "".join(c for t in texts for c in t.casefold() if c.isalnum())
