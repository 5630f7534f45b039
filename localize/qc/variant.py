"""A finished variant as checks and reports see it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..markets import Loudness
from ..meaning.record import Judged
from ..mixing.balance import Balance
from ..records import Cue, Line, Take, Translation, Word
from ..subtitles.cues import Look


@dataclass(frozen=True)
class Output:
    """What a probe found in the muxed file.

    Attributes:
        drift_ms: its duration less the source's.
        sound_drift_ms: its programme's duration less the source's picture.
        picture_same: whether the video packets are the source's, byte for byte.
        offset_ms: how late its default sound stands against the programme; match_db: how much of it the programme
            explains, near 0 where it is another sound.
        languages: ISO 639-2 code of each sound track, then of each text track; defaults: which are default.
    """

    drift_ms: int
    sound_drift_ms: int
    picture_same: bool
    sound_languages: tuple[str, ...]
    sound_defaults: tuple[bool, ...]
    text_languages: tuple[str, ...]
    lufs: float
    true_peak: float
    offset_ms: float = 0.0
    match_db: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Covered:
    """What became of the subtitles in the source's picture.

    Attributes:
        way: "blur", "box", "inpaint" or "textless master".
        lines: how many were there.
        likeness: SSIM of the picture outside what was covered and drawn, against the picture it was made from.
        legible: share of their text that can still be read; still: the lines of which more than a fifth can.
    """

    way: str
    lines: int
    likeness: float
    legible: float
    still: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variant:
    """All that the checks look at.

    Attributes:
        dubbed: false where the market's language is the episode's own.
        heard: words that a recogniser reads from the dub's speech track; None where it was not asked.
        clip_levels: speech level in LUFS of each take as it lies in the track, by line id.
        wanted_levels: the level that each line's source and character ask for, by line id.
        left: share of source words still read from the bed; None where nothing is dubbed.
        stem: whether the bed is the studio's own stem.
        covered: what was done to the picture; None where its packets are the source's.
        source_ms: how long the source's picture is, where its sound ends by its packets, and where when decoded;
            lost_ms: how much of that sound cannot be decoded.
        cues: by language tag, the market's own first.
        unused: files and cues of the studio that nothing was made of.
        readings: how another hearing has a line that stays doubted, by line id.
        judged: what is found in translated lines, by language tag.
        machine: the market's word on lines by machine, "review" or "pass".
    """

    language: str
    dubbed: bool
    lines: tuple[Line, ...]
    words: tuple[Word, ...]
    translations: tuple[Translation, ...]
    takes: tuple[Take, ...]
    cues: dict[str, list[Cue]]
    looks: dict[str, Look]
    preset: Loudness
    output: Output
    frame_ms: float
    clip_levels: dict[str, float] = field(default_factory=dict)
    heard: tuple[Word, ...] | None = None
    left: float | None = None
    stem: bool = False
    wanted_levels: dict[str, float] = field(default_factory=dict)
    balance: Balance | None = None
    wanted_sound: tuple[str, ...] = ()
    wanted_text: tuple[str, ...] = ()
    readings: dict[str, str] = field(default_factory=dict)
    extra_translations: dict[str, tuple[Translation, ...]] = field(default_factory=dict)
    covered: Covered | None = None
    source_ms: tuple[int, int, int] = (0, 0, 0)
    lost_ms: int = 0
    unused: tuple[str, ...] = ()
    judged: dict[str, Judged] = field(default_factory=dict)
    machine: str = "review"
