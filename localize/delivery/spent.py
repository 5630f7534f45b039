"""What served engines were paid, by line and for the season so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..engines.served.spending import Spent

COUNTED = ("requests", "seconds", "characters", "tokens_in", "tokens_out", "cost")


def by_line(book: Iterable[Spent], episode: str, language: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of each line of an episode in a language, by its id: what was asked for it alone, in all runs up to now."""
    lines: dict[str, list[Spent]] = {}
    for row in book:
        line = row.about.removeprefix(f"{episode} {language} ")
        if line != row.about and " " not in line:
            lines.setdefault(line, []).append(row)
    return {line: added_up(rows) for line, rows in lines.items()}


def added_up(rows: Iterable[Spent]) -> list[dict[str, Any]]:
    """One row for each endpoint; `unanswered` is what of its cost was sent and never answered: it may be on the bill. The
    requests that were not: `unanswered_requests`."""
    out: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row.endpoint, row.kind, row.model, row.currency)
        start = dict(zip(("endpoint", "kind", "model", "currency"), key, strict=True))
        total = out.setdefault(key, {**start, **dict.fromkeys(COUNTED, 0), "unanswered": 0.0, "unanswered_requests": 0})
        for name in COUNTED:
            total[name] = round(total[name] + getattr(row, name), 6)
        if row.state != "paid":
            total["unanswered"] = round(total["unanswered"] + row.cost, 6)
            total["unanswered_requests"] += row.requests
    return [out[key] for key in sorted(out)]
