"""A studio's own words beside the episode as lines: its transcript, its finished translation, and what the picture shows
in writing. `studio_cues` reads the files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import SidecarError
from ..languages.clean import clean_row
from ..records import SONG, Line
from ..series.bible import Bible
from . import studio_cues
from .alignment import Unit
from .cue_files import FRAMES
from .studio_cues import Read


@dataclass(frozen=True)
class Given:
    """A transcript that a studio gave: what is said, what is only heard, and what was set right in its file."""

    lines: tuple[Line, ...]
    sounds: tuple[Line, ...]
    notes: tuple[str, ...]


def lines_of(path: Path, duration_ms: int, names: Iterable[str] = (), frame_ms: float = 1000 / FRAMES) -> Given:
    """The lines of a transcript or dialogue list. Raises SidecarError where it cannot be used."""
    return given(studio_cues.read(path, duration_ms, names, frame_ms), path.name)


def given(read: Read, where: str) -> Given:
    """Lines L001..., sounds N001... of what was read. Raises SidecarError where nothing is said."""
    if not read.said:
        raise SidecarError("holds only sounds, no line", where, "remove it to have the episode recognised")
    lines = tuple(
        Line(f"L{n:03d}", clean_row(s.speaker), s.start_ms, s.end_ms, clean_row(s.text), manner=s.manner)
        for n, s in enumerate(read.said, 1)
    )
    sounds = tuple(
        Line(
            f"N{n:03d}",
            "",
            h.start_ms,
            h.end_ms,
            clean_row(h.text.strip("♪ ")),
            flags=(SONG,) if h.text[:1] == "♪" else (),
        )
        for n, h in enumerate(read.heard, 1)
    )
    return Given(lines, sounds, read.notes)


def screen(path: Path, duration_ms: int) -> Given:
    """What is written in the picture and when: lines S001... of EP.screen.srt. Raises SidecarError.

    All of a cue is writing, also what would be a speaker or a sound elsewhere.
    """
    read = studio_cues.read(path, duration_ms, whole=True)
    lines = tuple(Line(f"S{n:03d}", "", s.start_ms, s.end_ms, clean_row(s.text)) for n, s in enumerate(read.said, 1))
    return Given(lines, (), read.notes)


def units_of(
    data: bytes, where: str, duration_ms: int, names: Iterable[str] = ()
) -> tuple[list[Unit], tuple[str, ...]]:
    """A finished translation's turns with their times, and what was set right. Raises SidecarError."""
    read = studio_cues.parse(data, where, duration_ms, names)
    return [Unit(s.start_ms, s.end_ms, clean_row(s.text), s.cue, clean_row(s.speaker)) for s in read.said], read.notes


def names_of(bible: Bible) -> tuple[str, ...]:
    """Who may be named in a transcript: the cast, and the persons of the terms in every form."""
    people = [t for t in bible.terms.terms if t.kind == "person"]
    forms = (f for t in people for f in (t.term, *t.aliases, *t.forms.values()))
    return tuple(dict.fromkeys((*bible.cast, *forms)))
