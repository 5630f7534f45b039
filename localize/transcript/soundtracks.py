"""Which of a file's sound tracks are the programme, by listening, where neither the tracks' tags nor the caller say.

Studios' masters carry a sound per track: left and right as two monos, dialogue on one and music and effects on the other,
a full mix with its M&E behind it, or dubs that nobody tagged. The first minutes of each are heard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..audio import stem
from ..audio.samples import RATE, Samples
from ..audio.spans import Span, overlap_ms
from ..engines.recognition import silero
from ..media import ffmpeg
from ..records import EngineUse, Media, SetRight, SoundTrack
from ..session import Session

VERSION = 2
HEARD_S = 180  # of each track
FIRST_S = 30  # of speech, by which its language is told
HEARING = 16_000  # Hz
SILENT_RMS = 1e-3  # -60 dBFS
SPEAKS_MS = 800  # of speech from which somebody speaks on a track
SAME = 0.98  # correlation of two tracks that hold one sound
TOGETHER = 0.8  # share of the speech that left and right have at the same times: an audio description says more
ONE_ROOM = 0.2  # correlation of left and right: what is said stands in the middle
SURE = 0.5  # probability of a language from which it decides
NO_LANGUAGE = ("und", "", "zxx", "mis", "mul", "qaa")
STEM_TITLE = re.compile(r"(?i)\bm\s?(&|and|\+|n)\s?e\b|\bmusic\b|\beffects\b|\bs?fx\b|\binstrumental\b")


@dataclass(frozen=True, kw_only=True)
class TracksInputs:
    """All that decides which tracks are the programme; `language`: the one that is wanted, empty for any."""

    file: str
    language: str
    tracks: tuple[SoundTrack, ...]
    chosen: str
    engine: EngineUse


@dataclass(frozen=True)
class Choice:
    """The programme's track, and with it the second of a pair (Media.beside, Media.pair); `heard`: what was heard on
    each, for the report, empty where nobody listened."""

    sound: str
    beside: str = ""
    pair: str = ""
    heard: str = ""


@dataclass(frozen=True)
class _Heard:
    """The first minutes of one track, mono at 16 kHz from the file's start, and where somebody speaks."""

    track: SoundTrack
    samples: Samples
    speech: list[Span]
    language: str
    sure: float

    @property
    def speaks(self) -> bool:
        return sum(b - a for a, b in self.speech) >= SPEAKS_MS and not STEM_TITLE.search(self.track.title)

    @property
    def sounds(self) -> bool:
        return bool(np.sqrt(np.mean(np.square(self.samples))) > SILENT_RMS) if len(self.samples) else False


def choose(session: Session, path: Path, digest: str, media: Media, language: str) -> Choice:
    """The programme of a file with several sound tracks. Raises MediaError, EngineError."""
    rest = _to_hear(media)
    if not rest:
        return Choice(media.sound)
    first = next(t for t in media.sounds if t.stream == media.sound)
    inputs = TracksInputs(
        file=digest, language=language, tracks=(first, *rest), chosen=media.chosen_by,
        engine=session.engines.transcriber().identity(),
    )  # fmt: skip

    def listen() -> list[str]:
        made = _choice(session, path, inputs)
        return [made.sound, made.beside, made.pair, made.heard]

    return Choice(*session.steps.json("sound-tracks", VERSION, inputs, path.name, listen))


def set_right(media: Media, choice: Choice) -> tuple[SetRight, ...]:
    """What a reader of the report should know of the choice; nothing where there is one track."""
    if len(media.sounds) < 2:
        return ()
    names = ", ".join(t.title or t.language for t in media.sounds)
    number = {t.stream: n for n, t in enumerate(media.sounds, 1)}
    by = media.chosen_by + (f"; {choice.heard}" if choice.heard else "")
    said = f"{len(media.sounds)} sound tracks ({names}): number {number[media.sound]} is the programme ({by})"
    how = {
        "stereo": "{} is its right channel, it the left",
        "stem": "{} is its music and effects: both are the programme, and no stem need be beside the file",
        "mix": "{} is its music and effects, and the stem",
    }
    more = [how[choice.pair].format(f"number {number[choice.beside]}")] if choice.pair else []
    return tuple(SetRight("", s) for s in (said, *more))


def doubts(media: Media) -> tuple[str, ...]:
    """What a person has to look at: the only track in the language that is asked for is marked as no programme."""
    number, track = next(((n, t) for n, t in enumerate(media.sounds, 1) if t.stream == media.sound), (0, None))
    if track is None or not track.aside or len(media.sounds) < 2:
        return ()
    return (f"sound track {number} is taken, and it is marked as commentary or the like: {track.title or track.language}",)


