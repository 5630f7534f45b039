"""The translation stage: every line, and every label in the picture, in the target language."""

from __future__ import annotations

from dataclasses import replace

from ..audio import stem
from ..audio.samples import Samples, to_asr
from ..languages.marks import mark_of, unmarked
from ..languages.text import sentence_case
from ..media.soundtrack import decode, stem_of
from ..records import EngineUse, Episode, Flag, Media, Translation
from ..session import Session
from ..transcript.result import Listened
from .finished import Finished
from .job import Job
from .translate import translate as translate_lines

# --- per language ----------------------------------------------------------------------------------------------


def translate(
    session: Session, episode: Episode, listened: Listened, target: str, given: Finished | None = None
) -> tuple[list[Translation], list[EngineUse]]:
    """Every line in the target language, and the engines that had a part; `given` is the studio's own translation."""
    with session.clock.timed(episode.name, target):
        job = job_for(session, episode, listened, target, given)
        made, used = translate_lines(job, session.engines, session.steps)
    parted = given.parted if given else frozenset()
    return [replace(t, flags=(*t.flags, Flag.SENTENCE_PARTED)) if t.line_id in parted else t for t in made], used


def notes(session: Session, episode: Episode, listened: Listened, target: str) -> list[Translation]:
    """Labels of sounds and writing in the picture, in the target language; empty where the studio gave none."""
    lines = (*listened.sounds, *listened.screen)
    if not lines:
        return []
    forms = [t.form(listened.transcript.language) for t in session.bible.terms.terms]
    lines = tuple(replace(x, text=sentence_case(x.text, forms)) for x in lines)
    written = replace(listened.transcript, origin="written", words=(), lines=lines, speech=())
    job = job_for(session, episode, replace(listened, transcript=written), target)
    with session.clock.timed(episode.name, target):
        made = translate_lines(job, session.engines, session.steps)[0]
    called = {x.id: x.text for x in lines}  # a mark that the memory holds for a line of these words is no label
    return [replace(t, text=unmarked(t.text) or called[t.line_id]) if mark_of(t.text) else t for t in made]


def job_for(
    session: Session, episode: Episode, listened: Listened, target: str, finished: Finished | None = None
) -> Job:
    def audio() -> Samples:
        mix = decode(episode)
        if listened.stem:
            fit = stem.Fit(int(listened.stem["shift"]), listened.stem["gain"], listened.stem["explained_db"])
            return to_asr(stem.dialogue(mix, stem_of(episode), fit))
        return to_asr(mix.mean(1))

    return Job(
        listened.transcript,
        target,
        session.bible.terms,
        session.bible.memory(listened.transcript, target),
        session.bible.memory_path(target),
        audio,
        _sound_of(episode),
        f"{episode.name} {target}",
        finished.texts if finished else {},
        session.bible.cast,
    )


def _sound_of(episode: Episode) -> str:
    """What decides an episode's sound: its bytes, its stem's, and which track it is where that is not the first."""
    track = "" if episode.media.programme == Media.sound else f":{episode.media.programme}"
    return f"{episode.sha256}:{episode.sidecar_sha256.get('me', '')}{track}"
