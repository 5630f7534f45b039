"""Figures of a finished variant: overlap, onset, rate, levels, terms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from rapidfuzz.distance import Levenshtein

from ..audio.spans import intersection_over_union
from ..languages.read_aloud import as_said
from ..languages.text import normal_form
from ..mixing.balance import Balance
from ..records import Cue
from .variant import Variant

SILENT_LUFS = -55.0
SOUND_OFF_MS = 250  # decoded and promised sound: priming, the last packet
SOUND_GAP_MS = 1000


def term_success(v: Variant) -> float:
    """Share of wanted name occurrences that stand as locked; 1.0 where none is wanted."""
    terms = [t for translation in v.translations for t in translation.terms]
    wanted = sum(t.wanted for t in terms)
    return sum(min(t.found, t.wanted) for t in terms) / wanted if wanted else 1.0


def level_differences(v: Variant) -> dict[str, float]:
    """By line id, a clip's level relative to its programme less the wanted one relative to the source's, in dB."""
    return levels_off(v.clip_levels, v.wanted_levels, v.balance) if v.balance else {}


def levels_off(clips: dict[str, float], wanted: dict[str, float], balance: Balance) -> dict[str, float]:
    """The same from levels in LUFS by line id; a clip that cannot be heard is left out."""
    lift = balance.mix_lufs - balance.source_lufs
    return {i: round(level - wanted[i] - lift, 1) for i, level in clips.items() if level >= SILENT_LUFS}


def max_rate(v: Variant) -> float:
    """The highest rate of any take; 1.0 for none."""
    return max((t.rate for t in v.takes if t.clip), default=1.0)


def onset_p95(v: Variant) -> int:
    """95th percentile of how far, in ms, a dub line starts from its source line."""
    starts = {line.id: line.start_ms for line in v.lines}
    off = [abs(t.start_ms - starts[t.line_id]) for t in v.takes if t.clip]
    return round(float(np.percentile(off, 95))) if off else 0


def speech_overlap(v: Variant) -> float:
    """Mean over lines of shared time over the time of either, source line against its dub; 1.0 where not dubbed."""
    spans = {line.id: (line.start_ms, line.end_ms) for line in v.lines}
    shares = [intersection_over_union(spans[t.line_id], (t.start_ms, t.end_ms)) for t in v.takes if t.clip]
    return round(float(np.mean(shares)), 3) if shares else 1.0


def duration_difference(v: Variant) -> float:
    """Mean over lines of |dub length - source length| / source length; 0.0 where not dubbed."""
    lengths = {line.id: max(1, line.end_ms - line.start_ms) for line in v.lines}
    shares = [abs(t.end_ms - t.start_ms - lengths[t.line_id]) / lengths[t.line_id] for t in v.takes if t.clip]
    return round(float(np.mean(shares)), 3) if shares else 0.0


def share_ok(v: Variant, good: Callable[[str, Cue], bool]) -> float:
    """Share of all cues for which `good(tag, cue)` holds; 1.0 for no cues."""
    marks = [good(tag, cue) for tag, cues in v.cues.items() for cue in cues]
    return round(sum(marks) / len(marks), 4) if marks else 1.0


def word_error(reference: str, hypothesis: str) -> float:
    """Word error rate: edits over reference words, letters and digits only, case folded; of characters where a script
    puts no blanks between words. 1.0 where anything stands for nothing."""
    wanted, got = normal_form(reference).split(), normal_form(hypothesis).split()
    if not wanted:
        return 1.0 if got else 0.0
    return float(Levenshtein.distance(wanted, got)) / len(wanted)


def dub_error(v: Variant) -> float:
    """Word error rate of what is heard in the dub against its lines, both as they are said: figures in words."""
    wanted = " ".join(as_said(t.text, v.language) for t in v.translations)
    return word_error(wanted, as_said(" ".join(w.text for w in v.heard or ()), v.language))


def sound_faults(v: Variant) -> list[str]:
    """How the source's sound, as decoded, differs from what its packets promise and from its picture."""
    picture, promised, decoded = v.source_ms
    bad = []
    if promised and abs(min(decoded, picture) - min(promised, picture)) > SOUND_OFF_MS + promised / 200:
        bad.append(f"decoded to {decoded / 1000:.1f} s of {promised / 1000:.1f} s")
    if v.lost_ms:
        bad.append(f"{v.lost_ms / 1000:.1f} s cannot be decoded")
    if promised and picture - promised > max(SOUND_GAP_MS, picture / 10):
        bad.append(f"the sound ends at {promised / 1000:.1f} s of {picture / 1000:.1f} s")
    if promised - picture > SOUND_GAP_MS:
        bad.append(f"{(promised - picture) / 1000:.1f} s of sound after the picture's end are left out")
    return bad
