"""What a person changed in a variant (XLIFF, or the delivered SRT), taken back into the series' memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import SidecarError
from ..files import read_bytes, read_text
from ..languages.clean import clean, clean_row
from ..languages.marks import mark_of, marked
from ..languages.text import normal_form, untagged
from ..series.memory import Entry
from ..transcript.alignment import Spoken, align
from ..transcript.dialogue_list import units_of
from ..transcript.studio_cues import NO_LINE
from ..translation.finished import MOST_APART_MS
from . import xliff

CUE_FILES = (".srt", ".vtt", ".ass", ".ssa", ".ttml")
RETURNS = (*xliff.UNIT_FILES, *CUE_FILES)
LONGEST_RUN = 3  # lines that one remembered sentence may cover
ENDS = ".!?…।。！？\"”’»)"


def read_report(path: Path) -> dict[str, Any]:
    """A variant's report.json, or the one in a variant's folder. Raises SidecarError."""
    if path.is_dir():
        path = path / "report.json"
        if not path.is_file():
            raise SidecarError("holds no report.json", str(path.parent), "name the folder of a variant: OUT/SERIES/EPISODE/MARKET")
    try:
        report: dict[str, Any] = json.loads(read_text(path, 64 << 20))
        ids = [line["id"] for line in report["lines"]]
        report["language"], report["episode"]["source_lang"], report["series"]
    except (ValueError, KeyError, TypeError) as error:
        raise SidecarError(f"is no report of a variant: {error}", str(path), "name its report.json") from error
    if len(set(ids)) != len(ids):
        raise SidecarError("holds a line twice", str(path), "make the variant again")
    return report


@dataclass(frozen=True)
class Back:
    """What came back: memory entries for what a person changed or approved, and notes on what was not taken."""

    entries: list[Entry]
    notes: tuple[str, ...] = ()


def changed(path: Path, report: dict[str, Any]) -> Back:
    """Memory entries for the lines that came back changed or approved. Raises SidecarError naming unit or cue."""
    if path.suffix.lower() in CUE_FILES:
        return from_cues(read_bytes(path), path.name, report)
    lines = {line["id"]: (line, before) for line, before in with_before(report)}
    found: list[Entry] = []
    notes: list[str] = []
    for returned in xliff.loads(read_text(path), path.name, report):
        line, before = lines[returned.line_id]
        if returned.left:
            notes.append(f"{path.name}: line {line['id']} {returned.left}: not remembered")
            continue
        returned = replace(returned, target=marked(clean_row(untagged(clean(returned.target)))))
        same = clean_row(line["target"]) == returned.target
        if not same or (returned.approved and line["origin"] != "memory"):
            found.append(Entry(line["source"], returned.target, before))
    return Back(found, tuple(notes))


def from_cues(data: bytes, where: str, report: dict[str, Any]) -> Back:
    """Lines from an edited subtitle file, its cues given to lines by time.

    A sentence that runs over several lines of one person is remembered whole, never a half of it.
    Raises SidecarError naming the cue that lies outside every line, or the line that lacks a locked name.
    """
    speakers = {line["speaker"] for line in report["lines"]}
    try:
        units, file = units_of(data, where, int(report["episode"]["duration_ms"]), speakers)
    except SidecarError as error:
        do = "bring back the variant's own subtitle file, edited" if error.what == NO_LINE else error.do
        raise SidecarError(error.what, error.where, do) from error
    notes = (*file.notes, *file.doubts)
    spoken = [Spoken(x["id"], x["start_ms"], x["end_ms"], x["source"], x["speaker"]) for x in report["lines"]]
    made = align(units, spoken)
    if made.unused:
        raise SidecarError("stands where nobody speaks", f"{where} cue {made.unused[0]}", "fix its times")
    first_of = {i: run[0] for run in made.runs for i in run}
    found = []
    for chain, before in _sentences(report, first_of):
        whole = all(x["id"] in made.texts or x["id"] in first_of for x in chain)
        for some in [chain] if whole else [[x] for x in chain if x["id"] in made.texts and x["id"] not in first_of]:
            heads = [x for x in some if x["id"] in made.texts]
            target = " ".join(made.texts[x["id"]] for x in heads)
            for line in some:
                xliff.check_names(target, line, f"{where} line {line['id']}")
            # a file as it was delivered has rows and dashes of its own: only other words are a change
            same = normal_form(target) == normal_form(" ".join(x["target"] for x in some))
            if same and not mark_of(target):
                continue
            if made.parted & {x["id"] for x in some}:
                notes = (*notes, f"{where}: line {some[0]['id']} shares a sentence with another person: not remembered")
                continue
            found.append(Entry(" ".join(x["source"] for x in some), target, before if some[0] is chain[0] else ""))
    return Back(found, notes)


def _sentences(
    report: dict[str, Any], first_of: dict[str, str]
) -> Iterator[tuple[list[dict[str, Any]], str]]:
    """Lines in runs that hold whole sentences, at most LONGEST_RUN of one person, each with the source text before it:
    lines that came back as one belong together, and a line that ends without a full stop goes on in the next."""
    rows = with_before(report)
    at = 0
    while at < len(rows):
        chain = [rows[at][0]]
        while at + len(chain) < len(rows) and len(chain) < LONGEST_RUN:
            last, new = chain[-1], rows[at + len(chain)][0]
            together = first_of.get(last["id"]) is not None and first_of.get(last["id"]) == first_of.get(new["id"])
            goes_on = last["source"].rstrip()[-1:] not in ENDS and new["start_ms"] - last["end_ms"] <= MOST_APART_MS
            if not together and not (goes_on and last["speaker"] == new["speaker"]):
                break
            chain.append(new)
        yield chain, rows[at][1]
        at += len(chain)


def with_before(report: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """A report's lines, each with the source text of the line before it; empty for the first."""
    before = ["", *(line["source"] for line in report["lines"])]
    return list(zip(report["lines"], before, strict=False))
