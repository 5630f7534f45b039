"""Takes fitted to their slots and laid into one track."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

import numpy as np
import soxr

from ..audio.levels import active_level
from ..audio.samples import RATE, Samples, length_ms
from ..audio.spans import Span
from ..audio.true_peak import limit
from ..engines.base import Clip
from ..engines.speech.voices import Voices
from ..errors import LocalizeError, StoreError, UnusableResult, one_line
from ..media import ffmpeg
from ..records import Flag, Take
from ..storage.step_cache import Steps
from . import timing
from .pronounce import notes
from .speak import FULL, UNHEARD, natural_ms, planned_ms, ready, speak
from .spoken_line import SpokenLine

SAME_SPEED = 0.02  # nearer to 1.0 the voice is left at its natural pace
UNSAID = "the voice cannot say it"
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


@dataclass(frozen=True)
class Spoken:
    """A line as the voice gave it at a native speed, and what failed on the way; no clip where all failed."""

    digest: str
    clip: Clip | None
    speed: float
    error: str = ""


def dub(
    parts: list[SpokenLine],
    duration_ms: int,
    voice: Voices,
    espeak: str,
    steps: Steps,
    subject: str,
    threads: int,
    tick: Callable[[int], None] = lambda _n: None,
    failed: Callable[[str], None] = lambda _error: None,
    kept: tuple[Span, ...] = (),
) -> Dub:
    """Speak all lines, fit each to its slot and lay them into one track. A line that fails is flagged, not fatal.

    `kept` is where the source's own sound stands, in ms; `failed` is told of each engine's failure that another run may not meet.
    """

    def failure(error: LocalizeError) -> str:
        if not isinstance(error, UnusableResult):
            failed(str(error))
        return one_line(str(error))

    def natural(part: SpokenLine) -> tuple[int, str]:
        try:
            return natural_ms(part, voice, espeak, steps, f"{subject} {part.line.id}"), ""
        except StoreError:
            raise
        except LocalizeError as error:
            return 0, failure(error)

    def take(i: int) -> Spoken:
        part, about = parts[i], f"{subject} {parts[i].line.id}"
        errors: list[str] = []
        try:
            for speed in dict.fromkeys((_speed(part, places[i], lengths[i][0], voice, espeak, steps, about), 1.0)):
                try:
                    digest, clip = speak(part, speed, voice, espeak, steps, about)
                    return Spoken(digest, clip, speed, "; ".join(errors))
                except StoreError:
                    raise
                except LocalizeError as error:  # at its natural pace it is stretched instead
                    errors.append(failure(error))
            return Spoken("", None, 1.0, errors[-1])
        finally:
            tick(1)

    def laid(i: int, spoken: Spoken) -> tuple[Take, Samples]:
        if spoken.clip is None:
            return _failed(parts[i], spoken.error or UNSAID)
        return _lay(parts[i], places[i], spoken, spoken.clip, lengths[i][0], count)

    count = round(duration_ms * RATE / 1000)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        lengths = list(pool.map(natural, parts))
        known = [i for i, (ms, _error) in enumerate(lengths) if ms]
        slots = [
            timing.Slot(x.id, x.start_ms, x.end_ms, lengths[i][0], x.speaker) for i in known for x in (parts[i].line,)
        ]
        places = dict(zip(known, timing.lay_out(slots, duration_ms, kept), strict=True))
        longest_first = sorted(known, key=lambda i: -lengths[i][0])  # so that no core idles at the end
        said = {pool.submit(take, i): i for i in longest_first}
        try:
            placed = {said[f]: laid(said[f], f.result()) for f in as_completed(said)}  # by this thread, while others are spoken
        except BaseException:  # a full disk: what is not begun would not be kept either
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    track = np.zeros(count, np.float32)
    takes, alone = [], {}
    for i, part in enumerate(parts):
        made, sound = placed.get(i) or _failed(part, lengths[i][1] or UNSAID)
        if not made.clip:
            takes.append(made)
            continue
        at = round(made.start_ms * RATE / 1000)
        track[at : at + len(sound)] += sound
        takes.append(replace(made, flags=made.flags + notes(part, espeak)))
        alone[made.line_id] = sound
    if np.abs(track).max(initial=0) > FULL:  # two voices at once may add up to more than full scale
        track = limit(track[:, None], RATE, CEILING_DB)[:, 0]
    over = {t.line_id for t in takes if any(_overlap(t, u) for u in takes if u is not t)}
    return Dub(tuple(takes), track, {i: s for i, s in alone.items() if i in over})


def _overlap(one: Take, two: Take) -> bool:
    return bool(one.clip and two.clip) and one.start_ms < two.end_ms and two.start_ms < one.end_ms


def _speed(
    part: SpokenLine, place: timing.Place, natural_ms: int, voice: Voices, espeak: str, steps: Steps, subject: str
) -> float:
    """The native speed that brings a line to its place's length, as far as a voice may go; 1.0 where it is near.

    A voice does not get shorter by what it is asked for: where it can plan, its plan says by how much.
    """
    speed = place.native
    if abs(speed - 1) < SAME_SPEED:
        return 1.0
    wanted = natural_ms / min(place.rate, timing.NATIVE_MOST)
    planned = planned_ms(replace(part, again=0), speed, voice, espeak, steps, subject)
    if planned is None or abs(planned - wanted) <= UNHEARD * wanted or planned == natural_ms:
        return speed
    nearer = 1 + (speed - 1) * (natural_ms - wanted) / (natural_ms - planned)
    return float(round(min(timing.ASKED_MOST, max(timing.ASKED_LEAST, nearer)), 3))


def _lay(
    part: SpokenLine, place: timing.Place, spoken: Spoken, clip: Clip, natural_ms: int, count: int
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
    flags = list(place.flags) + ([f"{Flag.RETAKE}: {spoken.error}"] if spoken.error else [])
    if length_ms(wide, RATE) - length_ms(room, RATE) > 10:
        flags.append(Flag.CUT_OFF)  # the picture ends before the line does
    if rate > timing.NATIVE_MOST + 0.005:
        flags.append(Flag.FAST)
    take = Take(
        part.line.id, spoken.digest, place.start_ms, end_ms, round(rate, 3), spoken.speed, round(stretch, 4), natural_ms, part.voice,
        round(gain, 2), tuple(flags),
    )  # fmt: skip
    return take, room


def _gain(samples: Samples, level_lufs: float) -> float:
    level = active_level(samples, RATE)
    if level <= -100 or level_lufs <= -100:
        return 0.0
    return float(np.clip(level_lufs - level, -24, 24))


def _failed(part: SpokenLine, error: str) -> tuple[Take, Samples]:
    start, flags = part.line.start_ms, (Flag.NO_CLIP, f"{Flag.ERROR}: {error}")
    return Take(part.line.id, "", start, start, 1.0, 1.0, 1.0, 0, part.voice, 0.0, flags), np.zeros(0, np.float32)
