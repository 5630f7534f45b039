"""What is heard against what was said, over the demo's episodes and people's recordings, each as it is and in six other
sounds, by `make test-hearing`."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from localize.languages.text import normal_form
from localize.pipeline.admit import admit
from localize.session import open_session
from localize.settings import ROOT, load_settings
from localize.transcript.steps import listen

from .jitters import JITTERS, jittered, recordings

pytestmark = [pytest.mark.models, pytest.mark.slow, pytest.mark.timeout(3600)]
DEMO = ("E01", "E02", "E03")
EPISODES = (*DEMO, "R02")
WAYS = ("plain", *JITTERS)
found: dict[tuple[str, str], float] = {}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # LOCALIZE_TEST_DEMO keeps the episodes in a folder from run to run, for work on these tests
    kept = os.environ.get("LOCALIZE_TEST_DEMO")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("hearing")
    only = [word for name in DEMO for word in ("--episode", name)]
    subprocess.run([sys.executable, "-m", "localize", "demo", str(folder), *only], check=True, timeout=900)
    if not (folder / "episodes" / "R02.mp4").exists():
        made = recordings(folder / "R02")
        shutil.move(made.with_name("R02.truth.json"), folder / "truth" / "R02.truth.json")
        shutil.move(made, folder / "episodes" / "R02.mp4")
    return folder


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", EPISODES)
def test_nothing_is_invented(work: Path, name: str, way: str, figure: Callable[[str, object], None]) -> None:
    """At most 8 % of words are wrong, and one that was not said, be it more or other, stands only in a line that is flagged."""
    path = work / "episodes" / f"{name}.mp4"
    if way != "plain":
        path = jittered(path, work / way / f"{name}.mp4", way)
    truth = json.loads((work / "truth" / f"{name}.truth.json").read_text(encoding="utf-8"))
    env = {**os.environ, "LOCALIZE_HOME": str(work / "home"), "LOCALIZE_GLOSSARIES": str(ROOT / "glossaries"),
           "LOCALIZE_HARDSUBS": "off"}  # fmt: skip
    session = open_session("silver-bay" if name in DEMO else "untitled", load_settings(env))
    language = truth["language"].split("-")[0]
    heard = listen(session, admit(session, path, language), language)
    said = normal_form(" ".join(x["text"] for x in truth["lines"])).split()
    words = [(w, line) for line in heard.transcript.lines for w in normal_form(line.text).split()]
    edits = Levenshtein.editops(said, [w for w, _line in words])
    found[name, way] = len(edits) / len(said)
    more = [words[op.dest_pos] for op in edits if op.tag == "insert"]
    other = [(said[op.src_pos], *words[op.dest_pos]) for op in edits if op.tag == "replace"]
    unseen = [(a, b, line) for a, b, line in other if line.id not in heard.readings]
    wrong = {line.id for _a, _b, line in other} | {line.id for _w, line in more}
    flags = f"{len(heard.readings)} of {len(heard.transcript.lines)} lines flagged, {len(wrong)} wrong"
    figure("WER, words nobody said, misheard without a flag", (f"{found[name, way]:.1%}", len(more), len(unseen), flags))
    assert found[name, way] <= 0.08
    assert [(w, line.text) for w, line in more if line.id not in heard.readings] == []
    assert [(a, b, line.text) for a, b, line in unseen] == []


def test_half_of_them_are_heard_within_three_percent(figure: Callable[[str, object], None]) -> None:
    if len(found) < len(EPISODES) * len(WAYS):
        pytest.skip("only where all of them were heard")
    figure("median, worst", (f"{statistics.median(found.values()):.1%}", f"{max(found.values()):.1%}"))
    assert statistics.median(found.values()) <= 0.03
