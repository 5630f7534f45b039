"""Wanted minus done: which markets of which episodes are still to be made. Pure; batch, catch-up and status share it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .episodes import ENDED, FAILED, Known, Variant, by_key, key_of

MOST_TRIES = 3  # failures on the same bytes
MOST_STARTS = 10  # an episode that kills whatever works on it ends here


@dataclass(frozen=True)
class Work:
    """One episode's markets that are to be made."""

    episode: Known
    markets: tuple[str, ...]


@dataclass(frozen=True)
class Stuck:
    """A market that is not made any more by itself, and why."""

    episode: Known
    market: str
    why: str


@dataclass(frozen=True)
class Plan:
    """What to start now (oldest first), what somebody has in hand, what waits for a person, which episodes are done for
    which markets, and which series are held and why."""

    todo: list[Work]
    running: list[Work]
    stuck: list[Stuck]
    done: list[tuple[Known, tuple[str, ...]]] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)


def plan(
    episodes: Iterable[Known],
    variants: Iterable[Variant],
    markets_of: Callable[[str], tuple[str, ...]],
    leased: set[str],
    most: int | None = None,
) -> Plan:
    """Compare what is wanted with what is done.

    Args:
        episodes: the newest revisions, in the order in which they should be made.
        markets_of: a series' markets.
        leased: leases that are held: those episodes are in somebody's hand.
        most: start at most so many episodes.

    A market that failed MOST_TRIES times on these bytes, or was started MOST_STARTS times and never ended, is stuck
    until a person or a new revision changes something.
    """
    known = by_key(variants)
    done: list[tuple[Known, tuple[str, ...]]] = []
    todo: list[Work] = []
    running: list[Work] = []
    stuck: list[Stuck] = []
    for episode in episodes:
        missing: list[str] = []
        wanted, here = markets_of(episode.series), len(stuck)
        for market in wanted:
            variant = known.get((episode.series, episode.name, episode.revision, market))
            if variant is not None and variant.state in ENDED:
                continue
            most_tries = MOST_TRIES if variant is not None and variant.state == FAILED else MOST_STARTS
            if variant is not None and variant.tries >= most_tries and key_of(episode) not in leased:
                why = variant.why if variant.state == FAILED else "its worker died each time"
                stuck.append(Stuck(episode, market, f"{variant.tries} tries: {why}"))
                continue
            missing.append(market)
        if missing:
            (running if key_of(episode) in leased else todo).append(Work(episode, tuple(missing)))
        elif wanted and len(stuck) == here:
            done.append((episode, wanted))
    return Plan(todo[:most] if most is not None else todo, running, stuck, done)
