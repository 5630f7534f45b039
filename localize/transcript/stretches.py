"""Sound heard stretch by stretch, several at once: no window of the recogniser cuts a sentence, and no core idles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ..audio.samples import ASR_RATE, Samples
from ..audio.spans import Span
from ..records import Word
from ..threads import together
from .words import chunks, settle, unheard

LEAD_MS = 300  # sound before and after a stretch that a recogniser is given
SKIPPED_MS = 800  # of a span without words: shorter ones are breaths and the ends of words


def each(spans: Sequence[Span], hear: Callable[[Span], tuple[Word, ...]], threads: int) -> list[Word]:
    """The words of spans, in their order, so many spans at once."""
    return [w for words in together([partial(hear, span) for span in spans], threads) for w in words]


def around(
    audio: Samples, span: Span, lead_ms: int = LEAD_MS, tail_ms: int | None = None, rate: int = ASR_RATE
) -> tuple[Samples, int]:
    """Sound of a span with some before and after it, and the ms at which it begins."""
    start, end = max(0, span[0] - lead_ms), span[1] + (lead_ms if tail_ms is None else tail_ms)
    return audio[start * rate // 1000 : end * rate // 1000], start


def moved(words: Sequence[Word], offset_ms: int) -> tuple[Word, ...]:
    """Words of a part that begins at `offset_ms`, on the whole's timeline."""
    return tuple(replace(w, start_ms=w.start_ms + offset_ms, end_ms=w.end_ms + offset_ms) for w in words)


def words_in(hear: Callable[[Span], tuple[Word, ...]], speech: list[Span], threads: int) -> tuple[Word, ...]:
    """What a recogniser reads, at the first try, from where somebody speaks; ids by order. `hear` gives a stretch's words.

    Now and then a recogniser jumps from one sentence to the end of its window: spans of which it wrote nothing are heard by
    themselves. Raises what `hear` raises.
    """
    words = each(chunks(speech), hear, threads)
    words += each(unheard(settle(tuple(words), speech), speech, SKIPPED_MS), hear, threads)
    words.sort(key=lambda w: w.start_ms)  # stable: words of one stretch keep their order
    return tuple(replace(w, id=n) for n, w in enumerate(words))
