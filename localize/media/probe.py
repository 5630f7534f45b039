"""What lies in a dropped file, packet by packet, and refused with a reason where it cannot be used.

The file itself is opened in another process only: see probe_child.py.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..errors import InputError, MediaError
from ..records import Media, SetRight, SoundTrack, TextTrack
from . import ffmpeg, tone
from .probe_process import ask

MP4_VIDEO = {"h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg"}
CUT_OFF_MS = 1000  # a stream that ends this much before its promised end was cut off
LONGEST_S = 4 * 3600
RATES = (4000, 768_000)  # samples a second
JUMP_S = 900  # files beyond this must have sound for a quarter of their length
UNEVEN_S = 0.2  # decoded and promised sound may differ by so much: priming, the last packet
SUFFIXES = {".mp4", ".mov", ".m4v", ".mkv", ".webm", ".ts", ".mts", ".m2ts", ".avi", ".mpg", ".mpeg", ".mxf"}


def probe(path: Path, language: str = "", sound: str = "") -> Media:
    """Facts of a video file. Raises MediaError with what to do; every packet is read, so a cut-off file shows.

    Args:
        language: the source's, by which one of several sound tracks is chosen; else the default one is taken.
        sound: the track that was chosen by listening, e.g. "a:1".
    """
    shown = path.name
    if not path.is_file():
        raise InputError("no such file", shown, "check the path")
    try:
        if path.stat().st_size == 0:
            raise MediaError("the file is empty", shown, "upload it again")
        (facts,) = ask([path], language, sound=int(sound.partition(":")[2]) if sound else None)
    except OSError as error:
        raise MediaError(
            f"cannot be read: {error.strerror or error}", shown, "check the file and its rights"
        ) from error
    return media_of(facts, shown)


def media_of(facts: dict[str, Any], shown: str) -> Media:
    """The facts as a record. Raises MediaError where they say that the file cannot be used."""
    streams, picture, sound = facts["streams"], facts["picture"], facts["sound"]
    if picture is None:
        raise MediaError("there is no picture in this file", shown, "drop the episode's video, not only its sound")
    if sound is None:
        raise MediaError("there is no sound in this file", shown, "export the episode with its sound")
    video, heard = streams[picture], streams[sound]
    if video["codec"] not in MP4_VIDEO:
        what = f"video codec {video['codec'] or 'unknown'} cannot be carried in MP4 untouched"
        raise MediaError(what, shown, "export as H.264, H.265, AV1 or VP9")
    seen, played = facts["tracks"].get(str(picture)), facts["tracks"].get(str(sound))
    if seen is None or facts["rotation"] is None:
        raise MediaError("the picture holds no frame", shown, "upload it again or re-export it")
    if played is None:
        raise MediaError("the sound track is empty", shown, "export the episode with its sound")
    decoded = facts["decoded"]
    if not decoded["seconds"]:
        raise MediaError(
            f"the sound ({heard['codec'] or 'unknown'}) cannot be decoded", shown, "export it as AAC or PCM"
        )
    odd = [rate for rate in (heard["rate"], *(k[0] for k in decoded["kinds"])) if not RATES[0] <= rate <= RATES[1]]
    if odd:
        raise MediaError(f"the sound says {odd[0]} samples a second", shown, "export it again, at 48 kHz")
    # a transport stream counts from anywhere: time 0 is where ffmpeg puts it, at the file's first packet
    base = facts["start"] if facts["start"] is not None else max(0.0, min(seen["start"], played["start"]))
    length, last = seen["end"] - base, max(t["end"] for t in facts["tracks"].values()) - base
    promised = max(video["promised"], heard["promised"])
    if facts["format"].startswith("matroska") and all(s["type"] != "subtitle" for s in streams):
        whole = facts["duration"]  # Matroska promises for the whole file only, and some writers count it from 0
        promised = max(promised, whole - base if whole > last + CUT_OFF_MS / 1000 else whole)
    if promised - last > CUT_OFF_MS / 1000:
        raise MediaError(f"the file is cut off after {last:.1f} s of {promised:.1f} s", shown, "upload it again")
    if not 0 < last < LONGEST_S:
        raise MediaError(f"its clock runs to {last:.0f} s", shown, "export it again, with timestamps from 0")
    if last > JUMP_S and decoded["seconds"] < last / 4:  # decoding would fill the hours between with silence
        what = f"its clock jumps: {decoded['seconds']:.0f} s of sound in a file of {last:.0f} s"
        raise MediaError(what, shown, "export it again, with timestamps from 0")
    rate = float(Fraction(*facts["rate"])) if facts["rate"] else (seen["packets"] / length if length else 25.0)
    return Media(
        duration_ms=round(length * 1000),
        frame_ms=round(1000 / rate, 3),
        width=video["width"],
        height=video["height"],
        rotation=facts["rotation"],
        video_codec=video["codec"],
        audio_codec=heard["codec"],
        channels=heard["channels"],
        sample_rate=heard["rate"],
        audio_start_ms=round((played["start"] - base) * 1000),
        picture=_specifier(streams, picture),
        sound=_specifier(streams, sound),
        layout=heard["layout"],
        sound_end_ms=round((played["end"] - base) * 1000),
        sound_lost_ms=_lost_ms(decoded, played),
        steady=len(decoded["kinds"]) == 1 and not facts["restarts"],
        transfer=tone.CODES.get(facts["colour"]["color_trc"], ""),
        texts=tuple(_texts(streams)),
        sounds=tuple(_sounds(facts, base)),
        chosen_by=facts["chosen_by"],
        notes=tuple(_notes(facts, played)),
        set_right=tuple(SetRight("", what) for what in _set_right(facts)),
    )


def _specifier(streams: list[dict[str, Any]], index: int) -> str:
    """A stream as ffmpeg selects it, e.g. "a:1" for the second sound track."""
    kind = streams[index]["type"]
    return f"{kind[0]}:{sum(s['type'] == kind for s in streams[:index])}"


def _texts(streams: list[dict[str, Any]]) -> list[TextTrack]:
    return [
        TextTrack(_specifier(streams, n), s["codec"] or "", s["language"], s["title"], _is_aside(s))
        for n, s in enumerate(streams)
        if s["type"] == "subtitle"
    ]


def _is_aside(stream: dict[str, Any]) -> bool:
    """Whether a subtitle track holds something else than all that is said."""
    return stream["forced"] or stream["aside"] or bool(re.search(r"(?i)comment|forced|signs|songs|lyrics", stream["title"]))


def _sounds(facts: dict[str, Any], base: float) -> list[SoundTrack]:
    """The sound tracks that hold anything, where there are several."""
    streams, tracks = facts["streams"], facts["tracks"]
    rows = [(n, s) for n, s in enumerate(streams) if s["type"] == "audio" and str(n) in tracks]
    if len(rows) < 2:
        return []
    return [
        SoundTrack(
            stream=_specifier(streams, n), codec=s["codec"] or "", channels=s["channels"], layout=s["layout"],
            sample_rate=s["rate"], start_ms=round((tracks[str(n)]["start"] - base) * 1000),
            end_ms=round((tracks[str(n)]["end"] - base) * 1000), language=s["language"], title=s["title"],
            default=s["default"], aside=s["aside"],
        )
        for n, s in rows
    ]  # fmt: skip


def _notes(facts: dict[str, Any], played: dict[str, Any]) -> list[str]:
    """What a person should know of the file: what is not read, and what is odd about its sound."""
    decoded = facts["decoded"]
    notes = []
    if decoded["bad"]:
        notes.append(f"{decoded['bad']} packets of the sound cannot be decoded")
    if _lost_ms(decoded, played):
        notes.append(f"the sound decodes to {decoded['seconds']:.1f} s, its packets say {played['covered']:.1f} s")
    return notes


def _set_right(facts: dict[str, Any]) -> list[str]:
    """What was put straight: sound that changes, a clock that starts again."""
    decoded = facts["decoded"]
    notes = []
    if len(kinds := decoded["kinds"]) > 1:
        changes = ", then ".join(f"{rate} Hz {layout}" for rate, _channels, layout in kinds[:4])
        notes.append(f"the sound changes on its way: {changes}")
    streams = facts["streams"]
    pictures = [n for n, s in enumerate(streams) if s["type"] == "video" and not s["cover"]]
    if len(pictures) > 1:
        sizes = ", ".join(f"{streams[n]['width']}x{streams[n]['height']}" for n in pictures)
        by = "the default" if streams[facts["picture"]]["default"] else "the first"
        notes.append(f"{len(pictures)} pictures ({sizes}): number {pictures.index(facts['picture']) + 1} is taken ({by})")
    if facts["restarts"]:
        notes.append(f"the file's clock starts again {facts['restarts']} times: taken as going on")
    return notes


def _lost_ms(decoded: dict[str, Any], played: dict[str, Any]) -> int:
    """How far decoded sound is from what its packets promise, by their own lengths and by their times; 0 where near."""
    spans: list[float] = [played["covered"], played["end"] - played["start"]]
    seconds: float = decoded["seconds"]
    off = min((abs(seconds - s) for s in spans if s > 0), default=0.0)
    return round(1000 * off) if off > UNEVEN_S + max(spans) / 200 else 0


def sound_end_ms(path: Path) -> int:
    """Where the programme's sound ends on the file's timeline."""
    (facts,) = ask([path])
    end: float = facts["tracks"].get(str(facts["sound"]), {"end": 0.0})["end"]
    return round(1000 * end)


def same_picture(one: Path, other: Path) -> bool:
    """Whether two files hold the same picture: the same packets, or, where a container packs them another way
    (a transport stream), the same decoded frames."""
    first, second = ask([one, other], hashes=True)
    return same_packets(first, second, one, other)


def same_packets(first: dict[str, Any], second: dict[str, Any], one: Path, other: Path) -> bool:
    """`same_picture` of two files whose facts are known, with their packets' digests."""
    if first["hashes"] == second["hashes"]:
        return True
    made = set()
    for facts, path in ((first, one), (second, other)):
        picture = _specifier(facts["streams"], facts["picture"])
        argv = ["-v", "error", "-i", ffmpeg.url(path), "-map", f"0:{picture}", "-fps_mode", "passthrough"]
        made.add(ffmpeg.run([*argv, "-f", "md5", "-"], where=path.name)[0])
    return len(made) == 1


def displayed_size(media: Media) -> tuple[int, int]:
    """Width and height as a viewer sees them, the rotation applied."""
    return (media.height, media.width) if media.rotation % 180 == 90 else (media.width, media.height)


def is_vertical(media: Media) -> bool:
    """Whether the picture is higher than wide."""
    width, height = displayed_size(media)
    return height > width


def packet_hashes(path: Path) -> list[str]:
    """A digest of each video packet's bytes, in file order: equal lists mean an untouched picture."""
    hashes: list[str] = ask([path], hashes=True)[0]["hashes"]
    return hashes
