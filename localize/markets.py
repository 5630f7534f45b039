"""Markets, languages and loudness presets as data: markets.toml and languages.toml hold the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import OptionError

EXTRAS = ("ass", "ttml", "sdh", "burned")
COVERS = ("blur", "box", "inpaint")
MACHINE = ("review", "pass")


@dataclass(frozen=True)
class Loudness:
    """A delivery preset: integrated LUFS, its tolerance in LU, true peak ceiling in dBTP."""

    lufs: float
    tolerance: float
    true_peak: float


@dataclass(frozen=True)
class Language:
    """A language as subtitles and voices need it; `tag` is BCP-47.

    Attributes:
        chars, chars_vertical: most code points in a subtitle row, on 16:9 and on 9:16.
        cps: highest reading speed in code points a second, adult audience.
        iso: ISO 639-2 code for container tags.
        espeak: code of the phonemizer.
        voices: default voice names by register, "f" and "m".
        cps_sdh: the same speed where sounds and speakers are named.
        spaces: whether it puts blanks between words; without them errors are counted in characters (CER, not WER).
        font: a typeface that has the script, for styled and burned-in subtitles.
    """

    tag: str
    name: str
    chars: int
    chars_vertical: int
    cps: float
    iso: str
    espeak: str
    voices: dict[str, list[str]] = field(default_factory=dict)
    cps_sdh: float = 20.0
    font: str = "Noto Sans"
    spaces: bool = True

    @property
    def primary(self) -> str:
        """The primary subtag, e.g. "es" for es-419."""
        return self.tag.split("-")[0]


@dataclass(frozen=True)
class Market:
    """Where a variant goes: its dub language, further subtitle languages, the loudness preset's name, what is made
    besides SRT and WebVTT (any of EXTRAS), and how subtitles in the source's picture are covered: one of COVERS, or ""
    to leave the picture untouched. One `on_request` is made only where it is named.

    `machine` is its word on lines that a machine translated and in which the meaning check found nothing: "review" wants a
    person to see them, unless their engine is trusted for the pair; "pass" takes them unseen.
    """

    name: str
    title: str
    language: str
    loudness: str = "mobile"
    extra_subtitles: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    cover: str = ""
    on_request: bool = False
    machine: str = "review"


def cover(wanted: str) -> str:
    """How subtitles in the picture are covered. Raises OptionError."""
    if wanted and wanted not in COVERS:
        raise OptionError(f"cover {wanted!r} is unknown", do=f"choose from {', '.join(COVERS)}")
    return wanted


def machine(word: str) -> str:
    """A market's word on lines by machine. Raises OptionError."""
    if word not in MACHINE:
        raise OptionError(f"machine = {word!r} is unknown", "markets", f"choose from {', '.join(MACHINE)}")
    return word


def also(wanted: Iterable[str]) -> tuple[str, ...]:
    """What a market gets besides SRT and WebVTT. Raises OptionError."""
    for name in wanted:
        if name not in EXTRAS:
            raise OptionError(f"{name!r} cannot be made besides", do=f"choose from {', '.join(EXTRAS)}")
    return tuple(dict.fromkeys(wanted))
