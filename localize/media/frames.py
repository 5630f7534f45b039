"""Frames of a video from ffmpeg in a child process, scaled and cropped there, one at a time."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ..errors import MediaError, one_line
from . import ffmpeg

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class View:
    """Which part of the picture, as displayed (rotation applied), at which size and how often.

    Attributes:
        crop: left, top, width, height in pixels of the displayed picture.
        size: width and height of the frames handed out.
        rate: frames a second; frame n stands at n / rate s.
        stream: the picture, as ffmpeg selects it.
        before: filters that it goes through first, such as tone.to_sdr.
    """

    crop: tuple[int, int, int, int]
    size: tuple[int, int]
    rate: float
    stream: str = "v:0"
    before: str = ""


@dataclass
class Cuts:
    """Where the picture cuts, in ms; None until all of it was seen."""

    ms: list[int] | None = None


def frames(path: Path, view: View, pixels: str = "bgr24", cuts: Cuts | None = None) -> Iterator[Image]:
    """Frames of shape (height, width, 3) in the order blue, green, red, or (height, width) for "gray"; of "yuv420p", the
    luma rows and below them the bytes of both chroma planes: (height * 3 / 2, width).

    `cuts` is told, after the last frame, where the picture cuts: decoding it once more would take longer than all else that is
    done with it. Raises MediaError where no frame can be decoded.
    """
    left, top, wide, high = view.crop
    width, height = view.size
    chain = f"{view.before}," if view.before else ""
    chain += f"fps={view.rate:.6f}:start_time=0,crop={wide}:{high}:{left}:{top}:exact=1"
    if (wide, high) != (width, height):
        chain += f",scale={width}:{height}:flags=area"
    argv = [ffmpeg.binary(), "-hide_banner", "-nostdin", "-nostats", "-v", "error" if cuts is None else "info", "-i", ffmpeg.url(path)]
    raw = ["-f", "rawvideo", "-pix_fmt", pixels, "pipe:"]
    if cuts is None:
        argv += ["-map", f"0:{view.stream}", "-vf", chain, *raw]
    else:
        both = f"[0:{view.stream}]split[seen][cut];[seen]{chain}[frames];[cut]{ffmpeg.CUTS}[cuts]"
        argv += ["-filter_complex", both, "-map", "[frames]", *raw, "-map", "[cuts]", "-f", "null", "-"]
    with tempfile.TemporaryFile() as said:  # a pipe that nobody empties would stop a picture with many faults
        yield from _handed_out(argv, view, pixels, said, path.name, cuts)


def _handed_out(argv: list[str], view: View, pixels: str, said: IO[bytes], where: str, cuts: Cuts | None) -> Iterator[Image]:
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=said, start_new_session=True)
    ffmpeg.limit_memory(process.pid, ffmpeg.PICTURE_BYTES)
    assert process.stdout is not None
    width, height = view.size
    shape = {"bgr24": (height, width, 3), "gray": (height, width), "yuv420p": (height * 3 // 2, width)}[pixels]
    count, got = math.prod(shape), 0
    try:
        while len(data := process.stdout.read(count)) == count:
            got += 1
            yield np.frombuffer(data, np.uint8).reshape(shape)
        ended = process.wait()
        said.seek(0)
        told = said.read().decode(errors="replace")
        if not got:
            raise MediaError(f"no frame can be decoded ({one_line(told, 200)})", where, "export the picture again")
        if cuts is not None and ended == 0:
            cuts.ms = ffmpeg.cuts_in(told)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()
