"""Subtitles for the deaf and hard of hearing: speakers named, sounds in brackets."""

from __future__ import annotations

from ..records import Cue, Line
from .cues import Look, cues


def for_the_deaf(
    lines: tuple[Line, ...],
    texts: dict[str, str],
    names: dict[str, str],
    sounds: list[tuple[Line, str]],
    spoken_until: dict[str, int],
    look: Look,
) -> list[Cue]:
    """Cues with the speaker's name where another one begins to speak, and sound labels where nobody does.

    Args:
        names: speaker as shown in this language; a speaker without one is not named.
        sounds: what is heard, with its label in this language; left out where it would stand on a spoken line.
    """
    last, said = "", dict(texts)
    for line in lines:
        if said.get(line.id, "").strip():
            if line.speaker != last and (shown := names.get(line.speaker)):
                said[line.id] = f"[{shown}] {said[line.id]}"
            last = line.speaker
    free = [
        (line, f"[{label}]")
        for line, label in sounds
        if not any(x.start_ms < line.end_ms and line.start_ms < x.end_ms and said.get(x.id) for x in lines)
    ]
    every = tuple(sorted((*lines, *(x for x, _l in free)), key=lambda x: x.start_ms))
    return cues(every, said | {x.id: label for x, label in free}, spoken_until, look)
