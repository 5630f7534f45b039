"""TMX as elements: the units that hold a pair of languages, which of them a person stands for, and what is left out.

`memory` makes segments of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from ..errors import SidecarError
from ..files import read_text, root_of
from ..languages import regions

CONTEXT = "x-context-pre"  # the property that holds the line before, as translation tools write it
BY_MACHINE = "MT!"  # how several tools sign a machine's units
STATUS = re.compile(r"status|state|confirmation|origin|match-?type")
NOT_OURS = re.compile(r"reject|^(?:mt|amt|nmt)$|machine|^draft|unconfirmed|not[ _-]?approved")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MAX_BYTES = 256 << 20
Unit = tuple[Element, Element, Element]  # a unit, its source's segment and its target's


def units_of(root: Element, where: str, source: str, target: str) -> Iterator[Unit]:
    """(unit, source segment, target segment) of the units that hold this pair. Raises SidecarError naming a bad unit."""
    for number, unit in enumerate(root.iter("tu"), start=1):
        for variant in unit.iter("tuv"):
            if variant.find("seg") is None or not _language(variant):
                raise SidecarError("a variant has no language or no segment", f"{where} unit {number}", "add xml:lang and seg, or remove the unit")
        left, right = segment_of(unit, source), segment_of(unit, target)
        if left is not None and right is not None and not is_disowned(unit, right):
            yield unit, left, right


def is_disowned(unit: Element, right: Element) -> bool:
    """Whether the tool that wrote a unit says that nobody stands for it: refused in review, or a machine's and never confirmed."""
    signs = [sign for f in _facts(unit, right) if (sign := f.get("changeid") or f.get("creationid"))]
    if signs and all(sign.startswith(BY_MACHINE) for sign in signs):
        return True
    told = {(p.get("type") or "").casefold(): (p.text or "").strip().casefold() for p in unit.iter("prop")}
    return any(NOT_OURS.search(value) for kind, value in told.items() if STATUS.search(kind))


def by_date(units: list[Unit]) -> list[Unit]:
    """Units, the last changed last, as `Memory.add` wants them; one without a date is as old as the newest before it."""
    dates, newest = [], ""
    for unit, _left, right in units:
        own = max((f.get("changedate") or f.get("creationdate") or "" for f in _facts(unit, right)), default="")
        newest = max(newest, own)
        dates.append(own or newest)
    return [units[n] for n in sorted(range(len(units)), key=lambda n: dates[n])]


@dataclass(frozen=True)
class LeftOut:
    """How many units of a file that hold the pair are not taken: `disowned`, those that nobody stands for; `regions`, those
    of another region than asked for, by its tag (pt-PT for pt-BR)."""

    disowned: int
    regions: dict[str, int]

    def told(self, target: str) -> list[str]:
        """A sentence each."""
        refused = [f"{self.disowned} units are marked as refused, drafts or by machine: left out"] if self.disowned else []
        return refused + [f"{units} units are {tag}, not {target}: left out" for tag, units in self.regions.items()]


def left_out(path: Path, source: str, target: str) -> LeftOut:
    """What of a TMX file is not taken. Raises SidecarError."""
    disowned, others = 0, Counter[str]()
    for unit in root_of(read_text(path, MAX_BYTES), "TMX", path.name).iter("tu"):
        if segment_of(unit, source) is None:
            continue
        if (right := segment_of(unit, target)) is not None:
            disowned += is_disowned(unit, right)
        elif other := regions.nearest(target, (_language(v).replace("_", "-") for v in unit.iter("tuv"))):
            others[other] += 1
    return LeftOut(disowned, dict(others))


def segment_of(unit: Element, tag: str) -> Element | None:
    """The segment of a unit in a language, of the nearest region; another region's (pt-PT for pt-BR) is none."""
    found = {_language(v).replace("_", "-"): v.find("seg") for v in unit.iter("tuv")}
    nearest = regions.nearest(tag, found, regions.NEUTRAL)
    return found[nearest] if nearest else None


def context_of(unit: Element) -> str:
    """The line before a unit's own, "" where it is not told."""
    return next((p.text or "" for p in unit.iter("prop") if p.get("type") == CONTEXT), "")


def _language(variant: Element) -> str:
    return variant.get(XML_LANG) or variant.get("lang") or ""


def _facts(unit: Element, right: Element) -> list[Element]:
    """Whose attributes tell who wrote a translation, and when: the unit and its target."""
    return [unit, *(v for v in unit.iter("tuv") if v.find("seg") is right)]
