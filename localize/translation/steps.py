"""The translation stage: every line, and every label in the picture, in the target language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..audio import stem
from ..audio.samples import Samples, to_asr
from ..files import read_text
from ..languages.text import sentence_case
from ..media.soundtrack import decode, stem_of
from ..records import EngineUse, Episode, Translation
from ..session import Session
from ..transcript import dialogue_list
from ..transcript.result import Listened
from .job import Job
from .translate import translate as translate_lines

# --- per language ----------------------------------------------------------------------------------------------


def translate(
    session: Session, episode: Episode, listened: Listened, target: str
) -> tuple[list[Translation], list[EngineUse]]:
    """Every line in the target language, and the engines that had a part."""
    with session.clock.timed(episode.name, target):
        return translate_lines(job_for(session, episode, listened, target), session.engines, session.steps)


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
        return translate_lines(job, session.engines, session.steps)[0]


def job_for(session: Session, episode: Episode, listened: Listened, target: str) -> Job:
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
        f"{episode.sha256}:{episode.sidecar_sha256.get('me', '')}",
        f"{episode.name} {target}",
        _finished(episode, listened, target),
        {name: c.note for name, c in session.bible.cast.items() if c.note},
    )


def _finished(episode: Episode, listened: Listened, target: str) -> dict[str, str]:
    """The studio's own translation into a language, by line id. Raises SidecarError naming the cue."""
    kinds = [k for k in episode.sidecars if k.startswith("srt:") and listened.transcript.origin != "written"]
    exact = [k for k in kinds if k == f"srt:{target}"] or [k for k in kinds if k == f"srt:{target.split('-')[0]}"]
    if not exact:
        return {}
    path = Path(episode.sidecars[exact[0]])
    spans = {line.id: (line.start_ms, line.end_ms) for line in listened.transcript.lines}
    return dialogue_list.by_line(read_text(path), path.name, spans)
