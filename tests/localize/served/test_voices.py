"""Served voices against a real server on loopback: every bad answer is typed or flagged, and none is kept or paid twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from localize.dubbing import casting, intelligibility, speak
from localize.dubbing.spoken_line import SpokenLine
from localize.engines.base import Clip, EngineContext
from localize.engines.catalogue import Engines
from localize.engines.served import sound
from localize.engines.served.endpoint import parse
from localize.engines.served.sample import try_out
from localize.engines.served.speech import Served as Voice
from localize.engines.served.speech import pieces
from localize.errors import EngineError, EngineFailed, LicenceRefused, OptionError, OverBudget, UnusableResult
from localize.models import registry
from localize.pipeline import market as stages
from localize.qc.wording import voices as voices_check
from localize.records import Episode, Flag, Line, Media, Take, Transcript, Translation
from localize.series.bible import Bible
from localize.series.cast import Character
from localize.series.cast import parse as parse_cast
from localize.series.glossary import Glossary
from localize.session import Session, open_session
from localize.settings import Settings
from localize.transcript.result import Listened
from tests.localize.served.server import BAD, Served, serving, wav

KEY = "sk-test-9f8e7d6c5b4a3210-served"
TEXT = "Nadie sale de esta casa antes de encontrar la carta."
TABLE = """
[stage]
kind = "tts"
url = "{url}"
model = "acting-voice"
key = "STAGE_KEY"
licence = "MIT"
commercial_use = true
can = ["speed", "seed"]
price = {{ million_characters = 15.0 }}
tries = 2
answer_s = 60.0
connect_s = 1.0
"""


@pytest.fixture(scope="module")
def spoken() -> Any:
    """Our own voice, each text at a speed spoken once."""
    from localize.settings import load_settings

    settings = load_settings()
    kokoro = Engines(EngineContext(settings, registry.load(settings))).get("kokoro")
    made: dict[tuple[str, float], Clip] = {}

    def say(text: str, _voice: str, speed: float) -> Clip:
        if (text, speed) not in made:
            made[text, speed] = kokoro.speak(kokoro.phonemes(text, "es-419"), "ef_dora", speed)
        return made[text, speed]

    say(TEXT, "", 1.0)
    return say


@pytest.fixture
def server(spoken: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("STAGE_KEY", KEY)
    with serving(spoken) as found:
        yield found


def set_up(settings: Settings, server: Served, more: str = "") -> Settings:
    settings.glossaries.mkdir(parents=True, exist_ok=True)
    settings.endpoints.write_text(TABLE.format(url=server.url) + more, encoding="utf-8")
    return settings


def voice_of(settings: Settings, **more: Any) -> Voice:
    context = EngineContext(settings, registry.load(settings), series="bay")
    endpoint = replace(context.endpoints["stage"], **more)
    context.endpoints["stage"] = endpoint
    return Voice(context, endpoint, sleep=lambda _s: None)


def say(voice: Voice, text: str = TEXT) -> Clip:
    return voice.speak(voice.phonemes(text, "es-419"), "stage:dora", 1.0)


TYPED: dict[str, tuple[type[EngineError], str]] = {
    "busy": (EngineError, "HTTP 429"), "busy-wait": (EngineError, "HTTP 429"), "broken": (EngineError, "HTTP 500"),
    "quota": (EngineFailed, "out of quota"), "payment": (EngineFailed, "out of quota"),
    "forbidden": (EngineFailed, "set STAGE_KEY"), "gone": (EngineFailed, "nothing is served at /audio/speech"),
    "elsewhere": (EngineFailed, "sends elsewhere"), "empty": (EngineError, "empty answer"), "page": (EngineError, "web page"),
    "error-inside": (EngineError, "error inside HTTP 200"), "quota-inside": (EngineFailed, "out of quota"),
    "cut": (EngineError, r"."), "slow": (EngineError, "no answer within 1 s"), "drips": (EngineError, "no whole answer within"),
    "no-sound": (UnusableResult, "no sound"), "silence": (UnusableResult, "silence"), "noise": (UnusableResult, "noise"),
    "half": (UnusableResult, "half of it"), "ten-times": (UnusableResult, "much more than the line"),
    "twice-the-rate": (UnusableResult, r"."), "clipped": (UnusableResult, "clipped"), "cut-wav": (UnusableResult, "cut off"),
    "odd-pcm": (UnusableResult, "half a sample"), "refuses": (UnusableResult, "HTTP 422"),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_answer_is_typed_and_never_names_the_key(settings: Settings, server: Served, bad: str) -> None:
    server.bad = bad
    more = {"odd-pcm": {"format": "pcm", "rate": 24_000}, "slow": {"answer_s": 1.0}, "drips": {"answer_s": 1.0}}
    voice = voice_of(set_up(settings, server), **more.get(bad, {}))
    kind, said = TYPED[bad]
    with pytest.raises(kind, match=said) as caught:
        say(voice)
    assert KEY not in f"{caught.value!r}{caught.value}{caught.value.__cause__!r}"
    assert KEY[:12] not in str(caught.value)
    assert server.keys[0] == f"Bearer {KEY}"
    assert len(server.keys) <= 3


def test_the_list_of_bad_answers_is_tried_whole() -> None:
    assert set(TYPED) == set(BAD)
    assert len(BAD) >= 20


def test_what_a_server_asks_for_is_waited(settings: Settings, server: Served) -> None:
    waits: list[float] = []
    for bad in ("busy", "busy-wait"):
        server.bad, server.good_after = bad, len(server.keys) + 1
        context = EngineContext(set_up(settings, server), registry.load(settings))
        assert say(Voice(context, context.endpoints["stage"], sleep=waits.append)).duration_ms > 1000
    assert waits == [1.0, 1.0]  # half a second doubled once, and what Retry-After says


@pytest.mark.parametrize(("form", "rate"), [("wav", 0), ("flac", 0), ("pcm", 24_000)])
def test_every_form_is_the_same_speech(settings: Settings, server: Served, form: str, rate: int, spoken: Any) -> None:
    clip = say(voice_of(set_up(settings, server), format=form, rate=rate))
    wanted = spoken(TEXT, "", 1.0)
    assert clip.rate == wanted.rate
    assert np.abs(clip.samples - np.clip(wanted.samples, -1, 1)).max() < 2e-4


def test_a_streamed_wav_is_read_whole_and_a_cut_one_is_refused() -> None:
    samples = np.sin(np.arange(24_000) / 20).astype(np.float32) / 2
    data = bytearray(wav(samples, 24_000))
    at = data.find(b"data")
    data[4:8] = data[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    assert len(sound.decode(bytes(data), "wav", 0, "x")[0]) == 24_000
    data[at + 4 : at + 8] = (48_000).to_bytes(4, "little")
    with pytest.raises(UnusableResult, match="cut off"):
        sound.decode(bytes(data[:-1000]), "wav", 0, "x")


def test_a_long_text_goes_in_pieces(settings: Settings, server: Served) -> None:
    assert pieces("Uno dos. ¿Tres? Cuatro cinco seis siete", 16) == ["Uno dos. ¿Tres?", "Cuatro cinco", "seis siete"]
    say(voice_of(set_up(settings, server), max_characters=60), f"{TEXT} {TEXT}")
    assert [b["input"] for b in server.seen] == [TEXT, TEXT]


def test_a_server_that_is_down_costs_one_try_and_is_said(settings: Settings, server: Served) -> None:
    voice = voice_of(set_up(settings, server), url="http://127.0.0.1:9/v1")
    for _n in range(5):
        with pytest.raises(EngineFailed, match=r"url of \[stage\]"):
            say(voice)
    assert voice.context.failures.reason("stage")
    assert voice.wire.spending.total(voice.endpoint) == 0.0


def test_money_is_counted_and_max_cost_stops_before_it_is_spent(settings: Settings, server: Served) -> None:
    price = 15.0 * len(TEXT) / 1e6
    voice = voice_of(set_up(settings, server), max_cost=2.5 * price)
    say(voice)
    say(voice)
    with pytest.raises(OverBudget, match="max_cost"):
        say(voice)
    assert len(server.seen) == 2
    assert voice.wire.spending.total(voice.endpoint) == pytest.approx(2 * price)


def test_a_licence_that_forbids_this_use_is_refused(settings: Settings, server: Served) -> None:
    voice = voice_of(set_up(settings, server), commercial_use=False)
    with pytest.raises(LicenceRefused):
        voice.check_voice("stage:dora")
    with pytest.raises(OptionError, match="choose from ana"):
        voice_of(settings, voices=("ana",)).check_voice("stage:dora")
    assert server.keys == []


def test_a_voice_without_speed_is_not_paid_twice(settings: Settings, server: Served) -> None:
    session = open_session("bay", set_up(settings, server))
    line = Line("L001", "Ana", 0, 3000, "x", manner="whispered")
    part = SpokenLine(line, TEXT, "stage:dora", 1.0, (), -20.0)
    voices = session.engines.synthesizer()
    for speed, asked in ((1.0, 1), (1.1, 2), (1.1, 2)):
        speak.speak(part, speed, voices, "es-419", session.steps, "E01 es-419 L001")
        assert len(server.seen) == asked
    session.engines.context.endpoints["stage"] = one = parse(
        TABLE.format(url=server.url).replace('"speed", "seed"', '"instructions"'), "e"
    )["stage"]
    session.engines._served.clear()
    for speed in (1.0, 1.1, 0.95):
        speak.speak(part, speed, voices, "es-419", session.steps, "E01 es-419 L001")
    assert len(server.seen) == 3
    assert "speed" not in server.seen[-1]
    assert server.seen[-1]["instructions"] == "Say it whispered."
    spent = session.engines.get("stage").wire.spending
    assert {s.about for s in spent.by_subject()} == {"E01 es-419 L001"}
    assert one.price


# --- an episode's language --------------------------------------------------------------------------------------

LINES = (
    Line("L001", "Ana", 500, 3500, "one"), Line("L002", "Leo", 4000, 7000, "two"), Line("L003", "Ana", 7500, 11000, "three"),
)  # fmt: skip
TEXTS = (TEXT, "No digas nada hasta que llegue mi hermano.", "La puerta estaba abierta toda la noche.")
HEARD = Listened(
    Transcript("en", "asr", (), LINES, ((500, 11000),)), {x.id: -20.0 for x in LINES}, {"Ana": "f", "Leo": "m"}, None, {}
)  # fmt: skip


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens back: these tests are about who speaks, and recognition takes most of a minute."""
    monkeypatch.setattr(intelligibility, "JUDGED", frozenset())


