"""A pulled model never makes things worse: whatever is missing or breaks, a pair that worked goes on working."""

from __future__ import annotations

import importlib.util
import itertools
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from localize.delivery import report, report_page
from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.engines.failures import NAME, recent
from localize.engines.served.spending import Spent
from localize.engines.translation import ctranslate
from localize.errors import ModelError
from localize.files import file_sha256
from localize.models import present, pull, registry, request
from localize.models.download import Patience
from localize.qc import checks as qc_checks
from localize.records import EngineUse, Episode, Line, Media, Transcript, Translation
from localize.series import memory
from localize.series.glossary import Glossary
from localize.service.health import look
from localize.session import open_session
from localize.settings import Settings, load_settings
from localize.storage.step_cache import Steps
from localize.transcript.result import Listened
from localize.translation.job import Job
from localize.translation.translate import FAILED, translate
from tests.localize import tiny_model
from tests.localize.rough_hub import COMMIT, RoughHub, serve
from tests.localize.test_qc import good

pytestmark = [pytest.mark.models, pytest.mark.slow]
LINES = ["Prove it.", "Who can hear us?"]
PARTS = ("files", "torch", "token", "disk", "network")
QUICK = Patience(answer_s=1.0, read_s=1.0, tries=1, pause_s=0.0)
TABLE = f"""
[[model]]
id = "tiny-ct2"
task = "mt"
languages = ["en->pt-BR"]
licence = "CC-BY-4.0"
commercial_use = true
engine = "ctranslate2"
family = "marian"
comet = 0.99
score_source = "made up"
[[model.source]]
kind = "hub"
repo = "someone/tiny"
revision = "{COMMIT}"
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model's files, and beside them what the converter makes of them."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny_model.make(folder / "files")
    (folder / "models.toml").write_text(_table(folder / "files"), encoding="utf-8")
    settings = load_settings({"HOME": str(folder), "LOCALIZE_MODELS": str(folder / "models"),
                              "LOCALIZE_MODELS_TOML": str(folder / "models.toml")})  # fmt: skip
    shutil.copytree(folder / "files", folder / "models/tiny-ct2")
    ctranslate.convert(registry.load(settings), "tiny-ct2")
    return folder


def _table(files: Path, size: int = 0) -> str:
    rows = [f'[[model.file]]\nname = "{n}"\nsha256 = "{file_sha256(files / n)}"\nbytes = {size}\n' for n in tiny_model.FILES]
    return TABLE + "".join(rows)


@pytest.fixture
def place(tmp_path: Path, tiny: Path) -> Iterator[tuple[Path, RoughHub]]:
    """A machine with the embedded models, a table that has the tiny one too, and the hub that has it."""
    request.resting.clear()
    own = load_settings()
    for model in ("bergamot-tiny-enpt", "bergamot-tiny-pten"):
        folder = present.ensure(registry.load(own), own, model)
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / "models" / model).symlink_to(folder)
    shipped = own.models_toml.read_text(encoding="utf-8")
    (tmp_path / "models.toml").write_text(shipped + _table(tiny / "files"), encoding="utf-8")
    (tmp_path / "scores.toml").write_text(own.models_toml.with_name("scores.toml").read_text(encoding="utf-8"))
    with serve(RoughHub({f"/{n}": (tiny / "files" / n).read_bytes() for n in tiny_model.FILES})) as hub:
        yield tmp_path, hub


def opened(place: Path, hub: str, token: str = "") -> Settings:
    return load_settings({"HOME": str(place), "LOCALIZE_MODELS": str(place / "models"), "LOCALIZE_HUB": hub,
                          "LOCALIZE_MODELS_TOML": str(place / "models.toml"), "LOCALIZE_HOME": str(place / "home"),
                          "HF_TOKEN": token})  # fmt: skip


def translated(settings: Settings) -> tuple[list[Translation], list[EngineUse], Engines, Steps]:
    session = open_session("untitled", settings)
    lines = tuple(Line(f"L{n}", "", 1000 * n, 1000 * n + 900, t) for n, t in enumerate(LINES))
    job = Job(
        Transcript("en", "srt", (), lines, ()), "pt-BR", Glossary(), memory.Memory(), settings.home / "memory.tmx",
        lambda: np.zeros(0, np.float32), "", "E1 pt-BR",
    )  # fmt: skip
    made, used = translate(job, session.engines, session.steps)
    return made, used, session.engines, session.steps


def reported(
    settings: Settings, made: list[Translation], used: list[EngineUse], spent: Sequence[Spent] = ()
) -> tuple[dict[str, Any], str]:
    """The report of a variant with these lines, as data and as a page."""
    v = good()
    lines = tuple(replace(line, id=t.line_id, text=text) for line, t, text in zip(v.lines, made, LINES, strict=False))
    takes = tuple(replace(take, line_id=t.line_id) for take, t in zip(v.takes, made, strict=False))
    v = replace(v, language="pt-BR", cues={"pt-BR": v.cues["es-419"]}, looks={"pt-BR": v.looks["es-419"]})
    v = replace(v, lines=lines, translations=tuple(made), takes=takes)
    transcript = Transcript("en", "srt", (), lines, ())
    media = Media(12_000, 40.0, 540, 960, 0, "h264", "aac", 2, 48_000, 0)
    listened, measured = Listened(transcript, {}, {}, None, {}), {"lufs": -14.0, "true_peak_dbtp": -1.3, "lra": 5.0}
    checks, outputs = qc_checks.run(v), {"E1.brazil.mp4": {"sha256": "0", "bytes": 1}}
    data = report.data("S", Episode("E1", "", "0", media), settings.market("brazil"), v, checks, outputs, listened, used, 1.0, measured, spent)
    return data, report_page.html(data, v, checks, [], listened)


@pytest.mark.parametrize("missing", [c for n in range(6) for c in itertools.combinations(PARTS, n)], ids=", ".join)
def test_whatever_is_missing_the_pair_goes_on_working(
    missing: tuple[str, ...], place: tuple[Path, RoughHub], tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, hub = place
    settings = opened(folder, "http://127.0.0.1:9" if "network" in missing else hub.url, "hf_mine")
    hub.token = "another" if "token" in missing else "hf_mine"
    if "files" in missing:
        hub.files.clear()
    if "disk" in missing:
        text = (folder / "models.toml").read_text(encoding="utf-8")
        (folder / "models.toml").write_text(text.replace("bytes = 0", "bytes = 1000000000000000"), encoding="utf-8")
    real = importlib.util.find_spec
    if "torch" in missing:
        without = lambda name, *rest: None if name in ("torch", "transformers") else real(name, *rest)  # noqa: E731
        monkeypatch.setattr(importlib.util, "find_spec", without)
    try:
        pull.pull(registry.load(settings), settings, "tiny-ct2", patience=QUICK)
        if "torch" not in missing:  # what the pull's conversion makes
            shutil.copytree(tiny / "models/tiny-ct2" / ctranslate.CONVERTED, folder / "models/tiny-ct2" / ctranslate.CONVERTED)
        came = True
    except ModelError:
        came = False
    assert came == (not set(missing) - {"torch"}), "the pull itself"
    made, used, _engines, _steps = translated(settings)
    assert all(t.text and not t.error for t in made)
    assert {t.origin for t in made} == {"tiny-ct2" if not missing else "bergamot"}
    assert [u.name for u in used] == ["tiny-ct2" if not missing else "bergamot"]
    data, page = reported(settings, made, used)
    assert {row["origin"] for row in data["lines"]} == {used[0].name}
    assert [(e["stage"], e["name"]) for e in data["engines"]] == [("translate", used[0].name)]
    assert page.count(f'<td class="soft">{used[0].name}</td>') == len(LINES)


@pytest.fixture
def pulled(place: tuple[Path, RoughHub], tiny: Path) -> Path:
    shutil.copytree(tiny / "models/tiny-ct2", place[0] / "models/tiny-ct2")
    return place[0]


def test_an_engine_that_cannot_load_hands_its_lines_on_and_is_named(pulled: Path) -> None:
    converted = pulled / "models/tiny-ct2" / ctranslate.CONVERTED
    (converted / "model.bin").write_bytes(b"no model")
    facts = json.loads((converted / "converted.json").read_text())
    facts["files"]["model.bin"] = file_sha256(converted / "model.bin")
    (converted / "converted.json").write_text(json.dumps(facts))
    settings = opened(pulled, "http://127.0.0.1:9")
    made, used, engines, steps = translated(settings)
    assert {t.origin for t in made} == {"bergamot"}
    assert all(t.text for t in made)
    assert [(u.stage, u.name) for u in used] == [(FAILED, "tiny-ct2"), ("translate", "bergamot")]
    assert used[0].version, "it says why"
    data, page = reported(settings, made, used)
    assert [(e["stage"], e["name"]) for e in data["engines"]] == [(FAILED, "tiny-ct2"), ("translate", "bergamot")]
    assert FAILED in page
    assert {row["origin"] for row in data["lines"]} == {"bergamot"}
    assert "tiny-ct2" in recent(settings.home / NAME)
    found = look(settings, ["engines"])[0]
    assert not found.ok
    assert "tiny-ct2 failed 0 min ago" in found.text
    assert engines.context.failures.reason("tiny-ct2"), "it is asked last for a while"
    assert steps.ran["translate"] == len(LINES), "nothing of the failure was kept as a result"


def test_a_changed_converted_file_hands_its_lines_on(pulled: Path) -> None:
    path = pulled / "models/tiny-ct2" / ctranslate.CONVERTED / "model.bin"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    made, used, _engines, _steps = translated(opened(pulled, "http://127.0.0.1:9"))
    assert {t.origin for t in made} == {"bergamot"}
    assert "is not what the conversion wrote" in used[0].version


def test_what_serves_where_all_is_well(pulled: Path) -> None:
    settings = opened(pulled, "http://127.0.0.1:9")
    made, used, _engines, _steps = translated(settings)
    assert [t.text for t in made] == [tiny_model.KNOWS[t] for t in LINES]
    assert [u.name for u in used] == ["tiny-ct2"]
    found = look(settings, ["engines"])[0]
    assert found.ok, found.text


def test_health_names_a_pulled_model_that_cannot_run(pulled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(pulled / "models/tiny-ct2" / ctranslate.CONVERTED)
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n, *r: None if n == "torch" else real(n, *r))
    settings = opened(pulled, "http://127.0.0.1:9")
    assert "tiny-ct2 needs torch: make hf" in look(settings, ["engines"])[0].text
    reason = Engines(EngineContext(settings, registry.load(settings))).translator("tiny-ct2").unavailable("en", "pt")
    assert reason == "tiny-ct2 needs torch: make hf"
