"""The service as a localization team uses it: `make up`, a dropped episode, the form, the artifacts, a review; in a real
Chromium. Screenshots are kept in build/screens."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from flows.automations import SILENT_S
from localize.settings import ROOT
from tests.localize.test_inputs import make
from tests.service.conftest import Service, free_port

pytestmark = [pytest.mark.models, pytest.mark.slow]
SCREENS = ROOT / "build" / "screens"
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("service")
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    env |= {"LOCALIZE_HOME": str(home), "LOCALIZE_GLOSSARIES": str(home / "bibles")}
    started = Service(home, env, f"http://127.0.0.1:{port}")
    drop(home / "bucket/inbox/night", "T01")
    done = started.run("start", "--port", str(port))
    assert done.returncode == 0, done.stdout + done.stderr
    assert started.url in done.stdout
    yield started
    started.run("stop")


def drop(folder: Path, name: str, seconds: int = 4) -> None:
    """An episode of one line, which a machine translates: nothing goes out before a person saw it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "series.toml").write_text('markets = ["latam"]\nstart = "by hand"\n')
    (folder / f"{name}.srt").write_text("1\n00:00:00,500 --> 00:00:02,500\nCome home with me.\n")
    make(folder / f".{name}.mp4", seconds=seconds).rename(folder / f"{name}.mp4")


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


def see_it_end(service: Service, page: Page, run: str) -> None:
    """The page of a run that has completed. It is opened when the server says so: its moving graph takes a core from the run."""
    page.goto("about:blank")
    ended = {"id": {"any_": [run]}, "state": {"type": {"any_": ["COMPLETED"]}}}
    only_run(service, "run completed", wait_s=300, flow_runs=ended)
    page.goto(f"{service.url}/runs/flow-run/{run}")
    page.get_by_text("Completed", exact=True).filter(visible=True).first.wait_for()


def see_it_taken(service: Service, page: Page, run: str) -> None:
    """A form that was sent: the run waits no more, and the page, which stays open until then, shows the form no more."""
    going_on = {"id": {"any_": [run]}, "state": {"type": {"not_any_": ["PAUSED"]}}}
    only_run(service, f"run resumed; the form says: {page.get_by_role('dialog').all_inner_texts()}", flow_runs=going_on)
    page.get_by_role("dialog").last.wait_for(state="hidden")


def only_run(service: Service, what: str, wait_s: float = 120, **wanted: Any) -> dict[str, Any]:
    deadline = time.monotonic() + wait_s
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


def asked_again(service: Service, waits: dict[str, Any]) -> dict[str, Any]:
    """The review that catch-up starts in place of one whose run died."""
    service.call(f"flow_runs/{waits['id']}/set_state", state={"type": "CRASHED"}, force=True)
    (catch_up,) = service.call("deployments/filter", deployments={"name": {"any_": ["catch-up"]}})
    service.call(f"deployments/{catch_up['id']}/create_flow_run")
    again = waiting_review(service)
    assert again["id"] != waits["id"]
    return again


def still_waits(service: Service, waits: dict[str, Any]) -> None:
    """A review that is left alone is not taken for a run whose worker died: nobody answers within minutes."""
    since = datetime.fromisoformat(waits["state"]["timestamp"].replace("Z", "+00:00"))
    time.sleep(max(0.0, SILENT_S + 20 - (datetime.now(UTC) - since).total_seconds()))
    assert waiting_review(service)["id"] == waits["id"]


