"""The tables of the ledger by version, and the way from any older version to this program's.

A version is a list of statements that is never changed once it was released; a new one is added below. Databases that
were written before versions were counted hold VERSIONS[0] and no row in `schema_version`.
"""

from __future__ import annotations

from ..errors import StoreError
from .database import Statements

TABLES_1 = """
CREATE TABLE IF NOT EXISTS sources (
  path TEXT PRIMARY KEY, size BIGINT NOT NULL, mtime_ns BIGINT NOT NULL, inode BIGINT NOT NULL, sha256 TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS steps (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL, blob TEXT NOT NULL, run TEXT NOT NULL,
  done_at DOUBLE PRECISION NOT NULL, wall_s DOUBLE PRECISION NOT NULL
);
CREATE INDEX IF NOT EXISTS steps_by_run ON steps (run, name);
CREATE TABLE IF NOT EXISTS deliveries (
  folder TEXT PRIMARY KEY, key TEXT NOT NULL, series TEXT NOT NULL, episode TEXT NOT NULL, market TEXT NOT NULL,
  verdict TEXT NOT NULL, files TEXT NOT NULL, run TEXT NOT NULL, done_at DOUBLE PRECISION NOT NULL
);
CREATE TABLE IF NOT EXISTS leases (key TEXT PRIMARY KEY, owner TEXT NOT NULL, until DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS episodes (
  series TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, sha256 TEXT NOT NULL, folder TEXT NOT NULL,
  file TEXT NOT NULL, admitted_at DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (series, name, revision), UNIQUE (series, sha256)
);
CREATE TABLE IF NOT EXISTS variants (
  series TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, market TEXT NOT NULL, state TEXT NOT NULL,
  verdict TEXT NOT NULL, why TEXT NOT NULL, tries BIGINT NOT NULL, at DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (series, name, revision, market)
);
CREATE TABLE IF NOT EXISTS sightings (path TEXT PRIMARY KEY, mark TEXT NOT NULL, since DOUBLE PRECISION NOT NULL);
CREATE TABLE IF NOT EXISTS decisions (
  id TEXT PRIMARY KEY, series TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, market TEXT NOT NULL,
  decision TEXT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL, at DOUBLE PRECISION NOT NULL
);
CREATE TABLE IF NOT EXISTS beats (who TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL)
"""

# steps: last use, failures that are kept for a while, the blobs that an output names; leases: a fencing token; variants and decisions: the digest
# of what was looked at; the memory and the enrolled voices as rows; what a series' rules said when they were last read
TABLES_2 = """
ALTER TABLE steps ADD COLUMN used_at DOUBLE PRECISION NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN error TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN until DOUBLE PRECISION;
ALTER TABLE steps ADD COLUMN names TEXT;
ALTER TABLE leases ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE episodes ADD COLUMN unfinished BIGINT NOT NULL DEFAULT 1;
CREATE INDEX episodes_unfinished ON episodes (admitted_at) WHERE unfinished = 1;
ALTER TABLE variants ADD COLUMN digest TEXT NOT NULL DEFAULT '';
CREATE INDEX variants_by_state ON variants (state);
ALTER TABLE decisions ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN answer TEXT;
CREATE UNIQUE INDEX decisions_by_answer ON decisions (answer);
CREATE INDEX decisions_by_episode ON decisions (series, name, revision);
CREATE TABLE questions (
  run TEXT NOT NULL, slot TEXT NOT NULL, series TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL,
  market TEXT NOT NULL, digest TEXT NOT NULL, asked_at DOUBLE PRECISION NOT NULL, answered_at DOUBLE PRECISION,
  PRIMARY KEY (run, slot)
);
CREATE TABLE remembered (
  id TEXT PRIMARY KEY, series TEXT NOT NULL, source_lang TEXT NOT NULL, target_lang TEXT NOT NULL,
  source TEXT NOT NULL, before TEXT NOT NULL, pieces TEXT NOT NULL, who TEXT NOT NULL, how TEXT NOT NULL,
  episode TEXT NOT NULL, revision BIGINT NOT NULL, digest TEXT NOT NULL, at DOUBLE PRECISION NOT NULL
);
CREATE INDEX remembered_by_pair ON remembered (series, target_lang, source_lang, at);
CREATE TABLE enrolled (
  id TEXT PRIMARY KEY, series TEXT NOT NULL, character TEXT NOT NULL, vectors TEXT NOT NULL, who TEXT NOT NULL,
  at DOUBLE PRECISION NOT NULL
);
CREATE INDEX enrolled_by_series ON enrolled (series, at);
CREATE TABLE series_rules (
  series TEXT PRIMARY KEY, mark TEXT NOT NULL, text TEXT NOT NULL, problem TEXT NOT NULL
)
"""
VERSIONS = (TABLES_1, TABLES_2)
_VERSION_TABLE = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"


def version_of(do: Statements) -> int:
    """The version that a database holds; 0 where none is written. The table must be there."""
    found = do.all("SELECT version FROM schema_version")
    return int(found[0][0]) if found else 0


def migrate(do: Statements, where: str, to: int = len(VERSIONS)) -> None:
    """Bring a database forward inside a transaction that nobody else migrates beside.

    Raises StoreError for a database of a newer program.
    """
    do.write(_VERSION_TABLE)
    held = version_of(do)
    if held > to:
        raise StoreError(f"ledger is of version {held}, this program knows {to}", where, "use the newer program")
    for number in range(held, to):
        for statement in VERSIONS[number].split(";"):
            if statement.strip():
                do.write(statement)
    if held < to:
        do.write("DELETE FROM schema_version")
        do.write("INSERT INTO schema_version VALUES (?)", (to,))
