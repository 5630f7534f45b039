"""How long a reader may take: a second of the processor for one input."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Iterator

MOST_S = 1.0


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """Fails where what is done inside takes longer; its own garbage counts, what the test has gathered before does not:
    after 50,000 inputs that is seconds to go through."""
    gc.freeze()
    began = time.process_time()
    try:
        yield
        seconds = time.process_time() - began
    finally:
        gc.unfreeze()
    assert seconds < MOST_S
