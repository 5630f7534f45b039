"""Short windows for what is heard again: shorter where silence was put behind, whole for a first hearing, the same words."""

from __future__ import annotations

import time

import numpy as np
import pytest
import soxr

from localize.engines.recognition import window
from localize.languages.text import normal_form
from localize.session import Session


@pytest.mark.parametrize(("sounding", "kept"), [(0, 500), (150, 500), (801, 1102), (2900, 3000), (3000, 3000)])
def test_a_window_ends_behind_the_sound(sounding: int, kept: int) -> None:
    features = np.zeros((80, 3000), np.float32)
    features[7, :sounding] = 0.5
    assert window.length(features) == kept
    assert window.length(features[None]) == kept


def test_only_what_is_heard_again_is_heard_in_short_windows() -> None:
    class Model:
        def encode(self, features: np.ndarray) -> int:
            return int(features.shape[-1])

    model, features = window.fitted(Model()), np.zeros((80, 3000), np.float32)
    with window.short():
        assert model.encode(features) == 500
        with window.short(False):
            assert model.encode(features) == 3000
    assert model.encode(features) == 3000


def test_a_line_heard_alone_is_heard_as_well_and_sooner(session: Session, figure) -> None:  # type: ignore[no-untyped-def]
    voice, whisper = session.engines.get("kokoro"), session.engines.transcriber()
    lines = (
        "The contract stays with me until morning.",
        "Nobody leaves before the rain stops.",
        "Who gave you the key?",
    )
    spent, read = {True: 0.0, False: 0.0}, []
    for line in lines:
        clip = voice.speak(voice.phonemes(line, "en-us"), "bf_emma", 1.0)
        audio = np.pad(np.asarray(soxr.resample(clip.samples, clip.rate, 16_000), np.float32), 4800)
        for quick in (True, False):
            started = time.process_time()
            heard = whisper.transcribe(audio, "en", (), quick=quick)
            spent[quick] += time.process_time() - started
            if quick:
                read.append(normal_form(" ".join(w.text for w in heard.words)))
    assert read == [normal_form(line) for line in lines]
    figure("processor time of short windows, of whole ones", round(spent[True] / spent[False], 2))
    assert spent[True] < 0.7 * spent[False]
