"""The files that lie beside an episode and belong to it: transcripts, translations, cast, stem."""

from __future__ import annotations

import contextlib
import glob
import re
from pathlib import Path

SIDECARS = {"me": ".me.wav", "srt": ".srt", "dialogue": ".dialogue.csv", "cast": ".cast.toml", "screen": ".screen.srt"}


def sidecars_of(path: Path) -> dict[str, Path]:
    """A studio's own files beside an episode, by kind: "me", "srt", "dialogue", "cast", and "srt:<language tag>" for
    finished translations."""
    found = {}
    for kind, ending in SIDECARS.items():
        beside = path.with_name(path.stem + ending)
        with contextlib.suppress(OSError):  # a name too long to exist
            if beside.is_file():
                found[kind] = beside
    with contextlib.suppress(OSError):
        for beside in sorted(path.parent.glob(f"{glob.escape(path.stem)}.*.srt")):
            tag = beside.name[len(path.stem) + 1 : -len(".srt")]
            if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
                found[f"srt:{tag}"] = beside
    return found
