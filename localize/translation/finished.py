"""A studio's finished translation and the lines that it says: what each line says, and which lines are said as one."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import SidecarError
from ..files import read_bytes
from ..media.sidecars import finished_for
from ..records import Episode, Line, SetRight
from ..series.memory import Memory
from ..session import Session
from ..transcript import dialogue_list, tongue
from ..transcript.alignment import Aligned, Spoken, Unit, align
from ..transcript.as_said import joined
from ..transcript.odd_text import LOST_TOLD
from ..transcript.result import Listened

# what translators write where a translation is still to come; "todo" and "pendiente" are words that people say
NOT_YET = re.compile(r"[\W_]*(?:TB[ADC]|FIXME|XXX+|(?i:n/a|lorem ipsum.*|(?:un|not )translated|sem tradução|sin traducir))[\W_]*")
MOST_APART_MS = 3000  # between two lines that one remembered sentence may cover


@dataclass(frozen=True)
class Finished:
    """What the studio gave for a language.

    Attributes:
        texts: line id -> its words; runs: lines said as one, under the first one's id.
        parted: lines that hold a part of a sentence that another person goes on with.
        unused: its cues that stand where nobody speaks, and lines that it has no cue for.
    """

    texts: dict[str, str] = field(default_factory=dict)
    runs: tuple[tuple[str, ...], ...] = ()
    parted: frozenset[str] = frozenset()
    set_right: tuple[SetRight, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TongueInputs:
    """All that decides whether a file's words are of its language."""

    texts: tuple[str, ...]
    language: str
    dictionaries: str


def read(session: Session, episode: Episode, listened: Listened, target: str) -> Finished:
    """The finished translation into a language, nothing where there is none. Raises SidecarError."""
    if listened.transcript.origin == "written":
        return Finished()
    found = finished_for(episode.sidecars, target)
    if found is None:
        return Finished()
    kind, nearest = found
    path = Path(episode.sidecars[kind])
    names = dialogue_list.names_of(session.bible)
    units, file = dialogue_list.units_of(read_bytes(path), path.name, episode.media.duration_ms, names)
    made = aligned(units, listened.transcript.lines, path.name)
    set_right = (*([SetRight(path.name, nearest)] if nearest else []), *file.set_right)
    unused = list(file.doubts)
    if told := in_another_language(session, episode, tuple(s.text for s in file.said), target):
        unused.append(f"{path.name} is not in the language of its name, {target}: {told}")
    unused += [f"{path.name}: cue {n} stands where nobody speaks" for n in dict.fromkeys(made.unused)]
    covered = {*made.texts, *(i for run in made.runs for i in run)}
    unused += [f"{path.name}: cue {s.cue}: {LOST_TOLD}" for s in file.said if LOST_TOLD in s.doubt]
    unused += [f"{path.name}: {i} has only {text!r}" for i, text in made.texts.items() if NOT_YET.fullmatch(text.strip())]
    unused += [f"{path.name}: no cue for {x.id}" for x in listened.transcript.lines if x.id not in covered]
    return Finished(made.texts, tuple(made.runs), frozenset(made.parted), set_right, tuple(unused))


def in_another_language(session: Session, episode: Episode, texts: tuple[str, ...], target: str) -> str:
    """What of a translation's words is not of its language, "" where nothing is; kept, since dictionaries load in a tenth
    of a second each."""
    inputs = TongueInputs(texts=texts, language=target, dictionaries=tongue.identity(target))
    made: str = session.steps.json(
        "tongue", tongue.VERSION, inputs, f"{episode.name} {target}", lambda: tongue.strange(texts, target)
    )
    return made


def aligned(units: list[Unit], lines: tuple[Line, ...], where: str) -> Aligned:
    """The words of each line. Raises SidecarError where most cues stand where nobody speaks."""
    made = align(units, [Spoken(x.id, x.start_ms, x.end_ms, x.text, x.speaker) for x in lines])
    if units and len(set(made.unused)) * 2 > len({u.cue for u in units}):
        at = f"{where} cue {made.unused[0]}"
        raise SidecarError("stands where nobody speaks, as do most others", at, "check that it is this episode's translation")
    return made


def as_said(session: Session, episode: Episode, listened: Listened, target: str) -> tuple[Listened, Finished]:
    """The lines as a language says them, and what the studio gave for it: lines that one sentence of its translation, or
    of the memory, covers are one line."""
    if target.split("-")[0] == listened.transcript.language:
        return listened, Finished()
    given = read(session, episode, listened, target)
    view = joined(listened, given.runs)
    if given.texts:
        return view, given
    remembered = runs_remembered(view.transcript.lines, session.bible.memory(view.transcript, target))
    return joined(view, remembered), given


def runs_remembered(lines: tuple[Line, ...], memory: Memory) -> list[tuple[str, ...]]:
    """Two or three lines of one person whose words together are a segment of the memory, as after a linguist joined them."""
    runs: list[tuple[str, ...]] = []
    at = 0
    while at < len(lines) - 1:
        for count in (3, 2):
            some = lines[at : at + count]
            near = all(b.start_ms - a.end_ms <= MOST_APART_MS for a, b in itertools.pairwise(some))
            together = len(some) == count and near and len({x.speaker for x in some}) == 1
            if together and memory.holds(" ".join(x.text for x in some)):
                runs.append(tuple(x.id for x in some))
                at += count - 1
                break
        at += 1
    return runs
