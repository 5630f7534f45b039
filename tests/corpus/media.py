"""Media as studios send them: each kind is made from nothing by ffmpeg, its right outcome written beside it.

    python -m tests.corpus.media FOLDER     makes every kind

Picture and sound say where they stand: in each second's first half the picture's upper half is white and the sound is
1,000 Hz, in its second half neither, so that a shift shows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from localize.media import ffmpeg

SECONDS = 4
FLASH = "drawbox=w=iw:h=ih/2:color=white:t=fill:enable='lt(mod(t\\,1)\\,0.5)'"
PICTURE = f"testsrc2=s=180x320:r=25:d={SECONDS},{FLASH}"
HALF = f"testsrc2=s=180x320:r=25:d={SECONDS / 2},{FLASH}"
BEEPS = "0.4*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.5)"
TONE = "0.3*sin(2*PI*300*t)"
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25")
AAC = ("-c:a", "aac", "-b:a", "96k")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of file.

    Attributes:
        make: writes it to the path.
        error: words of the one typed line where it cannot be used; empty where it can.
        note: words of a note in the report; empty where none is needed; later: it is said when the episode is listened to.
        ms: length of its picture; sound_ms: where its sound ends; heard: the beeps start so many ms late; None where
            the beeps are not whole; seen: so do the flashes.
        failed: names of the checks that must not pass.
        holds: words that ffmpeg's listing of the finished video must hold.
        sound, picture: the chosen streams.
        report: "owner/repository#number" of a public report that tells of the same trouble.
    """

    name: str
    make: Callable[[Path], None]
    error: str = ""
    note: str = ""
    ms: int = SECONDS * 1000
    sound_ms: int = SECONDS * 1000
    heard: int | None = 0
    seen: int = 0
    failed: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    report: str = ""
    sound: str = "a:0"
    picture: str = "v:0"
    later: bool = False


def ff(*argv: str | Path) -> None:
    """Run ffmpeg."""
    ffmpeg.run(["-v", "error", *(ffmpeg.url(a) if isinstance(a, Path) else a for a in argv)])


def sound(expression: str = BEEPS, seconds: float = SECONDS, rate: int = 48_000, layout: str = "") -> list[str]:
    """An input of sound, one expression for every channel, separated by "|"."""
    named = f":c={layout}" if layout else ""
    return ["-f", "lavfi", "-i", f"aevalsrc='{expression}':d={seconds}:s={rate}{named}"]


def plain(path: Path, *options: str, expression: str = BEEPS, rate: int = 48_000, layout: str = "") -> None:
    """A file with one picture and one sound track; later options win."""
    ff("-f", "lavfi", "-i", PICTURE, *sound(expression, rate=rate, layout=layout), *X264, *AAC, *options, path)


def two_tracks(path: Path, *options: str) -> None:
    """Another sound first, the beeps second."""
    ff("-f", "lavfi", "-i", PICTURE, *sound(TONE), *sound(), "-map", "0:v", "-map", "1:a", "-map", "2:a", *X264, *AAC,
       *options, path)  # fmt: skip


def two_pictures(path: Path) -> None:
    """A small picture of one colour first, the episode's second and marked default."""
    ff("-f", "lavfi", "-i", f"color=c=red:s=90x160:r=25:d={SECONDS}", "-f", "lavfi", "-i", PICTURE, *sound(), "-map", "0:v", "-map", "1:v",
       "-map", "2:a", *X264, *AAC, "-disposition:v:0", "0", "-disposition:v:1", "default", path)  # fmt: skip


def copied(path: Path) -> None:
    """The end of a longer file, cut between two key pictures without encoding anew: it holds 1.6 s that are never played."""
    longer = path.with_name("longer.tmp.mp4")
    seconds = SECONDS + 1.6
    ff("-f", "lavfi", "-i", f"testsrc2=s=180x320:r=25:d={seconds},{FLASH}", *sound(seconds=seconds), *X264, "-g", "250", *AAC, longer)
    ff("-ss", "1.6", "-i", longer, "-c", "copy", path)
    longer.unlink()


def boxes(data: bytes) -> list[bytes]:
    """The boxes of an MP4, or of one of its boxes."""
    found, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append(data[at : at + size])
        at += max(size, 8)
    return found


