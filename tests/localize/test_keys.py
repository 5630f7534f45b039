"""Whatever can change what a step makes is in its key: every option of names, cast, languages, markets and engines is
changed in turn, and the keys of the steps that it reaches must change with it, those of the others need not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from localize.delivery import deliver
from localize.delivery.ingredients import Ingredients, speaker_names
from localize.dubbing import fit_text
from localize.dubbing import steps as dubbing
from localize.markets import Market
from localize.mixing import steps as mixing
from localize.models.registry import Registry
from localize.records import Episode, Line, Media, Take, Transcript, Translation, from_json, to_json
from localize.series.bible import Bible
from localize.series.cast import Character
from localize.series.glossary import Glossary, Term
from localize.session import Session, open_session
from localize.settings import Settings
from localize.storage.step_cache import step_key
from localize.transcript import steps as transcript
from localize.transcript.result import Listened
from localize.translation import steps as translation

TAG = "es-419"
LINES = (Line("L001", "Summer", 500, 2500, "Come home, Summer."), Line("L002", "Leo", 3000, 4000, "Who is there?"))
HEARD = Listened(
    Transcript("en", "asr", (), LINES, ((500, 2500), (3000, 4000))), {"L001": -20.0, "L002": -21.0},
    {"Summer": "f", "Leo": "m"}, None, {},
)  # fmt: skip
MADE = [
    Translation("L001", TAG, "Ven a casa, Verano.", "bergamot"), Translation("L002", TAG, "¿Quién anda?", "bergamot"),
]  # fmt: skip
SPOKEN = dubbing.Spoken((Take("L001", "clip", 500, 2400, 1.0, 1.0, 1.0, 1900, "ef_dora"),), "track", {}, {})


class Spy:
    """Steps that note each key and make nothing."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.store = self

    def get(self, _digest: str) -> bytes:
        return b"there"

    def json(self, name: str, version: int, inputs: Any, subject: str, _make: Callable[[], Any]) -> Any:
        self.keys[f"{name} {subject}"] = step_key(name, version, inputs)
        return {"listen": to_json(HEARD), "dub": to_json(SPOKEN), "fit-text": to_json(MADE[0])}[name]

    def data(self, name: str, version: int, inputs: Any, subject: str, _make: Callable[[], Any]) -> tuple[str, bytes]:
        self.keys[f"{name} {subject}"] = step_key(name, version, inputs)
        return name, b""

    def batch(self, name: str, version: int, rows: list[tuple[Any, str, Any]], _make: Any) -> list[Any]:
        for inputs, subject, _item in rows:
            self.keys[f"{name} {subject}"] = step_key(name, version, inputs)
        return [to_json(MADE[0]) for _row in rows]


def bible(**more: Any) -> Bible:
    """A series with a name that is an ordinary word, said in a way of its own, and two characters."""
    facts: dict[str, Any] = {
        "term": Term("Summer", "person", "f", ("Summa",), ("en",), {TAG: "Verano"}, {TAG: "berano"}),
        "cast": {
            "Summer": Character("Summer", "f", {TAG: "ef_dora"}, 1.0, 0.0, ((0.1,) * 256,), "the heroine"),
            "Leo": Character("Leo", "m"),
        },
    }
    facts.update(more)
    return Bible("night", Path("/nowhere/night"), Glossary((facts["term"],)), facts["cast"])


def keys(settings: Settings, series: Bible, market: Market, episode: Episode, heard: Listened = HEARD) -> dict[str, str]:
    """The keys of every step of one market, by step."""
    session, spy = open_session("night", settings), Spy()
    steps: Any = spy
    session = Session(settings, session.engines, session.ledger, steps, series, session.clock)
    transcript.listen(session, episode)
    mixing.bed(session, episode, heard)
    translation.translate(session, episode, heard, TAG)
    fit_text.fit_text(session, episode, heard, TAG, MADE)
    dubbing.dub(session, episode, heard, TAG, MADE)
    names = {TAG: speaker_names(series, "en", TAG)} if "sdh" in market.also else {}
    made = Ingredients(heard, MADE, {}, SPOKEN, "mix", "bed", (), None, None, None, [], {}, speaker_names=names)
    spy.keys["deliver"] = step_key("deliver", 1, deliver._inputs(session, episode, market, made))
    return spy.keys


