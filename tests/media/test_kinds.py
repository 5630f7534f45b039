"""Every kind of file of the corpus is right, or one typed line; and its finished video is in time to a frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from localize.errors import MediaError
from localize.media import probe, soundtrack
from localize.records import Episode, Media

from .corpus import KINDS, Kind

FRAME_MS = 40


def beeps_late(samples: np.ndarray, start_ms: int = 0) -> float:  # type: ignore[type-arg]
    """How late the 1,000 Hz beeps stand against whole seconds, in ms, by the middle of each rise."""
    mono = samples.mean(1)
    at = np.arange(len(mono)) / 48_000
    tone = np.abs(np.convolve(mono * np.exp(-2j * np.pi * 1000 * at), np.ones(480) / 480, "same")) * 2
    on = tone > 0.5 * tone.max()
    rises = np.flatnonzero(on[1:] & ~on[:-1]) / 48
    rises = rises[(rises > 300) & (rises < len(mono) / 48 - 300)]
    return float(np.median((rises + 500) % 1000 - 500)) if len(rises) else float("nan")


def episode(path: Path, media: Media) -> Episode:
    return Episode(path.name.replace(".", "-"), str(path), "sha", media)


@pytest.mark.parametrize("kind", KINDS, ids=[k.name for k in KINDS])
def test_each_kind_is_right_or_one_typed_line(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / kind.name
    kind.make(path)
    if kind.error:
        with pytest.raises(MediaError, match=kind.error) as caught:
            probe.probe(path, "en")
        assert "\n" not in str(caught.value)
        assert caught.value.do
        return
    media = probe.probe(path, "en")
    heard = soundtrack.read(episode(path, media))
    assert (media.picture, media.sound) == (kind.picture, kind.sound)
    assert abs(media.duration_ms - kind.ms) <= FRAME_MS
    assert abs(media.sound_end_ms - kind.sound_ms) <= 70
    assert abs(min(heard.end_ms, 5000) - min(kind.sound_ms, 5000)) <= 90
    assert len(heard.samples) == round(media.duration_ms * 48)
    notes = " | ".join((*media.notes, *heard.notes))
    assert (kind.note in notes) if kind.note else not notes
    if kind.heard is not None:
        assert abs(beeps_late(heard.samples) - kind.heard % 1000) <= FRAME_MS
