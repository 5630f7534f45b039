"""What editing programs write of their markers, as a dialogue list: EDL, Final Cut's FCPXML, and the XML of Premiere (and
Final Cut 7).

A marker's words are the line, and where it has a name and a note, the name is who says it. Captions of an FCPXML come before
its markers. opentimelineio was tried (0.18.1): it drops Resolve's markers and the notes of Final Cut's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from .. import encodings
from ..errors import SidecarError
from ..files import root_of
from .cue_files import FRAMES, FileCue, Notes
from .dialogue_table import ended

SUFFIXES = (".edl", ".fcpxml", ".xml")
GENERIC = re.compile(r"(?i)(?:chapter |to-?do )?(?:marker|marcador|marca|segment)?\s*\d{0,5}")  # names that programs give
TIMECODE = r"\d{1,2}[:;.]\d{2}[:;.]\d{2}[:;.]\d{2,3}"
EVENT = re.compile(rf"^\s*\w+\s+\S+\s+\S+\s+\S+(?:\s+\d+)?\s+{TIMECODE}\s+{TIMECODE}\s+({TIMECODE})\s+{TIMECODE}")
RESOLVE = re.compile(r"^(.*?)\s*\|C:\S*\s*\|M:(.*?)\s*\|D:(\d{1,9})\s*$")
LOCATOR = re.compile(rf"^\*\s*LOC:\s*({TIMECODE})\s+\w+\s+(.*)$")
POINT_FRAMES = 2  # a marker of so few frames is a point, and its end is not told
DEEPEST = 60  # elements within elements


def read(data: bytes, notes: Notes, frame_ms: float = 1000 / FRAMES) -> list[FileCue]:
    """The markers as cues, on the sequence's clock. Raises SidecarError for what is no such file or holds no marker."""
    decoded = encodings.decode(data)
    if decoded is None:
        raise SidecarError("is no text", notes.where, "export the markers again")
    text, encoding = decoded
    notes.read_as(encoding)
    cues = _xml(text, notes) if text.lstrip("\ufeff \t\r\n").startswith("<") else _edl(text, frame_ms)
    if not cues:
        raise SidecarError("holds no marker with words", notes.where, "export the sequence with its markers")
    cues = [FileCue(c.start_ms, c.end_ms, c.text, c.speaker, n) for n, c in enumerate(cues, 1)]
    return ended(cues, notes)


def _cue(start_ms: int, end_ms: int, name: str, note: str) -> FileCue | None:
    """A marker; None where it says nothing but the name that a program gave it."""
    name, note = " ".join(name.split()), note.strip()
    if GENERIC.fullmatch(name):
        name = ""
    if not name and not note:
        return None
    return FileCue(start_ms, end_ms, note or name, name if note else "")


def _edl(text: str, frame_ms: float) -> list[FileCue]:
    cues: list[FileCue | None] = []
    at = -1
    for row in text.splitlines():
        if event := EVENT.match(row):
            at = _clock(event[1], frame_ms)
        elif marker := RESOLVE.match(row):
            if at >= 0:
                frames = int(marker[3])
                end = at + round(frames * frame_ms) if frames > POINT_FRAMES else -1
                cues.append(_cue(at, end, marker[2], marker[1]))
        elif locator := LOCATOR.match(row.strip()):
            cues.append(_cue(_clock(locator[1], frame_ms), -1, locator[2], ""))
    return [c for c in cues if c is not None]


def _clock(timecode: str, frame_ms: float) -> int:
    hours, minutes, seconds, frames = map(int, re.split(r"[:;.]", timecode))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + round(frames * frame_ms)


def _xml(text: str, notes: Notes) -> list[FileCue]:
    root = root_of(text, "XML of an editing program", notes.where)
    final_cut = root.tag == "fcpxml"
    if not final_cut and root.tag != "xmeml":
        raise SidecarError(f"is <{root.tag[:40]}>, and no list of markers that is known", notes.where, "export FCPXML or EDL")
    sequences = list(root.iter("sequence"))
    found = [cues for s in sequences if (cues := _final_cut(s, notes) if final_cut else _premiere(s, notes))]
    if len(found) > 1:
        notes.doubt(f"{len(found)} sequences have markers: the first one's are taken")
    return found[0] if found else []


