"""A series' own rules, inbox/<series>/series.toml: what to wait for, where its episodes go, and when.

Rules that cannot be read hold their series: nothing of it is taken or made until they are mended. What was read last
lies in the ledger, so that a look costs one listing of the inbox and a read of what changed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ..errors import SidecarError
from ..media.sidecars import SIDECARS
from ..storage.bucket import Bucket, Entry
from ..storage.database import Database
from .episodes import EpisodeRecords

FILE = "series.toml"
PATIENCE_S = 3600.0
BY_HAND = "series.toml says start = 'by hand': run localize-episode for it"  # why an episode waits
EVERY = "*"  # the row that keeps which markets there are: no series is named so


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
class SeriesRules:
    """The rules of all series: those that were read, and by series why it is held."""

    of: dict[str, Rules] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)

    def get(self, series: str) -> Rules:
        """A series' rules. Raises SidecarError where it is held."""
        if series in self.held:
            raise SidecarError(self.held[series], f"{series}/{FILE}", "fix the file: nothing of the series is made")
        return self.of.get(series, Rules())


def rules_of(text: bytes | None, where: str, markets: Collection[str] | None = None) -> Rules:
    """A series' rules from its series.toml; `markets`: those that there are. Raises SidecarError."""
    if text is None:
        return Rules()
    try:
        told = tomllib.loads(text.decode("utf-8-sig"))
        wait, named = told.pop("wait_for", []), told.pop("markets", [])
        minutes = told.pop("patience_minutes", PATIENCE_S / 60)
        if isinstance(minutes, bool) or not isinstance(minutes, (int, float)):
            raise ValueError(f"patience_minutes must be a number, not {minutes!r}")
        patience = minutes * 60.0
        start, catalogue = told.pop("start", "at once"), told.pop("catalogue", "new")
        if (
            told
            or start not in ("at once", "by hand")
            or catalogue not in ("new", "back")
            or not isinstance(wait, list)
            or not isinstance(named, list)
            or not set(wait) <= set(SIDECARS)
            or not all(isinstance(m, str) for m in named)
            or not patience >= 0
        ):
            raise ValueError(
                f"{f'has {min(told)!r}, and ' if told else ''}knows only wait_for = {sorted(SIDECARS)}, patience_minutes, markets, start = 'at once' or 'by hand', "
                "catalogue = 'new' or 'back'"
            )
        unknown = [m for m in named if markets is not None and m not in markets]
        if unknown:
            raise ValueError(f"no market named {unknown[0]!r}: choose from {', '.join(sorted(markets or ()))}")
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise SidecarError(f"cannot be read: {error}", where, "fix the file") from error
    return Rules(tuple(wait), patience, tuple(named), start == "by hand", catalogue == "back")


def refresh(bucket: Bucket, books: EpisodeRecords, listed: Iterable[Entry], markets: Collection[str]) -> SeriesRules:
    """The rules of all series, files that changed since the last look read anew.

    What is wanted of a series whose rules changed is planned again. A series that is held is told so in its own status
    folder, once. Raises StoreError.
    """
    db = books.db
    rows = {s: (mark, text, problem) for s, mark, text, problem in db.all(
        "SELECT series, mark, text, problem FROM series_rules")}  # fmt: skip
    among = ",".join(sorted(markets))
    if rows.pop(EVERY, ("", "", ""))[0] != among:  # another table of markets
        _put(db, EVERY, among, "", "")
        books.reopen()
        rows = {s: ("", text, problem) for s, (_mark, text, problem) in rows.items()}
    found = {p[1]: e for e in listed if len(p := PurePosixPath(e.name).parts) == 3 and p[2] == FILE}
    for series in rows.keys() - found.keys():
        db.write("DELETE FROM series_rules WHERE series=?", (series,))
        books.reopen(series)
        tell(bucket, series, "")
        del rows[series]
    for series, entry in found.items():
        if rows.get(series, ("", "", ""))[0] == entry.mark:
            continue
        data, problem = bucket.read(entry.name), ""
        try:
            rules_of(data, f"{series}/{FILE}", markets)
        except SidecarError as error:
            problem = error.what
        if problem != rows.get(series, ("", "", ""))[2]:
            tell(bucket, series, problem)
        text = "" if problem else (data or b"").decode("utf-8-sig")
        _put(db, series, entry.mark, text, problem)
        books.reopen(series)
        rows[series] = (entry.mark, text, problem)
    return _read(rows, markets)


def known(db: Database, markets: Collection[str]) -> SeriesRules:
    """The rules as they were read last."""
    rows = db.all("SELECT series, mark, text, problem FROM series_rules WHERE series<>?", (EVERY,))
    return _read({s: (mark, text, problem) for s, mark, text, problem in rows}, markets)


def tell(bucket: Bucket, series: str, problem: str) -> None:
    """Write status/<series>/series.toml.reason.txt for whoever wrote the rules, or take it away."""
    name = f"status/{series}/{FILE}.reason.txt"
    if problem:
        what = f"{series}/{FILE} {problem}\n\nNothing of {series} is taken or made until the file is fixed.\n"
        bucket.write(name, what.encode())
    else:
        bucket.remove(name)


def _read(rows: dict[str, tuple[str, str, str]], markets: Collection[str]) -> SeriesRules:
    held = {s: problem for s, (_m, _t, problem) in rows.items() if problem}
    return SeriesRules(
        {s: rules_of(t.encode(), f"{s}/{FILE}", markets) for s, (_m, t, _p) in rows.items() if s not in held}, held
    )


def _put(db: Database, series: str, mark: str, text: str, problem: str) -> None:
    db.write(
        "INSERT INTO series_rules (series, mark, text, problem) VALUES (?,?,?,?) ON CONFLICT (series) DO "
        "UPDATE SET mark=excluded.mark, text=excluded.text, problem=excluded.problem",
        (series, mark, text, problem),
    )
