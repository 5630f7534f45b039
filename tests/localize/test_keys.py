"""Whatever can change what a step makes is in its key.

Every field of every step's inputs is changed in turn, and every option of terms, cast, languages, markets, loudness,
settings and models; what must be changed is read from the classes themselves, so that a new field or step without a
place here fails.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from localize.dubbing import pronounce
from localize.markets import Language, Loudness, Market
from localize.mixing import leftover_speech
from localize.mixing.steps import BedKeptInputs, MixInputs, MixLevelInputs
from localize.models.registry import Registry, load
from localize.records import Episode, from_json, to_json
from localize.series.bible import Bible
from localize.series.cast import Character
from localize.series.glossary import Term
from localize.settings import Settings
from localize.storage.step_cache import step_key
from localize.transcript.result import Listened, Sound
from tests.localize import every_step as steps
from tests.localize.every_step import EPISODE, HEARD, LINES, TAG, bible, every_step, market_steps, others


def keys(settings: Settings, series: Bible, market: Market, episode: Episode, heard: Listened = HEARD) -> dict[str, str]:
    """The keys of the steps of one market, by step."""
    return market_steps(settings, series, market, episode, heard).keys


@pytest.fixture
def episode() -> Episode:
    return EPISODE


def in_settings(settings: Settings, **more: Any) -> Settings:
    """Settings in which the target language is another in one respect."""
    languages = {k: replace(v, **more) if k == TAG else v for k, v in settings.languages.items()}
    return replace(settings, languages=languages)


TERM = bible().terms.terms[0]
CAST = bible().cast
MARKED = (
    replace(HEARD, kept=(Sound(100, 400, "marked [keep]"),)), replace(HEARD, muted=(Sound(100, 400, "marked [mute]", "No."),)),
)  # fmt: skip
LISTEN, BED, TRANSLATE, FIT, DUB, DELIVER = "listen", "bed", "translate", "fit-text", "dub", "deliver"


# of each field another value, and the steps that it must reach; a field that shapes no output reaches none
TERMS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "term": ("SUMMER", (LISTEN, TRANSLATE)),
    "kind": ("phrase", (LISTEN, TRANSLATE)),
    "gender": ("m", (TRANSLATE,)),
    "aliases": (("Summa", "Sammer"), (LISTEN,)),
    "common": ((), (LISTEN,)),
    "forms": ({TAG: "Estío"}, (TRANSLATE, FIT)),
    "say": ({TAG: "/beˈɾano/"}, (FIT, DUB)),
    "dnt": (True, (LISTEN, TRANSLATE)),
    "note": ("for people", ()),
}
CHARACTERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "name": ("Leonard", (LISTEN,)),
    "register": ("f", (LISTEN, FIT, DUB)),
    "voices": ({TAG: "em_santa"}, (DUB,)),
    "speed": (1.1, (FIT, DUB)),
    "gain_db": (2.0, (DUB,)),
    "enrolled": (((0.2,) * 256,), (LISTEN,)),
    "then": ({TAG: ("em_santa",)}, ()),  # speaks only where the first voice fails
    "note": ("a sailor", ()),  # read by language models alone, like the next: below
    "address": ({"es": {"Summer": "usted"}}, ()),
    "manner": ("whispered", (FIT, DUB)),
}
LANGUAGES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "tag": ("es-MX", (DELIVER,)),
    "name": ("Another Spanish", (DELIVER,)),
    "chars": (40, (DELIVER,)),
    "chars_vertical": (20, (DELIVER,)),
    "cps": (15.0, (FIT, DELIVER)),
    "iso": ("xxx", (DELIVER,)),
    "espeak": ("es", (LISTEN, FIT, DUB)),
    "voices": ({"f": ["ef_dora"], "m": ["em_santa"]}, (DUB,)),
    "cps_sdh": (18.0, (DELIVER,)),
    "font": ("Noto Serif", (DELIVER,)),
    "spaces": (False, (DELIVER,)),
}
MARKETS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "name": ("other", (DELIVER,)),
    "title": ("Other", (DELIVER,)),
    "language": ("pt-BR", (DELIVER,)),
    "loudness": ("broadcast", (DELIVER,)),
    "extra_subtitles": (("en-US",), (DELIVER,)),
    "also": (("ass",), (DELIVER,)),
    "cover": ("blur", (DELIVER,)),
    "on_request": (True, ()),
    "machine": ("pass", (DELIVER,)),
}
PRESETS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "lufs": (-15.0, (DELIVER,)),
    "tolerance": (1.0, (DELIVER,)),
    "true_peak": (-2.0, (DELIVER,)),
}
SETTINGS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "hardsubs": ("off", (LISTEN,)),
    "llm_url": ("http://localhost:1/v1", ()),  # with a model's name alone: below
    "llm_model": ("one", ()),
    "voice_graph": ("published", ()),  # it may be what speaks anyway; test_voice_graphs tells the two apart
}
# where things lie, who is told, how fast and how long; tables, models and programs, whose own rows and digests count
NO_OUTPUT = frozenset(
    "home models models_toml glossaries hub offline ffmpeg threads onnx_threads device asr json_logs catch_up_s hub_token releases "
    "webhook mail_to mail_from smtp server server_auth ledger store bucket s3_endpoint llm_key llm_seconds llm_parallel "
    "endpoints endpoints_named coqui coqui_seconds markets languages loudness".split()
)


def touched(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Steps of which some key is another now."""
    return {name.split(" ")[0] for name in {*before, *after} if before.get(name) != after.get(name)}


