"""An episode from a file: hashed, probed, with its sidecars."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, MediaError
from ..files import file_sha256
from ..media import probe
from ..media.sidecars import sidecars_of, unused_of
from ..records import Episode, Media, from_json, to_json
from ..session import Session
from ..storage.step_cache import Failure
from ..transcript import soundtracks


@dataclass(frozen=True, kw_only=True)
class ProbeInputs:
    """All that decides what is found in a file; `language`: of the sound track that is wanted, empty for any; `sound`: the
    track that was chosen by listening, empty where none was."""

    file: str
    language: str
    sound: str = ""


def admit(session: Session, path: Path, source_lang: str | None = None) -> Episode:
    """An episode from a file: hashed (once, as long as it does not change), probed, with its sidecars.

    Of several sound tracks, the one in `source_lang` is taken, else the default one; where their tags do not tell them
    apart they are listened to. Raises InputError or MediaError
    with what to do; a file that cannot be used is refused again without being opened.
    """
    path = path.absolute()
    try:
        digest = _digest(session, path)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path.name, "check the path") from error
    name = episode_name(path)
    language = source_lang or ""

    media = _probed(session, path, digest, name, language)
    choice = soundtracks.choose(session, path, digest, media, language)
    if choice.sound != media.sound:
        media = _probed(session, path, digest, name, language, choice.sound)
    media = soundtracks.with_choice(media, choice)
    beside = sidecars_of(path)
    shas = {kind: _digest(session, p) for kind, p in beside.items()}
    return Episode(name, str(path), digest, media, {k: str(p) for k, p in beside.items()}, shas, unused_of(path))


def _probed(session: Session, path: Path, digest: str, name: str, language: str, sound: str = "") -> Media:
    """The facts of a file, with the sound track that was chosen by listening. Raises MediaError."""

    def look() -> object:
        try:
            return to_json(probe.probe(path, language, sound))
        except MediaError as error:
            return Failure({"error": list(error.args)}, str(error), passing=False)

    found = session.steps.json("probe", 6, ProbeInputs(file=digest, language=language, sound=sound), name, look)
    if "error" in found:
        what, _where, do = found["error"]
        raise MediaError(what, path.name, do)
    return from_json(Media, found)


def episode_name(path: Path) -> str:
    """A file's stem as a folder name: control characters and slashes become "_", leading dots and dashes too."""
    clean = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in path.stem).strip()
    return re.sub(r"^[.-]+", "_", clean) or "episode"


def _digest(session: Session, path: Path) -> str:
    known = session.ledger.source(path)
    if known is None:
        known = file_sha256(path)
        session.ledger.put_source(path, known)
    return known
