"""Episodes that studios drop: admitted when whole, each exactly once, bad ones put aside with a reason.

    inbox/<series>/E01.mp4                     what a studio drops, with its sidecars and, where it likes, E01.done
    episodes/<series>/E01/r1/E01.mp4           what was admitted: the first revision, sidecars beside it
    quarantine/<series>/E01.mp4 (+ .reason.txt)
    status/<series>/E01.json                   what a studio can read at any time

A file is taken when `E01.done` lies beside it, or when neither it nor its sidecars changed for SETTLE_S; sidecars that
`inbox/<series>/series.toml` says to wait for are waited for, up to its patience. The same bytes under another name are
the same episode; other bytes under a name are its next revision. The ledger's row comes first and the file moves after,
so a watcher that dies in between is finished by the next look.
"""

from __future__ import annotations

import bisect
import hashlib
import logging
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import InputError, LocalizeError, MediaError, StoreError
from ..files import file_sha256
from ..media.probe import SUFFIXES, probe
from ..media.sidecars import SIDECARS, clean_masters, taken, unused
from ..storage.bucket import Bucket, Entry
from .episodes import EpisodeRecords, Known
from .rules import FILE, Rules, SeriesRules, refresh

SETTLE_S = 10.0
LEFT_S = 60.0  # after which a file that belongs to nothing is mentioned
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dropped:
    """An episode as it lies in the inbox: its video, what belongs to it, and whether its marker is there."""

    series: str
    name: str
    video: Entry
    beside: tuple[Entry, ...] = ()
    done: bool = False


@dataclass
class Look:
    """What one look at the inbox did.

    Attributes:
        left: what lies there and is not taken, and why; rules: the series' rules as they are now.
    """

    admitted: list[Known] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    rules: SeriesRules = field(default_factory=SeriesRules)


def gather(entries: Iterable[Entry]) -> list[Dropped]:
    """Files of the inbox as episodes; pure. Files that belong to no video are left where they are."""
    by_series: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        parts = entry.name.split("/")
        if len(parts) == 3 and not any(p.startswith(".") for p in parts):
            by_series.setdefault(parts[1], {})[parts[2]] = entry
    found = []
    for series, files in sorted(by_series.items()):
        names, order = sorted(files, key=str.casefold), {n: at for at, n in enumerate(files)}
        masters = clean_masters(names)
        for name, video in sorted(files.items()):
            stem = name[: -len(Path(name).suffix)]
            if Path(name).suffix.lower() not in SUFFIXES or not stem or name in masters:
                continue
            own = belonging(_from(names, stem), stem)
            beside = [files[n] for n in sorted(own, key=order.__getitem__)]
            found.append(Dropped(series, stem, video, tuple(beside), f"{stem}.done" in files))
    return found


def _from(names: list[str], stem: str) -> list[str]:
    """Of names in folded order, those that begin like an episode's."""
    start = end = bisect.bisect_left(names, stem.casefold(), key=str.casefold)
    while end < len(names) and names[end].casefold().startswith(stem.casefold()):
        end += 1
    return names[start:end]


def belonging(names: Iterable[str], stem: str) -> set[str]:
    """Names of the files that go with an episode: its sidecars, and what looks like one, which its report then names."""
    names = list(names)
    return set(taken(names, stem).values()) | set(unused(names, stem))


def ready(dropped: Dropped, rules: Rules, still_s: float) -> str:
    """Empty where an episode may be taken; else what is waited for. `still_s`: how long nothing of it changed."""
    if dropped.done:
        return ""
    if still_s < SETTLE_S:
        return "still being uploaded, or just there"
    here = taken((Path(e.name).name for e in dropped.beside), dropped.name)
    missing = [k for k in rules.wait_for if k not in here]
    if missing and still_s < rules.patience_s:
        return f"waiting for {', '.join(dropped.name + SIDECARS[k] for k in missing)}"
    return ""


def look(
    bucket: Bucket,
    books: EpisodeRecords,
    now: Callable[[], float] = time.time,
    most: int = 1000,
    markets: Collection[str] = (),
) -> Look:
    """One look at the inbox. One bad episode never stops the others; nothing is taken twice, however many look.

    A series whose rules cannot be read is held: its episodes stay in the inbox. `markets`: those that there are.
    """
    listed = bucket.list("inbox", hidden=True)
    found = gather(listed)
    if finish_moves(bucket, books, found):  # what is to be told of the inbox is told without them
        listed = bucket.list("inbox", hidden=True)
        found = gather(listed)
    result = Look(rules=refresh(bucket, books, listed, markets))
    result.left = _mention(bucket, books, listed, found, now())
    for dropped in found[:most]:
        where = f"{dropped.series}/{dropped.name}"
        still = min(books.still_s(e.name, e.mark, now()) for e in (dropped.video, *dropped.beside))
        try:
            if dropped.series in result.rules.held:
                result.waiting.append(f"{where}: held: series.toml {result.rules.held[dropped.series]}")
                continue
            waiting = ready(dropped, result.rules.get(dropped.series), still)
            if waiting:
                result.waiting.append(f"{where}: {waiting}")
                continue
            with books.ledger.lease(f"admit:{where}") as mine:
                if mine:
                    _take(bucket, books, dropped, result)
        except LocalizeError as error:  # the bucket or the ledger: the next look tries again
            result.waiting.append(f"{where}: {error}")
    return result


