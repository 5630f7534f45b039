"""A case of other people's trouble: what is dropped, and the outcome that is right, written before it was run.

A case is a small episode of its own, or one cue of a scene that several share. Nothing of anybody's is in it: pictures and
sounds are ffmpeg's, words are written here. `seen` names the public report that tells of the same trouble.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TALK_S = 12  # length of the episode that stands for any episode with a transcript
CUE_MS, STEP_MS = 2000, 3000  # a scene's cues: how long each stands, and how far they are apart


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case.

    Attributes:
        name: the episode's name where it is one; kind: what the trouble is with.
        why: what went wrong elsewhere; seen: "owner/repository#number" of a report that tells of it.
        beside: what lies beside the video, by the end of its name.
        scene, cue: or the scene that it is a cue of, and the cue's text; given: the studio's translation of that cue.
        market: "home" (the episode's own language), "pt" or "es" (with subtitles in it besides), "brazil" (dubbed).
        error: words of the one typed line where nothing can be made of it.
        lines: (speaker, words) of each line; times: [start, end] of each in ms, to 1 ms.
        shown: the subtitles' cues in the market's further language, rows joined; holds, lacks: what stands in none or some
            of them.
        sounds: what is heard and not said, as the subtitles for the deaf have it.
        set_right: words of a row of what was set right, one each, none besides; None where it is not looked at.
        notes: words of a note, one each.
        because: the checks that are not `pass`, none besides; their lines and words: `told`.
        said: what a voice is given for the cue.
    """

    name: str
    kind: str
    why: str
    seen: str = ""
    beside: Mapping[str, str | bytes] = field(default_factory=dict)
    scene: str = ""
    cue: str = ""
    given: str = ""
    market: str = "home"
    error: str = ""
    lines: tuple[tuple[str, str], ...] | None = None
    times: tuple[tuple[int, int], ...] | None = None
    shown: tuple[str, ...] | None = None
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    set_right: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    because: tuple[str, ...] | None = ()
    told: tuple[str, ...] = ()
    said: str = ""


def clock(ms: int) -> str:
    """An SRT time."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{rest:03d}"


def srt(*cues: tuple[int, int, str]) -> str:
    """SRT from (start, end, text), times in ms."""
    return "\n".join(f"{n}\n{clock(a)} --> {clock(b)}\n{text}\n" for n, (a, b, text) in enumerate(cues, 1))


def vtt(*cues: tuple[str, str]) -> str:
    """WebVTT from (times as they are written, text)."""
    return "WEBVTT\n\n" + "\n".join(f"{times}\n{text}\n" for times, text in cues)


def starts(number: int) -> int:
    """When a scene's cue starts, in ms."""
    return 500 + number * STEP_MS
