"""Fixtures: every test has its own home; the real models are fetched once into the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from localize import config
from localize.config import Settings
from localize.studio import Studio, open_studio

os.environ.setdefault("DO_NOT_TRACK", "1")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home and glossaries of this test alone, and the machine's own model cache."""
    env = {**os.environ, "LOCALIZE_HOME": str(tmp_path / "home"), "LOCALIZE_GLOSSARIES": str(tmp_path / "glossaries")}
    return config.load(env)


@pytest.fixture
def studio(settings: Settings) -> Studio:
    """A studio over real engines, an empty ledger and an empty bible."""
    return open_studio("untitled", settings)


FIGURES: dict[str, str] = {}


@pytest.fixture
def figure(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    """Call figure("name", value) to have a measured value shown at the end of the run."""

    def note(name: str, value: object) -> None:
        FIGURES[f"{request.node.name}: {name}"] = str(value)

    return note


def pytest_terminal_summary(terminalreporter) -> None:  # type: ignore[no-untyped-def]
    if FIGURES:
        terminalreporter.section("figures")
        for name, value in FIGURES.items():
            terminalreporter.write_line(f"{name} = {value}")
