"""What speaks and listens is loaded while lines are worded anew, and never for lines that are as they were."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from localize.engines.recognition.whisper import Whisper
from localize.engines.speech.kokoro import Kokoro
from localize.pipeline import ahead
from localize.session import Session, open_session
from localize.settings import Settings
from localize.storage.step_cache import Steps
from tests.localize.every_step import HEARD


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(Kokoro, "load", lambda _self: found.append("voice"))
    monkeypatch.setattr(Whisper, "load", lambda _self: found.append("recogniser"))
    return found


def worded(settings: Settings, steps: Steps, threads: int, tag: str = "es-419", **inputs: Any) -> Session:
    """A line worded, anew or not; what loads meanwhile is waited for."""
    session = replace(open_session("night", replace(settings, threads=threads)), steps=steps)
    with ahead.loading(session, HEARD, tag):
        steps.json("translate", 1, inputs, "E01 L001", lambda: "Ven a casa.")
    for thread in threading.enumerate():
        if thread.name.startswith("load for"):
            thread.join()
    return session


def test_they_are_loaded_once_a_line_is_worded_anew(settings: Settings, steps: Steps, loads: list[str]) -> None:
    worded(settings, steps, 2, line=1)
    assert loads == ["voice", "recogniser"]


def test_nothing_is_loaded_for_what_is_as_it_was(settings: Settings, steps: Steps, loads: list[str]) -> None:
    steps.json("translate", 1, {"line": 1}, "E01 L001", lambda: "Ven a casa.")
    worded(settings, steps, 2, line=1)
    assert loads == []


def test_nor_where_there_is_one_core(settings: Settings, steps: Steps, loads: list[str]) -> None:
    worded(settings, steps, 1, line=1)
    assert loads == []


def test_a_language_that_nobody_judges_needs_no_recogniser(settings: Settings, steps: Steps, loads: list[str]) -> None:
    worded(settings, steps, 2, "hi-IN", line=1)
    assert loads == ["voice"]


def test_what_cannot_be_loaded_is_left_to_who_needs_it(
    settings: Settings, steps: Steps, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Kokoro, "load", lambda _self: 1 // 0)
    assert worded(settings, steps, 2, line=1).steps.ran == {"translate": 1}
    assert capfd.readouterr().err == ""
