"""What a market's variant is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..dubbing import steps as dubbing
from ..meaning.record import Judged
from ..mixing.balance import Balance
from ..records import EngineUse, Line, Translation
from ..series.bible import Bible
from ..transcript.burnt_in import BurntLine
from ..transcript.result import Listened


@dataclass(frozen=True, kw_only=True)
class Ingredients:
    """All that a variant is made of.

    Attributes:
        programme: digest of the mastered sound; track: of the speech alone, empty where not dubbed.
        mixed: digests of bed and track, to master anew where the codec moved loudness or peaks.
        burnt_in: subtitles in the source's picture, where the market covers them.
        meaning: what is found in translated lines, by language tag and line id.
        extra: translations of further subtitle languages; notes: of sounds and of writing in the picture.
        speaker_names: by language what viewers who cannot hear read for each character of the cast.
        extra_lines: the lines that those translations are of; a language may say two lines as one.
        unused: files and cues of the studio that nothing was made of.
    """

    listened: Listened
    translations: list[Translation]
    extra: dict[str, list[Translation]]
    spoken: dubbing.Spoken | None
    programme: str
    bed: str
    cuts: tuple[int, ...]
    heard: tuple[Any, ...] | None
    left: float | None
    balance: Balance | None
    engines: list[EngineUse]
    notes: dict[str, list[Translation]] = field(default_factory=dict)
    speaker_names: dict[str, dict[str, str]] = field(default_factory=dict)
    extra_lines: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    burnt_in: tuple[BurntLine, ...] = ()
    unused: tuple[str, ...] = ()
    meaning: dict[str, Judged] = field(default_factory=dict)


def speaker_names(bible: Bible, source: str, tag: str) -> dict[str, str]:
    """The cast's names in a language: locked forms where the glossary has them."""
    forms = {t.form(source): t.form(tag) for t in reversed(bible.terms.terms)}
    return {speaker: forms.get(speaker, speaker) for speaker in bible.cast}
