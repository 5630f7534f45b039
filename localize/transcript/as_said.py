"""An episode's lines as one language says them: lines that one sentence of a translation covers are one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..records import Line
from .result import Listened


def joined(listened: Listened, runs: Iterable[tuple[str, ...]]) -> Listened:
    """The same hearing with each run of lines as one: its first line's id, its time and words from first to last."""
    first_of = {i: run[0] for run in runs for i in run[1:]}
    if not first_of:
        return listened
    lines: dict[str, Line] = {}
    for line in listened.transcript.lines:
        home = first_of.get(line.id)
        lines[home or line.id] = line if home is None else _together(lines[home], line)
    return replace(listened, transcript=replace(listened.transcript, lines=tuple(lines.values())))


def _together(one: Line, two: Line) -> Line:
    return replace(
        one,
        end_ms=max(one.end_ms, two.end_ms),
        text=f"{one.text} {two.text}",
        word_ids=(*one.word_ids, *two.word_ids),
        flags=tuple(dict.fromkeys((*one.flags, *two.flags))),
        manner=", ".join(dict.fromkeys(m for x in (one, two) for m in x.manner.split(", ") if m)),
    )
