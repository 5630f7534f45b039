"""Files of other people's tools: XLIFF 1.2 and 2, tables, regions; and cues of a translation given to lines."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
from xml.etree.ElementTree import fromstring

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localize import tables
from localize.errors import SidecarError
from localize.files import root_of
from localize.languages import regions
from localize.review import units, xliff12
from localize.series import glossary, inline_codes, memory
from localize.transcript import studio_cues
from localize.transcript.alignment import Spoken, Unit, align, used_twice
from tests.localize.at_once import at_once

WALKS = int(os.environ.get("LOCALIZE_WALKS", "150"))
QUICK = settings(max_examples=WALKS, deadline=None, suppress_health_check=list(HealthCheck))


# --- inline codes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        ("Hola <g id='1'>Ana</g>, ven.", "Hola Ana, ven."),
        ("Hola <x id='1'/>Ana.", "Hola Ana."),
        ("Hola<x id='1' ctype='lb'/>Ana.", "Hola Ana."),
        ("Hola<ph id='1'>&lt;br/&gt;</ph>Ana.", "Hola Ana."),
        ("Hola <ph id='1'>{bold}</ph>Ana<ph id='2'>{/bold}</ph>.", "Hola Ana."),
        ("<bpt i='1'>&lt;b&gt;</bpt>Hola<ept i='1'>&lt;/b&gt;</ept> Ana", "Hola Ana"),
        ("Hola <it pos='begin'>x</it>Ana", "Hola Ana"),
        ("Hola <hi type='x'>Ana</hi><sub>nota</sub>", "Hola Ananota"),
        ("Hola <ph>code <sub>alt text</sub></ph>Ana", "Hola Ana"),
        ("Hola <ph id='1'>x</ph>, Ana", "Hola, Ana"),
        ("Où <g id='1'>es-tu</g> ?", "Où es-tu ?"),
        ("<mrk mtype='term'>Ana</mrk> <sm/>ven<em/><cp hex='001A'/>ya", "Ana ven ya"),
        ("<pc id='1'>Ana</pc> <sc/>ven<ec/>", "Ana ven"),
    ],
)
def test_codes_are_no_words_and_what_they_wrap_is(segment: str, words: str) -> None:
    assert inline_codes.words(fromstring(f"<seg>{segment}</seg>")) == words


# --- XLIFF as tools write it -----------------------------------------------------------------------------------

HEAD = '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"'
SHAPES = {
    "memoQ": f'{HEAD} xmlns:mq="MQXliff"><file original="E01" source-language="en" target-language="es-419" datatype="x">'
    '<body><trans-unit id="7" resname="L001" mq:status="ManuallyConfirmed"><source xml:space="preserve">Go <bpt id="1" '
    'ctype="italic">{}</bpt>home<ept id="1">{}</ept>.</source><target>Ve a <bpt id="1">{}</bpt>casa<ept id="1">{}</ept>.'
    "</target></trans-unit></body></file></xliff>",
    "Phrase": f'{HEAD} xmlns:m="http://www.memsource.com/mxlf/2.0"><file original="E01" source-language="en" '
    'target-language="es"><body><group id="0"><trans-unit id="L001" m:confirmed="1"><source>Go home.</source><target>Ve a '
    'casa.</target><alt-trans origin="memsource-tm"><target>Vete.</target></alt-trans></trans-unit></group></body></file></xliff>',
    "Trados": f'{HEAD} xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0"><file original="E01" source-language="en-US" '
    'target-language="es-MX"><body><trans-unit id="L001"><source>Go home.</source><seg-source><mrk mtype="seg" mid="1">Go '
    'home.</mrk></seg-source><target><mrk mtype="seg" mid="1"><g id="2">Ve</g> a casa.</mrk></target><sdl:seg-defs><sdl:seg '
    'id="1" conf="ApprovedTranslation"/></sdl:seg-defs></trans-unit></body></file></xliff>',
    "Smartcat": f'{HEAD}><file original="E01" source-language="en" target-language="es-419"><body><trans-unit id="L001" '
    'approved="yes"><source>Go <x id="1"/>home.</source><target state="final">Ve a <x id="1"/>casa.</target><note>n</note>'
    "</trans-unit></body></file></xliff>",
    "XLIFF 2": '<xliff version="2.0" srcLang="en" trgLang="es-419" xmlns="urn:oasis:names:tc:xliff:document:2.0"><file id="f">'
    '<unit id="L001"><segment state="reviewed"><source>Go</source><target>Ve a</target></segment><ignorable><source> '
    '</source></ignorable><segment state="final"><source><pc id="1">home</pc>.</source><target>casa<ph id="2"/>.</target>'
    "</segment></unit></file></xliff>",
}  # fmt: skip


@pytest.mark.parametrize("tool", SHAPES)
def test_every_tool_s_unit_is_the_same_line(tool: str) -> None:
    file = units.read(fromstring(SHAPES[tool]))
    assert file is not None
    (unit,) = file.units
    assert "L001" in unit.names
    assert (unit.source, unit.target, unit.approved) == ("Go home.", "Ve a casa.", True)
    assert regions.distance("es-419", file.target_languages[0]) in (regions.EXACT, regions.AREA, regions.NEUTRAL)


def test_several_segments_of_a_unit_are_one_target() -> None:
    body = '<trans-unit id="L1"><source>A. B.</source><target><mrk mtype="seg" mid="1">Uno.</mrk><mrk mtype="seg" mid="2">Dos.</mrk></target></trans-unit>'
    file = units.read(fromstring(f"{HEAD}><file><body>{body}</body></file></xliff>"))
    assert file is not None
    assert file.units[0].target == "Uno. Dos."
    assert not file.units[0].approved
    assert units.read(fromstring("<html/>")) is None


def test_what_goes_out_as_1_2_is_read_by_another_tool_and_by_us() -> None:
    from translate.storage.xliff import xlifffile

    line = {"id": "L001", "speaker": "Ana", "start_ms": 0, "end_ms": 2000, "source": "Who <is> it & why?", "target": "¿Quién?",
            "origin": "memory", "terms": [{"source": "Ana", "locked": "Ana"}], "flags": ["fast"]}  # fmt: skip
    report = {
        "episode": {"name": "E01", "source_lang": "en"},
        "language": "es-419",
        "lines": [line, {**line, "id": "L002", "target": ""}],
    }
    text = xliff12.dumps(report, 17)
    theirs = xlifffile.parsestring(text.encode())
    assert [(u.getid().split("\x04")[-1], str(u.source), str(u.target or "")) for u in theirs.units] == [
        ("L001", "Who <is> it & why?", "¿Quién?"), ("L002", "Who <is> it & why?", ""),
    ]  # fmt: skip
    theirs.units[1].target = "¿Quién <es>?"
    back = units.read(fromstring(bytes(theirs).decode().partition("?>")[2]))
    assert back is not None
    assert [(u.names[0], u.target) for u in back.units] == [("L001", "¿Quién?"), ("L002", "¿Quién <es>?")]
    assert back.units[0].approved


# --- regions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "tag"),
    [("pt-br", "pt-BR"), ("es-MX", "es-MX"), ("spa", "es"), ("ES_419", "es-419"), ("zh-hans", "zh-Hans"), ("por", "pt"), ("ptBR", "pt-BR"),
     ("final cut", None), ("v2", None), ("es-419", "es-419"), ("pt-PT", "pt-PT"), ("es_ES", "es-ES"), ("hin", "hi"), ("me", None), ("Spanish", "es"), ("en-US", "en-US")],
)  # fmt: skip
def test_tags_in_file_names(written: str, tag: str | None) -> None:
    assert regions.tag_of(written) == tag


@pytest.mark.parametrize(
    ("wanted", "there", "taken"),
    [
        ("es-419", ["es-ES", "es-MX", "es"], "es-MX"),
        ("es-419", ["es-ES", "es"], "es"),
        ("es-419", ["es-ES", "pt"], "es-ES"),
        ("pt-BR", ["pt-PT", "pt"], "pt"),
        ("pt-BR", ["pt-PT"], "pt-PT"),
        ("hi-IN", ["hi", "en"], "hi"),
        ("hi-IN", ["en"], None),
    ],
)
def test_the_nearest_region_is_taken(wanted: str, there: list[str], taken: str | None) -> None:
    assert regions.nearest(wanted, there) == taken


def test_another_region_is_not_taken_where_only_the_same_audience_serves() -> None:
    assert regions.nearest("pt-BR", ["pt-PT"], regions.NEUTRAL) is None
    assert regions.nearest("es-419", ["es-CO"], regions.NEUTRAL) == "es-CO"


# --- tables ----------------------------------------------------------------------------------------------------

ROWS = [["start", "end", "speaker", "text"], ["1.5", "2.5", "Ana", "¿Quién?"], ["3", "4", "Luis", "Nadie; nunca, no."]]


def excel(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_tables_with_any_delimiter_and_encoding(mark: str, encoding: str) -> None:
    import csv

    held = io.StringIO()
    csv.writer(held, delimiter=mark).writerows(ROWS)
    assert tables.rows(held.getvalue().encode(encoding), "x.csv") == ROWS
    assert tables.rows(excel([[*r] for r in ROWS]), "x.xlsx") == ROWS


def test_a_dialogue_list_of_another_house() -> None:
    import datetime

    list_of = [["Show", "Northwind"], [], ["Timecode In", "Timecode Out", "Character", "Original Dialogue"],
               ["00:00:01:12", "00:00:02:00", "SUMMER", "<i>Go!</i> [sighs]"], [datetime.time(0, 0, 3), datetime.time(0, 0, 4), "GRANT", "No."]]  # fmt: skip
    read = studio_cues.parse(excel(list_of), "E.dialogue.xlsx", 10_000, ["Summer"])
    assert [(s.start_ms, s.end_ms, s.speaker, s.text) for s in read.said] == [
        (1480, 2000, "Summer", "Go!"),
        (3000, 4000, "Grant", "No."),
    ]
    assert [h.text for h in read.heard] == ["sighs"]


@pytest.mark.parametrize(
    "data",
    [
        # as Premiere writes its markers, and as Resolve writes its index
        "Marker Name\tDescription\tIn\tOut\tDuration\tMarker Type\n1\tGo.\t00:00:01:12\t00:00:02:00\t00:00:00:13\tComment\n".encode("utf-16"),
        b"#,Color,Name,Start TC,End TC,Duration,Notes\n1,Blue,Ana,01:00:01:12,01:00:02:00,00:00:00:13,Go.\n",
    ],
)
def test_an_editor_s_markers_are_a_dialogue_list(data: bytes) -> None:
    (one,) = studio_cues.parse(data, "E.dialogue.csv", 10_000).said
    assert (one.start_ms, one.end_ms, one.text) == (1480, 2000, "Go.")


def test_a_time_that_excel_computed_is_a_time() -> None:
    read = studio_cues.parse(excel([["start", "end", "text"], [0.1 + 0.2, 0.58 + 1e-16, "Go."], [1.1 * 3, 4, "No."]]), "E.dialogue.xlsx", 10_000)
    assert [(s.start_ms, s.end_ms) for s in read.said] == [(300, 580), (3300, 4000)]


def test_a_comma_that_nobody_quoted_is_part_of_the_text() -> None:
    data = b"start,end,text,speaker\n1,2,Come, now, please.,Ana\n3,4,Yes.,Luis\n"
    read = studio_cues.parse(data, "E.dialogue.csv", 10_000)
    assert [(s.speaker, s.text) for s in read.said] == [("Ana", "Come, now, please."), ("Luis", "Yes.")]
    assert any("comma" in n for n in read.notes)


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"a,b\n1,2\n", "columns"), (b"start,end,text\n1,x,Hi\n", "row 2.*|'x' is no time"), (b"PK\x03\x04junk", "is no XLSX"), (b"", "columns"),
     (b'start,end,text\n1,2,"Hi\n', "is no CSV"), (b"start,end,text\n1,2\n", "row 2")],
)  # fmt: skip
def test_a_bad_table_names_its_row(data: bytes, says: str) -> None:
    with pytest.raises(SidecarError, match=says):
        studio_cues.parse(data, "E.dialogue.csv", 10_000)


# --- cues and lines, many to many ------------------------------------------------------------------------------

TWO = [Spoken("L1", 1000, 2000, "When you get home,", "Ana"), Spoken("L2", 2100, 3000, "call me.", "Ana")]


def test_one_cue_over_two_lines_is_said_once() -> None:
    out = align([Unit(1000, 3000, "Llámame cuando llegues.", 1)], TWO)
    assert (out.texts, out.runs) == ({"L1": "Llámame cuando llegues."}, [("L1", "L2")])
    lines = [Spoken("L1", 1000, 2000, "Go away.", "Ana"), Spoken("L2", 2100, 3000, "Now.", "Luis")]
    out = align([Unit(1000, 3000, "Vete. Ya.", 1)], lines)
    assert (out.texts, out.runs, out.parted) == ({"L1": "Vete.", "L2": "Ya."}, [], set())


def test_one_line_over_two_cues_is_one_text() -> None:
    out = align(
        [Unit(1000, 1500, "Cuando llegues", 1), Unit(1500, 2000, "a casa,", 2), Unit(2100, 3000, "llámame.", 3)], TWO
    )
    assert out.texts == {"L1": "Cuando llegues a casa,", "L2": "llámame."}
    assert out.cues["L1"] == (1, 2)


def test_two_at_once_keep_their_own_words_and_a_shared_sentence_is_told() -> None:
    both = [Spoken("L1", 1000, 4000, "Stop it!", "Ana"), Spoken("L2", 2000, 3000, "Never!", "Luis")]
    out = align([Unit(1000, 4000, "¡Basta!", 1), Unit(2000, 3000, "¡Nunca!", 2)], both)
    assert out.texts == {"L1": "¡Basta!", "L2": "¡Nunca!"}
    lines = [Spoken("L1", 1000, 2000, "If you come", "Ana"), Spoken("L2", 2100, 3000, "I will leave", "Luis")]
    out = align([Unit(1000, 3000, "Si vienes, yo me voy", 1)], lines)
    assert out.texts == {"L1": "Si vienes,", "L2": "yo me voy"}
    assert out.parted == {"L1", "L2"}


def test_a_cue_where_nobody_speaks_is_named_and_one_used_twice_is_found() -> None:
    out = align([Unit(8000, 9000, "x", 5), Unit(1000, 2000, "a", 2)], TWO)
    assert (out.unused, out.texts) == ([5], {"L1": "a"})
    assert used_twice({"L1": (1,), "L2": (1,), "L3": (2,)}, {"L1": "Ven.", "L2": "Ven.", "L3": "Ven."}) == [
        ("L1", "L2")
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(300, 4000), st.integers(1, 4), st.sampled_from("AB")),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.integers(0, 1), min_size=12, max_size=12),
)
def test_every_word_of_a_translation_is_said_once(parts: list[tuple[int, int, int, str]], merged: list[int]) -> None:
    """Cues that cover one or two lines each: each word once, at lines in order."""
    lines, at, counter = [], 0, itertools.count()
    for gap, length, sentences, who in parts:
        at += gap
        lines.append(Spoken(f"L{len(lines):02}", at, at + length, "Say this. " * sentences, who))
        at += length
    cues: list[Unit] = []
    index = 0
    while index < len(lines):
        last = min(len(lines) - 1, index + merged[index % 12])
        words = " ".join(f"w{next(counter)} uno." for _ in range(sum(p[2] for p in parts[index : last + 1])))
        cues.append(Unit(lines[index].start_ms, lines[last].end_ms, words, len(cues) + 1))
        index = last + 1
    out = align(cues, lines)
    told = " ".join(out.texts[x.id] for x in lines if x.id in out.texts)
    assert told.split() == " ".join(c.text for c in cues).split()
    covered = set(out.texts) | {i for run in out.runs for i in run}
    assert covered == {x.id for x in lines}
    assert not out.unused


# --- random walks ----------------------------------------------------------------------------------------------

CSV_GRAIN = st.sampled_from(
    [
        "start",
        "end",
        "text",
        "speaker",
        ",",
        ";",
        "\t",
        "|",
        "\n",
        '"',
        "1",
        "2.5",
        "00:00:01,0",
        "Hi",
        "\x00",
        "=1",
        "é",
        "[",
        "sep=;\n",
    ]
)
XML_GRAIN = st.sampled_from(
    ["<xliff version='1.2'>", "<xliff version='2.0'>", "<file>", "<body>", "<trans-unit id='L1'>", "<unit id='L1'>", "<segment>", "<source>", "</source>",
     "<target>", "</target>", "</segment>", "</unit>", "</trans-unit>", "</body>", "</file>", "</xliff>", "<ph>", "</ph>", "<mrk mtype='seg'>", "</mrk>",
     "<cp hex='x'/>", "Hi", "&amp;", "<!DOCTYPE a>", "<x/>"]
)  # fmt: skip


@QUICK
@given(st.one_of(st.lists(CSV_GRAIN, max_size=60).map("".join).map(str.encode), st.binary(max_size=300)))
def test_any_table_is_read_or_refused_by_name(data: bytes) -> None:
    with at_once(), contextlib.suppress(SidecarError):
        studio_cues.parse(data, "E.dialogue.csv", 90_000)


BOOK = excel([[*r] for r in ROWS])


@QUICK
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), max_size=40), st.integers(0, len(BOOK)))
def test_a_broken_workbook_is_read_or_refused_by_name(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(BOOK)
    for at, value in changes:
        data[at] = value
    with at_once(), contextlib.suppress(SidecarError):
        studio_cues.parse(bytes(data[: max(4, length)]), "E.dialogue.xlsx", 90_000)


@QUICK
@given(st.lists(XML_GRAIN, max_size=40).map("".join))
def test_any_xliff_is_read_or_refused_by_name(text: str) -> None:
    with at_once():
        try:
            found = units.read(root_of(text, "XLIFF", "x.xlf", dtd=False))
        except SidecarError:
            found = None
        assert found is None or all(isinstance(u.target, str) for u in found.units)


TMX_GRAIN = st.sampled_from(
    ["<tmx>", "<body>", "<tu>", "<tuv xml:lang='en'>", "<tuv xml:lang='pt-BR'>", "<tuv lang='pt-PT'>", "<tuv>", "<seg>", "</seg>", "</tuv>", "</tu>",
     "</body>", "</tmx>", "<ph>", "</ph>", "<ph type='term'>", "<bpt i='1'>", "</bpt>", "<hi>", "</hi>", "<sub>", "</sub>", "<prop type='x-context-pre'>",
     "</prop>", "Hi", "&lt;", "\u0301"]
)  # fmt: skip


@QUICK
@given(st.lists(TMX_GRAIN, max_size=40).map("".join))
def test_any_tmx_is_read_or_refused_by_name(text: str) -> None:
    with at_once():
        with contextlib.suppress(SidecarError):
            memory.parse(f"<tmx><body><tu>{text}</tu></body></tmx>", "x.tmx", "en", "pt-BR").lookup("Hi")
        with contextlib.suppress(SidecarError):
            memory.parse(text, "x.tmx", "en", "pt-BR")


@QUICK
@given(st.lists(st.sampled_from(["term", "kind", "en", "es-419", ",", ";", "\t", "\n", '"', "person", "Ana", "=1", "é", "\x00"]), max_size=60))
def test_any_glossary_is_read_or_refused_by_name(grains: list[str]) -> None:
    with contextlib.suppress(SidecarError):
        glossary.parse("term,kind,es-419\n" + "".join(grains), "terms.csv")
    with contextlib.suppress(SidecarError):
        glossary.from_rows(tables.rows("".join(grains).encode(), "terms.csv"), "terms.csv")


def test_a_glossary_comes_as_a_workbook() -> None:
    rows = [["Term", "kind", "es-419", "note"], ["Summer", "person", "Summer", ""], ["Glass Queen", "title", "Reina de Cristal", "a ship"]]
    held = glossary.from_rows(tables.rows(excel([[*r] for r in rows]), "terms.xlsx"), "terms.xlsx")
    assert [(t.term, t.form("es-419")) for t in held.terms] == [("Summer", "Summer"), ("Glass Queen", "Reina de Cristal")]
