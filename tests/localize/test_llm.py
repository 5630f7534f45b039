"""The endpoint engine against a real HTTP server on loopback that answers as bad endpoints do."""

from __future__ import annotations

import codecs
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from localize.engines.base import Ask, EngineContext
from localize.engines.catalogue import Engines
from localize.engines.served.spending import Spending
from localize.engines.translation.llm import ChatTranslator
from localize.errors import EngineError, PartlyFailed
from localize.models.registry import Registry
from localize.records import Line, Transcript
from localize.series import memory
from localize.series.cast import Character
from localize.series.glossary import Glossary, Term
from localize.session import open_session
from localize.settings import Settings
from localize.translation import available, routes, translate
from localize.translation.job import Job
from tests.localize.served.loopback import Loopback, Reading, running
from tests.localize.test_never_worse import reported

DAMAGES = (
    "none", "none", "none", "drop", "merge", "merge-empty", "reorder", "shift", "cut-json", "cut-line", "echo",
    "empty", "twice", "extra", "prose", "garbage", "slow", "busy", "broken", "wrong-figures", "lost-name",
)  # fmt: skip


def truth(text: str, terms: dict[str, str]) -> str:
    """What the test's language writes for a text: letters turned by 13, figures and marks kept, names as locked."""
    pattern = "|".join(re.escape(t) for t in sorted(terms, key=len, reverse=True))
    parts = re.split(rf"\b({pattern})\b", text) if pattern else [text]
    return "".join(terms[p] if p in terms else codecs.encode(p, "rot13") for p in parts)


class Endpoint(Loopback):
    """An OpenAI-compatible endpoint; `damages` is what it does to its answers, drawn at random."""

    def __init__(self, damages: tuple[str, ...]) -> None:
        super().__init__(Answering)
        self.damages, self.rng = damages, random.Random(11)
        self.seen: list[dict[str, Any]] = []
        self.done: dict[str, int] = {}


