"""Lines into one language: memory first, then engines by route with names locked; a line at a time in the ledger.

Nothing passes for a translation that is none: a line without a route, or one that comes back empty, looping, or
as an echo of its source, carries an error and no text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..engines.catalogue import Engines
from ..errors import EngineFailed, one_line
from ..languages import dictionary
from ..records import EngineUse, Flag, Line, Translation, from_json
from ..series import memory
from ..series.glossary import replace_banned
from ..storage.step_cache import Steps
from . import by_speech, name_lock, send, source_left
from .available import listed_models, text_hops
from .job import Job
from .outcome import TermKey, failed, outcome, term_key
from .routes import Route, missing
from .ways import MOST, Ways

VERSION = 8
FAILED = "translate-failed"  # the stage of an engine that was asked and could not; its version says why
SURE_FUZZY = 0.92  # a remembered line this like wins over an engine; a less like one only where there is no route


@dataclass(frozen=True, kw_only=True)
class TextInputs:
    """All that decides a line's translation by text engines; `reads`: what each of them reads besides text and terms."""

    text: str
    source: str
    target: str
    route: tuple[EngineUse, ...]
    terms: tuple[TermKey, ...]
    dictionaries: str
    reads: tuple[Any, ...]


def translate(job: Job, engines: Engines, steps: Steps) -> tuple[list[Translation], list[EngineUse]]:
    """A translation for every line, in order; lines with an error have no text. Engines that had a part."""
    source, target = job.transcript.language, job.target
    if source == target.split("-")[0]:
        return [_as_spoken(line, job) for line in job.transcript.lines], []
    matches = {line.id: job.memory.lookup(line.text, job.before(line)) for line in job.transcript.lines}
    sure = {i for i, m in matches.items() if m is not None and m.score >= SURE_FUZZY}
    done = {line.id: _remembered(line, matches[line.id], job) for line in job.transcript.lines if line.id in sure}
    done.update({line.id: _given(line, job) for line in job.transcript.lines if job.given.get(line.id)})
    rest = [line for line in job.transcript.lines if line.id not in done]
    used: list[EngineUse] = []
    if rest:
        made, used = _by_engines(rest, job, engines, steps)
        done.update(made)
    for line in rest:
        if done[line.id].error and matches[line.id] is not None:
            done[line.id] = _remembered(line, matches[line.id], job)
    return source_left.flagged([_flagged(done[line.id], line, job) for line in job.transcript.lines], job, steps), used


def _as_spoken(line: Line, job: Job) -> Translation:
    terms = name_lock.verify(line.text, job.glossary.find(line.text, job.target), job.target)
    return Translation(line.id, job.target, line.text, "source", terms=terms)


def _given(line: Line, job: Job) -> Translation:
    text = job.given[line.id]
    terms = name_lock.verify(text, job.glossary.find(line.text, job.transcript.language), job.target)
    return Translation(line.id, job.target, text, "studio", terms=terms)


def _remembered(line: Line, match: memory.Match | None, job: Job) -> Translation:
    assert match is not None  # only asked for lines that have one
    text = match.text(job.glossary, job.target)
    uses = job.glossary.find(line.text, job.transcript.language)
    origin = "memory" if match.score == 1.0 else "memory-fuzzy"
    terms = name_lock.verify(text, uses, job.target)
    flags = () if match.score == 1.0 else (Flag.FUZZY_MEMORY,)
    return Translation(line.id, job.target, text, origin, match.score, terms, flags)


def _flagged(translation: Translation, line: Line, job: Job) -> Translation:
    """With banned words replaced, and the flags that every origin shares: names missed or unsure, words banned."""
    flags = list(translation.flags)
    text, banned = replace_banned(translation.text, job.glossary.banned(job.target))
    if banned or (translation.origin == "source" and text != translation.text):
        flags.append(Flag.BANNED_WORD)
    translation = replace(translation, text=text)
    if name_lock.missed(translation.terms):
        flags.append(Flag.NAME_MISSED)
    if any(not u.sure for u in job.glossary.find(line.text, job.transcript.language)):
        flags.append(Flag.NAME_UNSURE)
    if translation.error:
        flags.append(Flag.UNTRANSLATED)
    return replace(translation, flags=tuple(dict.fromkeys(flags)))


