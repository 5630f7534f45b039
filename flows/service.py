"""The service's flows, thin over localize.service: make an episode or a season, look at the inbox, catch up, review.

What they know lies in the ledger and the bucket: a run that died, a server that lost its history, cost at most the line
in hand. Deployments: deploy/prefect.yaml; `make up` starts all of it on one machine.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from flows import setup as _setup  # noqa: F401  (sets Prefect's environment before it is imported)

# isort: split
from prefect import flow, get_run_logger, runtime
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.events import emit_event
from prefect.flow_runs import suspend_flow_run

from flows import params, server
from flows.episode import make_variants, slug
from flows.setup import QUICK, WAITS
from localize.delivery.result import Delivered
from localize.errors import InputError, LocalizeError, OptionError
from localize.pipeline.results import Failed
from localize.review import edited_lines
from localize.service import decisions, inbox, mail, questions
from localize.service.episodes import FAILED, REVIEW, Known, key_of
from localize.service.service import Service, open_service
from localize.settings import load_settings
from localize.storage.leases import LeaseLost

ALWAYS: dict[str, Any] = {"persist_result": False, "log_prints": True}
REVIEW_S = 30 * 24 * 3600
ASKED_S = 600  # catch-up asks again for a variant once in so long
MOST_ASKED = 200  # review runs that one catch-up starts


class Unfinished(LocalizeError):
    """A run in which some variant failed; the others are made."""


@flow(name="localize-episode", flow_run_name="{episode} / {series}", **ALWAYS)
def localize_episode(
    series: params.Series,
    episode: params.Episode,
    markets: params.Markets = [],  # noqa: B006  (a form's default)
    source_lang: params.Source = "heard in the episode",
) -> list[str]:
    """Make one admitted episode for its markets and send out what passes; what a person should see goes to review."""
    office = open_service()
    known = _dropped(office, series, episode)
    names = tuple(params.names_of(markets)) or office.markets_of(series)
    done = make(office, known, names, source_lang, only_missing=True)
    failed = [m for m, state in done.items() if state == FAILED]
    if failed:
        raise Unfinished(_whys(office, known, failed), episode, "see the verdict table of this run")
    return [f"{market}: {done.get(market, 'made before, or in another run')}" for market in names]


@flow(name="localize-batch", flow_run_name="{series}, season", **ALWAYS)
def localize_batch(series: params.Series, most: params.Most = 100) -> list[str]:
    """Make all of a series that is admitted and not done, one episode after the other, with warm engines."""
    office = open_service()
    return work_off(office, most, series)


@flow(name="catch-up", flow_run_name="catch-up", **ALWAYS)
def catch_up(most: params.Most = 50) -> list[str]:
    """Look at the inbox, then make whatever is wanted and not done, oldest first; safe to start twice."""
    office = open_service()
    watch_once(office)
    told = work_off(office, most, None)
    return told + ask_again(office)


@flow(name="watch-inbox", flow_run_name="watch-inbox", **ALWAYS)
def watch_inbox() -> list[str]:
    """One look at the inbox: admit what is whole, put aside what is bad, start what is wanted."""
    return watch_once(open_service())


@flow(name="re-voice", flow_run_name="{episode} / {series} again", **ALWAYS)
def re_voice(series: params.Series, episode: params.Episode, markets: params.Markets = []) -> list[str]:  # noqa: B006
    """Make an episode anew after its cast, names or memory changed; only what the change touches is done again."""
    office = open_service()
    known = office.find(series, episode)
    names = tuple(params.names_of(markets)) or office.markets_of(series)
    for market in names:
        office.again(known, market, "asked for anew")
    done = make(office, known, names, "heard in the episode")
    return [f"{market}: {state}" for market, state in done.items()]


@flow(name="review", flow_run_name="{episode} / {market}", **ALWAYS)
def review_variant(series: params.Series, episode: params.Episode, market: params.Market) -> str:
    """Wait for a person's word on a variant, holding no worker; then deliver, refuse, or make the edited lines anew.

    A form is bound to the revision and the variant that it showed: its slot names both, so that an answer is never
    read for another one, and it counts once, however often the run resumes.
    """
    office = open_service()
    run = str(runtime.flow_run.id)
    for _turn in range(1, 21):
        known = office.find(series, episode)
        variant = office.books.variant(known, market)
        before = questions.asked_otherwise(office.books.db, run, known, variant.digest if variant else "")
        stale = ""
        if before:
            stale = f"an answer to revision {before} does not count: {episode} / {market} changed since it was shown"
            get_run_logger().warning(stale)
        if variant is None or variant.state != REVIEW:
            state = variant.state if variant else "never made, or wanted anew"
            return "; ".join(t for t in (f"nothing to review: {state}", stale) if t)
        if told := _finish_decided(office, known, market):
            return told
        report = _at_hand(office, known, market)
        seen = decisions.seen_now(office.books, known, market)
        slot = questions.ask(office.books.db, run, known, market, seen.digest)
        answer = _answer(office, known, market, report, slot)
        try:
            word = decisions.Word(seen, answer.reviewer, answer.note, f"{run}:{slot}")
            ended = _decided(office, known, market, report, answer, word)
        except InputError as error:  # the answer cannot be used: said above the next form
            get_run_logger().warning(str(error))
            questions.answered(office.books.db, run, slot)
            continue
        questions.answered(office.books.db, run, slot)
        if ended:
            return ended
    return "no decision"


def _at_hand(office: Service, known: Known, market: str) -> dict[str, Any]:
    """The variant's report, once the variant lies on this machine: from the store that takes seconds."""
    if not office.at_hand(known, market):
        report = office.report_of(known, market)
        make(office, known, (market,), report["episode"]["source_lang"] if report else "heard", again=False)
    return edited_lines.read_report(office.folder(known, market))


