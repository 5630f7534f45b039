"""The best models for a set of markets in one go: chosen by figures, sizes first, a line translated, or what serves instead."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from localize.cli import bring
from localize.cli.main import main
from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.models import registry, request, scores
from localize.models.registry import Registry
from localize.settings import Settings, load_settings
from localize.translation.offers import best_set, offers
from tests.localize.rough_hub import RoughHub
from tests.localize.test_firefox import place, vocabularies

__all__ = ["place", "vocabularies"]  # fixtures
pytestmark = pytest.mark.models


def test_the_best_set_is_chosen_by_figures(place: tuple[Registry, Settings, RoughHub]) -> None:
    known, settings, _hub = place
    engines = Engines(EngineContext(settings, known))
    assert best_set(engines, "en", ["es", "hi", "pt"]) == ["firefox-en-es-tiny", "firefox-en-hi-tiny"]
    assert best_set(engines, "zh", ["es", "en"]) == ["firefox-zh-en-tiny", "firefox-en-es-tiny"]
    assert best_set(engines, "en", ["en"]) == []
    scores.add(settings.models / scores.OWN, "opus-mt-tc-big-en-es", "en", "es", 90.0, 60.0, 200)
    measured = Engines(EngineContext(settings, registry.load(settings)))
    assert best_set(measured, "en", ["es"]) == ["opus-mt-tc-big-en-es"], "own figures rank before published ones"


def test_the_pair_is_offered_whole(place: tuple[Registry, Settings, RoughHub]) -> None:
    known, settings, _hub = place
    found = offers(Engines(EngineContext(settings, known)), "zh", "es")
    assert found[0].route.name == "firefox-zh-en-tiny+firefox-en-es-tiny"
    assert found[0].pull == ("firefox-zh-en-tiny", "firefox-en-es-tiny")
    assert found[0].bytes == sum(known.model(m).bytes for m in found[0].pull)
    assert "MPL-2.0" in found[0].licences[0]
    assert "43 MB of memory" in found[0].needs
    refused = [o for o in found if "nllb" in o.route.name]
    assert all("not for commercial use" in o.why for o in refused)
    assert [o.route.loss for o in found] == sorted(o.route.loss for o in found)


def test_markets_are_served_in_one_go(
    place: tuple[Registry, Settings, RoughHub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    _known, settings, hub = place
    for name, value in {"HOME": tmp_path, "LOCALIZE_MODELS": settings.models, "LOCALIZE_MODELS_TOML": settings.models_toml,
                        "LOCALIZE_RELEASES": hub.url, "LOCALIZE_OFFLINE": "0"}.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    assert main(["models", "pull", "--for", "latam", "--for", "india", "--source", "zh"]) == 0
    said = capsys.readouterr().err
    wanted = "firefox-zh-en-tiny, firefox-en-es-tiny, firefox-en-hi-tiny"
    assert f"models for zh -> es, hi, en: {wanted} (" in said
    assert said.index(" MB)") < said.index("every byte checked")
    assert said.count("every byte checked") == 3
    asked = len(hub.requests)
    assert main(["models", "pull", "--for", "latam", "--for", "india", "--source", "zh"]) == 0
    assert len(hub.requests) == asked, "what is here is not fetched again"
    assert main(["models", "list", "--pair", "zh:es"]) == 0
    assert "ready" in capsys.readouterr().out
    assert main(["models", "list"]) == 0
    assert "first come, then held" in capsys.readouterr().out.replace("\n", " ")


def test_without_the_net_one_line_says_what_serves(
    place: tuple[Registry, Settings, RoughHub], capsys: pytest.CaptureFixture[str]
) -> None:
    _known, old, _hub = place
    request.resting.clear()
    settings = load_settings({"HOME": str(old.models.parent), "LOCALIZE_MODELS": str(old.models),
                              "LOCALIZE_MODELS_TOML": str(old.models_toml),
                              "LOCALIZE_RELEASES": "http://127.0.0.1:9"})  # fmt: skip
    started = time.monotonic()
    markets = [settings.market(m) for m in ("latam", "india")]
    bring.bring_once(settings, registry.load(settings), "en", markets)
    assert time.monotonic() - started < 5
    said = " ".join(capsys.readouterr().err.split())
    assert "not in reach now; instead: en->es by bergamot+apertium, en->hi from the memory alone" in said
    bring.bring_once(settings, registry.load(settings), "en", markets)
    assert capsys.readouterr().err == "", "asked once a day"


def test_a_host_that_takes_the_call_and_says_nothing_costs_five_seconds(
    place: tuple[Registry, Settings, RoughHub], capsys: pytest.CaptureFixture[str]
) -> None:
    _known, old, _hub = place
    request.resting.clear()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = load_settings({"HOME": str(old.models.parent), "LOCALIZE_MODELS": str(old.models),
                                  "LOCALIZE_MODELS_TOML": str(old.models_toml),
                                  "LOCALIZE_RELEASES": f"http://127.0.0.1:{silent.getsockname()[1]}"})  # fmt: skip
        known = registry.load(settings)
        started = time.monotonic()
        bring.bring_once(settings, known, "en", [settings.market(m) for m in ("latam", "india")])
        assert time.monotonic() - started < 5.5  # half a second for a machine that is busy with other things
    assert "not in reach now; instead: en->es by bergamot+apertium" in " ".join(capsys.readouterr().err.split())


def test_own_figures_need_enough_lines(tmp_path: Path) -> None:
    own = tmp_path / scores.OWN
    assert not scores.add(own, "x", "en", "es", 70.0, 40.0, 5)
    assert scores.add(own, "x", "en", "es", 70.0, 40.0, 50)
    assert scores.add(own, "x", "en", "es", 71.0, 41.0, 60)
    found = scores.read([], tmp_path / "none", own)
    assert found["x", "en", "es"].chrf == 71.0
    assert found["x", "en", "es"].source == "localize bench mt, 60 lines"
