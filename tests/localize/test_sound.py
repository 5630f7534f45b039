"""Measures of sound against ffmpeg's, the limiter, stems, and ffmpeg argument lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from localize.audio import envelope, levels, stem, true_peak
from localize.audio.samples import RATE
from localize.dubbing import lay, timing
from localize.dubbing.spoken_line import SpokenLine
from localize.engines.base import Clip
from localize.markets import Loudness
from localize.media import ffmpeg
from localize.mixing import ducking, leftover_speech, master
from localize.records import Line

RNG = np.random.default_rng(7)


def speechlike(seconds: float, level: float = 0.1, seed: int = 1) -> np.ndarray:
    """Bursts of filtered noise with pauses, stereo."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    t = np.arange(count) / RATE
    tone = sum(np.sin(2 * np.pi * 150 * h * t + rng.uniform(0, 6)) / h for h in range(1, 12))
    gate = (np.sin(2 * np.pi * t / 2.3) > -0.2) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * t))
    mono = level * tone * gate + 0.001 * rng.standard_normal(count)
    return np.stack([mono, mono], 1).astype(np.float32)


@pytest.mark.parametrize("level", [0.02, 0.1, 0.3])
def test_loudness_and_peak_agree_with_ffmpeg(tmp_path: Path, level: float) -> None:
    samples = speechlike(12, level)
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    theirs = ffmpeg.loudness(tmp_path / "a.wav")
    assert levels.loudness(samples, RATE) == pytest.approx(theirs["lufs"], abs=0.15)
    assert true_peak.true_peak(samples) == pytest.approx(theirs["true_peak_dbtp"], abs=0.3)
    assert len(theirs["momentary"]) > 100


@given(st.floats(0.5, 4.0), st.floats(-6.0, -0.5))
@settings(max_examples=15, deadline=None)
def test_the_limiter_holds_its_ceiling_and_leaves_the_rest(gain: float, ceiling: float) -> None:
    samples = speechlike(2, 0.2) * np.float32(gain)
    out = true_peak.limit(samples, RATE, ceiling)
    assert true_peak.true_peak(out) <= ceiling + 0.1
    assert len(out) == len(samples)
    quiet = true_peak.limit(samples * 0.01, RATE, ceiling)
    assert np.array_equal(quiet, samples * np.float32(0.01))


