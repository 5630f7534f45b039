"""The demo series, made and localized once for all end-to-end tests, through the flow as `make demo` does it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from localize.pipeline.admit import admit
from localize.records import Transcript
from localize.session import Session, open_session
from localize.settings import ROOT, Settings, load_settings
from localize.transcript.result import Listened
from localize.transcript.steps import listen

EPISODES = {
    "E01": ("us", "latam", "brazil", "india"),
    "E02": ("us", "latam", "brazil", "india"),
    "E03": ("us", "brazil"),
}
TAGS = {"us": "en-US", "latam": "es-419", "brazil": "pt-BR", "india": "hi-IN"}


@dataclass
class Demo:
    """The finished demo: folders, its own copy of the bible, what the command printed and took."""

    folder: Path
    env: dict[str, str]
    printed: str = ""
    status: int = 0
    seconds: float = 0.0
    peak_mb: float = 0.0

    @property
    def settings(self) -> Settings:
        return load_settings(self.env)

    def session(self, series: str = "silver-bay") -> Session:
        return open_session(series, self.settings)

    def report(self, episode: str, market: str) -> dict[str, Any]:
        path = self.folder / "out" / "silver-bay" / episode / market / "report.json"
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return data

    def path(self, episode: str, market: str, name: str) -> Path:
        return self.folder / "out" / "silver-bay" / episode / market / name

    def truth(self, episode: str) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self.folder / "truth" / f"{episode}.truth.json").read_text(encoding="utf-8"))
        return data

    def episode(self, name: str) -> Path:
        return self.folder / "episodes" / f"{name}.mp4"

    def listened(self, name: str) -> tuple[Listened, Transcript]:
        session = self.session()
        heard = listen(session, admit(session, self.episode(name)))
        return heard, heard.transcript

    def run(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "localize", *arguments],
            capture_output=True, text=True, env={**self.env, **(env or {})}, cwd=self.folder, timeout=600, check=False,
        )  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for the demo, which has time limits of its own: six minutes on one machine, fifteen on another."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(2700))


def empty_house(folder: Path) -> Demo:
    """A home and a copy of the bibles in this folder, and nothing made yet."""
    shutil.copytree(ROOT / "glossaries", folder / "glossaries", dirs_exist_ok=True)
    env = {**os.environ, "LOCALIZE_HOME": str(folder / "home"), "LOCALIZE_GLOSSARIES": str(folder / "glossaries")}
    return Demo(folder, env)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    # LOCALIZE_TEST_DEMO keeps the demo in a folder from run to run, for work on these tests
    kept = os.environ.get("LOCALIZE_TEST_DEMO")
    made = empty_house(Path(kept) if kept else tmp_path_factory.mktemp("demo"))
    folder, env = made.folder, made.env
    # the Mandarin episode has tests of its own (tests/mandarin)
    only = [word for name in EPISODES for word in ("--episode", name)]
    subprocess.run([sys.executable, "-m", "localize", "demo", str(folder), *only], env=env, check=True, timeout=900)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "flows.demo", str(folder / "episodes"), "--out", str(folder / "out"), *only],
        # without the demo's own table of markets, as the tests' commands are
        env={**env, "LOCALIZE_MARKETS": ""}, cwd=ROOT, capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return replace(made, printed=done.stdout + done.stderr, status=done.returncode, seconds=seconds, peak_mb=peak)
