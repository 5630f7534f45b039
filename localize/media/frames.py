"""Frames of a video from ffmpeg in a child process, scaled and cropped there, one at a time."""

from __future__ import annotations

import math
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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


def frames(path: Path, view: View, pixels: str = "bgr24") -> Iterator[Image]:
    """Frames of shape (height, width, 3) in the order blue, green, red, or (height, width) for "gray"; of "yuv420p", the
    luma rows and below them the bytes of both chroma planes: (height * 3 / 2, width).

    Raises MediaError where none can be decoded.
    """
    left, top, wide, high = view.crop
    width, height = view.size
    chain = f"{view.before}," if view.before else ""
    chain += f"fps={view.rate:.6f}:start_time=0,crop={wide}:{high}:{left}:{top}:exact=1"
    if (wide, high) != (width, height):
        chain += f",scale={width}:{height}:flags=area"
    argv = [
        ffmpeg.binary(),
        "-hide_banner",
        "-nostdin",
        "-v",
        "error",
        "-i",
        ffmpeg.url(path),
        "-map",
        f"0:{view.stream}",
    ]
    argv += ["-vf", chain, "-f", "rawvideo", "-pix_fmt", pixels, "pipe:"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    ffmpeg.limit_memory(process.pid, ffmpeg.PICTURE_BYTES)
    assert process.stdout is not None
    assert process.stderr is not None
    shape = {"bgr24": (height, width, 3), "gray": (height, width), "yuv420p": (height * 3 // 2, width)}[pixels]
    count, got = math.prod(shape), 0
    try:
        while len(data := process.stdout.read(count)) == count:
            got += 1
            yield np.frombuffer(data, np.uint8).reshape(shape)
        if not got:
            said = one_line(process.stderr.read().decode(errors="replace"), 200)
            raise MediaError(f"no frame can be decoded ({said})", path.name, "export the picture again")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.stderr.close()
        process.wait()
