"""Memory that is used again, and given back between two large steps.

A hearing takes and frees 800 MB in pieces of megabytes, and a minute of stereo sound is 24 MB, of which filters take several
for a moment. By default glibc maps pieces from 128 KB on anew each time, and the system clears each page of them: of a
run's processor time that was an eighth. From heaps that keep what is freed it costs nothing, but heaps only grow: what
large steps leave is given back after each, so that an episode's peak does not add to the next one's.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from typing import Any

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX, _ARENA_MAX = -1, -2, -4, -8  # of <malloc.h>
KEPT = 64 << 20  # bytes that a heap keeps at its end by itself
STEP = 4 << 20  # bytes by which it grows
HEAPS = 4


def use_again() -> bool:
    """Have this process take its memory from heaps; whether its C library can be told."""
    library = _library()
    if library is None:
        return False
    told = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, KEPT), (_TOP_PAD, STEP), (_ARENA_MAX, HEAPS))
    return all(library.mallopt(option, value) for option, value in told)


def give_back() -> None:
    """Give what lies free in all heaps back to the system; some ten milliseconds for a gigabyte."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)


@functools.cache
def _library() -> Any:
    """glibc; None where the C library is another."""
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if library.mallopt and library.malloc_trim else None
    except (OSError, AttributeError):
        return None