@pytest.mark.parametrize(
    ("kind", "table"),
    [(Term, TERMS), (Character, CHARACTERS), (Language, LANGUAGES), (Market, MARKETS), (Loudness, PRESETS)],
)
def test_every_option_has_its_place_here(kind: Any, table: dict[str, Any]) -> None:
    assert set(table) == {f.name for f in fields(kind)}


def test_every_setting_has_its_place_here() -> None:
    assert set(SETTINGS) | NO_OUTPUT == {f.name for f in fields(Settings)}


@pytest.mark.parametrize("field", [f.name for f in fields(Term)])
def test_a_change_of_a_term_reaches_its_steps(settings: Settings, episode: Episode, field: str) -> None:
    value, reaches = TERMS[field]
    series = bible(term=replace(TERM, **{field: value}))
    found = changed(settings, episode, series)
    assert set(reaches) <= found
    assert BED not in found
    assert field != "forms" or LISTEN not in found  # what a name is in Spanish is not heard in English


@pytest.mark.parametrize("field", [f.name for f in fields(Character)])
def test_a_change_of_the_cast_reaches_its_steps(settings: Settings, episode: Episode, field: str) -> None:
    value, reaches = CHARACTERS[field]
    other = replace(CAST["Leo"], **{field: value})
    found = changed(settings, episode, bible(cast={"Summer": CAST["Summer"], other.name: other}))
    assert set(reaches) <= found
    assert BED not in found


def test_a_name_for_the_deaf_reaches_the_delivery(settings: Settings, episode: Episode) -> None:
    assert changed(settings, episode, bible(cast={**CAST, "Ada": Character("Ada")})) == {DELIVER}


def changed(settings: Settings, episode: Episode, series: Bible) -> set[str]:
    market = replace(settings.market("latam"), also=("sdh",))
    return touched(keys(settings, bible(), market, episode), keys(settings, series, market, episode))


@pytest.mark.parametrize("field", [f.name for f in fields(Language)])
def test_a_change_of_the_language_table_reaches_its_steps(settings: Settings, episode: Episode, field: str) -> None:
    value, reaches = LANGUAGES[field]
    market = settings.market("latam")
    before, after = (keys(s, bible(), market, episode) for s in (settings, in_settings(settings, **{field: value})))
    assert set(reaches) <= touched(before, after)