def tags_first(data: bytes) -> bytes:
    """An MP4 whose tags, the cover among them, stand before its tracks, as some programs write them."""
    out = []
    for box in boxes(data):
        if box[4:8] == b"moov":
            inside = sorted(boxes(box[8:]), key=lambda b: (b"mvhd", b"udta").index(b[4:8]) if b[4:8] != b"trak" else 2)
            box = box[:8] + b"".join(inside)
        out.append(box)
    return b"".join(out)


def cover_first(path: Path) -> None:
    """A cover picture as stream 0."""
    beside = path.with_name("parts.tmp.mp4")
    cover = path.with_name("cover.tmp.png")
    plain(beside)
    ff("-f", "lavfi", "-i", "color=c=red:s=64x64:d=1", "-frames:v", "1", cover)
    ff("-i", beside, "-i", cover, "-map", "0:v", "-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v:1",
       "attached_pic", path)  # fmt: skip
    path.write_bytes(tags_first(path.read_bytes()))
    beside.unlink()
    cover.unlink()


def joined(path: Path) -> None:
    """Two transport streams end to end: the clock starts again, and the sound's rate and channels change."""
    parts = []
    for number, (rate, layout) in enumerate(((48_000, "stereo"), (44_100, "mono"))):
        part = path.with_name(f"part{number}.tmp.ts")
        expression = f"{BEEPS}|{BEEPS}" if layout == "stereo" else BEEPS
        ff("-f", "lavfi", "-i", HALF,
           *sound(expression, SECONDS / 2, rate, layout), *X264, *AAC, part)  # fmt: skip
        parts.append(part)
    path.write_bytes(b"".join(p.read_bytes() for p in parts))
    for part in parts:
        part.unlink()


def clock_again(path: Path) -> None:
    """One transport stream twice: only the clock starts again."""
    part = path.with_name("half.tmp.ts")
    ff("-f", "lavfi", "-i", HALF, *sound(seconds=SECONDS / 2), *X264, *AAC, part)
    path.write_bytes(part.read_bytes() * 2)
    part.unlink()


def moved(path: Path, picture: str = "0", heard: str = "0", ending: str = "mp4") -> None:
    """Picture or sound that starts later; in s."""
    part = path.with_name(f"whole.tmp.{ending}")
    plain(part)
    ff(
        "-itsoffset",
        picture,
        "-i",
        part,
        "-itsoffset",
        heard,
        "-i",
        part,
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c",
        "copy",
        path,
    )
    part.unlink()


def sized(path: Path, seconds: float, *options: str) -> None:
    """Sound that is shorter or longer than the picture."""
    ff("-f", "lavfi", "-i", PICTURE, *sound(seconds=seconds), *X264, *AAC, *options, path)


def cut(path: Path, share: float, *options: str) -> None:
    """A file of which only the first part is there."""
    plain(path, *options)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def with_channels(path: Path, count: int) -> None:
    """PCM with so many channels, the beeps in each."""
    plain(path, "-c:a", "pcm_s16le", expression="|".join([BEEPS] * count))


def says_two_hertz(path: Path) -> None:
    """PCM in a MOV whose entry says two samples a second."""
    plain(path, "-c:a", "pcm_s16le")
    data = path.read_bytes()
    at = data.index(b"sowt", data.index(b"stsd", data.index(b"smhd"))) + 28
    path.write_bytes(data[:at] + b"\0\2" + data[at + 2 :])


def chapters(path: Path) -> None:
    """Chapters, subtitles, and a timecode track."""
    text, marks = path.with_name("t.tmp.srt"), path.with_name("m.tmp.txt")
    text.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    marks.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=One\n")
    ff("-f", "lavfi", "-i", PICTURE, *sound(), "-i", text, "-i", marks, "-map", "0:v", "-map", "1:a", "-map", "2:s",
       "-map_chapters", "3", *X264, *AAC, "-c:s", "mov_text", "-timecode", "01:00:00:00", path)  # fmt: skip
    text.unlink()
    marks.unlink()


def writes(data: bytes) -> Callable[[Path], None]:
    """Bytes that are no video."""

    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:pools=1")