def _to_hear(media: Media) -> tuple[SoundTrack, ...]:
    """The tracks that are to be heard beside the chosen one: all where no tag tells them apart, else those that may be a
    part of it, being tagged as it is or not at all."""
    chosen = next((t for t in media.sounds if t.stream == media.sound), None)
    if chosen is None or chosen.aside:
        return ()
    others = [t for t in media.sounds if t is not chosen and not t.aside and t.channels]
    if chosen.default and chosen is not media.sounds[0] and not media.sounds[0].default:
        return ()  # somebody marked it
    tags = {t.language for t in media.sounds} - set(NO_LANGUAGE)
    if len(tags) > 1 or media.chosen_by == "its language":
        others = [t for t in others if t.language == chosen.language or t.language in NO_LANGUAGE]
    return tuple(t for t in others if abs(t.start_ms - chosen.start_ms) <= 1)


def _choice(session: Session, path: Path, inputs: TracksInputs) -> Choice:
    heard = [_hear(session, path, t) for t in inputs.tracks]
    said = "heard: " + ", ".join(_shown(h) for h in sorted(heard, key=lambda h: h.track.stream))
    first = _by_language(heard, inputs)
    beside = [h for h in heard if h is not first and h.sounds]
    pair = _pair(first, beside[0]) if len(beside) == 1 else ""
    if pair == "turned":  # the chosen one is the M&E of the other
        return Choice(beside[0].track.stream, first.track.stream, _pair(beside[0], first), said)
    return Choice(first.track.stream, beside[0].track.stream if pair else "", pair, said)


def _by_language(heard: list[_Heard], inputs: TracksInputs) -> _Heard:
    """The first that speaks the language that is wanted, else the first that speaks, else the first."""
    if inputs.chosen == "its language":
        return heard[0]
    wanted = inputs.language.split("-")[0].lower()
    speaking = [h for h in heard if h.speaks]
    mine = [h for h in speaking if wanted and h.language == wanted and h.sure >= SURE]
    return (mine or speaking or heard)[0]


def _pair(one: _Heard, two: _Heard) -> str:
    """What the second track is to the first: "stereo", "stem", "mix", "turned" where it is the other way round; "" where
    it is another programme, or the same sound once more."""
    monos = one.track.channels == two.track.channels == 1
    alike = _alike(one.samples, two.samples)
    if alike > SAME:
        return ""
    if one.speaks and two.speaks:
        shared = sum(overlap_ms(a, b) for a in one.speech for b in two.speech)
        most = max(sum(b - a for a, b in h.speech) for h in (one, two))
        same = one.language == two.language or min(one.sure, two.sure) < SURE
        return "stereo" if monos and same and shared >= TOGETHER * most and alike >= ONE_ROOM else ""
    if two.speaks:
        return "turned"
    if not one.speaks:
        return "stereo" if monos else ""
    quiet = _outside(one.samples, one.speech)
    if len(quiet) < HEARING // 2 or float(np.sqrt(np.mean(np.square(quiet)))) < SILENT_RMS:
        return "stem" if monos else ""
    fit = stem.fit_stem(_wide(one.samples), _wide(two.samples), one.speech)
    return "mix" if fit.ok else ""


def _hear(session: Session, path: Path, track: SoundTrack) -> _Heard:
    samples = ffmpeg.decode(path, HEARING, 1, track.stream, steady=False, seconds=HEARD_S)[:, 0]
    samples = np.pad(samples, (max(0, track.start_ms) * HEARING // 1000, 0))
    speech = silero.speech_spans(samples)
    if not speech:
        return _Heard(track, samples, [], "", 0.0)
    at = speech[0][0] * HEARING // 1000
    language, sure = session.engines.transcriber().detect(samples[at : at + FIRST_S * HEARING])
    return _Heard(track, samples, speech, language.lower(), sure)


def _shown(heard: _Heard) -> str:
    number = int(heard.track.stream.partition(":")[2]) + 1
    if not heard.sounds:
        return f"{number} silent"
    return f"{number} {heard.language} {heard.sure:.0%}" if heard.speaks else f"{number} nobody speaks"


def _alike(one: Samples, two: Samples) -> float:
    count = min(len(one), len(two))
    a, b = one[:count].astype(np.float64), two[:count].astype(np.float64)
    power = float(np.sqrt(a.dot(a) * b.dot(b)))
    return abs(float(a.dot(b))) / power if power else 0.0


def _outside(samples: Samples, speech: list[Span]) -> Samples:
    """The samples where nobody speaks, a little way off the speech."""
    free = np.ones(len(samples), bool)
    for start, end in speech:
        free[max(0, start - 150) * HEARING // 1000 : (end + 150) * HEARING // 1000] = False
    return samples[free]


def _wide(samples: Samples) -> Samples:
    """As `stem` takes it: each sample three times, at 48 kHz in two channels."""
    return np.repeat(np.repeat(samples, RATE // HEARING)[:, None], 2, axis=1)


def with_choice(media: Media, choice: Choice) -> Media:
    """The facts of a file with the choice and what the report says of it."""
    told = (*media.set_right, *set_right(media, choice))
    return replace(media, beside=choice.beside, pair=choice.pair, set_right=told)
