"""Whose word a line is: what is checked, what is kept, and that a person's word ends the doubt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from localize.bench import meaning as bench
from localize.errors import EngineError, OptionError
from localize.meaning import check, trust
from localize.meaning.check import Told, Tools, tools
from localize.meaning.record import Checked
from localize.meaning.steps import meaning
from localize.meaning.trust import Trust
from localize.records import Episode, Line, Media, Transcript, Translation
from localize.review import edited_lines, xliff
from localize.series import memory
from localize.series.glossary import Glossary
from localize.session import Session
from localize.settings import load_settings
from localize.transcript.result import Listened
from localize.translation import translate
from localize.translation.job import Job

SAID = ("You were not at the funeral.", "The boat leaves at midnight.", "He owes me three thousand dollars.")
GOOD = ("No estuviste en el funeral.", "El barco sale a medianoche.", "Me debe tres mil dólares.")
EPISODE = Episode("E01", "E01.mp4", "0" * 64, Media(9000, 40.0, 360, 640, 0, "h264", "aac", 2, 48_000, 0))
LINES = tuple(Line(f"L{n}", "Ana", 3000 * n, 3000 * n + 2000, t) for n, t in enumerate(SAID))
LISTENED = Listened(Transcript("en", "srt", (), LINES), {x.id: -20.0 for x in LINES}, {}, None, {})


def translations(*texts: str, origin: str = "bergamot+apertium") -> list[Translation]:
    return [Translation(x.id, "es-419", t, origin) for x, t in zip(LINES, texts, strict=True)]


@pytest.mark.models
def test_a_machine_s_lines_are_checked_once_and_a_person_s_not_at_all(session: Session) -> None:
    made = translations(GOOD[0], GOOD[1], "Me debe cinco mil dólares.")
    judged, used = meaning(session, EPISODE, LISTENED, "es-419", made)
    assert {i: [f.kind for f in c.findings] for i, c in judged.checked.items()} == {"L0": [], "L1": [], "L2": ["number"]}
    assert "use-multilingual-v3" in {u.name for u in used}
    assert session.steps.ran["meaning"] == 3
    again, _used = meaning(session, EPISODE, LISTENED, "es-419", made)
    assert again == judged
    assert session.steps.ran["meaning"] == 3
    assert meaning(session, EPISODE, LISTENED, "es-419", translations(*GOOD, origin="memory"))[0].checked == {}


@pytest.mark.models
def test_a_studio_s_translation_that_slipped_by_one_line_is_seen(session: Session) -> None:
    slipped = translations(GOOD[1], GOOD[2], GOOD[0], origin="studio")
    judged, _used = meaning(session, EPISODE, LISTENED, "es-419", slipped)
    assert "other-line" in {f.kind for c in judged.checked.values() for f in c.findings}
    other = (*GOOD[:2], "Me debe cinco mil dólares.")
    judged, _used = meaning(session, EPISODE, LISTENED, "es-419", translations(*other, origin="studio"))
    assert {i: [f.kind for f in c.findings] for i, c in judged.checked.items()} == {"L0": [], "L1": [], "L2": ["number"]}
    fine, _used = meaning(session, EPISODE, LISTENED, "es-419", translations(*GOOD, origin="studio"))
    assert all(trust.of(t, fine.checked[t.line_id], ()) == Trust.PERSON for t in translations(*GOOD, origin="studio"))


def test_lines_that_a_person_approved_need_no_second_look(session: Session, tmp_path: Path) -> None:
    """Out as XLIFF, every unit set to final, back: the next run's lines are the memory's, and nothing is left to read."""
    report: dict[str, Any] = {
        "series": "night", "market": "latam", "language": "es-419",
        "episode": {"name": "E01", "sha256": "0", "duration_ms": 9000, "source_lang": "en"},
        "lines": [
            {"id": x.id, "speaker": x.speaker, "start_ms": x.start_ms, "end_ms": x.end_ms, "source": x.text, "target": t,
             "origin": "bergamot+apertium", "flags": [], "terms": [], "back": "They say so.",
             "findings": [{"kind": "number", "evidence": "3 became 5", "severity": "error"}]}
            for x, t in zip(LINES, GOOD, strict=True)
        ],
    }  # fmt: skip
    sent = xliff.dumps(report, 17)
    assert "They say so." in sent
    assert "number: 3 became 5" in sent
    back = tmp_path / "E01.xlf"
    back.write_text(sent.replace('state="translated"', 'state="final"'), encoding="utf-8")
    path = tmp_path / "memory.es-419.tmx"
    memory.add_lines(path, "en", "es-419", edited_lines.changed(back, report).entries, Glossary())
    job = Job(
        LISTENED.transcript, "es-419", Glossary(), memory.load(tmp_path, "en", "es-419"), path, lambda: None, "", "E01 es-419"
    )  # fmt: skip
    made, used = translate.translate(job, session.engines, session.steps)
    assert [t.text for t in made] == list(GOOD)
    assert used == []
    assert {trust.of(t, None, ()) for t in made} == {Trust.PERSON}


class Broken:
    """An encoder that cannot."""

    name = "use-multilingual-v3"
    limits: ClassVar[dict[str, float]] = {}

    def vectors(self, texts: list[str]) -> Any:
        raise EngineError("has no weights", self.name)


def test_an_engine_that_fails_leaves_a_line_doubtful_and_the_others_judge() -> None:
    these = Tools(source="en", target="es", encoder=Broken(), books=None, back=None, analyses=False)  # type: ignore[arg-type]
    (found,) = check.check([Told(line_id="L0", source="I have two.", target="Tengo cinco.", around=("",) * 4)], these)
    assert [f.kind for f in found.findings] == ["number"]
    assert "has no weights" in found.error
    clean = replace(found, findings=())
    assert trust.of(translations(*GOOD)[0], clean, ()) == Trust.DOUBTFUL


def test_what_is_missing_is_named_with_its_command(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    from localize.languages import dictionary

    monkeypatch.setattr(dictionary, "FOLDERS", ())
    dictionary.found.cache_clear()
    try:
        these = tools(session.engines, "en", "es")
    finally:
        dictionary.found.cache_clear()
    assert these.books is None
    assert these.missing == ("no dictionary of es is installed: apt-get install hunspell-es",)


def test_a_market_s_word_on_machine_lines_is_read_and_doubted(tmp_path: Path) -> None:
    rows = tmp_path / "m.toml"
    rows.write_text('[market.quick]\ntitle = "Q"\nlanguage = "es-419"\nmachine = "pass"\n', encoding="utf-8")
    assert load_settings({"HOME": str(tmp_path), "LOCALIZE_MARKETS": str(rows)}).market("quick").machine == "pass"
    rows.write_text(rows.read_text().replace('"pass"', '"blind"'), encoding="utf-8")
    with pytest.raises(OptionError, match="choose from review, pass"):
        load_settings({"HOME": str(tmp_path), "LOCALIZE_MARKETS": str(rows)})


def test_trust_by_origin_and_figures(session: Session) -> None:
    line = Translation("L0", "pt-BR", "Sim.", "bergamot")
    assert trust.of(line, Checked("L0"), ("bergamot",)) == Trust.TRUSTED
    assert trust.of(replace(line, origin="bergamot fitted"), Checked("L0"), ("bergamot",)) == Trust.TRUSTED
    assert trust.of(replace(line, origin="bergamot+apertium"), Checked("L0"), ("bergamot",)) == Trust.CHECKED
    assert trust.of(line, None, ("bergamot",)) == Trust.DOUBTFUL
    score = session.engines.context.registry.score
    assert trust.trusted("bergamot", score("bergamot", "en", "pt"))
    assert not trust.trusted("apertium", score("apertium", "pt", "es"))
    assert not trust.trusted("llm", score("llm", "en", "es")), "nobody measured it"
    assert not trust.trusted("whisper-translate", score("whisper-translate", "es", "en"))
    assert not trust.accepted(Trust.CHECKED, "review")
    assert trust.accepted(Trust.CHECKED, "pass")
    assert not trust.accepted(Trust.DOUBTFUL, "pass")


@pytest.mark.models
@pytest.mark.slow
def test_planted_errors_are_caught_and_good_lines_let_go(session: Session, figure) -> None:  # type: ignore[no-untyped-def]
    """A part of the development lines; `localize bench meaning` measures all, and those that nothing was tuned on."""
    found = bench.measure(session.engines, "pt", "dev", 11)
    figure("caught", {k: round(found.share(k), 2) for k in found.lines})
    assert found.share("good") <= 0.14
    for kind in ("wrong line", "neighbour's line", "gibberish", "word salad", "half a line"):
        assert found.share(kind) >= 0.85, kind
    assert found.share("negation") >= 0.7
