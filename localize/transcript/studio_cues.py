"""A studio's transcript beside an episode, read into lines, sounds, and notes of what was set right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .. import encodings
from ..errors import SidecarError
from . import cue_files, cue_text, cue_times, dialogue_table
from .cue_files import FRAMES, FileCue, Notes
from .speakers_written import folded, names_used

MAX_BYTES = 16 << 20
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")
SUFFIXES = (".srt", ".vtt", ".ass", ".ssa", ".ttml")  # in the order in which one of several is taken


@dataclass(frozen=True)
class Said:
    """What one person says in a cue.

    Attributes:
        manner: how, as the cue tells it: "whispered", "off screen", "italics"; empty where it does not.
    """

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""
    manner: str = ""
    cue: int = 0


@dataclass(frozen=True)
class Heard:
    """What is only heard: a sound or a song, in its own words."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True)
class Read:
    """A transcript: who says what, what is heard, and what was set right in the file, one sentence a kind."""

    said: tuple[Said, ...]
    heard: tuple[Heard, ...]
    notes: tuple[str, ...]


def read(path: Path, duration_ms: int, names: Iterable[str] = (), frame_ms: float = 1000 / FRAMES) -> Read:
    """A transcript file of an episode.

    Args:
        names: of the cast and the terms: who is a speaker whatever the shape of the name.

    Raises SidecarError for a file that is no text, holds no cue, or whose cues lie mostly after the episode's end.
    """
    return parse(contents(path), path.name, duration_ms, names, frame_ms)


def contents(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A studio's file. Raises SidecarError where it cannot be read, or is larger than a transcript can be."""
    try:
        if path.stat().st_size > limit:
            raise SidecarError(f"is larger than {limit >> 20} MiB", path.name, "split it")
        return path.read_bytes()
    except OSError as error:
        raise SidecarError(f"cannot be read: {error}", path.name, "check the file and its rights") from error


def parse(
    data: bytes, where: str, duration_ms: int, names: Iterable[str] = (), frame_ms: float = 1000 / FRAMES
) -> Read:
    """The same from a file's bytes; `frame_ms` is how long a frame of a timecode in a dialogue list lasts."""
    notes = Notes(where)
    is_table = Path(where).suffix.lower() in TABLES
    cues = dialogue_table.read(data, notes, frame_ms) if is_table else cues_of(data, notes)
    if not any(re.search(r"\w", c.text) for c in cues):
        raise SidecarError("holds no line", where, "remove the file to have the episode recognised")
    cues = cue_times.set_right(cues, duration_ms, notes)
    known = cue_text.Known(
        {folded(n): n for n in names if n.strip()}, names_used(h for c in cues for h in cue_text.heads(c.text))
    )
    said: list[Said] = []
    heard: list[Heard] = []
    for cue in cues:
        turns = cue_text.turns(cue.text, cue.speaker, known)
        spoken = [t for t in turns if t.text]
        times = cue_times.shared_out(cue.start_ms, cue.end_ms, [size(t.text) for t in spoken])
        if len(spoken) > 1:
            notes.add("a cue of several people parted by their words' length", f"cue {cue.number}")
        at = dict(zip(map(id, spoken), times, strict=True))
        for turn in turns:
            start, end = at.get(id(turn), (cue.start_ms, cue.end_ms))
            heard += [Heard(start, end, s) for s in turn.sounds]
            if turn.text:
                said.append(Said(start, end, turn.text, turn.speaker, turn.manner, cue.number))
    if not said and not heard:
        raise SidecarError("holds no line", where, "remove the file to have the episode recognised")
    return Read(tuple(said), tuple(heard), notes.said())


def cues_of(data: bytes, notes: Notes) -> list[FileCue]:
    """The cues of a file's bytes, as written. Raises SidecarError."""
    decoded = encodings.decode(data)
    if decoded is None:
        raise SidecarError("is no text", notes.where, "save it as UTF-8")
    text, encoding = decoded
    if encoding != "UTF-8" and not encoding.startswith("UTF-16"):
        notes.add(f"read as {encoding}, not UTF-8")
    cues = [c for c in cue_files.read(text, notes) if c.text.strip()]
    if not cues:
        raise SidecarError("holds no line", notes.where, "remove the file to have the episode recognised")
    return cues


def size(text: str) -> int:
    """How long a text takes to say, in letters; a Chinese character counts for three."""
    letters = re.findall(r"\w", text)
    return max(1, sum(3 if ord(c) >= 0x2E80 else 1 for c in letters))
