"""Text at the door, shouts, copied dates and source words, through glossary, name lock and the translation stage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from localize.engines.base import Ask
from localize.engines.translation.sanity import suspicious
from localize.languages.text import count
from localize.records import Flag, Line, Transcript, Translation
from localize.series import glossary, memory
from localize.storage.step_cache import Steps
from localize.translation import name_lock, outcome, rewording, source_left, translate
from localize.translation.job import Job

TERMS = 'term,gender,es-419\nRene\u0301,m,René\nO’Neil,m,\n"Summer",f,\n'


def bible() -> glossary.Glossary:
    return glossary.parse(TERMS, "terms.csv")


def job(*texts: str, given: dict[str, str] | None = None) -> Job:
    lines = tuple(Line(f"L{n}", "", 1000 * n, 1000 * n + 900, t) for n, t in enumerate(texts))
    return Job(
        Transcript("en", "srt", (), lines), "es-419", bible(), memory.Memory(), Path("x"),
        lambda: np.zeros(0, np.float32), "", "E1", given or {},
    )  # fmt: skip


def test_names_are_found_however_they_are_typed() -> None:
    found = bible().find("René and O'Neil met Summer.", "en")
    assert [u.term.term for u in found] == ["René", "O'Neil", "Summer"]
    assert count("Rene\u0301 y O’Neil", "René") == 1
    assert count("Rene\u0301 y O’Neil", "O'Neil") == 1


def test_the_memory_knows_a_line_however_it_is_typed() -> None:
    known = memory.parse(
        '<tmx version="1.4"><header/><body><tu><tuv xml:lang="en"><seg>Don’t go, Rene\u0301.</seg></tuv>'
        '<tuv xml:lang="es"><seg>No te vayas,\u00a0René.</seg></tuv></tu></body></tmx>', "m.tmx", "en", "es-419",
    )  # fmt: skip
    match = known.lookup("Don't go, Ren\u00e9.")
    assert match is not None
    assert match.score == 1.0
    assert match.text(bible(), "es-419") == "No te vayas, René."


def test_engines_get_shouts_in_sentence_case() -> None:
    asked = job("Stay.", "NOBODY LEAVES THIS ROOM, SUMMER!")
    assert asked.ask(asked.transcript.lines[1]).text == "Nobody leaves this room, summer!"
    masked, names = name_lock.mask(
        asked.ask(asked.transcript.lines[1]).text, asked.glossary.find(asked.transcript.lines[1].text, "en")
    )
    assert masked == f"Nobody leaves this room, {names[0]}!"


@pytest.mark.parametrize(
    ("source", "made", "text", "flags"),
    [
        ("NOBODY LEAVES, SUMMER!", "¡Nadie sale, Summer!", "¡NADIE SALE, Summer!", ()),
        ("On 07/04/2026.", "El 07/04/2026.", "El 04/07/2026.", ()),
        ("No, no, no, no!", "¡No, no, no, no!", "¡No, no, no, no!", ()),
        ("Summer!", "¡Summer!", "¡Summer!", ()),
        ("Grant is my husband.", "Grant es mi husband.", "Grant es mi husband.", (Flag.SOURCE_WORDS,)),
        ("NOBODY LEAVES THIS ROOM!", "¡NOBODY LEAVES Este ROOM!", "", (Flag.UNTRANSLATED,)),
        ("I never loved that man.", "I never loved that man.", "", (Flag.UNTRANSLATED,)),
    ],
)
def test_what_an_engine_gave_is_judged_by_its_words(
    source: str, made: str, text: str, flags: tuple[str, ...], steps: Steps
) -> None:
    asked = job(source)
    line = asked.transcript.lines[0]
    uses = asked.glossary.find(source, "en")
    made_ready = translate._flagged(outcome.checked(line, made, uses, asked, "bergamot"), line, asked)
    (found,) = source_left.flagged([made_ready], asked, steps)
    assert (found.text, found.flags) == (text, flags)


def test_a_person_may_borrow_a_word_and_not_a_line(steps: Steps) -> None:
    asked = job("Grant is my husband.", "Nobody leaves this room.")
    made = Translation("L0", "es-419", "Grant es mi husband.", "studio")
    forgotten = replace(made, line_id="L1", text="Nobody leaves this room.")
    borrowed, left = source_left.flagged([made, forgotten], asked, steps)
    assert borrowed.flags == ()
    assert left.flags == (Flag.SOURCE_WORDS,)
    again = Steps(steps.ledger, steps.store)
    assert source_left.flagged([made, forgotten], asked, again) == [borrowed, left]
    assert again.ran == {}


def test_an_echo_is_still_an_echo() -> None:
    assert suspicious("I never loved him at all", "I never loved him at all", [], pair=("en", "es-419"))
    assert suspicious("No, no, no, no!", "No, no, no, no!", []) == "its source back"
    assert suspicious("No, no, no, no!", "No, no, no, no!", [], pair=("en", "es-419")) == ""


@dataclass
class Shorter:
    """Stands for the engines that a rewording asks; it has the wordings that a test gives it."""

    wordings: list[str]
    asked: list[Ask] = field(default_factory=list)

    def others(self, ask: Ask, *_rest: Any) -> list[str]:
        self.asked.append(ask)
        return self.wordings


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        (["El reloj sonó.", "Suena el reloj."], [("El reloj sonó.", False), ("Suena el reloj.", False), ("El reloj suena.", True)]),
        ([], [("El reloj suena.", True)]),
    ],
)  # fmt: skip
def test_an_engine_s_wording_comes_before_a_rule_s(
    own: list[str], wanted: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = job("The clock is ringing.")
    monkeypatch.setattr(rewording.send, "others", Shorter(own).others)
    route = type("Route", (), {"hops": ()})()
    made = Translation("L0", "es-419", "El reloj está sonando.", "bergamot")
    item = rewording.Measured(asked.transcript.lines[0], made, 1500)
    offers = rewording.offers(item, asked, object(), [], route)  # type: ignore[arg-type]
    assert sorted((o.text, o.by_rule) for o in offers) == sorted(wanted)
    assert [o.by_rule for o in offers] == sorted(o.by_rule for o in offers)
    chosen = rewording.reworded(item, [o for o in offers if o.by_rule], lambda text: 900)
    assert (chosen.text, chosen.flags) == ("El reloj suena.", (Flag.SHORTENED,))
