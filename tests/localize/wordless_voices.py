"""Voices without words, made from nothing: a scream, a laugh, sobbing, a sung line; and scenes with them between spoken lines.

A pulse train with jitter stands for the glottis, resonances for the mouth. Sound is float32 at 48 kHz, mono.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from localize.audio.levels import active_level
from localize.audio.samples import RATE, Samples

VOWELS = {"a": (850, 1300, 2700, 3700), "u": (380, 900, 2400, 3400), "o": (520, 950, 2500, 3500), "e": (550, 1900, 2600, 3600)}


def _glottis(pitch: NDArray[np.float64], seed: int, jitter: float = 0.01, breath: float = 0.02) -> NDArray[np.float64]:
    """A source whose pitch in Hz is given sample by sample; `breath`: how much noise is in it."""
    rng = np.random.default_rng(seed)
    drift = 1 + jitter * signal.lfilter([0.02], [1, -0.98], rng.standard_normal(len(pitch))) * 5
    phase = np.cumsum(pitch * drift / RATE)
    at = phase % 1.0
    flow = np.where(at < 0.6, 0.5 * (1 - np.cos(np.pi * at / 0.4)), 0.0) * (at < 0.6)
    pulse = np.diff(flow, prepend=0.0)
    pulse /= np.std(pulse) + 1e-9
    return np.asarray(pulse + breath * rng.standard_normal(len(pitch)))


def _mouth(source: NDArray[np.float64], vowel: str) -> NDArray[np.float64]:
    out = np.zeros(len(source))
    for number, formant in enumerate(VOWELS[vowel]):
        b, a = signal.iirpeak(formant, formant / (90 + 40 * number), fs=RATE)
        out += signal.lfilter(b, a, source) * 0.7**number
    return out


def _shaped(sound: NDArray[np.float64], attack_ms: int = 40, release_ms: int = 120) -> NDArray[np.float64]:
    up, down = RATE * attack_ms // 1000, RATE * release_ms // 1000
    envelope = np.ones(len(sound))
    envelope[:up] = np.linspace(0, 1, up)
    envelope[-down:] *= np.linspace(1, 0, down) ** 2
    return np.asarray(sound * envelope)


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE)) / RATE


def scream(seconds: float = 1.4, seed: int = 1) -> Samples:
    """A long open vowel that leaps up, rough, and falls at its end."""
    t = _time(seconds) / seconds
    pitch = 500 + 520 * np.sin(np.pi * np.minimum(1, 0.15 + t * 0.85)) ** 0.6
    rough = 1 + 0.35 * np.sin(2 * np.pi * 70 * t * seconds)
    return _level(_shaped(np.tanh(1.5 * _mouth(_glottis(pitch, seed, 0.03, 0.25) * rough, "a"))), -18)


def laugh(bursts: int = 7, seed: int = 2) -> Samples:
    """Bursts of breath and voice, four and a half a second, falling."""
    rng, parts = np.random.default_rng(seed), []
    for number in range(bursts):
        breath = _mouth(rng.standard_normal(round(0.07 * RATE)), "a") * 0.25
        length = 0.11 + 0.01 * rng.standard_normal()
        t = _time(max(0.08, length))
        voiced = _mouth(_glottis(np.full(len(t), 330 - 18 * number) * (1 - 0.8 * t), seed + number, 0.02, 0.15), "a")
        parts += [_shaped(breath, 15, 25), _shaped(voiced, 12, 40) * 0.9**number, np.zeros(round(0.03 * RATE))]
    return _level(np.concatenate(parts), -23)


def sobbing(sobs: int = 4, seed: int = 3) -> Samples:
    """Caught breath, then a moan that trembles and sinks; several times."""
    rng, parts = np.random.default_rng(seed), []
    for number in range(sobs):
        gasp = _mouth(rng.standard_normal(round(0.16 * RATE)), "e") * 0.2
        t = _time(0.42)
        pitch = (430 - 15 * number) * (1 - 0.35 * t / 0.42) * (1 + 0.03 * np.sin(2 * np.pi * 9 * t))
        moan = _mouth(_glottis(pitch, seed + number, 0.02, 0.2), "u") * (1 + 0.4 * np.sin(2 * np.pi * 9 * t))
        parts += [_shaped(gasp, 60, 50), _shaped(moan, 30, 200), np.zeros(round(0.12 * RATE))]
    return _level(np.concatenate(parts), -25)


def sung(notes: tuple[float, ...] = (220, 247, 294, 262, 247, 220), seed: int = 4) -> Samples:
    """A line sung on one vowel, with vibrato."""
    pitch = np.concatenate([np.full(round(0.5 * RATE), note) for note in notes])
    pitch = signal.filtfilt(*signal.butter(2, 12, fs=RATE), pitch)
    t = np.arange(len(pitch)) / RATE
    pitch = pitch * (1 + 0.018 * np.sin(2 * np.pi * 5.5 * t))
    return _level(_shaped(_mouth(_glottis(pitch, seed, 0.005, 0.03), "o"), 80, 250), -22)


def _level(sound: NDArray[np.float64], lufs: float) -> Samples:
    samples = sound.astype(np.float32)
    samples *= np.float32(10 ** ((lufs - active_level(samples, RATE)) / 20))
    return np.asarray(samples / max(1.0, float(np.abs(samples).max()) / 0.9), np.float32)


SOUNDS = {"scream": scream, "laugh": laugh, "sobbing": sobbing, "sung": sung}
