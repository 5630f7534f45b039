"""Words of an episode from its sound: stretch by stretch, with what was skipped or is doubtful heard again."""

from __future__ import annotations

from dataclasses import replace

from ..audio.samples import Samples
from ..audio.spans import Span
from ..engines.base import Transcriber
from ..languages.clean import clean_row
from ..records import Word
from ..session import Session
from . import second_hearing
from .by_sound import BySound
from .lines import cut_lines
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
    return language, tuple(replace(w, id=n, text=clean_row(w.text)) for n, w in enumerate(words))


def believed_words(
    session: Session, hearing: Samples, speech: list[Span], language: str, words: tuple[Word, ...], names: BySound
) -> second_hearing.Believed:
    """The words that were really said: lines with a sign against them are heard once more by themselves."""
    whisper = session.engines.transcriber()

    def hear(span: Span, lead_ms: int) -> tuple[Word, ...]:
        offset = max(0, span[0] - lead_ms)
        heard = whisper.transcribe(hearing[offset * 16 : (span[1] + lead_ms) * 16], language, (), quick=True)
        return names.printed(_placed(heard.words, offset, speech))

    lines = cut_lines(words, speech)
    how = second_hearing.Hearing(
        primary=language,
        speech=speech,
        hear=hear,
        repair=names.repair,
        is_name=names.may_be,
        known=names.known,
    )
    return second_hearing.believed(words, lines, how)


def _placed(words: tuple[Word, ...], offset: int, speech: list[Span]) -> tuple[Word, ...]:
    """Words of a part that begins at `offset`, on the episode's timeline, without those that nobody said."""
    moved = tuple(replace(w, start_ms=w.start_ms + offset, end_ms=w.end_ms + offset) for w in words)
    return heard_words(settle(moved, speech), speech)


def _heard_in(
    whisper: Transcriber, hearing: Samples, span: Span, language: str, hints: tuple[str, ...], speech: list[Span]
) -> tuple[Word, ...]:
    """Words of one stretch, on the episode's timeline. What stands doubtful at its end is kept only where the last
    span, heard by itself and without hints, ends with it too."""
    offset = max(0, span[0] - LEAD_MS)
    heard = whisper.transcribe(hearing[offset * 16 : (span[1] + LEAD_MS) * 16], language, hints)
    words = _placed(heard.words, offset, speech)
    tail = doubtful_tail(words, speech)
    if tail:
        start, end = [s for s in speech if s[0] <= words[-1].start_ms][-1]
        again = whisper.transcribe(hearing[max(0, start - LEAD_MS) * 16 : (end + TAIL_MS) * 16], language, ())
        if not says_at_end(again.words, words[-tail:]):
            return words[:-tail]
    return words
