"""How many planted errors the meaning check catches, kind by kind, and how many good lines it flags."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..engines.catalogue import Engines
from ..meaning.check import Told, check, tools
from ..meaning.nearness import around
from . import meaning_lines
from .meaning_lines import Planted

LANGUAGES = ("es", "pt", "hi")
HALVES = ("dev", "held")


@dataclass(frozen=True)
class Caught:
    """Of one language: lines by kind of error ("good" for none), and how many of them were flagged.

    Attributes:
        missed: planted lines without a finding and good ones with one, for work on the rules; only of the dev half.
        missing: what could not be used here.
    """

    language: str
    lines: Counter[str]
    flagged: Counter[str]
    missing: tuple[str, ...] = ()
    missed: tuple[str, ...] = field(default=(), compare=False)

    def share(self, kind: str) -> float:
        """Share of a kind's lines that were flagged."""
        return self.flagged[kind] / max(1, self.lines[kind])


def measure(engines: Engines, language: str, half: str, limit: int = 0) -> Caught:
    """Plant every kind of error into one half's lines and check them; `limit` takes the first lines only."""
    planted, names = planted_lines(language, half, limit)
    these = tools(engines, "en", language)
    forms = tuple((n, form) for n, h in names.items() if (form := h if language == "hi" else n))
    lines = [_told(p, str(i), forms) for i, p in enumerate(planted)]
    caught: Counter[str] = Counter()
    missed = []
    for p, found in zip(planted, check(lines, these), strict=True):
        caught[p.kind] += bool(found.findings)
        if bool(found.findings) == (p.kind == "good"):
            told = "; ".join(f"{f.kind}: {f.evidence}" for f in found.findings)
            missed.append(" | ".join((language, p.kind, p.source, p.target, found.back, told)))
    return Caught(
        language, Counter(p.kind for p in planted), caught, these.missing, tuple(missed) if half == "dev" else ()
    )


def planted_lines(language: str, half: str, limit: int = 0) -> tuple[list[Planted], dict[str, str]]:
    """One half's lines in a language with every kind of error planted, and the names in them with their Hindi forms."""
    rows, names = meaning_lines.read()
    rows = [r for r in rows if r.cells["half"] == half and r.cells[language]]
    return list(meaning_lines.plant(rows[:limit] if limit else rows, language, names)), names


def _told(planted: Planted, line_id: str, names: tuple[tuple[str, str], ...]) -> Told:
    return Told(
        line_id=line_id,
        source=planted.source,
        target=planted.target,
        around=tuple(around([c["en"] for c in planted.row.scene], planted.row.at)),
        names=names,
        gender=planted.row.cells["gender"],
    )
