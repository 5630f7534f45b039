"""A person's word on a variant: approved, rejected, or edited line by line; kept with name, time and what they saw.

A decision counts for the revision and the variant that was looked at and for no other, and once, whatever resumes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import InputError, LocalizeError, OptionError
from ..files import file_sha256
from ..records import Flag
from ..review import edited_lines, xliff
from ..series.bible import Bible
from ..series.memory import Entry
from ..session import remembered_lines
from ..storage.bible_rows import remember
from ..storage.bucket import Bucket
from ..storage.bucket import Entry as Listed
from ..storage.database import Statements
from . import outbox
from .episodes import (
    DELIVERED,
    REJECTED,
    REVIEW,
    RUNNING,
    EpisodeRecords,
    Known,
    decision_by,
    final_decision,
    lock_variant,
    want_anew,
    write_decision,
)

FINAL = ("approve", "reject")  # one of them, once, for a variant
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """What a person looked at: a revision, and the digest of the variant that was made of it."""

    revision: int
    digest: str


@dataclass(frozen=True)
class Word:
    """A person's word on what they saw. `answer` names the form or file it came by, which counts once."""

    seen: Seen
    who: str
    note: str = ""
    answer: str = ""


def seen_now(books: EpisodeRecords, known: Known, market: str) -> Seen:
    """What there is to be looked at."""
    variant = books.variant(known, market)
    return Seen(known.revision, variant.digest if variant else "")


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
    bucket: Bucket, books: EpisodeRecords, bible: Bible, known: Known, market: str, folder: Path, word: Word
) -> str:
    """Deliver a variant that a person approved; its lines become the memory's. Where it went."""
    check_seen(books, known, market, word.seen)
    report = edited_lines.read_report(folder)
    if report["verdict"] == "fail":
        raise OptionError("a failed variant cannot be approved", f"{known.name} {market}", "edit its lines instead")
    made = outbox.variant_of(folder)
    if made != word.seen.digest and word.seen.digest:  # an older program wrote none
        raise OptionError("the folder here holds another variant", f"{known.name} {market}", "look again and decide")
    _keep(books, bible, known, market, "approve", word, report, _worth_remembering(report))
    to = outbox.send(bucket, books, known, market, folder, word.who)
    books.set_state(known, market, DELIVERED, report["verdict"], f"approved by {word.who}")
    return to


def reject(books: EpisodeRecords, known: Known, market: str, word: Word) -> None:
    """Keep that a variant must not go out."""
    check_seen(books, known, market, word.seen)
    _keep(books, None, known, market, "reject", word)
    books.set_state(known, market, REJECTED, "review", f"rejected by {word.who}: {word.note}".rstrip(": "))


def edit(
    books: EpisodeRecords, bible: Bible, known: Known, market: str, report: dict[str, Any], text: str, word: Word
) -> int:
    """Take edited lines into the memory; how many. The next making of the variant redoes these alone."""
    check_seen(books, known, market, word.seen)
    entries = edits_of(text, report)
    if not entries:
        raise OptionError("no line was edited", f"{known.name} {market}", "write for example L004: new words")
    _keep(books, bible, known, market, "edit", replace(word, note=f"{len(entries)} lines"), report, entries)
    return len(entries)


def check_seen(books: EpisodeRecords, known: Known, market: str, seen: Seen) -> None:
    """Raises OptionError for a decision on another revision or another making of a variant than there is now."""
    where, do = f"{known.series}/{known.name} {market}", "look at what there is now and decide again"
    newest = books.episode(known.series, known.name)
    if newest is None or newest.revision != seen.revision or known.revision != seen.revision:
        now = f"revision {newest.revision}" if newest else "no revision"
        raise OptionError(f"the decision is on revision {seen.revision}, there is {now} now", where, do)
    variant = books.variant(known, market)
    if variant is not None and variant.state not in (REVIEW, RUNNING):
        raise OptionError(f"the variant is {variant.state} already", where, "look at where it stands")
    if variant is not None and variant.state == RUNNING and not variant.digest:  # what lies here holds no edit of before
        raise OptionError("the variant is being made anew", where, "look at what comes of it and decide")
    if variant is None or variant.digest != seen.digest:
        raise OptionError("the decision is on a variant that was made anew since", where, do)


def _keep(
    books: EpisodeRecords, bible: Bible | None, known: Known, market: str, decision: str, word: Word,
    report: dict[str, Any] | None = None, entries: Iterable[Entry] = (), with_another: bool = False,
) -> bool:  # fmt: skip
    """Write a decision and what it adds to the memory as one; False where this very answer was used before.

    `with_another`: it came together with another edit of the same variant, which is wanted anew by that already.
    """
    lines, source, tag = [], "", ""
    if bible is not None and report is not None:
        source, tag = report["episode"]["source_lang"], report["language"]
        lines = remembered_lines(
            entries, bible, tag, word.who, decision, known.name, known.revision, word.seen.digest
        )

    where = f"{known.series}/{known.name} {market}"

    def write(do: Statements) -> bool:
        # of two people who decide at once, one comes after the other: what they saw is compared once more
        state, digest = lock_variant(do, known, market)
        used = word.answer and decision_by(do, word.answer)
        if used and used != (decision, word.seen.digest):
            raise OptionError(f"this form was used already, for {used[0]}", where, "look at where it stands")
        if used:
            return False
        anew = state == RUNNING and not digest
        if not with_another and (anew or digest != word.seen.digest or state not in (REVIEW, RUNNING)):
            raise OptionError("the variant was decided on or made anew meanwhile", where, "look at where it stands")
        if decision in FINAL and (other := final_decision(do, known, market, digest)):
            raise OptionError(f"was decided already: {other}", where, "look at where it stands")
        write_decision(do, known, market, decision, word.who, word.note, digest, word.answer or None)
        if lines:
            remember(do, known.series, source, tag, lines)
        if decision == "edit":  # from here on nobody can approve what does not hold the edit
            want_anew(do, known, market)
        return True

    return books.db.together(write)


