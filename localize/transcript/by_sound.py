"""Names found by their sound, in the way of the language that the episode speaks."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import LocalizeError
from ..languages.dictionary import dictionary
from ..languages.unspaced import is_unspaced
from ..records import Word
from ..session import Session
from . import characters, names

Words = tuple[Word, ...]


@dataclass(frozen=True)
class BySound:
    """What a language's sounds tell about names.

    Attributes:
        printed: words as the language is printed.
        repair: words with misheard names put right; what was written, by word id.
        doubtful: ids of words that may be a misheard name which was left.
        may_be: whether the first words hold a name that the second may be a mishearing of.
        known: whether a word is one of the language; None where no dictionary is at hand.
    """

    printed: Callable[[Words], Words]
    repair: Callable[[Words], tuple[Words, dict[int, str]]]
    doubtful: Callable[[Words], set[int]]
    may_be: Callable[[Words, Words], bool]
    known: Callable[[str], bool] | None = None


def by_sound(session: Session, primary: str) -> BySound:
    """How names are found in a language: by pinyin for Mandarin, by the phonemizer's phonemes elsewhere, by letters
    where it does not know the language."""
    terms = session.bible.terms
    if primary == "zh":
        return BySound(
            lambda words: characters.printed(words, primary),
            lambda words: characters.repair(words, terms, primary),
            lambda words: characters.doubtful(words, terms, primary),
            lambda one, two: characters.may_be(one, two, terms, primary),
        )
    say = _sayer(session, primary)
    forms, known = terms.names(primary), dictionary(primary)
    return BySound(
        lambda words: characters.printed(words, primary) if is_unspaced("".join(w.text for w in words)) else words,
        lambda words: names.repair(words, terms, primary, say),
        lambda words: set(names.doubtful(words, terms, primary, say)),
        lambda one, two: names.may_be(_text(one), _text(two), forms, say),
        known.knows if known else None,
    )


def _text(words: Words) -> str:
    return " ".join(w.text.strip(" .,!?;:…¿¡\"“”") for w in words)


def _sayer(session: Session, primary: str) -> Callable[[str], str]:
    voice = session.engines.synthesizer()
    code = next((x.espeak for x in session.settings.languages.values() if x.primary == primary), primary)

    @functools.lru_cache(maxsize=4096)
    def say(text: str) -> str:
        try:
            return voice.phonemes(text, code)
        except LocalizeError:  # a language that the phonemizer does not know: its letters must do
            return text.casefold()

    return say
