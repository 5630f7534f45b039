"""An episode's sound, and its stem's, as samples."""

from __future__ import annotations

from pathlib import Path

from ..audio.samples import RATE, Samples
from ..records import Episode
from . import ffmpeg


def decode(episode: Episode) -> Samples:
    count = round(episode.media.duration_ms * RATE / 1000)
    return ffmpeg.fit_length(ffmpeg.decode(Path(episode.path)), count)


def stem_of(episode: Episode) -> Samples:
    return ffmpeg.decode(Path(episode.sidecars["me"]))
