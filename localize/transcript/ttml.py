"""TTML and IMSC as cues: clock times, offsets, frames and ticks, nested times, agents, whatever the namespace's year."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element

from ..errors import SidecarError
from ..files import root_of

DEEPEST = 60


def paragraphs(text: str, where: str) -> list[tuple[int, int, str, str]]:
    """(start, end, text with <i> and row breaks, speaker) of every timed paragraph. Raises SidecarError."""
    root = root_of(text, "TTML", where)
    if _local(root) != "tt":
        raise SidecarError(f"is not TTML but <{_local(root)}>", where, "export it as TTML or SRT")
    rates = _rates(root)
    agents, italics = _agents(root), _italic_styles(root)
    body = next((e for e in root.iter() if _local(e) == "body"), None)
    out: list[tuple[int, int, str, str]] = []
    if body is not None:
        _walk(body, Fraction(0), None, rates, agents, italics, out, 0)
    return out


Rates = tuple[Fraction, Fraction]


def _walk(
    element: Element, base: Fraction, until: Fraction | None, rates: Rates, agents: dict[str, str], italics: set[str],
    out: list[tuple[int, int, str, str]], depth: int,
) -> None:  # fmt: skip
    start, end = _span(element, base, until, rates)
    if _local(element) == "p":
        timed = [s for s in element if _local(s) == "span" and s.get("begin")]
        pieces = timed if timed and element.get("begin") is None else [element]
        for piece in pieces:
            first, last = (start, end) if piece is element else _span(piece, start, end, rates)
            who = agents.get(_attribute(piece, "agent") or _attribute(element, "agent"), "")
            if last is not None:
                out.append((round(first * 1000), round(last * 1000), _text(piece, italics, 0), who))
        return
    for child in element if depth < DEEPEST else ():
        _walk(child, start, end, rates, agents, italics, out, depth + 1)


def _span(element: Element, base: Fraction, until: Fraction | None, rates: Rates) -> tuple[Fraction, Fraction | None]:
    start = base + (_time(element.get("begin") or "", rates) or 0)
    length, end = _time(element.get("dur") or "", rates), _time(element.get("end") or "", rates)
    if length is not None:
        return start, start + length
    return start, base + end if end is not None else until


def _time(text: str, rates: Rates) -> Fraction | None:
    """Seconds of "00:00:01.5", "00:00:01:12" (frames), "1.5s", "36f", "15000t"; None for what is no time."""
    frame, tick = rates
    text = text.strip()
    if match := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s|f|t)", text):
        unit = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
        return Fraction(match[1]) * (unit | {"f": 1 / frame, "t": 1 / tick})[match[2]]
    match = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d{1,9})?)(?:[:;](\d{1,4})(?:\.\d+)?)?", text)
    if match is None:
        return None
    whole = int(match[1] or 0) * 3600 + int(match[2]) * 60 + Fraction(match[3].replace(",", "."))
    return whole + Fraction(int(match[4] or 0)) / frame


def _rates(root: Element) -> Rates:
    """Frames and ticks a second."""
    try:
        frame = Fraction(_attribute(root, "frameRate") or "30")
        top, _blank, bottom = (_attribute(root, "frameRateMultiplier") or "1 1").replace(":", " ").partition(" ")
        frame = frame * Fraction(top) / Fraction(bottom or "1")
        tick = Fraction(_attribute(root, "tickRate") or "0") or frame
    except (ValueError, ZeroDivisionError):
        return Fraction(30), Fraction(30)
    return (frame, tick) if frame > 0 and tick > 0 else (Fraction(30), Fraction(30))


def _agents(root: Element) -> dict[str, str]:
    """Agent id -> the name it has."""
    found = {}
    for agent in (e for e in root.iter() if _local(e) == "agent"):
        name = next((" ".join("".join(n.itertext()).split()) for n in agent.iter() if _local(n) == "name"), "")
        found[_attribute(agent, "id")] = name
    return found


def _italic_styles(root: Element) -> set[str]:
    return {_attribute(e, "id") for e in root.iter() if _local(e) == "style" and _attribute(e, "fontStyle") == "italic"}


def _text(element: Element, italics: set[str], depth: int) -> str:
    if depth > DEEPEST or _local(element) in ("metadata", "set"):
        return ""
    parts = [_joined(element.text)]
    for child in element:
        parts.append("\n" if _local(child) == "br" else _text(child, italics, depth + 1))
        parts.append(_joined(child.tail))
    text = "".join(parts)
    slanted = _attribute(element, "fontStyle") == "italic" or (element.get("style") or "") in italics - {""}
    return f"<i>{text}</i>" if slanted and text.strip() else text


def _joined(text: str | None) -> str:
    """Words of a text node; line breaks of the file itself are blanks."""
    # markup that stands in the text as characters is not markup, but no voice should read it either
    return re.sub(r"\s+", " ", text or "")


def _attribute(element: Element, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
