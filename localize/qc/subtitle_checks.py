"""Checks of subtitles: reading speed, row length, times, cuts."""

from __future__ import annotations

import unicodedata

from ..records import Check, Verdict
from ..subtitles import line_breaks
from ..subtitles.cues import CUT_FRAMES, GAP_FRAMES, LONGEST_MS, SHORTEST_MS
from .check import check as _check
from .variant import Variant


def reading_speed(v: Variant) -> Check:
    """Cues can be read in their time."""
    bad = [
        f"{tag} {cue.start_ms / 1000:.1f}s: {line_breaks.cps(cue):.1f}"
        for tag, cues in v.cues.items()
        for cue in cues
        if line_breaks.cps(cue) > v.looks[tag].cps + 0.05
    ]
    top = max((line_breaks.cps(c) for cues in v.cues.values() for c in cues), default=0.0)
    limits = ", ".join(f"{t} {look.cps:.0f}" for t, look in v.looks.items())
    return _check("reading speed", Verdict.REVIEW, bad, f"highest {top:.1f} CPS", limits)


def row_length(v: Variant) -> Check:
    """At most two rows, none too long."""
    bad = [
        f"{tag} {cue.start_ms / 1000:.1f}s"
        for tag, cues in v.cues.items()
        for cue in cues
        if len(cue.text.split("\n")) > line_breaks.ROWS
        or any(len(unicodedata.normalize("NFC", r)) > v.looks[tag].chars for r in cue.text.split("\n"))
    ]
    limits = ", ".join(f"{t} {look.chars}" for t, look in v.looks.items())
    return _check("row length", Verdict.REVIEW, bad, f"{len(bad)} over", f"2 rows of {limits}")


def cue_times(v: Variant) -> Check:
    """Cues last 833 ms to 7 s, in order, two frames apart, inside the picture."""
    bad = []
    for tag, cues in v.cues.items():
        gap = GAP_FRAMES * v.frame_ms
        for index, cue in enumerate(cues):
            at = f"{tag} {cue.start_ms / 1000:.1f}s"
            if not SHORTEST_MS <= cue.end_ms - cue.start_ms <= LONGEST_MS + 1:
                bad.append(f"{at}: {cue.end_ms - cue.start_ms} ms long")
            if index and cue.start_ms - cues[index - 1].end_ms < gap - 1:
                bad.append(f"{at}: gap {cue.start_ms - cues[index - 1].end_ms} ms")
            if cue.end_ms > v.looks[tag].duration_ms:
                bad.append(f"{at}: past the end")
    return _check("cue times", Verdict.REVIEW, bad, f"{len(bad)} off", "833 ms to 7 s, 2 frames apart")


def on_cuts(v: Variant) -> Check:
    """No cue hangs over a cut by a few frames: it starts on the cut or well before, ends before it or well after.

    One that could not be read in its time if it ended before the cut may stay: that is counted, not held against it.
    """
    bad, kept = [], 0
    for tag, cues in v.cues.items():
        look, near = v.looks[tag], CUT_FRAMES * v.frame_ms
        for cue in cues:
            least = max(SHORTEST_MS, line_breaks.length(cue.text) * 1000 / look.cps)
            for cut in look.cuts:
                starts, ends = 1 < cut - cue.start_ms <= near - 1, 1 < cue.end_ms - cut <= near - 1
                room = cue.end_ms - cut if starts else cut - GAP_FRAMES * v.frame_ms - cue.start_ms
                if (starts or ends) and room < least:
                    kept += 1
                elif starts or ends:
                    what = "starts" if starts else "ends"
                    bad.append(f"{tag} {cue.start_ms / 1000:.1f}s: {what} by the cut at {cut / 1000:.2f}s")
    figure = f"{len(bad)} cues" + (f", {kept} kept to be read" if kept else "")
    return _check("cuts", Verdict.REVIEW, bad, figure, f"none within {CUT_FRAMES} frames across")