@pytest.mark.parametrize("field", [f.name for f in fields(Market)])
def test_every_option_of_a_market_reaches_the_delivery(settings: Settings, episode: Episode, field: str) -> None:
    value, reaches = MARKETS[field]
    market = settings.market("latam")
    assert value != getattr(market, field)
    other = replace(market, **{field: value})
    assert set(reaches) <= touched(keys(settings, bible(), market, episode), keys(settings, bible(), other, episode))


@pytest.mark.parametrize("field", [f.name for f in fields(Loudness)])
def test_every_figure_of_a_loudness_reaches_the_delivery(settings: Settings, episode: Episode, field: str) -> None:
    value, reaches = PRESETS[field]
    market = settings.market("latam")
    louder = replace(settings, loudness={k: replace(v, **{field: value}) for k, v in settings.loudness.items()})
    assert set(reaches) <= touched(keys(settings, bible(), market, episode), keys(louder, bible(), market, episode))


@pytest.mark.parametrize("field", sorted(SETTINGS))
def test_every_setting_that_shapes_an_output_reaches_its_steps(settings: Settings, episode: Episode, field: str) -> None:
    value, reaches = SETTINGS[field]
    market, other = settings.market("latam"), replace(settings, **{field: value})
    assert set(reaches) <= touched(keys(settings, bible(), market, episode), keys(other, bible(), market, episode))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "E01.mp4").write_bytes(b"a file")
    return tmp_path / "E01.mp4"


@pytest.fixture
def spy(settings: Settings, file: Path) -> steps.Spy:
    return every_step(settings, EPISODE, file)


def test_every_step_of_the_library_is_walked(spy: steps.Spy) -> None:
    """A new step, and a new class of inputs, must be called in every_step."""
    assert set(spy.inputs) == steps.named_steps()
    assert {type(i) for i in spy.inputs.values()} == steps.inputs_classes()


def test_a_step_s_inputs_are_one_frozen_value_and_each_place_in_it_is_in_the_key(spy: steps.Spy) -> None:
    for name, inputs in spy.inputs.items():
        assert type(inputs).__dataclass_params__.frozen, name
        before = step_key(name, 1, inputs)
        found = list(others(inputs))
        assert {w[1:].split(".")[0].split("[")[0].split("+")[0] for w, _other in found} == {f.name for f in fields(inputs)}
        for where, other in found:
            assert step_key(name, 1, other) != before, f"{name}{where}"


def test_keys_are_made_of_the_plain_values_of_their_inputs(spy: steps.Spy) -> None:
    """As they always were, by whatever way the text is made: else everything would be done anew."""
    for name, inputs in spy.inputs.items():
        plain = {"step": name, "version": 1, "inputs": to_json(inputs)}
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert step_key(name, 1, inputs) == hashlib.sha256(text.encode()).hexdigest(), name


def test_named_inputs_give_the_keys_that_a_ledger_holds_already(settings: Settings) -> None:
    """The inputs of these steps were plain tables before they had a class: what was done then is done."""
    preset = settings.loudness["mobile"]
    pairs: list[tuple[Any, Any]] = [
        (MixInputs(bed="b", track="t", preset=preset), {"bed": "b", "track": "t", "preset": to_json(preset)}),
        (MixLevelInputs(bed="b", track="t"), {"bed": "b", "track": "t"}),
        (
            BedKeptInputs(file="f", sound="a:0", bed="b", spoken=((1, 2),)),
            {"file": "f", "sound": "a:0", "bed": "b", "spoken": [(1, 2)]},
        ),
    ]
    for now, then in pairs:
        assert step_key("s", 1, now) == step_key("s", 1, then)


