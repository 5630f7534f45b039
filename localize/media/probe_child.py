"""The program that opens strangers' files, run as a process of its own: a file that ends it ends nothing else.

    python probe_child.py '{"files": [PATH, ...], "hashes": false, "language": "", "sound": null}'

It writes an empty line when it is ready to open them, then a JSON list on its standard output, for each file its facts or {"error": why}. It imports PyAV and nothing of
this project, limits itself before it opens anything, and decodes one sound track and one frame of the picture.

Facts of a file:
    format, streams       name of the container; what lies in it, in file order
    start, duration       where its clock starts, and how long its head says that it is, in s
    picture, sound        stream numbers of the chosen ones, None where there is none; chosen_by: why that sound
    tracks                how many of each stream's packets there are, and where they start and end, in s
    rotation, rate        of the picture: degrees (None where no frame can be decoded), and frames a second as a fraction
    decoded               of the sound: seconds decoded, packets that were not, and every [rate, channels, layout] in turn
    restarts              how often the file's clock starts again or jumps
    hashes                a digest of each video packet, where asked for
"""

from __future__ import annotations

import hashlib
import json
import re
import resource
import sys
from typing import Any

import av

DATA_BYTES = 3 << 30
OUTPUT_BYTES = 64 << 20
CPU_S = 600
# what a studio's file may be: no playlist or script, which could name other files of this machine
FORMATS = "mov,matroska,webm,mpegts,mpeg,mpegvideo,avi,mxf,flv,asf,ogg,wav,w64,aiff,flac,mp3,aac"
OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
JUMP_S = 10.0  # as ffmpeg's dts_delta_threshold
BACK_S = 0.1
FIRST_PACKETS = 300  # in which the picture's first frame must come
COVER = av.stream.Disposition.attached_pic
DEFAULT = av.stream.Disposition.default
FORCED = av.stream.Disposition.forced
ASIDE = (  # sound that is not the programme
    av.stream.Disposition.comment
    | av.stream.Disposition.visual_impaired
    | av.stream.Disposition.hearing_impaired
    | av.stream.Disposition.clean_effects
    | av.stream.Disposition.karaoke
)


ASIDE_TITLE = re.compile(
    r"(?i)\bcomment(ary|aries|s)?\b|\bcomentários?\b|\bcomentarios?\b|\bdirector\b|audio.?descri|\bdescribed\b|\bdescriptive\b|"
    r"descripci[oó]n|descrição|\bisolated\b|\bkaraoke\b|解说|评论音轨"
)


