"""Lines translated from their sound: speech to text in another language, then on by text engines where that is not yet
the target. Planned beside the text routes; each engine stands in the line's origin.

A name that stands in the transcript must stand in what is made of the sound. Where it is lost the line is heard again
with the name hinted otherwise; a name written as it sounds ("Gu Chen's") is given its locked form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from ..engines.base import Samples, SpeechTranslator
from ..engines.catalogue import Engines
from ..errors import LocalizeError, one_line
from ..languages import chinese, dictionary
from ..languages.unspaced import is_unspaced
from ..records import EngineUse, Line, Translation, from_json
from ..series.glossary import Use
from ..storage.step_cache import Steps
from . import name_lock, send
from .available import loss
from .job import Job
from .outcome import TermKey, outcome, term_key
from .routes import Hop, Route, plan

VERSION = 9
LEADS_MS = (120, 300, 40)  # sound around a line, one after the other, as long as a name is missing
WRITTEN_LIKE = 78.0  # likeness of letters, of 100, from which words are a name as it sounds


@dataclass(frozen=True, kw_only=True)
class SpeechInputs:
    """All that decides a line's translation from its sound.

    Attributes:
        audio, span: the sound's digest, and where in it the line is said.
        said: its names in the language of the first hop; glossary: what may be found there, where a text goes on.
        reads: what each further engine reads besides text and terms.
    """

    audio: str
    span: tuple[int, int]
    text: str
    source: str
    target: str
    route: tuple[EngineUse, ...]
    terms: tuple[TermKey, ...]
    dictionaries: str
    said: tuple[str, ...]
    glossary: tuple[dict[str, str], ...]
    reads: tuple[Any, ...]


@dataclass(frozen=True)
class SpeechRoute:
    """Speech into the language of `hop`, and on from there through `onward`, which may have no hops."""

    engine: SpeechTranslator
    hop: Hop
    onward: Route

    @property
    def whole(self) -> Route:
        """All hops in order: their names are the lines' origin, their losses the rank."""
        return Route((self.hop, *self.onward.hops))


def best_route(engines: Engines, hops: Iterable[Hop], source: str, target: str) -> SpeechRoute | None:
    """The cheapest route that begins with speech of the source language, or None."""
    hops = list(hops)
    found = []
    for engine in engines.speech_translators():
        for spoken, written in sorted(engine.pairs):
            if spoken != source:
                continue
            onward = Route(()) if written == target else plan(hops, written, target)
            if onward is not None and all(h.target != source for h in onward.hops):
                found.append(SpeechRoute(engine, Hop(engine.name, source, written, loss(engines, engine.name, source, written)), onward))
    return min(found, key=lambda r: r.whole.loss, default=None)


def identities(route: SpeechRoute, engines: Engines) -> list[EngineUse]:
    """Who has a part in the route."""
    first = route.engine.identity(route.hop.source, route.hop.target)
    return [first, *(engines.translator(h.engine).identity(h.source, h.target) for h in route.onward.hops)]


def translate(lines: list[Line], job: Job, route: SpeechRoute, engines: Engines, steps: Steps) -> dict[str, Translation]:
    """A translation of each line by its id, each a step of its own."""
    source, target = job.transcript.language, job.target
    uses = {line.id: job.glossary.find(line.text, source) for line in lines}
    who = tuple(identities(route, engines))
    onward = [engines.translator(h.engine) for h in route.onward.hops]
    strict = any(e.writes_freely for e in onward)

    def inputs(line: Line) -> SpeechInputs:
        ask = job.ask(line)
        return SpeechInputs(
            audio=job.audio_digest,
            span=(line.start_ms, line.end_ms),
            text=line.text,
            source=source,
            target=target,
            route=who,
            terms=tuple(term_key(u, target) for u in uses[line.id]),
            dictionaries=dictionary.identity(source, target),
            said=tuple(u.form(route.hop.target) for u in uses[line.id]),
            glossary=tuple(t.key(target) | {"said": t.form(route.hop.target)} for t in job.glossary.terms) if onward else (),
            reads=tuple(e.reads(ask, h.source, h.target) for e, h in zip(onward, route.onward.hops, strict=True)),
        )

    def make(todo: list[Line]) -> list[Any]:
        audio = job.audio()
        made = []
        for line in todo:
            sent = _sent(line, audio, uses[line.id], job, route, engines)
            made.append(outcome(line, sent, uses[line.id], job, route.whole.name, strict))
        return made

    rows = [(inputs(line), f"{job.subject} {line.id}", line) for line in lines]
    made = steps.batch("translate-speech", VERSION, rows, make)
    return {
        line.id: replace(from_json(Translation, value), line_id=line.id)
        for line, value in zip(lines, made, strict=True)
    }


