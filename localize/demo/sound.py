"""Music and effects for the demo, synthesized: stereo float32 at 48 kHz."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

RATE = 48_000
Samples = NDArray[np.float32]
CHORDS = {"office": (110.0, 130.8, 164.8), "street": (98.0, 116.5, 146.8), "pier": (87.3, 130.8, 174.6),
          "gala": (130.8, 164.8, 196.0)}  # fmt: skip


def bed(scenes: list[tuple[str, int, int]], duration_ms: int, seed: int) -> Samples:
    """Music and effects for scenes of (place, start_ms, end_ms), shape (samples, 2), about -30 LUFS."""
    count = round(duration_ms * RATE / 1000)
    out = np.zeros((count, 2))
    rng = np.random.default_rng(seed)
    for place, start_ms, end_ms in scenes:
        a, b = (min(count, round(ms * RATE / 1000)) for ms in (start_ms, end_ms))
        part = _pad(CHORDS[place], b - a, rng) * 0.05 + _air(place, b - a, rng)
        fade = min(RATE // 3, (b - a) // 4)
        ramp = np.linspace(0, 1, fade)[:, None]
        part[:fade] *= ramp
        part[-fade:] *= ramp[::-1]
        out[a:b] += part
        _hit(out, a, place, rng)
    return out.astype(np.float32)


def _pad(chord: tuple[float, ...], count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A slow chord with a bell line over it; left and right are detuned against each other."""
    t = np.arange(count) / RATE
    out = np.zeros((count, 2))
    for side, detune in enumerate((0.998, 1.002)):
        for note in chord:
            swell = 0.6 + 0.4 * np.sin(2 * np.pi * t / 7 + note)
            tone = sum(np.sin(2 * np.pi * note * detune * h * t + side) / h**1.6 for h in (1, 2, 3, 4))
            out[:, side] += swell * tone
    for beat in range(int(count / RATE / 1.5)):
        at, note = int(beat * 1.5 * RATE), float(rng.choice(chord)) * 4
        length = min(2 * RATE, count - at)
        env = np.exp(-np.arange(length) / (0.5 * RATE))
        bell = env * np.sin(2 * np.pi * note * np.arange(length) / RATE)
        pan = rng.uniform(0.2, 0.8)
        out[at : at + length] += 0.7 * bell[:, None] * np.array([1 - pan, pan])
    return out


def _air(place: str, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Room tone, traffic, waves or a crowd: filtered noise, independent left and right."""
    bands = {
        "office": (80, 300, 0.006),
        "street": (60, 900, 0.014),
        "pier": (120, 1400, 0.016),
        "gala": (250, 1200, 0.01),
    }
    low, high, level = bands[place]
    noise = rng.standard_normal((count, 2))
    sos = signal.butter(2, (low, high), "bandpass", fs=RATE, output="sos")
    air = signal.sosfilt(sos, noise, axis=0)
    t = np.arange(count) / RATE
    wave = 0.55 + 0.45 * np.sin(2 * np.pi * t / 5.3) if place == "pier" else np.ones(count)
    return np.asarray(level * air / np.std(air) * wave[:, None])


def _hit(out: NDArray[np.float64], at: int, place: str, rng: np.random.Generator) -> None:
    """A low thump where a scene starts (a door, a horn), so that there is an effect to keep."""
    length = min(RATE, len(out) - at)
    t = np.arange(length) / RATE
    thump = np.sin(2 * np.pi * (70 - 20 * t) * t) * np.exp(-t * 6) * 0.16
    if place == "street":
        thump += 0.03 * np.sign(np.sin(2 * np.pi * 440 * t)) * (t % 0.4 < 0.2) * (t < 0.8)
    out[at : at + length] += thump[:, None]


def treat(speech: Samples, how: str) -> Samples:
    """A voice as the scene wants it: level in dB re plain, and a telephone's band."""
    if how == "phone":
        sos = signal.butter(4, (300, 3400), "bandpass", fs=RATE, output="sos")
        speech = np.tanh(3 * signal.sosfilt(sos, speech)).astype(np.float32) / 3
    gain = {"plain": 0.0, "whisper": -10.0, "shout": 5.0, "phone": -2.0}[how]
    return (speech * 10 ** (gain / 20)).astype(np.float32)
