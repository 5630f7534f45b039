"""localize export | import: lines to a linguist's tool and back"""

from __future__ import annotations

import argparse
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
    from ..series.bible import open_bible

    report = edited_lines.read_report(args.report)
    bible = open_bible(settings.load_settings(), report["series"])
    path = bible.memory_path(report["language"])
    entries = edited_lines.take_back(args.file, report, path, bible.terms)
    print(f"{path}: {len(entries)} lines changed or approved; the next run redoes these")
    return 0
