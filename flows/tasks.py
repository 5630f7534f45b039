"""Stages as Prefect tasks: one task per stage and language. The work and its memory are the library's; a task adds
a name, a state, and a retry for what a retry may cure. Nothing is cached or persisted here: the ledger does that.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from flows import setup as _setup  # noqa: F401  (sets Prefect's environment before it is imported)

# isort: split
from prefect import task
from prefect.cache_policies import NO_CACHE

from localize import media, pipeline, stages
from localize.config import Market
from localize.deliver import Delivered, deliver
from localize.disk import full_disk_said
from localize.errors import LocalizeError
from localize.listen import Listened, listen
from localize.model import Episode
from localize.pipeline import LanguagePart
from localize.render import Ingredients
from localize.studio import Studio, open_bible, open_studio

_studios: dict[bool, Studio] = {}
_guard = threading.Lock()


def studio_for(series: str, path: Path, allow_non_commercial: bool) -> Studio:
    """A studio of this process: engines stay loaded from episode to episode, the bible is read anew for each."""
    with _guard:
        if allow_non_commercial not in _studios:
            _studios[allow_non_commercial] = open_studio(series, None, allow_non_commercial)
        warm = _studios[allow_non_commercial]
    bible = open_bible(warm.settings, series, media.sidecars(path).get("cast"))
    return Studio(warm.settings, warm.engines, warm.ledger, warm.steps, bible, warm.clock)


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
def probe(studio: Studio, path: Path) -> Episode:
    """What lies in the file, and beside it."""
    return stages.admit(studio, path)


@task(task_run_name="recognise", **OPTIONS)
def recognise(studio: Studio, episode: Episode, source_lang: str | None) -> Listened:
    """Words, lines, speakers, levels."""
    return listen(studio, episode, source_lang)


@task(task_run_name="translate {tag}", **OPTIONS)
def translate(studio: Studio, episode: Episode, listened: Listened, tag: str) -> LanguagePart:
    """Every line in one language, names locked."""
    translations, used = stages.translate(studio, episode, listened, tag)
    return LanguagePart(translations, None, used)


@task(task_run_name="speak {tag}", **OPTIONS)
def speak(studio: Studio, episode: Episode, listened: Listened, tag: str, part: LanguagePart) -> LanguagePart:
    """Every line worded to fit its time, spoken, and laid into one track."""
    translations = stages.fit_text(studio, episode, listened, tag, part.translations)
    spoken = stages.dub(studio, episode, listened, tag, translations)
    return LanguagePart(translations, spoken, [*part.engines, *stages.speakers(studio, listened, tag)])


@task(task_run_name="mix {market.language}", **OPTIONS)
def mix(
    studio: Studio, episode: Episode, listened: Listened, market: Market, parts: dict[str, LanguagePart]
) -> Ingredients:
    """Programme at the market's loudness, and what a recogniser reads back from it."""
    return pipeline.gather(studio, episode, listened, market, parts)


@task(task_run_name="deliver {market.name}", **OPTIONS)
def deliver_market(studio: Studio, episode: Episode, market: Market, made: Ingredients, out: Path) -> Delivered:
    """Subtitles, muxed video, checks and report in their folder, manifest last."""
    with full_disk_said(out):
        return deliver(studio, episode, market, made, out)
