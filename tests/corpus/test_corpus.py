"""Every case of the corpus is right, or one typed line that says what to do; none is `pass` with something wrong in it.

`make test` walks a third of those that are not spoken through the command, and every fifteenth through the service; `make
test-corpus` (LOCALIZE_CORPUS=all) all of them, the dubbed ones with the real voices, and a third through the service.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from localize.cli import main as cli
from localize.languages import shorten
from localize.languages.read_aloud import read_aloud
from localize.languages.text import normal_form
from localize.session import open_session

from .case import Case
from .judge import complaints
from .media import KINDS
from .shortening import RULES, Rule
from .tools import BACKS, Back
from .walk import CASES, MARKETS, Made, by_command, by_service, episodes

ONLY = os.environ.get("LOCALIZE_CORPUS_ONLY", "")  # episodes or scenes, to look at some
ALL = os.environ.get("LOCALIZE_CORPUS") == "all"
WALKED = tuple(
    c for c in CASES if (ALL or c.market != "brazil") and (not ONLY or (c.scene or c.name) in ONLY.split(","))
)
COMMANDED = tuple(c for _name, _market, some in list(episodes(WALKED))[:: 1 if ALL or ONLY else 3] for c in some)
SERVED = tuple(c for _name, _market, some in list(episodes(WALKED))[0 if ONLY else 1 :: 3 if ALL else 15] for c in some)
PLACE = {c.name: n for _name, _market, some in episodes(CASES) for n, c in enumerate(some)}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home, bibles and markets of this module."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "markets.toml").write_text(MARKETS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALIZE_HOME", str(folder / "home"))
        patch.setenv("LOCALIZE_GLOSSARIES", str(folder / "bibles"))
        patch.setenv("LOCALIZE_MARKETS", str(folder / "markets.toml"))
        patch.setenv("LOCALIZE_BUCKET", f"file://{folder / 'bucket'}")
        yield folder


@pytest.fixture(scope="module")
def commanded(root: Path) -> dict[str, Made]:
    return by_command(root, COMMANDED)


@pytest.fixture(scope="module")
def served(root: Path) -> dict[str, Made]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALIZE_HOME", str(root / "service"))
        return by_service(root / "served", SERVED)


def of(case: Case, made: dict[str, Made]) -> Made:
    return made.get(case.scene or case.name, Made(error="was not run"))


@pytest.mark.models
@pytest.mark.parametrize("case", COMMANDED, ids=[f"{c.kind}-{c.name}" for c in COMMANDED])
def test_by_the_command(case: Case, commanded: dict[str, Made]) -> None:
    assert complaints(case, of(case, commanded), PLACE[case.name]) == []


@pytest.mark.models
@pytest.mark.parametrize("case", SERVED, ids=[f"{c.kind}-{c.name}" for c in SERVED])
def test_by_the_service(case: Case, served: dict[str, Made]) -> None:
    assert complaints(case, of(case, served), PLACE[case.name]) == []


@pytest.mark.parametrize("case", [c for c in CASES if c.said], ids=[c.name for c in CASES if c.said])
def test_what_a_voice_is_given(case: Case) -> None:
    assert normal_form(read_aloud(case.cue, "en-US").text) == normal_form(case.said)


@pytest.mark.parametrize("rule", RULES, ids=[r.name for r in RULES])
def test_a_rule_writes_words_that_exist_or_nothing(rule: Rule) -> None:
    made = shorten.shorter(rule.before, rule.tag)
    assert (made[-1] if made else "") == rule.after


LINE = {"id": "L001", "speaker": "Ana", "start_ms": 1000, "end_ms": 3000, "source": "Go home.", "target": "Vai para casa.",
        "origin": "bergamot", "terms": [], "flags": []}  # fmt: skip


@pytest.mark.parametrize("back", BACKS, ids=[b.name for b in BACKS])
def test_what_a_linguist_s_tool_sends_back(back: Back, root: Path, tmp_path: Path) -> None:
    report = {"series": f"back-{back.name}", "language": "pt-BR", "lines": [LINE, {**LINE, "id": "L002", "source": "Now.", "target": "Agora."}], "verdict": "review", "reasons": [],
              "episode": {"name": "E01", "source_lang": "en", "duration_ms": 12_000}}  # fmt: skip
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    (tmp_path / "E01.xlf").write_text(back.text, encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(["import", str(tmp_path / "E01.xlf"), str(tmp_path)]) == 0
    session = open_session(report["series"])  # type: ignore[arg-type]
    match = session.bible.memory_of("en", "pt-BR").lookup("Go home.")
    assert (match.text(session.bible.terms, "pt-BR") if match else "") == back.learnt


def test_there_are_enough_and_no_twins() -> None:
    kinds = Counter(c.kind for c in CASES) + Counter({"media": len(KINDS), "tools": len(BACKS), "shortening": len(RULES)})
    assert kinds.total() >= 120
    assert min(kinds.values()) >= 10
    names = [*(c.name for c in CASES), *(k.name for k in KINDS), *(f"{b.name}.xlf" for b in BACKS), *(f"{r.name}.rule" for r in RULES)]
    assert len(names) == len(set(names))
    told = Counter(x.kind for x in CASES if x.seen) + Counter({"media": sum(bool(k.report) for k in KINDS), "tools": sum(bool(b.seen) for b in BACKS)})
    assert min(told[k] for k in kinds) >= 5
