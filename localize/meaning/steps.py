"""The meaning check as a step: every line that a machine translated, once for the same line and the same tools."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from ..records import EngineUse, Episode, Line, Translation, from_json, to_json
from ..session import Session
from ..storage.step_cache import Failure
from ..transcript.result import Listened
from . import agreement, check, trust
from .check import Told, Tools
from .nearness import around
from .record import Checked, Judged
from .spelling import stands

# what is said of a person's line too. Of 1,196 good lines by people in es, pt and hi these were found in 0 and 1; each of the
# others would doubt one in two hundred or more, and people seldom write what they look for
SURE = frozenset({("other-line", "error"), ("number", "error")})


@dataclass(frozen=True, kw_only=True)
class MeaningInputs:
    """All that decides what is found in a line: what a check is told of it, and the tools of its pair of languages."""

    source: str
    target: str
    around: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    gender: str
    pair: tuple[str, str]
    tools: Any


def meaning(
    session: Session, episode: Episode, listened: Listened, target: str, translations: list[Translation]
) -> tuple[Judged, list[EngineUse]]:
    """What is found in the lines that were not written by a person, and the engines that had a part.

    A studio's own translation is only looked at for lines that stand beside their places and for other numbers.
    """
    source, primary = listened.transcript.language, target.split("-")[0]
    looked_at = [t for t in translations if trust.is_checked(t)]
    if source == primary or not looked_at:
        return Judged(), []
    lines = {line.id: line for line in listened.transcript.lines}
    texts = [line.text for line in listened.transcript.lines]
    places = {line.id: i for i, line in enumerate(listened.transcript.lines)}
    told = [
        _told(session, lines[t.line_id], t, target, tuple(around(texts, places[t.line_id])), source) for t in looked_at
    ]
    with session.clock.timed(episode.name, target):
        these, made = _checked(session, f"{episode.name} {target}", told, source, primary)
    found = {c.line_id: c for c in made}
    said = [agreement.Said(t.line_id, lines[t.line_id].speaker, t.text) for t in translations]
    for line_id, finding in agreement.address(said, primary).items():
        if line_id in found:
            found[line_id] = replace(found[line_id], findings=(*found[line_id].findings, finding))
    for t in looked_at:
        if trust.is_person(t):
            kept = tuple(f for f in found[t.line_id].findings if (f.kind, f.severity) in SURE)
            found[t.line_id] = replace(found[t.line_id], findings=kept)
    score = session.engines.score
    engines = sorted({t.origin.split(" ")[0] for t in looked_at})
    trusted = tuple(e for e in engines if trust.trusted(e, score(e, source, primary)))
    return Judged(found, these.missing, trusted), list(these.uses)


def _checked(
    session: Session, subject: str, told: list[Told], source: str, target: str
) -> tuple[Tools, list[Checked]]:
    """The tools that judged, and what they found in each line; where a served encoder fails, the next one judges all."""
    tries = len(session.engines.encoders())
    while True:
        these, tries = check.tools(session.engines, source, target), tries - 1
        rows = [(_inputs(x, these), f"{subject} {x.line_id}", x) for x in told]
        make = partial(_kept, these)
        made = session.steps.batch("meaning", check.VERSION, rows, make)
        if tries <= 0 or these.encoder is None or not these.encoder.unavailable():
            return these, [replace(from_json(Checked, v), line_id=x.line_id) for x, v in zip(told, made, strict=True)]


def _told(
    session: Session, line: Line, translation: Translation, target: str, nearby: tuple[str, ...], source: str
) -> Told:
    character = session.bible.cast.get(line.speaker)
    return Told(
        line_id=line.id,
        source=line.text,
        target=translation.text,
        around=nearby,
        names=_names(session, line.text, translation.text, source, target),
        gender=character.register if character else "",
    )


def _kept(these: Tools, told: list[Told]) -> list[Any]:
    """What is found, as step results: a line that an engine failed on is judged again by the next run."""
    return [Failure(to_json(c), c.error) if c.error else to_json(c) for c in check.check(told, these)]


_LATIN = frozenset("en es pt fr it de nl pl id tr".split())  # a name without a locked form is written as it was


def _names(session: Session, text: str, translated: str, source: str, target: str) -> tuple[tuple[str, str], ...]:
    """Names that surely stand in the line, and those that stand in its translation only."""
    terms = session.bible.terms
    found = {u.term.form(source): u.form(target) for u in terms.find(text, source) if u.sure}
    forms = {t.form(source): t.form(target) for t in terms.terms if t.kind not in ("banned", "phrase")}
    if target.split("-")[0] in _LATIN:
        locked = {t.term for t in terms.terms}  # 苏夏 is Summer: her English name need not stand in a Chinese line
        forms = {name: name for name in session.bible.cast if name not in locked} | forms
    besides = {s: t for s, t in forms.items() if s not in found and stands(t, translated) and not stands(s, text)}
    spoken = {s: t for s, t in forms.items() if s in session.bible.cast and s not in found and stands(s, text)}
    common = {t.form(source) for t in terms.terms if t.is_common(source)}
    return tuple(sorted((found | besides | {s: t for s, t in spoken.items() if s not in common}).items()))


def _inputs(line: Told, these: Tools) -> MeaningInputs:
    told = {f.name: getattr(line, f.name) for f in fields(line) if f.name != "line_id"}
    return MeaningInputs(**told, pair=(these.source, these.target), tools=these.identity)
