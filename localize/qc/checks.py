"""Delivery checks: each rule is a pure function of a variant with a name, a figure, a limit and a verdict.

Limits are quality.md's. `fail` is for what must not go out; `review` is for what a person should look at."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from ..audio.spans import overlap_ms
from ..dubbing import intelligibility, timing
from ..languages.text import count, normal_form
from ..records import Check, Flag, Verdict
from ..transcript import picture_text
from ..translation import name_lock
from . import covering, wording
from .check import check as _check
from .figures import SILENT_LUFS, dub_error, level_differences, max_rate, onset_p95, sound_faults
from .machine_lines import machine_lines
from .subtitle_checks import cue_times, on_cuts, reading_speed, row_length
from .variant import Variant

ONSET_MS = 200
WER_REVIEW = 0.35
LEFT_REVIEW = 0.10
LEFT_STEM = 0.02
LEVEL_DB = 3.0
BED_DB = 0.5
MATCH_DB = 12.0  # the same sound through AAC is over 20, another language over the same bed under 6
LOW_PROBABILITY = 0.55
SAME_WORDS = 2  # a single word ("No.") may be said by two people


Rule = Callable[[Variant], Check]


def translated(v: Variant) -> Check:
    """Every line has a translation that is one, in every subtitle language."""
    every = [*v.translations, *(t for ts in v.extra_translations.values() for t in ts)]
    why: dict[tuple[str, str], list[str]] = {}
    for t in every:
        if t.error or not t.text.strip() or Flag.UNTRANSLATED in t.flags:
            reason = t.error or (Flag.UNTRANSLATED.value if t.text.strip() else "empty")
            why.setdefault((t.language, reason), []).append(t.line_id)
    bad = sum(map(len, why.values()))
    # one sentence for each reason: what stops a whole market is the same for all of its lines
    found = [f"{_lines(ids)} ({language}): {error}" for (language, error), ids in why.items()]
    return _check("translated", Verdict.FAIL, found, f"{len(every) - bad} of {len(every)} lines", "all lines")


def _lines(ids: list[str]) -> str:
    """Some lines by their ids, as a person would name them."""
    if len(ids) == 1:
        return ids[0]
    shown = ", ".join(ids[:4]) + (f" and {len(ids) - 4} more" if len(ids) > 4 else "")
    return f"{len(ids)} lines ({shown})"


def names(v: Variant) -> Check:
    """Locked terms stand exactly as locked, in the translation and in the cues of the line."""
    shown: dict[str, str] = {}
    for cue in v.cues.get(v.language, []):
        for line in (cue.line_id, *cue.also):
            shown[line] = f"{shown.get(line, '')} {cue.text}".replace("\n", " ")
    bad, wanted, found = [], 0, 0
    for t in v.translations:
        for term in t.terms:
            in_cues = min(count(" ".join(shown.get(t.line_id, "").split()), term.locked), term.wanted)
            here = min(term.found, in_cues, term.wanted)
            wanted, found = wanted + term.wanted, found + here
            if here < term.wanted:
                bad.append(f"{t.line_id}: {term.locked} {here} of {term.wanted}")
        if Flag.NAME_MISSED in t.flags and not any(b.startswith(f"{t.line_id}: ") for b in bad):
            bad.append(f"{t.line_id}: {Flag.NAME_MISSED}")
    bad += [f"{t.line_id} ({t.language}): {', '.join(m)}" for ts in v.extra_translations.values() for t in ts
            if (m := name_lock.missed(t.terms))]  # fmt: skip
    share = f"{found / wanted:.1%}" if wanted else "no names"
    return _check("names", Verdict.FAIL, bad, f"{share} of {wanted}", "all, exactly as locked")


def clips(v: Variant) -> Check:
    """Every line that should be spoken is, and can be heard."""
    spoken = {t.line_id: t for t in v.takes}
    bad = []
    for t in v.translations if v.dubbed else ():
        take = spoken.get(t.line_id)
        if take is None or Flag.NO_CLIP in take.flags:
            reason = next((f for f in take.flags if Flag.ERROR.marks(f)), "") if take else ""
            bad.append(f"{t.line_id}: no clip {reason}".strip())
        elif v.clip_levels.get(t.line_id, -120.0) < SILENT_LUFS:
            bad.append(f"{t.line_id}: silent")
        elif Flag.CUT_OFF in take.flags:
            bad.append(f"{t.line_id}: cut off by the end of the picture")
    return _check("clips", Verdict.FAIL, bad, f"{len(v.takes)} clips", "one that sounds for every line")


def no_overlap(v: Variant) -> Check:
    """Nobody overlaps himself; two people may speak at once, as they do in the source."""
    speaker = {line.id: line.speaker for line in v.lines}
    takes = sorted((t for t in v.takes if t.clip), key=lambda t: t.start_ms)
    pairs = [(a, b) for a, b in itertools.combinations(takes, 2) if a.end_ms > b.start_ms]
    bad = [
        f"{a.line_id}/{b.line_id}: {overlap_ms((a.start_ms, a.end_ms), (b.start_ms, b.end_ms))} ms"
        for a, b in pairs
        if speaker.get(a.line_id, "") in ("", speaker.get(b.line_id, "")) or not speaker.get(b.line_id)
    ]
    figure = f"{len(bad)} overlaps" + (f", {len(pairs) - len(bad)} of two people at once" if len(pairs) > len(bad) else "")
    return _check("overlap", Verdict.FAIL, bad, figure, "nobody overlaps himself")


def all_used(v: Variant) -> Check:
    """Nothing that the studio wrote was left aside: its files beside the episode, and the cues of its translation."""
    return _check("studio's files", Verdict.REVIEW, list(v.unused), f"{len(v.unused)} left aside", "all used")


def said_once(v: Variant) -> Check:
    """No two lines of the studio's translation say the same words where their sources differ: a cue used twice."""
    source = {line.id: normal_form(line.text) for line in v.lines}
    bad = []
    for some in (v.translations, *v.extra_translations.values()):
        given = [t for t in some if t.origin == "studio" and len(normal_form(t.text).split()) >= SAME_WORDS]
        bad += [
            f"{a.line_id}/{b.line_id}: {a.text[:40]!r}"
            for a, b in itertools.pairwise(given)
            if normal_form(a.text) == normal_form(b.text) and source.get(a.line_id) != source.get(b.line_id)
        ]
        bad += [f"{t.line_id}: {f}" for t in some for f in t.flags if Flag.SENTENCE_PARTED.marks(f)]
    return _check("said once", Verdict.REVIEW, bad, f"{len(bad)} lines", "every cue of a translation said once, whole")


