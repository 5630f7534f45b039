"""What is paid to endpoints: counted before it is spent, kept in LOCALIZE_HOME, added up by line, variant and series.

A request is written down with its price before it is sent, so that `max_cost` holds whatever number of threads and
processes ask at once. What was refused costs nothing and is taken back; what was sent and never answered stays
counted, for it may be on the bill.
"""

from __future__ import annotations

import contextvars
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...errors import OverBudget, StoreError
from .endpoint import Endpoint

NAME = "spending.sqlite"
WAIT_S = 30.0  # for another process that writes
ABOUT: contextvars.ContextVar[str] = contextvars.ContextVar("about", default="")
TABLE = """CREATE TABLE IF NOT EXISTS spent (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, series TEXT NOT NULL, about TEXT NOT NULL, endpoint TEXT NOT NULL,
    model TEXT NOT NULL, kind TEXT NOT NULL, currency TEXT NOT NULL, state TEXT NOT NULL, seconds REAL NOT NULL,
    characters INTEGER NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost REAL NOT NULL)"""


@dataclass(frozen=True, kw_only=True)
class Units:
    """What one request uses: seconds of sound, characters of text, tokens in and out."""

    seconds: float = 0.0
    characters: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True)
class Spent:
    """What was used and paid by one endpoint for one thing ("E01 es-419 L003").

    Attributes:
        state: "paid", or "asked" where no answer came.
        cost: money, in `currency`.
    """

    about: str
    endpoint: str
    model: str
    kind: str
    currency: str
    state: str
    requests: int
    seconds: float
    characters: int
    tokens_in: int
    tokens_out: int
    cost: float


def cost(endpoint: Endpoint, units: Units) -> float:
    """What a request costs by the endpoint's price table."""
    counts = {
        "request": 1.0,
        "minute": units.seconds / 60,
        "million_characters": units.characters / 1e6,
        "million_tokens_in": units.tokens_in / 1e6,
        "million_tokens_out": units.tokens_out / 1e6,
    }
    return sum(price * counts[unit] for unit, price in endpoint.price.items())


@contextmanager
def about(subject: str) -> Iterator[None]:
    """What is asked inside, by this thread, is for `subject`."""
    token = ABOUT.set(subject)
    try:
        yield
    finally:
        ABOUT.reset(token)


class Spending:
    """The book of one series on this machine; threads and processes share it."""

    def __init__(self, home: Path, series: str) -> None:
        self.path, self.series = home / NAME, series

    def ask(self, endpoint: Endpoint, units: Units) -> int:
        """Write a request down before it is sent; the row's number. Raises OverBudget, StoreError."""
        price = cost(endpoint, units)
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            spent = self._total(db, endpoint)
            if endpoint.max_cost is not None and spent + price > endpoint.max_cost + 1e-9:
                db.execute("ROLLBACK")
                what = f"{spent:.4g} of {endpoint.max_cost:g} {endpoint.currency} are spent, the next would be {price:.3g}"
                raise OverBudget(what, endpoint.name, f"raise max_cost of [{endpoint.name}], or let the next of the chain do it")
            row = db.execute(
                "INSERT INTO spent VALUES (NULL,?,?,?,?,?,?,?,'asked',?,?,?,?,?)",
                (time.time(), self.series, ABOUT.get(), endpoint.name, endpoint.model, endpoint.kind, endpoint.currency,
                 units.seconds, units.characters, units.tokens_in, units.tokens_out, price),
            ).lastrowid  # fmt: skip
            db.execute("COMMIT")
        return int(row or 0)

    def paid(self, row: int, endpoint: Endpoint, units: Units) -> None:
        """An answer came, and this is what it really used."""
        with self._open() as db:
            db.execute(
                "UPDATE spent SET state='paid', seconds=?, characters=?, tokens_in=?, tokens_out=?, cost=? WHERE id=?",
                (units.seconds, units.characters, units.tokens_in, units.tokens_out, cost(endpoint, units), row),
            )

    def refused(self, row: int) -> None:
        """The request was refused: nothing was used."""
        with self._open() as db:
            db.execute("DELETE FROM spent WHERE id=?", (row,))

    def total(self, endpoint: Endpoint) -> float:
        """What the series has spent there."""
        with self._open() as db:
            return self._total(db, endpoint)

    def by_subject(self) -> list[Spent]:
        """All that the series has spent, added up by subject, endpoint and state."""
        if not self.path.is_file():
            return []
        with self._open() as db:
            rows = db.execute(
                "SELECT about, endpoint, model, kind, currency, state, count(*), sum(seconds), sum(characters), "
                "sum(tokens_in), sum(tokens_out), sum(cost) FROM spent WHERE series=? "
                "GROUP BY about, endpoint, model, kind, currency, state ORDER BY about, endpoint, state",
                (self.series,),
            ).fetchall()
        return [Spent(*row) for row in rows]

    def of_episode(self, episode: str, languages: Iterable[str]) -> list[Spent]:
        """What was spent for an episode in these languages, in all runs."""
        about = tuple(f"{episode} {language}" for language in languages)
        return [s for s in self.by_subject() if any(s.about == a or s.about.startswith(f"{a} ") for a in about)]

    def _total(self, db: sqlite3.Connection, endpoint: Endpoint) -> float:
        row = db.execute("SELECT sum(cost) FROM spent WHERE series=? AND endpoint=?", (self.series, endpoint.name)).fetchone()
        return float(row[0] or 0.0)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)) as db:
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=NORMAL")
                db.execute(TABLE)
                yield db
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"the book of what is spent cannot be written: {error}", str(self.path), "free the file") from error
