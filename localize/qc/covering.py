"""Checks of a picture whose subtitles were covered: the rest as it was, the source's text legible no more."""

from __future__ import annotations

from ..records import Check, Verdict
from .variant import Covered, Variant

LIKENESS = 0.98
LEGIBLE = 0.02


def picture(covered: Covered) -> Check:
    """The picture outside of what was covered and drawn is as good as it was."""
    alike = covered.likeness
    verdict, detail = (Verdict.PASS, "") if alike >= LIKENESS else (Verdict.REVIEW, f"SSIM {alike:.3f}")
    figure = f"{covered.way}, SSIM {alike:.3f} outside the subtitles"
    return Check("picture", verdict, figure, f"SSIM {LIKENESS}", detail)


def source_text(v: Variant) -> Check:
    """The source's subtitles, where they were to be covered, can be read no more."""
    if v.covered is None:
        return Check("source text", Verdict.PASS, "picture untouched", "")
    share = v.covered.legible
    bad = [*v.covered.still, *([f"{share:.1%} in all"] if share > LEGIBLE else [])]
    figure = f"{share:.1%} of {v.covered.lines} subtitles legible"
    return Check("source text", Verdict.REVIEW if bad else Verdict.PASS, figure, f"{LEGIBLE:.0%}", ", ".join(bad[:12]))
