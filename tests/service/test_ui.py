"""The service as a localization team uses it: `make up`, a dropped episode, the form, the artifacts, a review; in a real
Chromium. Screenshots are kept in build/screens."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from localize.settings import ROOT
from tests.localize.test_inputs import make
from tests.service.conftest import free_port

pytestmark = [pytest.mark.models, pytest.mark.slow]
SCREENS = ROOT / "build" / "screens"
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


@dataclass
class Service:
    url: str
    home: Path
    env: dict[str, str]

    @property
    def bucket(self) -> Path:
        return self.home / "bucket"

    def call(self, path: str, **body: Any) -> Any:
        return httpx.post(f"{self.url}/api/{path}", json=body, timeout=20).json()

    def run(self, do: str, *more: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "flows.up", do, *more]
        return subprocess.run(argv, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("service")
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    env |= {"LOCALIZE_HOME": str(home), "LOCALIZE_GLOSSARIES": str(home / "bibles")}
    started = Service(f"http://127.0.0.1:{port}", home, env)
    drop(home / "bucket/inbox/night", "T01")
    done = started.run("start", "--port", str(port))
    assert done.returncode == 0, done.stdout + done.stderr
    assert started.url in done.stdout
    yield started
    started.run("stop")


def drop(folder: Path, name: str) -> None:
    """An episode of one line with the studio's own words: its Hindi dub can only be judged by a person."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "series.toml").write_text('markets = ["india"]\nstart = "by hand"\n')
    (folder / f"{name}.srt").write_text("1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n")
    hindi = "1\n00:00:00,500 --> 00:00:02,500\nमेरे साथ घर चलो।\n"
    (folder / f"{name}.hi-IN.srt").write_text(hindi, encoding="utf-8")
    make(folder / f".{name}.mp4", seconds=4).rename(folder / f"{name}.mp4")


@pytest.fixture
def page() -> Iterator[Page]:
    found = shutil.which("chromium")
    assert found, "Chromium is not installed: sh deploy/system.sh tests"
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=QUIET.split())
        tab = browser.new_page(viewport={"width": 1300, "height": 1000})
        tab.set_default_timeout(90_000)  # two tests at a time on two cores: patience, not speed, is what is asked here
        yield tab
        tab.screenshot(path=SCREENS / "last.png", full_page=True)  # what a failed test saw
        browser.close()


def field(page: Page, title: str) -> Any:
    label = page.locator(".schema-form-property__label", has_text=title)
    return page.locator(".schema-form-property").filter(has=label)


def choose(page: Page, title: str, value: str) -> None:
    field(page, title).locator(".p-select-button__control").focus()
    page.keyboard.press("ArrowDown")
    page.locator("[class*=p-select-option]").filter(has_text=value).last.click()


def only_run(service: Service, what: str, **wanted: Any) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        runs = service.call("flow_runs/filter", **wanted)
        if runs:
            (found,) = runs
            return dict(found)
        time.sleep(0.5)
    raise AssertionError(f"no {what}")


def started_run(service: Service) -> dict[str, Any]:
    return only_run(service, "episode was started", flows={"name": {"any_": ["localize-episode"]}})


def waiting_review(service: Service) -> dict[str, Any]:
    return only_run(service, "review is waiting", flow_runs={"state": {"type": {"any_": ["PAUSED"]}}})


def test_an_episode_is_started_watched_and_approved_in_the_ui(service: Service, page: Page) -> None:
    page.goto(f"{service.url}/deployments")
    # the list fills piece by piece, and the flow has a link of the same name
    page.locator("a[href*='/deployments/deployment/']", has_text="localize-episode").first.click()
    page.wait_for_url("**/deployments/deployment/**")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Custom run").click()
    page.get_by_text("Dropped file without its ending").wait_for()
    page.wait_for_timeout(1500)
    choose(page, "Series", "night")
    field(page, "Episode").locator("textarea").fill("T01")
    choose(page, "Markets", "india")
    page.keyboard.press("Escape")
    page.screenshot(path=SCREENS / "1-form.png", full_page=True)
    page.get_by_role("button", name="Submit").click()
    run = started_run(service)
    assert run["parameters"]["series"] == "night"
    page.goto(f"{service.url}/runs/flow-run/{run['id']}")
    page.get_by_text("Completed", exact=True).first.wait_for(timeout=300_000)
    page.screenshot(path=SCREENS / "2-run.png", full_page=True)
    page.get_by_text("Artifacts", exact=True).first.click()
    page.get_by_text("verdicts-t01").first.wait_for()
    page.screenshot(path=SCREENS / "3-artifacts.png", full_page=True)
    assert not (service.bucket / "outbox/night/T01/india/manifest.json").exists()  # review first

    waits = waiting_review(service)
    assert waits["name"] == "T01 / india"
    page.goto((service.home / "work/night/T01/india/report.html").as_uri())
    page.locator("td", has_text="Come home with me.").first.wait_for()
    page.screenshot(path=SCREENS / "4-report.png")
    page.goto(f"{service.url}/runs/flow-run/{waits['id']}")
    page.get_by_role("button", name="Resume").first.click()
    page.get_by_text("a person must listen").last.wait_for()
    page.wait_for_timeout(500)
    assert "मेरे साथ घर चलो" in page.get_by_role("dialog").last.inner_text()  # what she decides on stands in the form
    choose(page, "Decision", "approve")  # nothing is chosen beforehand
    field(page, "Your name").locator("textarea, input").first.fill("Ana Ruiz")
    page.screenshot(path=SCREENS / "5-review.png", full_page=True)
    page.get_by_role("button", name="Submit").last.click()
    page.get_by_text("Completed", exact=True).first.wait_for(timeout=180_000)
    page.screenshot(path=SCREENS / "6-approved.png", full_page=True)
    manifest = json.loads((service.bucket / "outbox/night/T01/india/manifest.json").read_text())
    assert (manifest["approved_by"], manifest["may_go_out"]) == ("Ana Ruiz", True)
    status = json.loads((service.bucket / "status/night/T01.json").read_text())
    assert status["markets"]["india"]["state"] == "delivered"
    assert [(d["decision"], d["who"]) for d in status["decisions"]] == [("approve", "Ana Ruiz")]


def test_what_runs_is_said_and_stops_when_told(service: Service) -> None:
    done = service.run("status")
    assert (done.returncode, done.stdout) == (0, "server: runs\nworker: runs\ndesk: runs\nwatcher: runs\n")
    again = service.run("start", "--port", service.url.rsplit(":", 1)[1])
    assert again.returncode == 0, again.stderr
    assert "stopped" in service.run("stop").stdout
    assert service.run("status").returncode == 1


def test_a_server_for_everyone_needs_a_password(service: Service) -> None:
    env = {**service.env, "LOCALIZE_HOST": "0.0.0.0"}
    open_to_all = Service(service.url, service.home, env).run("start", "--port", str(free_port()))
    assert open_to_all.returncode == 2
    assert "PREFECT_SERVER_API_AUTH_STRING" in open_to_all.stderr
