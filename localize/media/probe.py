"""What lies in a dropped file: probed with PyAV packet by packet, and refused with a reason where it cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from ..errors import InputError, MediaError
from ..records import Media
from . import ffmpeg

MP4_VIDEO = {"h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg"}
CUT_OFF_MS = 1000  # a stream that ends this much before its promised end was cut off
SUFFIXES = {".mp4", ".mov", ".m4v", ".mkv", ".webm", ".ts", ".mts", ".avi", ".mpg", ".mpeg"}


def probe(path: Path) -> Media:
    """Facts of a video file. Raises MediaError with what to do; every packet is read, so a cut-off file shows."""
    shown = path.name
    if not path.is_file():
        raise InputError("no such file", shown, "check the path")
    if path.stat().st_size == 0:
        raise MediaError("the file is empty", shown, "upload it again")
    try:
        with av.open(str(path.absolute()), metadata_errors="replace") as container:
            return _facts(container, shown)
    except av.error.FFmpegError as error:
        raise MediaError(
            f"cannot be read as video ({error.strerror})", shown, "upload it again or re-export it"
        ) from error
    except (OSError, ValueError) as error:
        raise MediaError(f"cannot be read: {error}", shown, "check the file and its rights") from error


def _facts(container: Any, shown: str) -> Media:
    video = next((s for s in container.streams.video if not _is_cover(s)), None)
    if video is None:
        raise MediaError("there is no picture in this file", shown, "drop the episode's video, not only its sound")
    if not container.streams.audio:
        raise MediaError("there is no sound in this file", shown, "export the episode with its sound")
    sound = container.streams.audio[0]
    if video.codec_context.name not in MP4_VIDEO:
        what = f"video codec {video.codec_context.name} cannot be carried in MP4 untouched"
        raise MediaError(what, shown, "export as H.264, H.265, AV1 or VP9")
    ends = {video.index: 0.0, sound.index: 0.0}
    starts: dict[int, float] = {}
    frames = 0
    for packet in container.demux(video, sound):
        if packet.pts is None or packet.time_base is None:
            continue
        at = float(packet.pts * packet.time_base)
        index = packet.stream.index
        starts.setdefault(index, at)
        ends[index] = max(ends[index], at + float((packet.duration or 0) * packet.time_base))
        frames += index == video.index
    if not frames:
        raise MediaError("the picture holds no frame", shown, "upload it again or re-export it")
    if sound.index not in starts:
        raise MediaError("the sound track is empty", shown, "export the episode with its sound")
    # a transport stream counts from anywhere: time 0 is where its first packet stands
    base = min(starts.values()) if min(starts.values()) > 0 else 0.0
    ends = {index: end - base for index, end in ends.items()}
    starts = {index: start - base for index, start in starts.items()}
    promised = max((float(s.duration * s.time_base) for s in (video, sound) if s.duration), default=0.0)
    if promised - max(ends.values()) > CUT_OFF_MS / 1000:
        what = f"the file is cut off after {max(ends.values()):.1f} s of {promised:.1f} s"
        raise MediaError(what, shown, "upload it again")
    length = ends[video.index]
    rate = float(video.average_rate) if video.average_rate else (frames / length if length else 25.0)
    return Media(
        duration_ms=round(length * 1000),
        frame_ms=round(1000 / rate, 3),
        width=video.codec_context.width,
        height=video.codec_context.height,
        rotation=_rotation(container, video),
        video_codec=video.codec_context.name,
        audio_codec=sound.codec_context.name,
        channels=sound.codec_context.channels,
        sample_rate=sound.codec_context.sample_rate,
        audio_start_ms=round(starts[sound.index] * 1000),
    )


def sound_end_ms(path: Path) -> int:
    """Where the first sound track ends on the file's timeline."""
    with av.open(str(path.absolute()), metadata_errors="replace") as container:
        ends = [
            float((p.pts + (p.duration or 0)) * p.time_base)
            for p in container.demux(container.streams.audio[0])
            if p.pts is not None and p.time_base is not None
        ]
    return round(1000 * max(ends, default=0.0))


def same_picture(one: Path, other: Path) -> bool:
    """Whether two files hold the same picture: the same packets, or, where a container packs them another way
    (a transport stream), the same decoded frames."""
    if packet_hashes(one) == packet_hashes(other):
        return True
    argv = ["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "md5", "-"]
    return len({ffmpeg.run(["-v", "error", "-i", ffmpeg.url(p), *argv], where=p.name)[0] for p in (one, other)}) == 1


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _rotation(container: Any, video: Any) -> int:
    """Degrees from the display matrix of the first frame; 0 where none is given."""
    try:
        container.seek(0)
        for frame in container.decode(video):
            return int(getattr(frame, "rotation", 0)) % 360
    except av.error.FFmpegError:
        return 0
    return 0


def displayed_size(media: Media) -> tuple[int, int]:
    """Width and height as a viewer sees them, the rotation applied."""
    return (media.height, media.width) if media.rotation % 180 == 90 else (media.width, media.height)


def is_vertical(media: Media) -> bool:
    """Whether the picture is higher than wide."""
    width, height = displayed_size(media)
    return height > width


def packet_hashes(path: Path) -> list[str]:
    """A digest of each video packet's bytes, in file order: equal lists mean an untouched picture."""
    import hashlib

    with av.open(str(path.absolute()), metadata_errors="replace") as container:
        video = next(s for s in container.streams.video if not _is_cover(s))
        return [hashlib.md5(bytes(p)).hexdigest() for p in container.demux(video) if p.size]