def bible(folder: Path, voices: Any) -> Bible:
    cast = parse_cast(f'[Ana]\nregister = "f"\nvoices = {{ "es-419" = {voices} }}\n', "cast.toml")
    return Bible("bay", folder, Glossary(), {**cast, "Leo": Character("Leo", "m", {"es-419": "em_alex"})})


def dubbed(session: Session) -> stages.LanguagePart:
    media = Media(12_000, 40.0, 540, 960, 0, "h264", "aac", 2, 48_000, 0)
    made = [Translation(x.id, "es-419", t, "memory") for x, t in zip(LINES, TEXTS, strict=True)]
    part = stages.LanguagePart(HEARD, made, None, [])
    return stages.speak_part(session, Episode("E01", "/nowhere/E01.mp4", "sha", media), "es-419", part)


def takes_of(part: stages.LanguagePart) -> dict[str, Take]:
    assert part.spoken is not None
    return {t.line_id: t for t in part.spoken.takes}


@pytest.mark.usefixtures("unjudged")
def test_a_character_speaks_with_the_served_voice_and_a_rerun_asks_nothing(settings: Settings, server: Served) -> None:
    session = open_session("bay", set_up(settings, server))
    session = replace(session, bible=bible(settings.glossaries / "bay", '"stage:dora"'))
    part = dubbed(session)
    takes = takes_of(part)
    assert [takes[i].voice for i in ("L001", "L002", "L003")] == ["stage:dora", "em_alex", "stage:dora"]
    assert {e.name for e in part.engines} == {"stage", "kokoro"}
    asked = len(server.seen)
    assert dubbed(open_like(session)).spoken == part.spoken
    assert len(server.seen) == asked
    leaks = [p for p in settings.home.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()]
    assert leaks == []


