"""Memory that sound took in several threads is used again by the next, and given back when it is said so."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from localize.settings import ROOT

LEFT = """
    import resource, sys, threading
    import numpy as np
    from localize.allocator import give_back, use_again

    if sys.argv[1] == "ours":
        assert use_again()

    def work(n):
        for _ in range(6):
            kept, parts = [], []
            for i in range(40):  # pieces of sound of all sizes, some of which outlive the others
                parts.append(np.ones((2 << 18) * (1 + (n + i) % 5), np.float32))
                kept.append(np.ones(300 + i, np.float32))
            held.append(kept)

    held = []
    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    if sys.argv[1] == "ours":
        give_back()
    with open("/proc/self/status") as file:
        print(next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS")))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_what_threads_took_is_used_again_and_goes_back() -> None:
    def left(how: str) -> tuple[int, int]:
        argv = [sys.executable, "-c", textwrap.dedent(LEFT), how]
        made = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout.split()
        return int(made[0]), int(made[1])

    (ours, faults), (_theirs, as_it_is) = left("ours"), left("glibc's")
    assert ours < 120  # MB; numpy alone is about 30
    assert faults < 0.7 * as_it_is  # pages that the system had to clear
