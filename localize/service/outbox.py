"""What goes out: whole sets into the bucket's outbox, manifest last, and a status file that a studio can read."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OptionError, StoreError
from ..files import file_sha256
from ..storage.bucket import Bucket
from .episodes import EpisodeRecords, Known

MANIFEST = "manifest.json"
WAIT_S = 0.2  # between two tries to publish to a place where somebody else publishes


def variant_of(folder: Path) -> str:
    """The digest of the variant that lies in a folder; empty where its manifest does not say."""
    try:
        return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("variant", ""))
    except (OSError, ValueError):
        return ""


def send(
    bucket: Bucket, books: EpisodeRecords, known: Known, market: str, folder: Path, who: str = "",
    check: Callable[[], None] = lambda: None,
) -> str:  # fmt: skip
    """Publish a variant, one at a time to a place, and never an older revision over a newer one; where it went.

    Raises OptionError where a newer revision was admitted, StoreError.
    """
    with newest_alone(books, known, market, f"outbox:{known.series}/{known.name}/{market}"):
        return publish(bucket, known, market, folder, who, check)


@contextmanager
def newest_alone(books: EpisodeRecords, known: Known, market: str, key: str) -> Iterator[None]:
    """Hold a place of the bucket inside, and only for the newest revision. Raises OptionError where there is a newer."""
    while not books.ledger.take(key):
        time.sleep(WAIT_S)
    try:
        newest = books.episode(known.series, known.name)
        if newest is not None and newest.revision > known.revision:
            what = f"revision {newest.revision} came in: revision {known.revision} does not go out any more"
            raise OptionError(what, f"{known.series}/{known.name} {market}", "wait for the new one")
        yield
    finally:
        books.ledger.drop(key)


def publish(
    bucket: Bucket, known: Known, market: str, folder: Path, who: str = "", check: Callable[[], None] = lambda: None
) -> str:
    """A variant's finished folder into outbox/<series>/<episode>/<market>/; where it went.

    The manifest there says that the set is whole: it goes first and comes last. A set that lies there already with
    the same manifest is left alone. `check` is asked before anything that is there is touched, and before the manifest
    is written. Raises StoreError where the folder's own set is not whole.
    """
    to = f"outbox/{known.series}/{known.name}/{market}"
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["may_go_out"] = True
    manifest["revision"] = known.revision
    if who:
        manifest["approved_by"] = who
    text = (json.dumps(manifest, indent=1) + "\n").encode()
    if bucket.read(f"{to}/{MANIFEST}") == text:
        return to
    check()
    bucket.remove(f"{to}/{MANIFEST}")
    for name, facts in manifest["files"].items():
        if file_sha256(folder / name) != facts["sha256"]:
            raise StoreError(f"{name} is not what its manifest says", str(folder), "make the variant again with re-voice")
        bucket.upload(folder / name, f"{to}/{name}")
    wanted = {f"{to}/{n}" for n in manifest["files"]}
    for old in bucket.list(to):
        if old.name not in wanted:
            bucket.remove(old.name)
    check()
    bucket.write(f"{to}/{MANIFEST}", text)
    return to


def tell(bucket: Bucket, books: EpisodeRecords, known: Known, markets: tuple[str, ...], waits: str = "") -> None:
    """Write status/<series>/<episode>.json: each market's state, verdict, and what stands in the way; `waits`: why those
    wait that nobody began."""
    rows = {}
    for market in markets:
        variant = books.variant(known, market)
        rows[market] = {
            "state": variant.state if variant else "waiting",
            "verdict": variant.verdict if variant else "",
            "why": variant.why if variant else waits,
        }
    facts = {
        "series": known.series,
        "episode": known.name,
        "revision": known.revision,
        "markets": rows,
        "decisions": [
            {"market": d.market, "decision": d.decision, "who": d.who, "note": d.note, "at": _clock(d.at)}
            for d in books.decisions(known)
        ],
        "written": _clock(time.time()),
    }
    bucket.write(f"status/{known.series}/{known.name}.json", (json.dumps(facts, indent=1) + "\n").encode())


def _clock(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
