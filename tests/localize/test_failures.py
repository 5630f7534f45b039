"""An engine that fails for a while and then works: nothing of the failure is kept, and every run says what is missing."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from localize.dubbing import lay, speak
from localize.dubbing.spoken_line import SpokenLine
from localize.engines.base import Ask, Clip, Plain
from localize.errors import EngineError, PartlyFailed, StoreError, UnusableResult
from localize.records import EngineUse, Line, Transcript
from localize.series import memory
from localize.series.glossary import Glossary, Term
from localize.session import open_session
from localize.settings import Settings
from localize.storage.blobs import Store
from localize.storage.ledger import Ledger
from localize.storage.step_cache import Steps
from localize.translation import outcome, send
from localize.translation.job import Job
from localize.translation.routes import Hop, Route
from tests.localize.test_llm import Endpoint, engine, set_up, through
from tests.localize.test_llm import endpoint as endpoint

LINES = ["Stay here with me tonight.", "Where is the letter?"]


@pytest.mark.parametrize("endpoint", [("broken",)], indirect=True)
def test_a_line_lost_to_an_outage_is_translated_by_the_next_run(settings: Settings, endpoint: Endpoint) -> None:
    session = open_session("untitled", set_up(settings, endpoint.url))
    llm = session.engines.translator("llm")
    llm.wire._sleep = lambda _s: None  # type: ignore[attr-defined]
    during = through(session.engines, session.steps, LINES)
    assert [t.text for t in during] == ["", ""]
    assert all("llm failed" in t.error and "untranslated" in t.flags for t in during)
    assert session.ledger.done_in_run() == {}
    assert session.ledger.failures() == []
    endpoint.damages = ("none",)
    llm.wire._down_until = 0.0  # type: ignore[attr-defined]
    after = through(session.engines, session.steps, LINES)
    assert all(t.text and not t.error for t in after)
    assert through(session.engines, session.steps, LINES) == after


@pytest.mark.parametrize("endpoint", [("garbage",)], indirect=True)
def test_what_an_engine_cannot_do_is_kept_as_a_failure_for_a_day(settings: Settings, endpoint: Endpoint) -> None:
    session = open_session("untitled", set_up(settings, endpoint.url))
    made = through(session.engines, session.steps, LINES[:1])
    asked = len(endpoint.seen)
    assert through(session.engines, session.steps, LINES[:1]) == made
    assert len(endpoint.seen) == asked
    assert {(name, "gave nothing" in error) for name, _s, error in session.ledger.failures()} == {("translate", True)}


def test_a_part_of_a_batch_that_failed_leaves_the_others(settings: Settings) -> None:
    llm = engine(set_up(settings, "http://127.0.0.1:9"))

    def part(asks: list[Ask], _source: str, _target: str, failed: list[EngineError]) -> list[str | None]:
        failed += [EngineError("gave no answer", "llm") for a in asks if "fail" in a.text]
        return [None if "fail" in a.text else a.text.upper() for a in asks]

    llm._part = part  # type: ignore[method-assign]
    with pytest.raises(PartlyFailed) as told:
        llm.translate([Ask("one"), Ask("fail"), Ask("two")], "en", "pt")
    assert told.value.texts == ("ONE", None, "TWO")
    assert PartlyFailed(*told.value.args).texts == told.value.texts  # survives pickling


class Flaky(Plain):
    """A translator whose calls fail where `fails` says so, by number."""

    name = "flaky"
    pairs = frozenset({("en", "hi")})

    def __init__(self, *fails: int) -> None:
        self.fails, self.calls = fails, 0

    def identity(self, source: str, target: str) -> EngineUse:
        return EngineUse("translate", self.name, "1", "", "", "")

    def unavailable(self, source: str, target: str) -> str:
        return ""

    def translate(self, asks: list[Ask], source: str, target: str) -> list[str]:
        self.calls += 1
        if self.calls in self.fails:
            raise EngineError("HTTP 500", self.name)
        return [f"{a.text.lower()} hai" for a in asks]


class One:
    """The engines of a test: one translator."""

    def __init__(self, translator: Any) -> None:
        self._one = translator

    def translator(self, _name: str) -> Any:
        return self._one


ROUTE = Route((Hop("flaky", "en", "hi", 0.1),))


def test_a_batch_that_fails_is_tried_line_by_line_and_a_failure_is_told_from_nothing() -> None:
    asks = [Ask("One here"), Ask("Two here")]
    made = send.cross(asks, [[], []], "hi-IN", ROUTE, One(Flaky(1)))  # type: ignore[arg-type]
    assert [(s.text, s.error) for s in made] == [("one here hai", ""), ("two here hai", "")]
    made = send.cross(asks, [[], []], "hi-IN", ROUTE, One(Flaky(1, 3)))  # type: ignore[arg-type]
    assert made[0].error == ""
    assert (made[1].text, "HTTP 500" in made[1].error) == ("", True)


def test_a_text_from_a_worse_way_round_a_failure_is_not_kept(settings: Settings, tmp_path: Path) -> None:
    glossary = Glossary((Term("Summer", "person", forms={"hi-IN": "समर"}),))
    uses = glossary.find("Come home, Summer.", "en")
    sent = send.cross([Ask("Come home, Summer.")], [uses], "hi-IN", ROUTE, One(Flaky(1)))[0]  # type: ignore[arg-type]
    assert "HTTP 500" in sent.error
    line = Line("L1", "S1", 0, 1000, "Come home, Summer.")
    job = Job(
        Transcript("en", "srt", (), (line,), ()), "hi-IN", glossary, memory.Memory(), tmp_path / "s/memory.tmx",
        lambda: np.zeros(0, np.float32), "", "E hi-IN",
    )  # fmt: skip
    found = outcome.outcome(line, replace(sent, text="घर आओ, समर।"), uses, job, "flaky")
    assert (found.passing, found.value["text"], found.value["error"]) == (True, "घर आओ, समर।", "")


class Voice:
    """A synthesizer that fails, gives silence, or speaks."""

    reads_phonemes = True

    def __init__(self, does: str) -> None:
        self.does = does

    def of(self, _voice: str) -> Voice:
        return self

    def identity(self, voice: str = "") -> EngineUse:
        return EngineUse("speak", "voice", "1", "", "", "")

    def phonemes(self, text: str, language: str) -> str:
        return text

    def length_ms(self, phonemes: str, voice: str, speed: float) -> int | None:
        return None

    def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
        if self.does == "fails":
            raise EngineError("the worker died", "voice")
        level = 0.0 if self.does == "silence" else 0.3
        tone = np.sin(np.arange(24_000, dtype=np.float32) * 0.05) * np.hanning(24_000).astype(np.float32)
        return Clip((level * tone).astype(np.float32), 24_000)


def test_a_voice_s_failure_is_told_from_a_clip_that_cannot_be_used(tmp_path: Path) -> None:
    steps = Steps(Ledger(tmp_path / "l.sqlite"), Store(tmp_path / "store"))
    part = SpokenLine(Line("L001", "S1", 100, 1500, "Come."), "Ven.", "v", 1.0, (), -20.0)
    failed: list[str] = []

    def dub(does: str) -> lay.Dub:
        voice: Any = Voice(does)
        return lay.dub([part], 2000, voice, "es", steps, "E01 es", 1, failed=failed.append)

    assert "no-clip" in dub("fails").takes[0].flags
    assert failed == ["voice: the worker died"]
    assert "no-clip" in dub("silence").takes[0].flags
    assert len(failed) == 1
    voice: Any = Voice("silence")
    assert speak.natural_ms(part, voice, "es", steps, "E01") == 0
    with pytest.raises(UnusableResult):
        speak.speak(part, 1.0, voice, "es", steps, "E01")
    voice = Voice("fails")
    with pytest.raises(EngineError, match="the worker died"):
        speak.natural_ms(part, voice, "es", steps, "E01")
    assert "no-clip" not in dub("speaks").takes[0].flags


def test_a_full_disk_is_met_at_the_first_line_and_no_other_is_spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(Ledger(tmp_path / "l.sqlite"), Store(tmp_path / "store"))
    said: list[str] = []

    class Counts(Voice):
        def length_ms(self, phonemes: str, voice: str, speed: float) -> int | None:
            return 1000

        def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
            said.append(phonemes)
            time.sleep(0.02)
            return super().speak(phonemes, voice, speed)

    def full(data: bytes) -> str:
        if len(data) > 1000:  # a clip; lengths still fit
            raise StoreError("no space left", str(tmp_path))
        return put(data)

    put = steps.store.put
    monkeypatch.setattr(steps.store, "put", full)
    parts = [
        SpokenLine(Line(f"L{n:03d}", "S1", 2000 * n, 2000 * n + 1500, "Come."), f"Ven {n}.", "v", 1.0, (), -20.0) for n in range(20)
    ]
    voice: Any = Counts("speaks")
    with pytest.raises(StoreError, match="no space left"):
        lay.dub(parts, 41_000, voice, "es", steps, "E01 es", 1)
    assert len(said) <= 3


def test_an_engine_s_context_is_in_its_identity(settings: Settings) -> None:
    one, two = (engine(set_up(settings, f"http://{host}:1/v1")).identity("en", "pt") for host in ("a", "b"))
    assert one != two
    secret = engine(set_up(settings, "http://user:secret@a:1/v1")).identity("en", "pt")
    assert "secret" not in str(secret)
