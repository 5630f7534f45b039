"""Subtitles for the deaf and hard of hearing: speakers named, sounds in brackets."""

from __future__ import annotations

from ..records import SONG, Cue, Line
from .cues import Look, cues


def for_the_deaf(
    lines: tuple[Line, ...],
    texts: dict[str, str],
    names: dict[str, str],
    sounds: list[tuple[Line, str]],
    spoken_until: dict[str, int],
    look: Look,
) -> list[Cue]:
    """Cues with the speaker's name where another one begins to speak, and sound labels where they are heard.

    Args:
        names: speaker as shown in this language; a speaker without one is not named.
        sounds: what is heard, with its label in this language; on a spoken line it stands before the line's words.
    """
    last, said, free = "", dict(texts), []
    for sound, label in sounds:
        on = next((x for x in lines if _over(x, sound) and said.get(x.id, "").strip()), None)
        if on is None:
            free.append((sound, shown_sound(sound, label)))
        else:
            said[on.id] = f"{shown_sound(sound, label)} {said[on.id]}"
    for line in lines:
        if said.get(line.id, "").strip():
            if line.speaker != last and (shown := names.get(line.speaker)):
                said[line.id] = f"[{shown}] {said[line.id]}"
            last = line.speaker
    every = tuple(sorted((*lines, *(x for x, _l in free)), key=lambda x: x.start_ms))
    return cues(every, said | {x.id: label for x, label in free}, spoken_until, look)


def shown_sound(sound: Line, label: str) -> str:
    """A sound in brackets, a song between notes."""
    return f"♪ {label} ♪" if SONG in sound.flags else f"[{label}]"


def _over(line: Line, sound: Line) -> bool:
    return line.start_ms < sound.end_ms and sound.start_ms < line.end_ms
