"""What recognising an episode once gives every market."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..audio.spans import Span
from ..records import EngineUse, Line, SetRight, Transcript
from .manner import Measured


@dataclass(frozen=True)
class Sound:
    """A stretch of the source's speech that is nobody's words: its span in ms, why it is kept or muted, and what it is
    called where somebody said so."""

    start_ms: int
    end_ms: int
    why: str
    text: str = ""

    @property
    def span(self) -> Span:
        """[start_ms, end_ms)."""
        return self.start_ms, self.end_ms


@dataclass(frozen=True)
class Listened:
    """What one hearing of an episode gives every market.

    Attributes:
        levels: speech level of each line in LUFS, by line id.
        registers: speaker -> "f" or "m".
        stem: {"shift", "gain", "explained_db"} of the studio's stem where it fits the episode, else None.
        sounds: what the studio's transcript says is heard but not spoken; screen: what the picture shows in writing.
        proposed: writing in the picture that nobody listed yet, for a person to choose from.
        renamed: what the recogniser had written, by the id of a word that was repaired to a name.
        sound_ms: how long the programme's sound was when it was decoded.
        set_right: what was set right by itself in the file and its transcript; doubts: what of a studio's file as a
            whole was not understood.
        readings: how another hearing has a line that stays doubted, by line id.
        kept: where the source's own sound stands in every dub; muted: where nothing of it does, and nothing is said.
        manners: how lines are said, measured, by line id.
        recogniser: who heard it.
    """

    transcript: Transcript
    levels: dict[str, float]
    registers: dict[str, str]
    stem: dict[str, float] | None
    renamed: dict[str, str]
    notes: tuple[str, ...] = ()
    set_right: tuple[SetRight, ...] = ()
    doubts: tuple[str, ...] = ()
    sounds: tuple[Line, ...] = ()
    screen: tuple[Line, ...] = ()
    proposed: tuple[Line, ...] = ()
    sound_ms: int = 0
    readings: dict[str, str] = field(default_factory=dict)
    recogniser: EngineUse | None = None
    kept: tuple[Sound, ...] = ()
    muted: tuple[Sound, ...] = ()
    manners: dict[str, Measured] = field(default_factory=dict)

    @property
    def spoken(self) -> list[Span]:
        """Where somebody speaks, by voice, by a line or by a mark."""
        lines = [(x.start_ms, x.end_ms) for x in self.transcript.lines]
        return [*self.transcript.speech, *lines, *(s.span for s in self.muted)]
