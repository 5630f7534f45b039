"""The best recogniser that is here and runs is used by itself; another is named by a setting; the GPU is tried once."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.engines.device import on_device, wanted
from localize.engines.recognition.choice import EMBEDDED, SEEN
from localize.errors import OptionError
from localize.models import present, registry
from localize.settings import load_settings

pytestmark = pytest.mark.models
BIGGER = {"faster-whisper-small": 2, "faster-whisper-large-v3-turbo": 4}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A table in which the embedded recogniser's files also stand for two bigger ones, and a folder with the first."""
    own = load_settings()
    known = registry.load(own)
    folder = present.ensure(known, own, EMBEDDED)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / EMBEDDED).symlink_to(folder)
    text = ""
    for model_id, rank in {EMBEDDED: 1, **BIGGER}.items():
        text += f'[[model]]\nid = "{model_id}"\ntask = "asr"\nlanguages = ["multilingual"]\nlicence = "MIT"\n'
        text += f'commercial_use = true\nengine = "faster-whisper"\nrank = {rank}\n'
        text += "translates = false\nranks = { th = 1.5 }\n" if "turbo" in model_id else ""
        for file in known.model(EMBEDDED).files:
            text += f'[[model.file]]\nname = "{file.name}"\nbytes = {file.bytes}\nsha256 = "{file.sha256}"\n'
    (tmp_path / "models.toml").write_text(text, encoding="utf-8")
    return tmp_path


def lay(place: Path, model_id: str) -> Path:
    """The bigger model's folder, with the embedded one's files."""
    folder = place / "models" / model_id
    folder.mkdir()
    for file in (place / "models" / EMBEDDED).iterdir():
        if file.is_file() and file.name != SEEN:
            (folder / file.name).symlink_to(file.resolve())
    return folder


def engines(place: Path, **more: str) -> Engines:
    env = {"HOME": str(place), "LOCALIZE_MODELS": str(place / "models"), "LOCALIZE_HOME": str(place / "home"),
           "LOCALIZE_MODELS_TOML": str(place / "models.toml"), "LOCALIZE_THREADS": "1"}  # fmt: skip
    settings = load_settings(env | more)
    return Engines(EngineContext(settings, registry.load(settings)))


def test_the_best_one_here_is_used(place: Path) -> None:
    assert engines(place).transcriber().identity().model == EMBEDDED
    folder = lay(place, "faster-whisper-small")
    assert engines(place).transcriber().identity().model == "faster-whisper-small"
    assert json.loads((folder / SEEN).read_text())["files"], "that it ran is written down: it is tried once"
    lay(place, "faster-whisper-large-v3-turbo")
    found = engines(place)
    assert found.transcriber().identity().model == "faster-whisper-large-v3-turbo"
    assert found.speech_translators()[0].identity("zh", "en").model == "faster-whisper-small", "turbo cannot translate"
    assert engines(place, LOCALIZE_ASR=EMBEDDED).transcriber().identity().model == EMBEDDED


def test_the_best_one_is_chosen_by_language(place: Path) -> None:
    lay(place, "faster-whisper-large-v3-turbo")
    alone = engines(place)
    assert alone.transcriber("th-TH").identity().model == "faster-whisper-large-v3-turbo", "before the embedded one"
    assert alone.transcribers() == alone.transcriber().identity()
    lay(place, "faster-whisper-small")
    found = engines(place)
    assert found.transcriber("th-TH").identity().model == "faster-whisper-small"
    assert {found.transcriber(tag).identity().model for tag in ("", "en", "zh", "hi")} == {"faster-whisper-large-v3-turbo"}
    assert ", th by faster-whisper-small " in found.transcribers().version, "before it is known what is spoken"
    assert found.transcribers("en") == found.transcriber("en").identity()


def test_one_that_cannot_run_is_left_out(place: Path) -> None:
    folder = lay(place, "faster-whisper-small")
    (folder / "config.json").unlink()
    shutil.copy(place / "models" / EMBEDDED / "vocabulary.txt", folder / "config.json")
    found = engines(place)
    assert found.transcriber().identity().model == EMBEDDED
    assert "config.json" in found.context.failures.reason("faster-whisper-small")
    assert not (folder / SEEN).exists()


@pytest.mark.parametrize(("name", "said"), [("base", "is no recogniser"), ("faster-whisper-small", "is not here")])
def test_a_setting_that_cannot_be_met_is_said(place: Path, name: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        engines(place, LOCALIZE_ASR=name).transcriber()


def test_a_gpu_that_cannot_be_used_leaves_the_cpu(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context = engines(place, LOCALIZE_DEVICE="cuda").context
    assert wanted(context) == "cuda"
    tried: list[str] = []

    def run(made: str) -> None:
        tried.append(made)
        raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")

    assert on_device(context, "toy", lambda device, kind: f"{device} {kind}", run) == "cpu int8"
    assert tried == ["cuda int8_float16"]
    assert re.search(r"toy: the GPU cannot be used \(Library libcublas", capsys.readouterr().err)
    assert wanted(context) == "cpu", "asked once"
    assert wanted(engines(place, LOCALIZE_DEVICE="cpu").context) == "cpu"


def test_without_a_gpu_cuda_is_tried_and_the_cpu_hears(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has a GPU")
    whisper = engines(place, LOCALIZE_DEVICE="cuda").transcriber()
    whisper.transcribe(np.zeros(16_000, np.float32), "en", (), quick=True)
    assert "the GPU cannot be used" in capsys.readouterr().err
