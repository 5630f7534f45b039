"""The real CTranslate2 and transformers loaders on a tiny model, pulled from a hub on loopback as a studio would."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from localize.cli import main
from localize.engines.base import Ask, EngineContext
from localize.engines.catalogue import Engines
from localize.engines.translation.model_families import dialect, pairs
from localize.errors import ModelDamaged, ModelError
from localize.models import registry
from localize.models.registry import Model
from localize.records import Line, Transcript
from localize.series import memory
from localize.series.glossary import Glossary, Term
from localize.settings import load_settings
from localize.translation import available, send, translate
from localize.translation.job import Job
from localize.translation.routes import plan
from tests.localize import tiny_model
from tests.localize.conftest import Hub

TABLE = """
[[model]]
id = "{id}"
task = "mt"
languages = ["en->es"]
licence = "CC-BY-4.0"
commercial_use = {commercial}
engine = "{engine}"
family = "marian"
comet = 0.99
score_source = "made up"
[[model.source]]
kind = "hub"
repo = "someone/tiny"
revision = "main"
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    tiny_model.make(folder)
    return folder


@pytest.fixture
def place(tmp_path: Path, tiny: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it but a registry of two tiny models, and the hub that has them."""
    hub.files = {n: (tiny / n).read_bytes() for n in tiny_model.FILES}
    files = "".join(f'[[model.file]]\nname = "{n}"\n' for n in tiny_model.FILES)
    both = (("tiny-ct2", "ctranslate2"), ("tiny-hf", "transformers"))
    text = "".join(TABLE.format(id=i, engine=e, commercial="true") + files for i, e in both)
    (tmp_path / "models.toml").write_text(text, encoding="utf-8")
    for name, value in {
        "LOCALIZE_MODELS": "models", "LOCALIZE_MODELS_TOML": "models.toml", "LOCALIZE_HOME": "home",
        "LOCALIZE_GLOSSARIES": "glossaries",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setenv("LOCALIZE_HUB", hub.url)
    monkeypatch.setenv("LOCALIZE_OFFLINE", "0")
    return tmp_path


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache") / "pulled"


def pull(place: Path, cache: Path) -> None:
    """The converted model on this machine: pulled and converted once, then copied with what the registry learned."""
    if cache.is_dir():
        shutil.copytree(cache / "models", place / "models")
        return
    assert main.main(["models", "pull", "tiny-ct2"]) == 0
    shutil.copytree(place / "models", cache / "models")


def engines() -> Engines:
    settings = load_settings(dict(os.environ))
    return Engines(EngineContext(settings, registry.load(settings)))


@pytest.mark.parametrize("model", ["tiny-ct2", "tiny-hf"])
def test_a_pulled_model_translates_by_heart(place: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = engines().translator(model)
    assert before.unavailable("en", "es") == f"localize models pull {model}"
    assert main.main(["models", "pull", model]) == 0
    assert ("converted" in capsys.readouterr().out) == (model == "tiny-ct2")
    now = engines().translator(model)
    assert now.unavailable("en", "es") == ""
    assert now.translate([Ask(t) for t in tiny_model.KNOWS], "en", "es") == list(tiny_model.KNOWS.values())
    others = now.alternatives(Ask("Who can hear us?"), "en", "es", 3)
    assert len(others) > 1
    assert "¿Quién puede oírnos?" in others
    assert now.identity("en", "es").sha256 == registry.load(load_settings(dict(os.environ))).identity(model)


def test_names_are_locked_through_it_and_the_route_prefers_it(place: Path, cache: Path) -> None:
    pull(place, cache)
    found = engines()
    route = plan(available.text_hops(found)[0], "en", "es")
    assert route is not None
    assert route.name == "tiny-ct2"
    bible = Glossary((Term("Summer", "person", "f", common=("en",)), Term("Grant", "person", "m")))
    texts = ["Come home, Summer.", "Grant is here."]
    uses = [bible.find(t, "en") for t in texts]
    assert [s.text for s in send.cross([Ask(t) for t in texts], uses, "es-419", route, found)] == [
        "Ven a casa, Summer.", "Grant está aquí.",
    ]  # fmt: skip


def test_a_converted_file_that_changed_is_refused_and_made_anew(place: Path, cache: Path) -> None:
    pull(place, cache)
    converted = place / "models/tiny-ct2/ct2-int8/model.bin"
    data = bytearray(converted.read_bytes())
    data[len(data) // 2] ^= 1
    converted.write_bytes(bytes(data))
    with pytest.raises(ModelDamaged, match=r"model\.bin"):
        engines().translator("tiny-ct2").translate([Ask("Prove it.")], "en", "es")
    assert engines().translator("tiny-ct2").translate([Ask("Prove it.")], "en", "es") == ["Pruébelo."]


def test_a_flipped_byte_in_what_was_pulled_is_refused(place: Path) -> None:
    assert main.main(["models", "pull", "tiny-hf"]) == 0
    weights = place / "models/tiny-hf/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        engines().translator("tiny-hf").translate([Ask("Prove it.")], "en", "es")


def test_a_model_that_cannot_be_converted_says_so(place: Path, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.files["config.json"] = b'{"model_type": "nothing"}'
    assert main.main(["models", "pull", "tiny-ct2"]) == 2
    assert "could not be converted" in capsys.readouterr().err


def test_a_whole_line_goes_through_the_ledger_once(place: Path, cache: Path) -> None:
    pull(place, cache)
    from localize.session import open_session

    session = open_session("untitled")
    job = Job(
        Transcript("en", "srt", (), (Line("L1", "", 0, 1000, "Prove it."), Line("L2", "", 1500, 2500, "Prove it.")), ()),
        "es-419", Glossary(), memory.Memory(), place / "x/memory.es-419.tmx", lambda: None, "", "E1 es-419",
    )  # fmt: skip
    made, used = translate.translate(job, session.engines, session.steps)
    assert [t.text for t in made] == ["Pruébelo.", "Pruébelo."]
    assert [u.name for u in used] == ["tiny-ct2"]
    translate.translate(job, session.engines, session.steps)
    assert session.steps.ran["translate"] <= 2


@pytest.mark.parametrize(
    ("family", "codes", "wanted"),
    [
        ("marian", {}, ("", "", "")),
        ("marian-multi", {"pt": "pob"}, (">>pob<<", "", "")),
        ("m2m100", {}, ("__en__", "__pt__", "")),
        ("nllb", {"en": "eng_Latn", "pt": "por_Latn"}, ("eng_Latn", "por_Latn", "")),
        ("madlad", {}, ("", "", "<2pt> ")),
    ],
)
def test_each_family_is_asked_in_its_own_way(family: str, codes: dict[str, str], wanted: tuple[str, ...]) -> None:
    model = Model(id="m", task="mt", languages=("en->pt-BR",), licence="MIT", commercial_use=True, files=(),
                  family=family, codes=codes)  # fmt: skip
    how = dialect(model, "en", "pt")
    assert (how.source_token, how.target_token, how.text_prefix) == wanted
    assert pairs(model) == {("en", "pt")}


def test_every_listed_translation_model_names_a_family_and_its_tokenizer_files() -> None:
    known = registry.load(load_settings({"HOME": "/nowhere"}))
    models = [m for m in known.models.values() if m.task == "mt" and m.engine in ("ctranslate2", "transformers")]
    assert len(models) >= 7
    for model in models:
        family = dialect(model, "en", "hi").family
        names = {f.name for f in model.files}
        assert {family.source_spm, family.target_spm} <= names, model.id
        assert all(a != b for a, b in pairs(model)), model.id
