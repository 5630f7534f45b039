"""The voice's graphs: each says the same, lengths are told before a line is spoken, and the choice is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soxr

from localize.audio.envelope import spoken_ms
from localize.audio.samples import length_ms
from localize.dubbing import intelligibility, lay, speak, spoken_line
from localize.engines.base import EngineContext
from localize.engines.speech import kokoro_graphs
from localize.engines.speech.kokoro import MODEL, Kokoro
from localize.languages.text import normal_form
from localize.records import Line
from localize.session import Session
from localize.settings import Settings

LINES = [
    ("en-us", "af_sarah", "Leave the key on the table, and never come back."),
    ("es-419", "em_alex", "¿Quién abrió la carta de mi hermana?"),
    ("pt-br", "pf_dora", "Espera... a polícia já sabe de tudo."),
    ("hi", "hf_alpha", "तुमने मुझे सच क्यों नहीं बताया?"),
]


def voice(session: Session, graph: str = "auto") -> Kokoro:
    context = session.engines.context
    return Kokoro(EngineContext(replace(context.settings, voice_graph=graph), context.registry))


@pytest.mark.parametrize("graph", ["float", "rows"])
def test_another_graph_says_the_same_words(session: Session, graph: str) -> None:
    published, other = voice(session, "published"), voice(session, graph)
    assert published.identity() != other.identity()
    whisper = session.engines.transcriber()
    for language, name, text in LINES[:3]:
        phonemes = published.phonemes(text, language)
        one, two = (v.speak(phonemes, name, 1.0) for v in (published, other))
        assert kokoro_graphs.alike(one.samples, two.samples)
        heard = [
            normal_form(" ".join(w.text for w in whisper.transcribe(soxr.resample(c.samples, c.rate, 16_000), language[:2], ()).words))
            for c in (one, two)
        ]
        assert not intelligibility.doubtful(*heard)  # an accent may differ


def test_another_line_is_not_alike(session: Session) -> None:
    said = [voice(session).speak("kɐm hˈoʊm", "af_sarah", speed).samples for speed in (1.0, 1.2)]
    assert not kokoro_graphs.alike(*said)
    assert not kokoro_graphs.alike(said[0], said[0][::-1])


def test_a_line_s_length_is_told_before_it_is_spoken(session: Session) -> None:
    kokoro, off = voice(session), []
    for language, name, text in LINES:
        phonemes = kokoro.phonemes(text, language)
        for speed in (0.9, 1.15):
            clip = kokoro.speak(phonemes, name, speed)
            told = kokoro.length_ms(phonemes, name, speed)
            off.append(abs((told or 0) - length_ms(speak.ready(clip), clip.rate)))
    assert max(off) <= 110
    assert float(np.median(off)) <= 30


def test_a_dub_speaks_each_line_once(session: Session) -> None:
    texts = ["Leave the key on the table.", "Nobody will ever believe a word of that story of yours."]
    lines = [Line("L1", "S1", 500, 2600, ""), Line("L2", "S2", 3000, 5000, "")]
    parts = [spoken_line.SpokenLine(x, t, "af_heart", 1.0, (), -20.0) for x, t in zip(lines, texts, strict=True)]
    made = lay.dub(parts, 6000, session.engines.synthesizer(), "en-us", session.steps, "E1 en-US", 2)
    assert session.steps.ran["speak"] == 2
    assert [bool(t.clip) for t in made.takes] == [True, True]
    fast = made.takes[1]
    assert fast.speed > 1.05
    assert fast.stretch == pytest.approx(1.0, abs=0.06)  # the voice itself came to the length, as far as it may


def test_a_processor_that_cuts_sums_of_bytes_off_is_not_given_them(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = session.engines.context.registry
    published = registry.folder(MODEL) / "kokoro-v1.0.int8.onnx"
    others = {name: registry.folder(MODEL) / "graphs" / kokoro_graphs.FILES[name] for name in ("rows",)}
    monkeypatch.setattr(kokoro_graphs, "adds_bytes_exactly", lambda: False)
    assert kokoro_graphs._speedups(published, others, voice(session)._sample()) == {"rows": 0.0}


def test_lengths_by_level_are_those_of_the_samples() -> None:
    levels = np.full(200, -20.0)
    levels[:30] = levels[180:] = -80
    levels[60:100] = -70
    assert spoken_ms(levels, 10.0) == 1500 - 400 + 200
    assert spoken_ms(np.zeros(0), 10.0) == 0


def test_the_choice_is_kept_beside_the_model_and_at_home(session: Session, settings: Settings, tmp_path: Path) -> None:
    kokoro = voice(session)
    made = kokoro.graphs()
    best = max(made.speedups, key=lambda name: made.speedups[name])
    assert made.graph == (best if made.speedups[best] >= kokoro_graphs.FASTER else kokoro_graphs.PUBLISHED)
    assert all(len(d) == 64 for d in made.digests.values())
    assert (settings.home / kokoro_graphs.RECORD).is_file()
    gone = replace(session.engines.context.registry, root=tmp_path / "no-models")
    elsewhere = Kokoro(EngineContext(settings, gone))
    assert elsewhere.identity("ef_dora") == kokoro.identity("ef_dora")
    bare = Kokoro(EngineContext(replace(settings, home=tmp_path / "new"), gone))
    assert bare.graphs().graph == kokoro_graphs.PUBLISHED
    assert not bare.graphs().speedups


def test_a_graph_that_was_changed_on_the_disk_is_not_run(session: Session, settings: Settings, tmp_path: Path) -> None:
    """A folder that cannot be written leaves the graphs at home; there one byte is turned."""
    real = session.engines.context.registry
    there = tmp_path / "models" / MODEL
    there.mkdir(parents=True)
    for file in real.model(MODEL).files:
        (there / file.name).symlink_to(real.folder(MODEL) / file.name)
    (there / "graphs").write_text("not a folder", encoding="utf-8")
    registry = replace(real, root=tmp_path / "models")
    home = replace(settings, home=tmp_path / "home", voice_graph="float")
    for name in (*kokoro_graphs.FILES.values(), kokoro_graphs.RECORD):
        kept = home.home / "graphs" / MODEL / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes((real.folder(MODEL) / "graphs" / name).read_bytes())
    floats = home.home / "graphs" / MODEL / kokoro_graphs.FILES[kokoro_graphs.FLOAT]
    context = EngineContext(home, registry)
    sample = voice(session)._sample
    assert kokoro_graphs.file(context, MODEL, "float", "kokoro-v1.0.int8.onnx", sample) == floats
    data = bytearray(floats.read_bytes())
    data[len(data) // 2] ^= 1
    floats.write_bytes(data)
    with pytest.raises(kokoro_graphs.ModelDamaged, match=r"float\.onnx is not as it was made"):
        kokoro_graphs.file(context, MODEL, "float", "kokoro-v1.0.int8.onnx", sample)
    assert not floats.exists()
