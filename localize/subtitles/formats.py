"""Cues as files: SRT, WebVTT, ASS and IMSC 1.1 (TTML). What stands in a cue and when is `subtitles`' business."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import srt

from ..records import Cue

SAFE_BOTTOM = {True: 0.16, False: 0.08}  # of the height, below the lowest row: an app's bar stands there on 9:16
ROW_WIDTH = {True: 0.86, False: 0.80}  # of the picture's width, which a full row fills
GLYPH = 0.52  # a letter's mean width, of its height

TT, TTS = "http://www.w3.org/ns/ttml", "http://www.w3.org/ns/ttml#styling"
TTP, XML = "http://www.w3.org/ns/ttml#parameter", "http://www.w3.org/XML/1998/namespace"
IMSC = "http://www.w3.org/ns/ttml/profile/imsc1.1/text"


@dataclass(frozen=True)
class Canvas:
    """The picture that cues stand on: its size in pixels as seen, the longest row in code points, and the font."""

    width: int
    height: int
    chars: int
    font: str

    @property
    def vertical(self) -> bool:
        """Whether it is higher than wide."""
        return self.height > self.width

    @property
    def font_size(self) -> int:
        """Pixels, so that the longest row fills its share of the width and never more than a 14th of the height."""
        by_width = self.width * ROW_WIDTH[self.vertical] / (self.chars * GLYPH)
        return round(min(by_width, self.height / 14))


def to_srt(cues: list[Cue]) -> str:
    """SRT text."""
    return str(
        srt.compose([srt.Subtitle(n, _delta(c.start_ms), _delta(c.end_ms), c.text) for n, c in enumerate(cues, 1)])
    )


def to_vtt(cues: list[Cue], tag: str) -> str:
    """WebVTT text; rows above the bottom so that an app's bar does not hide them."""
    blocks = [f"WEBVTT\nLanguage: {tag}\n"]
    for cue in cues:
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)} line:84%\n{text}\n")
    return "\n".join(blocks)


def to_ass(cues: list[Cue], canvas: Canvas, bottom: int | None = None) -> str:
    """ASS text for a picture of this size: white on a dark outline, `bottom` pixels over its lower edge or in the safe
    area."""
    import pysubs2

    file = pysubs2.SSAFile()
    file.info |= {"PlayResX": str(canvas.width), "PlayResY": str(canvas.height), "WrapStyle": "2"}
    file.info["ScaledBorderAndShadow"] = "yes"
    size = canvas.font_size
    file.styles["Default"] = pysubs2.SSAStyle(
        fontname=canvas.font,
        fontsize=size,
        bold=True,
        primarycolor=pysubs2.Color(255, 255, 255),
        outlinecolor=pysubs2.Color(16, 16, 16),
        outline=max(1.0, size / 16),
        shadow=0,
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=round(canvas.width * 0.05),
        marginr=round(canvas.width * 0.05),
        marginv=round(canvas.height * SAFE_BOTTOM[canvas.vertical]) if bottom is None else bottom,
    )
    for cue in cues:
        # a brace would open a command, a backslash would be one
        text = cue.text.replace("\\", "⧵").replace("{", "(").replace("}", ")").replace("\n", r"\N")
        file.append(pysubs2.SSAEvent(start=cue.start_ms, end=cue.end_ms, text=text))
    return str(file.to_string("ass"))


def to_ttml(cues: list[Cue], tag: str, canvas: Canvas) -> str:
    """IMSC 1.1 text profile, times in ms on the media's clock, one region in the safe area."""
    for prefix, uri in (("", TT), ("tts", TTS), ("ttp", TTP)):
        register_namespace(prefix, uri)
    root = Element(f"{{{TT}}}tt", {f"{{{XML}}}lang": tag, f"{{{TTP}}}timeBase": "media"})
    root.set(f"{{{TTP}}}contentProfiles", IMSC)
    root.set(f"{{{TTS}}}extent", f"{canvas.width}px {canvas.height}px")
    head = SubElement(root, f"{{{TT}}}head")
    style = SubElement(SubElement(head, f"{{{TT}}}styling"), f"{{{TT}}}style", {f"{{{XML}}}id": "plain"})
    for name, value in (
        ("fontFamily", "proportionalSansSerif"),
        ("fontSize", f"{canvas.font_size}px"),
        ("color", "white"),
        ("textAlign", "center"),
        ("textOutline", f"black {max(1, round(canvas.font_size / 16))}px"),
    ):
        style.set(f"{{{TTS}}}{name}", value)
    region = SubElement(SubElement(head, f"{{{TT}}}layout"), f"{{{TT}}}region", {f"{{{XML}}}id": "bottom"})
    below = SAFE_BOTTOM[canvas.vertical] * 100
    for name, value in (
        ("origin", f"5% {50 - below / 2:.1f}%"),
        ("extent", f"90% {50 - below / 2:.1f}%"),
        ("displayAlign", "after"),
    ):
        region.set(f"{{{TTS}}}{name}", value)
    division = SubElement(SubElement(root, f"{{{TT}}}body", {"style": "plain", "region": "bottom"}), f"{{{TT}}}div")
    for number, cue in enumerate(cues, start=1):
        times = {"begin": _clock(cue.start_ms), "end": _clock(cue.end_ms), f"{{{XML}}}id": f"c{number}"}
        paragraph = SubElement(division, f"{{{TT}}}p", times)
        first, *others = cue.text.split("\n")
        paragraph.text = first
        for row in others:
            SubElement(paragraph, f"{{{TT}}}br").tail = row
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _delta(ms: int) -> datetime.timedelta:
    return datetime.timedelta(milliseconds=ms)


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