def rate(v: Variant) -> Check:
    """Nobody speaks faster than 1.25; over 1.15 a person should listen."""
    top = max_rate(v)
    over = [
        f"{t.line_id}: {t.rate:.2f}"
        for t in v.takes
        if t.rate > timing.NATIVE_MOST + 0.005 or Flag.FAST in t.flags
    ]
    bad = Verdict.FAIL if top > timing.MOST + 0.01 else Verdict.REVIEW
    return _check("rate", bad, over, f"highest {top:.2f}", f"at most {timing.NATIVE_MOST}; never over {timing.MOST}")


def fit(v: Variant) -> Check:
    """Lines that did not fit, or were pushed by one that did not."""
    bad = [f"{t.line_id}: {f}" for t in v.takes for f in t.flags if f in (Flag.TOO_LONG, Flag.LATE)]
    return _check("fit", Verdict.REVIEW, bad, f"{len(bad)} lines", "none too long, none late")


def onset(v: Variant) -> Check:
    """Speech starts where the mouth does."""
    figure = onset_p95(v)
    bad = [f"p95 {figure} ms"] if figure > ONSET_MS else []
    return _check("onset", Verdict.REVIEW, bad, f"p95 {figure} ms", f"{ONSET_MS} ms")


def heard(v: Variant) -> Check:
    """The dub says what is written: a recogniser reads it back."""
    if not v.dubbed:
        return Check("heard", Verdict.PASS, "original voices", "")
    if v.heard is None:
        what = "no recogniser here can judge it: a person must listen"
        return Check(
            "heard", Verdict.REVIEW, "not judged", f"WER {WER_REVIEW:.0%} in {', '.join(intelligibility.JUDGED)}", what
        )
    figure = dub_error(v)
    bad = [f"WER {figure:.0%}"] if figure > WER_REVIEW else []
    bad += [f"{t.line_id}: {f}" for t in v.takes for f in t.flags if Flag.MISREAD.marks(f)]
    return _check("heard", Verdict.REVIEW, bad, f"WER {figure:.0%}", f"{WER_REVIEW:.0%}")


