"""`localize run`: episodes one after the other in this process, with a progress bar and a table at the end."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from . import media, memory, report
from .config import Market, Settings, load
from .deliver import Delivered
from .errors import InputError, OptionError
from .model import Verdict
from .pipeline import Failed, failed, run_episode
from .show import results_table
from .stages import episode_name
from .studio import Bible, open_bible, open_studio


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 all pass or review, 1 a variant failed, 2 an input or option that cannot be used."""
    settings = load()
    markets = settings.chosen(args.market or (), args.also or ())
    check_language(settings, args.source_lang)
    studio = open_studio(args.series, settings, args.allow_non_commercial)
    check_before(studio.bible, markets, args.out)
    paths, unusable = inputs(args.input)
    console = Console(stderr=True)
    results: list[Delivered | Failed] = []
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("episodes", total=len(paths))
        for path in paths:
            try:
                own = media.sidecars(path).get("cast")
                studio = replace(studio, bible=open_bible(settings, args.series, own))
                shown = escape(episode_name(path))
                notice = lambda text, shown=shown: bars.update(task, description=f"{shown}: {text}")  # noqa: E731
                results += run_episode(studio, path, markets, args.out, args.source_lang, notice)
            except InputError as error:
                unusable.append(str(error))
            except Exception as error:
                results += [failed(studio, episode_name(path), m.name, error) for m in markets]
            bars.advance(task)
    finish(results, unusable, args.out, Console(width=None if Console().is_terminal else 180))
    return status(results, unusable)


def finish(results: list[Delivered | Failed], unusable: Iterable[str], out: Path, console: Console) -> None:
    """The table, the errors, and the one path to open."""
    if results:
        results_table(results, console)
    for error in unusable:
        print(f"error: {error}", file=sys.stderr)
    for result in results:
        if isinstance(result, Failed):
            print(f"error: {result.episode} {result.market}: {result.error}", file=sys.stderr)
    delivered = [r for r in results if isinstance(r, Delivered)]
    if delivered:
        rows = [
            (
                r.episode,
                r.market,
                str(r.verdict),
                "; ".join(r.reasons),
                str((r.folder / "report.html").relative_to(out)),
            )
            for r in delivered
        ]
        (out / "index.html").write_text(report.index(rows), encoding="utf-8")
        print(f"open {out / 'index.html'}")


def status(results: Iterable[Delivered | Failed], unusable: Iterable[str]) -> int:
    """The exit status of a run."""
    results = list(results)
    if list(unusable) or any(isinstance(r, Failed) and r.unusable for r in results):
        return 2
    bad = [r for r in results if isinstance(r, Failed) or r.verdict == Verdict.FAIL]
    return 1 if bad else 0


def inputs(given: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """Episodes in the order given, folders opened; and what cannot be used, one line each."""
    paths: list[Path] = []
    unusable: list[str] = []
    for path in given:
        try:
            is_folder = path.is_dir()
        except (OSError, ValueError) as error:
            unusable.append(str(InputError(f"cannot be read: {error}", str(path), "check the name")))
            continue
        if is_folder:
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in media.SUFFIXES and p.is_file())
            paths += inside
            if not inside:
                unusable.append(
                    str(InputError("holds no video", str(path), f"name a file, or one of {sorted(media.SUFFIXES)}"))
                )
        else:
            paths.append(path)
    names: dict[str, Path] = {}
    kept = []
    for path in dict.fromkeys(paths):
        other = names.setdefault(episode_name(path), path)
        if other is path:
            kept.append(path)
        else:
            what = f"has the same episode name as {other}"
            unusable.append(str(InputError(what, str(path), "rename one, or run them into different --out folders")))
    return kept, unusable


def check_before(bible: Bible, markets: list[Market], out: Path) -> None:
    """Read every memory that the run may need, and see that `out` can be written, before any work is done.

    Raises SidecarError, OptionError.
    """
    for tag in {t for m in markets for t in (m.language, *m.extra_subtitles)}:
        memory.load(bible.folder, "en", tag)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except (OSError, ValueError) as error:
        raise OptionError(f"--out {str(out)!r} cannot be written: {error}", do="choose another folder") from error


def check_language(settings: Settings, tag: str | None) -> None:
    """Raises OptionError for a source language that is no tag."""
    if tag is not None and not (tag.replace("-", "").isalnum() and 2 <= len(tag.split("-")[0]) <= 3):
        known = ", ".join(sorted(settings.languages))
        raise OptionError(f"--source-lang {tag!r} is no language tag", do=f"write for example {known}")
