"""Lines that a person marked `[keep]` or `[mute]`, in a transcript or a translation, set apart: they are not spoken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..audio.spans import beside
from ..languages.marks import KEEP, MUTE, mark_of, unmarked
from ..records import Line, Translation
from .result import Listened, Sound

BY_HAND = "marked [keep]"
LEAST_MS = 100  # what is left of a marked span beside other people's lines


@dataclass(frozen=True)
class Marked:
    """What a file marks: its span in ms, the mark, and its words or its sound, for the deaf; empty where it has none."""

    start_ms: int
    end_ms: int
    mark: str
    text: str = ""
    speaker: str = ""
    cue: int = 0

    def written(self) -> str:
        """As a translation has it: "[keep] Ah!"."""
        return f"[{self.mark}] {self.text}".strip()


@dataclass(frozen=True)
class Parted:
    """Lines and translations without those that are marked, and what the marked ones are called, by line."""

    listened: Listened
    translations: list[Translation]
    labels: list[Translation]


def sounds_of(marked: Iterable[Marked], lines: Iterable[Line]) -> tuple[tuple[Sound, ...], tuple[Sound, ...]]:
    """(kept, muted) of what a file marks; what is kept does not reach into other lines, unless they cover it wholly."""
    spans = [(x.start_ms, x.end_ms) for x in lines]
    kept, muted = [], []
    for one in marked:
        if one.mark == MUTE:
            muted.append(Sound(one.start_ms, one.end_ms, "marked [mute]", one.text))
        else:
            whole = (one.start_ms, one.end_ms)
            kept += [Sound(a, b, BY_HAND, one.text) for a, b in beside(whole, spans, LEAST_MS) or [whole]]
    return tuple(kept), tuple(muted)


def set_apart(listened: Listened, translations: list[Translation]) -> Parted:
    """A language's lines, those apart whose translation (a finished one, or one from the memory) is marked."""
    marks = {t.line_id: t for t in translations if t.by_person and t.origin != "source" and mark_of(t.text)}
    if not marks:
        return Parted(listened, translations, [])
    own = listened.transcript
    rest = tuple(x for x in own.lines if x.id not in marks)
    gone = [x for x in own.lines if x.id in marks]
    told = {x.id: unmarked(marks[x.id].text) or x.text for x in gone}
    kept, muted = sounds_of(
        [Marked(x.start_ms, x.end_ms, mark_of(marks[x.id].text), x.text, x.speaker) for x in gone], rest
    )
    heard = tuple(x for x in gone if mark_of(marks[x.id].text) == KEEP)
    view = replace(
        listened,
        transcript=replace(own, lines=rest),
        sounds=tuple(sorted((*listened.sounds, *heard), key=lambda x: x.start_ms)),
        kept=tuple(sorted((*listened.kept, *kept), key=lambda s: s.start_ms)),
        muted=(*listened.muted, *muted),
    )
    labels = [replace(marks[x.id], text=told[x.id]) for x in heard]
    return Parted(view, [t for t in translations if t.line_id not in marks], labels)
