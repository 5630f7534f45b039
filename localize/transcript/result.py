"""What recognising an episode once gives every market."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..audio.spans import Span
from ..records import Line, Transcript


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
        readings: how another hearing has a line that stays doubted, by line id.
    """

    transcript: Transcript
    levels: dict[str, float]
    registers: dict[str, str]
    stem: dict[str, float] | None
    renamed: dict[str, str]
    notes: tuple[str, ...] = ()
    sounds: tuple[Line, ...] = ()
    screen: tuple[Line, ...] = ()
    proposed: tuple[Line, ...] = ()
    sound_ms: int = 0
    readings: dict[str, str] = field(default_factory=dict)

    @property
    def spoken(self) -> list[Span]:
        """Where somebody speaks, by voice or by a line."""
        return [*self.transcript.speech, *((x.start_ms, x.end_ms) for x in self.transcript.lines)]
