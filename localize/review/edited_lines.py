"""What a person changed in a variant (XLIFF, or the delivered SRT), taken back into the series' memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import SidecarError
from ..files import read_text
from ..languages.text import normal_form
from ..series.memory import Entry
from ..transcript import dialogue_list
from . import xliff


def read_report(path: Path) -> dict[str, Any]:
    """A variant's report.json, or the one in a variant's folder. Raises SidecarError."""
    path = path / "report.json" if path.is_dir() else path
    try:
        report: dict[str, Any] = json.loads(read_text(path, 64 << 20))
        ids = [line["id"] for line in report["lines"]]
        report["language"], report["episode"]["source_lang"], report["series"]
    except (ValueError, KeyError, TypeError) as error:
        raise SidecarError(f"is no report of a variant: {error}", str(path), "name its report.json") from error
    if len(set(ids)) != len(ids):
        raise SidecarError("holds a line twice", str(path), "make the variant again")
    return report


def changed(path: Path, report: dict[str, Any]) -> list[Entry]:
    """Memory entries for the lines that came back changed or approved. Raises SidecarError naming unit or cue."""
    text = read_text(path)
    read = from_srt if path.suffix.lower() == ".srt" else xliff.loads
    back = read(text, path.name, report)
    lines = {line["id"]: (line, before) for line, before in with_before(report)}
    found = []
    for returned in back:
        line, before = lines[returned.line_id]
        same = " ".join(line["target"].split()) == returned.target
        if not same or (returned.approved and line["origin"] != "memory"):
            found.append(Entry(line["source"], returned.target, before))
    return found


def from_srt(text: str, where: str, report: dict[str, Any]) -> list[xliff.Returned]:
    """Lines from an edited subtitle file, its cues given to lines by time.

    Raises SidecarError naming the cue that lies outside every line, or lacks a locked name.
    """
    spans = {line["id"]: (int(line["start_ms"]), int(line["end_ms"])) for line in report["lines"]}
    parts = dialogue_list.by_line(text, where, spans)
    found = []
    for line in report["lines"]:
        if line["id"] in parts:
            target = parts[line["id"]]
            xliff.check_names(target, line, f"{where} line {line['id']}")
            # a file as it was delivered has rows and dashes of its own: only other words are a change
            same = normal_form(target) == normal_form(line["target"])
            found.append(xliff.Returned(line["id"], line["target"] if same else target, False))
    if not found:
        raise SidecarError("holds no cue", where, "is this the right file?")
    return found


def with_before(report: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """A report's lines, each with the source text of the line before it; empty for the first."""
    before = ["", *(line["source"] for line in report["lines"])]
    return list(zip(report["lines"], before, strict=False))
