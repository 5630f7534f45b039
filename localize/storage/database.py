"""SQLite or PostgreSQL behind one small face; the same SQL serves both, with "?" for values.

A database that is gone for a while (a restart, a lost connection) is asked again for PATIENCE_S before it is an error.
Every `write` is one transaction; `together` makes one of several statements.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from ..errors import StoreError

PATIENCE_S = 90.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 5.0  # between two tries
LASTING = ("password authentication", "does not exist", "no pg_hba.conf entry")  # what a server says that will stay so
FETCH = 2000  # rows that a dump holds at a time
Row = tuple[Any, ...]
T = TypeVar("T")


class Statements:
    """Statements inside one transaction."""

    def __init__(self, execute: Callable[[str, Row], Any]) -> None:
        self._execute = execute

    def write(self, sql: str, row: Row = ()) -> int:
        """One statement; how many rows it changed."""
        return int(self._execute(sql, row).rowcount)

    def all(self, sql: str, row: Row = ()) -> list[Row]:
        """All rows."""
        found: list[Row] = self._execute(sql, row).fetchall()
        return found


class Database(Protocol):
    """What the ledger needs of a database. All raise StoreError.

    Attributes:
        now: SQL for the time in seconds, by the clock of whoever keeps the rows: one clock for all machines.
    """

    where: str
    now: str

    def together(self, work: Callable[[Statements], T], alone: bool = False) -> T:
        """What `work` does and returns, as one transaction; done anew where the connection breaks, so that it may run
        twice. `alone`: no other transaction that is `alone` runs at the same time."""

    def change(self, sql: str, row: Row = ()) -> list[Row]:
        """One statement with RETURNING as one transaction; what it returned."""

    def write(self, sql: str, row: Row = ()) -> int:
        """One statement as one transaction; how many rows it changed."""

    def one(self, sql: str, row: Row = ()) -> Row | None:
        """The first row."""

    def all(self, sql: str, row: Row = ()) -> list[Row]:
        """All rows."""

    def dump(self, tables: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every row of these tables as (table, column -> value), all as of one moment."""

    def load(self, tables: Sequence[str], rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Make these tables hold these rows and nothing else, in one transaction."""


class Sqlite:
    """One file in WAL mode; a killed process leaves no half row.

    A connection is lent to one thread at a time: threads come and go by the hundred, and opening one costs as much as twenty
    questions.
    """

    now = "((julianday('now') - 2440587.5) * 86400.0)"

    def __init__(self, path: Path) -> None:
        self.path, self.where = path, str(path)
        self._idle: deque[sqlite3.Connection] = deque()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"ledger cannot be opened: {error}", self.where, "check rights and free space") from error

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        """A connection that nobody else has inside. Raises sqlite3.Error."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._connection()
        try:
            yield db
        finally:
            self._idle.append(db)

    def _connection(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=60, check_same_thread=False)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        return db

    def together(self, work: Callable[[Statements], T], alone: bool = False) -> T:
        try:
            with self._lent() as db:
                db.execute("BEGIN IMMEDIATE")  # SQLite has one writer at a time: `alone` is how it always is
                try:
                    made = work(Statements(db.execute))
                    db.commit()
                finally:
                    db.rollback()
            return made
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be written: {error}", self.where, "check rights and free space") from error

    def change(self, sql: str, row: Row = ()) -> list[Row]:
        return self.together(lambda do: do.all(sql, row))

    def write(self, sql: str, row: Row = ()) -> int:
        try:
            with self._lent() as db, db:
                return db.execute(sql, row).rowcount
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be written: {error}", self.where, "check free space") from error

    def one(self, sql: str, row: Row = ()) -> Row | None:
        found = self.all(sql, row)
        return found[0] if found else None

    def all(self, sql: str, row: Row = ()) -> list[Row]:
        try:
            with self._lent() as db:
                return db.execute(sql, row).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be read: {error}", self.where, "restore it from a copy") from error

    def dump(self, tables: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        try:
            with self._lent() as db:
                db.execute("BEGIN")  # in WAL mode a reader sees one state until it ends
                try:
                    for table in tables:
                        yield from _rows_of(table, db.execute(f"SELECT * FROM {table}"))
                finally:
                    db.rollback()
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be read: {error}", self.where, "restore it from a copy") from error

    def load(self, tables: Sequence[str], rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
        try:
            with self._lent() as db, db:
                _fill(db, tables, rows, "?")
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be written: {error}", self.where, "check free space") from error


class Postgres:
    """A PostgreSQL database; a connection is lent to one thread at a time, and opened anew where it broke."""

    now = "EXTRACT(EPOCH FROM clock_timestamp())::double precision"

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        import psycopg

        self._url, self._psycopg, self._patience = url, psycopg, patience_s
        try:
            facts = psycopg.conninfo.conninfo_to_dict(url)
        except psycopg.Error as error:
            what = f"LOCALIZE_LEDGER is no address of a database: {error}"
            raise StoreError(what, do="write postgresql://USER:PASSWORD@HOST/NAME") from error
        self.where = f"postgresql://{facts.get('host', 'localhost')}/{facts.get('dbname', '')}"
        self._idle: deque[Any] = deque()

    @contextmanager
    def _lent(self) -> Iterator[Any]:
        """A connection that nobody else has inside; one that broke is not lent again. Raises psycopg.Error."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._psycopg.connect(self._url, autocommit=True, connect_timeout=10)
        try:
            yield db
        except self._psycopg.OperationalError:
            db.close()
            raise
        finally:
            if not db.closed:
                self._idle.append(db)

    def _run(self, work: Callable[[Any], T]) -> T:
        """What `work` gives with a connection, tried again while the server is away."""

        def attempt() -> T:
            with self._lent() as db:
                return work(db)

        tries = Retrying(
            retry=retry_if_exception(self._may_come_right),
            stop=stop_after_delay(self._patience),
            wait=wait_exponential(FIRST_WAIT_S, max=LONGEST_WAIT_S),
            after=lambda _state: self._forget(),
            reraise=True,
        )
        try:
            return tries(attempt)
        except self._psycopg.OperationalError as error:
            self._forget()
            do = "start it, or check the net" if self._may_come_right(error) else "check LOCALIZE_LEDGER: user, password and database"
            what = f"ledger cannot be reached: {_lines(error)[-1]}"
            raise StoreError(what, self.where, do) from error
        except self._psycopg.Error as error:
            raise StoreError(f"ledger: {_lines(error)[0]}", self.where, "see the log of the database server") from error

    def _may_come_right(self, error: BaseException) -> bool:
        """Whether waiting may help: not for a wrong password or a missing database."""
        return isinstance(error, self._psycopg.OperationalError) and not any(w in str(error) for w in LASTING)

    def _forget(self) -> None:
        """Where one connection broke, those that lie idle most likely did too."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def together(self, work: Callable[[Statements], T], alone: bool = False) -> T:
        def transaction(db: Any) -> T:
            with db.transaction():
                if alone:
                    db.execute("SELECT pg_advisory_xact_lock(7215)")
                return work(Statements(lambda sql, row: db.execute(_marked(sql), row or None)))

        return self._run(transaction)

    def change(self, sql: str, row: Row = ()) -> list[Row]:
        found: list[Row] = self._run(lambda db: db.execute(_marked(sql), row).fetchall())
        return found

    def write(self, sql: str, row: Row = ()) -> int:
        return int(self._run(lambda db: db.execute(_marked(sql), row).rowcount))

    def one(self, sql: str, row: Row = ()) -> Row | None:
        found: Row | None = self._run(lambda db: db.execute(_marked(sql), row).fetchone())
        return found

    def all(self, sql: str, row: Row = ()) -> list[Row]:
        return self.change(sql, row)

    def dump(self, tables: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        with self._whole("ISOLATION LEVEL REPEATABLE READ READ ONLY") as db:
            for table in tables:
                with db.cursor(name=f"dump_{table}") as cursor:  # on the server: never all rows at once
                    cursor.itersize = FETCH
                    cursor.execute(f"SELECT * FROM {table}")
                    yield from _rows_of(table, cursor)

    def load(self, tables: Sequence[str], rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
        with self._whole("") as db:
            _fill(db, tables, rows, "%s")

    @contextmanager
    def _whole(self, kind: str) -> Iterator[Any]:
        """A transaction of many statements; it is not begun again where the connection breaks."""
        self.one("SELECT 1")
        try:
            with self._lent() as db, db.transaction():
                if kind:
                    db.execute(f"SET TRANSACTION {kind}")
                yield db
        except self._psycopg.Error as error:
            self._forget()
            raise StoreError(f"ledger: {_lines(error)[0]}", self.where, "try again") from error


def _lines(error: Exception) -> list[str]:
    return str(error).strip().splitlines() or [type(error).__name__]


def _marked(sql: str) -> str:
    return sql.replace("?", "%s")


def _rows_of(table: str, found: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    columns = [c[0] for c in found.description]
    for row in found:
        yield table, dict(zip(columns, row, strict=True))


def _fill(db: Any, tables: Sequence[str], rows: Iterable[tuple[str, dict[str, Any]]], mark: str) -> None:
    for table in tables:
        db.execute(f"DELETE FROM {table}")
    for table, row in rows:
        db.execute(_insert(tables, table, row, mark), tuple(row.values()))


def _insert(tables: Sequence[str], table: str, row: dict[str, Any], mark: str) -> str:
    """The statement that writes a row. Raises StoreError for names that are none of ours."""
    if table not in tables or not all(c.isidentifier() for c in row):
        raise StoreError(f"the backup has a row for an unknown table {table!r}", do="choose another backup with --at")
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join([mark] * len(row))})"


def open_database(url: str, home: Path, patience_s: float = PATIENCE_S) -> Database:
    """The database that LOCALIZE_LEDGER names, or the SQLite file in LOCALIZE_HOME. Raises StoreError."""
    if not url:
        return Sqlite(home / "ledger.sqlite")
    if url.startswith(("postgresql://", "postgres://")):
        return Postgres(url, patience_s)
    raise StoreError(
        f"LOCALIZE_LEDGER {url.split(':')[0]!r} is no kind of ledger", do="write postgresql://… or unset it"
    )
