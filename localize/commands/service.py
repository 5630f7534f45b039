"""localize status | gc: the service from the command line"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any


def add(commands: Any) -> None:
    """Describe the commands."""
    status = commands.add_parser("status", help="episodes by markets: what is done, what is stuck and why")
    status.add_argument("--series")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(do=_status)
    gc = commands.add_parser("gc", help="take away blobs that no step and no delivered variant needs")
    gc.add_argument("--keep-days", type=float, default=30.0, help="steps younger than this stay")
    gc.add_argument("--dry-run", action="store_true", help="only say what would go")
    gc.set_defaults(do=_gc)


def _status(args: argparse.Namespace) -> int:
    from rich.console import Console

    from ..service.office import open_office
    from ..service.status import show, standings

    rows = standings(open_office(), args.series)
    if args.json:
        print(json.dumps([asdict(r) for r in rows], indent=1))
    else:
        show(rows, Console(width=None if Console().is_terminal else 160))
    return 0


def _gc(args: argparse.Namespace) -> int:
    from .. import config
    from ..retention import sweep
    from ..store import Store
    from ..studio import open_ledger

    settings = config.load()
    swept = sweep(open_ledger(settings), Store(settings.home / "store"), args.keep_days, args.dry_run)
    verb = "would go" if args.dry_run else "are gone"
    print(f"{swept.steps} steps and {swept.blobs} blobs ({swept.bytes / 1e6:.0f} MB) {verb}; {swept.kept} blobs stay")
    return 0