HDR = ("-pix_fmt", "yuv420p10le", "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
CENTRE = f"{TONE}|{TONE}|{BEEPS}|0|{TONE}|{TONE}"
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"
JUMP = 3 * 3600  # s
SEAM = 45  # two parts end to end: the second starts where the first one's last packet ends

KINDS = (
    Kind(name="plain.mp4", make=plain),
    Kind(name="faststart.mp4", make=lambda p: plain(p, "-movflags", "+faststart")),
    Kind(name="fragments.mp4", make=lambda p: plain(p, "-movflags", "+frag_keyframe+empty_moov")),
    Kind(name="pcm.mov", make=lambda p: plain(p, "-c:a", "pcm_s24le")),
    Kind(name="pcm.mxf", make=lambda p: plain(p, "-c:v", "mpeg2video", "-c:a", "pcm_s16le")),
    Kind(report="AlexAltea/curator#10", name="pcm.avi", make=lambda p: plain(p, "-c:a", "pcm_s16le")),
    Kind(name="opus.webm", make=lambda p: plain(p, "-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-c:a", "libopus")),
    Kind(name="plain.mkv", make=plain),
    Kind(name="plain.ts", make=plain),
    Kind(name="opus.mp4", make=lambda p: plain(p, "-c:a", "libopus"), report="Const-me/Whisper#117"),
    Kind(name="rate44.mov", make=lambda p: plain(p, "-c:a", "pcm_s16le", "-ar", "44100"), report="OpenCut-app/OpenCut#703"),
    Kind(name="mp2.ts", make=lambda p: plain(p, "-c:a", "mp2"), report="HandBrake/HandBrake#568"),
    Kind(name="tracks.ts", make=lambda p: two_tracks(p, "-metadata:s:a:0", "language=kor", "-metadata:s:a:1", "language=eng"),
         sound="a:1", note="number 2 is the programme (its language)", report="SubtitleEdit/subtitleedit#5750"),
    Kind(name="apart.ts", make=lambda p: moved(p, heard="0.6"), heard=600,
         sound_ms=SECONDS * 1000 + 600, report="microsoft/FFmpegInterop#262"),
    Kind(name="mono8k.mkv", make=lambda p: plain(p, "-c:a", "pcm_s16le", rate=8000)),
    Kind(name="surround.mp4", make=lambda p: plain(p, expression=CENTRE, layout="5.1"), heard=None),
    Kind(name="sevenone.mov", make=lambda p: with_channels(p, 8)),
    Kind(name="sevenchannels.mov", make=lambda p: with_channels(p, 7)),
    Kind(name="twentyfour.mov", make=lambda p: with_channels(p, 24), note="the first two"),
    Kind(name="opposite.mp4", make=lambda p: plain(p, expression=f"{BEEPS}|-({BEEPS})"), note="opposite phase"),
    Kind(report="SubtitleEdit/subtitleedit#6110", name="second.mp4", make=lambda p: two_tracks(p, "-disposition:a:0", "0", "-disposition:a:1", "default"),
         sound="a:1", note="number 2 is the programme (the default)"),
    Kind(report="SubtitleEdit/subtitleedit#7164", name="language.mkv", make=lambda p: two_tracks(p, "-metadata:s:a:0", "language=kor", "-metadata:s:a:1",
         "language=eng", "-disposition:a:0", "default", "-disposition:a:1", "0"),
         sound="a:1", note="number 2 is the programme (its language)"),
    Kind(name="commentary.mkv", make=lambda p: two_tracks(p, "-disposition:a:0", "comment", "-disposition:a:1", "0"),
         sound="a:1", note="number 2 is the programme"),
    Kind(name="cover.mp4", make=cover_first, picture="v:1"),
    Kind(name="joined.ts", make=joined, note="changes on its way", heard=SEAM, seen=SEAM),
    Kind(name="clock.ts", make=clock_again, note="clock starts again", heard=SEAM, seen=SEAM),
    Kind(report="gpac/gpac#2283", name="latesound.mp4", make=lambda p: moved(p, heard="1"), heard=1000, sound_ms=SECONDS * 1000 + 1000),
    Kind(name="latepicture.mp4", make=lambda p: moved(p, picture="0.6"), ms=SECONDS * 1000 + 600, seen=600),
    Kind(name="late.ts", make=lambda p: moved(p, picture="20", heard="20", ending="ts")),
    Kind(report="Vanilagy/mediabunny#315", name="negative.mkv", make=lambda p: plain(p, "-output_ts_offset", "-0.5", "-avoid_negative_ts", "disabled")),
    Kind(name="copied.mp4", make=copied, heard=400, seen=400),
    Kind(name="quarter.mp4", make=lambda p: sized(p, SECONDS / 4), sound_ms=SECONDS * 250, heard=None),
    Kind(name="twice.mp4", make=lambda p: sized(p, SECONDS * 2), sound_ms=SECONDS * 2000),
    Kind(name="tail.mkv", make=lambda p: cut(p, 0.97), ms=3880, sound_ms=3880),
    Kind(name="half.mkv", make=lambda p: cut(p, 0.6), error="cut off"),
    Kind(name="half.mp4", make=lambda p: cut(p, 0.5), error="cannot be read"),
    Kind(name="halffront.mp4", make=lambda p: cut(p, 0.5, "-movflags", "+faststart"), error="cut off"),
    Kind(name="variable.mp4", make=lambda p: plain(p, "-vf", r"select=not(mod(n\,3))+gt(n\,50)", "-vsync", "vfr")),
    Kind(name="jump.mkv", error="clock jumps", make=lambda p: plain(p, "-vf", f"setpts=PTS+gt(N\\,50)*{JUMP}/TB", "-af",
         f"asetpts=PTS+gt(T\\,2)*{JUMP}/TB", "-fps_mode", "passthrough")),
    Kind(name="twohertz.mov", make=says_two_hertz, error="2 samples a second"),
    Kind(name="hevc.mp4", make=lambda p: plain(p, *HEVC, "-tag:v", "hev1"), holds=("hvc1",)),
    Kind(name="hdr.mp4", make=lambda p: plain(p, *HEVC, *HDR), holds=("hvc1", "yuv420p10le", "smpte2084", "bt2020")),
    Kind(name="chapters.mov", make=chapters, note="1 subtitle tracks", later=True, holds=("Chapter #0:0", "01:00:00:00")),
    Kind(name="prores.mov", make=lambda p: plain(p, "-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"), error="prores"),
    Kind(name="soundless.mp4", make=lambda p: ff("-f", "lavfi", "-i", PICTURE, *X264, p), error="no sound"),
    Kind(name="pictureless.mp4", make=lambda p: ff(*sound(), *AAC, p), error="no picture"),
    Kind(name="playlist.mp4", make=writes(PLAYLIST), error="cannot be read"),
    Kind(name="text.mp4", make=writes(b"not a video\n" * 500), error="cannot be read"),
    Kind(name="zeros.mp4", make=writes(bytes(100_000)), error="cannot be read"),
    Kind(name="bcp47.mkv", make=lambda p: two_tracks(p, "-metadata:s:a:0", "language=ko-KR", "-metadata:s:a:1",
         "language=en-US", "-disposition:a:0", "default", "-disposition:a:1", "0"),
         sound="a:1", note="number 2 is the programme (its language)"),
    Kind(name="titled.mkv", make=lambda p: two_tracks(p, "-metadata:s:a:0", "title=Director's commentary", "-metadata:s:a:1", "title=Stereo",
         "-disposition:a:0", "default", "-disposition:a:1", "0"), sound="a:1", note="number 2 is the programme"),
    Kind(name="aside.mkv", make=lambda p: two_tracks(p, "-metadata:s:a:0", "language=kor", "-metadata:s:a:1", "language=eng",
         "-metadata:s:a:1", "title=Cast commentary"), sound="a:1", note="number 2 is the programme (its language)", failed=("studio's files",)),
    Kind(name="described.mkv", make=lambda p: two_tracks(p, "-metadata:s:a:0", "title=English Audio Description", "-metadata:s:a:0", "language=eng",
         "-metadata:s:a:1", "language=eng"), sound="a:1", note="number 2 is the programme (its language)"),
    Kind(name="pictures.mp4", make=two_pictures, picture="v:1", note="number 2 is taken (the default)"),
    Kind(name="offset.mkv", make=lambda p: plain(p, "-output_ts_offset", "5")),
    Kind(name="av1.mkv", make=lambda p: plain(p, "-c:v", "libsvtav1", "-preset", "12"), holds=("av1",)),
)  # fmt: skip


def main(folder: Path) -> None:
    """Every kind into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        kind.make(folder / kind.name)
        print(kind.name, (folder / kind.name).stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