def _worth_remembering(report: dict[str, Any]) -> list[Entry]:
    """An approved variant's lines: from now on they win over any engine."""
    if report["language"].split("-")[0] == report["episode"]["source_lang"]:
        return []
    rows = edited_lines.with_before(report)
    taught = [(x, b) for x, b in rows if x["target"] and x["origin"] != "memory" and Flag.SENTENCE_PARTED not in x["flags"]]
    return [Entry(x["source"], x["target"], b) for x, b in taught]


def question(report: dict[str, Any], link: str) -> str:
    """What a reviewer reads above the form: reasons, flagged lines first, how to answer; Markdown."""
    episode, market = report["episode"]["name"], report["market"]
    rows = [f"### {episode} / {market}: {report['verdict']}", ""]
    rows += [f"- {r}" for r in report["reasons"]]
    rows += ["", f"[open the report]({link})", ""]
    # a list, not a table: the form is narrow, and a table's last columns are cut off
    for line in sorted(report["lines"], key=lambda x: (not x.get("findings"), not x["flags"])):
        why = [f"{f['kind']}: {f['evidence']}" for f in line.get("findings", ())]
        why += [f for f in line["flags"] if not f.startswith("meaning:")]
        flags = f" ({_plain(', '.join(why))})" if why else ""
        rows += [f"- **{line['id']}**{flags}", f"  - {_plain(line['source'])}", f"  - {_plain(line['target'])}"]
        rows += [f"  - comes back as: {_plain(line['back'])}"] if line.get("back") else []
    rows += ["", "Approve, reject, or edit: write changed lines as `L004: new words`, one a row."]
    return "\n".join(rows)


def _plain(text: object) -> str:
    """A text that Markdown shows as it is, on one row."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", " ".join(str(text).split()))


def send_out(bucket: Bucket, known: Known, market: str, report: dict[str, Any], cps: float, digest: str = "") -> str:
    """The lines as XLIFF into review/…, for a linguist's own tool; what comes back goes into `back/` beside it."""
    name = f"review/{known.series}/{known.name}/{market}/{known.name}.{report['language']}.xlf"
    bucket.write(name, xliff.dumps(report, cps, f"{known.revision}:{digest}").encode())
    return name


def take_returns(
    bucket: Bucket,
    books: EpisodeRecords,
    bible_of: Callable[[str], Bible],
    report_of: Callable[[Known, str], dict[str, Any] | None],
    scratch: Path,
) -> list[tuple[Known, str]]:
    """Files that came back into review/<series>/<episode>/<market>/back/: into the memory, then aside.

    Args:
        bible_of: series -> its bible; report_of: (episode, market) -> its report, or None where it was never made.

    Returns the variants that changed. A file that cannot be used goes to refused/ with a .reason.txt; one that could
    not be taken for another reason (the ledger or the bucket is away) stays for the next look.
    """
    taken: list[tuple[Listed, Known, str]] = []
    seen: dict[tuple[Known, str], Seen] = {}  # several files may come back of one variant
    for entry in bucket.list("review"):
        parts = entry.name.split("/")
        if len(parts) != 6 or parts[4] != "back" or not parts[5].lower().endswith(edited_lines.RETURNS):
            continue
        try:
            known = books.episode(parts[1], parts[2])
            report = report_of(known, parts[3]) if known else None
            if known is None or report is None:
                raise OptionError("belongs to no variant", entry.name, "put it into review/SERIES/EP/MARKET/back/ of a variant that was made")
            bucket.download(entry.name, scratch / parts[5])
            at = seen.setdefault((known, parts[3]), seen_now(books, known, parts[3]))
            before = any(t[1:] == (known, parts[3]) for t in taken)
            bible, local = bible_of(known.series), scratch / parts[5]
            _take_return(books, bible, report, local, entry.name, known, parts[3], at, before)
            taken.append((entry, known, parts[3]))
        except InputError as error:
            base = "/".join(parts[:4])
            bucket.write(f"{base}/refused/{parts[5]}.reason.txt", f"{error}\n".encode())
            bucket.move(entry.name, f"{base}/refused/{parts[5]}")
        except LocalizeError as error:
            LOG.warning("%s stays for the next look: %s", entry.name, error)
    changed = list(dict.fromkeys((known, market) for _entry, known, market in taken))
    for known, market in changed:  # wanted anew before the files go aside: whoever dies here is made good
        books.forget(known, market)
    for entry, _known, _market in taken:
        bucket.move(entry.name, entry.name.replace("/back/", "/taken/"))
    return changed


def _take_return(
    books: EpisodeRecords, bible: Bible, report: dict[str, Any], local: Path, name: str, known: Known, market: str,
    seen: Seen, with_another: bool,
) -> None:  # fmt: skip
    """One file's lines as rows, with whose file it is; nothing where that was done before. Raises InputError."""
    answer = f"file:{name}:{file_sha256(local)}"
    if books.is_used(answer):
        return
    mark = xliff.mark_of(local)
    if mark and mark != f"{seen.revision}:{seen.digest}":
        what = "was exported from another revision, or from the variant before it was made anew"
        raise OptionError(what, name, "put its lines into the file that lies here now")
    back = edited_lines.changed(local, report)
    told = "; ".join((f"{len(back.entries)} lines came back", *back.notes))
    word = Word(seen, local.name, told, answer)
    _keep(books, bible, known, market, "edit", word, report, back.entries, with_another)