def _answer(office: Service, known: Known, market: str, report: dict[str, Any], slot: str) -> Any:
    """What a person answers to the form in this slot; the run waits for it without holding a worker."""
    text = decisions.question(report, (office.folder(known, market) / "report.html").absolute().as_uri())
    key = f"review-{slug(known.name)}-{slug(market)}"
    server.show(partial(create_markdown_artifact, text, key=key, description="What to decide on"))
    try:
        return suspend_flow_run(
            wait_for_input=params.Answer.with_initial_data(description=text), timeout=REVIEW_S, key=slot
        )
    except BaseException:  # how a run is left that waits: without this its silence would be taken for a worker's death
        emit_event(WAITS, resource={"prefect.resource.id": f"prefect.flow-run.{runtime.flow_run.id}"})
        raise


def _finish_decided(office: Service, known: Known, market: str) -> str:
    """Do what was decided on this very variant by a run that died before it was done; empty where there is nothing."""
    seen = decisions.seen_now(office.books, known, market)
    decided = office.books.decided(known, market, seen.digest) if seen.digest else None
    if decided is None or decided.decision not in ("approve", "reject"):
        return ""
    word = decisions.Word(seen, decided.who, decided.note, decided.answer)
    report = _at_hand(office, known, market)
    return _decided(office, known, market, report, params.Answer(decision=decided.decision, reviewer=decided.who), word)


def _decided(
    office: Service, known: Known, market: str, report: dict[str, Any], answer: Any, word: decisions.Word
) -> str:
    """Do what a reviewer decided; empty where another review must follow. Raises InputError."""
    bible = office.bible(known.series)
    folder = office.folder(known, market)
    told = ""
    if answer.decision == "approve":
        to = decisions.approve(office.bucket, office.books, bible, known, market, folder, word)
        told = f"approved by {word.who}: {to}"
    elif answer.decision == "reject":
        decisions.reject(office.books, known, market, word)
        told = f"rejected by {word.who}"
    else:
        decisions.edit(office.books, bible, known, market, report, answer.edits, word)
        state = make(office, known, (market,), report["episode"]["source_lang"], again=False).get(market, "in hand")
        told = "" if state == REVIEW else f"edited by {word.who}: {state}"
    office.tell(known)
    return told


@flow(name="tell-people", flow_run_name="{subject}", **ALWAYS)
def tell_people(subject: str, text: str) -> str:
    """Mail to those who look after the service; the server's automations start it."""
    return f"written to {mail.mail(load_settings(), subject, text)}"


# --- what the flows share --------------------------------------------------------------------------------------


def make(
    office: Service,
    known: Known,
    markets: tuple[str, ...],
    source_lang: str,
    again: bool = True,
    only_missing: bool = False,
) -> dict[str, str]:
    """Make markets of an episode in this process and write how each ended: market -> state.

    An episode that somebody has in hand is left alone. `again`: a variant that goes to review asks a person.
    `only_missing`: what ended already, perhaps in another run since this one was planned, is not made anew.
    """
    with office.books.ledger.lease(key_of(known)) as mine:
        if not mine:
            get_run_logger().warning(f"{known.name}: another run has it in hand")
            return {}
        if only_missing:
            markets = office.missing(known, markets)
        if not markets:
            return {}
        office.started(known, markets, leased=True)
        done: dict[str, str] = {}

        def ended(result: Delivered | Failed) -> None:
            try:
                done[result.market] = office.finished(known, result, leased=True)
            except LeaseLost:
                raise
            except LocalizeError as error:  # made, and not sent out: the next catch-up tries again
                failed = Failed(known.name, result.market, str(error))
                done[result.market] = office.finished(known, failed, leased=True)
            if done[result.market] == REVIEW and again:
                _ask(office, known, result.market)

        language = None if source_lang.startswith("heard") else source_lang
        try:
            path = inbox.local_copy(office.bucket, known, office.settings.home / "episodes")
            make_variants(path, known.series, list(markets), office.out(known), language, False, ended)
        except LeaseLost as error:
            get_run_logger().warning(f"{known.name}: {error}")
        except Exception as error:
            for market in markets:
                if market not in done:
                    ended(Failed(known.name, market, str(error)))
            if not isinstance(error, LocalizeError):
                raise
        return done