@given(st.integers(0, 2000), st.lists(st.floats(0.01, 3.0), min_size=1, max_size=6), st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_peaks_that_are_looked_for_where_they_may_be_are_those_of_the_whole(count: int, levels_: list[float], channels: int) -> None:
    rng = np.random.default_rng(count)
    shape = np.repeat(rng.choice([0.0, 0.05, 1.0], count // 300 + 1), 300)[:count, None]
    samples = (0.3 * shape * rng.standard_normal((count, channels))).astype(np.float32)
    high = np.abs(signal.resample_poly(samples, 4, 1, axis=0)).reshape(count, 4, channels).max((1, 2), initial=0)
    peaks = true_peak.Peaks(samples)
    assert peaks.highest() == pytest.approx(float(high.max(initial=0)), rel=1e-5)
    for level in levels_:  # in any order: what was found stays
        found = peaks.over(level)
        assert np.allclose(found[high >= level], high[high >= level], rtol=1e-5)
        assert (found <= high * 1.00001 + 1e-7).all()


@pytest.mark.parametrize("preset", [Loudness(-14, 0.5, -1), Loudness(-23, 0.5, -1), Loudness(-27, 2, -2)])
def test_mastering_meets_its_preset(preset: Loudness) -> None:
    out = master.master(speechlike(10, 0.05), preset)
    assert levels.loudness(out, RATE) == pytest.approx(preset.lufs, abs=0.2)
    assert true_peak.true_peak(out) <= preset.true_peak


def test_mixing_scales_nothing() -> None:
    bed, voice = speechlike(1, 0.02), speechlike(1, 0.1)[:, 0]
    assert np.allclose(master.programme(bed, voice), bed + voice[:, None])


def test_trim_and_pauses() -> None:
    burst = (0.3 * np.sin(2 * np.pi * 200 * np.arange(RATE // 2) / RATE)).astype(np.float32)
    gap = np.zeros(RATE // 2, np.float32)
    samples = np.concatenate([gap, burst, gap, burst, gap])
    trimmed = envelope.trim(samples, RATE)
    assert len(trimmed) / RATE == pytest.approx(1.5, abs=0.03)
    shorter = envelope.shorten_pauses(trimmed, RATE, 300, 200)
    assert len(shorter) / RATE == pytest.approx(1.2, abs=0.03)
    assert len(envelope.trim(gap, RATE)) == 0


def test_a_stem_is_found_at_its_shift_and_gain_and_a_foreign_one_is_not() -> None:
    bed = (0.05 * RNG.standard_normal((RATE * 6, 2))).astype(np.float32)
    voice = speechlike(6, 0.2)[:, 0]
    spoken = [(1000, 2000), (3000, 4500)]
    mask = np.zeros(RATE * 6, np.float32)
    for a, b in spoken:
        mask[a * 48 : b * 48] = 1
    mixed = 0.8 * stem.shifted(bed, 480, RATE * 6) + (voice * mask)[:, None]
    fit = stem.fit_stem(mixed.astype(np.float32), bed, spoken)
    assert fit.ok
    assert fit.shift == 480
    assert fit.gain == pytest.approx(0.8, abs=0.02)
    rest = stem.dialogue(mixed.astype(np.float32), bed, fit)
    assert np.abs(rest[: RATE // 2]).max() < 0.01
    other = (0.05 * RNG.standard_normal((RATE * 6, 2))).astype(np.float32)
    assert not stem.fit_stem(mixed.astype(np.float32), other, spoken).ok


def test_without_a_stem_the_outside_stays_and_the_inside_goes_down() -> None:
    bed = (0.01 * RNG.standard_normal((RATE * 6, 2))).astype(np.float32)
    voice = speechlike(6, 0.2)[:, 0]
    spoken = [(2000, 4000)]
    mask = np.zeros(RATE * 6, np.float32)
    mask[2000 * 48 : 4000 * 48] = 1
    mixed = (bed + (voice * mask)[:, None]).astype(np.float32)
    out = ducking.without_speech(mixed, spoken)
    assert np.array_equal(out[: 1800 * 48], mixed[: 1800 * 48])
    assert np.array_equal(out[4300 * 48 :], mixed[4300 * 48 :])
    inside = slice(2200 * 48, 3800 * 48)
    assert levels.loudness(out[inside], RATE) < levels.loudness(mixed[inside], RATE) - 12


def test_stretching_keeps_the_words_and_changes_the_length() -> None:
    samples = speechlike(2, 0.2)[::2, 0]
    out = ffmpeg.stretch(samples, 24_000, 1.2)
    assert len(out) == pytest.approx(len(samples) / 1.2, rel=0.03)


def test_file_names_are_only_names() -> None:
    argv = ffmpeg.decode_argv(Path("-rf:x.mp4"), 16_000, 1)
    given = argv[argv.index("-i") + 1]
    assert given.startswith("file:/")
    assert given.endswith("-rf:x.mp4")


@pytest.mark.parametrize(
    ("natural_ms", "window_ms", "cut"), [(1500, 2000, False), (2400, 2000, False), (3000, 2000, True)]
)
def test_a_laid_clip_keeps_to_its_rate_and_a_cut_one_says_so(natural_ms: int, window_ms: int, cut: bool) -> None:
    """A line at the very end of the picture: stretched to 1.25 at most, and flagged where even that is cut."""
    burst = speechlike(natural_ms / 1000, 0.2, seed=3)[:, 0]
    burst = (0.2 * np.sin(2 * np.pi * 200 * np.arange(len(burst)) / RATE)).astype(np.float32)[::2]
    part = SpokenLine(Line("L1", "S1", 1000, 1000 + window_ms, ""), "x", "v", 1.0, (), -20.0)
    track = np.zeros((1000 + window_ms) * 48, np.float32)
    place, clip = timing.Place("L1", 1000, window_ms, 1.0), Clip(burst, 24_000)
    take, _laid = lay._lay(part, place, lay.Spoken("d", clip, 1.0), clip, natural_ms, len(track))
    assert take.rate <= timing.MOST + 0.02
    assert ("cut-off" in take.flags) == cut
    assert take.end_ms <= 1000 + window_ms


@pytest.mark.parametrize("seconds", [0.6, 1.92, 2.0, 3.0])
@pytest.mark.parametrize("tempo", [0.9, 0.98, 1.05, 1.25])
def test_stretching_keeps_a_word_s_end(seconds: float, tempo: float) -> None:
    """1.92 s is a multiple of the filter's buffer, where it kept the end back."""
    rate = 24_000
    times = np.arange(round(seconds * rate)) / rate
    clip = (0.2 * np.sin(2 * np.pi * 200 * times)).astype(np.float32)
    clip[-rate // 50 :] = 0.9 * np.sign(np.sin(2 * np.pi * 1000 * times[-rate // 50 :]))
    made = ffmpeg.stretch(clip, rate, tempo)
    assert len(made) == round(len(clip) / tempo)
    loud = np.flatnonzero(np.abs(made) > 0.5)
    assert len(loud)
    assert loud[-1] > len(made) - rate // 20


@pytest.mark.parametrize(("left_db", "heard"), [(None, False), (-50, False), (-36, True), (-20, True), (0, True)])
@pytest.mark.parametrize("late_ms", [0, 12])
def test_speech_that_was_left_in_a_stem_is_noticed(left_db: int | None, heard: bool, late_ms: int) -> None:
    rng = np.random.default_rng(5)
    syllables = np.repeat(rng.uniform(0, 1, 600), 1600).astype(np.float32)  # a minute at 16 kHz, loud and quiet by turns
    speech = (0.1 * syllables * rng.standard_normal(len(syllables))).astype(np.float32)
    music = (0.1 * rng.standard_normal(len(speech))).astype(np.float32)
    left = np.roll(speech, 16 * late_ms) * (10 ** (left_db / 20) if left_db is not None else 0.0)
    codec = (0.002 * rng.standard_normal(len(speech))).astype(np.float32)
    bed, mix = music + left.astype(np.float32), music + speech + codec
    assert (leftover_speech.leak(bed, mix, [(0, 60_000)]) >= leftover_speech.HEARD) is heard


def test_a_mix_without_speech_of_its_own_is_listened_to() -> None:
    music = (0.1 * np.random.default_rng(1).standard_normal(32_000)).astype(np.float32)
    assert leftover_speech.leak(music, music, [(0, 2000)]) == 1.0
    assert leftover_speech.leak(music, music, []) == 1.0


def test_a_stem_fits_beside_screams_that_nobody_took_for_speech_and_a_foreign_one_does_not() -> None:
    rng = np.random.default_rng(9)
    count = 12 * RATE
    own, foreign, voice = (rng.standard_normal((count, 2)).astype(np.float32) * 0.02 for _ in range(3))
    voice[: 4 * RATE] = voice[8 * RATE :] = 0
    mix = 0.8 * own + 10 * voice
    fit = stem.fit_stem(mix, own, [])
    assert fit.ok
    assert fit.gain == pytest.approx(0.8, abs=0.01)
    assert not stem.fit_stem(mix, foreign, []).ok
    foreign[: 2 * RATE] = own[: 2 * RATE]  # a sixth of it is the same
    assert not stem.fit_stem(mix, foreign, []).ok
