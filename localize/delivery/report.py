"""report.json: a variant's figures, checks, lines and engines as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import __version__
from ..engines.served.spending import Spent
from ..markets import Market
from ..meaning.record import Checked
from ..meaning.trust import is_person
from ..qc import figures, variant
from ..qc.machine_lines import trusts
from ..records import Check, EngineUse, Episode, Verdict, to_json
from ..subtitles import line_breaks
from ..transcript.result import Listened
from .spent import added_up

SCHEMA = 1


def data(
    series: str,
    episode: Episode,
    market: Market,
    v: variant.Variant,
    checks: list[Check],
    outputs: dict[str, Any],
    listened: Listened,
    engines: list[EngineUse],
    wall_s: float,
    measured: dict[str, Any],
    spent: Sequence[Spent] = (),
    held: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The report as JSON values; the keys are a promise to those who read it. `held` says of models how their bytes are
    known: by digests of the table, or as they came first."""
    verdict = max((c.verdict for c in checks), key=list(Verdict).index)
    return {
        "schema": SCHEMA,
        "localize": __version__,
        "series": series,
        "episode": {
            "name": episode.name,
            "sha256": episode.sha256,
            "duration_ms": episode.media.duration_ms,
            "source_lang": listened.transcript.language,
        },
        "market": market.name,
        "language": market.language,
        "verdict": str(verdict),
        "reasons": [f"{c.name}: {c.detail or c.figure}" for c in checks if c.verdict != Verdict.PASS],
        "outputs": outputs,
        "lines": _lines(v, listened),
        "cues": [
            {"start_ms": c.start_ms, "end_ms": c.end_ms, "text": c.text, "cps": round(line_breaks.cps(c), 2)}
            for c in v.cues[market.language]
        ],
        "metrics": _metrics(v, wall_s, measured),
        "checks": [to_json(c) for c in checks],
        "engines": [to_json(e) | {"held": (held or {}).get(e.model, "")} for e in engines],
        "spent": added_up(spent),
        "disclosure": {
            "synthetic_voices": v.dubbed,
            "machine_translation": any(not is_person(t) for t in v.translations),
            "machine_lines": v.machine,
            "voices": sorted({t.voice for t in v.takes}),
        },
        "covered": to_json(v.covered),
        "set_right": [
            {"where": s.where, "what": s.what, "count": s.count, "example": s.example} for s in listened.set_right
        ],
        "kept": [to_json(s) for s in listened.kept],
        "muted": [to_json(s) for s in listened.muted],
        "notes": [*listened.notes, *_unchecked(v)],
    }


def _lines(v: variant.Variant, listened: Listened) -> list[dict[str, Any]]:
    takes = {t.line_id: t for t in v.takes}
    trusted = {t.line_id: (how, found) for t, how, found in trusts(v) if t.language == v.language}
    rows = []
    for line, t in zip(v.lines, v.translations, strict=True):
        take = takes.get(line.id)
        trust, found = trusted.get(line.id, ("", Checked(line.id)))
        rows.append(
            {
                "id": line.id,
                "speaker": line.speaker,
                "manner": line.manner,
                "manner_measured": to_json(listened.manners.get(line.id)),
                "start_ms": line.start_ms,
                "end_ms": line.end_ms,
                "source": line.text,
                "timed_by": line.timed,
                "other_reading": v.readings.get(line.id, ""),
                "target": t.text,
                "origin": t.origin,
                "score": t.score,
                "trust": str(trust),
                "back": found.back,
                "findings": [to_json(f) for f in found.findings],
                "terms": [
                    {"source": u.source, "locked": u.locked, "found": u.found >= u.wanted, "wanted": u.wanted}
                    for u in t.terms
                ],
                "dub_start_ms": take.start_ms if take and take.clip else (None if v.dubbed else line.start_ms),
                "dub_end_ms": take.end_ms if take and take.clip else (None if v.dubbed else line.end_ms),
                "rate": take.rate if take else 1.0,
                "voice": take.voice if take else "",
                "flags": [*(f"meaning:{f.kind}" for f in found.findings)]
                + [*line.flags, *t.flags, *(take.flags if take else ())]
                + ([f"error: {t.error}"] if t.error else []),
            }
        )
    return rows


def _unchecked(v: variant.Variant) -> list[str]:
    """What the meaning check could not use, each thing once."""
    missing = dict.fromkeys(m for judged in v.judged.values() for m in judged.missing)
    return [f"translations were checked without it: {m}" for m in missing]


def _metrics(v: variant.Variant, wall_s: float, measured: dict[str, Any]) -> dict[str, Any]:
    return {
        "term_success": round(figures.term_success(v), 4),
        "speech_overlap": figures.speech_overlap(v),
        "duration_difference": figures.duration_difference(v),
        "onset_p95_ms": figures.onset_p95(v),
        "max_rate": round(figures.max_rate(v), 3),
        "cps_ok": figures.share_ok(v, lambda tag, c: line_breaks.cps(c) <= v.looks[tag].cps + 0.05),
        "line_length_ok": figures.share_ok(
            v, lambda tag, c: all(line_breaks.length(r) <= v.looks[tag].chars for r in c.text.split("\n"))
        ),
        "loudness_lufs": measured["lufs"],
        "true_peak_dbtp": measured["true_peak_dbtp"],
        "loudness_range_lu": measured["lra"],
        "duration_drift_ms": v.output.drift_ms,
        "dub_wer": round(figures.dub_error(v), 4) if v.heard is not None else None,
        "source_speech_left": v.left,
        "wall_s": wall_s,
    }
