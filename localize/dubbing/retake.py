"""Lines that a recogniser reads very differently are heard alone, spoken again at another pace, and else flagged.

A voice gives the same clip for the same input, so a retake changes the pace: slower is what blurred words need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..audio.samples import RATE, Samples
from ..engines.base import Clip
from ..errors import LocalizeError
from . import intelligibility
from .lay import Dub
from .speak import PACES
from .spoken_line import SpokenLine

Hear = Callable[[Samples, int], str]  # samples and rate to what is read from them, heard as one line
SEEN = 60  # characters of what was heard that a flag repeats


def until_heard(
    made: Dub,
    parts: list[SpokenLine],
    heard: dict[str, str],
    hear: Hear,
    say: Callable[[SpokenLine, float], Clip],
    lay: Callable[[list[SpokenLine]], Dub],
    tag: str = "",
) -> Dub:
    """The dub with every line that can be mended by another take mended so, and the others flagged.

    `heard` is what the recogniser reads of each line within the whole track, `hear` listens to one line alone, `say`
    speaks a part at a native speed, `lay` lays all parts out anew; `tag` is the language, in which figures are compared as
    they are said.
    """
    wrong = _wrong(made, parts, heard, hear, tag)
    takes = {t.line_id: t for t in made.takes}
    better = {}
    for part in parts:
        if part.line.id in wrong:
            for again in range(1, len(PACES)):
                other = replace(part, again=again)
                try:
                    clip = say(other, takes[part.line.id].speed)
                except LocalizeError:
                    continue
                if not intelligibility.doubtful(part.text, hear(clip.samples, clip.rate), tag):
                    better[part.line.id] = other
                    break
    if better:
        made = lay([better.get(p.line.id, p) for p in parts])
        wrong = _wrong(made, parts, dict.fromkeys(wrong, ""), hear, tag)
    flagged = [
        replace(t, flags=(*t.flags, f"{intelligibility.FLAG}: {wrong[t.line_id][:SEEN]}")) if t.line_id in wrong else t
        for t in made.takes
    ]
    return replace(made, takes=tuple(flagged))


def _wrong(made: Dub, parts: list[SpokenLine], heard: dict[str, str], hear: Hear, tag: str) -> dict[str, str]:
    """Lines whose clip, heard alone as it lies in the track, is not what is written: line id to what was heard."""
    texts = {p.line.id: p.text for p in parts}
    wrong = {}
    for take in made.takes:
        text = texts.get(take.line_id, "")
        if take.clip and take.line_id in heard and intelligibility.doubtful(text, heard[take.line_id], tag):
            alone = hear(made.sound(take), RATE)
            if intelligibility.doubtful(text, alone, tag):
                wrong[take.line_id] = alone
    return wrong
