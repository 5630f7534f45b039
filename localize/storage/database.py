"""SQLite or PostgreSQL behind one small face; the same SQL serves both, with "?" for values.

A database that is gone for a while (a restart, a lost connection) is asked again for PATIENCE_S before it is an error.
Every `write` is one transaction.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from ..errors import StoreError

PATIENCE_S = 90.0
Row = tuple[Any, ...]


class Database(Protocol):
    """What the ledger needs of a database. All raise StoreError."""

    where: str

    def script(self, sql: str) -> None:
        """Run statements that make what is not there yet."""

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
    """One file in WAL mode, a connection a thread; a killed process leaves no half row."""

    def __init__(self, path: Path) -> None:
        self.path, self.where = path, str(path)
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"ledger cannot be opened: {error}", self.where, "check rights and free space") from error

    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, timeout=60)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            self._local.db = db
        return db

    def script(self, sql: str) -> None:
        try:
            with self._db() as db:
                db.executescript(sql)
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be opened: {error}", self.where, "check rights and free space") from error

    def write(self, sql: str, row: Row = ()) -> int:
        try:
            with self._db() as db:
                return db.execute(sql, row).rowcount
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be written: {error}", self.where, "check free space") from error

    def one(self, sql: str, row: Row = ()) -> Row | None:
        found = self.all(sql, row)
        return found[0] if found else None

    def all(self, sql: str, row: Row = ()) -> list[Row]:
        try:
            return self._db().execute(sql, row).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be read: {error}", self.where, "restore it from a copy") from error

    def dump(self, tables: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        db = self._db()
        try:
            db.execute("BEGIN")  # in WAL mode a reader sees one state until it ends
            yield from _every_row(db, tables)
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be read: {error}", self.where, "restore it from a copy") from error
        finally:
            db.rollback()

    def load(self, tables: Sequence[str], rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
        try:
            with self._db() as db:
                _fill(db, tables, rows, "?")
        except sqlite3.Error as error:
            raise StoreError(f"ledger cannot be written: {error}", self.where, "check free space") from error


class Postgres:
    """A PostgreSQL database, a connection a thread, opened anew where it broke."""

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        import psycopg

        self._url, self._psycopg, self._patience = url, psycopg, patience_s
        try:
            facts = psycopg.conninfo.conninfo_to_dict(url)
        except psycopg.Error as error:
            what = f"LOCALIZE_LEDGER is no address of a database: {error}"
            raise StoreError(what, do="write postgresql://USER:PASSWORD@HOST/NAME") from error
        self.where = f"postgresql://{facts.get('host', 'localhost')}/{facts.get('dbname', '')}"
        self._local = threading.local()

    def _db(self) -> Any:
        db = getattr(self._local, "db", None)
        if db is None or db.closed:
            db = self._psycopg.connect(self._url, autocommit=True, connect_timeout=10)
            self._local.db = db
        return db

    def _run(self, sql: str, row: Row | None, take: Any) -> Any:
        started, wait = time.monotonic(), 0.2
        while True:
            try:
                return take(self._db().execute(sql.replace("?", "%s") if row is not None else sql, row))
            except self._psycopg.OperationalError as error:
                self._forget()
                text = str(error).strip()
                # a wrong password or a missing database does not come right by waiting
                final = any(w in text for w in ("password authentication", "does not exist", "no pg_hba.conf entry"))
                if final or time.monotonic() - started > self._patience:
                    do = "check LOCALIZE_LEDGER: user, password and database" if final else "start it, or check the net"
                    raise StoreError(f"ledger cannot be reached: {text.splitlines()[-1]}", self.where, do) from error
                time.sleep(wait)
                wait = min(5.0, wait * 2)
            except self._psycopg.Error as error:
                raise StoreError(f"ledger: {str(error).splitlines()[0]}", self.where, "see its log") from error

    def _forget(self) -> None:
        db = getattr(self._local, "db", None)
        self._local.db = None
        if db is not None:
            db.close()

    def script(self, sql: str) -> None:
        # two processes that start together must not both make the tables
        lock = "SELECT pg_advisory_lock(7215);"
        try:
            self._run(lock + sql + "SELECT pg_advisory_unlock(7215);", None, lambda _c: None)
        except StoreError:
            self._forget()
            raise

    def write(self, sql: str, row: Row = ()) -> int:
        return int(self._run(sql, row, lambda c: c.rowcount))

    def one(self, sql: str, row: Row = ()) -> Row | None:
        found: Row | None = self._run(sql, row, lambda c: c.fetchone())
        return found

    def all(self, sql: str, row: Row = ()) -> list[Row]:
        found: list[Row] = self._run(sql, row, lambda c: c.fetchall())
        return found

    def dump(self, tables: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        with self._whole("ISOLATION LEVEL REPEATABLE READ READ ONLY") as db:
            yield from _every_row(db, tables)

    def load(self, tables: Sequence[str], rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
        with self._whole("") as db:
            _fill(db, tables, rows, "%s")

    @contextmanager
    def _whole(self, kind: str) -> Iterator[Any]:
        """A transaction of many statements; it is not begun again where the connection breaks."""
        self.one("SELECT 1")
        db = self._db()
        try:
            with db.transaction():
                if kind:
                    db.execute(f"SET TRANSACTION {kind}")
                yield db
        except self._psycopg.Error as error:
            self._forget()
            raise StoreError(f"ledger: {str(error).splitlines()[0]}", self.where, "try again") from error


def _every_row(db: Any, tables: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for table in tables:
        found = db.execute(f"SELECT * FROM {table}")
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
        raise StoreError(f"a row of no table that is known: {table!r}", do="choose another backup")
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