def _whys(office: Service, known: Known, markets: list[str]) -> str:
    """Why markets failed, as the run's state says it: each reason once."""
    whys: dict[str, list[str]] = {}
    for market in markets:
        variant = office.books.variant(known, market)
        whys.setdefault(variant.why if variant else "", []).append(market)
    return "; ".join(f"failed for {', '.join(names)}: {why}" for why, names in whys.items())


def _ask(office: Service, known: Known, market: str, again: str = "") -> bool:
    """Start a review run; without a server or its deployment the variant waits in the ledger, and catch-up asks.

    Args:
        again: where a run that asked has died: the server would take the same question for that run.
    """
    variant = office.books.variant(known, market)
    try:
        parameters = {"series": known.series, "episode": known.name, "market": market}
        # one question for each time that the variant came to review
        key = f"{key_of(known)}/{market}/{variant.at if variant else 0:.3f}"
        server.start("review", parameters, f"{key}/{again}" if again else key, QUICK)
    except Exception as error:  # the variant itself is made and written: only the question could not be put
        get_run_logger().warning(f"{known.name} / {market} waits for review, nobody was asked: {error}")
        return False
    return True


def ask_again(office: Service) -> list[str]:
    """Put the question for variants that wait for a person and that no review run asks about; what was asked."""
    waiting = office.waiting()
    if not waiting:
        return []
    try:
        asked = {(r.get("series"), r.get("episode"), r.get("market")) for r in server.open_runs("review")}
    except Exception as error:
        get_run_logger().warning(f"{len(waiting)} variants wait for review, nobody was asked: {error}")
        return []
    missing = [(k, m) for k, m in waiting if (k.series, k.name, m) not in asked][:MOST_ASKED]
    span = f"{time.time() // ASKED_S:.0f}"  # two that look at once ask once
    return [f"{k.name} / {m}: asked for review again" for k, m in missing if _ask(office, k, m, span)]


def work_off(office: Service, most: int, series: str | None) -> list[str]:
    """Whatever is wanted and not done, in the plan's order, one after the other; what is stuck is said, not tried again.

    It is planned anew for each episode: other workers take from the same plan, and an episode that a studio drops
    meanwhile goes before the rest of a season.
    """
    since = time.time()
    plan = office.plan(series=series)
    wanted = min(most, len(plan.todo))
    bar = server.show(lambda: create_progress_artifact(0.0, key="progress", description=f"{wanted} episodes to make"))
    told = [f"{s.episode.name} / {s.market} is stuck: {s.why}" for s in plan.stuck]
    told += [f"{series} is held: series.toml {why}" for series, why in plan.held.items()]
    tried: set[str] = set()
    while len(tried) < most and (work := office.next(series, since, tried)) is not None:
        try:
            done = make(office, work.episode, work.markets, "heard in the episode", only_missing=True)
            if not done:
                time.sleep(0.2)  # another worker was quicker
                continue
            told += [f"{work.episode.name} / {m}: {state}" for m, state in done.items()]
        except Exception as error:  # one bad episode never stops the others
            told.append(f"{work.episode.name}: {error}")
        tried.add(key_of(work.episode))
        if bar is not None:
            share = min(100.0, 100.0 * len(tried) / max(1, wanted))
            server.show(partial(update_progress_artifact, bar, share))
    text = "\n".join(f"- {t}" for t in told) or "nothing was wanted that is not done"
    summary = f"{len(tried)} made, {len(plan.stuck)} stuck"
    server.show(lambda: create_markdown_artifact(text, key="catch-up", description=summary))
    return told


def watch_once(office: Service) -> list[str]:
    """Look at the inbox and at what linguists sent back; what happened, a line each."""
    office.take_returns()
    found = office.look()
    for known in found.admitted:
        office.tell(known)
    told = [f"admitted {k.series}/{k.name}, revision {k.revision}" for k in found.admitted]
    told += [f"refused {name}: {why}" for name, why in found.refused]
    told += [f"known already: {name}" for name in found.same]
    told += [f"held {series}: series.toml {why}" for series, why in found.rules.held.items()]
    return told + found.waiting + found.left


def _dropped(office: Service, series: str, episode: str) -> Known:
    """The admitted episode; one that lies whole in the inbox is admitted now. Raises OptionError."""
    try:
        return office.find(series, episode)
    except OptionError:
        deadline = time.monotonic() + inbox.SETTLE_S + 5
        while time.monotonic() < deadline:
            watch_once(office)
            if office.books.episode(series, episode) is not None:
                break
            if not any(d.series == series and d.name == episode for d in inbox.gather(office.bucket.list("inbox"))):
                break
            time.sleep(1.0)
        return office.find(series, episode)
