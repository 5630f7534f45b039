"""The command line: localize run | models | cast | glossary | demo."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import __version__
from .errors import InputError, LocalizeError, ModelError, StoreError

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
    run.set_defaults(do=_run)

    models = commands.add_parser("models", help="what models there are, and bring them here")
    actions = models.add_subparsers(required=True, metavar="action")
    lister = actions.add_parser("list", help="all models with licence and size")
    lister.add_argument("--pair", help="only what serves a language pair, e.g. en:hi")
    lister.set_defaults(do=_models_list)
    for name, text in (("pull", "fetch and check models"), ("verify", "read every byte again")):
        action = actions.add_parser(name, help=text)
        action.add_argument("model", nargs="*", help="model ids; none means the embedded set")
        action.add_argument("--allow-non-commercial", action="store_true", help="this use is not commercial")
        action.set_defaults(do=_models_pull if name == "pull" else _models_verify)

    cast = commands.add_parser("cast", help="characters and their voices")
    enrol = cast.add_subparsers(required=True, metavar="action").add_parser("enrol", help="learn a character's voice")
    enrol.add_argument("--series", required=True)
    enrol.add_argument("--character", required=True)
    enrol.add_argument("sample", nargs="+", type=Path, help="recordings of this one voice")
    enrol.set_defaults(do=_enrol)

    memory = commands.add_parser("memory", help="the series' translation memory")
    add = memory.add_subparsers(required=True, metavar="action").add_parser("add", help="remember one translation")
    add.add_argument("--series", required=True)
    add.add_argument("--source-lang", default="en-US", metavar="LANG")
    add.add_argument("--lang", required=True, metavar="LANG", help="language of the translation, e.g. hi-IN")
    add.add_argument("source", help="the line as it is said")
    add.add_argument("target", help="its translation; locked names in it follow the glossary from now on")
    add.set_defaults(do=_memory_add)

    glossary = commands.add_parser("glossary", help="the series bible")
    check = glossary.add_subparsers(required=True, metavar="action").add_parser(
        "check", help="read it all, name bad rows"
    )
    check.add_argument("series")
    check.set_defaults(do=_glossary_check)

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
    run.add_argument("--market", action="append", metavar="NAME", help="us, latam, brazil, india; default: all")
    run.add_argument("--source-lang", metavar="LANG", help="language of the episodes; default: heard")
    run.add_argument("--out", type=Path, default=Path("out"), metavar="DIR")
    run.add_argument("--allow-non-commercial", action="store_true", help="this use is not commercial")


def _run(args: argparse.Namespace) -> int:
    from .run import run

    return run(args)


def _models_list(args: argparse.Namespace) -> int:
    from . import config, registry
    from .show import models_table

    settings = config.load()
    models_table(registry.load(settings), args.pair)
    return EXIT_OK


def _models_pull(args: argparse.Namespace) -> int:
    from . import config, fetch, registry

    settings = config.load()
    known = registry.load(settings, args.allow_non_commercial)
    status = EXIT_OK
    for model_id in args.model or [m.id for m in known.models.values() if m.embedded]:
        try:
            fetch.pull(known, settings, model_id)
            known.verify(model_id)
            print(f"{model_id}: here, every byte checked")
        except ModelError as error:
            print(f"error: {error}", file=sys.stderr)
            status = EXIT_UNUSABLE
    return status


def _models_verify(args: argparse.Namespace) -> int:
    from . import config, registry

    known = registry.load(config.load(), args.allow_non_commercial)
    status = EXIT_OK
    for model_id in args.model or [m.id for m in known.models.values() if known.present(m.id)]:
        try:
            known.verify(model_id)
            print(f"{model_id}: every byte as registered")
        except ModelError as error:
            print(f"error: {error}", file=sys.stderr)
            status = EXIT_UNUSABLE
    return status


def _enrol(args: argparse.Namespace) -> int:
    from . import cast, ffmpeg
    from .sound import trim
    from .studio import open_studio

    studio = open_studio(args.series)
    encoder = studio.engines.get("ge2e")
    vectors = [encoder.embed(trim(ffmpeg.decode(path, 16_000, 1)[:, 0], 16_000)).tolist() for path in args.sample]
    studio.bible.folder.mkdir(parents=True, exist_ok=True)
    cast.write_voices(studio.bible.folder, args.character, vectors)
    print(f"{args.character}: {len(vectors)} samples enrolled in {studio.bible.folder / 'voices.json'}")
    return EXIT_OK


def _memory_add(args: argparse.Namespace) -> int:
    from . import config, memory
    from .studio import open_bible

    settings = config.load()
    bible = open_bible(settings, args.series)
    tag = settings.language(args.lang).tag
    path = bible.memory_path(tag)
    memory.add_lines(path, args.source_lang.split("-")[0], tag, [memory.Entry(args.source, args.target)], bible.terms)
    print(f"{path}: {args.source!r} is remembered")
    return EXIT_OK


def _glossary_check(args: argparse.Namespace) -> int:
    from . import config, memory
    from .studio import open_bible

    settings = config.load()
    bible = open_bible(settings, args.series)
    for tag in settings.languages:
        memory.load(bible.folder, "en", tag)
        for term in bible.terms.terms:
            if tag not in term.forms:
                print(f"{bible.folder / 'terms.csv'}: {term.term!r} has no form for {tag}; {term.form(tag)!r} is used")
    print(f"{args.series}: {len(bible.terms.terms)} terms, {len(bible.cast)} characters")
    return EXIT_OK


def _demo(args: argparse.Namespace) -> int:
    from .demo.build import build
    from .studio import open_studio

    for path in build(args.folder, open_studio().engines, args.episode, args.samples):
        print(path)
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
