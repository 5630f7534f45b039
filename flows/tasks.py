"""Stages as Prefect tasks: one task per stage and language. The work and its memory are the library's; a task adds
a name, a state, and a retry for what a retry may cure. Nothing is cached or persisted here: the ledger does that.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows import setup as _setup  # noqa: F401  (sets Prefect's environment before it is imported)

# isort: split
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

from localize.delivery.ingredients import Ingredients
from localize.delivery.result import Delivered
from localize.errors import LocalizeError
from localize.markets import Market
from localize.media.sidecars import sidecars_of
from localize.pipeline import market as market_stages
from localize.pipeline.admit import admit
from localize.pipeline.episode import Stages
from localize.pipeline.market import Laid, LanguagePart
from localize.records import Episode
from localize.session import Session, open_series, open_session
from localize.transcript.result import Listened
from localize.transcript.steps import listen

_sessions: dict[bool, Session] = {}
_guard = threading.Lock()


def session_for(series: str, path: Path, allow_non_commercial: bool) -> Session:
    """A session of this process: engines stay loaded from episode to episode, the bible is read anew for each."""
    with _guard:
        if allow_non_commercial not in _sessions:
            _sessions[allow_non_commercial] = open_session(series, None, allow_non_commercial)
        warm = _sessions[allow_non_commercial]
    bible = open_series(warm.settings, warm.ledger, series, sidecars_of(path).get("cast"))
    return Session(warm.settings, warm.engines.of_series(series), warm.ledger, warm.steps, bible, warm.clock)


def _may_help(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a failed task is worth another try."""
    try:
        state.result()
    except LocalizeError as error:
        return error.transient
    except Exception:
        return False
    return False


OPTIONS: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": 2,
    "retry_condition_fn": _may_help,
}


@task(task_run_name="probe", **OPTIONS)
def probe(session: Session, path: Path, source_lang: str | None = None) -> Episode:
    """What lies in the file, and beside it."""
    return admit(session, path, source_lang)


@task(task_run_name="recognise", **OPTIONS)
def recognise(session: Session, episode: Episode, source_lang: str | None) -> Listened:
    """Words, lines, speakers, levels."""
    return listen(session, episode, source_lang)


@task(task_run_name="translate {tag}", **OPTIONS)
def translate(session: Session, episode: Episode, listened: Listened, tag: str) -> LanguagePart:
    """Every line in one language, names locked."""
    return market_stages.translate_language(session, episode, listened, tag)


@task(task_run_name="speak {tag}", **OPTIONS)
def speak(session: Session, episode: Episode, tag: str, part: LanguagePart, laid: Laid) -> LanguagePart:
    """Every line worded to fit its time, spoken, and laid into one track."""
    return market_stages.speak_part(session, episode, tag, part, laid)


@task(task_run_name="mix {market.language}", **OPTIONS)
def mix(
    session: Session, episode: Episode, listened: Listened, market: Market, parts: dict[str, LanguagePart]
) -> Ingredients:
    """Programme at the market's loudness, and what a recogniser reads back from it."""
    return market_stages.gather(session, episode, listened, market, parts)


@task(task_run_name="deliver {market.name}", **OPTIONS)
def deliver_market(session: Session, episode: Episode, market: Market, made: Ingredients, out: Path) -> Delivered:
    """Subtitles, muxed video, checks and report in their folder, manifest last."""
    return market_stages.deliver_market(session, episode, market, made, out)


AS_THEY_ARE = (str, Path, Market, type(None))  # small, and names of runs are made of them


def whole(stage: Callable[..., Any]) -> Callable[..., Any]:
    """A task that is given its arguments as they are.

    Prefect looks through each argument for results of other tasks, a whole bible and transcript every time; and where
    another thread fills one of their dictionaries meanwhile, the task fails.
    """

    @functools.wraps(stage)
    def given(*args: Any) -> Any:
        return stage(*(a if isinstance(a, AS_THEY_ARE) else quote(a) for a in args))

    return given


STAGES = Stages(*map(whole, (probe, recognise, translate, speak, mix, deliver_market)))
