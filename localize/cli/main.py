"""The command line: localize run | models | endpoints | cast | memory | glossary | export | import | bench | status | gc | demo."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from .. import __version__
from ..errors import InputError, LocalizeError, ModelError, StoreError
from . import bench, endpoints, models, review, series, service

EXIT_OK, EXIT_FAILED, EXIT_UNUSABLE = 0, 1, 2


def main(argv: list[str] | None = None) -> int:
    """Entry point; the exit status is 0 (all pass or review), 1 (a variant failed) or 2 (unusable input)."""
    parser = _parser()
    args = parser.parse_args(_keep_dashes(sys.argv[1:] if argv is None else argv))
    try:
        return int(args.do(args))
    except KeyboardInterrupt:
        print("stopped; what was done is kept, run the same command to go on", file=sys.stderr)
        return 130
    except (InputError, ModelError, StoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_UNUSABLE
    except LocalizeError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_FAILED


def _keep_dashes(argv: list[str]) -> list[str]:
    """An existing file whose name begins with a dash is an input, not an option."""

    def is_file(text: str) -> bool:
        try:
            return Path(text).is_file()
        except (OSError, ValueError):
            return False

    return [f"./{a}" if a.startswith("-") and is_file(a) else a for a in argv]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("localize", description="Dub, subtitle and check short drama for many markets.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="localize episodes in this process")
    add_run_options(run)
    run.add_argument(
        "--also", action="append", metavar="WHAT", help="ass, ttml, sdh or burned subtitles besides; again for more"
    )
    run.add_argument(
        "--cover", metavar="WAY", help="blur, box or inpaint subtitles in the picture and draw the market's own there"
    )
    run.set_defaults(do=_run)

    for family in (models, endpoints, series, review, bench, service):
        family.add(commands)

    demo = commands.add_parser("demo", help="make the demo series")
    demo.add_argument("folder", type=Path)
    demo.add_argument("--episode", action="append", help="only this episode")
    demo.add_argument("--samples", action="store_true", help="also record a sample of each voice")
    demo.set_defaults(do=_demo)
    return parser


def add_run_options(run: argparse.ArgumentParser) -> None:
    """The options of `localize run`, which the flow's own command shares."""
    run.add_argument("input", nargs="+", type=Path, metavar="INPUT", help="episodes, or folders of them")
    run.add_argument("--series", default="untitled", help="folder of glossaries/ with names, cast and memory")
    run.add_argument("--market", action="append", metavar="NAME", help="us, latam, brazil, india, china, or one of your own; again for more; default: all")
    run.add_argument("--source-lang", metavar="LANG", help="language of the episodes; default: heard")
    run.add_argument("--out", type=Path, default=Path("out"), metavar="DIR")
    run.add_argument("--allow-non-commercial", action="store_true", help="this use is not commercial")


def _run(args: argparse.Namespace) -> int:
    from .run import run

    return run(args)


def _demo(args: argparse.Namespace) -> int:
    from ..demo.build import build
    from ..session import open_session
    from ..settings import load_settings

    # the actors sound the same everywhere, whichever graph is the fastest here
    session = open_session(settings=replace(load_settings(), voice_graph="float"))
    for path in build(args.folder, session.engines, args.episode, args.samples):
        print(path)
    return EXIT_OK


