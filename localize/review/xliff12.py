"""A variant's lines as XLIFF 1.2, which memoQ, Phrase, Trados and Smartcat import without a plug-in."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

CORE = "urn:oasis:names:tc:xliff:document:1.2"


def dumps(report: dict[str, Any], cps: float, mark: str = "") -> str:
    """The lines of a report.json as XLIFF 1.2 text; `cps` is the reading speed that limits their length, `mark` says
    which variant they are of."""
    register_namespace("", CORE)
    episode = report["episode"]
    root = Element(f"{{{CORE}}}xliff", version="1.2")
    languages = {"source-language": episode["source_lang"], "target-language": report["language"]}
    file = SubElement(root, f"{{{CORE}}}file", {"original": episode["name"], "datatype": "plaintext", **languages})
    if mark:
        SubElement(SubElement(file, f"{{{CORE}}}header"), f"{{{CORE}}}note", {"from": "variant"}).text = mark
    body = SubElement(file, f"{{{CORE}}}body")
    for line in report["lines"]:
        seconds = (line["end_ms"] - line["start_ms"]) / 1000
        limit = {"maxwidth": str(max(1, round(cps * seconds))), "size-unit": "char"}
        done = bool(line["target"]) and line["origin"] == "memory"
        facts = {"id": line["id"], "resname": line["id"], "approved": "yes" if done else "no", **limit}
        unit = SubElement(body, f"{{{CORE}}}trans-unit", facts)
        SubElement(unit, f"{{{CORE}}}source").text = line["source"]
        if line["target"]:
            state = "final" if done else "needs-review-translation"
            SubElement(unit, f"{{{CORE}}}target", state=state).text = line["target"]
        for text in _notes(line):
            SubElement(unit, f"{{{CORE}}}note").text = text
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _notes(line: dict[str, Any]) -> list[str]:
    told = [f"speaker: {line['speaker'] or '?'}", f"time: {line['start_ms']}-{line['end_ms']} ms"]
    told += [f"locked name: {t['source']} = {t['locked']}" for t in line["terms"]]
    return told + [f"flag: {flag}" for flag in line["flags"]]
