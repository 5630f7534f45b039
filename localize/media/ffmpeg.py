"""ffmpeg: argument lists are built apart from running them; one runner with a process group, a time-out and the
tail of stderr. Files go in as `file:` URLs, so that a name with a colon or a leading dash is only a name.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import resource
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from ..errors import MediaError, ToolError, one_line
from ..settings import load_settings
from . import tone

RATE = 48_000
TIMEOUT_S = 1800
DECODE_S = 180  # for decoding sound, and a second more for each second of it
SOUND_BYTES = 4 << 30  # of memory, for what reads a stranger's sound or copies packets
PICTURE_BYTES = 8 << 30  # for what decodes a picture
CUTS = "scale=iw/4:-2:flags=fast_bilinear,scdet=threshold=8.0"  # finds cuts; a quarter of the width is enough for them


@functools.cache
def binary() -> str:
    """The ffmpeg to use: LOCALIZE_FFMPEG, the one on PATH, else the one in the imageio-ffmpeg wheel."""
    if chosen := load_settings().ffmpeg:
        return chosen
    if found := shutil.which("ffmpeg"):
        return found
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def url(path: Path | str) -> str:
    """A path as ffmpeg takes it literally."""
    return f"file:{Path(path).absolute()}"


def limit_memory(pid: int, data_bytes: int) -> None:
    """No more than so much memory for a process that was just started, and no core file."""
    with contextlib.suppress(OSError):  # it ended already
        resource.prlimit(pid, resource.RLIMIT_DATA, (data_bytes, data_bytes))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def run(
    argv: list[str],
    stdin: bytes | None = None,
    timeout: float = TIMEOUT_S,
    where: str = "",
    data_bytes: int = PICTURE_BYTES,
) -> tuple[bytes, str]:
    """Run ffmpeg with these arguments; (stdout, stderr). Raises ToolError with the last lines it wrote.

    `data_bytes` is how much memory it may have.
    """
    command = [binary(), "-hide_banner", "-nostdin" if stdin is None else "-nostats", "-y", *argv]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolError(
            f"cannot be started: {error.strerror}", command[0], "install ffmpeg, or unset LOCALIZE_FFMPEG"
        ) from error
    limit_memory(process.pid, data_bytes)
    try:
        out, err = process.communicate(stdin, timeout=timeout)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise ToolError(
                f"ffmpeg took longer than {timeout:.0f} s", where, "try again on a calmer machine"
            ) from None
        raise
    text = err.decode(errors="replace")
    if process.returncode:
        tail = [row for row in text.splitlines() if row.strip()][-3:]
        raise ToolError(f"ffmpeg: {one_line(' | '.join(tail), 300)}", where, "check that the file plays")
    return out, text


def _compile(stream: Any) -> list[str]:
    return [str(a) for a in stream.compile()[1:]]


MIXED = 8  # channels that ffmpeg knows how to mix to stereo; of more, the first two are taken
BOTH = {  # two mono tracks as one original
    "stereo": "join=inputs=2:channel_layout=stereo:map=0.0-FL|1.0-FR",
    "stem": "amix=inputs=2:normalize=0,aformat=channel_layouts=stereo",
}
FIRST_TWO = "stereo|c0=c0|c1=c1"
# of ffmpeg's two AAC encoders the one that its makers advise at high rates. Against seven programmes at 192 kbit/s its noise
# lay 4 to 15 dB lower below 4 kHz than that of "twoloop", Debian's default, and above that 2 to 7 dB lower in six, 0.5 to 3
# dB higher in one; in less than half the time
CODER = "fast"


def decode_argv(
    path: Path, rate: int, channels: int, stream: str = "a:0", pan: str = "", steady: bool = True, seconds: float = 0.0
) -> list[str]:
    """A sound stream as raw float32, its first sample at time 0 of the file's timeline.

    Sound that is not steady (its rate or layout changes, its clock starts again) is decoded from its own start: each
    change makes the filter anew, which would fill up from time 0 once more.
    """
    chain = "aresample=async=1:first_pts=0" if steady else "aresample=async=1"
    argv = ["-protocol_whitelist", "file"]  # what only looks like sound may name an address
    argv += ["-i", url(path), "-map", f"0:{stream}", "-af", f"{chain},pan={pan}" if pan else chain]
    argv += ["-f", "f32le", "-ac", str(channels), "-c:a", "pcm_f32le", "-ar", str(rate)]
    return [*argv, *(["-t", f"{seconds:.3f}"] if seconds else []), "pipe:"]


def decode(
    path: Path,
    rate: int = RATE,
    channels: int = 2,
    stream: str = "a:0",
    pan: str = "",
    steady: bool = True,
    seconds: float = 0.0,
) -> NDArray[np.float32]:
    """Sound of a file, shape (samples, channels), aligned to the file's time 0. Raises MediaError.

    Args:
        stream: as ffmpeg selects it; pan: of the pan filter, for other channels than ffmpeg's own mix.
        steady: see decode_argv; seconds: how much is taken at most, 0 for all.
    """
    argv = decode_argv(path, rate, channels, stream, pan, steady, seconds)
    try:
        timeout = DECODE_S + seconds if seconds else TIMEOUT_S
        out, _err = run(["-v", "error", *argv], timeout=timeout, where=path.name, data_bytes=SOUND_BYTES)
    except ToolError as error:
        raise MediaError(error.what, path.name, "the sound cannot be decoded; export the file again") from error
    whole = len(out) // (4 * channels) * 4 * channels
    return np.frombuffer(out[:whole], np.float32).reshape(-1, channels).copy()


def fit_length(samples: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Cut or pad with silence to exactly `count` samples."""
    if len(samples) >= count:
        return samples[:count]
    pad = [(0, count - len(samples))] + [(0, 0)] * (samples.ndim - 1)
    return np.pad(samples, pad)


