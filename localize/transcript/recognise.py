"""Words of an episode from its sound: stretch by stretch, with what was skipped or is doubtful heard again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..audio.samples import Samples
from ..audio.spans import Span
from ..engines.base import Transcriber
from ..languages.clean import clean_row
from ..records import Line, Word
from ..session import Session
from . import in_noise, second_hearing
from .by_sound import BySound
from .lines import cut_lines
from .stretches import around, each, moved
from .words import chunks, doubtful_tail, heard_words, says_at_end, settle, unheard

TAIL_MS = 100  # after a last span that is heard once more: another end than before, or it is misheard alike


def recognise(
    session: Session, hearing: Samples, speech: list[Span], language: str
) -> tuple[Word, ...]:
    """Words of the whole episode, heard stretch by stretch so that no window of the recogniser cuts a sentence;
    spoken spans that it skipped are heard once more by themselves."""
    whisper = session.engines.transcriber(language)
    hints = session.bible.terms.names(language)
    threads = session.settings.threads
    words = each(chunks(speech), lambda s: _heard_in(whisper, hearing, s, language, hints, speech), threads)
    skipped = unheard(tuple(words), speech)
    words += each(skipped, lambda s: _heard_in(whisper, hearing, s, language, (), [s]), threads)
    words.sort(key=lambda w: w.start_ms)  # stable: words of one stretch keep their order
    return tuple(replace(w, id=n, text=clean_row(w.text)) for n, w in enumerate(words))


def believed_words(
    session: Session, hearing: Samples, speech: list[Span], language: str, words: tuple[Word, ...], names: BySound
) -> second_hearing.Believed:
    """The words that were really said: lines with a sign against them are heard once more by themselves."""
    whisper = session.engines.transcriber(language)

    def hear(span: Span, lead_ms: int) -> tuple[Word, ...]:
        return _alone(whisper, around(hearing, span, lead_ms), language, speech, names)

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


def heard_otherwise(
    session: Session, hearing: Samples, speech: list[Span], language: str, lines: Sequence[Line], words: tuple[Word, ...],
    told: set[int], names: BySound,
) -> dict[int, str]:  # fmt: skip
    """What is heard in the place of a line's words when there is noise, by the words' ids; `told` are doubted already.

    Nothing from a served recogniser, which is paid for each hearing.
    """
    whisper = session.engines.transcriber(language)
    if whisper.identity().name in session.engines.context.endpoints:
        return {}

    def hear(span: Span, noise: int, own: tuple[Word, ...]) -> tuple[Word, ...]:
        sound, offset = around(hearing, span, in_noise.LEAD_MS)
        heard = _alone(whisper, (in_noise.noisy(sound, noise), offset), language, speech, names)
        numbered = tuple(replace(w, id=n) for n, w in enumerate(heard))
        return second_hearing.possible(names.repair(numbered)[0], span, own) or ()

    return in_noise.other_readings(lines, words, told, hear, names.may_be, language, session.settings.threads)


def _alone(
    whisper: Transcriber, part: tuple[Samples, int], language: str, speech: list[Span], names: BySound
) -> tuple[Word, ...]:
    """What is read at one try and without hints from a sound that begins at an offset in ms, on the episode's timeline."""
    sound, offset = part
    heard = whisper.transcribe(sound, language, (), quick=True)
    return names.printed(_placed(heard.words, offset, speech))


def _placed(words: tuple[Word, ...], offset: int, speech: list[Span]) -> tuple[Word, ...]:
    """Words of a part that begins at `offset`, on the episode's timeline, without those that nobody said."""
    return heard_words(settle(moved(words, offset), speech), speech)


def _heard_in(
    whisper: Transcriber, hearing: Samples, span: Span, language: str, hints: tuple[str, ...], speech: list[Span]
) -> tuple[Word, ...]:
    """Words of one stretch, on the episode's timeline. What stands doubtful at its end is kept only where the last
    span, heard by itself and without hints, ends with it too."""
    sound, offset = around(hearing, span)
    heard = whisper.transcribe(sound, language, hints)
    words = _placed(heard.words, offset, speech)
    tail = doubtful_tail(words, speech)
    if tail:
        last = [s for s in speech if s[0] <= words[-1].start_ms][-1]
        again = whisper.transcribe(around(hearing, last, tail_ms=TAIL_MS)[0], language, ())
        if not says_at_end(again.words, words[-tail:]):
            return words[:-tail]
    return words


def words_alone(session: Session, hearing: Samples, language: str, span: Span) -> tuple[Word, ...]:
    """What is read from one span by itself, once and without hints; times are within it."""
    sound, _offset = around(hearing, span, TAIL_MS)
    return session.engines.transcriber(language.split("-")[0]).transcribe(sound, language.split("-")[0], (), quick=True).words
