"""Whether a market may take its translated lines unseen: each one's trust, and the check that says so."""

from __future__ import annotations

from ..meaning import trust
from ..meaning.record import Checked, Judged
from ..meaning.trust import Trust
from ..records import Check, Translation, Verdict
from .variant import Variant

SHOWN = 12


def trusts(v: Variant) -> list[tuple[Translation, Trust, Checked]]:
    """Every subtitle language's lines with their trust and what was found in them; lines in error are left out."""
    every = {v.language: v.translations, **{t: ts for t, ts in v.extra_translations.items() if t in v.judged}}
    out = []
    for tag, translations in every.items():
        judged = v.judged.get(tag, Judged())
        for t in translations:
            if t.text.strip() and not t.error:
                found = judged.checked.get(t.line_id)
                out.append((t, trust.of(t, found, judged.trusted), found or Checked(t.line_id)))
    return out


def machine_lines(v: Variant) -> Check:
    """Each line is a person's, or an engine's that the market trusts, with nothing found in it."""
    every = trusts(v)
    machine, doubtful, lines = trust.counts(t for _line, t, _found in every)
    summary = f"{machine} of {lines} lines by machine, {doubtful} doubtful"
    takes = {"pass": "the market takes lines by machine in which nothing is found"}
    limit = takes.get(v.machine, "a person's, or by an engine trusted for the pair and nothing found")
    open_ = [(line, t, found) for line, t, found in every if not trust.accepted(t, v.machine)]
    if not open_:
        return Check("machine lines", Verdict.PASS, summary, limit)
    doubts = [_doubt(line, found, v.language) for line, t, found in open_ if t == Trust.DOUBTFUL]
    detail = [summary, *doubts[:SHOWN]]
    detail += [f"and {len(doubts) - SHOWN} doubtful more"] if len(doubts) > SHOWN else []
    return Check("machine lines", Verdict.REVIEW, summary, limit, "; ".join(detail))


def _doubt(line: Translation, found: Checked, own: str) -> str:
    where = line.line_id if line.language == own else f"{line.line_id} ({line.language})"
    why = ", ".join(f"{f.kind} ({f.evidence})" for f in found.findings) or found.error or "not looked at"
    return f"{where}: {why}"
