"""LOCALIZE_DEVICE for every library that runs models: tried once at load, the CPU where that fails, said in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from localize.engines import device, onnx
from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.engines.failures import NAME, recent
from localize.engines.reading.ppocr import PpOcr
from localize.engines.worker_process import WorkerProcess
from localize.errors import EngineError
from localize.models.registry import load
from localize.settings import load_settings
from tests.localize.test_piper import folder

__all__ = ["folder"]  # a fixture
no_gpu = pytest.mark.skipif(
    torch.cuda.is_available() or onnx.GPU in onnxruntime.get_available_providers(), reason="this machine has a GPU"
)
SAID = "the GPU cannot be used"


def context(place: Path, tmp_path: Path, wanted: str) -> EngineContext:
    env = {**os.environ, "LOCALIZE_MODELS": str(place / "models"), "LOCALIZE_MODELS_TOML": str(place / "models.toml"),
           "LOCALIZE_HOME": str(tmp_path / "home"), "LOCALIZE_DEVICE": wanted}  # fmt: skip
    settings = load_settings(env)
    return EngineContext(settings, load(settings))


@no_gpu
def test_onnxruntime_goes_to_the_cpu_and_says_so_once(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = context(folder, tmp_path, "cuda")
    piper = Engines(made).synthesizer().of("piper:hum/ana")
    assert piper.identity("piper:hum/ana").version.endswith(" cuda")
    clip = piper.speak("ola", "piper:hum/ana", 1.0)
    same = Engines(context(folder, tmp_path / "other", "cpu")).synthesizer().of("piper:hum/ana")
    assert np.array_equal(clip.samples, same.speak("ola", "piper:hum/ana", 1.0).samples)
    assert not piper.identity("piper:hum/ana").version.endswith(" cuda")
    said = capsys.readouterr().err
    assert said.count(SAID) == 1
    assert "onnxruntime-gpu" in said
    assert list(recent(made.settings.home / NAME)) == ["gpu (onnxruntime)"]
    graph = folder / "models/hum/hum.onnx"
    device.on_onnx(made, "again", graph, lambda session: session.get_inputs())
    assert SAID not in capsys.readouterr().err, "tried once"


@pytest.mark.models
@no_gpu
def test_reading_goes_to_the_cpu(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings({**os.environ, "LOCALIZE_HOME": str(tmp_path / "home"), "LOCALIZE_DEVICE": "cuda"})
    reader = PpOcr(EngineContext(settings, load(settings)))
    assert reader.find(np.zeros((64, 320, 3), np.uint8)) == []
    assert capsys.readouterr().err.count(SAID) == 1, "two graphs, one line"


@no_gpu
def test_torch_goes_to_the_cpu_and_other_libraries_are_tried_by_themselves(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, layer = context(folder, tmp_path, "cuda"), torch.nn.Linear(2, 2)
    run = lambda where: layer.to(where)(torch.ones(1, 2, device=where)).detach().numpy()  # noqa: E731
    first = device.on_torch(made, "layer", run)
    assert first.shape == (1, 2)
    assert np.array_equal(device.on_torch(made, "layer", run), first)
    assert capsys.readouterr().err.count(SAID) == 1
    assert set(made.without_gpu) == {"torch"}
    assert device.wanted(made, "onnxruntime") == "cuda"
    assert device.wanted(context(folder, tmp_path, "cpu"), "onnxruntime") == "cpu"


def test_auto_asks_no_library_for_a_gpu_that_it_cannot_use(folder: Path, tmp_path: Path) -> None:
    made = context(folder, tmp_path, "auto")
    assert (device.wanted(made, "onnxruntime") == "cuda") == (onnx.GPU in onnxruntime.get_available_providers())


# --- Coqui's worker -------------------------------------------------------------------------------------------------
# The worker is the real one, in a process of its own; what stands in is the package that it loads (7 GB): a module of
# torch with the names that the worker calls. `make test-coqui` does the same with the real package.

PACKAGE = '''
import torch

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.tone = torch.nn.Parameter(torch.full((1,), 0.25))
        self.length_scale = 1.0

class Synthesizer(torch.nn.Module):
    output_sample_rate = 16000

    def __init__(self, **_files):
        super().__init__()
        self.tts_model = Model()

    def tts(self, text, **_options):
        if text == "?":
            raise RuntimeError("no such letter")
        return (self.tts_model.tone * torch.ones(100 * len(text), device=self.tts_model.tone.device)).detach().cpu().numpy()
'''


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerProcess]:
    package = tmp_path / "package/TTS/utils"
    package.mkdir(parents=True)
    (package / "synthesizer.py").write_text(PACKAGE, encoding="utf-8")
    (tmp_path / "model").mkdir()
    (tmp_path / "model/config.json").write_text('{"model": "vits"}', encoding="utf-8")
    (tmp_path / "model/model.pth").write_bytes(b"weights")
    program = tmp_path / "worker.py"
    source = Path(device.__file__).with_name("speech") / "coqui_worker.py"
    program.write_text(f"import sys\nsys.path.insert(0, {str(tmp_path / 'package')!r})\n" + source.read_text(), encoding="utf-8")
    made = WorkerProcess("coqui", Path(sys.executable), program, 240)
    yield made
    made.close()


@no_gpu
def test_coqui_speaks_on_the_cpu_where_the_gpu_fails(worker: WorkerProcess, tmp_path: Path) -> None:
    def ask(text: str, where: str) -> tuple[dict[str, Any], bytes]:
        return worker.ask({"folder": str(tmp_path / "model"), "text": text, "speed": 1.0, "device": where})

    answer, data = ask("hola", "cuda")
    assert answer["rate"] == 16_000
    assert "CUDA" in answer["without_gpu"]
    assert np.array_equal(np.frombuffer(data, "<f4"), np.full(400, 0.25, np.float32))
    assert ask("hola", "cuda")[0]["without_gpu"] == "", "tried once, at load"
    assert ask("hola", "cpu") == ({"rate": 16_000, "bytes": 1600, "without_gpu": ""}, data)
    with pytest.raises(EngineError, match="no such letter"):
        ask("?", "cpu")