def _sent(line: Line, audio: Samples, uses: list[Use], job: Job, route: SpeechRoute, engines: Engines) -> send.Sent:
    try:
        text = _heard(line, audio, uses, route)
    except LocalizeError as error:
        return send.Sent("", one_line(str(error)))
    if not text or not route.onward.hops:
        return send.Sent(text)
    held = job.glossary.find(text, route.hop.target)
    ask = replace(job.ask(line), text=text, before=())
    return send.cross([ask], [held], job.target, route.onward, engines)[0]


def _heard(line: Line, audio: Samples, uses: list[Use], route: SpeechRoute) -> str:
    """What is said, in the language of the first hop, with as many of the line's names as can be had.

    Only this line's names are hinted, since a long list is read out into short lines: as they sound first, where that
    is not how they are written, then in their locked form.
    """
    written = route.hop.target
    locked = tuple(dict.fromkeys(u.form(written) for u in uses))
    sounding = tuple(dict.fromkeys(_spelling(line.text[u.start : u.end], u.form(written)) for u in uses))
    tries = [(LEADS_MS[0], sounding), (LEADS_MS[1], sounding), (LEADS_MS[0], locked), (LEADS_MS[2], ())]
    best, fewest = "", 1 << 31
    for lead, names in dict.fromkeys(tries):
        part = audio[max(0, line.start_ms - lead) * 16 : (line.end_ms + lead) * 16].astype(np.float32)
        text = named(route.engine.translate_speech(part, route.hop.source, names), uses, line.text, written)
        lost = _lost(text, uses, line.text, written)
        if lost < fewest:
            best, fewest = text, lost
        if not fewest:
            break
    return best


def _lost(text: str, uses: list[Use], source: str, tag: str) -> int:
    """How many names a text has lost; many for one that holds nothing besides names though the line does."""
    rest_of_line, rest = source, text
    for use in uses:
        rest_of_line = rest_of_line.replace(source[use.start : use.end], " ")
        rest = rest.replace(use.form(tag), " ")
    if not re.search(r"\w", rest) and re.search(r"\w", rest_of_line):
        return 1000
    return len(name_lock.missed(name_lock.verify(text, uses, tag)))


def _spelling(said: str, form: str) -> str:
    """How a translation is likely to write a name: as it sounds, or as it is locked where that holds several words of
    meaning."""
    return form if not is_unspaced(said) or " " in form else chinese.romanized(said)


def named(text: str, uses: list[Use], source: str, tag: str) -> str:
    """A text with names that it writes by their sound in their locked form: "Gu Chen" and "Guchen" as the glossary
    has it. `source` is the line that the uses were found in."""
    for use in uses:
        form = use.form(tag)
        if not name_lock.missed(name_lock.verify(text, [use], tag)):
            continue
        said = source[use.start : use.end]
        spellings = [form, *use.term.aliases, *([chinese.romanized(said)] if is_unspaced(said) else [said])]
        found = max((_like(text, s) for s in spellings if s), default=(0.0, 0, 0))
        if found[0] >= WRITTEN_LIKE:
            text = text[: found[1]] + form + text[found[2] :]
    return text


def _like(text: str, spelling: str) -> tuple[float, int, int]:
    """The words of a text most like a spelling: likeness of letters, first and last character."""
    words = list(re.finditer(r"[^\W\d_]+", text))
    size = len(spelling.split())
    best = (0.0, 0, 0)
    for at in range(len(words)):
        for width in range(1, size + 2):
            run = words[at : at + width]
            if len(run) < width or not run[0][0][:1].isupper():
                break
            letters = "".join(m[0] for m in run).casefold()
            likeness = fuzz.ratio(letters, spelling.replace(" ", "").casefold())
            best = max(best, (likeness, run[0].start(), run[-1].end()))
    return best
