"""A person's word on a variant: approved, rejected, or edited line by line; kept with name and time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import LocalizeError, OptionError
from ..review import edited_lines, xliff
from ..series import memory
from ..series.bible import Bible
from ..series.memory import Entry
from ..storage.bucket import Bucket
from .episodes import DELIVERED, REJECTED, EpisodeRecords, Known
from .outbox import publish

DECISIONS = ("approve", "reject", "edit")


def edits_of(text: str, report: dict[str, Any]) -> list[Entry]:
    """Memory entries from "L004: new words", one a line. Raises OptionError naming the line that cannot be used."""
    lines = {line["id"]: (line, before) for line, before in edited_lines.with_before(report)}
    found = []
    for number, row in enumerate((r.strip() for r in text.splitlines()), start=1):
        if not row:
            continue
        match = re.fullmatch(r"(\w+)\s*[:=]\s*(.+)", row)
        named = lines.get(match[1].upper()) if match else None
        if match is None or named is None:
            do = f"write for example {next(iter(lines), 'L001')}: new words"
            raise OptionError(f"{row[:60]!r} names no line", f"edits, row {number}", do)
        line, before = named
        xliff.check_names(match[2], line, f"edits, row {number}")
        found.append(Entry(line["source"], " ".join(match[2].split()), before))
    return found


def approve(
    bucket: Bucket, books: EpisodeRecords, bible: Bible, known: Known, market: str, folder: Path, who: str, note: str
) -> str:
    """Deliver a variant that a person approved; its lines become the memory's. Where it went."""
    report = edited_lines.read_report(folder)
    if report["verdict"] == "fail":
        raise OptionError("a failed variant cannot be approved", f"{known.name} {market}", "edit its lines instead")
    books.decide(known, market, "approve", who, note)
    to = publish(bucket, known, market, folder, who)
    remember(bible, report)
    books.set_state(known, market, DELIVERED, report["verdict"], f"approved by {who}")
    return to


def reject(books: EpisodeRecords, known: Known, market: str, who: str, note: str) -> None:
    """Keep that a variant must not go out."""
    books.decide(known, market, "reject", who, note)
    books.set_state(known, market, REJECTED, "review", f"rejected by {who}: {note}".rstrip(": "))


def edit(books: EpisodeRecords, bible: Bible, known: Known, market: str, report: dict[str, Any], text: str, who: str) -> int:
    """Take edited lines into the memory; how many. The next making of the variant redoes these alone."""
    entries = edits_of(text, report)
    if not entries:
        raise OptionError("no line was edited", f"{known.name} {market}", "write for example L004: new words")
    source, tag = report["episode"]["source_lang"], report["language"]
    memory.add_lines(bible.memory_path(tag), source, tag, entries, bible.terms)
    books.decide(known, market, "edit", who, f"{len(entries)} lines")
    return len(entries)


def remember(bible: Bible, report: dict[str, Any]) -> None:
    """An approved variant's lines into the memory: from now on they win over any engine."""
    source, tag = report["episode"]["source_lang"], report["language"]
    if tag.split("-")[0] == source:
        return
    rows = edited_lines.with_before(report)
    entries = [Entry(x["source"], x["target"], b) for x, b in rows if x["target"] and x["origin"] != "memory"]
    if entries:
        memory.add_lines(bible.memory_path(tag), source, tag, entries, bible.terms)


def question(report: dict[str, Any], link: str) -> str:
    """What a reviewer reads above the form: reasons, flagged lines first, how to answer; Markdown."""
    episode, market = report["episode"]["name"], report["market"]
    rows = [f"### {episode} / {market}: {report['verdict']}", ""]
    rows += [f"- {r}" for r in report["reasons"]]
    rows += ["", f"[open the report]({link})", "", "| line | says | becomes | flags |", "|---|---|---|---|"]
    for line in sorted(report["lines"], key=lambda x: not x["flags"]):
        flags = ", ".join(line["flags"])
        cells = [line["id"], line["source"], line["target"], flags]
        rows.append("| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |")
    rows += ["", "Approve, reject, or edit: write changed lines as `L004: new words`, one a row."]
    return "\n".join(rows)


def send_out(bucket: Bucket, known: Known, market: str, report: dict[str, Any], cps: float) -> str:
    """The lines as XLIFF into review/…, for a linguist's own tool; what comes back goes into `back/` beside it."""
    name = f"review/{known.series}/{known.name}/{market}/{known.name}.{report['language']}.xlf"
    bucket.write(name, xliff.dumps(report, cps).encode())
    return name


def take_returns(bucket: Bucket, books: EpisodeRecords, bible_of: Any, report_of: Any, scratch: Path) -> list[tuple[Known, str]]:
    """Files that came back into review/<series>/<episode>/<market>/back/: into the memory, then aside.

    Args:
        bible_of: series -> its bible; report_of: (episode, market) -> its report, or None where it was never made.

    Returns the variants that changed. A file that cannot be used stays beside a .reason.txt.
    """
    changed = []
    for entry in bucket.list("review"):
        parts = entry.name.split("/")
        if len(parts) != 6 or parts[4] != "back" or not parts[5].lower().endswith((".xlf", ".xliff", ".srt")):
            continue
        known, market = books.episode(parts[1], parts[2]), parts[3]
        base = "/".join(parts[:4])
        try:
            report = report_of(known, market) if known else None
            if known is None or report is None:
                raise OptionError("belongs to no variant that was made", entry.name, "check the folder")
            local = scratch / parts[5]
            bucket.download(entry.name, local)
            bible = bible_of(known.series)
            path = bible.memory_path(report["language"])
            entries = edited_lines.take_back(local, report, path, bible.terms)
            books.decide(known, market, "edit", parts[5], f"{len(entries)} lines came back")
            bucket.move(entry.name, f"{base}/taken/{parts[5]}")
            changed.append((known, market))
        except LocalizeError as error:
            bucket.move(entry.name, f"{base}/refused/{parts[5]}")
            bucket.write(f"{base}/refused/{parts[5]}.reason.txt", f"{error}\n".encode())
    return changed
