"""An episode's sound, and its stem's, as samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..audio.samples import RATE, Samples
from ..records import Episode, Media, SetRight
from . import ffmpeg

OPPOSITE = -0.9  # correlation of left and right, from which a mean would cancel what is said
SPARE_S = 5.0  # decoded beyond the promised end, so that sound that is too long shows
LAYOUTS = ("3.0", "3.1", "4.0", "4.1", "5.0", "5.1", "6.0", "6.1", "7.0", "7.1", "6 channels", "8 channels")


@dataclass(frozen=True)
class Sound:
    """An episode's sound: samples of the picture's length, where they really ended, and what was set right."""

    samples: Samples
    end_ms: int
    set_right: tuple[SetRight, ...] = ()


def read(episode: Episode) -> Sound:
    """The programme's sound at 48 kHz in stereo, from the picture's start to its end. Raises MediaError."""
    media, right = episode.media, []
    if media.pair in ("stereo", "stem"):
        samples = _both(episode)
        end_ms = round(len(samples) * 1000 / RATE)
        return Sound(ffmpeg.fit_length(samples, round(media.duration_ms * RATE / 1000)), end_ms)
    pan = ffmpeg.FIRST_TWO if media.channels > ffmpeg.MIXED else ""
    if pan:
        right.append(f"{media.channels} channels: the first two are taken as left and right")
    samples = _decoded(episode, 2, pan)
    end_ms = round(len(samples) * 1000 / RATE)
    if media.channels == 2 and is_opposite(samples):
        samples[:, 1] *= -1
        right.append("left and right are in opposite phase: the right one was turned round")
    count = round(media.duration_ms * RATE / 1000)
    return Sound(ffmpeg.fit_length(samples, count), end_ms, tuple(SetRight("", r) for r in right))


def decode(episode: Episode) -> Samples:
    """`read`'s samples alone."""
    return read(episode).samples


def centre(episode: Episode) -> NDArray[np.float32] | None:
    """The centre channel of surround sound, which carries the dialogue, mono at 48 kHz; None where there is none."""
    if not has_centre(episode.media):
        return None
    samples = _decoded(episode, 1, "mono|c0=FC")[:, 0]
    return ffmpeg.fit_length(samples, round(episode.media.duration_ms * RATE / 1000))


def has_centre(media: Media) -> bool:
    """Whether the layout has a centre channel."""
    return media.layout.split("(")[0] in LAYOUTS


def is_opposite(samples: Samples) -> bool:
    """Whether left and right are one sound in opposite phase."""
    left, right = samples[:, 0].astype(np.float64), samples[:, 1].astype(np.float64)
    power = float(np.sqrt(left.dot(left) * right.dot(right)))
    return power > 0 and float(left.dot(right)) / power < OPPOSITE


def _both(episode: Episode) -> Samples:
    """A programme of two mono tracks: left and right, or dialogue with its music and effects in both channels."""
    media = episode.media
    one, two = (_decoded(episode, 1, "", stream)[:, 0] for stream in (media.sound, media.beside))
    count = max(len(one), len(two))
    one, two = (np.pad(x, (0, count - len(x))) for x in (one, two))
    sides = (one, two) if media.pair == "stereo" else (one + two, one + two)
    return np.stack(sides, axis=1)


def _decoded(episode: Episode, channels: int, pan: str, stream: str = "") -> Samples:
    media = episode.media
    seconds = max(media.duration_ms, media.sound_end_ms) / 1000 + SPARE_S
    path = Path(episode.path)
    # of a transport stream whose sound alone is decoded, ffmpeg takes the sound's start for the file's: what starts late is
    # decoded from its own start in every container, and moved to where it stands
    late = media.audio_start_ms > 0
    samples = ffmpeg.decode(path, RATE, channels, stream or media.sound, pan, media.steady and not late, seconds)
    if late:
        samples = np.pad(samples, ((round(media.audio_start_ms * RATE / 1000), 0), (0, 0)))
    return samples


def stem_of(episode: Episode) -> Samples:
    """The studio's stem, stereo at 48 kHz: the file beside the episode, else the track inside it. Raises MediaError."""
    if "me" in episode.sidecars:
        return ffmpeg.decode(Path(episode.sidecars["me"]))
    mono = _decoded(episode, 1, "", episode.media.beside) if episode.media.pair == "stem" else None
    return np.repeat(mono, 2, axis=1) if mono is not None else _decoded(episode, 2, "", episode.media.beside)


def stem_name(episode: Episode) -> str:
    """What the studio's stem is called, "" where there is none."""
    if "me" in episode.sidecars:
        return Path(episode.sidecars["me"]).name
    return f"sound track {episode.media.beside}" if episode.media.pair in ("stem", "mix") else ""