def loudness(v: Variant) -> Check:
    """Integrated loudness and true peak of the finished file."""
    out, preset = v.output, v.preset
    bad = []
    if abs(out.lufs - preset.lufs) > preset.tolerance:
        bad.append(f"{out.lufs:.1f} LUFS")
    if out.true_peak > preset.true_peak + 0.05:
        bad.append(f"{out.true_peak:.1f} dBTP")
    limit = f"{preset.lufs:.0f} ±{preset.tolerance} LUFS, at most {preset.true_peak} dBTP"
    return _check("loudness", Verdict.FAIL, bad, f"{out.lufs:.1f} LUFS, {out.true_peak:.1f} dBTP", limit)


def duration(v: Variant) -> Check:
    """As long as the source, to a frame."""
    worst = max(abs(v.output.drift_ms), abs(v.output.sound_drift_ms))
    bad = [f"{worst} ms"] if worst > np.ceil(v.frame_ms) else []
    return _check("duration", Verdict.FAIL, bad, f"{v.output.drift_ms:+d} ms", f"one frame ({v.frame_ms:.0f} ms)")


def in_time(v: Variant) -> Check:
    """The sound that a player plays first is the programme that was mixed, and stands where it should."""
    out = v.output
    if out.match_db < MATCH_DB:
        bad = [f"the programme explains only {out.match_db:.0f} dB of the default track"]
    else:
        bad = [f"{out.offset_ms:+.0f} ms"] if abs(out.offset_ms) > v.frame_ms else []
    limit = f"one frame ({v.frame_ms:.0f} ms), the programme itself"
    return _check("in time", Verdict.FAIL, bad, f"{out.offset_ms:+.0f} ms, {out.match_db:.0f} dB alike", limit)


def source_sound(v: Variant) -> Check:
    """The source's sound was decoded whole, and is as long as its picture."""
    return _check("source sound", Verdict.REVIEW, sound_faults(v), f"{v.source_ms[2] / 1000:.1f} s", "whole, and as long as the picture")


def picture(v: Variant) -> Check:
    """The picture is the source's, packet for packet; where its subtitles were covered, the same outside of them."""
    if v.covered is not None:
        return covering.picture(v.covered)
    bad = [] if v.output.picture_same else ["packets differ"]
    return _check("picture", Verdict.FAIL, bad, "same packets" if not bad else "changed", "untouched")


def tracks(v: Variant) -> Check:
    """Sound and text tracks carry the right languages; the market's own come first and are default."""
    out = v.output
    bad = []
    if out.sound_languages != v.wanted_sound:
        bad.append(f"sound {'/'.join(out.sound_languages)} not {'/'.join(v.wanted_sound)}")
    if out.text_languages != v.wanted_text:
        bad.append(f"text {'/'.join(out.text_languages)} not {'/'.join(v.wanted_text)}")
    if out.sound_defaults[:1] != (True,) or any(out.sound_defaults[1:]):
        bad.append("default sound track")
    figure = f"{'/'.join(out.sound_languages)}, {'/'.join(out.text_languages)}"
    return _check("tracks", Verdict.FAIL, bad, figure, f"{'/'.join(v.wanted_sound)}, {'/'.join(v.wanted_text)}")


