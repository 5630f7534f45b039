"""One market's variant: rendered beside its place (`render`), then put there file by file with the manifest last. A folder
with a manifest holds a whole set; one without holds none."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import StoreError
from ..files import file_sha256
from ..markets import Language, Loudness, Market
from ..records import Episode, Verdict
from ..session import Session
from ..storage.leases import died_here, machine
from ..storage.step_cache import step_key
from .ingredients import Ingredients
from .render import Render
from .result import Delivered

VERSION = 14
STALE_S = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class DeliverInputs:
    """All that decides a variant.

    Attributes:
        file, sound, name: the episode's; source: container codes of its language; clean: its textless master, where
            the market covers what is written in the picture.
        languages: those of the market's dub and subtitles; made: what the earlier stages made of it.
    """

    file: str
    sound: str
    name: str
    market: Market
    series: str
    source: tuple[str, ...]
    clean: str | None
    preset: Loudness
    languages: tuple[Language, ...]
    made: Ingredients


def deliver(session: Session, episode: Episode, market: Market, made: Ingredients, out: Path) -> Delivered:
    """Render, check and place a variant; one that lies there already, whole and from the same ingredients, is left.

    Raises ToolError, StoreError.
    """
    folder = out / session.bible.name / episode.name / market.name
    key = step_key("deliver", VERSION, _inputs(session, episode, market, made))
    known = session.ledger.delivery(str(folder.absolute()))
    if known and known[0] == key and _whole(folder, known[2]):
        return _from_report(episode, market, folder, True, key)
    with session.clock.timed(episode.name, market.name), _beside(folder) as work:
        try:
            render = Render(session, episode, market, made, work)
            files = render.files()
            _place(work, folder, files, session, episode, market, key, render.verdict, set(known[2]) if known else set())
        except OSError as error:
            what = f"cannot be written: {error.strerror or error}"
            raise StoreError(what, str(folder), "free some space or clear what is in the way") from error
    return _from_report(episode, market, folder, False, key)


def _inputs(session: Session, episode: Episode, market: Market, made: Ingredients) -> DeliverInputs:
    settings, source = session.settings, made.listened.transcript.language
    return DeliverInputs(
        file=episode.sha256,
        sound=episode.media.programme,
        name=episode.name,
        market=market,
        series=session.bible.name,
        source=tuple(x.iso for x in settings.languages.values() if x.primary == source),
        clean=episode.sidecar_sha256.get("clean") if market.cover else None,
        preset=settings.loudness[market.loudness],
        languages=tuple(settings.language(t) for t in (market.language, *market.extra_subtitles)),
        made=made,
    )


def _whole(folder: Path, files: dict[str, Any]) -> bool:
    """Whether every file of a delivered set lies there with its size and time, or else its digest."""
    for name, facts in files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != facts["bytes"]:
            return False
        if path.stat().st_mtime_ns != facts["mtime_ns"] and file_sha256(path) != facts["sha256"]:
            return False
    return True


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A work folder next to the target, gone at the end whatever happens."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for stale in folder.parent.glob(f".{folder.name}.*.part"):
            if not _in_use(stale):
                shutil.rmtree(stale, ignore_errors=True)
        prefix = f".{folder.name}.{machine()}-{os.getpid()}."
        work = Path(tempfile.mkdtemp(prefix=prefix, suffix=".part", dir=folder.parent))
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", str(folder), "choose another --out") from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _in_use(work: Path) -> bool:
    """Whether somebody may still be at work in a work folder: its process, or one of another machine within a day."""
    place, _, pid = work.name.split(".")[-3].partition("-")
    if died_here(f"@{place}:{pid}"):
        return False
    try:
        return time.time() - work.stat().st_mtime < STALE_S
    except OSError:
        return False


def _place(
    work: Path,
    folder: Path,
    files: list[str],
    session: Session,
    episode: Episode,
    market: Market,
    key: str,
    verdict: Verdict,
    earlier: set[str],
) -> None:
    """Move a rendered set into its folder: the old manifest goes first, the new one comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    facts = {}
    for name in files:
        with (work / name).open("rb") as file:
            os.fsync(file.fileno())
        (work / name).replace(folder / name)
        stat = (folder / name).stat()
        facts[name] = {"sha256": file_sha256(folder / name), "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    for old in earlier - {*files}:  # whatever else lies there is not ours
        (folder / old).unlink(missing_ok=True)
    manifest = {
        "schema": 1,
        "series": session.bible.name,
        "episode": episode.name,
        "market": market.name,
        "verdict": str(verdict),
        "may_go_out": verdict == Verdict.PASS,
        "variant": key,
        "files": {n: {"sha256": f["sha256"], "bytes": f["bytes"]} for n, f in facts.items()},
    }
    part = work / "manifest.json"
    part.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    part.replace(folder / "manifest.json")
    stat = (folder / "manifest.json").stat()
    digest = file_sha256(folder / "manifest.json")
    facts["manifest.json"] = {"sha256": digest, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    where = str(folder.absolute())
    session.ledger.put_delivery(where, key, session.bible.name, episode.name, market.name, str(verdict), facts)


def _from_report(episode: Episode, market: Market, folder: Path, reused: bool, key: str) -> Delivered:
    data = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    verdict = Verdict(data["verdict"])
    return Delivered(episode.name, market.name, folder, verdict, tuple(data["reasons"]), data["metrics"], reused, key)
