"""What deploy/ says is what there is: commands that parse, variables that are known, names that meet each other. Docker
and a cluster are not needed for it; whether the images run is not shown here."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localize.cli import main
from localize.settings import ROOT

COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
KUBERNETES = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/localize.yaml").read_text()))
DEPLOYMENTS = yaml.safe_load((ROOT / "deploy/prefect.yaml").read_text())["deployments"]
KNOWN = set(re.findall(r"\b(?:LOCALIZE|PREFECT)_[A-Z_0-9]+", (ROOT / "localize/settings.py").read_text()))


QUEUES = {"quick", "new", "back"}


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[[], argparse.ArgumentParser]]:
    """The parser of `python -m flows.up`; what its import sets in the environment goes again."""
    old = dict(os.environ)
    os.environ["LOCALIZE_HOME"] = str(tmp_path)
    from flows.up import parser

    yield parser
    os.environ.clear()
    os.environ.update(old)


def pods() -> list[dict[str, Any]]:
    return [k["spec"]["template"]["spec"] for k in KUBERNETES if k["kind"] in ("Deployment", "Job")]


def commands() -> list[list[str]]:
    found = [s["command"] for s in COMPOSE["services"].values() if "command" in s and "minio" not in s.get("image", "")]
    found += [s["healthcheck"]["test"][1:] for s in COMPOSE["services"].values() if "healthcheck" in s]
    for pod in pods():
        for container in pod["containers"]:
            found.append(container["command"])
            found += [c["exec"]["command"] for k, c in container.items() if k.endswith("Probe") and "exec" in c]
    docker = re.search(r"^CMD (\[.*\])$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)
    assert docker is not None
    units = [re.search(r"^ExecStart=(.*)$", p.read_text(), re.MULTILINE) for p in (ROOT / "deploy/systemd").iterdir()]
    return [*found, yaml.safe_load(docker[1]), *(shlex.split(u[1]) for u in units if u)]


def test_every_command_is_one_that_there_is(up: Callable[[], argparse.ArgumentParser]) -> None:
    checked = 0
    for command in commands():
        text = " ".join(command)
        if "flows.up" in command:
            args = up().parse_args(command[command.index("flows.up") + 1 :])
            assert set(args.queue or ()) <= QUEUES, text
            checked += 1
        elif command[0] == "localize":
            main._parser().parse_args(command[1:])
            checked += 1
        else:
            assert "prefect server start" in text or "urllib" in text or "pg_isready" in text, text
    assert checked >= 12


def test_every_variable_is_known_and_every_secret_asked_for() -> None:
    shared = COMPOSE["x-localize"]["environment"]
    config = next(k for k in KUBERNETES if k["kind"] == "ConfigMap")["data"]
    for name in (*shared, *config):
        assert name in KNOWN or name.startswith("AWS_"), name
    text = (ROOT / "deploy/compose.yaml").read_text()
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", text)) - {"LOCALIZE_IMAGE"}
    offered = {line.split("=")[0] for line in (ROOT / "deploy/compose.env").read_text().splitlines() if "=" in line}
    assert asked == offered
    assert not re.search(r"(?i)(password|secret_access_key): +[^$ ]", text)  # none has a value of its own


def test_what_is_named_is_there() -> None:
    for name, service in COMPOSE["services"].items():
        for other in service.get("depends_on", {}):
            assert other in COMPOSE["services"], name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / "deploy" / source).exists(), volume
    for pod in pods():
        volumes = {v["name"] for v in pod.get("volumes", [])}
        for container in pod["containers"]:
            assert {m["name"] for m in container.get("volumeMounts", [])} == volumes
    for kind in (k for k in KUBERNETES if k["kind"] == "Deployment"):
        assert kind["spec"]["selector"]["matchLabels"] == kind["spec"]["template"]["metadata"]["labels"]
    (service,) = [k for k in KUBERNETES if k["kind"] == "Service"]
    assert (
        service["metadata"]["name"]
        in next(k for k in KUBERNETES if k["kind"] == "ConfigMap")["data"]["PREFECT_API_URL"]
    )


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_every_deployment_has_its_flow_and_queue(deployment: dict[str, Any]) -> None:
    path, name = deployment["entrypoint"].split(":")
    assert f"def {name}(" in (ROOT / path).read_text()
    assert f'@flow(name="{deployment["name"]}"' in (ROOT / path).read_text()
    assert deployment["work_pool"]["work_queue_name"] in QUEUES