def open_like(session: Session) -> Session:
    """What another process would have: the same folders and bible, nothing of what this one remembers."""
    return replace(open_session("bay", session.settings), bible=session.bible)


@pytest.mark.usefixtures("unjudged")
@pytest.mark.parametrize("bad", ["silence", "quota", "forbidden", "half"])
@pytest.mark.parametrize(("voices", "then"), [('"stage:dora"', "a default"), ('["stage:dora", "ef_dora*0.7+af_heart*0.3"]', "the list")])
def test_where_a_voice_fails_the_whole_part_goes_to_the_next(
    settings: Settings, server: Served, bad: str, voices: str, then: str
) -> None:
    server.bad = bad
    server.good_after = 1 << 30
    session = open_session("bay", set_up(settings, server))
    session = replace(session, bible=bible(settings.glossaries / "bay", voices))
    session.engines.get("stage").wire._sleep = lambda _s: None
    part = dubbed(session)
    takes = takes_of(part)
    assert takes["L001"].voice == takes["L003"].voice
    wanted = {"a default": "stage", "the list": "ef_dora*0.7+af_heart*0.3"}[then]
    assert (takes["L001"].voice == wanted) if then == "the list" else not takes["L001"].voice.startswith(wanted)
    assert all(t.clip for t in takes.values())
    assert any(Flag.OTHER_VOICE.marks(f) for f in takes["L001"].flags)
    assert not any(Flag.OTHER_VOICE.marks(f) for f in takes["L002"].flags)
    assert {e.name for e in part.engines} == {"kokoro"}

    class Seen:
        takes = tuple(takes_of(part).values())

    check = voices_check(Seen())  # type: ignore[arg-type]
    assert check.verdict == "review"
    assert "2 lines" in check.figure


