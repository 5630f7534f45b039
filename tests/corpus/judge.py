"""Whether what came of a case is what its case says is right."""

from __future__ import annotations

import re
from typing import Any

from localize.languages.text import normal_form

from .case import STEP_MS, Case, starts
from .walk import TAGS, Made


def complaints(case: Case, made: Made, at: int = 0) -> list[str]:
    """What is wrong; `at`: which cue of its scene the case is."""
    if case.error:
        bad = [] if case.error in made.error else [f"not refused with {case.error!r}: {made.error or made.report.get('verdict')}"]
        return bad + ([] if made.error.count("\n") == 0 and "->" in made.error else ["not one line that says what to do"])
    if not made.report:
        return [f"nothing was made: {made.error}"]
    window = (starts(at), starts(at) + STEP_MS) if case.scene else (0, 10**9)
    lines = [x for x in made.report["lines"] if window[0] <= x["start_ms"] < window[1]]
    return [
        *_lines(case, lines),
        *_shown(case, made, window),
        *_told(case, made, lines),
    ]


def _lines(case: Case, lines: list[dict[str, Any]]) -> list[str]:
    bad = []
    if case.lines is not None:
        got = tuple(("" if re.fullmatch(r"S\d+|", x["speaker"]) else x["speaker"], x["source"]) for x in lines)
        if got != case.lines:
            bad.append(f"lines {got}")
    if case.times is not None and tuple((x["start_ms"], x["end_ms"]) for x in lines) != case.times:
        bad.append(f"times {[(x['start_ms'], x['end_ms']) for x in lines]}")
    return bad


def _shown(case: Case, made: Made, window: tuple[int, int]) -> list[str]:
    bad = []
    tag = TAGS.get(case.market, "pt-BR" if case.market == "brazil" else "en-US")
    rows = [text for start, _end, text in made.shown.get(tag, []) if window[0] <= start < window[1]]
    text = " ".join(rows)
    if case.shown is not None and tuple(rows) != case.shown:
        bad.append(f"shown {rows}")
    bad += [f"{h!r} does not stand in {text!r}" for h in case.holds if normal_form(h) not in normal_form(text)]
    bad += [f"{x!r} stands in {text!r}" for x in case.lacks if x in text]
    bad += [f"the deaf do not read {s!r}" for s in case.sounds if s.casefold() not in made.deaf.casefold()]
    if (case.holds or case.lacks) and not text:
        bad.append("nothing is shown")
    return bad


def _told(case: Case, made: Made, lines: list[dict[str, Any]]) -> list[str]:
    report, bad = made.report, []
    failed = {c["name"] for c in report["checks"] if c["verdict"] != "pass"}
    if case.because is not None and failed != set(case.because):
        bad.append(f"checks that do not pass: {sorted(failed)}: {report['reasons']}")
    if case.set_right is not None:
        rows = [f"{r['where']} {r['what']} {r['count']} {r['example']}" for r in report["set_right"]]
        bad += [f"{w!r} is no row of {rows}" for w in case.set_right if not any(w in r for r in rows)]
        if len(rows) != len(case.set_right):
            bad.append(f"set right: {rows}")
    notes = " | ".join(report["notes"])
    bad += [f"no note of {n!r}: {notes}" for n in case.notes if n not in notes]
    if case.scene == "memory":
        return bad
    said = " | ".join([*report["reasons"], *(f for x in lines for f in x["flags"])])
    bad += [f"nothing tells of {t!r}: {said}" for t in case.told if t not in said]
    if case.told and report["verdict"] == "pass":
        bad.append("the verdict is pass")
    return bad
