"""The best models for a set of markets, pulled in one go; and once a day by `localize run`, where the net is there."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.console import Console

from ..engines.base import EngineContext
from ..engines.catalogue import Engines
from ..errors import LocalizeError, ModelError
from ..markets import Market
from ..models.registry import Registry
from ..settings import Settings
from ..translation.offers import best_set, route_now

ASKED = ".asked"  # its time is when the net was last tried by itself
DAY_S = 24 * 3600
QUICK_TRIES, QUICK_S = 2, 4.0  # with what goes before and after it, a net that does not answer costs five seconds


def languages(markets: Iterable[Market]) -> list[str]:
    """The primary tags that these markets are dubbed and subtitled in."""
    tags = [t for m in markets for t in (m.language, *m.extra_subtitles)]
    return list(dict.fromkeys(t.split("-")[0] for t in tags))


def bring(settings: Settings, registry: Registry, source: str, targets: list[str], quick: bool = False) -> bool:
    """Pull the best commercial set for these languages; what is fetched is said first, with its size.

    Args:
        quick: give up where no answer comes within five seconds, and say in one line what serves instead.
    Returns whether all that was wanted is here.
    """
    from ..models import pull  # an HTTP client and more, which a run that pulls nothing starts without
    from ..models.download import Patience
    from .try_model import tried_out

    patience = Patience(tries=QUICK_TRIES, answer_s=QUICK_S) if quick else Patience(answer_s=15.0)
    console = Console(stderr=True)
    engines = Engines(EngineContext(settings, registry))
    wanted = best_set(engines, source, targets)
    if not wanted:
        return True
    size = sum(registry.model(m).bytes for m in wanted) / 1e6
    console.print(f"models for {source} -> {', '.join(targets)}: {', '.join(wanted)} ({size:.0f} MB)", highlight=False, soft_wrap=True)
    whole = True
    for model_id in wanted:
        try:
            pull.pull(registry, settings, model_id, patience=patience)
            console.print(f"{model_id}: {tried_out(engines, registry.model(model_id))}", highlight=False, soft_wrap=True)
        except LocalizeError as error:
            whole = False
            if not quick:
                console.print(f"error: {error}", highlight=False, soft_wrap=True)
            elif isinstance(error, ModelError):
                break  # what one could not reach, the others cannot either
    if not whole and quick:
        console.print(f"not in reach now; instead: {fallbacks(engines, source, targets)}", highlight=False, soft_wrap=True)
    return whole


def bring_once(settings: Settings, registry: Registry, source: str, markets: Iterable[Market]) -> None:
    """`bring`, for five seconds and once a day, unless LOCALIZE_OFFLINE is set. Nothing that fails here stops a run."""
    asked = settings.models / ASKED
    try:
        if settings.offline or (asked.exists() and time.time() - asked.stat().st_mtime < DAY_S):
            return
        asked.parent.mkdir(parents=True, exist_ok=True)
        asked.touch()
        bring(settings, registry, source, languages(markets), quick=True)
    except (OSError, LocalizeError) as error:
        Console(stderr=True).print(f"no better models were pulled: {error}", highlight=False, soft_wrap=True)


def fallbacks(engines: Engines, source: str, targets: Iterable[str]) -> str:
    """What serves each language as things are, in one line."""
    said = []
    for target in targets:
        if target == source:
            continue
        route = route_now(engines, source, target)
        said.append(f"{source}->{target} by {route.name}" if route else f"{source}->{target} from the memory alone")
    return ", ".join(said)
