"""A variant's lines out to XLIFF 2 for a linguist's own tool, and what came back, in 1.x or 2.x, compared with it.

A unit is a line: source and target, who says it, flags, the locked terms (glossary module), and how many characters
can be read while it lasts (size restriction module). What comes back goes to the series' memory, so that the next run
redoes exactly the lines that changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from ..errors import SidecarError
from ..files import read_text, root_of
from ..languages import marks, regions
from ..languages.text import count, normal_form
from ..series.inline_codes import local
from . import units

CORE = "urn:oasis:names:tc:xliff:document:2.0"
SIZES = "urn:oasis:names:tc:xliff:sizerestriction:2.0"
TERMS = "urn:oasis:names:tc:xliff:glossary:2.0"
UNIT_FILES = (".xlf", ".xliff", ".sdlxliff", ".mxliff", ".mqxliff")
MARK = "variant"  # the note that says which variant a file was exported from
SERVES = (regions.EXACT, regions.AREA, regions.NEUTRAL)  # how near a file's language must be to the report's


@dataclass(frozen=True)
class Returned:
    """A line as it came back: its id, its target, whether a person approved it; `left`: why it is not to be remembered,
    empty where it is."""

    line_id: str
    target: str
    approved: bool
    left: str = ""


def dumps(report: dict[str, Any], cps: float, mark: str = "") -> str:
    """The lines of a report.json as XLIFF 2.0 text; `cps` is the reading speed that limits their length.

    `mark` says which variant they are of; `mark_of` reads it from what comes back.
    """
    for prefix, uri in (("", CORE), ("slr", SIZES), ("gls", TERMS)):
        register_namespace(prefix, uri)
    episode = report["episode"]
    root = Element(f"{{{CORE}}}xliff", version="2.0", srcLang=episode["source_lang"], trgLang=report["language"])
    file = SubElement(root, f"{{{CORE}}}file", id="f1", original=episode["name"])
    SubElement(file, f"{{{SIZES}}}profiles", generalProfile="xliff:codepoints")
    if mark:
        SubElement(SubElement(file, f"{{{CORE}}}notes"), f"{{{CORE}}}note", category=MARK).text = mark
    for line in report["lines"]:
        seconds = (line["end_ms"] - line["start_ms"]) / 1000
        limit = {f"{{{SIZES}}}sizeRestriction": str(max(1, round(cps * seconds)))}
        unit = SubElement(file, f"{{{CORE}}}unit", {"id": line["id"], "name": line["speaker"] or "?", **limit})
        if line["terms"]:
            glossary = SubElement(unit, f"{{{TERMS}}}glossary")
            for term in line["terms"]:
                entry = SubElement(glossary, f"{{{TERMS}}}glossEntry")
                SubElement(entry, f"{{{TERMS}}}term").text = term["source"]
                SubElement(entry, f"{{{TERMS}}}translation").text = term["locked"]
        notes = SubElement(unit, f"{{{CORE}}}notes")
        for category, text in _notes(line):
            SubElement(notes, f"{{{CORE}}}note", category=category).text = text
        state = "initial" if not line["target"] else "final" if line["origin"] == "memory" else "translated"
        segment = SubElement(unit, f"{{{CORE}}}segment", state=state)
        SubElement(segment, f"{{{CORE}}}source").text = line["source"]
        if line["target"]:
            SubElement(segment, f"{{{CORE}}}target").text = line["target"]
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def mark_of(path: Path) -> str:
    """Which variant a file was exported from; empty where it does not say, as a subtitle file never does.

    Raises SidecarError.
    """
    if path.suffix.lower() not in UNIT_FILES:
        return ""
    root = root_of(read_text(path), "XLIFF", path.name, dtd=False)
    marks = (e for e in root.iter() if local(e) == "note" and MARK in (e.get("category"), e.get("from")))
    return next((e.text or "" for e in marks), "")


def _notes(line: dict[str, Any]) -> list[tuple[str, str]]:
    told = [("speaker", line["speaker"] or "?"), ("time", f"{line['start_ms']}-{line['end_ms']} ms")]
    told.append(("origin", line["origin"]))
    told += [("back-translation", line["back"])] if line.get("back") else []
    told += [("meaning", f"{f['kind']}: {f['evidence']}") for f in line.get("findings", ())]
    return told + [("flag", flag) for flag in line["flags"]]


def loads(text: str, where: str, report: dict[str, Any]) -> list[Returned]:
    """Lines of an XLIFF file, 1.x or 2.x, that belong to this report.

    Raises SidecarError naming the unit: a unit without an id, an id that is not a line or stands twice, a source that
    is not the line's, a locked name that is missing from its target. Nothing of such a file is taken.
    """
    file = units.read(root_of(text, "XLIFF", where, dtd=False))
    if file is None:
        raise SidecarError("is no XLIFF 1 or 2", where, "export it as XLIFF 1.2 or 2.0")
    for language in file.target_languages:
        if regions.distance(report["language"], language) not in SERVES:
            raise SidecarError(f"is in {language}, not {report['language']}", where, "name its own report")
    lines = {line["id"]: line for line in report["lines"]}
    found: dict[str, Returned] = {}
    seen: set[str] = set()
    for number, unit in enumerate(file.units, start=1):
        at = f"{where} unit {unit.names[0] if unit.names else number}"
        if not unit.names:
            raise SidecarError("has no id", at, "export it again and keep the ids")
        line = next((lines[n] for n in unit.names if n in lines), None)
        if line is None or line["id"] in seen:
            what = "stands twice" if line else f"is no line of {report['episode']['name']}"
            raise SidecarError(what, at, "name the report that it was exported from")
        seen.add(line["id"])
        if unit.source != " ".join(line["source"].split()):
            raise SidecarError(f"says {unit.source[:60]!r}, the line {line['source'][:60]!r}", at, "export it again")
        check_names(unit.target, line, at)
        if unit.target:
            found[line["id"]] = Returned(line["id"], unit.target, unit.approved, _left(unit, line))
    if not found:
        raise SidecarError("holds no translated unit", where, "is this the right file?")
    return list(found.values())


def _left(unit: units.Unit, line: dict[str, Any]) -> str:
    """Why a unit is not to be remembered: it is rejected, or a tool has only put the source in its target's place."""
    if unit.rejected:
        return "is rejected"
    copied = normal_form(unit.target) == normal_form(unit.source) and unit.target != line["target"]
    return "has only its source's words; approve it if they are its translation" if copied and not unit.approved else ""


def check_names(target: str, line: dict[str, Any], at: str) -> None:
    """Raises SidecarError where a translation lacks a name that the series locks; a line marked `[keep]` or `[mute]` says none."""
    for term in line["terms"] if target and not marks.mark_of(target) else ():
        if count(target, term["locked"]) < term.get("wanted", 1):
            what = f"the locked name {term['locked']!r} is missing from {target[:80]!r}"
            raise SidecarError(what, at, "put it back, or change it in the series' terms.csv")
