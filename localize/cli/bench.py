"""localize bench mt | dub | meaning | speed"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Describe the commands."""
    bench = commands.add_parser("bench", help="measure what is installed")
    actions = bench.add_subparsers(required=True, metavar="what")
    mt = actions.add_parser("mt", help="BLEU, chrF, names, length and speed of every route of a pair")
    mt.add_argument("--pair", required=True, help="e.g. en:es")
    mt.add_argument("--source", type=Path, metavar="FILE", help="text, a line a sentence; without it the lines of `bench meaning`")
    mt.add_argument("--half", choices=("dev", "held"), default="held", help="of those lines: rules are made on dev alone")
    mt.add_argument("--reference", type=Path, metavar="FILE", help="its translation, line by line")
    mt.add_argument("--terms", type=Path, metavar="FILE", help="a terms.csv whose names are locked")
    mt.add_argument("--out", type=Path, metavar="FILE", help="also write the best route's translations there")
    mt.add_argument("--allow-non-commercial", action="store_true", help="this use is not commercial")
    mt.set_defaults(do=_mt)
    dub = actions.add_parser("dub", help="every figure of finished dubs: timing, words, levels, bed, subtitles")
    dub.add_argument("input", nargs="+", type=Path, metavar="EPISODE", help="episodes; what is not done yet is done")
    dub.add_argument("--series", default="untitled")
    dub.add_argument("--market", action="append", metavar="NAME", help="again for more; all by default")
    dub.add_argument("--out", type=Path, default=Path("out"), metavar="DIR")
    dub.add_argument(
        "--truth", type=Path, metavar="FILE", help="what is really said; a folder with EP.truth.json for many"
    )
    dub.add_argument("--json", action="store_true", help="figures as JSON")
    dub.set_defaults(do=_dub)
    meaning = actions.add_parser("meaning", help="how many planted errors the meaning check catches, kind by kind")
    meaning.add_argument("--lang", action="append", metavar="LANG", help="es, pt or hi; again for more; all by default")
    meaning.add_argument("--half", choices=("dev", "held"), default="held", help="figures are the held-out half's")
    meaning.add_argument("--missed", action="store_true", help="also list what was missed, of the dev half only")
    meaning.add_argument("--limits", metavar="NAME", help="print the limits of an embed endpoint's cosines, for endpoints.toml")
    meaning.set_defaults(do=_meaning)
    speed = actions.add_parser("speed", help="our batch against a plain script over the same libraries, and against the models alone")
    speed.add_argument("input", nargs="+", type=Path, metavar="EPISODE")
    speed.add_argument("--series", default="untitled")
    speed.add_argument("--market", action="append", metavar="NAME", help="again for more; all by default")
    speed.add_argument("--rounds", type=int, default=3, metavar="N", help="each of the three runs so often, by turns")
    speed.add_argument("--json", type=Path, metavar="FILE", help="add the figures to this file, a JSON object a line")
    speed.add_argument("--chart", type=Path, metavar="FILE", help="draw them as PNG")
    speed.set_defaults(do=_speed)


