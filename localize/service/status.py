"""Where every episode stands: a table of episodes by markets, and what is stuck and why."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .episodes import ENDED, RUNNING, by_key, key_of
from .inbox import reasons, told_of
from .rules import BY_HAND
from .service import Service

COLOURS = {"delivered": "green", "review": "yellow", "failed": "red", "rejected": "magenta", "running": "cyan", "held": "red"}


@dataclass(frozen=True)
class Standing:
    """One market of one episode: its state as people call it, and why it stands there."""

    series: str
    episode: str
    revision: int
    market: str
    state: str
    why: str


def standings(office: Service, series: str | None = None) -> list[Standing]:
    """Every wanted market of every episode; `died` is a run that nobody has in hand any more."""
    plan = office.plan(series=series)
    stuck = {(s.episode.series, s.episode.name, s.market): s.why for s in plan.stuck}
    done = by_key(office.books.variants(series))
    leased = office.books.ledger.leased()
    rules, every = office.rules_now(), office.settings.usual_markets
    rows = []
    for known in office.books.episodes(series):
        held = plan.held.get(known.series, "")
        for market in every if held else rules.get(known.series).markets or every:
            variant = done.get((known.series, known.name, known.revision, market))
            state, why = (variant.state, variant.why) if variant else ("waiting", "")
            if state == RUNNING:
                minutes = (time.time() - variant.at) / 60 if variant else 0.0
                in_hand = key_of(known) in leased
                state, why = ("running", f"{minutes:.0f} min") if in_hand else ("died", "catch-up makes it")
            if state == "waiting" and not held and rules.get(known.series).by_hand:
                why = BY_HAND
            if held and state not in ENDED:
                state, why = "held", held
            if (known.series, known.name, market) in stuck:
                state, why = "stuck", stuck[known.series, known.name, market]
            rows.append(Standing(known.series, known.name, known.revision, market, state, why))
    return rows


def left_in_inbox(office: Service, series: str | None = None) -> list[str]:
    """What lies in the inbox and is taken by no rule, a line each with the reason, as the watcher last wrote it down."""
    texts = [office.bucket.read(reasons(s)) for s in sorted(told_of(office.books)) if series in (None, s)]
    return [line for text in texts for line in (text or b"").decode(errors="replace").splitlines()]


def show(rows: list[Standing], left: list[str], console: Console) -> None:
    """The table, and below it a line for whatever does not move by itself."""
    markets = list(dict.fromkeys(r.market for r in rows))
    table = Table(show_edge=False, pad_edge=False)
    for head in ("series", "episode", "rev", *markets):
        table.add_column(head)
    cells = {(r.series, r.episode, r.market): r for r in rows}
    for series, episode, revision in dict.fromkeys((r.series, r.episode, r.revision) for r in rows):
        found = [cells.get((series, episode, m)) for m in markets]
        states = [f"[{COLOURS.get(r.state, 'white')}]{r.state}" if r else "" for r in found]
        table.add_row(escape(series), escape(episode), str(revision), *states)
    console.print(table)
    for series, why in {r.series: r.why for r in rows if r.state == "held"}.items():
        console.print(f"{series}: held: series.toml {why}", markup=False, highlight=False)
    for r in rows:
        if r.state in ("stuck", "failed", "review", "died", "rejected") or r.why == BY_HAND:
            console.print(f"{r.series}/{r.episode} {r.market}: {r.state}: {r.why}", markup=False, highlight=False)
    for line in left:
        console.print(line, markup=False, highlight=False)
