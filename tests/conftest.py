"""Fixtures: every test has its own home; the real models are fetched once into the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from localize.session import Session, open_session
from localize.settings import Settings, load_settings

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("LOCALIZE_OFFLINE", "1")  # no test reaches a model hub; those of pulls have one on loopback

# how long an example takes is the machine's business: on a busy one a deadline fails good code
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")

# the files that take longest, first: beside others (pytest -n) the last one started is the one that all wait for
LONGEST_FIRST = (
    "tests/e2e/test_recorded.py",
    "tests/service/test_outages.py",
    "tests/service/test_ui.py",
    "tests/corpus/test_corpus.py",
    "tests/service/test_killed.py",
    "tests/localize/served/test_voices.py",
    "tests/localize/test_studio_media.py",
    "tests/localize/test_wordless.py",
    "tests/localize/test_voice_graphs.py",
    "tests/service/test_schedule.py",
    "tests/localize/test_speakers.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: at for at, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home and glossaries of this test alone, and the machine's own model cache."""
    env = {**os.environ, "LOCALIZE_HOME": str(tmp_path / "home"), "LOCALIZE_GLOSSARIES": str(tmp_path / "glossaries")}
    return load_settings(env)


@pytest.fixture
def session(settings: Settings) -> Session:
    """A studio over real engines, an empty ledger and an empty bible."""
    return open_session("untitled", settings)


@pytest.fixture
def figure(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    """Call figure("name", value) to have a measured value shown at the end of the run."""

    def note(name: str, value: object) -> None:
        # as a property of the test's report, it comes through from the processes that tests run in
        request.node.user_properties.append(("figure", f"{request.node.name}: {name} = {value}"))

    return note


def pytest_terminal_summary(terminalreporter) -> None:  # type: ignore[no-untyped-def]
    reports = [r for rs in terminalreporter.stats.values() for r in rs if getattr(r, "when", "") == "call"]
    lines = [value for r in reports for name, value in r.user_properties if name == "figure"]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)
