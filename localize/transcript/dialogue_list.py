"""A studio's own words beside the episode as lines: its transcript, its finished translation, and what the picture shows
in writing. `studio_cues` reads the files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import SidecarError
from ..languages.clean import clean_row
from ..records import SONG, Flag, Line, SetRight
from ..series.bible import Bible
from . import studio_cues
from .alignment import Unit
from .cue_files import FRAMES
from .marks import Marked
from .studio_cues import Read


@dataclass(frozen=True)
class Given:
    """A transcript that a studio gave: what is said, what is only heard, what was set right in its file, and what of
    the file was not understood, and what is marked to be kept or muted."""

    lines: tuple[Line, ...]
    sounds: tuple[Line, ...]
    set_right: tuple[SetRight, ...] = ()
    doubts: tuple[str, ...] = ()
    marked: tuple[Marked, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was set right, one sentence a kind."""
        return tuple(map(str, self.set_right))


def lines_of(path: Path, duration_ms: int, names: Iterable[str] = (), frame_ms: float = 1000 / FRAMES) -> Given:
    """The lines of a transcript or dialogue list. Raises SidecarError where it cannot be used."""
    return given(studio_cues.read(path, duration_ms, names, frame_ms), path.name)


def given(read: Read, where: str) -> Given:
    """Lines L001..., sounds N001... of what was read. Raises SidecarError where nothing is said."""
    if not read.said:
        raise SidecarError("has only sound captions, no spoken line", where, "remove the file to use speech recognition instead")
    lines = tuple(
        Line(
            f"L{n:03d}", clean_row(s.speaker), s.start_ms, s.end_ms, clean_row(s.text), manner=s.manner,
            flags=(f"{Flag.NOT_UNDERSTOOD}: {s.doubt}",) if s.doubt else (),
        )
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
    return Given(lines, sounds, read.set_right, read.doubts, read.marked)


def screen(path: Path, duration_ms: int) -> Given:
    """What is written in the picture and when: lines S001... of EP.screen.srt. Raises SidecarError.

    All of a cue is writing, also what would be a speaker or a sound elsewhere.
    """
    read = studio_cues.read(path, duration_ms, whole=True)
    lines = tuple(Line(f"S{n:03d}", "", s.start_ms, s.end_ms, clean_row(s.text)) for n, s in enumerate(read.said, 1))
    return Given(lines, (), read.set_right, read.doubts)


def units_of(data: bytes, where: str, duration_ms: int, names: Iterable[str] = ()) -> tuple[list[Unit], Read]:
    """A finished translation's turns with their times, and the file as it was read. Raises SidecarError."""
    read = studio_cues.parse(data, where, duration_ms, names)
    units = [Unit(s.start_ms, s.end_ms, clean_row(s.text), s.cue, clean_row(s.speaker)) for s in read.said]
    units += [Unit(m.start_ms, m.end_ms, clean_row(m.written()), m.cue, clean_row(m.speaker)) for m in read.marked]
    return sorted(units, key=lambda u: u.start_ms) if read.marked else units, read


def names_of(bible: Bible) -> tuple[str, ...]:
    """Who may be named in a transcript: the cast, and the persons of the terms in every form."""
    people = [t for t in bible.terms.terms if t.kind == "person"]
    forms = (f for t in people for f in (t.term, *t.aliases, *t.forms.values()))
    return tuple(dict.fromkeys((*bible.cast, *forms)))
