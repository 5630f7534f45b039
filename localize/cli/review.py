"""localize export | import: lines to a linguist's tool and back"""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Describe the commands."""
    export = commands.add_parser("export", help="write a variant's lines as XLIFF")
    export.add_argument("report", type=Path, help="report.json of a variant, or the variant's folder")
    export.add_argument("file", type=Path, help="where to, e.g. E01.es-419.xlf")
    export.add_argument("--xliff", choices=("2.0", "2", "1.2"), default="2.0", help="1.2 for tools that cannot read 2.0")
    export.set_defaults(do=_export)
    take = commands.add_parser("import", help="take an edited XLIFF or subtitle file back into the series' memory")
    take.add_argument("file", type=Path, help="the .xlf, .xliff, .srt, .vtt, .ass or .ttml that came back")
    take.add_argument("report", type=Path, help="report.json of the variant it belongs to, or the variant's folder")
    take.set_defaults(do=_import)


def _export(args: argparse.Namespace) -> int:
    from .. import settings
    from ..files import write_text
    from ..review import edited_lines, xliff, xliff12

    report = edited_lines.read_report(args.report)
    language = settings.load_settings().language(report["language"])
    writer = xliff12.dumps if args.xliff == "1.2" else xliff.dumps
    write_text(args.file, writer(report, language.cps))
    print(f"{args.file}: {len(report['lines'])} lines of {report['episode']['name']} in {report['language']}")
    return 0


def _import(args: argparse.Namespace) -> int:
    from .. import settings
    from ..review import edited_lines
    from ..session import open_series, remember
    from ..storage.ledger import open_ledger
    from ..transcript import tongue

    report = edited_lines.read_report(args.report)
    loaded = settings.load_settings()
    ledger = open_ledger(loaded)
    bible = open_series(loaded, ledger, report["series"])
    back = edited_lines.changed(args.file, report)
    source, target = report["episode"]["source_lang"], report["language"]
    remember(ledger, bible, source, target, back.entries, getpass.getuser(), "return")
    for note in back.notes:
        print(f"note: {note}")
    if told := tongue.strange([e.target for e in back.entries], target):
        print(f"note: {args.file.name} may not be in {target}: {told}")
    print(f"{bible.name} {target}: {len(back.entries)} lines changed or approved; the next run redoes these")
    return 0
