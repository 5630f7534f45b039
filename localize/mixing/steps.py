"""The mixing stage as cached steps: the bed, the mastered programme, and what the mix is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..audio import files, levels, stem
from ..audio.samples import RATE
from ..engines.base import Separator
from ..errors import EngineError, ModelError
from ..markets import Loudness
from ..media import ffmpeg
from ..media.soundtrack import decode, stem_of
from ..records import EngineUse, Episode, to_json
from ..session import Session
from ..transcript.result import Listened
from . import ducking, master
from .balance import Balance, bed_difference


@dataclass(frozen=True, kw_only=True)
class BedInputs:
    """All that decides a bed: the stem and its fit, or else where somebody speaks, by voice or by a line."""

    file: str
    sound: str
    stem: str | None
    fit: dict[str, float] | None
    spoken: tuple[tuple[int, int], ...] | None
    separator: EngineUse | None


def bed(session: Session, episode: Episode, listened: Listened) -> str:
    """Digest of the bed as FLAC, stereo at 48 kHz: the stem as given, or the episode with its speech taken out by a
    separator that was pulled, else taken down. A separator that fails leaves it to the next one, or to none."""
    separator = None if listened.stem else session.engines.separator()
    try:
        return _bed(session, episode, listened, separator)
    except (EngineError, ModelError, ImportError, MemoryError) as error:
        if separator is None:
            raise
        session.engines.context.failures.note(separator.identity().model, str(error))
    return bed(session, episode, listened)


def _bed(session: Session, episode: Episode, listened: Listened, separator: Separator | None) -> str:
    inputs = BedInputs(
        file=episode.sha256,
        sound=episode.media.sound,
        stem=episode.sidecar_sha256.get("me") if listened.stem else None,
        fit=listened.stem,
        spoken=None if listened.stem else tuple(listened.spoken),
        separator=separator.identity() if separator else None,
    )

    def make() -> bytes:
        mix = decode(episode)
        if listened.stem:
            gain, shift = listened.stem["gain"], int(listened.stem["shift"])
            moved = stem.shifted(stem_of(episode), shift, len(mix))
            return files.to_flac((gain * moved).astype(np.float32), RATE)
        if separator:
            return files.to_flac(ducking.replaced(mix, separator.without_speech(mix), listened.spoken), RATE)
        return files.to_flac(ducking.without_speech(mix, listened.spoken), RATE)

    with session.clock.timed(episode.name, ""):
        return session.steps.data("bed", 5, inputs, episode.name, make)[0]


def mix(session: Session, episode: Episode, bed_digest: str, track: str, preset: Loudness, subject: str) -> str:
    """Digest of the mastered programme as FLAC: bed plus speech, at the preset's loudness."""

    def make() -> bytes:
        base, _rate = files.from_flac(session.steps.store.need(bed_digest))
        voice, _rate = files.from_flac(session.steps.store.need(track))
        return files.to_flac(master.master(master.programme(base, voice), preset), RATE)

    inputs = {"bed": bed_digest, "track": track, "preset": to_json(preset)}
    with session.clock.timed(episode.name, subject.split()[-1]):
        return session.steps.data("mix", 3, inputs, subject, make)[0]


def original(session: Session, episode: Episode, preset: Loudness) -> str:
    """Digest of the episode's own sound mastered to the preset, for a market that speaks its language."""
    inputs = {"file": episode.sha256, "sound": episode.media.sound, "preset": to_json(preset)}
    with session.clock.timed(episode.name, ""):
        make = lambda: files.to_flac(master.master(decode(episode), preset), RATE)  # noqa: E731
        return session.steps.data("master", 4, inputs, episode.name, make)[0]


def balance(session: Session, episode: Episode, listened: Listened, bed_digest: str, track: str) -> Balance:
    """What the mix is held against: levels of lines relative to the programme, and the bed left as it was."""

    def against_source() -> Any:  # the same for every language
        source = decode(episode)
        bed = ffmpeg.fit_length(files.from_flac(session.steps.store.need(bed_digest))[0], len(source))
        off = bed_difference(source, bed, listened.spoken)
        return [round(levels.loudness(source, RATE), 2), None if off is None else round(off, 2)]

    def mixed() -> float:
        bed, voice = (files.from_flac(session.steps.store.need(d))[0] for d in (bed_digest, track))
        return round(levels.loudness(master.programme(bed, voice), RATE), 2)

    inputs = {"file": episode.sha256, "sound": episode.media.sound, "bed": bed_digest, "spoken": listened.spoken}
    with session.clock.timed(episode.name, ""):
        source, off = session.steps.json("bed-kept", 2, inputs, episode.name, against_source)
        mix = session.steps.json("mix-level", 1, {"bed": bed_digest, "track": track}, episode.name, mixed)
    return Balance(source, mix, off)
