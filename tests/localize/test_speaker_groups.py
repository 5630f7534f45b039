"""Lines into speakers: what holds for any vectors, and two voices alike enough to be joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import soxr
from hypothesis import assume, given
from hypothesis import strategies as st

from localize.audio.envelope import trim
from localize.session import Session
from localize.transcript.speakers import APART, CLOSER, FEW, SAME, SHORT_MS, Vector, Voice, group, name_groups, pitch

SIZE = 64
SAID = ("你今天为什么没有来找我？", "这件事情我一定会查清楚。", "别哭了，明天会好起来的。", "你知道她在哪里吗？")


def heaps(seed: int, lines: Sequence[int], within: float, across: float = 0.0) -> list[Voice]:
    """Lines of one voice or two in a random direction: two of one voice exactly `within` alike, of two voices `across`."""
    middle, apart, *own = np.linalg.qr(np.random.default_rng(seed).normal(size=(SIZE, 2 + sum(lines))))[0].T
    alike = across / within
    middles = [
        m
        for m, n in zip((middle, alike * middle + np.sqrt(1 - alike**2) * apart), lines, strict=False)
        for _ in range(n)
    ]
    vectors = (np.sqrt(within) * m + np.sqrt(1 - within) * o for m, o in zip(middles, own, strict=True))
    return [Voice(np.asarray(v, np.float32), 200.0, 2 * SHORT_MS) for v in vectors]


SEEDS, LINES = st.integers(0, 10_000), st.integers(FEW, 8)
A_HAIR = 0.005


@given(SEEDS, LINES, LINES, st.floats(0.5, APART - A_HAIR), st.data())
def test_two_heaps_in_one_group_are_two_speakers(
    seed: int, first: int, second: int, across: float, data: st.DataObject
) -> None:
    within = data.draw(st.floats(across + CLOSER + A_HAIR, 0.99))
    assume(within > SAME + A_HAIR)
    assert group(heaps(seed, (first, second), within, across)) == [0] * first + [1] * second


@given(SEEDS, LINES, LINES, st.floats(SAME + A_HAIR, 0.98), st.data())
def test_heaps_too_near_each_other_are_one_speaker(
    seed: int, first: int, second: int, across: float, data: st.DataObject
) -> None:
    within = data.draw(st.floats(across, 0.99 if across > APART else across + CLOSER - A_HAIR))
    assume(not APART - A_HAIR < across <= APART)
    assert group(heaps(seed, (first, second), within, across)) == [0] * (first + second)


@given(SEEDS, st.integers(1, 16), st.floats(SAME + A_HAIR, 0.99))
def test_one_heap_is_one_speaker(seed: int, lines: int, within: float) -> None:
    assert group(heaps(seed, (lines,), within)) == [0] * lines


@given(SEEDS, LINES)
def test_one_line_apart_founds_no_speaker(seed: int, lines: int) -> None:
    assert group(heaps(seed, (lines, FEW - 1), 0.92, 0.74)) == [0] * (lines + FEW - 1)


def test_whom_another_group_fits_better_is_left_to_a_person() -> None:
    """Both groups are nearest to Vivian; the one farther from her is Summer, for somebody to look at."""
    summer, vivian = np.eye(SIZE, dtype=np.float32)[:2]
    between: Vector = np.asarray((0.67 * summer + 0.70 * vivian) / np.hypot(0.67, 0.70), np.float32)
    voices = [Voice(vivian, 290.0, 2000), Voice(between, 245.0, 2000)]
    cast = {"Summer": [summer], "Vivian": [vivian]}
    assert name_groups(voices, [0, 1], cast) == [("Vivian", True), ("Summer", False)]


@pytest.mark.models
@pytest.mark.slow
def test_two_voices_that_were_taken_for_one(session: Session) -> None:
    """The demo's two Mandarin heroines, in lines of no script."""
    encoder, voice = session.engines.get("ge2e"), session.engines.synthesizer()
    voices = []
    for text in SAID:
        for name in ("zf_xiaoyi", "zf_xiaoxiao"):
            clip = voice.speak(voice.phonemes(text, "cmn"), name, 1.0)
            audio = np.asarray(soxr.resample(trim(clip.samples, clip.rate), clip.rate, 16_000), np.float32)
            voices.append(Voice(encoder.embed(audio), pitch(audio, 16_000), clip.duration_ms))
    assert group(voices) == [0, 1] * len(SAID)