def _by_engines(
    lines: list[Line], job: Job, engines: Engines, steps: Steps
) -> tuple[dict[str, Translation], list[EngineUse]]:
    source, target = job.transcript.language, job.target.split("-")[0]
    heard = job.transcript.is_spoken
    ways = Ways(engines, source, target, heard)
    done: dict[str, Translation] = {}
    used: list[EngineUse] = []
    for _try in range(MOST):
        # what one way cannot do, or loses a name in, the next one tries
        rest = [x for x in lines if x.id not in done or done[x.id].error or name_lock.missed(done[x.id].terms)]
        way = ways.next() if rest else None
        if way is None:
            break
        try:
            if isinstance(way.route, by_speech.SpeechRoute):
                made = by_speech.translate(rest, job, way.route, engines, steps)
            else:
                made = _from_text(rest, job, way.route, way.who, engines, steps)
        except EngineFailed as error:
            name = error.where.split(" ")[0]
            ways.failed.add(name)
            used += [replace(w, stage=FAILED, version=one_line(error.what, 200)) for w in way.who if w.name == name]
            made = {x.id: failed(x, job, f"{name} failed: {error.what}") for x in rest}
        good = {i: t for i, t in made.items() if _better(t, done.get(i))}
        done.update(good)
        used += way.who if any(not t.error for t in good.values()) else []
    left = [x for x in lines if x.id not in done]
    if left:
        why = _no_route(job, engines)
        done.update({line.id: failed(line, job, why) for line in left})
    return done, used


def _better(new: Translation, old: Translation | None) -> bool:
    """Whether a line's new translation goes before the one it has: it has none, or one with an error or a name lost."""
    if old is None or new.error:
        return old is None
    return bool(old.error) or not name_lock.missed(new.terms)


def _no_route(job: Job, engines: Engines) -> str:
    """The error of lines that no engine here can bring into the language, with the commands that would help."""
    source, target = job.transcript.language, job.target.split("-")[0]
    registry = engines.context.registry
    offered = listed_models(registry, source, target)
    if job.transcript.is_spoken:  # and on from what the recogniser translates speech into
        for middle in sorted({w for e in engines.speech_translators() for s, w in e.pairs if s == source}):
            offered += listed_models(registry, middle, target)
    offered += text_hops(engines)[1]
    command = f"localize memory add --series {job.memory_path.parent.name} --lang {job.target} LINE TRANSLATION"
    return str(missing(source, target, command, offered))


def _from_text(
    lines: list[Line], job: Job, route: Route, identities: list[EngineUse], engines: Engines, steps: Steps
) -> dict[str, Translation]:
    """Lines through a route, many at a time, each a step of its own."""
    source = job.transcript.language
    uses = {line.id: job.glossary.find(line.text, source) for line in lines}

    through = [engines.translator(h.engine) for h in route.hops]
    strict = any(e.writes_freely for e in through)
    dictionaries = dictionary.identity(source, job.target)

    def inputs(line: Line) -> TextInputs:
        ask = job.ask(line)
        return TextInputs(
            text=line.text,
            source=source,
            target=job.target,
            route=tuple(identities),
            terms=tuple(term_key(u, job.target) for u in uses[line.id]),
            dictionaries=dictionaries,
            reads=tuple(e.reads(ask, h.source, h.target) for e, h in zip(through, route.hops, strict=True)),
        )

    def make(todo: list[Line]) -> list[Any]:
        made = send.cross([job.ask(x) for x in todo], [uses[x.id] for x in todo], job.target, route, engines)
        return [outcome(line, s, uses[line.id], job, route.name, strict) for line, s in zip(todo, made, strict=True)]

    rows = [(inputs(line), f"{job.subject} {line.id}", line) for line in lines]
    made = steps.batch("translate", VERSION, rows, make)
    return {
        line.id: replace(from_json(Translation, value), line_id=line.id)
        for line, value in zip(lines, made, strict=True)
    }
