"""Glossaries, terminologies and memories as other people's tools write them: headings, cells that say nothing, terms not to be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from localize.errors import SidecarError
from localize.languages import regions
from localize.series import check_terms, glossary, memory, tbx, tmx

MARTIF = '<martif type="TBX-Basic" xml:lang="{}"><text><body><termEntry id="1">{}</termEntry></body></text></martif>'


def forms(text: str, *tags: str) -> list[str]:
    """The form in each language of the only term of a CSV."""
    (term,) = glossary.parse(text, "terms.csv").terms
    return [term.form(t) for t in tags]


@pytest.mark.parametrize(
    ("heading", "tag"),
    [("ES-419", "es-419"), ("es_419", "es-419"), ("Spanish", "es-419"), ("Spanish (Latin America)", "es-419"), ("Español (México)", "es-419"),
     ("Portuguese (Brazil)", "pt-BR"), ("Brazilian Portuguese", "pt-BR"), ("pt-br", "pt-BR"), ("Hindi", "hi-IN")],
)  # fmt: skip
def test_a_language_s_column_is_found_however_it_is_headed(heading: str, tag: str) -> None:
    assert forms(f"term,{heading}\nSilver Bay,Locked\n", tag) == ["Locked"]


def test_a_region_s_form_is_not_locked_where_the_market_s_own_is_there() -> None:
    assert forms("term,es-ES,es-MX,pt-PT,pt-BR\ncell,móvil,celular,telemóvel,celular\n", "es-419", "pt-BR") == ["celular", "celular"]
    (ban,) = glossary.parse("term,kind,es-ES,es-419\nx,banned,coger,tomar\n", "t").banned("es-419")
    assert ban.words == ("tomar",)


@pytest.mark.parametrize("cell", ["N/A", "n/a", "TBD", "-", "—", "?", "..."])
def test_a_cell_that_says_that_nothing_is_there_yet_locks_nothing(cell: str) -> None:
    assert forms(f"term,es-419\nSilver Bay,{cell}\n", "es-419") == ["Silver Bay"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("term,es-419\nAunt,tía|tita\n", "several forms"), ("term,es-419\nAunt,#REF!\n", "error of a spreadsheet"),
     ("term,es-419,ES_419\nAunt,tía,tita\n", "two columns")],
)  # fmt: skip
def test_a_cell_that_nobody_can_lock_is_refused(text: str, says: str) -> None:
    with pytest.raises(SidecarError, match=says):
        glossary.parse(text, "terms.csv")


def test_words_of_other_tools_for_kind_gender_and_several_aliases() -> None:
    (term,) = glossary.parse("Term,Aliases,Kind,Gender\nSummer,Sum; Summy|Sunny,Person,Female\n", "terms.csv").terms
    assert (term.kind, term.gender, term.aliases) == ("person", "f", ("Sum", "Summy", "Sunny"))


def test_a_column_that_no_language_reads_is_told() -> None:
    terms = glossary.parse("term,es-419,ID,Remarks\nAna,Ana,17,heroine\n", "t")
    assert terms.terms[0].form("id") == "Ana"
    found = check_terms.check(terms, ["es-419", "id"])
    assert [p.text.split("'")[1] for p in found if p.kind == "heading"] == ["Remarks"]
    assert not any(p.kind == "missing" and "es-419" in p.text for p in found)


def section(tag: str, *terms: tuple[str, str]) -> str:
    tigs = (f'<tig><term>{t}</term><termNote type="administrativeStatus">{s}</termNote></tig>' for t, s in terms)
    return f'<langSet xml:lang="{tag}">{"".join(tigs)}</langSet>'


OLD, OTHER, BEST = "deprecatedTerm-admn-sts", "admittedTerm-admn-sts", "preferredTerm-admn-sts"


def test_a_term_that_is_not_to_be_used_is_never_locked_and_the_preferred_one_wins() -> None:
    body = section("en-US", ("Sunny", OTHER), ("Summer", BEST), ("Sommer", OLD)) + section("es-419", ("Estío", OLD), ("Verano", BEST))
    (term,) = tbx.loads(MARTIF.format("en-US", body), "x").terms
    assert (term.term, term.aliases, term.form("es-419")) == ("Summer", ("Sunny",), "Verano")
    body = section("en-US", ("Summer", BEST)) + section("es-419", ("Estío", "supersededTerm-admn-sts"))
    assert tbx.loads(MARTIF.format("en-US", body), "x").terms[0].form("es-419") == "Summer"


def test_tbx_3_says_by_an_element_what_is_not_to_be_used() -> None:
    body = "".join(f"<termSec><term>{t}</term><m:administrativeStatus>{s}</m:administrativeStatus></termSec>" for t, s in (("Estío", OLD), ("Verano", BEST)))
    text = (f'<tbx xml:lang="en" xmlns:m="http://www.tbxinfo.net/ns/min"><text><body><conceptEntry><langSec xml:lang="en"><termSec><term>Summer</term>'
            f'</termSec></langSec><langSec xml:lang="es">{body}</langSec></conceptEntry></body></text></tbx>')  # fmt: skip
    assert tbx.loads(text, "x").terms[0].form("es-419") == "Verano"


def test_sections_of_a_source_that_is_written_otherwise_or_not_named() -> None:
    body = section("es", ("Verano", BEST)) + section("en", ("Summer", BEST))
    assert tbx.loads(MARTIF.format("en-US", body), "x").terms[0].term == "Summer"
    assert tbx.loads(MARTIF.format("en-US", body).replace(' xml:lang="en-US"', ""), "x").terms[0].term == "Summer"


def test_a_name_of_a_language_with_its_region_is_a_tag() -> None:
    written = ("Spanish (LATAM)", "European Portuguese", "Chinese Simplified", "American English", "final cut")
    assert [regions.tag_of(w) for w in written] == ["es-419", "pt-PT", "zh-Hans", "en-US", None]


def body_of(*units: str) -> str:
    """A TMX of these units for "Go home.", each its attributes and a target."""
    body = "".join(f'<tu {u.partition("|")[0]}><tuv xml:lang="en"><seg>Go home.</seg></tuv><tuv xml:lang="pt-BR"><seg>{u.partition("|")[2]}</seg></tuv></tu>' for u in units)
    return f"<tmx><body>{body}</body></tmx>"


def told(*units: str) -> str | None:
    """What a memory of these units says for "Go home."."""
    made = memory.parse(body_of(*units), "m.tmx", "en", "pt-BR").lookup("Go home.")
    return made.text(glossary.Glossary(), "pt-BR") if made else None


def test_the_unit_that_was_changed_last_is_the_memory_s() -> None:
    new, old = 'changedate="20260101T000000Z"|Novo.', 'changedate="20200101T000000Z"|Velho.'
    assert told(new, old) == told(old, new) == "Novo."
    assert told(new, "|Sem data.") == "Sem data."


@pytest.mark.parametrize(
    "unit",
    [
        'creationid="MT!"|Errado.',
        'creationid="Ana" changeid="MT!DeepSomething"|Errado.',
        '><prop type="x-Status">Rejected</prop|Errado.',
        '><prop type="x-ConfirmationLevel">RejectedTranslation</prop|Errado.',
        '><prop type="x-origin">MT</prop|Errado.',
    ],
)
def test_a_unit_that_nobody_stands_for_is_no_memory(unit: str, tmp_path: Path) -> None:
    assert told(unit) is None
    assert told("|Certo.", unit) == told(unit, "|Certo.") == "Certo."
    path = tmp_path / "m.tmx"
    path.write_text(body_of(unit, "|Certo."), encoding="utf-8")
    assert tmx.left_out(path, "en", "pt-BR").disowned == 1


@pytest.mark.parametrize(
    "unit",
    ['creationid="MT!" changeid="Ana"|Certo.', '><prop type="x-Status">Approved</prop|Certo.', '><prop type="x-Project">Machine City</prop|Certo.'],
)
def test_a_unit_that_a_person_confirmed_is(unit: str) -> None:
    assert told(unit) == "Certo."


def test_a_unit_without_a_translation_teaches_nothing() -> None:
    assert told("|") is None
    assert told("|Vá.", "|") == "Vá."
