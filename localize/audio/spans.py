"""Spans of time, [start_ms, end_ms), sorted and disjoint where a function returns several."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[int, int]


def join_spans(spans: Iterable[Span], gap_ms: int = 0) -> list[Span]:
    """Sorted spans with those nearer than or at `gap_ms` made one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start - out[-1][1] <= gap_ms:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def overlap_ms(one: Span, other: Span) -> int:
    """How long both last at once."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def covered_ms(span: Span, spans: Iterable[Span]) -> int:
    """How much of `span` the others cover; they must be disjoint."""
    return sum(overlap_ms(span, other) for other in spans)


def intersection_over_union(one: Span, other: Span) -> float:
    """Shared time over the time of either; 0.0 for two empty spans."""
    shared = overlap_ms(one, other)
    whole = (one[1] - one[0]) + (other[1] - other[0]) - shared
    return shared / whole if whole else 0.0


def longest_gap(span: Span, spans: Iterable[Span]) -> Span:
    """The longest part of `span` that no other covers; (end, end) where all is covered."""
    gaps = beside(span, spans, 1)
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=(span[1], span[1]))


def beside(span: Span, others: Iterable[Span], least_ms: int) -> list[Span]:
    """The parts of a span that no other covers, each at least `least_ms` long."""
    out, at = [], span[0]
    for start, end in [*join_spans(others), (span[1], span[1])]:
        if min(start, span[1]) - at >= least_ms:
            out.append((at, min(start, span[1])))
        at = max(at, end)
    return out
