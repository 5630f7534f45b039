"""Real coqui-tts in its own environment, on a tiny VITS made here: `make test-coqui` (7 GB to install, so by itself)."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from localize.dubbing import lay
from localize.dubbing.spoken_line import SpokenLine
from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.engines.speech.coqui import Coqui
from localize.errors import EngineError
from localize.files import file_sha256
from localize.models.registry import load
from localize.records import Line
from localize.settings import load_settings
from localize.storage.blobs import Store
from localize.storage.ledger import Ledger
from localize.storage.step_cache import Steps

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    folder = tmp_path_factory.mktemp("coqui")
    python = load_settings().coqui
    assert python.is_file(), "make coqui"
    subprocess.run([str(python), str(HERE / "make_tiny.py"), str(folder / "models/tiny")], check=True, timeout=300)
    rows = "".join(
        f'[[model.file]]\nname = "{p.name}"\nbytes = {p.stat().st_size}\nsha256 = "{file_sha256(p)}"\n'
        for p in sorted((folder / "models/tiny").iterdir())
    )
    head = '[[model]]\nid = "tiny"\ntask = "tts"\nlanguages = ["es"]\nlicence = "Apache-2.0"\ncommercial_use = true\nengine = "coqui"\n'
    (folder / "models.toml").write_text(head + rows)
    env = {**os.environ, "LOCALIZE_MODELS": str(folder / "models"), "LOCALIZE_MODELS_TOML": str(folder / "models.toml")}
    settings = load_settings(env)
    made = Engines(EngineContext(settings, load(settings)))
    yield made
    engine_of(made).outside.close()


def engine_of(engines: Engines) -> Coqui:
    engine = engines.get("coqui")
    assert isinstance(engine, Coqui)
    return engine


def test_two_speakers_of_one_model_speak_and_say_the_same_again(engines: Engines) -> None:
    voices = engines.synthesizer()
    engine = voices.of("coqui:tiny/ana")
    said = engine.phonemes("hola, vuelve a casa.", "es-419")
    ana, leo, again = (engine.speak(said, f"coqui:tiny/{who}", 1.0) for who in ("ana", "leo", "ana"))
    assert ana.rate == 22_050
    assert 300 < ana.duration_ms < 10_000
    assert np.array_equal(ana.samples, again.samples)
    assert not np.array_equal(ana.samples[:1000], leo.samples[:1000])
    assert engine.speak(said, "coqui:tiny/ana", 1.5).duration_ms < 0.8 * ana.duration_ms
    with pytest.raises(EngineError, match="bob"):
        engine.speak(said, "coqui:tiny/bob", 1.0)


def test_a_gpu_that_cannot_be_used_leaves_the_cpu(engines: Engines) -> None:
    engine = engine_of(engines)
    request = {"folder": str(engines.context.registry.folder("tiny").absolute()), "text": "hola.", "speaker": "ana", "speed": 1.0}
    engine.outside.close()
    answer, on_gpu = engine.outside.ask(request | {"device": "cuda"})
    engine.outside.close()
    _answer, on_cpu = engine.outside.ask(request | {"device": "cpu"})
    assert len(on_gpu) > 1000
    if answer["without_gpu"]:  # no GPU here
        assert on_gpu == on_cpu


def test_a_dub_in_coqui_voices_outlives_its_engine(engines: Engines, tmp_path: Path) -> None:
    """Killed in the middle of a line: that line is spoken again by a new process, every other one once."""
    texts = ["hola summer.", "vuelve a casa esta noche.", "no puedo irme ahora.", "espera en el puerto."]
    parts = [
        SpokenLine(Line(f"L{n}", "Ana", 4000 * n + 500, 4000 * n + 3000, "x"), text, f"coqui:tiny/{'ana' if n % 2 else 'leo'}", 1.0, (), -20.0)
        for n, text in enumerate(texts)
    ]  # fmt: skip
    steps = Steps(Ledger(tmp_path / "ledger.sqlite"), Store(tmp_path / "store"))
    engine = engine_of(engines)
    first = engine.outside.pid
    assert first, "warm from the test before"
    spoken: list[str] = []
    ask = engine.outside.ask

    def watched(request: dict[str, object], where: str = "") -> object:
        spoken.append(str(request["text"]))
        if len(spoken) == 2:
            threading.Timer(0.01, os.kill, (first, signal.SIGKILL)).start()
            time.sleep(0.005)
        return ask(request, where)

    engine.outside.ask = watched  # type: ignore[method-assign,assignment]
    try:
        made = lay.dub(parts, 17_000, engines.synthesizer(), "es-419", steps, "T01 es-419", 1)
    finally:
        engine.outside.ask = ask  # type: ignore[method-assign]
    assert [t.line_id for t in made.takes if t.clip] == ["L0", "L1", "L2", "L3"]
    assert engine.outside.pid not in (None, first)
    assert sorted(spoken[:4]) == sorted(texts)
    assert float(np.abs(made.track).max()) > 0.01
