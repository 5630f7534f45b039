"""Asking the program that opens strangers' files, which runs as a process of its own with limits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..errors import MediaError, ToolError, one_line
from . import ffmpeg

CHILD = Path(__file__).with_name("probe_child.py")
LEAST_S, BYTES_A_SECOND = 60.0, 5e6  # how long it may take: reading at a slow disk's pace
DO = "export the file again, as MP4 with H.264 and AAC"


def ask(
    paths: list[Path], language: str = "", hashes: bool = False, sound: int | None = None
) -> list[dict[str, Any]]:
    """The facts of each file, see probe_child.py, from one process where none of them ends it.

    A file that ends the reader is copied, packet by packet, into another container by ffmpeg and read from there: the
    8-channel PCM of a MOV ends FFmpeg 8's reader and is sound all the same. Raises MediaError where a file cannot be
    read either way, ToolError where the reader itself does not start.
    """
    request = {"language": language, "hashes": hashes, "sound": sound}
    try:
        answers = _run(paths, request)
    except _ReaderEndedError:
        answers = [_alone(path, request) for path in paths]
    for path, answer in zip(paths, answers, strict=True):
        if "error" in answer:
            what = f"cannot be read as video ({one_line(answer['error'], 200)})"
            raise MediaError(what, path.name, "upload it again or re-export it")
    return answers


class _ReaderEndedError(Exception):
    """The reader died over a file; the argument says of what."""


def _alone(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return _run([path], request)[0]
    except _ReaderEndedError as error:
        ended = MediaError(f"it ends the file reader ({error})", path.name, DO)
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "copied.mkv"
        argv = ["-v", "error", "-i", ffmpeg.url(path), "-map", "0:v", "-map", "0:a?", "-c", "copy"]
        try:
            ffmpeg.run([*argv, "-f", "matroska", ffmpeg.url(copied)], where=path.name, data_bytes=ffmpeg.SOUND_BYTES)
            return _run([copied], request)[0]
        except (ToolError, _ReaderEndedError):
            raise ended from None


def _run(paths: list[Path], request: dict[str, Any]) -> list[dict[str, Any]]:
    shown = paths[0].name
    size = sum(p.stat().st_size for p in paths if p.is_file())
    text = json.dumps(request | {"files": [str(p.absolute()) for p in paths]})
    # -P: the folder of this module is not searched for imports
    argv = [sys.executable, "-P", str(CHILD), text]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        except OSError as error:
            raise ToolError(f"the file reader cannot be started: {error.strerror}", shown, "try again") from error
        seconds = LEAST_S + size / BYTES_A_SECOND
        try:
            code = process.wait(seconds)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise MediaError(f"reading it takes longer than {seconds:.0f} s", shown, DO) from None
            raise
        if code:
            err.seek(max(0, err.seek(0, os.SEEK_END) - 400))
            why = _end(code, err.read())
            if not out.seek(0, os.SEEK_END):  # it had not opened anything
                raise ToolError(f"the file reader does not start ({why})", shown, "install the packages again")
            raise _ReaderEndedError(why)
        out.seek(0)
        answers: list[dict[str, Any]] = json.loads(out.read())
        return answers


def _end(code: int, said: bytes) -> str:
    if code < 0:
        return signal.strsignal(-code) or f"signal {-code}"
    rows = [row for row in said.decode(errors="replace").splitlines() if row.strip()]
    return one_line(rows[-1], 160) if rows else f"exit {code}"
