"""Memory that is given back: arrays of sound come and go in many threads, and glibc keeps what they took.

A minute of stereo sound is 24 MB, and filters and transforms take several of it for a moment. By default glibc serves what is
below 32 MB from a heap of each thread, which does not shrink: three episodes whose markets are made at once end with
half a gigabyte that nobody uses.
"""

from __future__ import annotations

import ctypes
import functools
import sys

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # of <malloc.h>
LARGE = 1 << 20  # bytes from which memory is the system's own and goes back to it at once
HEAPS = 4


@functools.cache
def give_back() -> bool:
    """Have this process give memory back; whether its C library can be told."""
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGE)) and bool(mallopt(_ARENA_MAX, HEAPS))
