"""The data that travels between stages: frozen dataclasses, times in int milliseconds.

Everything here can be written as JSON with `to_json` and read back with `from_json`.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from enum import StrEnum

from .as_json import from_json as from_json
from .as_json import to_json as to_json


class Verdict(StrEnum):
    """Whether a variant may go out; ordered by `worst`."""

    PASS = "pass"
    REVIEW = "review"
    FAIL = "fail"


def worst(verdicts: typing.Iterable[Verdict]) -> Verdict:
    """The most severe of the verdicts; `pass` for none."""
    order = list(Verdict)
    return max(verdicts, key=order.index, default=Verdict.PASS)


@dataclass(frozen=True)
class SetRight:
    """One kind of thing that was set right by itself in a file, for the report to list.

    Attributes:
        where: the file, empty for the episode's own sound and picture; what: the kind, as a person would name it.
        count: how often; example: where it was first, or what it came to.
    """

    where: str
    what: str
    count: int = 1
    example: str = ""

    def __str__(self) -> str:
        """ "E01.srt: hours left out of a time (3 times), first at cue 2"."""
        many = f" ({self.count} times)" if self.count > 1 else ""
        first = f", first at {self.example}" if self.example else ""
        return (f"{self.where}: " if self.where else "") + self.what + many + first


@dataclass(frozen=True)
class TextTrack:
    """A subtitle track inside a file.

    Attributes:
        stream: as ffmpeg selects it, e.g. "s:0"; language: ISO 639-2, "und" where it says none.
        aside: whether it is forced, or a commentary's: not all that is said.
    """

    stream: str
    codec: str
    language: str = "und"
    title: str = ""
    aside: bool = False


@dataclass(frozen=True)
class SoundTrack:
    """One of several sound tracks; `start_ms` on the file's timeline, the rest as in TextTrack and Media."""

    stream: str
    codec: str
    channels: int
    layout: str
    sample_rate: int
    start_ms: int
    end_ms: int
    language: str = "und"
    title: str = ""
    default: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Media:
    """What a probe found in a file.

    Attributes:
        duration_ms: length of the picture where there is one, else of the sound.
        frame_ms: duration of one frame at the average rate; 40.0 where there is no picture.
        rotation: degrees that a player turns the picture by; geometry is never changed here.
        audio_start_ms: when the first sound sample stands on the file's timeline; sound_end_ms: when the last one ends.
        picture, sound: the streams that are the picture and the programme, as ffmpeg selects them.
        layout: the sound's channels, e.g. "stereo" or "5.1".
        sound_lost_ms: how much less of the sound can be decoded than its packets promise.
        steady: whether its sound has one sample rate and layout throughout, and one clock.
        transfer: "smpte2084" (PQ) or "arib-std-b67" (HLG) where the picture is HDR.
        texts: the subtitle tracks inside it.
        sounds: its sound tracks, where there are several; chosen_by: what made `sound` the programme.
        beside, pair: a second track that belongs to the programme, and what the two are: "stereo", mono left and
            right; "stem", the dialogue and its music and effects; or "mix", the whole and its music and effects.
        notes: what a person should know of it, such as sound that cannot be decoded.
        set_right: which of several tracks was taken, a clock that starts again.
    """

    duration_ms: int
    frame_ms: float
    width: int
    height: int
    rotation: int
    video_codec: str
    audio_codec: str
    channels: int
    sample_rate: int
    audio_start_ms: int
    picture: str = "v:0"
    sound: str = "a:0"
    layout: str = "stereo"
    sound_end_ms: int = 0
    sound_lost_ms: int = 0
    steady: bool = True
    notes: tuple[str, ...] = ()
    set_right: tuple[SetRight, ...] = ()
    transfer: str = ""
    texts: tuple[TextTrack, ...] = ()
    sounds: tuple[SoundTrack, ...] = ()
    chosen_by: str = ""
    beside: str = ""
    pair: str = ""

    @property
    def programme(self) -> str:
        """What of the file is heard, as one value for what depends on it: "a:0", or "a:0+a:1 stereo"."""
        return f"{self.sound}+{self.beside} {self.pair}" if self.pair else self.sound


@dataclass(frozen=True)
class Episode:
    """One episode as dropped: a file, its digest, and the sidecars that lie beside it.

    Attributes:
        unused: files that look like its own and are not taken, by name, with the reason.
    """

    name: str
    path: str
    sha256: str
    media: Media
    sidecars: dict[str, str] = field(default_factory=dict)
    sidecar_sha256: dict[str, str] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)


