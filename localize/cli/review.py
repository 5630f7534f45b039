"""localize export | import: lines to a linguist's tool and back"""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Describe the commands."""
    export = commands.add_parser("export", help="write a variant's lines as XLIFF 2")
    export.add_argument("report", type=Path, help="report.json of a variant, or the variant's folder")
    export.add_argument("file", type=Path, help="where to, e.g. E01.es-419.xlf")
    export.set_defaults(do=_export)
    take = commands.add_parser("import", help="take an edited XLIFF or SRT back into the series' memory")
    take.add_argument("file", type=Path, help="the .xlf, .xliff or .srt that came back")
    take.add_argument("report", type=Path, help="report.json of the variant it belongs to, or the variant's folder")
    take.set_defaults(do=_import)


def _export(args: argparse.Namespace) -> int:
    from .. import settings
    from ..files import write_text
    from ..review import edited_lines, xliff

    report = edited_lines.read_report(args.report)
    language = settings.load_settings().language(report["language"])
    write_text(args.file, xliff.dumps(report, language.cps))
    print(f"{args.file}: {len(report['lines'])} lines of {report['episode']['name']} in {report['language']}")
    return 0


def _import(args: argparse.Namespace) -> int:
    from .. import settings
    from ..review import edited_lines
    from ..session import open_series, remember
    from ..storage.ledger import open_ledger

    report = edited_lines.read_report(args.report)
    loaded = settings.load_settings()
    ledger = open_ledger(loaded)
    bible = open_series(loaded, ledger, report["series"])
    entries = edited_lines.changed(args.file, report)
    source, target = report["episode"]["source_lang"], report["language"]
    remember(ledger, bible, source, target, entries, getpass.getuser(), "return")
    print(f"{bible.name} {target}: {len(entries)} lines changed or approved; the next run redoes these")
    return 0
