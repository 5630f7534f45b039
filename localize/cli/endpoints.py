"""localize endpoints check"""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Describe the commands."""
    endpoints = commands.add_parser("endpoints", help="served models, as endpoints.toml names them")
    check = endpoints.add_subparsers(required=True, metavar="action").add_parser(
        "check", help="try each with a sample: what it can, how long it takes, what it costs"
    )
    check.add_argument("name", nargs="*", help="endpoints; none means all")
    check.add_argument("--series", default="", help="with the endpoints of a series' own file")
    check.add_argument("--allow-non-commercial", action="store_true", help="this use is not commercial")
    check.set_defaults(do=_check)


def _check(args: argparse.Namespace) -> int:
    from ..engines.base import EngineContext
    from ..engines.catalogue import Engines
    from ..engines.served.sample import try_out
    from ..models import registry
    from ..settings import load_settings

    settings = load_settings()
    known = registry.load(settings, args.allow_non_commercial)
    engines = Engines(EngineContext(settings, known, series=args.series))
    names = args.name or list(engines.context.endpoints)
    if not names:
        print(f"no endpoint is set: write {settings.endpoints}, see models/README.md")
        return 0
    status = 0
    for name in names:
        engines.served(name)  # an unknown name is said before anything is tried
    for name in names:
        tried = try_out(engines, name)
        status = max(status, 0 if tried.ok else 1)
        print(f"{name}: {'serves' if tried.ok else 'does not serve'}, {tried.seconds:.2f} s, {tried.price}")
        for line in tried.told:
            print(f"  {line}")
    return status
