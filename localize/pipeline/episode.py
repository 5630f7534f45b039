"""The whole job for one episode in one process: every market, one bad market never stopping the others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..delivery.result import Delivered
from ..markets import Market
from ..session import Session
from ..transcript.steps import listen
from .admit import admit
from .market import LanguagePart, Notice, run_market
from .results import Failed, failed


def run_episode(
    session: Session,
    path: Path,
    markets: Iterable[Market],
    out: Path,
    source_lang: str | None = None,
    notice: Notice = lambda _text: None,
) -> list[Delivered | Failed]:
    """All markets of one episode. Raises InputError where the episode itself cannot be used."""
    notice("probe")
    episode = admit(session, path, source_lang)
    notice("recognise")
    listened = listen(session, episode, source_lang)
    results: list[Delivered | Failed] = []
    parts: dict[str, LanguagePart] = {}
    for market in markets:
        try:
            results.append(run_market(session, episode, listened, market, parts, out, notice))
        except Exception as error:
            results.append(failed(session, episode.name, market.name, error))
    return results