def sources(v: Variant) -> Check:
    """Lines whose source is doubtful: names unsure, fuzzy memory, low recognition confidence, unknown speaker."""
    by_id = {w.id: w for w in v.words}
    bad = []
    for t in v.translations:
        bad += [f"{t.line_id}: {f}" for f in t.flags if f in (Flag.FUZZY_MEMORY, Flag.NAME_UNSURE)]
    for line in v.lines:
        probs = [by_id[w].prob for w in line.word_ids if w in by_id]
        if probs and float(np.mean(probs)) < LOW_PROBABILITY:
            bad.append(f"{line.id}: recognised with {np.mean(probs):.0%}")
        doubts = (Flag.UNKNOWN_SPEAKER, Flag.NAME_UNSURE, Flag.NOT_UNDERSTOOD, *picture_text.FLAGS)
        bad += [f"{line.id}: {f}" for f in line.flags if any(d.marks(f) for d in doubts)]
    return _check("sources", Verdict.REVIEW, bad, f"{len(bad)} doubts", "none")


def transcript(v: Variant) -> Check:
    """What was recognised was really said: a line whose hearings differ is shown with both.

    A line that sounds otherwise through noise only, and that a linguist knew as it is written, is no question any more.
    """
    known = {t.line_id for t in v.translations if t.by_person and t.origin != "source"}
    unsure, weak = Flag.UNSURE_WORDS.marks, Flag.OTHER_IN_NOISE.marks
    left = [x for x in v.lines if x.id not in known or any(unsure(f) for f in x.flags)]
    bad = [f"{x.id}: “{x.text}” or “{v.readings[x.id]}”" for x in left if x.id in v.readings]
    bad += [f"{x.id}: {f}" for x in left for f in x.flags if (unsure(f) or weak(f)) and x.id not in v.readings]
    return _check("transcript", Verdict.REVIEW, bad, f"{len(bad)} lines heard in two ways", "none")


def lines_heard(v: Variant) -> Check:
    """While each line of the studio's transcript stands, somebody is heard."""
    bad = [f"{x.id} at {x.start_ms / 1000:.1f} s" for x in v.lines if Flag.NO_VOICE in x.flags]
    return _check("lines heard", Verdict.REVIEW, bad, f"{len(bad)} lines while nobody speaks", "none, but what is sung")


def left_speech(v: Variant) -> Check:
    """How many source words can still be read from the bed under the dub."""
    if v.left is None:
        return Check("source speech left", Verdict.PASS, "original voices", "")
    limit = LEFT_STEM if v.stem else LEFT_REVIEW
    bad = [f"{v.left:.0%}"] if v.left > limit else []
    return _check("source speech left", Verdict.REVIEW, bad, f"{v.left:.0%} of words", f"{limit:.0%}")


def levels(v: Variant) -> Check:
    """Every line as loud in its programme as its source line was in its own: a whisper stays a whisper."""
    off = level_differences(v)
    bad = [f"{line}: {db:+.1f} dB" for line, db in off.items() if abs(db) > LEVEL_DB]
    worst = max(off.values(), key=abs, default=0.0)
    return _check("levels", Verdict.REVIEW, bad, f"furthest {worst:+.1f} dB", f"{LEVEL_DB:.0f} dB of the source line's")


def bed_kept(v: Variant) -> Check:
    """Music and effects where nobody speaks are as loud as they were."""
    if v.balance is None or v.balance.bed_off_db is None:
        figure = "original sound" if v.balance is None else "nowhere without speech"
        return Check("bed", Verdict.PASS, figure, "")
    off = v.balance.bed_off_db
    bad = [f"{off:.1f} dB"] if off > BED_DB else []
    return _check("bed", Verdict.REVIEW, bad, f"{off:.1f} dB off at the most", f"{BED_DB} dB of the source's")


RULES: tuple[Rule, ...] = (
    translated, all_used, said_once, names, clips, no_overlap, rate, fit, onset, heard, reading_speed, row_length, cue_times, loudness,
    duration, in_time, picture, covering.source_text, tracks, sources, transcript, lines_heard, left_speech, levels, bed_kept, on_cuts,
    source_sound, wording.banned, wording.source_words, wording.shortened, wording.read, wording.retakes, wording.voices,
    machine_lines,
)  # fmt: skip


def run(v: Variant) -> list[Check]:
    """Every rule's check, in the order of RULES."""
    return [rule(v) for rule in RULES]