def test_how_a_text_is_read_reaches_all_that_is_spoken_or_measured(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other rules, another num2words or another dictionary: a finished dub holds the old words."""
    before = every_step(settings, EPISODE, file).keys
    monkeypatch.setattr(pronounce, "VERSION", pronounce.VERSION + 1)
    after = every_step(settings, EPISODE, file).keys
    assert {"speak", "length", FIT, DUB} <= touched(before, after)
    assert not {LISTEN, TRANSLATE, BED} & touched(before, after)


def test_the_bed_follows_where_lines_are_said(settings: Settings, episode: Episode) -> None:
    moved = replace(LINES[0], start_ms=300)
    heard = replace(HEARD, transcript=replace(HEARD.transcript, lines=(moved, LINES[1])))
    market = settings.market("latam")
    before, after = keys(settings, bible(), market, episode), keys(settings, bible(), market, episode, heard)
    assert before["bed E01"] != after["bed E01"]
    assert from_json(Listened, to_json(heard)).spoken != HEARD.spoken


def test_what_is_kept_and_muted_reaches_the_bed_what_is_left_in_it_and_the_delivery(settings: Settings, episode: Episode) -> None:
    made: list[dict[str, str]] = []
    market, series = settings.market("latam"), bible()
    for heard in (HEARD, *MARKED):
        session, spy = steps.spied(settings, series)
        leftover_speech.left_speech(session, episode, heard, "bed")
        made.append(keys(settings, series, market, episode, heard) | spy.keys)
    plain, *others = made
    assert [touched(plain, other) for other in others] == [{DUB, BED, "left-speech", DELIVER}, {BED, "left-speech", DELIVER}]


def test_lines_translated_from_their_sound_follow_the_track_that_is_heard(settings: Settings, file: Path) -> None:
    other = replace(EPISODE, media=replace(EPISODE.media, sound="a:1"))
    before, after = (every_step(settings, e, file).keys for e in (EPISODE, other))
    assert {"translate-speech", "bed", "master", "bed-kept", DELIVER} <= touched(before, after)


# of every embedded model the steps that load it
MODELS: dict[str, tuple[str, ...]] = {
    "kokoro-82m-v1.0-int8": (FIT, DUB),
    "kokoro-82m-v1.0-voices": (FIT, DUB),
    "faster-whisper-base": (LISTEN, DUB),
    "ge2e-resemblyzer": (LISTEN,),
    "ppocr-v6-small": (LISTEN, "read-picture"),
    "bergamot-tiny-enpt": (TRANSLATE,),
    "bergamot-tiny-pten": ("meaning",),
}


@pytest.mark.parametrize("model", sorted(MODELS))
def test_another_file_of_a_model_reaches_whoever_loads_it(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    before = every_step(settings, EPISODE, file).keys
    real = Registry.digests

    def other(self: Registry, model_id: str) -> dict[str, str]:
        found = real(self, model_id)
        return {name: f"other {digest}" for name, digest in found.items()} if model_id == model else found

    monkeypatch.setattr(Registry, "digests", other)
    assert set(MODELS[model]) <= touched(before, every_step(settings, EPISODE, file).keys)


def test_every_embedded_model_has_its_place_here(settings: Settings) -> None:
    assert set(MODELS) == {m.id for m in load(settings, False).models.values() if m.embedded}


def test_what_a_language_model_reads_is_in_the_key_of_its_lines(settings: Settings, episode: Episode) -> None:
    asked = replace(settings, llm_url="http://localhost:1/v1", llm_model="one")
    market = settings.market("latam")
    before = keys(asked, bible(), market, episode)["translate E01 es-419 L001"]
    cast = {**CAST, "Summer": replace(CAST["Summer"], note="speaks very formally")}
    told = {**CAST, "Summer": replace(CAST["Summer"], address={"es": {"*": "usted"}})}
    others = {
        "another model": keys(replace(asked, llm_model="two"), bible(), market, episode),
        "another address": keys(replace(asked, llm_url="http://localhost:2/v1"), bible(), market, episode),
        "a reading speed": keys(in_settings(asked, cps=15.0), bible(), market, episode),
        "a language's name": keys(in_settings(asked, name="Mexican Spanish"), bible(), market, episode),
        "a character's note": keys(asked, bible(cast=cast), market, episode),
        "a form of address": keys(asked, bible(cast=told), market, episode),
    }
    for what, found in others.items():
        assert found["translate E01 es-419 L001"] != before, what
