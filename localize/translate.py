"""Lines into one language: memory first, then engines by route with names locked; a line at a time in the ledger.

Nothing passes for a translation that is none: a line without a route, or one that comes back empty, looping, or
as an echo of its source, carries an error and no text.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from . import lock, memory
from .engines import Engines
from .engines.base import Samples
from .errors import LocalizeError, one_line
from .glossary import Glossary, Use
from .model import EngineUse, Line, TermUse, Transcript, Translation, from_json, to_json
from .registry import Registry
from .routes import Hop, Route, missing, plan
from .steps import Steps

VERSION = 4
PAD_MS = 120


@dataclass(frozen=True)
class Job:
    """Everything a language's translation depends on.

    Attributes:
        audio: gives 16 kHz mono samples of the whole episode, only asked for where speech itself is translated.
        audio_digest: digest of that sound, for the keys.
    """

    transcript: Transcript
    target: str
    glossary: Glossary
    memory: memory.Memory
    memory_path: Path
    audio: Callable[[], Samples]
    audio_digest: str
    subject: str


def translate(job: Job, engines: Engines, steps: Steps) -> tuple[list[Translation], list[EngineUse]]:
    """A translation for every line, in order; lines with an error have no text. Engines that had a part."""
    source, target = job.transcript.language, job.target
    if source == target.split("-")[0]:
        return [_as_spoken(line, job) for line in job.transcript.lines], []
    done: dict[str, Translation] = {}
    for line in job.transcript.lines:
        if (found := _remembered(line, job)) is not None:
            done[line.id] = found
    rest = [line for line in job.transcript.lines if line.id not in done]
    used: list[EngineUse] = []
    if rest:
        made, used = _by_engines(rest, job, engines, steps)
        done.update(made)
    return [_flagged(done[line.id], line, job) for line in job.transcript.lines], used


def _as_spoken(line: Line, job: Job) -> Translation:
    terms = lock.verify(line.text, job.glossary.find(line.text, job.target), job.target)
    return Translation(line.id, job.target, line.text, "source", terms=terms)


def _remembered(line: Line, job: Job) -> Translation | None:
    match = job.memory.lookup(line.text)
    if match is None:
        return None
    text = match.text(job.glossary, job.target)
    uses = job.glossary.find(line.text, job.transcript.language)
    origin = "memory" if match.score == 1.0 else "memory-fuzzy"
    terms = lock.verify(text, uses, job.target)
    flags = () if match.score == 1.0 else ("fuzzy-memory",)
    return Translation(line.id, job.target, text, origin, match.score, terms, flags)


def _flagged(translation: Translation, line: Line, job: Job) -> Translation:
    """With the flags that every origin shares: names missed or unsure."""
    flags = list(translation.flags)
    if lock.missed(translation.terms):
        flags.append("name-missed")
    if any(not u.sure for u in job.glossary.find(line.text, job.transcript.language)):
        flags.append("name-unsure")
    if translation.error:
        flags.append("untranslated")
    return replace(translation, flags=tuple(dict.fromkeys(flags)))


# --- engines ---------------------------------------------------------------------------------------------------


def text_hops(engines: Engines) -> tuple[list[Hop], list[str]]:
    """The pairs that text engines offer here, and what is missing for the others."""
    hops, reasons = [], []
    for engine in engines.translators():
        for source, target in sorted(engine.pairs):
            reason = engine.unavailable(source, target)
            if reason:
                reasons.append(reason)
            else:
                hops.append(Hop(engine.name, source, target, getattr(engine, "cost", 1.0)))
    return hops, reasons


def listed_models(registry: Registry, source: str, target: str) -> list[str]:
    """Commands that would bring a commercial model for the pair, for the engines that exist."""
    from .engines import ENGINES

    pairs = {f"{source}->{target}"}
    return [
        f"localize models pull {m.id}"
        for m in registry.models.values()
        if m.task == "mt" and m.commercial_use and m.engine in ENGINES
        and pairs & {"->".join(t.split("-")[0] for t in p.split("->")) for p in m.languages}
    ]  # fmt: skip


def _by_engines(
    lines: list[Line], job: Job, engines: Engines, steps: Steps
) -> tuple[dict[str, Translation], list[EngineUse]]:
    source, target = job.transcript.language, job.target.split("-")[0]
    hops, reasons = text_hops(engines)
    route = plan(hops, source, target)
    done: dict[str, Translation] = {}
    used: list[EngineUse] = []
    speakers = [e for e in engines.speech_translators() if (source, target) in e.pairs]
    if speakers and job.transcript.origin == "asr":
        made = _from_speech(lines, job, speakers[0], steps)
        done = {i: t for i, t in made.items() if not t.error and not lock.missed(t.terms)}
        used.append(speakers[0].identity(source, target))
    rest = [line for line in lines if line.id not in done]
    if rest and route is not None:
        identities = [_translator(engines, h.engine).identity(h.source, h.target) for h in route.hops]
        done.update(_from_text(rest, job, route, identities, engines, steps))
        used += identities
    elif rest:
        models = listed_models(engines.workshop.registry, source, target)
        series = job.memory_path.parent.name
        for line in rest:
            command = f"localize memory add --series {series} --lang {job.target} {shlex.quote(line.text)} TRANSLATION"
            error = missing(source, target, command, [*models, *reasons])
            done[line.id] = _failed(line, job, str(error))
    return done, used


def _translator(engines: Engines, name: str) -> Any:
    return next(e for e in engines.translators() if e.name == name)


def _failed(line: Line, job: Job, error: str, origin: str = "none") -> Translation:
    uses = job.glossary.find(line.text, job.transcript.language)
    terms = lock.verify("", uses, job.target)
    return Translation(line.id, job.target, "", origin, 0.0, terms, error=one_line(error))


def _from_text(
    lines: list[Line], job: Job, route: Route, identities: list[EngineUse], engines: Engines, steps: Steps
) -> dict[str, Translation]:
    """Lines through a route, many at a time, each a step of its own."""
    source = job.transcript.language
    uses = {line.id: job.glossary.find(line.text, source) for line in lines}

    def inputs(line: Line) -> dict[str, Any]:
        return {
            "text": line.text,
            "source": source,
            "target": job.target,
            "route": [to_json(i) for i in identities],
            "terms": [{**u.term.key(job.target), "at": u.start} for u in uses[line.id]],
        }

    def make(todo: list[Line]) -> list[Any]:
        texts = _locked(todo, uses, job, route, engines)
        return [to_json(_checked(line, text, uses[line.id], job, route.name)) for line, text in texts]

    rows = [(inputs(line), f"{job.subject} {line.id}", line) for line in lines]
    made = steps.batch("translate", VERSION, rows, make)
    return {
        line.id: replace(from_json(Translation, value), line_id=line.id)
        for line, value in zip(lines, made, strict=True)
    }


def _locked(
    lines: list[Line], uses: dict[str, list[Use]], job: Job, route: Route, engines: Engines
) -> list[tuple[Line, str]]:
    """(line, text) with names restored; a line whose sentinels were lost is tried again with others, then in
    parts around its names, and then left to the check."""
    text: dict[str, str] = {}
    todo = list(lines)
    for attempt in range(lock.TRIES):
        masked = {line.id: lock.mask(line.text, uses[line.id], attempt) for line in todo}
        results = _through([masked[line.id][0] for line in todo], route, engines)
        for line, result in zip(todo, results, strict=True):
            restored = lock.restore(result, uses[line.id], masked[line.id][1], job.target)
            text[line.id] = restored if restored is not None else text.get(line.id, "")
        todo = [line for line in todo if not text[line.id]]
        if not todo:
            break
    for line in todo:
        text[line.id] = _around_names(line, uses[line.id], job, route, engines)
    return [(line, text[line.id]) for line in lines]


def _around_names(line: Line, uses: list[Use], job: Job, route: Route, engines: Engines) -> str:
    """The parts between names translated by themselves: clumsy, but every name stands."""
    out, at = [], 0
    for use in [*uses, None]:
        part = line.text[at : use.start if use else len(line.text)]
        if re.search(r"\w", part):
            part = f" {_through([part.strip()], route, engines)[0].strip()} "
        out += [part, use.term.form(job.target) if use else ""]
        at = use.end if use else at
    return re.sub(r"\s+([,.!?…])", r"\1", " ".join("".join(out).split()))


def _through(texts: list[str], route: Route, engines: Engines) -> list[str]:
    """Texts through every hop; where a batch fails or loses count, line by line; an empty text marks a failure."""
    for hop in route.hops:
        engine = _translator(engines, hop.engine)
        ready = [t for t in texts if t]
        try:
            got = engine.translate(ready, hop.source, hop.target)
            if len(got) != len(ready):
                raise LocalizeError(f"{len(ready)} lines in, {len(got)} out", hop.engine)
        except LocalizeError:
            got = [_alone(engine, t, hop) for t in ready]
        back = iter(got)
        texts = [next(back) if t else "" for t in texts]
    return texts


def _alone(engine: Any, text: str, hop: Hop) -> str:
    try:
        got = engine.translate([text], hop.source, hop.target)
        return got[0] if len(got) == 1 else ""
    except LocalizeError:
        return ""


def _from_speech(lines: list[Line], job: Job, engine: Any, steps: Steps) -> dict[str, Translation]:
    source, target = job.transcript.language, job.target
    uses = {line.id: job.glossary.find(line.text, source) for line in lines}
    identity = to_json(engine.identity(source, target.split("-")[0]))

    def inputs(line: Line) -> dict[str, Any]:
        return {
            "audio": job.audio_digest,
            "span": [line.start_ms, line.end_ms],
            "text": line.text,
            "target": target,
            "engine": identity,
            "terms": [u.term.key(target) for u in uses[line.id]],
        }

    def make(todo: list[Line]) -> list[Any]:
        audio = job.audio()
        made = []
        for line in todo:
            part = audio[max(0, line.start_ms - PAD_MS) * 16 : (line.end_ms + PAD_MS) * 16]
            # only this line's names are hinted: a long list is read out into short lines
            names = tuple(dict.fromkeys(u.term.form(target) for u in uses[line.id]))
            try:
                text = engine.translate_speech(part.astype(np.float32), source, names)
                made.append(to_json(_checked(line, text, uses[line.id], job, engine.name)))
            except LocalizeError as error:
                made.append(to_json(_failed(line, job, str(error), engine.name)))
        return made

    rows = [(inputs(line), f"{job.subject} {line.id}", line) for line in lines]
    made = steps.batch("translate-speech", VERSION, rows, make)
    return {
        line.id: replace(from_json(Translation, value), line_id=line.id)
        for line, value in zip(lines, made, strict=True)
    }


def _checked(line: Line, text: str, uses: list[Use], job: Job, origin: str) -> Translation:
    """A translation that was looked at: empty, looping or echoed text becomes an error."""
    text = polished(" ".join(text.split()), line.text)
    if reason := suspicious(line.text, text, [u.term.form(job.target) for u in uses]):
        return _failed(line, job, f"{origin} gave {reason}", origin)
    terms: tuple[TermUse, ...] = lock.verify(text, uses, job.target)
    return Translation(line.id, job.target, text, origin, terms=terms)


def polished(text: str, source: str) -> str:
    """A capital and an end mark where the source has them and an engine dropped them."""
    if source[:1].isupper() and text[:1].islower():
        text = text[0].upper() + text[1:]
    if source[-1:] in ".!?…" and text and text[-1] not in ".!?…\"'”»)।":
        text += source[-1]
    return text


def suspicious(source: str, target: str, names: Iterable[str]) -> str:
    """Why a text cannot be a translation of the source; empty where it can."""
    if not re.search(r"\w", target):
        return "nothing"
    bare = target
    for name in names:
        bare = bare.replace(name, " ")
    one, two = memory.normal_form(source).split(), memory.normal_form(bare).split()
    if len(two) >= 4 and two == [w for w in one if w in set(two)][: len(two)] and len(two) >= 0.8 * len(one):
        return "its source back"
    if len(two) >= 8 and len(set(two)) <= len(two) // 4:
        return "a loop"
    if len(two) > 4 * len(one) + 8:
        return "far too much text"
    return ""
