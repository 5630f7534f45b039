"""Endpoints as data: every field is checked, a key is only ever named, the gate of licences and the limit of money hold."""

from __future__ import annotations

import dataclasses
import re
import textwrap
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from localize.cli.main import main
from localize.delivery.spent import added_up, by_line
from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.engines.served import endpoint as endpoints
from localize.engines.served.spending import Spending, Units, about, cost
from localize.errors import OptionError, OverBudget
from localize.models import registry
from localize.settings import ROOT, Settings
from localize.translation import available, routes

GOOD = """
[big]
kind = "mt"
url = "http://gpu:8000/v1/"
model = "Big-Instruct"
key = "BIG_KEY"
languages = ["zh->en", "en->hi-IN"]
licence = "Apache-2.0"
commercial_use = true
price = { million_tokens_in = 0.5, million_tokens_out = 2.0 }
max_cost = 3.0
chrf = 60.0
"""


PAID = """
[voice]
kind = "tts"
url = "http://gpu:8000/v1"
model = "v"
licence = "MIT"
commercial_use = true
price = { million_characters = 1000.0 }

[ears]
kind = "asr"
url = "http://gpu:8000/v1"
model = "a"
licence = "MIT"
commercial_use = true
price = { minute = 0.6 }
"""


def test_a_table_becomes_an_endpoint() -> None:
    one = endpoints.parse(GOOD, "endpoints.toml")["big"]
    assert one.url == "http://gpu:8000/v1"
    assert one.pairs(set()) == {("zh", "en"), ("en", "hi")}
    assert cost(one, Units(tokens_in=2_000_000, tokens_out=500_000)) == pytest.approx(2.0)
    assert one.host == "gpu"


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('kind = "mt"', 'kind = "llm"', "kind 'llm' is unknown"),
        ("max_cost = 3.0", "max_costs = 3.0", "'max_costs' is no field"),
        ("max_cost = 3.0", "max_cost = nan", "max_cost must be a number"),
        ("max_cost = 3.0", 'max_cost = "3"', "max_cost must be a number"),
        ("million_tokens_in = 0.5", "minute = 0.5", "'minute' is nothing that mt has"),
        ("0.5", "-0.5", "price must be a table"),
        ('key = "BIG_KEY"', 'key = "sk-abc123def"', "never the key itself"),
        ("http://gpu:8000/v1/", "http://me:word@gpu:8000/v1", "must hold no user"),
        ("http://gpu:8000/v1/", "http://gpu:8000/v1?key=abc", "must hold no user"),
        ("http://gpu:8000/v1/", "gpu:8000", "must begin with http"),
        ('licence = "Apache-2.0"\n', "", "licence is missing"),
        ("commercial_use = true\n", "", "commercial_use is missing"),
        ("commercial_use = true", "commercial_use = 1", "must be true or false"),
        ('"zh->en"', '"zh"', "write pairs"),
        ("[big]", "[kokoro]", "no name for an endpoint"),
        ("[big]", '["Big One"]', "no name for an endpoint"),
        ("chrf = 60.0", "parallel = 0", "whole number from 1 to 64"),
        ("chrf = 60.0", "body = { messages = [] }", "'messages' is set by this program"),
        ("chrf = 60.0", 'can = ["speed"]', "'speed' is nothing that mt has"),
        ("price = { million_tokens_in = 0.5, million_tokens_out = 2.0 }\n", "", "max_cost without a price"),
        ("[big]", "[big", "is no TOML"),
    ],
)
def test_a_bad_row_is_named(was: str, now: str, said: str) -> None:
    text = GOOD.replace(was, now)
    assert text != GOOD
    with pytest.raises(OptionError, match=said.replace("(", r"\(")) as caught:
        endpoints.parse(text, "endpoints.toml")
    assert "endpoints.toml" in str(caught.value)
    assert "sk-abc123def" not in str(caught.value)


def test_a_series_own_file_goes_over_the_studios(settings: Settings) -> None:
    (settings.glossaries / "bay").mkdir(parents=True)
    settings.endpoints.write_text(GOOD, encoding="utf-8")
    (settings.glossaries / "bay/endpoints.toml").write_text(GOOD.replace("Big-Instruct", "Small"), encoding="utf-8")
    engines = Engines(EngineContext(settings, registry.load(settings)))
    assert engines.context.endpoints["big"].model == "Big-Instruct"
    other = engines.of_series("bay")
    assert other.translator("big").identity("zh", "en").model == "Small"
    assert engines.translator("big").identity("zh", "en").model == "Big-Instruct"


def test_the_older_settings_make_an_endpoint_and_never_two(settings: Settings) -> None:
    older = dataclasses.replace(settings, llm_url="http://localhost:1/v1", llm_model="tiny", llm_key="k")
    one = endpoints.load(older)["llm"]
    assert (one.kind, one.model, one.max_cost) == ("mt", "tiny", None)
    settings.glossaries.mkdir(parents=True)
    settings.endpoints.write_text(GOOD.replace("[big]", "[llm]"), encoding="utf-8")
    with pytest.raises(OptionError, match="unset LOCALIZE_LLM_URL"):
        endpoints.load(older)


