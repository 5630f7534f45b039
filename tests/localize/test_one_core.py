"""Nothing that was not asked for takes a second core: pieces of work are done at once, each in one thread."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from localize.engines import onnx
from localize.engines.onnx_graph import Graph
from localize.engines.reading import ppocr
from localize.models.present import ensure
from localize.models.registry import load
from localize.settings import ROOT, load_settings

TOLD = """
    import ctypes, sys
    from pathlib import Path

    __import__(sys.argv[1])
    import numpy as np
    import scipy.linalg

    np.ones((600, 600)) @ np.ones((600, 600))
    counts = []
    for path in {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "openblas" in line}:
        library = ctypes.CDLL(path)
        for name in ("scipy_openblas_get_num_threads64_", "scipy_openblas_get_num_threads", "openblas_get_num_threads"):
            if hasattr(library, name):
                counts.append(getattr(library, name)())
    print(*counts)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("module", ["localize.cli.main", "flows.episode", "flows.service"])
def test_numpy_starts_no_threads_that_wait_by_turning_round(module: str) -> None:
    def told(**more: str) -> set[int]:
        env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"} | more
        argv = [sys.executable, "-c", textwrap.dedent(TOLD), module]
        made = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=True).stdout
        return {int(count) for count in made.split()}

    assert told() == {1}
    assert told(OPENBLAS_NUM_THREADS="2") == {min(2, len(os.sched_getaffinity(0)))}  # whoever says otherwise is heard


@pytest.mark.models
def test_weights_too_small_for_any_sum_are_zeros_and_what_is_found_is_the_same() -> None:
    settings = load_settings()
    path = ensure(load(settings), settings, ppocr.MODEL) / ppocr.FINDER
    made = ppocr.flushed(path)
    assert Graph(path).flush() > 100_000
    assert Graph(made).flush() == 0
    planes = np.random.default_rng(3).uniform(-1, 1, (1, 3, 64, 320)).astype(np.float32)
    one, other = (s.run(None, {s.get_inputs()[0].name: planes})[0] for s in (onnx.session(path), onnx.session(made)))
    assert np.array_equal(one, other)
