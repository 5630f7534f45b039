"""Takes fitted to their slots and laid into one track."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import soxr

from ..audio.levels import active_level, limit
from ..audio.samples import RATE, Samples, length_ms
from ..engines.base import Clip
from ..engines.speech.voices import Voices
from ..errors import LocalizeError, StoreError, UnusableResult, one_line
from ..media import ffmpeg
from ..records import Flag, Take
from ..storage.step_cache import Steps
from . import timing
from .part import Part
from .pronounce import notes
from .speak import FULL, PACES, UNHEARD, ready, speak

CEILING_DB = -0.3  # dBFS, of a track in which voices add up


@dataclass(frozen=True)
class Dub:
    """A language's dub: takes in order, and the speech track at 48 kHz, mono.

    Attributes:
        apart: by line id, the sound of lines that lie over another one, alone.
    """

    takes: tuple[Take, ...]
    track: Samples
    apart: dict[str, Samples] = field(default_factory=dict)

    def sound(self, take: Take) -> Samples:
        """What a take sounds like in the track, without what others say at the same time."""
        return self.apart.get(take.line_id, self.track[take.start_ms * RATE // 1000 : take.end_ms * RATE // 1000])


def dub(
    parts: list[Part],
    duration_ms: int,
    voice: Voices,
    espeak: str,
    steps: Steps,
    subject: str,
    threads: int,
    tick: Callable[[int], None] = lambda _n: None,
    failed: Callable[[str], None] = lambda _error: None,
) -> Dub:
    """Speak all lines, fit each to its slot and lay them into one track. A line that fails is flagged, not fatal.

    `failed` is told of each engine's failure that another run may not meet.
    """

    def take(job: tuple[Part, float]) -> tuple[str, Clip | None, str]:
        part, speed = job
        try:
            digest, clip = speak(part, speed, voice, espeak, steps, f"{subject} {part.line.id}")
            return digest, clip, ""
        except StoreError:
            raise
        except LocalizeError as error:
            if not isinstance(error, UnusableResult):
                failed(str(error))
            return "", None, one_line(str(error))
        finally:
            tick(1)

    with ThreadPoolExecutor(max(1, threads)) as pool:
        plain = list(pool.map(take, [(p, 1.0) for p in parts]))
        # a retake's slower pace is no part of how long the voice would naturally take
        natural = [
            round(length_ms(ready(clip), clip.rate) * PACES[part.again]) if clip else 0
            for part, (_d, clip, _e) in zip(parts, plain, strict=True)
        ]
        spoken = [i for i, n in enumerate(natural) if n]
        slots = [
            timing.Slot(x.id, x.start_ms, x.end_ms, natural[i], x.speaker) for i in spoken for x in (parts[i].line,)
        ]
        places = dict(zip(spoken, timing.lay_out(slots, duration_ms), strict=True))
        again = [i for i in spoken if abs(places[i].native - 1) >= 0.02]
        tick(0)
        faster = dict(zip(again, pool.map(take, [(parts[i], places[i].native) for i in again]), strict=True))
    track = np.zeros(round(duration_ms * RATE / 1000), np.float32)
    takes, alone = [], {}
    for i, part in enumerate(parts):
        if i not in places:
            takes.append(_failed(part, plain[i][2]))
            continue
        digest, clip, error = faster.get(i, plain[i])
        speed = places[i].native if i in faster else 1.0
        if clip is None:  # the faster take failed: the plain one is stretched instead
            (digest, clip, _e), speed = plain[i], 1.0
        made, laid = _lay(part, places[i], digest, clip, speed, natural[i], len(track), error)  # type: ignore[arg-type]
        at = round(made.start_ms * RATE / 1000)
        track[at : at + len(laid)] += laid
        takes.append(replace(made, flags=made.flags + notes(part, espeak)))
        alone[made.line_id] = laid
    if np.abs(track).max(initial=0) > FULL:  # two voices at once may add up to more than full scale
        track = limit(track[:, None], RATE, CEILING_DB)[:, 0]
    over = {t.line_id for t in takes if any(_overlap(t, u) for u in takes if u is not t)}
    return Dub(tuple(takes), track, {i: s for i, s in alone.items() if i in over})


def _overlap(one: Take, two: Take) -> bool:
    return bool(one.clip and two.clip) and one.start_ms < two.end_ms and two.start_ms < one.end_ms


def _lay(
    part: Part, place: timing.Place, digest: str, clip: Clip, speed: float, natural_ms: int, count: int, note: str
) -> tuple[Take, Samples]:
    """One clip as it goes into a track of `count` samples, and where it goes."""
    samples = ready(clip)
    spoken_ms = length_ms(samples, clip.rate)
    longest = max(place.window_ms, round(natural_ms / timing.MOST))
    wanted = min(longest, round(natural_ms / place.rate))
    stretch = 1.0
    if spoken_ms > longest or abs(spoken_ms - wanted) > UNHEARD * wanted:
        stretch = spoken_ms / wanted
        samples = ffmpeg.stretch(samples, clip.rate, stretch)
        samples = samples[: clip.rate * longest // 1000 + clip.rate // 100]
    wide = soxr.resample(samples, clip.rate, RATE).astype(np.float32)
    gain = _gain(wide, part.level_lufs)
    at = round(place.start_ms * RATE / 1000)
    room = wide[: max(0, count - at)] * np.float32(10 ** (gain / 20))
    end_ms = place.start_ms + round(len(room) * 1000 / RATE)
    rate = natural_ms / max(1, length_ms(wide, RATE))
    flags = list(place.flags) + ([f"{Flag.RETAKE}: {note}"] if note else [])
    if length_ms(wide, RATE) - length_ms(room, RATE) > 10:
        flags.append(Flag.CUT_OFF)  # the picture ends before the line does
    if rate > timing.NATIVE_MOST + 0.005:
        flags.append(Flag.FAST)
    take = Take(
        part.line.id, digest, place.start_ms, end_ms, round(rate, 3), speed, round(stretch, 4), natural_ms, part.voice,
        round(gain, 2), tuple(flags),
    )  # fmt: skip
    return take, room


def _gain(samples: Samples, level_lufs: float) -> float:
    level = active_level(samples, RATE)
    if level <= -100 or level_lufs <= -100:
        return 0.0
    return float(np.clip(level_lufs - level, -24, 24))


def _failed(part: Part, error: str) -> Take:
    start = part.line.start_ms
    return Take(part.line.id, "", start, start, 1.0, 1.0, 1.0, 0, part.voice, 0.0, (Flag.NO_CLIP, f"{Flag.ERROR}: {error}"))
