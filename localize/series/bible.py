"""The series bible: terms, cast and memories of one series, in glossaries/<series>/."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import OptionError
from ..records import Transcript
from ..settings import Settings
from . import glossary
from .cast import Cast, load
from .glossary import Glossary
from .memory import Added, Memory
from .memory import load as load_memory


@dataclass(frozen=True)
class Bible:
    """A series' folder: terms, cast and memories. Empty parts where files are absent.

    Attributes:
        added: (source language, target tag) -> the lines that people added to the memory, oldest first.
    """

    name: str
    folder: Path
    terms: Glossary
    cast: Cast
    added: Callable[[str, str], Iterable[Added]] = lambda _source, _target: ()

    def memory(self, transcript: Transcript, target: str) -> Memory:
        """The memory from the transcript's language into `target`."""
        return self.memory_of(transcript.language, target)

    def memory_of(self, source: str, target: str) -> Memory:
        """The memory of a pair."""
        return load_memory(self.folder, source, target, self.added(source, target))

    def memory_path(self, target: str) -> Path:
        """Where that memory lies, or would lie."""
        return self.folder / f"memory.{target}.tmx"


def need_folder(settings: Settings, series: str) -> None:
    """Raises OptionError where a series has no folder: a slip of the name, since whoever asks works on what is in it."""
    if not (settings.glossaries / series).is_dir():
        there = sorted(p.name for p in settings.glossaries.glob("*/")) if settings.glossaries.is_dir() else []
        do = f"choose from {', '.join(there)}" if there else "check LOCALIZE_GLOSSARIES"
        raise OptionError(f"series {series!r} has no folder", str(settings.glossaries), do)


def open_bible(settings: Settings, series: str, own_cast: Path | None = None) -> Bible:
    """The bible of a series as its files have it; an empty one where the series has no folder."""
    bad = not series or series[0] in ".-" or not series.isprintable() or set(series) & set('/\\:*?"<>|')
    if bad or len(series.encode(errors="replace")) > 100:
        raise OptionError(f"series {series!r} cannot be a folder's name", do="use letters, digits, - and _")
    folder = settings.glossaries / series
    return Bible(series, folder, glossary.load(folder), load(folder, own_cast))