def main() -> None:
    for kind, most in (
        (resource.RLIMIT_DATA, DATA_BYTES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    print(flush=True)  # whatever happens from here on is a file's doing
    asked = json.loads(sys.argv[1])
    json.dump([_answer(path, asked) for path in asked["files"]], sys.stdout)


def _answer(path: str, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        with av.open(f"file:{path}", metadata_errors="replace", options=OPTIONS) as container:
            return facts(container, asked.get("language", ""), asked.get("hashes", False), asked.get("sound"))
    except av.error.FFmpegError as error:
        return {"error": error.strerror or str(error)}
    except (OSError, ValueError, MemoryError, OverflowError) as error:
        return {"error": str(error) or type(error).__name__}


def facts(container: Any, language: str, hashes: bool, wanted: int | None = None) -> dict[str, Any]:
    """All that is measured in one pass over the packets; `wanted`: the number of the sound track that somebody chose."""
    streams = [_stream(s) for s in container.streams]
    pictures = [s for s in container.streams.video if not s.disposition & COVER]
    video = min(pictures, key=lambda s: (not s.disposition & DEFAULT, s.index), default=None)
    if wanted is not None and wanted < len(container.streams.audio):
        sound, by = container.streams.audio[wanted], "by listening"
    else:
        sound, by = choose_sound(container.streams.audio, language)
    found: dict[str, Any] = {
        "format": container.format.name,
        "start": container.start_time / av.time_base if container.start_time is not None else None,
        "streams": streams,
        "picture": video.index if video else None,
        "sound": sound.index if sound else None,
        "chosen_by": by,
        "duration": container.duration / av.time_base if container.duration is not None else 0.0,
    }
    if video is not None:
        rate = video.average_rate
        found["rate"] = [rate.numerator, rate.denominator] if rate else None
        found["colour"] = _colour(video.codec_context)
    found |= _packets(container, video, sound, hashes)
    return found


def choose_sound(streams: Any, language: str) -> tuple[Any, str]:
    """The programme's track, and by what: the language asked for, else the default one, else the first. Commentary and
    the like come last. None where there is no sound."""
    short = language.split("-")[0].lower()

    def mine(stream: Any) -> bool:
        tag = (stream.metadata.get("language") or "").lower().replace("_", "-").partition("-")[0]
        return bool(short) and tag in (short, *ISO.get(short, ()))

    def rank(stream: Any) -> tuple[bool, bool, bool, int]:
        return not mine(stream), _is_aside(stream), not stream.disposition & DEFAULT, stream.index

    chosen = min(streams, key=rank, default=None)
    if chosen is None:
        return None, ""
    if mine(chosen):
        return chosen, "its language"
    return chosen, "the default" if chosen.disposition & DEFAULT else "the first that is no commentary"


def _is_aside(stream: Any) -> bool:
    """Whether a sound track is commentary, a description for the blind or the like: by its flags, or by its title."""
    return bool(stream.disposition & ASIDE or ASIDE_TITLE.search(stream.metadata.get("title") or ""))


# ISO 639-1 to 639-2 of the languages that dramas come in; containers write the latter
ISO = {
    "ar": ("ara",), "de": ("ger", "deu"), "en": ("eng",), "es": ("spa",), "fr": ("fre", "fra"), "hi": ("hin",),
    "id": ("ind",), "it": ("ita",), "ja": ("jpn",), "ko": ("kor",), "pt": ("por",), "ru": ("rus",), "ta": ("tam",),
    "te": ("tel",), "th": ("tha",), "tr": ("tur",), "vi": ("vie",), "zh": ("chi", "zho", "cmn"),
}  # fmt: skip


def _packets(container: Any, video: Any, sound: Any, hashes: bool) -> dict[str, Any]:
    """Where each stream's packets start and end, with the clock's restarts taken out as ffmpeg takes them out."""
    watched = [s for s in container.streams if s.type == "audio" or s is video]
    tracks: dict[int, dict[str, float]] = {}
    restarts, offset, jumps = 0, 0.0, container.format.name == "mpegts"
    following: dict[int, float] = {}
    digests: list[str] = []
    decoder = _Decoder(sound) if sound is not None else None
    first = _FirstFrame(video)
    for packet in _until_broken(container, watched):
        index, base = packet.stream.index, packet.time_base
        if packet.size and decoder is not None and packet.stream is sound:
            decoder.feed(packet)
        if packet.size and packet.stream is video:
            first.feed(packet)
            if hashes:
                digests.append(hashlib.md5(bytes(packet)).hexdigest())
        if not packet.size or packet.pts is None or not base:
            continue
        length = float((packet.duration or 0) * base)
        at = float((packet.dts if packet.dts is not None else packet.pts) * base) + offset
        if jumps and index in following and not -JUMP_S < at - following[index] < JUMP_S:
            offset += following[index] - at
            restarts, at = restarts + 1, following[index]
        elif jumps and index in following and at < following[index] - BACK_S and not packet.is_corrupt:
            late = following[index] - at
            offset, restarts, at = offset + late, restarts + 1, at + late
        following[index] = at + length
        shown = float(packet.pts * base) + offset
        track = tracks.setdefault(index, {"packets": 0, "start": shown, "end": shown, "covered": 0.0})
        track["packets"] += 1
        track["start"], track["end"] = min(track["start"], shown), max(track["end"], shown + length)
        if not packet.is_discard:  # what was cut off without encoding anew lies before the start, and is never played
            track["covered"] += length
    made: dict[str, Any] = {"tracks": {str(k): v for k, v in tracks.items()}, "restarts": restarts}
    made["rotation"] = first.end()
    if decoder is not None:
        made["decoded"] = decoder.end()
    if hashes:
        made["hashes"] = digests
    return made


def _until_broken(container: Any, streams: list[Any]) -> Any:
    """Packets until the file's end, or until nothing more can be read from it."""
    try:
        yield from container.demux(streams)
    except (av.error.FFmpegError, ValueError):
        return


class _Decoder:
    """One sound track decoded and counted; the samples themselves are dropped."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.seconds, self.bad = stream, 0.0, 0
        self.kinds: list[list[Any]] = []

    def feed(self, packet: Any) -> None:
        try:
            for frame in packet.decode():
                self._count(frame)
        except (av.error.FFmpegError, ValueError):
            self.bad += 1

    def _count(self, frame: Any) -> None:
        if not frame.sample_rate:
            return
        self.seconds += frame.samples / frame.sample_rate
        kind = [frame.sample_rate, frame.layout.nb_channels, frame.layout.name]
        if kind not in self.kinds[-1:] and len(self.kinds) < 100:
            self.kinds.append(kind)

    def end(self) -> dict[str, Any]:
        try:
            for frame in self.stream.codec_context.decode(None):
                self._count(frame)
        except (av.error.FFmpegError, ValueError):
            pass
        return {"seconds": self.seconds, "bad": self.bad, "kinds": self.kinds}


class _FirstFrame:
    """The picture's first frame, for its display matrix; the rest is not decoded."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.left = stream, FIRST_PACKETS
        self.rotation: int | None = None
        if stream is not None:
            stream.thread_type = "NONE"

    def feed(self, packet: Any) -> None:
        if self.rotation is None and self.left:
            self.left -= 1
            self._take(packet)

    def _take(self, packet: Any) -> None:
        try:
            for frame in self.stream.codec_context.decode(packet):
                self.rotation = int(getattr(frame, "rotation", 0)) % 360
                return
        except (av.error.FFmpegError, ValueError):
            pass

    def end(self) -> int | None:
        """Degrees; None where no frame can be decoded."""
        if self.rotation is None and self.stream is not None:
            self._take(None)
        return self.rotation


def _stream(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    row = {
        "type": stream.type,
        # a decoder has a name of its own: AV1's is libdav1d
        "codec": (context.codec.canonical_name if stream.type == "video" else context.name) if context is not None else "",
        "language": stream.metadata.get("language", "und"),
        "title": stream.metadata.get("title", ""),
        "default": bool(stream.disposition & DEFAULT),
        "cover": bool(stream.disposition & COVER),
        "aside": _is_aside(stream) if stream.type == "audio" else bool(stream.disposition & av.stream.Disposition.comment),
        "forced": bool(stream.disposition & FORCED),
        "promised": float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0,
    }
    if stream.type == "video" and context is not None:
        row |= {"width": context.width, "height": context.height, "tag": context.codec_tag}
    if stream.type == "audio" and context is not None:
        row |= {"channels": context.channels, "rate": context.sample_rate, "layout": context.layout.name}
    return row


def _colour(context: Any) -> dict[str, int]:
    names = ("color_primaries", "color_trc", "colorspace", "color_range")
    return {name: int(getattr(context, name)) for name in names}


if __name__ == "__main__":
    main()
