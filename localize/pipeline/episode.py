"""The whole job for one episode: every stage in order, every market, one bad market never stopping the others.

Markets are made at once, as many stages at a time as there are engine threads: while one is mixed, another is spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..delivery.ingredients import Ingredients
from ..delivery.result import Delivered
from ..markets import Market
from ..records import Episode
from ..session import Session
from ..storage.leases import LeaseLost
from ..transcript.result import Listened
from ..transcript.steps import listen
from .admit import admit
from .ahead import loading
from .at_once import Hands, Shared, start
from .market import Laid, LanguagePart, deliver_market, gather, is_own, mix_ahead, speak_part, translate_language
from .results import Failed, failed

Notice = Callable[[str], None]
Result = Delivered | Failed


@dataclass(frozen=True)
class Stages:
    """The work of an episode, stage by stage: the library's own functions, or tasks of a flow round them."""

    admit: Callable[[Session, Path, str | None], Episode] = admit
    listen: Callable[[Session, Episode, str | None], Listened] = listen
    translate: Callable[[Session, Episode, Listened, str], LanguagePart] = translate_language
    speak: Callable[[Session, Episode, str, LanguagePart, Laid], LanguagePart] = speak_part
    mix: Callable[[Session, Episode, Listened, Market, dict[str, LanguagePart]], Ingredients] = gather
    deliver: Callable[[Session, Episode, Market, Ingredients, Path], Delivered] = deliver_market


STAGES = Stages()


def run_episode(
    session: Session,
    path: Path,
    markets: Iterable[Market],
    out: Path,
    source_lang: str | None = None,
    stages: Stages = STAGES,
    notice: Notice = lambda _text: None,
    ended: Callable[[Result], None] = lambda _result: None,
    ahead: Callable[[], object] = lambda: None,
) -> list[Result]:
    """All markets of one episode, in their order; `ended` is told of each as it is done, by the thread that calls.

    `ahead` is called, in a thread, once no market is left for one of the hands.

    Raises InputError where the episode itself cannot be used, LeaseLost where another process has it in hand by now.
    """
    notice("probe")
    episode = stages.admit(session, path, source_lang)
    notice("recognise")
    listened = stages.listen(session, episode, source_lang)
    wanted = list(markets)
    results: dict[int, Result] = {}
    parts, hands, waiting = Shared(), Hands(session.settings.threads), [ahead]

    def make(market: Market) -> Result:
        try:
            return run_market(session, episode, listened, market, out, stages, notice, parts, hands)
        except Exception as error:
            return failed(session, episode.name, market.name, error)

    def spare() -> None:
        if waiting and len(wanted) - len(results) < hands.number and hands.idle(waiting[0]):
            waiting.clear()

    def done(number: int, future: Future[Result]) -> None:
        results[number] = future.result()
        spare()
        try:
            ended(results[number])
        except LeaseLost:
            raise
        except Exception as error:  # what follows one market never stops the others
            results[number] = failed(session, episode.name, wanted[number].name, error)

    spare()
    start([partial(make, market) for market in wanted], done, hands.stop)
    return [results[number] for number in range(len(wanted))]


def run_market(
    session: Session,
    episode: Episode,
    listened: Listened,
    market: Market,
    out: Path,
    stages: Stages = STAGES,
    notice: Notice = lambda _text: None,
    parts: Shared | None = None,
    hands: Hands | None = None,
) -> Delivered:
    """One market's variant. Raises LocalizeError.

    Args:
        parts: what markets of one language share; hands: how many stages run at a time.
    """
    parts, hands = parts or Shared(), hands or Hands(1)

    def dubbed(tag: str) -> bool:
        return tag == market.language and not is_own(listened, tag)

    def translated(tag: str) -> LanguagePart:
        notice(f"translate {tag}")
        with hands.hand(), loading(session, listened, tag) if dubbed(tag) else nullcontext():
            return stages.translate(session, episode, listened, tag)

    def spoken(tag: str) -> LanguagePart:
        part = parts.get(f"translate {tag}", partial(translated, tag))
        notice(f"speak {tag}")
        with hands.hand():
            return stages.speak(session, episode, tag, part, laid)

    def laid(lines: Listened, track: str) -> None:
        hands.idle(partial(mix_ahead, session, episode, listened, market, lines, track))

    own = market.language
    needed = {t: parts.get(f"translate {t}", partial(translated, t)) for t in (own, *market.extra_subtitles)}
    if needed[own].spoken is None and dubbed(own):
        needed[own] = parts.get(f"speak {own}", partial(spoken, own))
    notice(f"{market.name}: mix, mux, check")
    with hands.hand():
        made = stages.mix(session, episode, listened, market, needed)
    with hands.hand():
        return stages.deliver(session, episode, market, made, out)
