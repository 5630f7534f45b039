"""Memory that sound took in several threads is given back."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from localize.settings import ROOT

LEFT = """
    import sys, threading
    import numpy as np
    if sys.argv[1] == "give back":
        from localize.allocator import give_back
        assert give_back()

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
    with open("/proc/self/status") as file:
        print(next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_what_threads_took_goes_back() -> None:
    def left(how: str) -> int:
        argv = [sys.executable, "-c", textwrap.dedent(LEFT), how]
        return int(subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout)

    assert left("give back") < 120  # MB; numpy alone is about 30
