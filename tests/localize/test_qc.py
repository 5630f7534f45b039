"""Checks that catch: each deliberate fault is caught by its own check and by no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from localize import settings
from localize.meaning.record import Checked, Finding, Judged
from localize.mixing.balance import Balance
from localize.qc import checks as qc_checks
from localize.qc import figures, variant
from localize.qc.check import READ_BY
from localize.qc.machine_lines import machine_lines
from localize.records import Cue, Flag, Line, Take, TermUse, Translation, Verdict, Word
from localize.subtitles.cues import Look

TEXTS = ("Hola, Summer.", "Vuelve a casa esta noche.", "No puedo irme ahora.")


def good() -> variant.Variant:
    lines = tuple(Line(f"L{n}", "Summer", 1000 + 3000 * n, 3000 + 3000 * n, "x", (n,)) for n in range(3))
    terms = (TermUse("Summer", "Summer", 1, 1),)
    translations = tuple(
        Translation(f"L{n}", "es-419", t, "memory", terms=terms if "Summer" in t else ())
        for n, t in enumerate(TEXTS)
    )
    takes = tuple(Take(x.id, "digest", x.start_ms, x.end_ms, 1.05, 1.05, 1.0, 2100, "ef_dora") for x in lines)
    cues = [Cue(x.start_ms, x.end_ms, t, x.id) for x, t in zip(lines, TEXTS, strict=True)]
    output = variant.Output(0, 0, True, ("spa", "eng"), (True, False), ("spa",), -14.1, -1.3)
    heard = tuple(Word(i, w, 0, 1) for i, w in enumerate(" ".join(TEXTS).split()))
    return variant.Variant(
        "es-419", True, lines, tuple(Word(n, "x", 0, 1, 0.9) for n in range(3)), translations, takes, {"es-419": cues},
        {"es-419": Look(26, 17, 40.0, "es", 12_000)}, settings.load_settings().loudness["mobile"], output, 40.0,
        {x.id: -20.0 for x in lines}, heard, 0.0, True, {x.id: -20.5 for x in lines}, Balance(-19.0, -18.5, 0.1),
        ("spa", "eng"), ("spa",), source_ms=(12_000, 12_000, 12_010),
    )  # fmt: skip


def test_a_good_variant_passes_every_rule() -> None:
    checks = qc_checks.run(good())
    assert [c.name for c in checks if c.verdict != Verdict.PASS] == []
    assert len({c.name for c in checks}) == len(qc_checks.RULES)


@pytest.mark.parametrize(
    ("flag", "origin", "found"),
    [
        (Flag.OTHER_IN_NOISE, "memory", Verdict.PASS),  # a linguist knew the line as it is written
        (Flag.OTHER_IN_NOISE, "bergamot", Verdict.REVIEW),
        (Flag.OTHER_IN_NOISE, "source", Verdict.REVIEW),  # it is shown as it was heard
        (Flag.UNSURE_WORDS, "memory", Verdict.REVIEW),
    ],
)
def test_a_line_that_is_heard_in_two_ways_is_reviewed_with_both(flag: Flag, origin: str, found: Verdict) -> None:
    v = good()
    lines = (replace(v.lines[0], flags=(flag,)), *v.lines[1:])
    translations = (replace(v.translations[0], origin=origin), *v.translations[1:])
    check = qc_checks.transcript(replace(v, lines=lines, translations=translations, readings={"L0": "y"}))
    assert check.verdict == found
    assert check.detail == ("" if found == Verdict.PASS else "L0: “x” or “y”")


def take(v: variant.Variant, index: int, **changes: object) -> variant.Variant:
    takes = list(v.takes)
    takes[index] = replace(takes[index], **changes)  # type: ignore[arg-type]
    return replace(v, takes=tuple(takes))


def cue(v: variant.Variant, index: int, **changes: object) -> variant.Variant:
    cues = list(v.cues["es-419"])
    cues[index] = replace(cues[index], **changes)  # type: ignore[arg-type]
    return replace(v, cues={"es-419": cues})


def line_error(v: variant.Variant) -> variant.Variant:
    bad = replace(v.translations[1], text="", error="no route")
    gone = replace(v.takes[1], clip="", flags=("no-clip",))
    return replace(v, translations=(v.translations[0], bad, v.translations[2]), takes=(v.takes[0], gone, v.takes[2]))


def shifted(v: variant.Variant, by: int) -> variant.Variant:
    return replace(v, takes=tuple(replace(t, start_ms=t.start_ms + by, end_ms=t.end_ms + by) for t in v.takes))


def out(v: variant.Variant, **changes: object) -> variant.Variant:
    return replace(v, output=replace(v.output, **changes))  # type: ignore[arg-type]


def by(v: variant.Variant, origin: str, tag: str = "es-419") -> variant.Variant:
    """The same lines by an engine, looked at and nothing found."""
    translations = tuple(replace(t, origin=origin, language=tag) for t in v.translations)
    judged = {v.language: Judged({t.line_id: Checked(t.line_id) for t in translations}, trusted=("bergamot",))}
    return replace(v, translations=translations, judged=judged)


def doubtful(v: variant.Variant, line_id: str) -> variant.Variant:
    found = Checked(line_id, (Finding("number", "3 became 5"),), "Come home at five.")
    judged = v.judged[v.language]
    return replace(v, judged={v.language: replace(judged, checked={**judged.checked, line_id: found})})


def test_who_is_believed() -> None:
    trusted = by(good(), "bergamot", "pt-BR")
    assert machine_lines(trusted).verdict == Verdict.PASS
    assert machine_lines(trusted).figure == "3 of 3 lines by machine, 0 doubtful"
    pivot = by(good(), "bergamot+apertium fitted")
    assert machine_lines(pivot).verdict == Verdict.REVIEW
    assert machine_lines(by(good(), "whisper-translate")).verdict == Verdict.REVIEW
    said = machine_lines(doubtful(pivot, "L1"))
    assert said.detail == "3 of 3 lines by machine, 1 doubtful; L1: number (3 became 5)"


def test_a_market_may_take_checked_lines_and_no_doubtful_one() -> None:
    takes = replace(by(good(), "bergamot+apertium"), machine="pass")
    assert machine_lines(takes).verdict == Verdict.PASS
    assert "the market takes lines by machine" in machine_lines(takes).limit
    assert machine_lines(doubtful(takes, "L0")).verdict == Verdict.REVIEW


FAULTS: list[tuple[str, Callable[[variant.Variant], variant.Variant], str, Verdict]] = [
    ("shifted track", lambda v: shifted(v, 400), "onset", Verdict.REVIEW),
    ("missing clip", lambda v: replace(v, takes=v.takes[:2]), "clips", Verdict.FAIL),
    ("silent clip", lambda v: replace(v, clip_levels={**v.clip_levels, "L1": -80.0}), "clips", Verdict.FAIL),
    ("cut off by the end", lambda v: take(v, 2, flags=("cut-off",)), "clips", Verdict.FAIL),
    ("wrong name in a cue", lambda v: cue(v, 0, text="Hola, Verano."), "names", Verdict.FAIL),
    ("loud", lambda v: out(v, lufs=-12.0), "loudness", Verdict.FAIL),
    ("clipped", lambda v: out(v, true_peak=0.4), "loudness", Verdict.FAIL),
    ("swapped languages", lambda v: out(v, sound_languages=("eng", "spa")), "tracks", Verdict.FAIL),
    ("wrong default", lambda v: out(v, sound_defaults=(False, True)), "tracks", Verdict.FAIL),
    ("source left in", lambda v: replace(v, left=0.4), "source speech left", Verdict.REVIEW),
    ("cue too fast", lambda v: cue(v, 1, end_ms=5000), "reading speed", Verdict.REVIEW),
    ("row too long", lambda v: cue(v, 2, text="No puedo irme ahora, lo siento.", end_ms=11000), "row length", Verdict.REVIEW),
    ("cue too short", lambda v: cue(v, 0, end_ms=1800), "cue times", Verdict.REVIEW),
    ("clips overlap", lambda v: take(v, 0, end_ms=4100), "overlap", Verdict.FAIL),
    ("chipmunk", lambda v: take(v, 1, rate=1.4), "rate", Verdict.FAIL),
    ("hurried", lambda v: take(v, 1, rate=1.2), "rate", Verdict.REVIEW),
    ("too long for its slot", lambda v: take(v, 1, flags=("too-long",)), "fit", Verdict.REVIEW),
    ("longer than the source", lambda v: out(v, drift_ms=90), "duration", Verdict.FAIL),
    ("touched picture", lambda v: out(v, picture_same=False), "picture", Verdict.FAIL),
    ("says something else", lambda v: replace(v, heard=(Word(0, "nada", 0, 1),)), "heard", Verdict.REVIEW),
    ("another line is heard", lambda v: take(v, 1, flags=("misread: vuelo a caza",)), "heard", Verdict.REVIEW),
    ("source left in a stem", lambda v: replace(v, left=0.05), "source speech left", Verdict.REVIEW),
    ("a whisper shouted", lambda v: replace(v, clip_levels={**v.clip_levels, "L2": -12.0}), "levels", Verdict.REVIEW),
    ("music turned down", lambda v: replace(v, balance=Balance(-19.0, -18.5, 2.0)), "bed", Verdict.REVIEW),
    ("late in the file", lambda v: out(v, offset_ms=300.0), "in time", Verdict.FAIL),
    ("another sound in the file", lambda v: out(v, match_db=3.0), "in time", Verdict.FAIL),
    ("cue over a cut", lambda v: replace(v, looks={"es-419": replace(v.looks["es-419"], cuts=(4120,))}), "cuts", Verdict.REVIEW),
    ("sound lost in decoding", lambda v: replace(v, source_ms=(12_000, 12_000, 6000)), "source sound", Verdict.REVIEW),
    ("sound stretched in decoding", lambda v: replace(v, source_ms=(12_000, 8000, 12_000)), "source sound", Verdict.REVIEW),
    ("sound packets broken", lambda v: replace(v, source_ms=(12_000, 12_000, 12_000), lost_ms=900), "source sound", Verdict.REVIEW),
    ("sound a quarter of the picture", lambda v: replace(v, source_ms=(12_000, 3000, 3000)), "source sound", Verdict.REVIEW),
    ("sound twice the picture", lambda v: replace(v, source_ms=(12_000, 24_000, 24_000)), "source sound", Verdict.REVIEW),
    ("nobody can judge", lambda v: replace(v, heard=None), "heard", Verdict.REVIEW),
    ("read by nobody", lambda v: by(v, "bergamot+apertium"), "machine lines", Verdict.REVIEW),
    ("not looked at", lambda v: replace(by(v, "bergamot"), judged={}), "machine lines", Verdict.REVIEW),
    ("doubtful", lambda v: doubtful(by(v, "bergamot", "pt-BR"), "L1"), "machine lines", Verdict.REVIEW),
    ("a studio's lines shifted", lambda v: doubtful(by(v, "studio"), "L2"), "machine lines", Verdict.REVIEW),
    ("fuzzy memory", lambda v: replace(v, translations=(replace(v.translations[0], flags=("fuzzy-memory",)), *v.translations[1:])), "sources", Verdict.REVIEW),
    ("a banned word", lambda v: replace(v, translations=(replace(v.translations[0], flags=("banned-word",)), *v.translations[1:])), "banned words", Verdict.FAIL),
    ("a cue of further subtitles used twice", lambda v: replace(v, extra_translations={"pt-BR": tuple(Translation(f"L{n}", "pt-BR", "Volte para casa.", "studio") for n in range(2))}, lines=(replace(v.lines[0], text="y"), *v.lines[1:])), "said once", Verdict.REVIEW),
    ("not understood", lambda v: replace(v, lines=(replace(v.lines[0], flags=("not-understood: who",)), *v.lines[1:])), "sources", Verdict.REVIEW),
    ("a line that nobody says", lambda v: replace(v, lines=(replace(v.lines[0], flags=("no-voice",)), *v.lines[1:])), "lines heard", Verdict.REVIEW),
    ("a file left aside", lambda v: replace(v, unused=("E.final.srt",)), "studio's files", Verdict.REVIEW),
    ("a source word", lambda v: replace(v, translations=(replace(v.translations[0], flags=("source-words",)), *v.translations[1:])), "source words", Verdict.REVIEW),
    ("left to the voice", lambda v: take(v, 0, flags=("unread: 日本",)), "read aloud", Verdict.REVIEW),
]  # fmt: skip


@pytest.mark.parametrize("flag", list(Flag))
def test_every_flag_is_read_by_a_check(flag: Flag) -> None:
    """Planted on a line, on its translations and on its take: its check tells of that line, and says so in its verdict
    unless the flag is only told."""
    v, told = good(), f"{flag}: why"
    origin = "bergamot" if flag is Flag.OTHER_IN_NOISE else "memory"  # a linguist who knew the line settles that one
    for written in (flag.value, told):
        planted = replace(
            v,
            lines=(replace(v.lines[1], flags=(written,)), *v.lines[2:], v.lines[0]),
            translations=(v.translations[0], replace(v.translations[1], flags=(written,), origin=origin), v.translations[2]),
            takes=(v.takes[0], replace(v.takes[1], flags=(Flag.NO_CLIP, told) if flag is Flag.ERROR else (written,)), v.takes[2]),
        )  # fmt: skip
        check = next(c for c in qc_checks.run(planted) if c.name == READ_BY[flag])
        if "L1" in check.detail:
            break
    assert "L1" in check.detail
    only_told = (Flag.SHORTENED, Flag.RETAKE, Flag.DROPPED)
    assert (check.verdict == Verdict.PASS) is (flag in only_told)


@pytest.mark.parametrize(("fault", "check", "verdict"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_each_fault_is_caught_by_its_own_check_alone(
    fault: Callable[[variant.Variant], variant.Variant], check: str, verdict: Verdict
) -> None:
    caught = {c.name: c.verdict for c in qc_checks.run(fault(good())) if c.verdict != Verdict.PASS}
    assert caught == {check: verdict}


def test_an_untranslated_line_fails_and_names_itself() -> None:
    checks = {c.name: c for c in qc_checks.run(line_error(good()))}
    assert checks["translated"].verdict == Verdict.FAIL
    assert "L1" in checks["translated"].detail
    assert "no route" in checks["translated"].detail
    assert checks["clips"].verdict == Verdict.FAIL


def test_word_error_counts_edits_over_reference_words() -> None:
    assert figures.word_error("uno dos tres cuatro", "Uno, dos tres!") == 0.25
    assert figures.word_error("a", "a") == 0.0