class Answering(Reading):
    server: Endpoint

    def answer(self, body: dict[str, Any]) -> None:
        scene = json.loads(body["messages"][1]["content"])
        with self.server.guard:
            kind = self.server.rng.choice(self.server.damages)
            rng = random.Random(self.server.rng.random())
            self.server.seen.append({**scene, "format": body.get("response_format")})
            self.server.done[kind] = self.server.done.get(kind, 0) + 1
        if kind == "slow":
            time.sleep(0.6)
        if kind in ("busy", "broken", "forbidden"):
            code = {"busy": 429, "broken": 500, "forbidden": 401}[kind]
            return self.send(code, b'{"error": "not now"}')
        return self.send(200, self._answer(scene, kind, rng).encode())

    def _answer(self, scene: dict[str, Any], kind: str, rng: random.Random) -> str:
        rows = [
            {"id": x["id"], "opening": " ".join(x["text"].split()[:4]), "text": truth(x["text"], x.get("terms", {}))}
            for x in scene["lines"]
        ]
        at = rng.randrange(len(rows))
        if kind == "drop":
            del rows[at]
        elif kind in ("merge", "merge-empty") and at + 1 < len(rows):
            rows[at]["text"] += " " + rows[at + 1]["text"]
            if kind == "merge":
                del rows[at + 1]
            else:
                rows[at + 1]["text"] = ""
        elif kind == "reorder":
            rng.shuffle(rows)
        elif kind == "shift" and len(rows) > 1:
            moved = [rows[-1], *rows[:-1]]
            rows = [{**m, "id": r["id"]} for m, r in zip(moved, rows, strict=True)]
        elif kind == "cut-line":
            rows[at]["text"] = rows[at]["text"][: len(rows[at]["text"]) // 2].rstrip(".!?")
        elif kind == "echo":
            rows[at]["text"] = scene["lines"][at]["text"]
        elif kind == "empty":
            rows[at]["text"] = ""
        elif kind == "twice":
            rows.append(dict(rows[at]))
        elif kind == "extra":
            rows.append({"id": str(len(rows) + 1), "opening": "", "text": "Guvf jnf arire nfxrq."})
        elif kind == "wrong-figures":
            rows[at]["text"] = re.sub(r"\d", "7", rows[at]["text"])
        elif kind == "lost-name":
            for locked in scene["lines"][at].get("terms", {}).values():
                rows[at]["text"] = rows[at]["text"].replace(locked, "it")
        text = json.dumps({"lines": rows}, ensure_ascii=False)
        if kind == "cut-json":
            text = text[: rng.randrange(len(text))]
        elif kind == "prose":
            text = f"Here is the translation:\n```json\n{text}\n```"
        elif kind == "garbage":
            text = "I am sorry, I cannot help with that."
        return json.dumps({"choices": [{"message": {"content": text}}]})


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Iterator[Endpoint]:
    with running(Endpoint(getattr(request, "param", ("none",)))) as server:
        yield server


def set_up(settings: Settings, url: str, **more: Any) -> Settings:
    options = {"llm_url": url, "llm_model": "tiny", "llm_seconds": 20.0, "llm_parallel": 8, "offline": False}
    return replace(settings, **{**options, **more})


def engine(settings: Settings) -> ChatTranslator:
    context = EngineContext(settings, Registry(settings.models, settings.models, {}))
    return ChatTranslator(context, sleep=lambda _s: None)


WORDS = "the gate was left open and my brother never saw who took the red box from your old house last winter".split()


def lines(number: int) -> list[Ask]:
    """Lines as dialogue has them, some with figures, names, questions; no two alike."""
    rng = random.Random(5)
    out = []
    for i in range(number):
        words = [rng.choice(WORDS) for _ in range(rng.randint(2, 9))]
        terms: tuple[tuple[str, str], ...] = ()
        if i % 5 == 0:
            words.insert(rng.randrange(len(words)), str(rng.randint(10, 99_999)))
        if i % 3 == 0:
            words.insert(rng.randrange(len(words)), "Silver Bay")
            terms = (("Silver Bay", "Silver Bay"),)
        text = f"{' '.join(words)} {codecs.encode(f'n{i:05d}'.translate(str.maketrans('0123456789', 'abcdefghij')), 'rot13')}"
        out.append(Ask(text[0].upper() + text[1:] + rng.choice(".!?"), terms))
    return out


@pytest.mark.parametrize("endpoint", [DAMAGES], indirect=True)
def test_no_line_is_lost_shifted_or_doubled(settings: Settings, endpoint: Endpoint, figure) -> None:  # type: ignore[no-untyped-def]
    asks = lines(10_000)
    try:
        made = engine(set_up(settings, endpoint.url, llm_seconds=0.4)).translate(asks, "en", "pt")
    except PartlyFailed as error:  # a line whose every request met a server that was busy, broken or slow
        made = [t or "" for t in error.texts]
    assert len(made) == len(asks)
    wrong = [(a.text, m) for a, m in zip(asks, made, strict=True) if m and m != truth(a.text, dict(a.terms))]
    empty = sum(not m for m in made)
    figure("10,000 lines, damaged server: wrong, left empty, requests", f"{len(wrong)}, {empty}, {len(endpoint.seen)}")
    assert set(endpoint.done) == set(DAMAGES)
    assert wrong == []
    assert empty <= 100  # what could not be had right is left to a person, and that is rare


@pytest.mark.parametrize("endpoint", [("garbage",)], indirect=True)
def test_what_could_not_be_translated_is_an_error_on_its_line(settings: Settings, endpoint: Endpoint) -> None:
    session = open_session("untitled", set_up(settings, endpoint.url))
    made = through(session.engines, session.steps, ["Come home now.", "Where is the letter?"])
    assert [t.text for t in made] == ["", ""]
    assert all("llm gave nothing" in t.error and "untranslated" in t.flags for t in made)


def through(engines: Engines, steps: Any, texts: list[str], glossary: Glossary | None = None) -> list[Any]:
    spoken = tuple(Line(f"L{i}", "Summer", i * 2000, i * 2000 + 1500, t) for i, t in enumerate(texts))
    job = Job(
        Transcript("en", "srt", (), spoken, ()), "hi-IN", glossary or Glossary(), memory.Memory(),
        engines.context.settings.glossaries / "untitled/memory.hi-IN.tmx", lambda: None, "", "E hi-IN",
        cast={"Summer": Character("Summer", "f", note="heroine, speaks plainly")},
    )  # fmt: skip
    return translate.translate(job, engines, steps)[0]


def test_a_scene_carries_its_context_names_and_room(settings: Settings, endpoint: Endpoint) -> None:
    session = open_session("untitled", set_up(settings, endpoint.url, llm_key="secret"))
    bible = Glossary((Term("Summer", "person", "f", forms={"hi-IN": "समर"}),))
    made = through(session.engines, session.steps, ["Stay here with me.", "Summer, you are late again."], bible)
    assert "समर" in made[1].text
    assert made[0].origin == "llm"
    (scene,) = endpoint.seen
    assert scene["lines"][1]["terms"] == {"Summer": "समर"}
    assert scene["characters"] == {"Summer": "woman, heroine, speaks plainly"}
    assert scene["lines"][0]["speaker"] == "Summer"
    assert scene["lines"][0]["seconds"] == 1.5
    assert scene["lines"][0]["max_characters"] == 33  # 1.5 s at 22 characters a second
    assert scene["format"]["type"] == "json_schema"
    assert endpoint.keys == ["Bearer secret"]
    assert "secret" not in repr(session.settings)
    again = through(session.engines, session.steps, ["Stay here with me.", "Summer, you are late again."], bible)
    assert again == made
    assert len(endpoint.seen) == 1


@pytest.mark.parametrize("endpoint", [("forbidden",)], indirect=True)
def test_a_refused_key_is_said(settings: Settings, endpoint: Endpoint) -> None:
    with pytest.raises(EngineError, match="LOCALIZE_LLM_KEY"):
        engine(set_up(settings, endpoint.url)).translate([Ask("Open the gate.")], "en", "pt")


def test_an_endpoint_that_is_not_there_costs_one_try(settings: Settings) -> None:
    dead = engine(set_up(settings, "http://127.0.0.1:9"))
    started = time.monotonic()
    for _ in range(20):
        with pytest.raises(EngineError, match="LOCALIZE_LLM_URL"):
            dead.translate([Ask("Open the gate.")], "en", "pt")
    assert time.monotonic() - started < 5


def test_offline_only_an_endpoint_of_this_machine_is_asked(settings: Settings) -> None:
    assert "OFFLINE" in engine(set_up(settings, "http://models.example/v1", offline=True)).unavailable("en", "hi")
    assert engine(set_up(settings, "http://localhost:8000/v1", offline=True)).unavailable("en", "hi") == ""


def test_the_endpoint_ranks_before_a_pivot_and_serves_what_nothing_else_does(settings: Settings) -> None:
    engines = open_session("untitled", set_up(settings, "http://localhost:1/v1")).engines
    hops, _reasons = available.text_hops(engines)
    found = routes.plan(hops, "en", "hi")
    assert found is not None
    assert found.name == "llm"


def test_what_a_market_cost_stands_in_its_report(settings: Settings, endpoint: Endpoint) -> None:
    table = f'''[writer]
kind = "mt"
url = "{endpoint.url}"
model = "tiny"
licence = "Apache-2.0"
commercial_use = true
can = ["schema"]
price = {{ million_tokens_in = 1.0, million_tokens_out = 5.0, request = 0.01 }}
'''
    settings.endpoints.parent.mkdir(parents=True, exist_ok=True)
    settings.endpoints.write_text(table, encoding="utf-8")
    session = open_session("untitled", replace(settings, offline=False))
    made = through(session.engines, session.steps, ["Stay here with me.", "Who is at the old gate?"])
    assert {t.origin for t in made} == {"writer"}
    book = Spending(settings.home, session.engines.context.series)
    assert book.of_episode("E", ["pt-BR"]) == []
    spent = book.of_episode("E", ["hi-IN", "en"])
    _data, page = reported(settings, made, [], spent)
    (row,) = _data["spent"]
    assert (row["endpoint"], row["model"], row["requests"], row["unanswered"]) == ("writer", "tiny", 1, 0)
    assert row["tokens_in"] > 100
    assert row["tokens_out"] > 10
    assert row["cost"] == pytest.approx(0.01 + row["tokens_in"] / 1e6 + 5 * row["tokens_out"] / 1e6, abs=1e-6)
    assert f"{row['tokens_in']} tokens in, {row['tokens_out']} out" in page
    assert f"{row['cost']:.4f} USD" in page


def test_who_speaks_to_whom_and_how_is_told(settings: Settings, endpoint: Endpoint) -> None:
    session = open_session("untitled", set_up(settings, endpoint.url))
    cast = {
        "Summer": Character("Summer", "f", note="heroine", address={"hi": {"Grant": "आप", "*": "तुम"}}),
        "Grant": Character("Grant", "m"),
    }
    said = (("Summer", 0), ("Grant", 2000), ("Summer", 4000), ("Vivian", 9000), ("Summer", 11_000))
    spoken = tuple(Line(f"L{n}", who, at, at + 1500, lines(9)[n].text) for n, (who, at) in enumerate(said))
    job = Job(
        Transcript("en", "srt", (), spoken, ()), "hi-IN", Glossary(), memory.Memory(),
        settings.glossaries / "untitled/memory.hi-IN.tmx", lambda: None, "", "E hi-IN", cast=cast,
    )  # fmt: skip
    translate.translate(job, session.engines, session.steps)
    first, second = sorted(endpoint.seen, key=lambda scene: bool(scene["said_before"]))  # scenes are asked for at once
    assert first["characters"] == {"Summer": "woman, heroine", "Grant": "man"}
    assert [(x["speaker"], x.get("to"), x.get("address")) for x in first["lines"]] == [
        ("Summer", "Grant", "आप"), ("Grant", "Summer", None), ("Summer", None, "तुम"),
    ]  # fmt: skip
    assert [x["speaker"] for x in second["lines"]] == ["Vivian", "Summer"], "3.5 s of silence end a scene"
    assert second["said_before"] == [spoken[1].text, spoken[2].text]
