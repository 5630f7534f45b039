"""The flow for one episode, and its command:  python -m flows.episode INPUT... (the options of `localize run`)."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flows import setup as _setup  # noqa: F401  (sets Prefect's environment before it is imported)

# isort: split
from prefect import flow
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.logging.configuration import setup_logging
from prefect.logging.handlers import PrefectConsoleHandler
from rich.console import Console

from flows import server, tasks
from localize.cli import inputs, run
from localize.cli import main as cli
from localize.errors import InputError, LocalizeError, ModelError, ServerError, StoreError
from localize.pipeline.admit import episode_name
from localize.pipeline.episode import Result, run_episode
from localize.pipeline.results import Failed as FailedVariant
from localize.records import Verdict
from localize.series.bible import open_bible
from localize.settings import load_settings


class VariantsFailed(LocalizeError):
    """A run in which a variant failed; `results` holds all that were made."""

    def __init__(self, episode: str, markets: list[str], results: list[Result]) -> None:
        super().__init__(f"failed for {', '.join(markets)}", episode, "see the reports of these variants")
        self.args = (episode, markets, results)
        self.results = results


@flow(name="localize-episode", flow_run_name="{path.stem} / {markets}", persist_result=False, validate_parameters=False)
def localize_episode(
    path: Path,
    series: str = "untitled",
    markets: list[str] | None = None,
    out: Path = Path("out"),
    source_lang: str | None = None,
    allow_non_commercial: bool = False,
) -> list[Result]:
    """Localize one episode for some markets; none named means all.

    The run fails where a variant does; the other variants are still made.
    """
    results = make_variants(path, series, markets, out, source_lang, allow_non_commercial)
    bad = [r.market for r in results if isinstance(r, FailedVariant) or r.verdict == Verdict.FAIL]
    if bad:
        raise VariantsFailed(path.stem, bad, results)
    return results


def make_variants(
    path: Path,
    series: str,
    markets: list[str] | None,
    out: Path,
    source_lang: str | None = None,
    allow_non_commercial: bool = False,
    ended: Callable[[Result], None] = lambda _result: None,
) -> list[Result]:
    """The tasks of one episode inside the flow that calls; `ended` is told of each market as it is done.

    Raises InputError where the episode itself cannot be used.
    """
    session = tasks.session_for(series, path, allow_non_commercial)
    wanted = session.settings.chosen(markets or ())
    results = run_episode(session, path, wanted, out, source_lang, stages=tasks.STAGES, ended=ended)
    _artifacts(episode_name(path), results)
    return results


def _artifacts(episode: str, results: list[Result]) -> None:
    """A verdict table, the checks that did not pass, and a link to each report."""
    key = slug(episode)
    rows = ["| market | verdict | names | overlap | rate | LUFS | why |", "|---|---|---|---|---|---|---|"]
    flagged = []
    for r in results:
        if isinstance(r, FailedVariant):
            rows.append(f"| {r.market} | **fail** | | | | | {_cell(r.error)} |")
            continue
        m = r.metrics
        figures = (
            f"{m['term_success']:.0%} | {m['speech_overlap']:.2f} | {m['max_rate']:.2f} | {m['loudness_lufs']:.1f}"
        )
        rows.append(
            f"| {r.market} | **{r.verdict}** | {figures} | {_cell('; '.join(r.reasons)) or 'all checks pass'} |"
        )
        flagged += [{"market": r.market, "what": reason} for reason in r.reasons]
        link = (r.folder / "report.html").absolute().as_uri()
        name, slot = f"{episode} {r.market} report", f"report-{key}-{r.market}"
        server.show(partial(create_link_artifact, link, name, key=slot))
    text = "\n".join([f"### {episode}", "", *rows])
    server.show(lambda: create_markdown_artifact(text, key=f"verdicts-{key}"))
    if flagged:
        told = f"What a person should look at in {episode}"
        server.show(lambda: create_table_artifact(flagged, key=f"flags-{key}", description=told))


def slug(name: str) -> str:
    """A name as an artifact's key may be written."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-") or "episode"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def run_jobs(
    jobs: list[tuple[Path, list[str]]],
    series: str,
    out: Path,
    source_lang: str | None = None,
    allow_non_commercial: bool = False,
) -> tuple[list[Result], list[str]]:
    """One flow run for each (episode, markets), in order; the results, and a line for each unusable episode."""
    results: list[Result] = []
    unusable: list[str] = []
    shown = Console(stderr=True)
    for number, (path, names) in enumerate(jobs, start=1):
        shown.print(f"[{number}/{len(jobs)}] {path.name}: {', '.join(names)}", markup=False, highlight=False)
        try:
            results += localize_episode(path, series, names, out, source_lang, allow_non_commercial)
        except VariantsFailed as error:
            results += error.results
        except InputError as error:
            unusable.append(str(error))
        except LocalizeError as error:
            results += [FailedVariant(path.stem, n, str(error)) for n in names]
    return results, unusable


def _without_traces() -> None:
    """What fails is one line of ours at the end; Prefect's traces of it go to its server alone, not to the terminal."""
    setup_logging()
    for name in ("", "prefect", "prefect.flow_runs", "prefect.task_runs"):
        for handler in logging.getLogger(name).handlers:
            if isinstance(handler, PrefectConsoleHandler):
                handler.addFilter(lambda record: not record.exc_info)


def main(argv: list[str] | None = None) -> int:
    """The same options, output and exit status as `localize run`, with every stage a task in Prefect."""
    parser = argparse.ArgumentParser("python -m flows.episode")
    cli.add_run_options(parser)
    args = parser.parse_args(argv)
    try:
        settings = load_settings()
        wanted = settings.chosen(args.market or ())
        run.check_language(settings, args.source_lang)
        run.check_before(open_bible(settings, args.series), wanted, args.out)
        paths, unusable = inputs.inputs(args.input)
        server.check()
    except (InputError, ModelError, ServerError, StoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    _without_traces()
    jobs = [(path, [m.name for m in wanted]) for path in paths]
    results, more = run_jobs(jobs, args.series, args.out, args.source_lang, args.allow_non_commercial)
    unusable += more
    run.finish(results, unusable, args.out, Console(width=None if Console().is_terminal else 180))
    return run.status(results, unusable)


if __name__ == "__main__":
    sys.exit(main())
