"""The files that lie beside an episode and belong to it: transcripts, translations, cast, stem.

    E01.me.wav                       music and effects without speech
    E01.srt .vtt .ass .ssa .ttml     the transcript         E01.dialogue.csv .tsv .xlsx   the same as a table, or
                                     .edl .fcpxml .xml             as an editing program's markers
    E01.<language>.srt ...           a finished translation E01.screen.srt ...            what the picture shows in writing
    E01.cast.toml                    the cast of this episode
    E01.clean.mp4                    its picture without text: no episode of its own

Names are told apart without regard to capitals. A file that looks like one of these and is not taken is named.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..languages import regions
from .probe import SUFFIXES

SIDECARS = {
    "me": ".me.wav",
    "srt": ".srt",
    "dialogue": ".dialogue.csv",
    "cast": ".cast.toml",
    "screen": ".screen.srt",
    "clean": ".clean.mp4",
}
TEXTS = (".srt", ".vtt", ".ass", ".ssa", ".ttml", ".dfxp", ".itt", ".sbv", ".smi", ".sami")  # the first of several is taken
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".edl", ".fcpxml", ".xml")  # the last three: markers of editing programs
WORDED = (*TEXTS, *TABLES[:4], ".xml", ".sub", ".stl", ".scc")  # an EDL may be no more than a list of cuts
UNKNOWN = "its name says no language or kind that is known"
# what might be meant as a sidecar, though nothing here reads it
ALIKE = {*WORDED, *TABLES, ".txt", ".docx", ".doc", ".xls",
         ".wav", ".aif", ".aiff", ".flac", ".toml"}  # fmt: skip


def kind_of(ending: str) -> str | None:
    """What a file is by what follows the episode's name in its own: ".pt-br.srt" -> "srt:pt-BR"; None for nothing we read."""
    small = ending.lower()
    for kind, wanted in SIDECARS.items():
        if small == wanted:
            return kind
    suffix = next((s for s in (*TEXTS, *TABLES) if small.endswith(s)), "")
    middle = ending[: len(ending) - len(suffix)].strip(".")
    if suffix in TABLES:
        return "dialogue" if middle.lower() == "dialogue" else None
    if not suffix:
        return None
    if not middle:
        return "srt"
    if middle.lower() == "screen":
        return "screen"
    tag = regions.tag_of(middle)
    return f"srt:{tag}" if tag else None


def clean_masters(names: Iterable[str]) -> set[str]:
    """Of names in one folder, the textless masters: videos that lie beside the episode that they belong to."""
    videos = [n for n in names if Path(n).suffix.lower() in SUFFIXES]
    stems = {Path(n).stem.casefold() for n in videos}
    ending = SIDECARS["clean"]
    return {n for n in videos if n.lower().endswith(ending) and n[: -len(ending)].casefold() in stems}


def taken(names: Iterable[str], stem: str) -> dict[str, str]:
    """The sidecars of an episode among the names in its folder, by kind."""
    return {kind: several[0] for kind, several in _sorted(names, stem)[0].items()}


def unused(names: Iterable[str], stem: str) -> dict[str, str]:
    """Names that look like an episode's own and are not taken, each with the reason."""
    found, strange = _sorted(names, stem)
    why = dict.fromkeys(strange, UNKNOWN)
    for several in found.values():
        why |= dict.fromkeys(several[1:], f"{several[0]} is taken")
    if "dialogue" in found and "srt" in found:
        why[found["srt"][0]] = f"{found['dialogue'][0]} is taken"
    return why


def _sorted(names: Iterable[str], stem: str) -> tuple[dict[str, list[str]], list[str]]:
    """(names by kind, the one to take first; names that look like sidecars and are none)."""
    names = sorted(names)
    videos = [n for n in names if Path(n).suffix.lower() in SUFFIXES and n[len(stem) :].lower() != SIDECARS["clean"]]
    longer = [Path(n).stem for n in videos if len(Path(n).stem) > len(stem)]
    found: dict[str, list[str]] = {}
    strange = []
    for name in names:
        after = name[len(stem) :]
        if name[: len(stem)].casefold() != stem.casefold() or any(name.startswith(other) for other in longer):
            continue
        kind = kind_of(after) if after.startswith(".") else None
        if kind is not None:
            found.setdefault(kind, []).append(name)
        elif after[:1] in (".", "_", "-", " ", "(", "[", "+", "~") and Path(name).suffix.lower() in ALIKE:
            strange.append(name)
    for several in found.values():
        several.sort(key=lambda n: (n[: len(stem)] != stem, _rank(n), n))
    return found, strange


def _rank(name: str) -> int:
    order = (*TEXTS, *TABLES)
    return next((n for n, s in enumerate(order) if name.lower().endswith(s)), len(order))


def sidecars_of(path: Path) -> dict[str, Path]:
    """A studio's own files beside an episode, by kind: "me", "srt" (the transcript, in any format), "dialogue", "cast",
    "screen", "clean", and "srt:<language tag>" for finished translations."""
    return {kind: path.with_name(name) for kind, name in taken(_names_beside(path), path.stem).items()}


def unused_of(path: Path) -> dict[str, str]:
    """The files beside an episode that look like its own and are not taken, each with the reason."""
    return unused(_names_beside(path), path.stem)


def missed(unused: dict[str, str]) -> tuple[str, ...]:
    """Of unused files those whose words somebody may miss: subtitles and tables that nothing stands in for."""
    return tuple(n for n, why in unused.items() if why == UNKNOWN and n.lower().endswith(WORDED))


def _names_beside(path: Path) -> list[str]:
    """Names in an episode's folder that begin as its own does, other episodes' among them."""
    start = path.stem.casefold()
    with contextlib.suppress(OSError):
        return [
            p.name
            for p in path.parent.iterdir()
            if p.name.casefold().startswith(start) and p != path and p.is_file()
        ]
    return []


def in_own_language(sidecars: Mapping[str, str], language: str) -> tuple[str, ...]:
    """Names of "translations" into the episode's own language: what was meant as its transcript, where it has none."""
    if {"srt", "dialogue"} & set(sidecars):
        return ()
    mine = (k for k in sidecars if k.startswith("srt:") and regions.distance(language, k.partition(":")[2]) is not None)
    return tuple(Path(sidecars[k]).name for k in mine)


def finished_for(kinds: Iterable[str], target: str) -> tuple[str, str] | None:
    """(kind, note) of the finished translation that serves a language best: its own, its audience's, the language's, or
    another region's; the note is empty for the first."""
    tags = {k.partition(":")[2]: k for k in kinds if k.startswith("srt:")}
    tag = regions.nearest(target, tags)
    if tag is None:
        return None
    if regions.distance(target, tag) == regions.EXACT:
        return tags[tag], ""
    how = "of another region" if regions.distance(target, tag) == regions.OTHER else "the nearest there is"
    return tags[tag], f"the finished translation {tag}, {how}, serves {target}"