def _mt(args: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from .. import files
    from ..bench import mt as bench
    from ..errors import EngineFailed, OptionError, RouteMissing
    from ..models.scores import OWN
    from ..models.scores import add as add_score
    from ..series import glossary
    from ..session import open_session
    from ..settings import load_settings
    from .models import pair

    settings = load_settings()
    source, target = pair(args.pair)
    if args.out:
        files.check_place(args.out)  # before the measurement: it takes minutes
    if args.source is None:
        texts, references = _own_lines(source, target, args.half)
    else:
        texts = _lines(args.source)
        references = _lines(args.reference) if args.reference else None
    if references is not None and len(references) != len(texts):
        what = f"{len(references)} references for {len(texts)} sentences"
        raise OptionError(what, str(args.reference), "give one line for each")
    terms = glossary.parse(files.read_text(args.terms), str(args.terms)) if args.terms else glossary.Glossary()
    session = open_session(settings=settings, allow_non_commercial=args.allow_non_commercial)
    found = bench.routes(session.engines, source, target)
    if not found:
        raise RouteMissing(f"no route {args.pair} here", do=f"localize models list --pair {args.pair}")
    tag = settings.language(target).tag if target in {v.primary for v in settings.languages.values()} else target
    table = Table(show_edge=False, pad_edge=False)
    for head in ("route", "BLEU", "chrF", "names", "length", "s a sentence", "failed"):
        table.add_column(head, justify="left" if head == "route" else "right")
    console = Console(stderr=True)
    scores = []
    for route in found:
        try:
            with console.status(route.name):
                s = bench.score(session.engines, route, texts, references, terms, source, tag)
        except EngineFailed as error:
            console.print(f"{route.name}: {error}", highlight=False)
            continue
        scores.append(s)
        # figures of our own dialogue are not kept: one engine measured on it alone would fall behind those whose figures
        # are of easier text, and lose its trust
        kept = args.source is not None and len(route.hops) == 1 and not s.failed
        if kept and s.bleu is not None and s.chrf is not None:
            own = settings.models / OWN
            if add_score(own, route.name, source, target, s.chrf, s.bleu, len(texts)):
                console.print(f"{route.name}: ranked from now on by chrF {s.chrf:.1f}, written to {own}", highlight=False)
        cells = [f"{v:.1f}" if v is not None else "" for v in (s.bleu, s.chrf)]
        table.add_row(s.route, *cells, f"{s.terms:.1%}", f"{s.length:.2f}", f"{s.seconds:.3f}", str(s.failed))
    Console().print(table)
    if args.out and scores:
        best = max(scores, key=lambda s: (s.chrf or 0, -s.failed))
        files.write_text(args.out, "".join(f"{t}\n" for t in best.texts))
    return 0


def _dub(args: argparse.Namespace) -> int:
    import json

    from rich.console import Console
    from rich.table import Table

    from ..bench import dub
    from ..records import to_json
    from ..session import open_session
    from ..settings import load_settings
    from .inputs import inputs

    settings = load_settings()
    markets = settings.chosen(args.market or ())
    session = open_session(args.series, settings)
    paths, unusable = inputs(args.input)
    found, console = [], Console(stderr=True)
    for path in paths:
        truth = args.truth / f"{path.stem}.truth.json" if args.truth and args.truth.is_dir() else args.truth
        with console.status(path.name):
            found += dub.episode(session, path, markets, args.out, dub.read_truth(truth) if truth else None)
    if args.json:
        print(json.dumps([to_json(f) for f in found], indent=1))
    else:
        table = Table(show_edge=False, pad_edge=False)
        table.add_column("figure")
        for f in found:
            table.add_column(f"{f.episode}\n{f.language}\n{f.verdict}", justify="right")
        for name in dict.fromkeys(n for f in found for n in f.values):
            cells = [f.values.get(name) for f in found]
            table.add_row(name, *("" if c is None else f"{c:.3f}".rstrip("0").rstrip(".") for c in cells))
        Console(width=None if Console().is_terminal else 180).print(table)
    for line in unusable:
        console.print(f"error: {line}", markup=False)
    return 2 if unusable else 0


def _meaning(args: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from ..bench import meaning
    from ..errors import OptionError
    from ..session import open_session

    if args.limits:
        return _limits(args.limits)
    if unknown := sorted(set(args.lang or ()) - set(meaning.LANGUAGES)):
        raise OptionError(f"no lines in {unknown[0]}", "--lang", f"choose from {', '.join(meaning.LANGUAGES)}")
    session = open_session()
    console, found = Console(stderr=True), []
    for language in args.lang or meaning.LANGUAGES:
        with console.status(language):
            found.append(meaning.measure(session.engines, language, args.half))
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("planted")
    for f in found:
        table.add_column(f.language, justify="right")
    for kind in dict.fromkeys(k for f in found for k in f.lines):
        cells = [f"{f.share(kind):.0%} of {f.lines[kind]}" if f.lines[kind] else "" for f in found]
        table.add_row("good lines flagged" if kind == "good" else kind, *cells)
    Console().print(table)
    for text in dict.fromkeys(m for f in found for m in f.missing):
        console.print(f"note: {text}", markup=False)
    for text in (m for f in found for m in f.missed) if args.missed else ():
        print(text)
    return 0


def _limits(name: str) -> int:
    from dataclasses import asdict

    from rich.console import Console

    from ..bench import cosines
    from ..errors import OptionError
    from ..session import open_session

    engines = open_session().engines
    if (endpoint := engines.context.endpoints.get(name)) is None or endpoint.kind != "embed":
        known = ", ".join(e.name for e in engines.context.endpoints.values() if e.kind == "embed") or "none is set"
        raise OptionError(f"no embed endpoint {name!r}", "--limits", f"choose from {known}")
    with Console(stderr=True).status(name):
        found = cosines.measure(engines.served(name))
    told = ", ".join(f"{key} = {value:g}" for key, value in asdict(found).items())
    print(f"[{name}]\nlimits = {{ {told} }}  # measured on the dialogue of `localize bench meaning`, development half")
    return 0


def _own_lines(source: str, target: str, half: str) -> tuple[list[str], list[str] | None]:
    """The project's own dialogue in both languages. Raises OptionError where it has none."""
    from ..bench import meaning_lines
    from ..errors import OptionError

    if source == target or not {source, target} <= set(meaning_lines.LANGUAGES):
        known = ", ".join(meaning_lines.LANGUAGES)
        raise OptionError(f"no lines of our own from {source} to {target}", "--pair", f"give --source FILE, or a pair of {known}")
    rows = [r.cells for r in meaning_lines.read()[0] if r.cells["half"] == half]
    rows = [c for c in rows if c[source] and c[target]]
    return [c[source] for c in rows], [c[target] for c in rows]


def _speed(args: argparse.Namespace) -> int:
    import json
    import time

    from rich.console import Console
    from rich.table import Table

    from ..bench import speed as bench
    from ..media.probe import probe
    from ..records import to_json
    from ..settings import load_settings
    from .inputs import inputs

    settings = load_settings()
    paths, unusable = inputs(args.input)
    for error in unusable:
        Console(stderr=True).print(f"error: {error}", markup=False, highlight=False)
    if not paths:
        return 2
    audio_s = sum(probe(path).duration_ms for path in paths) / 1000
    with Console(stderr=True).status("") as shown:
        made = bench.measure(settings, paths, args.series, args.market or (), max(1, args.rounds), audio_s, shown.update)
    table = Table(show_edge=False, pad_edge=False)
    for head in ("", "median s", "of the source's time", "peak MB"):
        table.add_column(head, justify="right" if head else "left")
    for what in (bench.FLOOR, bench.OURS, bench.PLAIN):
        median = made.median(what)
        table.add_row(what, f"{median:.1f}", f"{median / audio_s:.2f}", str(made.peak_mb[what]))
    Console().print(table)
    print(f"ours is {made.ratio(bench.OURS, bench.FLOOR):.2f} x the floor and {made.ratio(bench.OURS, bench.PLAIN):.2f} x the plain recipe")
    busy = [f"{what} {made.busy(what, settings.threads):.0%}" for what in (bench.OURS, bench.PLAIN)]
    print(f"of the time of {settings.threads} cores: {', '.join(busy)}")
    print(f"syntheses a line: {made.syntheses:.2f}")
    for name, stages in (("models alone", made.models), ("our steps, waiting included", made.stages)):
        print(f"{name}: " + ", ".join(f"{k} {v:.1f}" for k, v in stages.items() if v >= 0.1))
    if args.json:
        with args.json.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **to_json(made)}) + "\n")
    if args.chart:
        bench.chart(made, args.chart)
    return 2 if unusable else 0


def _lines(path: Path) -> list[str]:
    from .. import files
    from ..errors import InputError

    lines = [line.strip() for line in files.read_text(path).splitlines()]
    if not lines or not all(lines):
        where = next((i for i, t in enumerate(lines, start=1) if not t), 1)
        raise InputError("is empty", f"{path} line {where}", "write one sentence a line")
    return lines