def test_routes_rank_an_endpoint_by_its_figures_beside_all_others(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIG_KEY", "k")
    settings.glossaries.mkdir(parents=True)
    table = GOOD.replace("http://gpu:8000", "http://localhost:1").replace('"en->hi-IN"', '"en->pt"')
    found = {}
    for chrf in ("90.0", "20.0"):
        settings.endpoints.write_text(table.replace("chrf = 60.0", f"chrf = {chrf}"), encoding="utf-8")
        hops, _reasons = available.text_hops(Engines(EngineContext(settings, registry.load(settings))))
        route = routes.plan(hops, "en", "pt")
        found[chrf] = route.name if route else ""
    assert found == {"90.0": "big", "20.0": "bergamot"}


def test_a_licence_or_key_that_is_missing_leaves_it_out(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIG_KEY", raising=False)
    settings.glossaries.mkdir(parents=True)
    settings.endpoints.write_text(GOOD.replace("http://gpu:8000", "http://localhost:1"), encoding="utf-8")
    engines = Engines(EngineContext(settings, registry.load(settings)))
    assert engines.translator("big").unavailable("zh", "en") == "big needs its key: set BIG_KEY"
    monkeypatch.setenv("BIG_KEY", "k")
    assert engines.translator("big").unavailable("zh", "en") == ""
    settings.endpoints.write_text(settings.endpoints.read_text().replace("commercial_use = true", "commercial_use = false"))
    engines = Engines(EngineContext(settings, registry.load(settings)))
    assert "not for commercial use" in engines.translator("big").unavailable("zh", "en")
    engines = Engines(EngineContext(settings, registry.load(settings, allow_non_commercial=True)))
    assert engines.translator("big").unavailable("zh", "en") == ""


def test_no_more_than_max_cost_is_asked_by_however_many_at_once(tmp_path: Path) -> None:
    one = endpoints.parse(GOOD, "e")["big"]  # 3 USD: six requests of a million tokens in
    asked, stopped = [], []

    def ask() -> None:
        book = Spending(tmp_path, "bay")
        with about("E01 hi-IN"):
            try:
                asked.append(book.ask(one, Units(tokens_in=1_000_000)))
            except OverBudget as error:
                stopped.append(error)

    threads = [threading.Thread(target=ask) for _n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    book = Spending(tmp_path, "bay")
    assert (len(asked), len(stopped)) == (6, 10)
    assert "3 of 3 USD are spent" in str(stopped[0])
    assert book.total(one) == pytest.approx(3.0)
    book.refused(asked[0])
    book.paid(asked[1], one, Units(tokens_in=500_000, tokens_out=10))
    (paid, open_) = sorted(book.by_subject(), key=lambda s: s.requests)
    assert (paid.state, paid.about, paid.tokens_in, paid.tokens_out) == ("paid", "E01 hi-IN", 500_000, 10)
    assert (open_.state, open_.requests, open_.cost) == ("asked", 4, pytest.approx(2.0))
    assert Spending(tmp_path, "other").total(one) == 0.0
    Spending(tmp_path, "other").ask(one, Units(tokens_in=1))


def test_models_list_shows_them(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    settings.glossaries.mkdir(parents=True)
    settings.endpoints.write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("LOCALIZE_GLOSSARIES", str(settings.glossaries))
    monkeypatch.setenv("LOCALIZE_HOME", str(settings.home))
    assert main(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert "big" in out
    assert "at most 3 a series" in " ".join(out.replace("│", " ").split()) or "at most 3" in out
    assert main(["endpoints", "check", "nobody"]) == 2
    assert "choose from big" in capsys.readouterr().err


def test_a_report_tells_what_lines_and_season_cost(settings: Settings) -> None:
    voice, ears = (replace(e, max_cost=None) for e in endpoints.parse(PAID, "endpoints.toml").values())
    book = Spending(settings.home, "bay")
    asked: list[tuple[str, endpoints.Endpoint, Units, bool]] = [
        ("E01", ears, Units(seconds=60), True),
        ("E01 es-419", ears, Units(seconds=30), True),
        ("E01 es-419 L001", voice, Units(characters=40), True),
        ("E01 es-419 L001", voice, Units(characters=40), False),
        ("E01 es-419 L002", voice, Units(characters=10), True),
        ("E01 pt-BR L001", voice, Units(characters=50), True),
        ("E011 es-419 L001", voice, Units(characters=1000), True),
    ]
    for subject, endpoint, units, answered in asked:
        with about(subject):
            row = book.ask(endpoint, units)
            if answered:
                book.paid(row, endpoint, units)
    lines = by_line(book.by_subject(), "E01", "es-419")
    assert set(lines) == {"L001", "L002"}
    assert lines["L001"] == [
        {"endpoint": "voice", "kind": "tts", "model": "v", "currency": "USD", "requests": 2, "seconds": 0, "characters": 80,
         "tokens_in": 0, "tokens_out": 0, "cost": pytest.approx(0.08), "unanswered": pytest.approx(0.04), "unanswered_requests": 1}
    ]  # fmt: skip
    season = added_up(book.by_subject())
    assert [(r["endpoint"], r["requests"]) for r in season] == [("ears", 2), ("voice", 5)]
    assert sum(r["cost"] for r in season) == pytest.approx(book.total(voice) + book.total(ears))
    assert (by_line([], "E01", "es-419"), added_up([])) == ({}, [])


def test_the_tables_of_the_page_can_be_read_and_its_containers_answer_where_it_says() -> None:
    page = (ROOT / "models" / "README.md").read_text(encoding="utf-8").partition("## Served models")[2]
    blocks = [b for b in re.findall(r"(?:^    .*\n|^\n)+", page, re.MULTILINE) if b.strip().startswith("[")]
    found = [e for b in blocks for e in endpoints.parse(textwrap.dedent(b), "models/README.md").values()]
    assert [e.name for e in found] == ["acting-voice", "qwen-ears", "qwen-voices"]
    text = (ROOT / "deploy" / "models.compose.yaml").read_text(encoding="utf-8")
    services = yaml.safe_load(text)["services"]
    for name, service in services.items():
        words = service["command"]
        assert service["profiles"] == ["models"]
        assert f"http://{name}:{words[words.index('--port') + 1]}/v1" in text
    assert {e.model for e in found[1:]} <= {s["command"][0] for s in services.values()}
