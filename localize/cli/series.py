"""localize cast | memory | bible | glossary: the series bible"""

from __future__ import annotations

import argparse
import getpass
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..files import write_text

if TYPE_CHECKING:
    from ..series.cast import Character
    from ..series.memory import Entry
    from ..settings import Settings


def add(commands: Any) -> None:
    """Describe the commands."""
    cast = commands.add_parser("cast", help="characters and their voices")
    enrol = cast.add_subparsers(required=True, metavar="action").add_parser("enrol", help="learn a character's voice")
    enrol.add_argument("--series", required=True)
    enrol.add_argument("--character", required=True)
    enrol.add_argument("sample", nargs="+", type=Path, help="recordings of this one voice")
    enrol.set_defaults(do=_enrol)

    memory = commands.add_parser("memory", help="the series' translation memory")
    actions = memory.add_subparsers(required=True, metavar="action")
    one = actions.add_parser("add", help="remember one translation")
    _series_and_languages(one)
    one.add_argument("source", help="the line as it is said")
    one.add_argument("target", help="its translation; locked names in it follow the glossary from now on")
    one.set_defaults(do=_memory_add)
    many = actions.add_parser("import", help="take in a TMX file, all of it or nothing")
    _series_and_languages(many)
    many.add_argument("tmx", type=Path)
    many.set_defaults(do=_memory_import)

    bible = commands.add_parser("bible", help="the series' terms and memories together")
    out = bible.add_subparsers(required=True, metavar="action").add_parser(
        "export", help="write terms as TBX and memories as TMX: the files, and what people added in review"
    )
    out.add_argument("series")
    out.add_argument("folder", type=Path)
    out.set_defaults(do=_bible_export)

    glossary = commands.add_parser("glossary", help="the series' locked names")
    actions = glossary.add_subparsers(required=True, metavar="action")
    check = actions.add_parser("check", help="duplicates, clashes, missing languages, bad rows")
    check.add_argument("series")
    check.set_defaults(do=_check)
    mine = actions.add_parser("mine", help="propose names that episodes often say")
    mine.add_argument("episode", nargs="+", type=Path)
    mine.add_argument("--series", default="untitled")
    mine.add_argument("--least", type=int, default=2, help="times heard")
    mine.set_defaults(do=_mine)
    export = actions.add_parser("export", help="write the terms as .csv or .tbx")
    export.add_argument("series")
    export.add_argument("file", type=Path)
    export.set_defaults(do=_export)
    take = actions.add_parser("import", help="take terms from .csv, .xlsx or .tbx; rows of the same term are replaced")
    take.add_argument("series")
    take.add_argument("file", type=Path)
    take.set_defaults(do=_import)


def _series_and_languages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--series", required=True)
    parser.add_argument("--source-lang", default="en-US", metavar="LANG")
    parser.add_argument("--lang", required=True, metavar="LANG", help="language of the translation, e.g. hi-IN")


def _enrol(args: argparse.Namespace) -> int:
    from ..audio.envelope import trim
    from ..media import ffmpeg
    from ..session import open_session
    from ..storage import bible_rows

    if not args.character.strip():
        raise OptionError("--character is empty", do="write the name as cast.toml has it")
    session = open_session(args.series)
    if args.character not in session.bible.cast:
        print(f"note: cast.toml has no {args.character!r} yet", file=sys.stderr)
    encoder = session.engines.get("ge2e")
    vectors = [encoder.embed(trim(ffmpeg.decode(path, 16_000, 1)[:, 0], 16_000)).tolist() for path in args.sample]
    bible_rows.enrol(session.ledger.db, session.bible.name, args.character, vectors, getpass.getuser())
    print(f"{args.character}: {len(vectors)} samples enrolled in {session.bible.name}")
    return 0


def _memory_add(args: argparse.Namespace) -> int:
    from ..series import memory

    if not args.source.strip() or not args.target.strip():
        raise OptionError("a line and its translation must have words", do="write both")
    where = _remember(args, lambda _source, _tag, _terms: [memory.Entry(args.source, args.target)], "add")[0]
    print(f"{where}: {args.source!r} is remembered")
    return 0


def _memory_import(args: argparse.Namespace) -> int:
    from ..series import memory, tmx

    where, number = _remember(args, lambda *pair: memory.read_entries(args.tmx, *pair), "import")
    for told in tmx.left_out(args.tmx, args.source_lang.split("-")[0], args.lang).told(args.lang):
        print(f"note: {args.tmx.name}: {told}")
    print(f"{where}: {number} lines of {args.tmx.name} are remembered")
    return 0


def _remember(args: argparse.Namespace, entries_of: Callable[..., list[Entry]], how: str) -> tuple[str, int]:
    """Add lines to a series' memory: (which memory, how many)."""
    from ..session import open_series, remember
    from ..settings import load_settings
    from ..storage.ledger import open_ledger

    settings = load_settings()
    ledger = open_ledger(settings)
    bible = open_series(settings, ledger, args.series)
    tag, source = settings.language(args.lang).tag, args.source_lang.split("-")[0]
    entries = entries_of(source, tag, bible.terms)
    remember(ledger, bible, source, tag, entries, getpass.getuser(), how)
    return f"{bible.name} {source} -> {tag}", len(entries)


