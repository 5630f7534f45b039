"""Lines reworded where the voice would need far more or less time than the line has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from ..errors import LocalizeError, StoreError
from ..languages import dictionary
from ..records import EngineUse, Episode, Translation, from_json, to_json
from ..session import Session
from ..storage.step_cache import Failure
from ..subtitles import cues
from ..transcript.result import Listened
from ..translation import rewording
from ..translation.steps import job_for
from . import pronounce, speak
from .script import parts_of
from .spoken_line import SpokenLine

READ = 0.97  # of the reading time: the gaps between a line's cues take the rest


@dataclass(frozen=True, kw_only=True)
class FitInputs:
    """All that decides how a line is reworded.

    Attributes:
        route, reads: the engines that wrote it and may write it anew, and what they read besides its text.
        said: every pronunciation of the language: another wording may hold other names.
    """

    part: SpokenLine
    was: Translation
    voice: EngineUse
    rules: tuple[str, ...]
    dictionaries: str
    route: tuple[EngineUse, ...]
    reads: tuple[Any, ...]
    terms: tuple[Any, ...]
    said: tuple[tuple[str, str], ...]
    cps: float
    espeak: str


def fit_text(
    session: Session, episode: Episode, listened: Listened, target: str, made: list[Translation]
) -> list[Translation]:
    """Translations reworded where the voice would need far more or less time than the line has."""
    job = job_for(session, episode, listened, target)
    voice, language = session.engines.synthesizer(), session.settings.language(job.target)
    parts = parts_of(session, listened, job.target, made)
    by_line = {t.line_id: t for t in made}
    rules = pronounce.rules(language.espeak)
    dictionaries = dictionary.identity(job.transcript.language, target)
    said = pronounce.all_of(job.glossary, target)
    # which engines are here is looked up once for each way in which lines were made, not for each line
    origins = {t.origin for t in made if rewording.may_change(t)}
    routes = {origin: rewording.route_of(origin, job, session.engines) for origin in origins}
    writers = {origin: rewording.identities(route, session.engines) for origin, route in routes.items()}

    def measure(part: SpokenLine) -> int:
        subject = f"{job.subject} {part.line.id}"
        return speak.natural_ms(part, voice, language.espeak, session.steps, subject)

    def fit(part: SpokenLine) -> Translation:
        was = by_line[part.line.id]
        if not rewording.may_change(was):
            return was
        uses = job.glossary.find(part.line.text, job.transcript.language)
        inputs = FitInputs(
            part=part,
            was=was,
            voice=voice.identity(part.voice),
            rules=rules,
            dictionaries=dictionaries,
            route=writers[was.origin],
            reads=rewording.read_besides(routes[was.origin], part.line, job, session.engines),
            terms=tuple((u.term.key(job.target), u.start, u.end) for u in uses),
            said=said,
            cps=language.cps,
            espeak=language.espeak,
        )

        def measured(text: str) -> int:
            return measure(replace(part, text=text, say=pronounce.pronunciations(text, job.glossary, target)))

        def choose() -> Any:
            try:
                return to_json(chosen())
            except StoreError:
                raise
            except LocalizeError as error:  # the line stays as it is in this run
                return Failure(to_json(was), str(error))

        def chosen() -> Translation:
            length = part.line.end_ms - part.line.start_ms + cues.RUN_ON_MS
            item = rewording.Measured(part.line, was, measure(part), READ * language.cps * length / 1000)
            if not rewording.far_off(item):
                return was
            return rewording.reworded(item, rewording.offers(item, job, session.engines, uses, routes[was.origin]), measured)

        found = session.steps.json("fit-text", 7, inputs, f"{job.subject} {part.line.id}", choose)
        return from_json(Translation, found)

    with session.clock.timed(episode.name, target), ThreadPoolExecutor(max(1, session.settings.threads)) as pool:
        fitted = {t.line_id: t for t in pool.map(fit, parts)}
    return [fitted.get(t.line_id, t) for t in made]
