"""A separator that was pulled: a small Demucs with random weights, made here, read and run by the real code."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from demucs_infer.htdemucs import HTDemucs
from safetensors.torch import save_file

from localize.audio.samples import RATE
from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.errors import EngineError
from localize.files import file_sha256
from localize.mixing import ducking, steps
from localize.models.registry import load
from localize.pipeline.admit import admit
from localize.records import Transcript
from localize.session import open_session
from localize.settings import load_settings
from localize.transcript.result import Listened
from tests.localize.test_inputs import make

TABLE = """[[model]]
id = "tiny-demucs"
task = "separation"
languages = ["any"]
licence = "MIT"
commercial_use = true
engine = "demucs"
[[model.file]]
name = "tiny.safetensors"
bytes = {size}
sha256 = "{sha}"
"""


def engines_with(folder: Path, package: dict[str, Any]) -> Engines:
    file = folder / "models/tiny-demucs/tiny.safetensors"
    file.parent.mkdir(parents=True)
    facts = {"klass": package["klass"], "args": "[]", "kwargs": json.dumps(package["kwargs"])}
    save_file(package["state"], file, metadata=facts)
    table = TABLE.format(size=file.stat().st_size, sha=file_sha256(file))
    (folder / "models.toml").write_text(table)
    env = {**os.environ, "LOCALIZE_MODELS": str(folder / "models"), "LOCALIZE_MODELS_TOML": str(folder / "models.toml")}
    settings = load_settings(env)
    return Engines(EngineContext(settings, load(settings)))


def package(sources: list[str]) -> dict[str, Any]:
    torch.manual_seed(3)
    kwargs = {
        "sources": sources,
        "channels": 16,
        "t_layers": 0,
        "segment": 2,
        "samplerate": 16_000,
    }
    model = HTDemucs(**kwargs)
    return {"klass": "demucs.htdemucs.HTDemucs", "kwargs": kwargs, "state": model.state_dict()}


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.1, (round(seconds * RATE), 2)).astype(np.float32)


def test_a_pulled_separator_is_found_read_and_run(tmp_path: Path) -> None:
    separator = engines_with(tmp_path, package(["drums", "vocals"])).separator()
    assert separator is not None
    assert separator.identity().model == "tiny-demucs"
    mix = noise(3.3)
    bed = separator.without_speech(mix)
    assert bed.shape == mix.shape
    assert bed.dtype == np.float32
    assert np.isfinite(bed).all()
    assert not np.allclose(bed, mix)
    assert np.array_equal(bed, separator.without_speech(mix)), "the same mix gives the same bed"


def test_only_spoken_spans_take_the_separated_sound() -> None:
    mix, other = noise(2), np.zeros((2 * RATE, 2), np.float32)
    made = ducking.replaced(mix, other, [(500, 1000)])
    assert np.array_equal(made[: 400 * 48], mix[: 400 * 48])
    assert np.array_equal(made[1100 * 48 :], mix[1100 * 48 :])
    assert np.abs(made[550 * 48 : 950 * 48]).max() == 0


def test_a_model_without_a_voice_among_its_sources_is_refused(tmp_path: Path) -> None:
    separator = engines_with(tmp_path, package(["drums", "bass"])).separator()
    assert separator is not None
    with pytest.raises(EngineError, match="has no 'vocals' among drums, bass"):
        separator.without_speech(noise(1))


@pytest.mark.parametrize(
    "change", [{"klass": "os.system"}, {"kwargs": {"sources": ["vocals"], "bogus": 1}}, {"state": {"x": torch.zeros(1)}}]
)
def test_a_file_that_is_no_such_model_is_not_read(tmp_path: Path, change: dict[str, Any]) -> None:
    separator = engines_with(tmp_path, package(["vocals"]) | change).separator()
    assert separator is not None
    with pytest.raises(EngineError, match="cannot be read"):
        separator.without_speech(noise(1))


def test_a_separator_that_fails_leaves_the_bed_to_what_is_always_here(tmp_path: Path) -> None:
    engines = engines_with(tmp_path, package(["drums", "bass"]))
    settings = replace(engines.context.settings, home=tmp_path / "home")
    session = replace(open_session("untitled", settings), engines=engines)
    admitted = admit(session, make(tmp_path / "E1.mp4", seconds=3))
    listened = Listened(Transcript("en", "srt", (), (), ((500, 1500),)), {}, {}, None, {})
    assert session.steps.store.need(steps.bed(session, admitted, listened))
    assert "has no 'vocals'" in engines.context.failures.reason("tiny-demucs")
    assert engines.separator() is None, "it is left out for a while"


def test_none_is_offered_where_none_was_pulled(tmp_path: Path) -> None:
    settings = load_settings({**os.environ, "LOCALIZE_MODELS": str(tmp_path)})
    assert Engines(EngineContext(settings, load(settings))).separator() is None