@pytest.fixture
def episode() -> Episode:
    media = {f.name: 0 for f in dataclasses.fields(Media) if f.default is dataclasses.MISSING}
    facts = {**media, "duration_ms": 5000, "frame_ms": 40.0, "video_codec": "h264", "audio_codec": "aac"}
    return Episode("E01", "/nowhere/E01.mp4", "sha", Media(**facts))  # type: ignore[arg-type]


def in_settings(settings: Settings, **more: Any) -> Settings:
    """Settings in which the target language is another in one respect."""
    languages = {k: replace(v, **more) if k == TAG else v for k, v in settings.languages.items()}
    return replace(settings, languages=languages)


TERM = bible().terms.terms[0]
CAST = bible().cast
LISTEN, BED, TRANSLATE, FIT, DUB, DELIVER = "listen", "bed", "translate", "fit-text", "dub", "deliver"


@pytest.mark.parametrize(
    ("what", "series", "reaches"),
    [
        ("an alias", bible(term=replace(TERM, aliases=("Summa", "Sammer"))), (LISTEN,)),
        ("an ordinary word", bible(term=replace(TERM, common=())), (LISTEN,)),
        ("the casing of a name", bible(term=replace(TERM, term="SUMMER")), (LISTEN, TRANSLATE)),
        ("a locked form", bible(term=replace(TERM, forms={TAG: "Estío"})), (TRANSLATE, FIT)),
        ("a kind", bible(term=replace(TERM, kind="phrase")), (LISTEN, TRANSLATE)),
        ("a gender", bible(term=replace(TERM, gender="m")), (TRANSLATE,)),
        ("a pronunciation", bible(term=replace(TERM, say={TAG: "/beˈɾano/"})), (FIT, DUB)),
        ("not to be translated", bible(term=replace(TERM, dnt=True)), (LISTEN, TRANSLATE)),
        ("a register", bible(cast={**CAST, "Leo": replace(CAST["Leo"], register="f")}), (LISTEN, FIT, DUB)),
        ("a voice", bible(cast={**CAST, "Leo": replace(CAST["Leo"], voices={TAG: "em_santa"})}), (DUB,)),
        ("a speed", bible(cast={**CAST, "Leo": replace(CAST["Leo"], speed=1.1)}), (FIT, DUB)),
        ("a gain", bible(cast={**CAST, "Leo": replace(CAST["Leo"], gain_db=2.0)}), (DUB,)),
        ("an enrolled voice", bible(cast={**CAST, "Leo": replace(CAST["Leo"], enrolled=((0.2,) * 256,))}), (LISTEN,)),
        ("a name for the deaf", bible(cast={**CAST, "Ada": Character("Ada")}), (DELIVER,)),
    ],
)
def test_a_change_of_the_bible_reaches_its_steps(
    settings: Settings, episode: Episode, what: str, series: Bible, reaches: tuple[str, ...]
) -> None:
    market = replace(settings.market("latam"), also=("sdh",))
    before, after = keys(settings, bible(), market, episode), keys(settings, series, market, episode)
    touched = {name.split(" ")[0] for name in before if before[name] != after.get(name)}
    assert set(reaches) <= touched, what
    assert BED not in touched


@pytest.mark.parametrize(
    ("change", "reaches"),
    [
        ({"cps": 15.0}, (FIT, DELIVER)),
        ({"espeak": "es"}, (LISTEN, FIT, DUB)),
        ({"voices": {"f": ["ef_dora"], "m": ["em_santa"]}}, (DUB,)),
        ({"chars": 40}, (DELIVER,)),
        ({"chars_vertical": 20}, (DELIVER,)),
        ({"cps_sdh": 18.0}, (DELIVER,)),
        ({"iso": "xxx"}, (DELIVER,)),
        ({"font": "Noto Serif"}, (DELIVER,)),
        ({"name": "Another Spanish"}, (DELIVER,)),
    ],
)
def test_a_change_of_the_language_table_reaches_its_steps(
    settings: Settings, episode: Episode, change: dict[str, Any], reaches: tuple[str, ...]
) -> None:
    market = settings.market("latam")
    before, after = (keys(s, bible(), market, episode) for s in (settings, in_settings(settings, **change)))
    assert set(reaches) <= {name.split(" ")[0] for name in before if before[name] != after[name]}


