"""What a disturbed run must have left: the same as an undisturbed one, and nothing besides."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from localize.service.episodes import DELIVERED, EpisodeRecords, key_of
from localize.service.service import Service, open_service
from localize.settings import Settings
from localize.storage.blobs import open_store
from localize.storage.ledger import open_ledger
from tests.torture.stand_ins import EDIT, REVIEWED, lines_of, programme, translated


def empty(settings: Settings, url: str, s3: str) -> None:
    """Servers as a run finds them: no table, a bucket of its own, and the series' rules."""
    if url:
        import psycopg

        with psycopg.connect(url, autocommit=True) as db:
            db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    if s3:
        import boto3

        boto3.client("s3", endpoint_url=s3).create_bucket(Bucket=settings.bucket.split("/")[2])
    open_ledger(settings)
    service = open_service(settings)
    service.bucket.write("inbox/night/series.toml", b'markets = ["us", "latam"]\n')


def where(settings: Settings) -> str:
    """Where every variant stands, in one line."""
    service = open_service(settings)
    known = [f"{k.name} r{k.revision}" for k in service.books.episodes()]
    return f"{known} {[(v.name, v.revision, v.market, v.state, v.why[:80]) for v in service.books.variants()]}"


def texts_of(name: str, sha256: str, market: str, tag: str) -> list[str]:
    """What an undisturbed run delivers: the engine's lines, and a person's where one edited."""
    texts = [translated(line, tag) for line in lines_of(sha256)]
    if name == "E01" and market == REVIEWED:
        texts[2] = EDIT.partition(": ")[2]
    return texts


def complaints(
    settings: Settings, series: str, expected: dict[tuple[str, str], bytes], accepted: list[list[Any]]
) -> list[str]:
    """Whatever is not as it must be."""
    service = open_service(settings)
    found: list[str] = []
    for (name, market), data in expected.items():
        tag = settings.market(market).language
        sound = programme(texts_of(name, hashlib.sha256(data).hexdigest(), market, tag))
        lies = {e.name.rsplit("/", 1)[1] for e in service.bucket.list(f"outbox/{series}/{name}/{market}")}
        if lies != {f"{name}.bin", "report.json", "report.html", "manifest.json"}:
            found.append(f"{name} {market}: the outbox holds {sorted(lies)}")
            continue
        if service.bucket.read(f"outbox/{series}/{name}/{market}/{name}.bin") != sound:
            found.append(f"{name} {market}: other bytes than an undisturbed run delivers")
        manifest = json.loads(service.bucket.read(f"outbox/{series}/{name}/{market}/manifest.json") or b"{}")
        for file, facts in manifest["files"].items():
            sent = service.bucket.read(f"outbox/{series}/{name}/{market}/{file}") or b""
            if hashlib.sha256(sent).hexdigest() != facts["sha256"]:
                found.append(f"{name} {market}: {file} is not what its manifest says")
    return found + _rows(settings, service, accepted) + _left(service, series)


def _rows(settings: Settings, service: Service, accepted: list[list[Any]]) -> list[str]:
    """What is wrong in the ledger and the store."""
    found: list[str] = []
    ledger, store, books = service.books.ledger, open_store(settings), service.books
    found += [f"a failure is kept: {f}" for f in ledger.failures()]
    for key, name, blob in ledger.db.all("SELECT key, name, blob FROM steps"):
        data = store.get(blob)
        if data is None:
            found.append(f"step {name} {key[:8]} points at nothing")
        elif name == "translate" and (b'"error"' in data or b'"text":""' in data):
            found.append(f"a failure is kept as the result of a translation: {data!r}")
    found += [f"a lease is left: {k}" for k in ledger.leased()]
    kept = {d.answer: d for k in _every(books) for d in books.decisions(k) if d.answer}
    for name, revision, decision, digest, answer in accepted:
        row = kept.get(answer)
        if row is None:
            found.append(f"lost: {decision} of {name} r{revision}")
        elif (row.name, row.revision, row.decision, row.digest) != (name, revision, decision, digest):
            found.append(f"applied elsewhere: {decision} of {name} r{revision} became {row}")
    for known in books.episodes():
        for market in service.markets_of(known.series):
            variant = books.variant(known, market)
            if variant is None or variant.state != DELIVERED or market != REVIEWED:
                continue
            if not any(d.decision == "approve" and d.digest == variant.digest for d in books.decisions(known)):
                found.append(f"{key_of(known)} {market} went out and nobody approved this very variant")
    rows = ledger.db.all("SELECT source, episode, revision FROM remembered WHERE how='edit'")
    found += [f"an edit went elsewhere: {r}" for r in rows if r[1:] != ("E01", 1) or not r[0].startswith("Line 2 of ")]
    return found


def _every(books: EpisodeRecords) -> list[Any]:
    """Every revision of every episode."""
    from localize.service.episodes import KNOWN, Known

    return [Known(*row) for row in books.db.all(f"SELECT {KNOWN} FROM episodes")]


def _left(service: Service, series: str) -> list[str]:
    """Files that should lie nowhere any more."""
    allowed = {f"inbox/{series}/series.toml"}
    found = [f"left in the inbox: {e.name}" for e in service.bucket.list("inbox") if e.name not in allowed]
    found += [f"put into quarantine: {e.name}" for e in service.bucket.list("quarantine")]
    return found
