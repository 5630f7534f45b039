"""The series bible: terms, cast and memories of one series, in glossaries/<series>/."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import OptionError
from ..records import Transcript
from ..settings import Settings
from . import glossary, memory
from .cast import Cast, load
from .glossary import Glossary


@dataclass(frozen=True)
class Bible:
    """A series' folder: terms, cast and memories. Empty parts where files are absent."""

    name: str
    folder: Path
    terms: Glossary
    cast: Cast

    def memory(self, transcript: Transcript, target: str) -> memory.Memory:
        """The memory from the transcript's language into `target`."""
        return memory.load(self.folder, transcript.language, target)

    def memory_path(self, target: str) -> Path:
        """Where that memory lies, or would lie."""
        return self.folder / f"memory.{target}.tmx"


def open_bible(settings: Settings, series: str, own_cast: Path | None = None) -> Bible:
    """The bible of a series; an empty one where the series has no folder."""
    bad = not series or series[0] in ".-" or not series.isprintable() or set(series) & set('/\\:*?"<>|')
    if bad or len(series.encode(errors="replace")) > 100:
        raise OptionError(f"series {series!r} cannot be a folder's name", do="use letters, digits, - and _")
    folder = settings.glossaries / series
    return Bible(series, folder, glossary.load(folder), load(folder, own_cast))