def revision_of(manifest: Path) -> int:
    """The revision that lies in the outbox; 0 while a set is put there, whose manifest goes first and comes last."""
    try:
        return int(json.loads(manifest.read_text())["revision"])
    except FileNotFoundError:
        return 0


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
    choose(page, "Markets", "latam")
    page.keyboard.press("Escape")
    page.screenshot(path=SCREENS / "1-form.png", full_page=True)
    page.get_by_role("button", name="Submit").click()
    run = started_run(service)
    assert run["parameters"]["series"] == "night"
    page.goto(f"{service.url}/runs/flow-run/{run['id']}")
    see_it_end(service, page, run["id"])
    page.screenshot(path=SCREENS / "2-run.png", full_page=True)
    page.get_by_text("Artifacts", exact=True).first.click()
    page.get_by_text("verdicts-t01").first.wait_for()
    page.screenshot(path=SCREENS / "3-artifacts.png", full_page=True)
    assert not (service.bucket / "outbox/night/T01/latam/manifest.json").exists()  # review first

    waits = asked_again(service, waiting_review(service))
    assert waits["name"] == "T01 / latam"
    page.goto((service.home / "work/r1/night/T01/latam/report.html").as_uri())
    page.locator("td", has_text="Come home with me.").first.wait_for()
    page.screenshot(path=SCREENS / "4-report.png")
    report = json.loads((service.home / "work/r1/night/T01/latam/report.json").read_text())
    page.goto(f"{service.url}/runs/flow-run/{waits['id']}")
    still_waits(service, waits)
    page.get_by_role("button", name="Resume").first.click()
    page.get_by_text("1 of 1 lines by machine").last.wait_for()
    page.wait_for_timeout(500)
    # what she decides on stands in the form
    assert report["lines"][0]["target"] in page.get_by_role("dialog").last.inner_text()
    choose(page, "Decision", "approve")  # nothing is chosen beforehand
    field(page, "Your name").locator("textarea, input").first.fill("Ana Ruiz")
    page.screenshot(path=SCREENS / "5-review.png", full_page=True)
    page.get_by_role("button", name="Submit").last.click()
    see_it_taken(service, page, waits["id"])
    see_it_end(service, page, waits["id"])
    page.screenshot(path=SCREENS / "6-approved.png", full_page=True)
    manifest = json.loads((service.bucket / "outbox/night/T01/latam/manifest.json").read_text())
    assert (manifest["approved_by"], manifest["may_go_out"], manifest["revision"]) == ("Ana Ruiz", True, 1)
    status = json.loads((service.bucket / "status/night/T01.json").read_text())
    assert status["markets"]["latam"]["state"] == "delivered"
    assert [(d["decision"], d["who"]) for d in status["decisions"]] == [("approve", "Ana Ruiz")]

    # the studio's next revision says the same: its lines are a person's by now, and nobody is asked again
    drop(service.bucket / "inbox/night", "T01", seconds=5)
    again = f"deployments/{run['deployment_id']}/create_flow_run"
    outbox = service.bucket / "outbox/night/T01/latam/manifest.json"
    deadline = time.monotonic() + 300
    while revision_of(outbox) != 2 and time.monotonic() < deadline:
        if not (service.bucket / "inbox/night/T01.mp4").exists() and again:
            service.call(again, parameters={**run["parameters"], "episode": "T01"})
            again = ""
        time.sleep(1)
    manifest = json.loads(outbox.read_text())
    assert (manifest["revision"], manifest["verdict"], manifest.get("approved_by")) == (2, "pass", None)


def test_what_runs_is_said_and_stops_when_told(service: Service) -> None:
    done = service.run("status")
    assert (done.returncode, done.stdout) == (0, "server: runs\nworker: runs\ndesk: runs\nwatcher: runs\n")
    again = service.run("start", "--port", service.url.rsplit(":", 1)[1])
    assert again.returncode == 0, again.stderr
    elsewhere = service.run("start", "--port", str(free_port()))
    assert (elsewhere.returncode, "runs already" in elsewhere.stderr) == (2, True)
    status = subprocess.run(
        [sys.executable, "-m", "localize", "status"], env=service.env, cwd=ROOT, capture_output=True, text=True, check=False
    )  # nobody told it where the bucket is
    assert (status.returncode, "T01" in status.stdout) == (0, True), status.stderr
    old = worker_of(service, "desk")
    os.kill(old, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while worker_of(service, "desk") in (0, old):
        assert time.monotonic() < deadline, (service.home / "service/desk.log").read_text()[-2000:]
        time.sleep(0.5)
    assert service.run("status").returncode == 0
    last = worker_of(service, "desk")
    assert "stopped" in service.run("stop").stdout
    assert service.run("status").returncode == 1
    assert not Path(f"/proc/{last}").exists()


def worker_of(service: Service, part: str) -> int:
    """The process of Prefect's worker that a part of the service keeps; 0 where there is none now."""
    keeper = json.loads((service.home / f"service/{part}.json").read_text())["pid"]
    found = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    return int(found[0]) if found else 0


def test_a_server_for_everyone_needs_a_password(service: Service) -> None:
    env = {**service.env, "LOCALIZE_HOST": "0.0.0.0"}
    open_to_all = Service(service.home, env).run("start", "--port", str(free_port()))
    assert open_to_all.returncode == 2
    assert "PREFECT_SERVER_API_AUTH_STRING" in open_to_all.stderr
