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

import hashlib
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError, LocalizeError, MediaError, SidecarError
from ..files import file_sha256
from ..media.probe import SUFFIXES, probe
from ..media.sidecars import SIDECARS
from ..storage.bucket import Bucket, Entry
from .episodes import EpisodeRecords, Known

SETTLE_S = 10.0
PATIENCE_S = 3600.0


@dataclass(frozen=True)
class Rules:
    """A series' own rules: sidecars to wait for, how long in seconds, its markets (none: all), whether its episodes
    are made as they come or only when a person starts them, and whether they are a back catalogue, which waits for
    whatever is new."""

    wait_for: tuple[str, ...] = ()
    patience_s: float = PATIENCE_S
    markets: tuple[str, ...] = ()
    by_hand: bool = False
    back_catalogue: bool = False


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
    """What one look at the inbox did."""

    admitted: list[Known] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


def gather(entries: Iterable[Entry]) -> list[Dropped]:
    """Files of the inbox as episodes; pure. Files that belong to no video are left where they are."""
    by_series: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        parts = entry.name.split("/")
        if len(parts) == 3:
            by_series.setdefault(parts[1], {})[parts[2]] = entry
    found = []
    for series, files in sorted(by_series.items()):
        for name, video in sorted(files.items()):
            stem = name[: -len(Path(name).suffix)]
            if Path(name).suffix.lower() not in SUFFIXES or not stem:
                continue
            beside = [e for n, e in files.items() if _belongs(n, stem)]
            found.append(Dropped(series, stem, video, tuple(beside), f"{stem}.done" in files))
    return found


def _belongs(name: str, stem: str) -> bool:
    """Whether a file is a sidecar of an episode: its fixed endings, or a finished translation."""
    if not name.startswith(f"{stem}."):
        return False
    rest = name[len(stem) :]
    return rest in SIDECARS.values() or (rest.endswith(".srt") and rest.count(".") == 2)


def rules_of(text: bytes | None, where: str) -> Rules:
    """A series' rules from its series.toml. Raises SidecarError."""
    if text is None:
        return Rules()
    try:
        told = tomllib.loads(text.decode("utf-8-sig"))
        wait, markets = told.pop("wait_for", []), told.pop("markets", [])
        patience = float(told.pop("patience_minutes", PATIENCE_S / 60)) * 60
        start, catalogue = told.pop("start", "at once"), told.pop("catalogue", "new")
        if (
            told
            or start not in ("at once", "by hand")
            or catalogue not in ("new", "back")
            or not set(wait) <= set(SIDECARS)
            or not all(isinstance(m, str) for m in markets)
        ):
            raise ValueError(
                f"knows only wait_for = {sorted(SIDECARS)}, patience_minutes, markets, start = 'at once' or 'by hand', "
                "catalogue = 'new' or 'back'"
            )
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise SidecarError(f"cannot be read: {error}", where, "mend the file") from error
    return Rules(tuple(wait), patience, tuple(markets), start == "by hand", catalogue == "back")


def ready(dropped: Dropped, rules: Rules, still_s: float) -> str:
    """Empty where an episode may be taken; else what is waited for. `still_s`: how long nothing of it changed."""
    if dropped.done:
        return ""
    if still_s < SETTLE_S:
        return "still being uploaded, or just there"
    missing = [k for k in rules.wait_for if not any(e.name.endswith(SIDECARS[k]) for e in dropped.beside)]
    if missing and still_s < rules.patience_s:
        return f"waiting for {', '.join(dropped.name + SIDECARS[k] for k in missing)}"
    return ""