# --- FCPXML: times are seconds as fractions; a clip's children are on the clip's own clock ---------------------------


def _final_cut(sequence: Element, notes: Notes) -> list[FileCue]:
    zero = _seconds(sequence.get("tcStart"), notes)
    rows = [row for spine in sequence.findall("spine") for row in _placed(spine, Fraction(0), notes)]
    captions = [(at, e) for at, e in rows if e.tag == "caption"]
    cues = []
    for at, element in sorted(captions or rows, key=lambda r: r[0]):
        start = round((at - zero) * 1000)
        length = round(_seconds(element.get("duration"), notes) * 1000)
        end = start + length if length > POINT_FRAMES * 1000 / FRAMES else -1
        if element.tag == "caption":
            words = "".join(t for text in element.findall("text") for t in text.itertext()).strip()
            cue = _cue(start, end, "", words)
        else:
            cue = _cue(start, end, element.get("value", ""), element.get("note", ""))
        cues += [cue] if cue is not None else []
    return cues


def _placed(parent: Element, shift: Fraction, notes: Notes, depth: int = 0) -> Iterator[tuple[Fraction, Element]]:
    """(time on the sequence's clock, marker or caption); `shift` brings the parent's own clock to the sequence's."""
    if depth > DEEPEST:
        raise SidecarError("has clips within clips without end", notes.where, "export it again")
    for element in parent:
        if element.tag in ("marker", "chapter-marker"):
            yield _seconds(element.get("start"), notes) + shift, element
            continue
        at = _seconds(element.get("offset"), notes) + shift
        if element.tag == "caption":
            yield at, element
        elif element.tag == "spine":
            yield from _placed(element, at, notes, depth + 1)
        else:
            first = _seconds(element.get("start"), notes)
            last = first + _seconds(element.get("duration"), notes) if element.get("duration") else None
            for when, found in _placed(element, at - first, notes, depth + 1):
                local = when - at + first
                # a marker on a part of the clip that was cut away stays in the file
                if found.tag == "caption" or found not in list(element) or (first <= local and (last is None or local < last)):
                    yield when, found


def _seconds(text: str | None, notes: Notes) -> Fraction:
    """ "1001/30000s" -> its seconds; 0 where nothing is said."""
    match = re.fullmatch(r"\s*(-?\d{1,15})(?:\.(\d{1,9}))?(?:/(\d{1,12}))?s?\s*", text or "0s")
    if match is None or (match[3] and not int(match[3])):
        raise SidecarError(f"{(text or '')[:40]!r} is no time", notes.where, "export it again")
    return Fraction(f"{match[1]}.{match[2] or 0}") / int(match[3] or 1)


# --- xmeml: times are frames of the sequence; a clip's markers are on the clip's own ----------------------------------


def _premiere(sequence: Element, notes: Notes) -> list[FileCue]:
    base = _number(sequence.findtext("rate/timebase"), FRAMES)
    ntsc = (sequence.findtext("rate/ntsc") or "").strip().upper() == "TRUE"
    frame_ms = 1000 / base * (1.001 if ntsc else 1) if base > 0 else 1000 / FRAMES
    rows = [(m, 0) for m in sequence.findall("marker")]
    for clip in sequence.iter("clipitem"):
        shift = _number(clip.findtext("start"), 0) - _number(clip.findtext("in"), 0)
        rows += [(m, shift) for m in clip.findall("marker")]
    cues = []
    for marker, shift in rows:
        first, last = _number(marker.findtext("in"), -1), _number(marker.findtext("out"), -1)
        if first < 0:
            notes.doubt("a marker without a time is left out")
            continue
        end = round((last + shift) * frame_ms) if last - first > POINT_FRAMES else -1
        name, comment = marker.findtext("name") or "", marker.findtext("comment") or ""
        cue = _cue(round((first + shift) * frame_ms), end, name, comment)
        cues += [cue] if cue is not None else []
    return sorted(cues, key=lambda c: c.start_ms)


def _number(text: str | None, otherwise: int) -> int:
    match = re.fullmatch(r"\s*(-?\d{1,12})\s*", text or "")
    return int(match[1]) if match else otherwise