class Flag(StrEnum):
    """What is marked on a line, a translation or a take. Some are followed by ": " and what was found.

    Each is read by a check (qc.check.READ_BY); a test holds that.
    """

    UNKNOWN_SPEAKER = "unknown-speaker"
    NAME_UNSURE = "name-unsure"
    FUZZY_MEMORY = "fuzzy-memory"
    BANNED_WORD = "banned-word"
    NAME_MISSED = "name-missed"
    UNTRANSLATED = "untranslated"
    SOURCE_WORDS = "source-words"
    SENTENCE_PARTED = "sentence-parted"  # one sentence of the studio's translation is shared by two people
    SHORTENED = "shortened-by-rule"
    NO_CLIP = "no-clip"
    ERROR = "error"
    CUT_OFF = "cut-off"
    FAST = "fast"
    TOO_LONG = "too-long"
    LATE = "late"
    RETAKE = "retake"
    MISREAD = "misread"
    UNREAD = "unread"
    DROPPED = "not-said"
    NO_SUBTITLE = "no-subtitle"
    NOT_HEARD = "not-heard"
    PICTURE_UNSURE = "picture-unsure"
    HEARD_OTHERWISE = "heard-otherwise"
    OTHER_VOICE = "other-voice"  # the voice that the cast names failed in this episode
    UNSURE_WORDS = "unsure-words"  # its hearings differ
    OTHER_IN_NOISE = "other-in-noise"  # only through noise other words are heard
    NO_VOICE = "no-voice"  # a line of the studio's during which nobody is heard
    NOT_UNDERSTOOD = "not-understood"  # something in the studio's file that may be read in two ways

    def marks(self, flag: str) -> bool:
        """Whether a flag as it stands on a line is this one."""
        return flag == self.value or flag.startswith(f"{self.value}: ")


@dataclass(frozen=True)
class Word:
    """One recognised word; `prob` from 0 to 1; `timed` by whom, where not by the recogniser that wrote it."""

    id: int
    text: str
    start_ms: int
    end_ms: int
    prob: float = 1.0
    timed: str = ""


@dataclass(frozen=True)
class Line:
    """What one person says in one breath: the unit of translation, speech and review.

    Attributes:
        manner: how it is said, where a transcript tells: "whispered", "off screen", "italics".
        timed: who told when its words are said, where not the recogniser that wrote them.
    """

    id: str
    speaker: str
    start_ms: int
    end_ms: int
    text: str
    word_ids: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    manner: str = ""
    timed: str = ""


@dataclass(frozen=True)
class Transcript:
    """All that was said, once per episode.

    Attributes:
        origin: "asr", "picture" (burnt-in subtitles), "srt" or "dialogue".
        language: BCP-47 primary tag, e.g. "en".
        speech: spans [start_ms, end_ms] in which a voice is heard.
    """

    language: str
    origin: str
    words: tuple[Word, ...]
    lines: tuple[Line, ...]
    speech: tuple[tuple[int, int], ...] = ()

    @property
    def is_spoken(self) -> bool:
        """Whether its lines are cut by the episode's own sound, as a studio's need not be."""
        return self.origin in ("asr", "picture")


@dataclass(frozen=True)
class TermUse:
    """A locked term in one line: the form heard, the form it must have, and how often both stand there."""

    source: str
    locked: str
    wanted: int
    found: int


SONG = "song"  # a flag of what is heard: words that are sung


@dataclass(frozen=True)
class Translation:
    """One line in one language.

    Attributes:
        origin: "memory", "memory-fuzzy", "studio" (its own finished translation), "source", or the engines by route, e.g. "bergamot+apertium".
        score: 1.0 for an exact match or an engine, below that for a fuzzy one.
        error: why there is no translation; `text` is then empty.
    """

    line_id: str
    language: str
    text: str
    origin: str
    score: float = 1.0
    terms: tuple[TermUse, ...] = ()
    flags: tuple[str, ...] = ()
    error: str = ""

    @property
    def by_person(self) -> bool:
        """Whether a person wrote this very text: no engine may put another in its place."""
        return self.origin in ("memory", "studio", "source")


@dataclass(frozen=True)
class Take:
    """One spoken line as it is laid into the dub.

    Attributes:
        clip: digest of the clip as spoken (mono, 24 kHz).
        start_ms, end_ms: where its speech stands on the timeline.
        rate: how much faster than the voice's natural speed, native speed and stretch together.
        speed: the voice's native speed; stretch: what rubberband does on top.
        natural_ms: length of the speech at speed 1.0 with ends trimmed and long pauses shortened.
    """

    line_id: str
    clip: str
    start_ms: int
    end_ms: int
    rate: float
    speed: float
    stretch: float
    natural_ms: int
    voice: str
    gain_db: float = 0.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cue:
    """What stands on screen at once; rows are separated by a newline. `also`: further lines whose words stand in it."""

    start_ms: int
    end_ms: int
    text: str
    line_id: str
    word_ids: tuple[int, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One rule of delivery with its figure.

    Attributes:
        figure: what was measured, as a person would write it.
        limit: what it is held to.
        detail: which lines or cues, where it did not hold.
    """

    name: str
    verdict: Verdict
    figure: str
    limit: str
    detail: str = ""


@dataclass(frozen=True)
class EngineUse:
    """An engine that had a part in a variant, for the report and the licence page."""

    stage: str
    name: str
    version: str
    model: str
    sha256: str
    licence: str
