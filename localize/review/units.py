"""Units of an XLIFF file, 1.0 to 1.2 and 2.0 to 2.2, as linguists' tools write them: memoQ, Phrase, Trados, Smartcat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ..series.inline_codes import local, words

DONE = frozenset("final signed-off reviewed".split())
# a tool's own mark on a unit or segment that a person confirmed it, by the attribute's local name
CONFIRMED = {
    "conf": frozenset("approvedtranslation approvedsignoff".split()),
    "status": frozenset("confirmed manuallyconfirmed proofread reviewer1confirmed reviewer2confirmed".split()),
    "confirmed": frozenset("1 true".split()),
}


@dataclass(frozen=True)
class Unit:
    """One unit: the ids and names by which it may be known, its words, and whether a person approved or rejected it."""

    names: tuple[str, ...]
    source: str
    target: str
    approved: bool
    rejected: bool = False


@dataclass(frozen=True)
class File:
    """What an XLIFF file says of itself, and its units."""

    version: str
    target_languages: tuple[str, ...]
    units: tuple[Unit, ...]


def read(root: Element) -> File | None:
    """The units of a document; None where it is no XLIFF that we know."""
    version = root.get("version") or ""
    if local(root) != "xliff" or version[:2] not in ("1.", "2."):
        return None
    if version.startswith("2"):
        return File(version, tuple(filter(None, [root.get("trgLang")])), tuple(_unit_2(e) for e in root.iter() if local(e) == "unit"))
    languages = (f.get("target-language") or "" for f in root.iter() if local(f) == "file")
    confirmed = _segments_of_trados(root)
    return File(version, tuple(dict.fromkeys(filter(None, languages))), tuple(_unit_1(e, confirmed) for e in _trans_units(root)))


def _unit_2(unit: Element) -> Unit:
    parts = [e for e in unit.iter() if local(e) in ("segment", "ignorable")]
    segments = [e for e in parts if local(e) == "segment"]
    approved = bool(segments) and all(e.get("state") in DONE for e in segments)
    source = _joined([(_child(e, "source"), local(e)) for e in parts])
    # what stands between segments is often written once only, in the source
    target = _joined([(_child(e, "target") if local(e) == "segment" else _between(e), local(e)) for e in _ordered(parts)])
    has_target = any(words(_child(e, "target")) for e in segments)
    half = any(e.get("state") == "initial" and words(_child(e, "source")) and not words(_child(e, "target")) for e in segments)
    return Unit(_names(unit), source, target if has_target and not half else "", approved, _is_rejected(unit))


def _ordered(parts: list[Element]) -> list[Element]:
    """Segments and what stands between them in the order that their targets have, where they say one."""
    orders = [t.get("order") if (t := _child(e, "target")) is not None else None for e in parts]
    places = [int(o) if o and o.isdigit() else n for n, o in enumerate(orders, 1)]
    return [e for _place, _n, e in sorted(zip(places, range(len(parts)), parts, strict=True))]


def _is_rejected(unit: Element) -> bool:
    """Whether a person rejected a unit or a segment of it, as Trados, memoQ and others mark it."""
    marks = ("state", "subState", "status", "conf", "state-qualifier")
    return any(
        "reject" in value.lower() for e in unit.iter() for key, value in e.attrib.items() if key.rpartition("}")[2] in marks
    )


def _between(part: Element) -> Element | None:
    target = _child(part, "target")
    return target if target is not None else _child(part, "source")


def _joined(pieces: list[tuple[Element | None, str]]) -> str:
    """Segments one after the other; tools leave the blank between them out as often as not."""
    return " ".join(" ".join(words(e) for e, _kind in pieces if e is not None).split())


def _trans_units(root: Element) -> Iterator[Element]:
    return (e for e in root.iter() if local(e) == "trans-unit" and e.get("translate") != "no")


def _unit_1(unit: Element, confirmed: set[str]) -> Unit:
    target = _child(unit, "target")
    state = (target.get("state") or "") if target is not None else ""
    marks = [m.get("mid") or "" for m in unit.iter() if local(m) == "mrk" and m.get("mtype") == "seg"]
    approved = (
        unit.get("approved") == "yes"
        or state in DONE
        or any(v.lower() in CONFIRMED.get(k.rpartition("}")[2], ()) for k, v in unit.attrib.items() if "}" in k)
        or (bool(marks) and all(m in confirmed for m in marks))
    )
    return Unit(_names(unit), _segmented(_child(unit, "source")), _segmented(target), approved, _is_rejected(unit))


def _segmented(element: Element | None) -> str:
    """The words of a source or target; between two segments marked in it stands a blank."""
    if element is None:
        return ""
    marks = [e for e in element.iter() if local(e) == "mrk" and e.get("mtype") == "seg"]
    return " ".join(" ".join(words(m) for m in marks).split()) if len(marks) > 1 else words(element)


def _segments_of_trados(root: Element) -> set[str]:
    """Numbers of segments that Trados keeps as confirmed beside their unit."""
    return {
        e.get("id") or ""
        for e in root.iter()
        if local(e) == "seg" and (e.get("conf") or "").lower() in CONFIRMED["conf"]
    }


def _names(unit: Element) -> tuple[str, ...]:
    """The id first, then what else may hold the one that the unit went out with; none where there is no id."""
    if not unit.get("id"):
        return ()
    found = [unit.get("id"), unit.get("resname"), unit.get("name")]
    found += [v for k, v in unit.attrib.items() if k.rpartition("}")[2] in ("segmentguid", "para-id")]
    return tuple(dict.fromkeys(f for f in found if f))


def _child(element: Element, name: str) -> Element | None:
    return next((e for e in element if local(e) == name), None)