def stretch(samples: NDArray[np.float32], rate: int, tempo: float) -> NDArray[np.float32]:
    """Mono speech `tempo` times as fast at the same pitch (rubberband, formants kept), to the sample. Raises ToolError.

    The filter keeps its last 60 to 90 ms back where a clip's length is a multiple of its buffer (ffmpeg 5.1, 1024
    samples): silence goes in behind, so that what is kept back is never a word's end.
    """
    count = round(len(samples) / tempo)
    samples = np.pad(samples, (0, rate // 4 + 7))
    graph = ffmpeg.input("pipe:", format="f32le", ar=rate, ac=1).filter(
        "rubberband", tempo=f"{tempo:.5f}", formant="preserved", pitchq="quality"
    )
    argv = _compile(graph.output("pipe:", format="f32le", acodec="pcm_f32le", ar=rate, ac=1))
    out, _err = run(["-v", "error", *argv], stdin=samples.astype("<f4").tobytes(), where="stretch")
    return fit_length(np.frombuffer(out, np.float32).copy(), count)


def loudness(path: Path, stream: int = 0) -> dict[str, Any]:
    """EBU R128 of a file's n-th sound stream.

    Returns {"lufs", "true_peak_dbtp", "lra", "momentary": [[ms, LUFS], ...] ten a second}.
    """
    argv = ["-v", "verbose", "-i", url(path), "-map", f"0:a:{stream}", "-af", "ebur128=peak=true", "-f", "null", "-"]
    _out, err = run(argv, where=path.name)
    curve = [
        [round(float(m[1]) * 1000), float(m[2])]
        for m in re.finditer(r"t:\s*([\d.]+)\s+TARGET:.*?M:\s*(-?[\d.]+|-inf|nan)", err)
    ]
    summary = err[err.rfind("Summary:") :]

    def figure(pattern: str) -> float:
        found = re.search(pattern, summary)
        if found is None:
            raise ToolError("ffmpeg measured no loudness", path.name, "check that the file has sound")
        return float(found[1])

    return {
        "lufs": figure(r"I:\s*(-?[\d.]+|-inf) LUFS"),
        "lra": figure(r"LRA:\s*(-?[\d.]+) LU"),
        "true_peak_dbtp": figure(r"Peak:\s*(-?[\d.]+|-inf) dBFS"),
        "momentary": [p for p in curve if np.isfinite(p[1])],
    }


def picture_cuts(path: Path, stream: str = "v:0") -> list[int]:
    """Times in ms at which the picture cuts."""
    argv = ["-v", "info", "-i", url(path), "-map", f"0:{stream}", "-vf", CUTS, "-f", "null", "pipe:"]
    return cuts_in(run(argv, where=path.name)[1])


def cuts_in(said: str) -> list[int]:
    """The same, in what ffmpeg says at the level "info" of a picture that goes through CUTS."""
    return [round(float(t) * 1000) for t in re.findall(r"lavfi\.scd\.time:\s*([\d.]+)", said)]


def need_font(font: str, tag: str) -> None:
    """Raises ToolError where no font of that name is installed: another one may lack the script and show boxes."""
    try:
        argv = ["fc-list", f":family={font}", "family"]
        found = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False).stdout.strip()
    except OSError:
        found = ""
    if not found:
        raise ToolError(f"the font {font!r} is not installed", tag, "apt-get install fontconfig fonts-noto-core")


def burn(video: Path, styled: Path, target: Path, transfer: str = "") -> None:
    """A copy of a finished video with an ASS file drawn into its picture; sound copied. Raises ToolError.

    `transfer` is the picture's where it is HDR: the copy is SDR.
    """
    picture = ffmpeg.input(url(video))["v:0"]
    to_sdr = tone.to_sdr(transfer)
    for step in to_sdr.split(",") if to_sdr else ():
        name, _equals, options = step.partition("=")
        given = [o.partition("=") for o in options.split(":")]
        picture = picture.filter(name, *(k for k, e, _v in given if not e), **{k: v for k, e, v in given if e})
    drawn = picture.filter("ass", filename=str(styled))
    colour = {k.lstrip("-"): v for k, v in zip(tone.SDR[::2], tone.SDR[1::2], strict=True)} if to_sdr else {}
    sound = ffmpeg.input(url(video))["a:0"]
    made = ffmpeg.output(
        drawn, sound, url(target), format="mp4", vcodec="libx264", preset="medium", crf=18, pix_fmt="yuv420p",
        acodec="copy", movflags="+faststart", **colour,
    )  # fmt: skip
    run(["-v", "error", *_compile(made)], where=target.name)


def mux_argv(
    video: Path,
    programme: Path,
    target: Path,
    *,
    original_sound: bool,
    original_codec: str,
    language_iso: str,
    source_iso: str,
    subtitles: list[tuple[Path, str, str, str]],
    titles: dict[str, str],
    duration_ms: int,
    picture: str = "v:0",
    sound: str = "a:0",
    video_codec: str = "",
    channels: int = 2,
    steady: bool = True,
    original: Path | None = None,
    beside: str = "",
    pair: str = "",
) -> list[str]:
    """Picture copied, programme as the default sound, the original sound behind it, subtitles as text tracks.

    HEVC is tagged hvc1, the only one of its two tags that Apple's players take. `picture`, `sound` select the episode's
    streams; its sound is encoded anew where MP4 cannot hold it as it is. `original` is the episode where `video` is
    another file: its sound, its metadata and its chapters are taken.
    `beside` and `pair`: see Media.
    `subtitles` are (file, ISO 639-2, title, disposition); `titles` name the two sound tracks and `comment`.
    """
    argv = ["-i", url(video), "-i", url(programme)]
    for path, _iso, _title, _use in subtitles:
        argv += ["-i", url(path)]
    source = 0 if original is None else len(subtitles) + 2
    argv += [] if original is None else ["-i", url(original)]
    argv += ["-map", f"0:{picture if original is None else 'v:0'}", "-map", "1:a:0"]
    both = BOTH.get(pair, "")
    if original_sound and both:
        argv += ["-filter_complex", f"[{source}:{sound}][{source}:{beside}]{both}[both]", "-map", "[both]"]
    elif original_sound:
        argv += ["-map", f"{source}:{sound}"]
    for index in range(len(subtitles)):
        argv += ["-map", f"{index + 2}:s:0"]
    argv += ["-map_metadata", str(source), "-map_chapters", str(source), "-c:v", "copy", "-c:a:0", "aac", "-b:a:0", "192k"]
    argv += ["-ar:a:0", str(RATE), "-ac:a:0", "2", "-aac_coder:a:0", CODER]
    argv += ["-tag:v", "hvc1"] if video_codec == "hevc" else []
    if original_sound:
        keep = steady and not both and original_codec in ("aac", "mp3", "ac3", "eac3", "alac")
        argv += ["-c:a:1", "copy"] if keep else ["-c:a:1", "aac", "-b:a:1", "192k"]
        argv += [] if keep or channels == 6 else ["-aac_coder:a:1", CODER]  # of six, each has a third of the bits
        if not keep and not both and (channels not in (1, 2, 6) or not steady):  # what AAC can hold in any player
            argv += ["-ac:a:1", "2", "-ar:a:1", str(RATE), "-filter:a:1", "aresample=async=1"]
            argv[-1] = f"pan={FIRST_TWO}" if channels > MIXED else argv[-1]
    argv += ["-c:s", "mov_text"] if subtitles else []
    argv += ["-metadata:s:a:0", f"language={language_iso}", "-metadata:s:a:0", f"title={titles['dub']}"]
    argv += ["-metadata:s:a:0", f"handler_name={titles['dub']}", "-disposition:a:0", "default"]
    if original_sound:
        argv += ["-metadata:s:a:1", f"language={source_iso}", "-metadata:s:a:1", f"title={titles['original']}"]
        argv += ["-metadata:s:a:1", f"handler_name={titles['original']}", "-disposition:a:1", "0"]
    for index, (_path, iso, title, use) in enumerate(subtitles):
        argv += [f"-metadata:s:s:{index}", f"language={iso}", f"-metadata:s:s:{index}", f"title={title}"]
        argv += [f"-metadata:s:s:{index}", f"handler_name={title}"]
        argv += [f"-disposition:s:{index}", use]
    argv += ["-metadata", f"comment={titles['comment']}", "-movflags", "+faststart", "-t", f"{duration_ms / 1000:.3f}"]
    return [*argv, "-f", "mp4", url(target)]
