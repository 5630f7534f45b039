"""The mixing stage as cached steps: the bed, the mastered programme, and what the mix is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..audio import files, levels, stem
from ..audio.samples import RATE, Samples
from ..engines.base import Separator
from ..errors import EngineError, ModelError
from ..markets import Loudness
from ..media import ffmpeg
from ..media.soundtrack import decode, stem_of
from ..records import EngineUse, Episode
from ..session import Session
from ..storage.blobs import Store
from ..transcript.result import Listened
from . import ducking, master
from .balance import Balance, bed_difference


@dataclass(frozen=True, kw_only=True)
class BedInputs:
    """All that decides a bed: the stem and its fit, or else where somebody speaks, by voice or by a line; and where the
    source's own sound is kept."""

    file: str
    sound: str
    stem: str | None
    fit: dict[str, float] | None
    spoken: tuple[tuple[int, int], ...] | None
    separator: EngineUse | None
    kept: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class MixInputs:
    """All that decides a mastered programme: digests of bed and speech track, and the loudness asked for."""

    bed: str
    track: str
    preset: Loudness


@dataclass(frozen=True, kw_only=True)
class MasterInputs:
    """All that decides an episode's own sound as mastered; `sound`: which of the file's tracks."""

    file: str
    sound: str
    preset: Loudness


@dataclass(frozen=True, kw_only=True)
class BedKeptInputs:
    """All that decides how a bed compares with its source; `spoken`: where somebody speaks, in ms."""

    file: str
    sound: str
    bed: str
    spoken: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class MixLevelInputs:
    """All that decides a mix's loudness before it is mastered."""

    bed: str
    track: str


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
        sound=episode.media.programme,
        stem=episode.sidecar_sha256.get("me") if listened.stem else None,
        fit=listened.stem,
        spoken=None if listened.stem else tuple(listened.spoken),
        separator=separator.identity() if separator else None,
        kept=tuple(s.span for s in listened.kept),
    )

    def make() -> bytes:
        mix = decode(episode)
        made = plain(mix)
        return files.to_flac(ducking.with_kept(made, mix, list(inputs.kept)) if inputs.kept else made, RATE)

    def plain(mix: Samples) -> Samples:
        if listened.stem:
            gain, shift = listened.stem["gain"], int(listened.stem["shift"])
            moved = stem.shifted(stem_of(episode), shift, len(mix))
            return np.asarray(gain * moved, np.float32)
        if separator:
            return ducking.replaced(mix, separator.without_speech(mix), listened.spoken)
        return ducking.without_speech(mix, listened.spoken)

    with session.clock.timed(episode.name, ""):
        return session.steps.digest("bed", 6, inputs, episode.name, make)


def mix(session: Session, episode: Episode, bed_digest: str, track: str, preset: Loudness, subject: str) -> str:
    """Digest of the mastered programme as FLAC: bed plus speech, at the preset's loudness."""
    inputs, store = MixInputs(bed=bed_digest, track=track, preset=preset), session.steps.store
    with session.clock.timed(episode.name, subject.split()[-1]):
        make = lambda: files.to_flac(master.master(_programme(inputs, store), inputs.preset), RATE)  # noqa: E731
        return session.steps.digest("mix", 3, inputs, subject, make)


def _programme(inputs: MixInputs | MixLevelInputs, store: Store) -> Samples:
    base, voice = (files.from_flac(store.need(digest))[0] for digest in (inputs.bed, inputs.track))
    return master.programme(base, voice)


def original(session: Session, episode: Episode, preset: Loudness) -> str:
    """Digest of the episode's own sound mastered to the preset, for a market that speaks its language."""
    inputs = MasterInputs(file=episode.sha256, sound=episode.media.programme, preset=preset)
    with session.clock.timed(episode.name, ""):
        make = lambda: files.to_flac(master.master(decode(episode), inputs.preset), RATE)  # noqa: E731
        return session.steps.digest("master", 5, inputs, episode.name, make)


def balance(session: Session, episode: Episode, listened: Listened, bed_digest: str, track: str) -> Balance:
    """What the mix is held against: levels of lines relative to the programme, and the bed left as it was."""
    steps, name = session.steps, episode.name
    kept = BedKeptInputs(
        file=episode.sha256, sound=episode.media.programme, bed=bed_digest, spoken=tuple(listened.spoken)
    )  # the same for every language
    level = MixLevelInputs(bed=bed_digest, track=track)
    mixed = lambda: round(levels.loudness(_programme(level, steps.store), RATE), 2)  # noqa: E731
    with session.clock.timed(name, ""):
        source, off = steps.json("bed-kept", 3, kept, name, lambda: _against_source(kept, decode(episode), steps.store))
        return Balance(source, steps.json("mix-level", 1, level, name, mixed), off)


def _against_source(inputs: BedKeptInputs, source: Samples, store: Store) -> Any:
    bed = ffmpeg.fit_length(files.from_flac(store.need(inputs.bed))[0], len(source))
    off = bed_difference(source, bed, list(inputs.spoken))
    return [round(levels.loudness(source, RATE), 2), None if off is None else round(off, 2)]
