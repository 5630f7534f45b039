"""Text to phonemes: what is not said taken out, locked names said as the glossary has them."""

from __future__ import annotations

import re

from ..engines.base import Synthesizer, versions
from ..languages import dictionary
from ..languages.read_aloud import VERSION, Reading, read_aloud
from ..records import Flag
from ..series.glossary import Glossary
from .spoken_line import SpokenLine


def pronunciations(text: str, glossary: Glossary, tag: str) -> tuple[tuple[str, str], ...]:
    """(locked form, how to say it) for the terms in a target text that have a pronunciation."""
    return tuple((t.form(tag), t.spoken(tag)) for t in glossary.terms if t.spoken(tag) and t.form(tag) in text)


def all_of(glossary: Glossary, tag: str) -> tuple[tuple[str, str], ...]:
    """(locked form, how to say it) for every term that has a pronunciation."""
    return tuple((t.form(tag), t.spoken(tag)) for t in glossary.terms if t.spoken(tag))


def rules(espeak: str) -> tuple[str, ...]:
    """What turns a text into the words that are said: it belongs to the key of all that is spoken or measured."""
    return f"read_aloud {VERSION}", versions("num2words"), dictionary.identity(espeak)


def reading(part: SpokenLine, espeak: str) -> Reading:
    """The line as it is read aloud, names whose pronunciation is locked left as they are written."""
    return read_aloud(part.text, espeak, tuple(form for form, _say in part.say))


def notes(part: SpokenLine, espeak: str) -> tuple[str, ...]:
    """Flags for what is left to the voice as it stands, and for emoji that are not said."""
    read = reading(part, espeak)
    unread = (f"{Flag.UNREAD}: {' '.join(read.unread)}",) if read.unread else ()
    return unread + ((f"{Flag.DROPPED}: {' '.join(read.dropped)}",) if read.dropped else ())


def phonemes(part: SpokenLine, voice: Synthesizer, espeak: str) -> str:
    """The line's phonemes, locked names said as the glossary has it: respelled, or phonemes between slashes, which only
    a voice that reads phonemes can follow."""
    text = reading(part, espeak).text
    exact = {}
    for form, say in sorted(part.say, key=lambda p: -len(p[0])):
        if say.startswith("/") and say.endswith("/"):
            if voice.reads_phonemes:
                exact[form] = say.strip("/")
        else:
            text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", lambda _m, say=say: say, text)  # type: ignore[misc]
    if not exact:
        return voice.phonemes(text, espeak)
    pattern = "|".join(re.escape(f) for f in sorted(exact, key=len, reverse=True))
    out = []
    for piece in re.split(rf"((?<!\w)(?:{pattern})(?!\w)[,.!?;:]*)", text):
        bare = piece.rstrip(",.!?;:")
        if bare in exact:
            out.append(exact[bare] + piece[len(bare) :])
        elif piece.strip():
            out.append(voice.phonemes(piece, espeak))
    return " ".join(out)
