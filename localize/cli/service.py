"""localize status | health | gc | backup | restore: the service from the command line"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from ..errors import OptionError


def add(commands: Any) -> None:
    """Describe the commands."""
    status = commands.add_parser("status", help="episodes by markets: what is done, what is stuck and why")
    status.add_argument("--series")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(do=_status)
    gc = commands.add_parser("gc", help="take away blobs that no step and no delivered variant needs")
    gc.add_argument("--keep-days", type=float, default=30.0, help="steps used since then stay")
    gc.add_argument("--dry-run", action="store_true", help="only say what would go")
    gc.set_defaults(do=_gc)
    health = commands.add_parser("health", help="whether every part of the service is there; exit status 1 where not")
    health.add_argument(
        "--part", action="append", help="only this: disk, ledger, store, bucket, series, engines, watcher, server, workers"
    )
    health.add_argument("--json", action="store_true", help="for programs")
    health.set_defaults(do=_health)
    backup = commands.add_parser("backup", help="copy ledger and store into a folder or an S3 bucket")
    backup.add_argument("target", metavar="DIR|URL", help="a folder, or s3://BUCKET/PREFIX")
    backup.add_argument("--keep", type=int, metavar="N", help="take older backups away, so that N stay")
    backup.set_defaults(do=_backup)
    restore = commands.add_parser("restore", help="put a backup back into ledger and store")
    restore.add_argument("target", metavar="DIR|URL")
    restore.add_argument("--at", default="", metavar="NAME", help="which backup; default: the newest")
    restore.add_argument("--replace", action="store_true", help="lose what the ledger holds now")
    restore.set_defaults(do=_restore)


def _status(args: argparse.Namespace) -> int:
    from rich.console import Console

    from ..service.service import open_service
    from ..service.status import left_in_inbox, show, standings

    office = open_service()
    rows = standings(office, args.series)
    if args.json:
        print(json.dumps([asdict(r) for r in rows], indent=1))
    else:
        show(rows, left_in_inbox(office, args.series), Console(width=None if Console().is_terminal else 160))
    return 0


def _gc(args: argparse.Namespace) -> int:
    from ..settings import load_settings
    from ..storage.blobs import open_store
    from ..storage.ledger import open_ledger
    from ..storage.retention import sweep

    if not args.keep_days >= 0:
        raise OptionError(f"--keep-days {args.keep_days:g} is no number of days", do="write 0 or more")
    settings = load_settings()
    swept = sweep(open_ledger(settings), open_store(settings), args.keep_days, args.dry_run)
    verb = "would go" if args.dry_run else "are gone"
    print(f"{swept.steps} steps and {swept.blobs} blobs ({swept.bytes / 1e6:.0f} MB) {verb}; {swept.kept} blobs stay")
    for name, number in sorted(swept.by_step.items()):
        print(f"  {number} of {name}, not used for {args.keep_days:g} days")
    for why in swept.why:
        print(f"  {why}")
    return 0


def _health(args: argparse.Namespace) -> int:
    from ..service.health import PARTS, look
    from ..settings import load_settings

    if unknown := set(args.part or ()) - set(PARTS):
        raise OptionError(f"--part {', '.join(sorted(unknown))} is unknown", do=f"choose from {', '.join(PARTS)}")
    found = look(load_settings(), args.part or PARTS)
    if args.json:
        print(json.dumps([asdict(p) for p in found], indent=1))
    else:
        for part in found:
            print(f"{part.name:8} {'ok' if part.ok else 'NOT OK':7} {part.text}")
    return 0 if all(p.ok for p in found) else 1


def _backup(args: argparse.Namespace) -> int:
    from ..settings import load_settings
    from ..storage import backup
    from ..storage.blobs import open_store
    from ..storage.bucket import s3_options
    from ..storage.ledger import open_ledger

    if args.keep is not None and args.keep < 1:
        raise OptionError(f"--keep {args.keep} would leave no backup", do="write 1 or more")
    settings = load_settings()
    to = backup.target(args.target, s3_options(settings))
    made = backup.make(open_ledger(settings), open_store(settings), to, args.keep)
    print(f"{made.name}: {made.rows} rows, {made.blobs} blobs, {made.new_bytes / 1e6:.1f} MB new in {to.url}")
    if made.left_out:
        print(f"{made.left_out} blobs are gone or damaged in the store; their steps are left out and made again")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from ..settings import load_settings
    from ..storage import backup
    from ..storage.blobs import open_store
    from ..storage.bucket import s3_options
    from ..storage.ledger import open_ledger

    settings = load_settings()
    at = backup.target(args.target, s3_options(settings))
    done = backup.restore(open_ledger(settings), open_store(settings), at, args.at, args.replace)
    print(f"{done.name} is back: {done.rows} rows, {done.blobs} blobs, {done.new_bytes / 1e6:.1f} MB copied")
    return 0
