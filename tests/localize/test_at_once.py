"""What runs at once: markets of an episode, steps in several threads, hands that are bounded."""

from __future__ import annotations

import contextvars
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from localize.markets import Market
from localize.pipeline import episode as pipeline
from localize.pipeline.at_once import Hands, Shared, Stopped
from localize.pipeline.results import Failed
from localize.session import Session
from localize.storage.leases import LeaseLost
from localize.threads import together

WHO = contextvars.ContextVar("who", default="nobody")


def test_a_step_wanted_by_eight_threads_is_made_once(session: Session) -> None:
    made: list[str] = []

    def make(rows: list[str]) -> list[str]:
        time.sleep(0.05)
        made.extend(rows)
        return [r.upper() for r in rows]

    def one(n: int) -> tuple[list[str], str]:
        rows = [(word, f"E01 {word}", word) for word in ("hay", "luna", "hoy")][:: 1 if n % 2 else -1]
        batch = session.steps.batch("words", 1, rows, make)
        alone = session.steps.json("sum", 1, {"n": 7}, "E01", lambda: made.append("sum") or time.sleep(0.05) or 7)
        return batch, alone

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(8)))
    assert sorted(made) == ["hay", "hoy", "luna", "sum"]
    assert {tuple(sorted(b)) for b, _ in found} == {("HAY", "HOY", "LUNA")}
    assert {n for _, n in found} == {7}
    assert not session.steps._in_hand


def test_a_step_that_failed_in_one_thread_is_tried_by_the_next(session: Session) -> None:
    tries: list[int] = []

    def make() -> int:
        tries.append(1)
        time.sleep(0.05)
        if len(tries) == 1:
            raise ValueError("once")
        return 3

    def ask(_n: int) -> object:
        try:
            return session.steps.json("shaky", 1, {}, "E01", make)
        except ValueError:
            return "failed"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(map(str, pool.map(ask, range(3)))) == ["3", "3", "failed"]
    assert len(tries) == 2


def test_no_more_hands_than_there_are() -> None:
    hands, now, most, guard = Hands(2), [0], [0], threading.Lock()

    def work(_n: int) -> None:
        with hands.hand():
            with guard:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with guard:
                now[0] -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12)))
    assert most[0] == 2
    hands.stop()
    with pytest.raises(Stopped), hands.hand():
        pass


def test_a_hand_that_is_idle_works_ahead_and_is_free_again_whatever_came_of_it() -> None:
    hands, begun, go = Hands(2), [], threading.Event()

    def ahead() -> None:
        begun.append(WHO.get())
        go.wait(5)
        raise ValueError("whoever needs it meets it")

    WHO.set("E01")
    with hands.hand():
        hands.idle(ahead)
        hands.idle(ahead)  # no hand is free for it
        go.set()
    for _hand in range(40):
        with hands.hand(), hands.hand():
            pass
    assert begun == ["E01"]
    hands.stop()
    hands.idle(ahead)
    assert begun == ["E01"]


def test_what_is_done_together_knows_its_caller_and_says_what_failed() -> None:
    WHO.set("E01")
    assert together([WHO.get, lambda: 2], 2) == ["E01", 2]
    ended: list[int] = []
    with pytest.raises(ValueError, match="first"):
        together([lambda: int("first"), lambda: ended.append(1)], 2)
    assert ended == [1]


def test_a_shared_result_that_failed_is_made_by_the_next() -> None:
    shared = Shared()
    with pytest.raises(ZeroDivisionError):
        shared.get("es-419", lambda: 1 // 0)
    assert shared.get("es-419", lambda: 5) == 5
    assert shared.get("es-419", lambda: 1 // 0) == 5


@pytest.fixture
def markets(session: Session) -> list[Market]:
    return session.settings.chosen(["us", "latam", "brazil"])


def _stages(noted: list[tuple[str, str]], bad: str = "") -> pipeline.Stages:
    class Part:
        spoken = None

    def mix(_s: Session, _e: object, _l: object, market: Market, _p: object) -> str:
        noted.append(("mix", market.name))
        time.sleep(0.05)
        if market.name == bad:
            raise ValueError("no bed")
        return market.name

    return pipeline.Stages(
        admit=lambda _s, path, _l: type("Episode", (), {"name": path.stem})(),
        listen=lambda _s, _e, _l: type("Listened", (), {"transcript": type("T", (), {"language": "en"})()})(),
        translate=lambda _s, _e, _l, tag: noted.append(("translate", tag)) or Part(),
        speak=lambda _s, _e, tag, part, _laid: noted.append(("speak", tag)) or part,
        mix=mix,
        deliver=lambda _s, _e, market, made, _out: (noted.append(("deliver", market.name)), made)[1],
    )


def test_markets_are_made_at_once_each_language_once_and_come_in_order(session: Session, markets: list[Market]) -> None:
    noted: list[tuple[str, str]] = []
    told: list[object] = []
    us, latam, brazil = markets
    wanted = [us, latam, brazil, latam]
    made = pipeline.run_episode(
        session, Path("E01.mp4"), wanted, Path("out"), stages=_stages(noted, bad="brazil"), ended=told.append
    )
    assert [m.market if isinstance(m, Failed) else m for m in made] == ["us", "latam", "brazil", "latam"]
    assert isinstance(made[2], Failed)
    assert "no bed" in made[2].error
    assert len(told) == 4
    assert sorted(tag for stage, tag in noted if stage == "speak") == ["es-419", "pt-BR"]
    assert len([1 for stage, tag in noted if (stage, tag) == ("translate", "es-419")]) == 1


def test_the_next_episode_is_begun_once_when_a_hand_is_left_over(session: Session, markets: list[Market]) -> None:
    two = replace(session, settings=replace(session.settings, threads=2))
    noted: list[tuple[str, str]] = []
    begun = threading.Event()

    def ahead() -> None:
        noted.append(("ahead", ""))
        begun.set()

    pipeline.run_episode(two, Path("E01.mp4"), markets, Path("out"), stages=_stages(noted), ahead=ahead)
    assert begun.wait(5)
    assert noted.count(("ahead", "")) == 1
    before = noted[: noted.index(("ahead", ""))]
    assert len([1 for stage, _ in before if stage == "deliver"]) >= 2  # of three: one market is left for two hands


def test_a_lost_lease_ends_the_episode_and_begins_nothing_more(session: Session, markets: list[Market]) -> None:
    noted: list[tuple[str, str]] = []

    def ended(_result: object) -> None:
        raise LeaseLost("E01", "another has it", "")

    with pytest.raises(LeaseLost):
        pipeline.run_episode(session, Path("E01.mp4"), markets * 4, Path("out"), stages=_stages(noted), ended=ended)
    assert len([1 for stage, _ in noted if stage == "deliver"]) < 12
