"""A pull ends with a line translated, spoken or heard; the list of a pair shows every kind of route, and what serves now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from localize.cli.main import main
from localize.cli.try_model import tried_out
from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.models import present, registry
from localize.settings import load_settings
from localize.translation.offers import offers
from tests.localize.test_piper import folder

__all__ = ["folder"]  # a fixture
pytestmark = pytest.mark.models


@pytest.mark.parametrize(
    ("model_id", "done"),
    [
        ("faster-whisper-base", "'This is my home.', spoken, is heard as 'This is my home.'"),
        ("kokoro-82m-v1.0-voices", "'This is my home.' is spoken in 1"),
        ("bergamot-tiny-enpt", "en 'This is my home.' -> pt 'Est"),
        ("ppocr-v6-small", "here, every byte checked"),
    ],
)
def test_a_pull_ends_with_something_done(model_id: str, done: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", model_id]) == 0
    assert done in capsys.readouterr().out


def test_a_pulled_voice_says_a_line(folder: Path) -> None:
    env = {**os.environ, "LOCALIZE_MODELS": str(folder / "models"), "LOCALIZE_MODELS_TOML": str(folder / "models.toml")}
    settings = load_settings(env)
    known = registry.load(settings)
    assert "'Esta es mi casa.' is spoken in " in tried_out(Engines(EngineContext(settings, known)), known.model("hum"))


def test_what_it_takes_is_said_before_it_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCALIZE_MODELS", str(tmp_path))
    monkeypatch.setenv("LOCALIZE_HUB", "http://127.0.0.1:9")
    monkeypatch.setenv("LOCALIZE_OFFLINE", "0")
    assert main(["models", "pull", "faster-whisper-large-v3"]) == 2
    before, after = capsys.readouterr().err.split("error: ", 1)
    assert "3091 MB to fetch, takes 4700 MB of memory; about 20 times the time of base" in before
    assert "could not be fetched" in after


def test_the_list_of_a_pair_has_every_kind_of_route(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = load_settings()
    for model in ("bergamot-tiny-enpt", "bergamot-tiny-pten", "faster-whisper-base"):
        (tmp_path / model).symlink_to(present.ensure(registry.load(own), own, model))
    monkeypatch.setenv("LOCALIZE_MODELS", str(tmp_path))
    settings = load_settings()
    engines = Engines(EngineContext(settings, registry.load(settings)))
    found = {o.route.name: o for o in offers(engines, "zh", "es")}
    assert [o.route.loss for o in found.values()] == sorted(o.route.loss for o in found.values())
    now = found["whisper-translate+bergamot+apertium"]
    assert (now.why, now.pull) == ("", ())
    assert now.needs[0] == "the episode's sound"
    pivot = found["opus-mt-zh-en+firefox-en-es-base-memory"]
    assert set(pivot.needs) >= {"ctranslate2", "torch to convert it once", "fxtranslate", "300 MB of memory"}
    assert "not for commercial use" in found["firefox-zh-en-base-memory+nllb-200-distilled-600m"].why
    assert main(["models", "list", "--pair", "zh:es"]) == 0
    short = capsys.readouterr().out
    assert "ready" in short, "what serves now is there, however it ranks"
    assert "more that would have to be pulled" in short
    assert main(["models", "list", "--pair", "zh:es", "--all"]) == 0
    whole = capsys.readouterr().out
    assert len(whole) > len(short)
    assert "more that would have to be pulled" not in whole
    assert main(["models", "list", "--pair", "en:hi"]) == 0
    hindi = " ".join(capsys.readouterr().out.split())
    assert "firefox-en-hi-tiny │ 0.21 │ COMET 0.792, BLEU 36.7" in hindi
    assert "needs" in hindi
