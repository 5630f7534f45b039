"""Lines to speech: text made speakable, locked pronunciations, takes at the speed that fits, laid into one track."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import soundfile
import soxr

from . import ffmpeg, timing
from .engines.base import Clip, Synthesizer
from .engines.voices import Voices
from .errors import EngineError, LocalizeError, one_line
from .glossary import Glossary
from .model import Line, Take, to_json
from .sound import RATE, Samples, active_level, shorten_pauses, trim
from .steps import Steps

VERSION = 3
SILENT_LUFS = -60.0
SHORTEST_MS_A_LETTER = 18
CLIPPED = 0.001
FULL = 0.98
PACES = (1.0, 0.95, 0.9)  # of the wanted speed: the first take, then retakes of what was not understood
UNHEARD = 0.015  # a voice that misses the wanted length by less is left as it is


@dataclass(frozen=True)
class Part:
    """One line to be spoken: its text, voice, wanted speed, how names in it are said; `again` counts its retakes."""

    line: Line
    text: str
    voice: str
    speed: float
    say: tuple[tuple[str, str], ...]
    level_lufs: float
    again: int = 0


@dataclass(frozen=True)
class Dub:
    """A language's dub: takes in order, and the speech track at 48 kHz, mono."""

    takes: tuple[Take, ...]
    track: Samples


def pronunciations(text: str, glossary: Glossary, tag: str) -> tuple[tuple[str, str], ...]:
    """(locked form, how to say it) for the terms in a target text that have a pronunciation."""
    return tuple((t.form(tag), t.spoken(tag)) for t in glossary.terms if t.spoken(tag) and t.form(tag) in text)


def speakable(text: str) -> str:
    """Text without what is not said: brackets, music notes, tags, doubled marks."""
    text = re.sub(r"[\[(（][^\])）]*[\])）]|[♪♫*_#]|<[^>]+>", " ", text)
    text = re.sub(r"\.{2,}|…", ",", text)
    text = re.sub(r"([!?])[!?]+", r"\1", text)
    return " ".join(text.split())


def phonemes(part: Part, voice: Synthesizer, espeak: str) -> str:
    """The line's phonemes, locked names said as the glossary has it: respelled, or phonemes between slashes, which only
    a voice that reads phonemes can follow."""
    text = speakable(part.text)
    exact = {}
    for form, say in sorted(part.say, key=lambda p: -len(p[0])):
        if say.startswith("/") and say.endswith("/"):
            if voice.reads_phonemes:
                exact[form] = say.strip("/")
        else:
            text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", lambda _m, say=say: say, text)  # type: ignore[misc]
    if not exact:
        return voice.phonemes(text, espeak)
    pattern = "|".join(re.escape(f) for f in sorted(exact, key=len, reverse=True))
    out = []
    for piece in re.split(rf"((?<!\w)(?:{pattern})(?!\w)[,.!?;:]*)", text):
        bare = piece.rstrip(",.!?;:")
        if bare in exact:
            out.append(exact[bare] + piece[len(bare) :])
        elif piece.strip():
            out.append(voice.phonemes(piece, espeak))
    return " ".join(out)


def speak(part: Part, speed: float, voices: Voices, espeak: str, steps: Steps, subject: str) -> tuple[str, Clip]:
    """(digest, clip) of a line at a native speed, spoken once and kept. Raises EngineError for a silent clip."""
    voice = voices.of(part.voice)
    speed = round(speed * part.speed * PACES[part.again], 3)
    inputs = {
        "text": part.text,
        "say": part.say,
        "voice": part.voice,
        "speed": speed,
        "espeak": espeak,
        "engine": to_json(voice.identity(part.voice)),
    }

    def make() -> bytes:
        clip = voice.speak(phonemes(part, voice, espeak), part.voice, speed)
        if active_level(clip.samples, clip.rate) < SILENT_LUFS:
            raise EngineError("the voice gave silence", part.line.id)
        if clipped(clip.samples) > CLIPPED:
            raise EngineError("the voice is clipped", part.line.id)
        letters = sum(c.isalnum() for c in part.text)
        if clip.duration_ms < SHORTEST_MS_A_LETTER * letters:
            raise EngineError(f"the voice gave {clip.duration_ms} ms for {letters} letters", part.line.id)
        # a voice may go over full scale, which would be clipped on the way to disk; the line's gain comes later
        return to_flac(clip.samples * min(1.0, FULL / float(np.abs(clip.samples).max())), clip.rate)

    digest, data = steps.data("speak", VERSION, inputs, subject, make)
    samples, rate = from_flac(data)
    return digest, Clip(samples, rate)


def clipped(samples: Samples) -> float:
    """Share of samples that lie flat at the clip's own peak, as nothing but clipping leaves them."""
    peak = float(np.abs(samples).max(initial=0))
    flat = (np.abs(samples[1:]) >= 0.9999 * peak) & (np.abs(samples[:-1]) >= 0.9999 * peak)
    return float(flat.mean()) if peak > 0 and len(flat) else 0.0


def natural_ms(part: Part, voice: Voices, espeak: str, steps: Steps, subject: str) -> int:
    """How long a line's speech is at the voice's natural pace; 0 where it cannot say it. The take is kept."""
    try:
        clip = speak(part, 1.0, voice, espeak, steps, subject)[1]
    except LocalizeError:
        return 0
    return _ms(ready(clip), clip.rate)


