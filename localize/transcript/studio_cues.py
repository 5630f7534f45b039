"""A studio's transcript beside an episode, read into lines, sounds, and notes of what was set right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .. import encodings
from ..errors import SidecarError
from ..files import read_bytes
from ..languages.marks import KEEP
from ..records import SetRight
from . import cue_files, cue_text, cue_times, dialogue_table, markers, odd_text
from .cue_files import FRAMES, FileCue, Notes
from .cue_text import Turn
from .marks import Marked
from .speakers_written import SHOWN, SUNG, folded, names_used, nobody

NO_LINE = "holds no line"
NO_LETTER = re.compile(r"\W")
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")


@dataclass(frozen=True)
class Said:
    """What one person says in a cue.

    Attributes:
        doubt: what of it was not understood; empty where all was.
        manner: how, as the cue tells it: "whispered", "off screen", "italics"; empty where it does not.
    """

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""
    manner: str = ""
    cue: int = 0
    doubt: str = ""


@dataclass(frozen=True)
class Heard:
    """What is only heard: a sound or a song, in its own words."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True)
class Read:
    """A transcript: who says what, what is heard, what was set right in the file, what of the file as a whole was
    not understood, and what is marked to be kept or muted."""

    said: tuple[Said, ...]
    heard: tuple[Heard, ...]
    set_right: tuple[SetRight, ...] = ()
    doubts: tuple[str, ...] = ()
    marked: tuple[Marked, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was set right, one sentence a kind."""
        return tuple(map(str, self.set_right))


def read(
    path: Path,
    duration_ms: int,
    names: Iterable[str] = (),
    frame_ms: float = 1000 / FRAMES,
    whole: bool = False,
) -> Read:
    """A transcript file of an episode.

    Args:
        names: of the cast and the terms: who is a speaker whatever the shape of the name.
        frame_ms: how long a frame of a timecode in a dialogue list lasts.
        whole: whether a cue is taken whole, without looking for speakers and sounds in it.

    Raises SidecarError for a file that is no text, holds no cue, or whose cues lie mostly after the episode's end.
    """
    return parse(read_bytes(path), path.name, duration_ms, names, frame_ms, whole)


def parse(
    data: bytes,
    where: str,
    duration_ms: int,
    names: Iterable[str] = (),
    frame_ms: float = 1000 / FRAMES,
    whole: bool = False,
) -> Read:
    """The same from a file's bytes."""
    notes = Notes(where)
    suffix = Path(where).suffix.lower()
    if suffix in TABLES:
        cues = dialogue_table.read(data, notes, frame_ms)
    elif suffix in markers.SUFFIXES:
        cues = markers.read(data, notes, frame_ms)
    else:
        cues = cues_of(data, notes)
    if not any(re.search(r"\w", c.text) for c in cues):
        raise SidecarError(NO_LINE, where, "remove the file to have the episode recognised")
    cues = cue_times.set_right(cues, duration_ms, notes)
    known = cue_text.Known(
        {folded(n): n for n in names if n.strip()}, names_used(h for c in cues for h in cue_text.heads(c.text))
    )
    said: list[Said] = []
    heard: list[Heard] = []
    marked: list[Marked] = []
    for cue in cues:
        if not whole:
            if odd_text.is_credit(cue_text.bare(cue.text)):
                notes.add("credits of the subtitles left out of what is said", f"cue {cue.number}: {cue.text[:40]!r}")
                continue
            odd_text.note(cue, known, notes)
        turns = [Turn(cue_text.bare(cue.text))] if whole else cue_text.turns(cue.text, cue.speaker, known)
        turns = [kept for t in turns if (kept := _somebody(t, cue, notes)) is not None]
        spoken = [t for t in turns if t.text]
        times = [(cue.start_ms, cue.end_ms)] * len(spoken)
        if len(spoken) > 1:
            times = cue_times.shared_out(cue.start_ms, cue.end_ms, [size(t.text) for t in spoken])
            notes.add("a cue of several people parted by their words' length", f"cue {cue.number}")
        at = dict(zip(map(id, spoken), times, strict=True))
        for turn in turns:
            start, end = at.get(id(turn), (cue.start_ms, cue.end_ms))
            if turn.mark:
                label = turn.text or ", ".join(s.strip("♪ ") for s in turn.sounds)
                marked.append(Marked(start, end, turn.mark, label, turn.speaker, cue.number))
                heard += [Heard(start, end, label)] if label and turn.mark == KEEP else []
                continue
            heard += [Heard(start, end, s) for s in turn.sounds]
            if turn.text:
                doubt = notes.doubts.get(cue.number, "")
                said.append(Said(start, end, turn.text, turn.speaker, turn.manner, cue.number, doubt))
    if not said and not heard and not marked:
        raise SidecarError(NO_LINE, where, "remove the file to have the episode recognised")
    said.sort(key=lambda s: (s.start_ms, s.cue))
    doubts = (f"{where}: {notes.doubts[0]}",) if 0 in notes.doubts else ()
    return Read(tuple(said), tuple(sorted(heard, key=lambda h: h.start_ms)), notes.set_right(), doubts, tuple(marked))


def _somebody(turn: Turn, cue: FileCue, notes: Notes) -> Turn | None:
    """A turn, what a row of sounds, music or songs says as heard; None for a row that tells what the picture shows."""
    kind = nobody(turn.speaker) if turn.speaker and turn.text else ""
    if not kind:
        return turn
    if kind == SHOWN:
        notes.add("text of the picture, by who it is said to be of, left out of what is said", f"cue {cue.number}: {turn.text[:40]!r}")
        return None
    notes.add("sounds and songs, by who they are said to be of, taken as heard", f"cue {cue.number}: {turn.text[:40]!r}")
    return Turn("", "", "", (*turn.sounds, f"♪ {turn.text} ♪" if kind == SUNG else turn.text), turn.mark)


def cues_of(data: bytes, notes: Notes) -> list[FileCue]:
    """The cues of a file's bytes, as written. Raises SidecarError."""
    decoded = encodings.decode(data)
    if decoded is None:
        raise SidecarError("is no text", notes.where, "save it as UTF-8")
    text, encoding = decoded
    notes.read_as(encoding)
    cues = [c for c in cue_files.read(text, notes) if c.text.strip()]
    if not cues:
        raise SidecarError(NO_LINE, notes.where, "remove the file to have the episode recognised")
    return cues


def size(text: str) -> int:
    """How long a text takes to say, in letters; a Chinese character counts for three."""
    if text.isascii():
        return max(1, len(text) - len(NO_LETTER.findall(text)))
    letters = re.findall(r"\w", text)
    return max(1, sum(3 if ord(c) >= 0x2E80 else 1 for c in letters))
