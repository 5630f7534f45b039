"""The dubbing stage as a cached step: every line spoken, laid into one track, and listened back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..audio import files
from ..audio.levels import active_level
from ..audio.samples import RATE
from ..engines.base import Clip
from ..records import Episode, Take, Translation, from_json, to_json
from ..session import Session
from ..transcript.result import Listened
from . import intelligibility, listen_back, retake, speak
from .casting import speakers
from .lay import Dub
from .lay import dub as lay_out
from .part import Part
from .script import parts_of

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Spoken:
    """A language's dub: its takes, the digest of its speech track; by line id each clip's level in LUFS as laid, and
    the level that its source line and its character ask for."""

    takes: tuple[Take, ...]
    track: str
    clip_levels: dict[str, float]
    wanted_levels: dict[str, float]


def dub(
    session: Session,
    episode: Episode,
    listened: Listened,
    target: str,
    translations: list[Translation],
    tick: Tick = lambda _n: None,
) -> Spoken:
    """Speak every translated line and lay the clips into one track."""
    language = session.settings.language(target)
    parts = parts_of(session, listened, target, translations)
    voice = session.engines.synthesizer()
    subject = f"{episode.name} {target}"
    judged = language.primary in intelligibility.JUDGED
    inputs = {
        "parts": [
            [p.line.id, p.line.start_ms, p.line.end_ms, p.text, p.voice, p.speed, p.say, p.level_lufs] for p in parts
        ],
        "duration": episode.media.duration_ms,
        "espeak": language.espeak,
        "engine": [to_json(u) for u in speakers(session, listened, target)],
        "judge": to_json(session.engines.transcriber().identity()) if judged else None,
    }

    def lay(these: list[Part]) -> Dub:
        duration, threads = episode.media.duration_ms, session.settings.threads
        return lay_out(these, duration, voice, language.espeak, session.steps, subject, threads, tick)

    def say(part: Part, speed: float) -> Clip:
        return speak.speak(part, speed, voice, language.espeak, session.steps, f"{subject} {part.line.id}")[1]

    def make() -> Any:
        first = made = lay(parts)
        track = session.steps.store.put(files.to_flac(first.track, RATE))
        if judged:
            heard = intelligibility.by_line(first.takes, listen_back.read_back(session, episode, track, target))
            made = retake.until_heard(first, parts, heard, listen_back.hear_line(session, target), say, lay)
        if made.track is not first.track:
            track = session.steps.store.put(files.to_flac(made.track, RATE))
        levels = {
            t.line_id: round(active_level(made.track[_at(t.start_ms) : _at(t.end_ms)], RATE), 1)
            for t in made.takes
        }
        return to_json(Spoken(made.takes, track, levels, {p.line.id: round(p.level_lufs, 1) for p in parts}))

    with session.clock.timed(episode.name, target):
        spoken = from_json(Spoken, session.steps.json("dub", 11, inputs, subject, make))
        if session.steps.store.get(spoken.track) is None:  # the track's blob went missing: lay it again
            spoken = from_json(Spoken, make())
    return spoken


def _at(ms: int) -> int:
    return round(ms * RATE / 1000)
