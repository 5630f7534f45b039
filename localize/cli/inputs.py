"""Which episodes a command is given."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..errors import InputError
from ..media import probe
from ..media.sidecars import clean_masters
from ..pipeline.admit import episode_name


def _same(one: Path, two: Path) -> bool:
    try:
        return one.samefile(two)
    except OSError:
        return False


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
            videos = sorted(p for p in path.iterdir() if p.suffix.lower() in probe.SUFFIXES and p.is_file())
            masters = clean_masters(p.name for p in videos)
            inside = [p for p in videos if p.name not in masters]
            paths += inside
            if not inside:
                unusable.append(
                    str(InputError("holds no video", str(path), f"name a file, or one of {sorted(probe.SUFFIXES)}"))
                )
        else:
            paths.append(path)
    names: dict[str, Path] = {}
    kept = []
    for path in dict.fromkeys(paths):
        other = names.setdefault(episode_name(path), path)
        if other is path:
            kept.append(path)
        elif not _same(path, other):  # the same one by another spelling is taken once
            what = f"has the same episode name as {other}"
            unusable.append(str(InputError(what, str(path), "rename one, or run them into different --out folders")))
    return kept, unusable
