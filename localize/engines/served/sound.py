"""Sound that a server sends: decoded whatever its kind, and held against the text that it should say."""

from __future__ import annotations

import io

import numpy as np
import soundfile
import soxr

from ...audio.levels import active_level
from ...audio.samples import ASR_RATE, Samples
from ...errors import UnusableResult
from ..recognition import silero

RATES = range(8_000, 192_001)
SILENT_LUFS = -60.0
ENOUGH = 15  # letters below which a pace says nothing
FASTEST_MS, SLOWEST_MS, SLACK_MS = 36, 160, 1500  # a letter; people speak at 50 to 90 (es, pt, en, hi), and pause
WIDE_FASTEST_MS, WIDE_SLOWEST_MS = 80, 600  # the same for scripts with a syllable in a sign (zh, ja, ko)
VOICED = 0.25  # of a clip, at least, is a voice; noise and tones have none
STREAMED = (0, 0x7FFFFFFF, 0x80000000)  # sizes in the head of a WAV whose writer did not know its length


def decode(data: bytes, kind: str, rate: int, where: str) -> tuple[Samples, int]:
    """Mono samples and their rate of a WAV, FLAC or MP3 file, or of raw 16-bit pcm at `rate` Hz where `kind` is "pcm".

    Raises UnusableResult.
    """
    known = data[:4] in (b"RIFF", b"fLaC", b"OggS") or data[:3] == b"ID3" or data[:2] in (b"\xff\xfb", b"\xff\xf3")
    if kind == "pcm" and not known:
        if len(data) % 2 or not data:
            raise UnusableResult("raw pcm of half a sample", where, "check format and rate in endpoints.toml")
        return np.asarray(np.frombuffer(data, "<i2") / 32768, np.float32), rate
    if not known:
        raise UnusableResult(f"no sound: it begins with {data[:12]!r}", where, "check format in endpoints.toml")
    if data[:4] == b"RIFF":
        data = _whole_wav(data, where)
    try:
        samples, found = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (RuntimeError, ValueError) as error:
        raise UnusableResult(f"sound that cannot be read: {error}", where, "check the server") from error
    if found not in RATES or not len(samples) or not np.isfinite(samples).all():
        raise UnusableResult(f"sound of {len(samples)} samples at {found} Hz", where, "check the server")
    return np.asarray(samples.mean(1), np.float32), int(found)


def _whole_wav(data: bytes, where: str) -> bytes:
    """A WAV with its sizes set right where its writer streamed it. Raises UnusableResult where it was cut off."""
    at = data.find(b"data", 12)
    if at < 0 or at + 8 > len(data):
        raise UnusableResult("a WAV without sound", where, "check the server")
    told, there = int.from_bytes(data[at + 4 : at + 8], "little"), len(data) - at - 8
    if told > there and told < STREAMED[1] - (1 << 16):
        raise UnusableResult(f"a WAV cut off at {there} of {told} bytes", where, "run again")
    if told in STREAMED or told > there:
        size = there.to_bytes(4, "little")
        return data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8 : at + 4] + size + data[at + 8 :]
    return data


def check(samples: Samples, rate: int, text: str, speed: float, where: str) -> None:
    """Whether a clip can be that text, spoken. Raises UnusableResult, saying what is wrong."""
    level = active_level(samples, rate)
    if level < SILENT_LUFS:
        raise UnusableResult("silence", where)
    flat = np.abs(samples) >= 0.999 * np.abs(samples).max()
    if (flat[1:] & flat[:-1]).mean() > 0.001:
        raise UnusableResult("a clipped clip", where)
    hearing = np.asarray(soxr.resample(samples, rate, ASR_RATE), np.float32)
    spans = silero.speech_spans(hearing)
    voiced = sum(b - a for a, b in spans)
    length = 1000 * len(samples) / rate
    if voiced < VOICED * min(length, 4000) and voiced < 600:
        raise UnusableResult(f"{voiced} ms of voice in {length:.0f} ms: noise", where)
    wide = sum("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in text)
    letters = sum(c.isalnum() for c in text) - wide
    if letters + 4 * wide < ENOUGH:
        return
    spoken = spans[-1][1] - spans[0][0] if spans else 0
    least = (letters * FASTEST_MS + wide * WIDE_FASTEST_MS) / max(speed, 0.5)
    most = SLACK_MS + (letters * SLOWEST_MS + wide * WIDE_SLOWEST_MS) / max(speed, 0.5)
    if spoken < least:
        raise UnusableResult(
            f"{spoken} ms of speech for {letters + wide} letters: half of it, or at a wrong rate", where
        )
    if length > most:
        raise UnusableResult(f"{length:.0f} ms for {letters + wide} letters: much more than the line", where)


def as_wav(samples: Samples, rate: int) -> bytes:
    """Mono samples as a WAV of 16 bits."""
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(samples, -1, 1), rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()
