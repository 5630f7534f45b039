"""What one language's translation depends on."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..engines.base import Ask, Samples
from ..languages.capitals import calm
from ..records import Line, Transcript
from ..series import memory
from ..series.cast import ALL, Cast
from ..series.glossary import Glossary

BEFORE = 2  # lines of context
SCENE_MS = 3000  # nobody speaks for so long between two scenes: own choice, short drama cuts quickly
NEAR = 8  # lines within which somebody else speaks whom a line may be said to
GENDERS = {"f": "woman", "m": "man"}


@dataclass(frozen=True)
class Job:
    """Everything a language's translation depends on.

    Attributes:
        audio: gives 16 kHz mono samples of the whole episode, only asked for where speech itself is translated.
        audio_digest: digest of that sound, for the keys.
        given: line id -> the studio's own finished translation.
        cast: the series' characters: who they are and how they address each other, for engines that read it.
    """

    transcript: Transcript
    target: str
    glossary: Glossary
    memory: memory.Memory
    memory_path: Path
    audio: Callable[[], Samples]
    audio_digest: str
    subject: str
    given: dict[str, str] = field(default_factory=dict)
    cast: Cast = field(default_factory=dict)

    def before(self, line: Line) -> str:
        """The text of the line before this one; empty for the first."""
        at = self.transcript.lines.index(line)
        return self.transcript.lines[at - 1].text if at else ""

    def ask(self, line: Line) -> Ask:
        """The line as an engine is asked for it, names as they stand, shouts in sentence case: each character in its
        place."""
        at = self.transcript.lines.index(line)
        language, lines = self.transcript.language, self.transcript.lines
        listener = _listener(lines, at)
        return Ask(
            calm(line.text, language),
            speaker=line.speaker,
            before=tuple(calm(x.text, language) for x in lines[max(0, at - BEFORE) : at]),
            seconds=round((line.end_ms - line.start_ms) / 1000, 2),
            listener=listener,
            address=self._address(line.speaker, listener),
            people=tuple((n, self._who(n)) for n in (line.speaker, listener) if self._who(n)),
            scene=self._scenes[at],
        )

    @functools.cached_property
    def _scenes(self) -> list[int]:
        """The number of each line's scene: a new one begins where nobody spoke for SCENE_MS."""
        lines = self.transcript.lines
        new = (b.start_ms - a.end_ms >= SCENE_MS for a, b in itertools.pairwise(lines))
        return list(itertools.accumulate(new, initial=0))

    def _who(self, name: str) -> str:
        """A character's gender and note; empty where neither is known."""
        character = self.cast.get(name)
        return ", ".join(p for p in (GENDERS.get(character.register, ""), character.note) if p) if character else ""

    def _address(self, speaker: str, listener: str) -> str:
        """How the bible has one address the other in the target language; empty where it does not say."""
        forms = self.cast[speaker].address if speaker in self.cast else {}
        told = forms.get(self.target) or forms.get(self.target.split("-")[0]) or {}
        return told.get(listener) or told.get(ALL, "")


def _listener(lines: tuple[Line, ...], at: int) -> str:
    """Whom a line is said to: the one who spoke before or speaks next, where that is one person; else empty."""
    own = lines[at].speaker
    if not own:
        return ""
    before = next((x.speaker for x in reversed(lines[max(0, at - NEAR) : at]) if x.speaker != own), "")
    after = next((x.speaker for x in lines[at + 1 : at + 1 + NEAR] if x.speaker != own), "")
    return before if before == after or not after else "" if before else after
