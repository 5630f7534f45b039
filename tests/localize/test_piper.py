"""Piper voices: a tiny graph of the same inputs and outputs, made here, spoken by the real engine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.engines.speech.voices import Voices
from localize.errors import EngineError, LicenceRefused, OptionError
from localize.files import file_sha256
from localize.models.registry import load
from localize.settings import load_settings

SIGNS = {"^": [1], "$": [2], "_": [0], "o": [3], "l": [4], "a": [5], "ˈ": [6], " ": [7]}
HOP = 64


class Hum(torch.nn.Module):
    """So many samples a sign as the length scale says, at a height that sign and speaker decide."""

    def forward(
        self, input: torch.Tensor, input_lengths: torch.Tensor, scales: torch.Tensor, sid: torch.Tensor
    ) -> torch.Tensor:
        each = torch.round(scales[1] * HOP).to(torch.int64)
        tone = (input.to(torch.float32) + sid.to(torch.float32)[:, None]) * 0.05 + 0.0 * input_lengths.to(
            torch.float32
        )[:, None]
        return tone.unsqueeze(2).expand(-1, -1, each).reshape(1, 1, 1, -1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("piper")
    model = folder / "models/hum"
    model.mkdir(parents=True)
    example = (torch.ones(1, 5, dtype=torch.int64), torch.tensor([5]), torch.tensor([0.6, 1.0, 0.8]), torch.tensor([0]))
    torch.onnx.export(
        Hum(), example, str(model / "hum.onnx"), dynamo=False, input_names=["input", "input_lengths", "scales", "sid"],
        output_names=["output"], dynamic_axes={"input": {1: "signs"}, "output": {3: "samples"}},
    )  # fmt: skip
    table = {
        "audio": {"sample_rate": 22_050},
        "num_speakers": 2,
        "speaker_id_map": {"ana": 0, "leo": 1},
        "phoneme_id_map": SIGNS,
    }
    (model / "hum.onnx.json").write_text(json.dumps(table), encoding="utf-8")
    rows = "".join(f'[[model.file]]\nname = "{p.name}"\nsha256 = "{file_sha256(p)}"\n' for p in sorted(model.iterdir()))
    head = '[[model]]\nid = "hum"\ntask = "tts"\nlanguages = ["es"]\nlicence = "MIT"\ncommercial_use = true\nengine = "piper"\n'
    (folder / "models.toml").write_text(head + rows)
    return folder


@pytest.fixture(scope="module")
def voices(folder: Path) -> Voices:
    env = {**os.environ, "LOCALIZE_MODELS": str(folder / "models"), "LOCALIZE_MODELS_TOML": str(folder / "models.toml")}
    settings = load_settings(env)
    return Engines(EngineContext(settings, load(settings))).synthesizer()


def test_it_says_each_sign_at_the_wanted_speed(voices: Voices) -> None:
    clip = voices.speak("ˈola", "piper:hum/ana", 1.0)
    signs = 2 + 2 * 4 + 1
    assert clip.rate == 22_050
    assert len(clip.samples) == signs * HOP
    assert np.allclose(clip.samples[2 * HOP], 6 * 0.05)
    assert len(voices.speak("ˈola", "piper:hum/ana", 2.0).samples) == signs * HOP // 2
    leo = voices.speak("ˈola", "piper:hum/leo", 1.0)
    assert np.allclose(leo.samples - clip.samples, 0.05)


def test_its_phonemes_are_espeak_s(voices: Voices) -> None:
    assert "ola" in voices.of("piper:hum").phonemes("Hola.", "es-419").replace("ˈ", "")


def test_what_it_cannot_say_is_an_error(voices: Voices) -> None:
    with pytest.raises(EngineError, match="nothing to say"):
        voices.speak("ŋŋŋ", "piper:hum/ana", 1.0)
    with pytest.raises(OptionError, match=r"no speaker 'bob'.*choose from ana, leo"):
        voices.speak("ola", "piper:hum/bob", 1.0)
    with pytest.raises(OptionError, match="no Piper voice 'piper:nobody'"):
        voices.check_voice("piper:nobody")


def test_a_voice_whose_licence_nobody_read_is_refused() -> None:
    settings = load_settings()
    with pytest.raises(LicenceRefused):
        Engines(EngineContext(settings, load(settings))).synthesizer().check_voice("piper:piper-pt-br-faber-medium")
