"""`localize run`: episodes one after the other in this process, with a progress bar and a table at the end."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ..delivery import report_page
from ..delivery.result import Delivered
from ..errors import InputError, OptionError
from ..markets import Market
from ..media.sidecars import sidecars_of
from ..pipeline.admit import admit, episode_name
from ..pipeline.episode import run_episode
from ..pipeline.results import Failed, failed
from ..records import Verdict
from ..series.bible import Bible
from ..session import Session, open_series, open_session
from ..settings import Settings, load_settings
from ..transcript.steps import listen
from .bring import bring_once
from .inputs import inputs
from .tables import results_table


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 all pass or review, 1 a variant failed, 2 an input or option that cannot be used."""
    settings = load_settings()
    markets = settings.chosen(args.market or (), args.also or (), args.cover or "")
    check_language(settings, args.source_lang)
    session = open_session(args.series, settings, args.allow_non_commercial)
    check_before(session.bible, markets, args.out)
    if args.series != "untitled" and not session.bible.folder.is_dir():
        print(f"note: series {args.series!r} has no folder in {settings.glossaries}: no name is locked", file=sys.stderr)
    bring_once(settings, session.engines.context.registry, (args.source_lang or "en").split("-")[0].lower(), markets)
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
        for path, following in zip_longest(paths, paths[1:]):
            try:
                session = of_episode(session, args.series, path)
                shown = escape(episode_name(path))
                notice = lambda text, shown=shown: bars.update(task, description=f"{shown}: {text}")  # noqa: E731
                ahead = partial(listen_ahead, session, sum(session.steps.ran.values()), args, following)
                results += run_episode(session, path, markets, args.out, args.source_lang, notice=notice, ahead=ahead)
            except InputError as error:
                unusable.append(str(error))
            except Exception as error:
                results += [failed(session, episode_name(path), m.name, error) for m in markets]
            bars.advance(task)
    finish(results, unusable, args.out, Console(width=None if Console().is_terminal else 180))
    return status(results, unusable)


def of_episode(session: Session, series: str, path: Path) -> Session:
    """The session with the series' bible as it is now, and the episode's own cast. Raises LocalizeError."""
    own = sidecars_of(path).get("cast")
    return replace(session, bible=open_series(session.settings, session.ledger, series, own))


def listen_ahead(session: Session, ran: int, args: argparse.Namespace, path: Path | None) -> None:
    """Listen to the next episode, if there is one, while the last market of this one is made.

    Where this one was done already (no step more than `ran` was run), the next most likely is too.
    """
    if path is not None and sum(session.steps.ran.values()) > ran:
        session = of_episode(session, args.series, path)
        listen(session, admit(session, path, args.source_lang), args.source_lang)


def finish(results: list[Delivered | Failed], unusable: Iterable[str], out: Path, console: Console) -> None:
    """The table, the errors, and the one path to open."""
    if results:
        results_table(results, console)
    for error in unusable:
        print(f"error: {error}", file=sys.stderr)
    for result in results:
        if isinstance(result, Failed):
            print(f"error: {result.episode} {result.market}: {result.error}", file=sys.stderr)
        elif result.verdict == Verdict.FAIL:  # the table has room for the beginning alone
            print(f"error: {result.episode} {result.market}: {'; '.join(result.reasons)}", file=sys.stderr)
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
        (out / "index.html").write_text(report_page.index(rows), encoding="utf-8")
        print(f"open {out / 'index.html'}")


def status(results: Iterable[Delivered | Failed], unusable: Iterable[str]) -> int:
    """The exit status of a run."""
    results = list(results)
    if list(unusable) or any(isinstance(r, Failed) and r.unusable for r in results):
        return 2
    bad = [r for r in results if isinstance(r, Failed) or r.verdict == Verdict.FAIL]
    return 1 if bad else 0


def check_before(bible: Bible, markets: list[Market], out: Path) -> None:
    """Read every memory that the run may need, and see that `out` can be written, before any work is done.

    Raises SidecarError, OptionError.
    """
    for tag in {t for m in markets for t in (m.language, *m.extra_subtitles)}:
        bible.memory_of("en", tag)
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