def _bible_export(args: argparse.Namespace) -> int:
    from ..series import memory, tbx
    from ..session import open_series
    from ..settings import load_settings
    from ..storage import bible_rows
    from ..storage.ledger import open_ledger

    settings = load_settings()
    ledger = open_ledger(settings)
    bible = open_series(settings, ledger, args.series)
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionError(f"cannot be made: {error.strerror or error}", str(args.folder), "name another folder") from error
    write_text(args.folder / "terms.tbx", tbx.dumps(bible.terms, "en-US"))
    print(f"{args.folder / 'terms.tbx'}: {len(bible.terms.terms)} terms")
    for path in sorted(bible.folder.glob("memory.*.tmx")):
        shutil.copyfile(path, args.folder / path.name)
    for source, tag in bible_rows.pairs(ledger.db, bible.name):
        entries = [
            memory.Entry(line, memory.Match(pieces, 1.0).text(bible.terms, tag), before)
            for line, pieces, before in bible.added(source, tag)
        ]
        memory.add_lines(args.folder / f"memory.{tag}.tmx", source, tag, entries, bible.terms)
    for path in sorted(args.folder.glob("memory.*.tmx")):
        print(f"{path}: its TMX file in {bible.folder} and what people added")
    return 0


def _check(args: argparse.Namespace) -> int:
    from ..series import tmx
    from ..series.bible import need_folder, open_bible
    from ..series.check_terms import check
    from ..settings import load_settings

    settings = load_settings()
    bible = open_bible(settings, args.series)
    need_folder(settings, args.series)
    for tag in settings.languages:
        bible.memory_of("en", tag)
        path = bible.folder / f"memory.{tag}.tmx"
        for told in tmx.left_out(path, "en", tag).told(tag) if path.is_file() else ():
            print(f"note: {path}: {told}")
    spoken = {t for m in settings.markets.values() for t in (m.language, *m.extra_subtitles)}
    found = check(bible.terms, [tag for tag in settings.languages if tag in spoken])
    for problem in found:
        print(f"{'error' if problem.bad else 'note'}: {bible.folder / 'terms.csv'}: {problem.term!r} {problem.text}")
    wrong = list(_wrong_voices(settings, bible.cast.values()))
    for told in wrong:
        print(f"error: {bible.folder / 'cast.toml'}: {told}")
    print(f"{args.series}: {len(bible.terms.terms)} terms, {len(bible.cast)} characters, {len(found) + len(wrong)} findings")
    return 2 if wrong or any(p.bad for p in found) else 0


def _wrong_voices(settings: Settings, cast: Iterable[Character]) -> Iterator[str]:
    """Voices of the cast for languages that there are not, and voices of the embedded engine that it does not have."""
    from ..engines.base import EngineContext
    from ..engines.catalogue import Engines
    from ..models import registry

    voices = Engines(EngineContext(settings, registry.load(settings))).synthesizer()
    for character in cast:
        for tag, first in character.voices.items():
            if tag not in settings.languages:
                yield f"[{character.name}] has a voice for {tag!r}, no language of here: choose from {', '.join(settings.languages)}"
            for voice in (first, *character.then.get(tag, ())):
                try:
                    if ":" not in voice:  # those of other engines may not be pulled yet
                        voices.check_voice(voice)
                except OptionError as error:
                    yield f"[{character.name}] {error}"


def _mine(args: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import track

    from ..errors import InputError
    from ..pipeline.admit import admit
    from ..series.propose_terms import mine
    from ..session import open_session
    from ..transcript.steps import listen
    from .inputs import inputs

    session = open_session(args.series)
    paths, unusable = inputs(args.episode)
    heard = []
    for path in track(paths, "recognising", console=Console(stderr=True), transient=True):
        try:
            episode = admit(session, path)
            heard.append((episode.name, listen(session, episode).transcript))
        except InputError as error:
            unusable.append(str(error))
    found = mine(heard, session.bible.terms, args.least)
    for name in found:
        common = " (also an ordinary word)" if name.plain else ""
        print(f"{name.name}\t{name.times} times in {len(name.episodes)} episodes{common}\t{name.line}")
    print(f"{len(found)} names that {args.series} does not lock yet", file=sys.stderr)
    for problem in unusable:
        print(f"error: {problem}", file=sys.stderr)
    return 2 if unusable else 0


def _export(args: argparse.Namespace) -> int:
    from ..series import glossary, tbx
    from ..series.bible import need_folder, open_bible
    from ..settings import load_settings

    settings = load_settings()
    terms = open_bible(settings, args.series).terms
    need_folder(settings, args.series)
    is_tbx = args.file.suffix.lower() == ".tbx"
    write_text(args.file, tbx.dumps(terms, "en-US") if is_tbx else glossary.to_csv(terms))
    print(f"{args.file}: {len(terms.terms)} terms")
    return 0


def _import(args: argparse.Namespace) -> int:
    from filelock import FileLock

    from .. import files, tables
    from ..series import glossary, tbx
    from ..series.bible import open_bible
    from ..settings import load_settings

    settings = load_settings()
    folder = open_bible(settings, args.series).folder
    if args.file.suffix.lower() == ".tbx":
        new = tbx.loads(files.read_text(args.file), args.file.name)
    else:
        new = glossary.from_rows(tables.rows(files.read_bytes(args.file), args.file.name, glossary.has_terms), args.file.name)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".terms.lock"):  # two imports at once lose no term
        merged = {t.term: t for t in (*glossary.load(folder).terms, *new.terms)}
        # what was written is read once more before it takes the old file's place: a bad cell never gets in
        text = glossary.to_csv(glossary.Glossary(tuple(merged.values())))
        glossary.parse(text, args.file.name)
        write_text(folder / "terms.csv", text)
    print(f"{folder / 'terms.csv'}: {len(new.terms)} terms taken, {len(merged)} in all")
    return 0
