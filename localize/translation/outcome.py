"""What became of a line on its way: its translation where that can be one, else a failure that says why."""

from __future__ import annotations

from typing import Any

from ..engines.translation.sanity import polished, suspicious
from ..errors import one_line
from ..languages.capitals import loud_as
from ..languages.clean import clean_row
from ..languages.notation import as_written_in
from ..records import Line, TermUse, Translation, to_json
from ..series.glossary import Use
from ..storage.step_cache import Failure
from . import name_lock, send
from .job import Job

TermKey = tuple[dict[str, str], int, int, bool]


def term_key(use: Use, target: str) -> TermKey:
    """What of a use can change a translation."""
    return use.term.key(target), use.start, use.end, use.plural


def failed(line: Line, job: Job, error: str, origin: str = "none") -> Translation:
    """No translation of a line, and why."""
    uses = job.glossary.find(line.text, job.transcript.language)
    terms = name_lock.verify("", uses, job.target)
    return Translation(line.id, job.target, "", origin, 0.0, terms, error=one_line(error))


def outcome(line: Line, sent: send.Sent, uses: list[Use], job: Job, origin: str, strict: bool = False) -> Any:
    """A line's step: its translation, or a Failure: of this run where an engine failed, lasting where what it gave is
    no translation."""
    if sent.error and not sent.text:
        return Failure(to_json(failed(line, job, f"{origin} failed: {sent.error}", origin)), sent.error)
    made = checked(line, sent.text, uses, job, origin, strict)
    if sent.error:
        return Failure(to_json(made), sent.error)
    return Failure(to_json(made), made.error, passing=False) if made.error else to_json(made)


def as_target_writes(text: str, line: Line, uses: list[Use], job: Job) -> str:
    """An engine's text with copied dates and figures in the target's order, and capitals where the line shouts."""
    source = job.transcript.language
    text = as_written_in(text, line.text, source, job.target)
    return loud_as(text, line.text, source, tuple(u.form(job.target) for u in uses))


def checked(line: Line, text: str, uses: list[Use], job: Job, origin: str, strict: bool = False) -> Translation:
    """A translation that was looked at: empty, looping or echoed text becomes an error."""
    text = as_target_writes(polished(clean_row(text), line.text), line, uses, job)
    pair = (job.transcript.language, job.target)
    if reason := suspicious(line.text, text, [u.form(job.target) for u in uses], strict, pair):
        return failed(line, job, f"{origin} gave {reason}", origin)
    terms: tuple[TermUse, ...] = name_lock.verify(text, uses, job.target)
    return Translation(line.id, job.target, text, origin, terms=terms)