@pytest.mark.usefixtures("unjudged")
def test_a_server_killed_in_mid_run_and_the_rerun_asks_only_for_what_is_missing(
    settings: Settings, server: Served, spoken: Any
) -> None:
    session = open_session("bay", set_up(settings, server, ""))
    session = replace(session, bible=bible(settings.glossaries / "bay", '["stage:dora"]'))  # this voice or none
    session.engines.get("stage").wire._sleep = lambda _s: None
    server.bad, server.good_after = "", 0
    texts: list[str] = []

    def dies(text: str, voice: str, speed: float) -> Clip:
        texts.append(text)
        if len(set(texts)) > 1:  # after the first line
            server.bad, server.good_after = "forbidden", 1 << 30
            raise ConnectionAbortedError("killed before it answers")
        return spoken(text, voice, speed)

    server.voice = dies
    broken = takes_of(dubbed(session))
    lost = [i for i in ("L001", "L003") if Flag.NO_CLIP in broken[i].flags]
    assert len(lost) == 1  # the first one that was asked for is there
    assert broken["L002"].clip
    had = {b["input"] for b in server.seen if b["input"] in texts}
    server.voice, server.bad = spoken, ""
    before = len(server.seen)
    whole = takes_of(dubbed(open_like(session)))
    assert all(t.clip and t.voice in ("stage:dora", "em_alex") for t in whole.values())
    again = [(b["input"], b.get("speed")) for b in server.seen[before:]]
    first = [(b["input"], b.get("speed")) for b in server.seen[:before] if b["input"] in had]
    assert len(again) == len(set(again))
    assert not set(again) & set(first[:1])  # what was paid for is not asked for again


@pytest.mark.usefixtures("unjudged")
def test_an_explicit_list_ends_and_says_what_is_missing(settings: Settings, server: Served) -> None:
    server.bad = "payment"
    session = open_session("bay", set_up(settings, server))
    session = replace(session, bible=bible(settings.glossaries / "bay", '["stage:dora"]'))
    takes = takes_of(dubbed(session))
    assert Flag.NO_CLIP in takes["L001"].flags
    assert any("out of quota" in f for f in takes["L001"].flags)
    assert casting.lost(session, HEARD, "es-419", takes.values()) == {}


def test_check_says_what_it_can(settings: Settings, server: Served) -> None:
    more = TABLE.format(url=server.url).replace("commercial_use", 'voices = ["dora"]\nlanguages = ["es"]\ncommercial_use')
    set_up(settings, server).endpoints.write_text(more, encoding="utf-8")
    engines = Engines(EngineContext(settings, registry.load(settings)))
    tried = try_out(engines, "stage")
    assert tried.ok, tried
    assert "takes a speed" in tried.told[1]
    assert "carta" in tried.told[2]
    assert tried.price.endswith("USD for the sample")


def test_the_book_holds_no_key(settings: Settings, server: Served) -> None:
    say(voice_of(set_up(settings, server)))
    with sqlite3.connect(settings.home / "spending.sqlite") as db:
        assert KEY not in repr(db.execute("SELECT * FROM spent").fetchall())
