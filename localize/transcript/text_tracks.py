"""The subtitle tracks inside an episode's file: one of text in the episode's language is its transcript where the studio put
none beside it; the others are named.

A track in another language is no finished translation: nobody of this job vouched for it, and a file that was delivered
before carries its machine's own words, which would come back as a person's. The note says how to make it one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..audio.spans import Span, covered_ms, join_spans
from ..errors import SidecarError, ToolError
from ..languages import regions
from ..media import ffmpeg
from ..records import Episode, SetRight, TextTrack
from . import dialogue_list, studio_cues
from .dialogue_list import Given

VERSION = 1
TEXT = {"subrip": "srt", "srt": "srt", "text": "srt", "mov_text": "srt", "webvtt": "webvtt", "ass": "ass", "ssa": "ass"}
LEAST = 0.5  # of the speech that a transcript's lines must cover, and of its lines that must stand where somebody speaks
BYTES = 1 << 30  # of memory, for copying text out of a file
SECONDS = 120.0  # and of time, for each GB of it


def transcript(
    episode: Episode, language: str, speech: list[Span], names: Iterable[str]
) -> tuple[Given | None, tuple[str, ...]]:
    """The lines of a file's own text track in a language, and what is to be said of the tracks that are not read.

    A track that cannot be read, or that covers less than half of the speech, is named and left: nobody asked for it.
    """
    notes: list[str] = []
    found: Given | None = None
    for number, track in enumerate(episode.media.texts, 1):
        shown = f"subtitle track {number} ({track.title or track.language}, {track.codec or 'unknown'})"
        tag = regions.tag_of(track.language) or ""
        if track.codec not in TEXT:
            notes.append(f"{shown} is no text and is not read: save it as text beside the episode")
        elif track.aside:
            notes.append(f"{shown} does not hold all that is said and is not read")
        elif not tag:
            notes.append(f"{shown} says no language and is not read: {_how(episode, track)} makes it the transcript")
        elif tag.split("-")[0] != language.split("-")[0]:
            notes.append(f"{shown} is no finished translation by itself: {_how(episode, track, tag)} makes it one")
        elif found is not None:
            notes.append(f"{shown} is not read: another one is the transcript")
        else:
            found, why = _read(episode, track, f"{Path(episode.path).name} {shown}", speech, names)
            notes += [f"{shown} is not read: {why}"] if why else []
    return found, tuple(notes)


def _how(episode: Episode, track: TextTrack, tag: str = "") -> str:
    """The command that saves a track beside the episode."""
    file = Path(episode.path)
    target = f"{file.stem}.{tag}.srt" if tag else f"{file.stem}.srt"
    return f"`ffmpeg -i {file.name} -map 0:{track.stream} {target}`"


def _read(
    episode: Episode, track: TextTrack, where: str, speech: list[Span], names: Iterable[str]
) -> tuple[Given | None, str]:
    media, kind = episode.media, TEXT[track.codec]
    argv = ["-v", "error", "-protocol_whitelist", "file,pipe", "-i", ffmpeg.url(episode.path), "-map", f"0:{track.stream}"]
    argv += ["-c:s", {"srt": "subrip"}.get(kind, kind), "-f", kind, "pipe:"]
    size = Path(episode.path).stat().st_size / 1e9
    try:
        data, _err = ffmpeg.run(argv, timeout=SECONDS * max(1.0, size), where=where, data_bytes=BYTES)
        given = dialogue_list.given(studio_cues.parse(data, where, media.duration_ms, names, media.frame_ms), where)
    except (SidecarError, ToolError) as error:
        return None, error.what
    stand = join_spans((x.start_ms, x.end_ms) for x in given.lines)
    heard, whole = join_spans(speech), sum(b - a for a, b in speech)
    covered = sum(covered_ms(s, stand) for s in heard)
    spoken = sum(covered_ms((x.start_ms, x.end_ms), heard) > 0 for x in given.lines)
    if covered < LEAST * whole or spoken < LEAST * len(given.lines):
        return None, f"it covers {covered / max(1, whole):.0%} of the speech, and {spoken} of its {len(given.lines)} lines are heard"
    taken = SetRight(where, "taken as the transcript, since none lies beside the episode")
    return Given(given.lines, given.sounds, (taken, *given.set_right), given.doubts), ""
