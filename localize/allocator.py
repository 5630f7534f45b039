"""Memory that is used again, and given back between two large steps.

A hearing takes and frees 800 MB in pieces of megabytes, and a minute of stereo sound is 24 MB, of which filters take several
for a moment. Left alone, glibc keeps what is freed in a heap of each thread, which does not shrink: three episodes end with half
a gigabyte that nobody uses. Told to map pieces of a megabyte anew each time, it has the system clear every page of them: an
eighth of a run's processor time. So they come from few heaps, and what large steps leave in these is given back after each.
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
