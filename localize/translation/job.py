"""What one language's translation depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..engines.base import Ask, Samples
from ..languages.capitals import calm
from ..records import Line, Transcript
from ..series import memory
from ..series.glossary import Glossary

BEFORE = 2  # lines of context


@dataclass(frozen=True)
class Job:
    """Everything a language's translation depends on.

    Attributes:
        audio: gives 16 kHz mono samples of the whole episode, only asked for where speech itself is translated.
        audio_digest: digest of that sound, for the keys.
        given: line id -> the studio's own finished translation.
        notes: speaker -> who that is and how they talk, for engines that read it.
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
    notes: dict[str, str] = field(default_factory=dict)

    def before(self, line: Line) -> str:
        """The text of the line before this one; empty for the first."""
        at = self.transcript.lines.index(line)
        return self.transcript.lines[at - 1].text if at else ""

    def ask(self, line: Line) -> Ask:
        """The line as an engine is asked for it, names as they stand, shouts in sentence case: each character in its
        place."""
        at = self.transcript.lines.index(line)
        language = self.transcript.language
        before = tuple(calm(x.text, language) for x in self.transcript.lines[max(0, at - BEFORE) : at])
        speaker = ": ".join(p for p in (line.speaker, self.notes.get(line.speaker, "")) if p)
        return Ask(calm(line.text, language), (), speaker, before, round((line.end_ms - line.start_ms) / 1000, 2))
