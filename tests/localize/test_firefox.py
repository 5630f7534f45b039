"""Mozilla's models: pulled packed, checked packed and unpacked, run by fxtranslate at every published size."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.engines.base import Ask, EngineContext
from localize.engines.catalogue import Engines
from localize.engines.translation import firefox_model
from localize.engines.translation.firefox_model import LONGEST, FirefoxModel, in_small_letters, pieces
from localize.errors import EngineError, ModelMissing
from localize.models import present, pull, registry, request
from localize.models.download import Patience
from localize.models.registry import Registry
from localize.settings import Settings, load_settings
from localize.translation.available import text_hops
from localize.translation.routes import Hop, plan
from tests.localize import marian_binary
from tests.localize.rough_hub import RoughHub, serve

QUICK = Patience(answer_s=2.0, read_s=1.0, tries=2, pause_s=0.0)


@pytest.fixture(scope="module")
def vocabularies() -> tuple[bytes, bytes, bytes]:
    """English and Portuguese vocabulary, and a shortlist between them, of the embedded models."""
    settings = load_settings()
    known = registry.load(settings)
    enpt, pten = (present.ensure(known, settings, f"bergamot-tiny-{p}") for p in ("enpt", "pten"))
    return tuple((f / n).read_bytes() for f, n in (
        (enpt, "vocab.enpt.spm"), (pten, "vocab.pten.spm"), (enpt, "lex.50.50.enpt.s2t.bin")))  # type: ignore[return-value]  # fmt: skip


@pytest.mark.models
@pytest.mark.parametrize("both", [False, True], ids=["one vocabulary", "two"])
@pytest.mark.parametrize("size", marian_binary.SIZES)
def test_every_published_size_loads_and_decodes(
    size: str, both: bool, vocabularies: tuple[bytes, bytes, bytes], tmp_path: Path
) -> None:
    one, other, shortlist = vocabularies
    data = marian_binary.model(marian_binary.SIZES[size], (32000, 32000) if both else (32000,))
    rows = json.loads(Path("models/firefox.json").read_text())["models"]
    sizes = [r["bytes"] for r in rows if r["arch"] == size and len(r["files"]) == (4 if both else 3)]
    if sizes:  # the same tensors as the published files: what differs is the text of their settings
        assert min(abs(len(data) - s) for s in sizes) < 512
    files = {"model.xxyy.intgemm.alphas.bin": data, "lex.50.50.xxyy.s2t.bin": shortlist}
    files |= {"srcvocab.xxyy.spm": one, "trgvocab.xxyy.spm": other} if both else {"vocab.xxyy.spm": one}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    model = FirefoxModel(tmp_path)
    first, second, again = model.translate(["Get out of my house!", "Who can hear us?", "Get out of my house!"])
    assert first
    assert first == again
    assert first != second


@pytest.fixture
def place(tmp_path: Path, vocabularies: tuple[bytes, bytes, bytes]) -> Iterator[tuple[Registry, Settings, RoughHub]]:
    """A machine with a firefox.json of four pairs and a mirror that has their files, with the embedded weights."""
    request.resting.clear()
    folder = present.ensure(registry.load(load_settings()), load_settings(), "bergamot-tiny-enpt")
    kinds = {"model.{}.intgemm.alphas.bin": "model.enpt.intgemm.alphas.bin", "vocab.{}.spm": "vocab.enpt.spm",
             "lex.50.50.{}.s2t.bin": "lex.50.50.enpt.s2t.bin"}  # fmt: skip
    content = {kind: (folder / name).read_bytes() for kind, name in kinds.items()}
    packed = {kind: gzip.compress(data, 1, mtime=0) for kind, data in content.items()}
    shipped = json.loads(Path("models/firefox.json").read_text())
    rows, served = [], {}
    for source, target, comet in (("en", "es", 0.85), ("en", "hi", 0.79), ("zh", "en", 0.86), ("ko", "en", 0.87)):
        pair = source + target
        weights = content["model.{}.intgemm.alphas.bin"]
        files = [[kind.format(pair), hashlib.sha256(data).hexdigest(), len(data)] for kind, data in packed.items()]
        rows.append({"id": f"firefox-{source}-{target}-tiny", "arch": "tiny", "pair": pair, "source": source,
                     "target": target, "bleu": 30.0, "comet": comet, "sha256": hashlib.sha256(weights).hexdigest(),
                     "bytes": len(weights), "files": files})  # fmt: skip
        served |= {f"/models/tiny/{pair}/{kind.format(pair)}.gz": data for kind, data in packed.items()}
    (tmp_path / "firefox.json").write_text(json.dumps(shipped | {"models": rows}))
    for name in ("models.toml", "scores.toml"):
        (tmp_path / name).write_text((load_settings().models_toml.parent / name).read_text(encoding="utf-8"))
    with serve(RoughHub(served)) as hub:
        settings = load_settings({"HOME": str(tmp_path), "LOCALIZE_MODELS": str(tmp_path / "models"),
                                  "LOCALIZE_MODELS_TOML": str(tmp_path / "models.toml"),
                                  "LOCALIZE_RELEASES": hub.url})  # fmt: skip
        yield registry.load(settings), settings, hub


@pytest.mark.models
def test_pulled_verified_planned_and_run(place: tuple[Registry, Settings, RoughHub]) -> None:
    known, settings, hub = place
    engines = Engines(EngineContext(settings, known))
    assert not plan(text_hops(engines)[0], "zh", "en")
    for source, target in (("en", "es"), ("en", "hi"), ("zh", "en"), ("ko", "en")):
        model_id = f"firefox-{source}-{target}-tiny"
        assert engines.translator(model_id).unavailable(source, target) == f"localize models pull {model_id}"
        pull.pull(known, settings, model_id, patience=QUICK)
        known.verify(model_id)
        assert not list(known.folder(model_id).glob("*.gz*"))
        route = plan(text_hops(engines)[0], source, target)
        assert route is not None
        assert route.name == model_id
        engine = engines.translator(model_id)
        assert engine.translate([Ask("She is my mother.")], source, target) == ["Ela é minha mãe."]
        assert engine.identity(source, target).licence.startswith("MPL-2.0")
    both = plan(text_hops(engines)[0], "zh", "es")
    assert both is not None
    assert both.name == "firefox-zh-en-tiny+firefox-en-es-tiny"
    assert len({path for _method, path, _range in hub.requests}) == 12


@pytest.mark.models
@pytest.mark.parametrize("which", ["packed", "unpacked"])
def test_a_flipped_byte_is_refused_by_name(which: str, place: tuple[Registry, Settings, RoughHub]) -> None:
    known, settings, hub = place
    path = "/models/tiny/enhi/model.enhi.intgemm.alphas.bin.gz"
    data = bytearray(gzip.decompress(hub.files[path]))
    data[len(data) // 2] ^= 1
    hub.files[path] = gzip.compress(bytes(data), 1, mtime=0)
    said = r"model\.enhi\.intgemm\.alphas\.bin\.gz came with sha256"
    if which == "unpacked":  # the packed digest fits, as if the table had been made from wrong files
        model = known.model("firefox-en-hi-tiny")
        digest = hashlib.sha256(hub.files[path]).hexdigest()
        for file in model.files:
            if file.name.startswith("model."):
                object.__setattr__(file, "packed", digest)
        said = r"model\.enhi\.intgemm\.alphas\.bin unpacked has sha256"
    with pytest.raises(ModelMissing, match=said):
        pull.pull(known, settings, "firefox-en-hi-tiny", patience=QUICK)
    assert not known.present("firefox-en-hi-tiny")


@pytest.fixture(scope="module")
def model() -> FirefoxModel:
    settings = load_settings()
    return FirefoxModel(present.ensure(registry.load(settings), settings, "bergamot-tiny-enpt"))


@pytest.mark.models
def test_what_the_library_stumbles_over(model: FirefoxModel) -> None:
    assert model.translate(["Hello,\nmy\0 friend.", "", "…", "I KNOW WHAT YOU DID."]) == [
        "Olá, meu amigo.", "", "…", "EU SEI O QUE VOCÊ FEZ.",
    ]  # fmt: skip
    assert "Tarvo" in model.translate(["NO! DON'T TOUCH HER, Tarvo!"])[0]
    numbers = [str(100 + n) for n in range(60)]
    made = model.translate(["I saw " + " and ".join(f"the house {n}" for n in numbers) + "."])[0]
    assert [n for n in numbers if n in made] == numbers, "nothing of a very long sentence is lost"


@pytest.mark.models
def test_any_thread_may_ask(model: FirefoxModel) -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(model.translate(["Prove it."]))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1


@pytest.mark.models
def test_a_panic_is_an_error_of_the_line_and_the_next_one_works(
    model: FirefoxModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Panic(BaseException):
        """What the library raises is no Exception either."""

    real = FirefoxModel._safely

    def failing(self: FirefoxModel, call: object) -> object:
        def panics() -> object:
            made = call()  # type: ignore[operator]
            if isinstance(made, str) and "segredo" in made:
                raise Panic("range end index out of range")
            return made

        return real(self, panics)

    monkeypatch.setattr(FirefoxModel, "_safely", failing)
    assert model.translate(["Prove it.", "It is a secret.", "Prove it."])[1] == ""
    assert model.translate(["Prove it."])[0]
    with pytest.raises(EngineError, match="gave up on every line"):
        model.translate(["It is a secret."])


def test_files_that_are_no_model_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no file"):
        FirefoxModel(tmp_path)
    for name in ("model.xxyy.intgemm.alphas.bin", "vocab.xxyy.spm"):
        (tmp_path / name).write_bytes(b"no model at all")
    with pytest.raises(EngineError):
        FirefoxModel(tmp_path)


@given(st.text(alphabet="abc ABC.,!?…\n\0,。！字", max_size=600))
def test_pieces_keep_every_character_and_are_short(text: str) -> None:
    made = pieces(text)
    assert "".join("".join(made).split()) == "".join("".join(c for c in text if c.isprintable()).split())
    assert all(len(p.split()) <= LONGEST + 1 and "\n" not in p for p in made)


def test_a_word_alone_goes_with_its_neighbour() -> None:
    assert pieces("Everything. The house, the ships. You know it.") == ["Everything. The house, the ships.", "You know it."]
    assert pieces("Come.") == ["Come."]
    assert firefox_model.pieces("You knew it. Yes.") == ["You knew it. Yes."]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("GET OUT, I SAID!", "Get out, I said!"),
        ("STOP! IT'S X0.", "Stop! It's x0."),
        ("NO, Tarvo, NO NO!", "No, Tarvo, no no!"),
        ("The FBI is here.", "The FBI is here."),
    ],
)
def test_capitals_are_sent_small_and_come_back_as_capitals(text: str, sent: str) -> None:
    seen: list[str] = []

    def echo(part: str) -> str:
        seen.append(part)
        return part

    assert in_small_letters(text, echo) == text
    assert seen == [sent]


def test_two_good_hops_go_before_a_weak_direct_model() -> None:
    direct, good = Hop("weak", "zh", "es", 0.32), Hop("better", "zh", "es", 0.20)
    hops = [Hop("a", "zh", "en", 0.14), Hop("b", "en", "es", 0.15), direct]
    route = plan(hops, "zh", "es")
    assert route is not None
    assert route.name == "a+b"
    route = plan([*hops, good], "zh", "es")
    assert route is not None
    assert route.name == "better"