def ready(clip: Clip) -> Samples:
    """A clip's speech: ends trimmed, long pauses shortened."""
    return shorten_pauses(trim(clip.samples, clip.rate), clip.rate)


def dub(
    parts: list[Part],
    duration_ms: int,
    voice: Voices,
    espeak: str,
    steps: Steps,
    subject: str,
    threads: int,
    tick: Callable[[int], None] = lambda _n: None,
) -> Dub:
    """Speak all lines, fit each to its slot and lay them into one track. A line that fails is flagged, not fatal."""

    def take(job: tuple[Part, float]) -> tuple[str, Clip | None, str]:
        part, speed = job
        try:
            digest, clip = speak(part, speed, voice, espeak, steps, f"{subject} {part.line.id}")
            return digest, clip, ""
        except LocalizeError as error:
            return "", None, one_line(str(error))
        finally:
            tick(1)

    with ThreadPoolExecutor(max(1, threads)) as pool:
        plain = list(pool.map(take, [(p, 1.0) for p in parts]))
        # a retake's slower pace is no part of how long the voice would naturally take
        natural = [
            round(_ms(ready(clip), clip.rate) * PACES[part.again]) if clip else 0
            for part, (_d, clip, _e) in zip(parts, plain, strict=True)
        ]
        spoken = [i for i, n in enumerate(natural) if n]
        slots = [
            timing.Slot(parts[i].line.id, parts[i].line.start_ms, parts[i].line.end_ms, natural[i]) for i in spoken
        ]
        places = dict(zip(spoken, timing.lay_out(slots, duration_ms), strict=True))
        again = [i for i in spoken if abs(places[i].native - 1) >= 0.02]
        tick(0)
        faster = dict(zip(again, pool.map(take, [(parts[i], places[i].native) for i in again]), strict=True))
    track = np.zeros(round(duration_ms * RATE / 1000), np.float32)
    takes = []
    for i, part in enumerate(parts):
        if i not in places:
            takes.append(_failed(part, plain[i][2]))
            continue
        digest, clip, error = faster.get(i, plain[i])
        speed = places[i].native if i in faster else 1.0
        if clip is None:  # the faster take failed: the plain one is stretched instead
            (digest, clip, _e), speed = plain[i], 1.0
        takes.append(_lay(part, places[i], digest, clip, speed, natural[i], track, error))  # type: ignore[arg-type]
    return Dub(tuple(takes), track)


def _lay(
    part: Part, place: timing.Place, digest: str, clip: Clip, speed: float, natural_ms: int, track: Samples, note: str
) -> Take:
    """Put one clip into the track and tell where it went."""
    samples = ready(clip)
    length_ms = _ms(samples, clip.rate)
    longest = max(place.window_ms, round(natural_ms / timing.MOST))
    wanted = min(longest, round(natural_ms / place.rate))
    stretch = 1.0
    if length_ms > longest or abs(length_ms - wanted) > UNHEARD * wanted:
        stretch = length_ms / wanted
        samples = ffmpeg.stretch(samples, clip.rate, stretch)
        samples = samples[: clip.rate * longest // 1000 + clip.rate // 100]
    wide = soxr.resample(samples, clip.rate, RATE).astype(np.float32)
    gain = _gain(wide, part.level_lufs)
    at = round(place.start_ms * RATE / 1000)
    room = track[at : at + len(wide)]
    room += wide[: len(room)] * np.float32(10 ** (gain / 20))
    end_ms = place.start_ms + round(len(room) * 1000 / RATE)
    rate = natural_ms / max(1, _ms(wide, RATE))
    flags = list(place.flags) + ([f"retake: {note}"] if note else [])
    if _ms(wide, RATE) - _ms(room, RATE) > 10:
        flags.append("cut-off")  # the picture ends before the line does
    if rate > timing.NATIVE_MOST + 0.005:
        flags.append("fast")
    return Take(
        part.line.id, digest, place.start_ms, end_ms, round(rate, 3), speed, round(stretch, 4), natural_ms, part.voice,
        round(gain, 2), tuple(flags),
    )  # fmt: skip


def _gain(samples: Samples, level_lufs: float) -> float:
    level = active_level(samples, RATE)
    if level <= -100 or level_lufs <= -100:
        return 0.0
    return float(np.clip(level_lufs - level, -24, 24))


def _failed(part: Part, error: str) -> Take:
    start = part.line.start_ms
    return Take(part.line.id, "", start, start, 1.0, 1.0, 1.0, 0, part.voice, 0.0, ("no-clip", f"error: {error}"))


def _ms(samples: Samples, rate: int) -> int:
    return round(1000 * len(samples) / rate)


def to_flac(samples: Samples, rate: int) -> bytes:
    """FLAC, 24 bit. Samples beyond full scale are a fault of the caller and are clipped."""
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(samples, -1.0, 1.0), rate, format="FLAC", subtype="PCM_24")
    return buffer.getvalue()


def from_flac(data: bytes) -> tuple[Samples, int]:
    """Samples and rate."""
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    return samples, rate


def levels(lines: tuple[Line, ...], measured: dict[str, float]) -> dict[str, float]:
    """A level for every line: its own, else the median of the others, else -20 LUFS."""
    known = [v for v in measured.values() if v > -100]
    middle = float(np.median(known)) if known else -20.0
    return {line.id: measured[line.id] if measured.get(line.id, -120) > -100 else middle for line in lines}


def as_json(takes: tuple[Take, ...]) -> list[Any]:
    """Takes as JSON values."""
    return [to_json(t) for t in takes]
