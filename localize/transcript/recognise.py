"""Words of an episode from its sound: stretch by stretch, with what was skipped or is doubtful heard again."""

from __future__ import annotations

from dataclasses import replace

from ..audio.samples import Samples
from ..audio.spans import Span
from ..engines.base import Transcriber
from ..records import Word
from ..session import Session
from .words import chunks, doubtful_tail, heard_words, says_at_end, settle, unheard

LEAD_MS = 300  # sound before and after a stretch that a recogniser is given
TAIL_MS = 100  # after a last span that is heard once more: another end than before, or it is misheard alike


def recognise(
    session: Session, hearing: Samples, speech: list[Span], source_lang: str | None
) -> tuple[str, tuple[Word, ...]]:
    """Words of the whole episode, heard stretch by stretch so that no window of the recogniser cuts a sentence;
    spoken spans that it skipped are heard once more by themselves."""
    whisper = session.engines.transcriber()
    language = (source_lang or whisper.detect(hearing)[0]).split("-")[0].lower()
    hints = session.bible.terms.names(language)
    words: list[Word] = []
    for stretch in chunks(speech):
        words += _heard_in(whisper, hearing, stretch, language, hints, speech)
    for span in unheard(tuple(words), speech):
        words += _heard_in(whisper, hearing, span, language, (), [span])
    words.sort(key=lambda w: w.start_ms)  # stable: words of one stretch keep their order
    return language, tuple(replace(w, id=n) for n, w in enumerate(words))


def _heard_in(
    whisper: Transcriber, hearing: Samples, span: Span, language: str, hints: tuple[str, ...], speech: list[Span]
) -> tuple[Word, ...]:
    """Words of one stretch, on the episode's timeline. What stands doubtful at its end is kept only where the last
    span, heard by itself and without hints, ends with it too."""
    offset = max(0, span[0] - LEAD_MS)
    heard = whisper.transcribe(hearing[offset * 16 : (span[1] + LEAD_MS) * 16], language, hints)
    moved = tuple(replace(w, start_ms=w.start_ms + offset, end_ms=w.end_ms + offset) for w in heard.words)
    words = heard_words(settle(moved, speech), speech)
    tail = doubtful_tail(words, speech)
    if tail:
        start, end = [s for s in speech if s[0] <= words[-1].start_ms][-1]
        again = whisper.transcribe(hearing[max(0, start - LEAD_MS) * 16 : (end + TAIL_MS) * 16], language, ())
        if not says_at_end(again.words, words[-tail:]):
            return words[:-tail]
    return words