def test_every_option_of_a_market_and_its_loudness_reaches_the_delivery(settings: Settings, episode: Episode) -> None:
    market = settings.market("latam")
    before = keys(settings, bible(), market, episode)[DELIVER]
    changed = {
        "name": "other", "title": "Other", "language": "es-419x", "loudness": "broadcast", "extra_subtitles": ("en-US",),
        "also": ("ass",), "cover": "blur",
    }  # fmt: skip
    for option in dataclasses.fields(Market):
        if option.name == "language":
            continue  # another language is another variant altogether
        value = changed.get(option.name, "other")
        assert value != getattr(market, option.name)
        assert keys(settings, bible(), replace(market, **{option.name: value}), episode)[DELIVER] != before, option.name
    louder = {k: replace(v, lufs=v.lufs - 1) for k, v in settings.loudness.items()}
    assert keys(replace(settings, loudness=louder), bible(), market, episode)[DELIVER] != before


def test_the_bed_follows_where_lines_are_said(settings: Settings, episode: Episode) -> None:
    moved = replace(LINES[0], start_ms=300)
    heard = replace(HEARD, transcript=replace(HEARD.transcript, lines=(moved, LINES[1])))
    market = settings.market("latam")
    before, after = keys(settings, bible(), market, episode), keys(settings, bible(), market, episode, heard)
    assert before["bed E01"] != after["bed E01"]
    assert from_json(Listened, to_json(heard)).spoken != HEARD.spoken


@pytest.mark.parametrize(
    ("model", "reaches"),
    [
        ("kokoro-82m-v1.0-int8", (FIT, DUB)),
        ("kokoro-82m-v1.0-voices", (FIT, DUB)),
        ("faster-whisper-base", (LISTEN, DUB)),
        ("ge2e-resemblyzer", (LISTEN,)),
    ],
)
def test_another_file_of_a_model_reaches_whoever_loads_it(
    settings: Settings, episode: Episode, monkeypatch: pytest.MonkeyPatch, model: str, reaches: tuple[str, ...]
) -> None:
    market = settings.market("latam")
    before = keys(settings, bible(), market, episode)
    real = Registry.digests

    def other(self: Registry, model_id: str) -> dict[str, str]:
        found = real(self, model_id)
        return {name: f"other {digest}" for name, digest in found.items()} if model_id == model else found

    monkeypatch.setattr(Registry, "digests", other)
    after = keys(settings, bible(), market, episode)
    assert set(reaches) <= {name.split(" ")[0] for name in before if before[name] != after[name]}


def test_what_a_language_model_reads_is_in_the_key_of_its_lines(settings: Settings, episode: Episode) -> None:
    asked = replace(settings, llm_url="http://localhost:1/v1", llm_model="one")
    market = settings.market("latam")
    before = keys(asked, bible(), market, episode)["translate E01 es-419 L001"]
    cast = {**CAST, "Summer": replace(CAST["Summer"], note="speaks very formally")}
    others = {
        "another model": keys(replace(asked, llm_model="two"), bible(), market, episode),
        "another address": keys(replace(asked, llm_url="http://localhost:2/v1"), bible(), market, episode),
        "a reading speed": keys(in_settings(asked, cps=15.0), bible(), market, episode),
        "a language's name": keys(in_settings(asked, name="Mexican Spanish"), bible(), market, episode),
        "a character's note": keys(asked, bible(cast=cast), market, episode),
    }
    for what, found in others.items():
        assert found["translate E01 es-419 L001"] != before, what