def _take(bucket: Bucket, books: EpisodeRecords, dropped: Dropped, result: Look) -> None:
    """Admit or refuse what is ready, and note it; what changed since it was listed is left to the next look.

    Raises StoreError.
    """
    where = f"{dropped.series}/{dropped.name}"
    if not _unchanged(bucket, dropped):
        return
    try:
        _no_links(dropped)
        known, fresh = _admit(bucket, books, dropped)
    except InputError as error:
        if _unchanged(bucket, dropped):
            refuse(bucket, dropped, str(error))
            result.refused.append((where, str(error)))
    else:
        (result.admitted if fresh else result.same).append(known if fresh else where)  # type: ignore[arg-type]


def _unchanged(bucket: Bucket, dropped: Dropped) -> bool:
    """Whether an episode's files lie there as they were listed: another watcher may have taken them since, and their
    studio may have written others."""
    return all(bucket.mark(e.name) == e.mark for e in (dropped.video, *dropped.beside))


def _mention(
    bucket: Bucket, books: EpisodeRecords, listed: Iterable[Entry], found: list[Dropped], now: float
) -> list[str]:
    """What lies in the inbox and is taken by no rule, a line each; each series finds its own in
    status/<series>/inbox.reason.txt."""
    taken = {e.name for d in found for e in (d.video, *d.beside)}
    taken |= {f"inbox/{d.series}/{d.name}.done" for d in found}
    lines: dict[str, list[str]] = {}
    for entry in listed:
        parts = entry.name.split("/")
        if entry.name in taken or parts[-1] == FILE or parts[-1].endswith(".part"):
            continue
        if books.still_s(entry.name, entry.mark, now) >= LEFT_S:
            lines.setdefault(parts[1] if len(parts) > 2 else "", []).append(f"{entry.name}: {_why_left(parts)}")
    for series in {*lines, *told_of(books)} - {""}:
        text = "".join(f"{line}\n" for line in lines.get(series, ()))
        if books.still_s(f"left:{series}", hashlib.sha256(text.encode()).hexdigest(), now) == 0.0:  # other than it was
            bucket.write(reasons(series), text.encode()) if text else bucket.remove(reasons(series))
        if not text:
            books.db.write("DELETE FROM sightings WHERE path=?", (f"left:{series}",))
    return [line for series in sorted(lines) for line in lines[series]]


def reasons(series: str) -> str:
    """Where a series finds what of its inbox is not taken."""
    return f"status/{series}/inbox.reason.txt"


def told_of(books: EpisodeRecords) -> set[str]:
    """The series that were told so."""
    rows = books.db.all("SELECT path FROM sightings WHERE path LIKE ?", ("left:%",))
    return {str(row[0]).removeprefix("left:") for row in rows}


def _why_left(parts: list[str]) -> str:
    """Why a file of the inbox is not taken, by its path's parts."""
    if len(parts) != 3:
        return "lies outside a series' folder -> move it into inbox/SERIES/"
    if any(p.startswith(".") for p in parts):
        return "its name begins with a dot, as that of an unfinished upload does -> rename it"
    if Path(parts[2]).suffix.lower() in SUFFIXES:
        return "its name holds nothing before its ending -> rename it"
    return "belongs to no video that lies here -> drop it together with its video"


def _no_links(dropped: Dropped) -> None:
    """A link is refused before anything opens it: it may lead anywhere on the machine that looks. Raises MediaError."""
    for entry in (dropped.video, *dropped.beside):
        if entry.link:
            raise MediaError("is a link, not a file", Path(entry.name).name, "upload the file itself")


def _admit(bucket: Bucket, books: EpisodeRecords, dropped: Dropped) -> tuple[Known, bool]:
    """The ledger's row first (the same bytes are known already), then the files into their own folder."""
    with _local(bucket, dropped.video) as local:
        if dropped.video.bytes == 0:
            raise MediaError("the file is empty", local.name, "upload it again")
        probe(local)
        digest = _digest(bucket, dropped, _sha256(local))
    if not _unchanged(bucket, dropped):
        raise StoreError("changed while it was read", dropped.video.name, "the next look takes it")
    known, fresh = books.admit(dropped.series, dropped.name, digest, Path(dropped.video.name).name)
    # an admission may be written whose move was not finished; the same bytes under another name are a second file
    if fresh or (known.name == dropped.name and _is_half_moved(bucket, books, known)):
        _move(bucket, books, known, dropped)
    else:
        what = f"the same file as {known.name}, revision {known.revision}, which is known already"
        refuse(bucket, dropped, what)
    return known, fresh


