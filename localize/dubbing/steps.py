"""The dubbing stage as a cached step: every line spoken, laid into one track, and listened back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..audio import files
from ..audio.levels import active_level
from ..audio.samples import RATE
from ..audio.spans import Span
from ..engines.base import Clip
from ..errors import EngineError, UnusableResult
from ..records import EngineUse, Episode, Flag, Take, Translation, from_json, to_json
from ..session import Session
from ..storage.step_cache import Failure
from ..transcript.result import Listened
from . import intelligibility, listen_back, pronounce, retake, speak
from .casting import speakers
from .lay import Dub
from .lay import dub as lay_out
from .script import parts_of
from .spoken_line import SpokenLine

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Spoken:
    """A language's dub: its takes, the digest of its speech track; by line id each clip's level in LUFS as laid, and
    the level that its source line and its character ask for."""

    takes: tuple[Take, ...]
    track: str
    clip_levels: dict[str, float]
    wanted_levels: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class DubInputs:
    """All that decides a language's dub.

    Attributes:
        parts: each line with its text, voice, pace, level and how its names are said.
        judge, told: the recogniser that listens back, and the names that it is told; none where nobody listens.
        kept: where the source's own sound stands.
    """

    parts: tuple[SpokenLine, ...]
    duration_ms: int
    espeak: str
    rules: tuple[str, ...]
    engines: tuple[EngineUse, ...]
    judge: EngineUse | None
    told: tuple[str, ...]
    kept: tuple[Span, ...]


def dub(
    session: Session,
    episode: Episode,
    listened: Listened,
    target: str,
    translations: list[Translation],
    laid: Callable[[str], None] = lambda _track: None,
    tick: Tick = lambda _n: None,
) -> Spoken:
    """Speak every translated line and lay the clips into one track.

    Args:
        laid: told the digest of a track that is now heard back, after which some of its lines may be spoken anew.
    """
    language = session.settings.language(target)
    parts = parts_of(session, listened, target, translations)
    voice = session.engines.synthesizer()
    subject = f"{episode.name} {target}"
    judged = language.primary in intelligibility.JUDGED
    inputs = DubInputs(
        parts=tuple(parts),
        duration_ms=episode.media.duration_ms,
        espeak=language.espeak,
        rules=pronounce.rules(language.espeak),
        engines=tuple(speakers(session, listened, target)),
        judge=session.engines.transcriber(target).identity() if judged else None,
        told=listen_back.names_told(session, target) if judged else (),
        kept=tuple(s.span for s in listened.kept),
    )
    failed: list[str] = []

    def lay(these: list[SpokenLine]) -> Dub:
        duration, threads = episode.media.duration_ms, session.settings.threads
        return lay_out(these, duration, voice, language.espeak, session.steps, subject, threads, tick, failed.append, inputs.kept)

    def say(part: SpokenLine, speed: float) -> Clip:
        try:
            return speak.speak(part, speed, voice, language.espeak, session.steps, f"{subject} {part.line.id}")[1]
        except EngineError as error:
            if not isinstance(error, UnusableResult):
                failed.append(str(error))
            raise

    def make() -> Any:
        first = made = lay(parts)
        track = session.steps.store.put(files.to_flac(first.track, RATE))
        if judged:
            laid(track)
            heard = intelligibility.by_line(first.takes, listen_back.read_back(session, episode, track, target))
            made = retake.until_heard(first, parts, heard, listen_back.hear_line(session, target), say, lay, target)
        if made.track is not first.track:
            track = session.steps.store.put(files.to_flac(made.track, RATE))
        levels = {t.line_id: round(active_level(made.sound(t), RATE), 1) for t in made.takes}
        spoken = to_json(Spoken(made.takes, track, levels, {p.line.id: round(p.level_lufs, 1) for p in parts}))
        silent = [t.line_id for t in made.takes if Flag.NO_CLIP in t.flags]
        if failed:
            return Failure(spoken, failed[0])
        return Failure(spoken, f"no clip for {', '.join(silent)}", passing=False) if silent else spoken

    with session.clock.timed(episode.name, target):
        spoken = from_json(Spoken, session.steps.json("dub", 15, inputs, subject, make))
        if session.steps.store.get(spoken.track) is None:  # the track's blob went missing: lay it again
            made = make()
            spoken = from_json(Spoken, made.value if isinstance(made, Failure) else made)
    return spoken