def look(bucket: Bucket, books: EpisodeRecords, now: Callable[[], float] = time.time, most: int = 1000) -> Look:
    """One look at the inbox. One bad episode never stops the others; nothing is taken twice, however many look."""
    result = Look()
    found = gather(bucket.list("inbox"))
    if finish_moves(bucket, books, found):
        found = gather(bucket.list("inbox"))
    for dropped in found[:most]:
        where = f"{dropped.series}/{dropped.name}"
        still = min(books.still_s(e.name, e.mark, now()) for e in (dropped.video, *dropped.beside))
        try:
            rules = rules_of(bucket.read(f"inbox/{dropped.series}/series.toml"), f"{dropped.series}/series.toml")
            waiting = ready(dropped, rules, still)
            if waiting:
                result.waiting.append(f"{where}: {waiting}")
                continue
            with books.ledger.lease(f"admit:{where}") as mine:
                if not mine:
                    continue
                known, fresh = _admit(bucket, books, dropped)
            (result.admitted if fresh else result.same).append(known if fresh else where)  # type: ignore[arg-type]
        except InputError as error:
            refuse(bucket, dropped, str(error))
            result.refused.append((where, str(error)))
        except LocalizeError as error:  # the bucket or the ledger: the next look tries again
            result.waiting.append(f"{where}: {error}")
    return result


def _admit(bucket: Bucket, books: EpisodeRecords, dropped: Dropped) -> tuple[Known, bool]:
    """The ledger's row first (the same bytes are known already), then the files into their own folder."""
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / Path(dropped.video.name).name
        if bucket.is_local:
            local = Path(bucket.path(dropped.video.name))
        else:
            bucket.download(dropped.video.name, local)
        if dropped.video.bytes == 0:
            raise MediaError("the file is empty", local.name, "upload it again")
        probe(local)
        digest = _digest(bucket, dropped, file_sha256(local))
    known, fresh = books.admit(dropped.series, dropped.name, digest, Path(dropped.video.name).name)
    if fresh:
        _move(bucket, known, dropped)
        bucket.remove(f"inbox/{dropped.series}/{dropped.name}.done")
    elif known.name != dropped.name or bucket.size(f"{known.folder}/{known.file}") is not None:
        what = f"the same file as {known.name}, revision {known.revision}, which is known already"
        refuse(bucket, dropped, what)
    else:
        _move(bucket, known, dropped)  # its admission was written and its move was not finished
    return known, fresh


def _digest(bucket: Bucket, dropped: Dropped, video: str) -> str:
    """The episode's identity: its bytes, and those of what a studio sent along."""
    if not dropped.beside:
        return video
    parts = [video]
    for entry in sorted(dropped.beside, key=lambda e: e.name):
        data = bucket.read(entry.name) or b""
        parts.append(
            f"{entry.name[len(dropped.video.name) - len(Path(dropped.video.name).suffix) :]}:{hashlib.sha256(data).hexdigest()}"
        )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _move(bucket: Bucket, known: Known, dropped: Dropped) -> None:
    """Sidecars first, the video last: an episode's folder with a video is whole."""
    for entry in (*dropped.beside, dropped.video):
        bucket.move(entry.name, f"{known.folder}/{Path(entry.name).name}")


def finish_moves(bucket: Bucket, books: EpisodeRecords, found: list[Dropped]) -> int:
    """Moves that a watcher that died left half done, of episodes found in the inbox; how many were finished."""
    finished = 0
    for dropped in found:
        known = books.episode(dropped.series, dropped.name)
        if known is None or known.file != Path(dropped.video.name).name:
            continue
        if bucket.size(f"{known.folder}/{known.file}") is None:
            _move(bucket, known, dropped)
            finished += 1
    return finished


def refuse(bucket: Bucket, dropped: Dropped, why: str) -> None:
    """An episode out of the inbox into quarantine, with a reason that a studio can read."""
    for entry in (*dropped.beside, dropped.video):
        bucket.move(entry.name, f"quarantine/{dropped.series}/{Path(entry.name).name}")
    bucket.remove(f"inbox/{dropped.series}/{dropped.name}.done")
    text = f"{dropped.name} was not taken.\n\n{why}\n\nPut it right and drop it into inbox/{dropped.series}/ again.\n"
    bucket.write(f"quarantine/{dropped.series}/{Path(dropped.video.name).name}.reason.txt", text.encode())


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
