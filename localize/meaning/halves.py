"""A text in two, at the mark or joining word nearest to its middle."""

from __future__ import annotations

import re

LEAST_WORDS = 5
_JOINS = re.compile(
    r"(?:[,;:.!?…।]+[\"”’»)]?\s+)|\s+(?=(?:and|but|or|because|that|who|when|if|so|with|without|y|e|o|pero|mas|porque|que|cuando|"
    r"si|se|con|com|sin|sem|para|से|और|लेकिन|कि|क्योंकि|जो|तो|अगर|के)\s)",
    re.IGNORECASE,
)


def halves(text: str) -> tuple[str, str] | None:
    """Two parts of a text, or None where it is too short to be halved."""
    text = text.strip()
    if len(text.split()) < LEAST_WORDS:
        return None
    middle = len(text) / 2
    cuts = [m.end() for m in _JOINS.finditer(text)]
    cuts = [c for c in cuts if 0.3 * len(text) <= c <= 0.7 * len(text)]
    cuts = cuts or [m.end() for m in re.finditer(r"\s+", text)]
    cut = min(cuts, key=lambda c: abs(c - middle))
    first, last = text[:cut].strip(), text[cut:].strip()
    return (first, last) if first and last else None