def _sha256(local: Path) -> str:
    try:
        return file_sha256(local)
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror or error}", local.name, "the next look tries again") from error


@contextmanager
def _local(bucket: Bucket, entry: Entry) -> Iterator[Path]:
    """A file of the bucket as a local one."""
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / Path(entry.name).name
        if bucket.is_local:
            local = Path(bucket.path(entry.name))
        else:
            bucket.download(entry.name, local)
        yield local


def _digest(bucket: Bucket, dropped: Dropped, video: str) -> str:
    """The episode's identity: its bytes, and those of what a studio sent along."""
    if not dropped.beside:
        return video
    parts = [video]
    for entry in sorted(dropped.beside, key=lambda e: Path(e.name).name):
        data = bucket.read(entry.name) or b""
        parts.append(f"{Path(entry.name).name[len(dropped.name) :]}:{hashlib.sha256(data).hexdigest()}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _move(bucket: Bucket, books: EpisodeRecords, known: Known, dropped: Dropped) -> None:
    """Sidecars first, the video last: an episode's folder with a video is whole. The studio's mark goes before it:
    left alone it would say of the next revision that it is whole.

    A move begun is noted as long as it lasts: between the copy and the removal, S3 holds the video in both places.
    """
    books.db.write("INSERT INTO sightings VALUES (?,?,?) ON CONFLICT (path) DO NOTHING", (_moving(known), "", time.time()))
    for entry in dropped.beside:
        bucket.move(entry.name, f"{known.folder}/{Path(entry.name).name}")
    bucket.remove(f"inbox/{dropped.series}/{dropped.name}.done")
    bucket.move(dropped.video.name, f"{known.folder}/{known.file}")
    books.db.write("DELETE FROM sightings WHERE path=?", (_moving(known),))


def _moving(known: Known) -> str:
    return f"moving:{known.folder}"


def _is_half_moved(bucket: Bucket, books: EpisodeRecords, known: Known) -> bool:
    """Whether a watcher that died left an episode's move half done."""
    if bucket.size(f"{known.folder}/{known.file}") is None:
        return True
    return books.db.one("SELECT 1 FROM sightings WHERE path=?", (_moving(known),)) is not None


def finish_moves(bucket: Bucket, books: EpisodeRecords, found: list[Dropped]) -> int:
    """Moves that a watcher that died left half done, of episodes found in the inbox; how many were finished."""
    finished = 0
    for dropped in found:
        try:
            known = books.episode(dropped.series, dropped.name)
            if known is None or known.file != Path(dropped.video.name).name or not _is_half_moved(bucket, books, known):
                continue
            with books.ledger.lease(f"admit:{dropped.series}/{dropped.name}") as mine:
                if mine and _unchanged(bucket, dropped) and _is_rest_of(bucket, known, dropped):
                    _move(bucket, books, known, dropped)
                    finished += 1
        except LocalizeError as error:  # one episode never stops the others
            LOG.warning("%s/%s stays half moved until the next look: %s", dropped.series, dropped.name, error)
    return finished


def _is_rest_of(bucket: Bucket, known: Known, dropped: Dropped) -> bool:
    """Whether what lies in the inbox, with what was moved already, are the very bytes that were admitted."""
    there = {Path(e.name).name for e in (*dropped.beside, dropped.video)}
    moved = tuple(e for e in bucket.list(known.folder) if Path(e.name).name not in there)
    with _local(bucket, dropped.video) as local:
        return _digest(bucket, replace(dropped, beside=(*dropped.beside, *moved)), _sha256(local)) == known.sha256


def refuse(bucket: Bucket, dropped: Dropped, why: str) -> None:
    """An episode out of the inbox into quarantine, with a reason that a studio can read: that first, the video last."""
    text = f"{dropped.name} was not taken.\n\n{why}\n\nPut it right and drop it into inbox/{dropped.series}/ again.\n"
    bucket.write(f"quarantine/{dropped.series}/{Path(dropped.video.name).name}.reason.txt", text.encode())
    for entry in dropped.beside:
        bucket.move(entry.name, f"quarantine/{dropped.series}/{Path(entry.name).name}")
    bucket.remove(f"inbox/{dropped.series}/{dropped.name}.done")
    bucket.move(dropped.video.name, f"quarantine/{dropped.series}/{Path(dropped.video.name).name}")


def local_copy(bucket: Bucket, known: Known, cache: Path) -> Path:
    """An admitted episode as a local file, its sidecars beside it; from S3 it is fetched once. Raises StoreError."""
    if bucket.is_local:
        return Path(bucket.path(f"{known.folder}/{known.file}"))
    folder = cache / known.sha256[:16]
    for entry in bucket.list(known.folder):
        target = folder / Path(entry.name).name
        if not target.is_file() or target.stat().st_size != entry.bytes:
            bucket.download(entry.name, target)
    return folder / known.file
