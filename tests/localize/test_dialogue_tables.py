"""Dialogue lists as spreadsheets hold them: which sheet, which cells, and speakers' fields that are more than a name."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest

from localize import tables
from localize.errors import SidecarError
from localize.series import glossary
from localize.transcript import cue_text, studio_cues
from localize.transcript.speakers_written import HEARD, SHOWN, SUNG, label, nobody

HEAD = ["Start", "End", "Speaker", "Text"]


def book(**sheets: list[list[object]]) -> bytes:
    """A workbook; a title that ends in "_hidden" is a hidden sheet."""
    made = openpyxl.Workbook()
    made.remove(made.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if title.endswith("_hidden") else "visible"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def said(data: bytes) -> list[tuple[str, str]]:
    read = studio_cues.parse(data, "E01.dialogue.xlsx", 12_000, ["Ana"])
    return [(s.speaker, s.text) for s in read.said]


ROW = [1, 3, "Ana", "Quiet."]


def test_the_sheet_that_fits_is_read() -> None:
    assert said(book(Cover=[["Silver Bay"], ["third draft"]], Lines=[HEAD, ROW])) == [("Ana", "Quiet.")]
    old = [HEAD, [1, 3, "Ana", "Old."]]
    assert said(book(Old_hidden=old, Lines=[HEAD, ROW])) == [("Ana", "Quiet.")]
    assert said(book(E02=old, E01=[HEAD, ROW])) == [("Ana", "Quiet.")]


def test_hidden_rows_and_struck_cells_are_not_said() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (HEAD, ROW, [4, 5, "Ana", "Cut."], [6, 7, "Ana", "Other episode."], [8, 9, "Ana", "Go."]):
        sheet.append(row)
    for cell in sheet[3]:
        cell.font = openpyxl.styles.Font(strike=True)
    sheet.row_dimensions[4].hidden = True
    out = io.BytesIO()
    made.save(out)
    assert said(out.getvalue()) == [("Ana", "Quiet."), ("Ana", "Go.")]


@pytest.mark.parametrize(
    ("head", "times"),
    [
        ("Timecode", ("00:00:01,000 --> 00:00:03,000", "00:00:04,000 --> 00:00:06,500")),
        ("Time", ("0:01 - 0:03", "0:04 – 0:06.5")),
        ("TC", ("00:00:01:00 to 00:00:03:00", "00:00:04:00 to 00:00:06:12")),
    ],
)
def test_one_column_may_hold_both_times(head: str, times: tuple[str, str]) -> None:
    rows = [[head, "Character", "Dialogue"], [times[0], "Ana", "Quiet."], [times[1], "Ana", "Go."]]
    read = studio_cues.parse(book(A=rows), "E.dialogue.xlsx", 12_000)
    assert [(s.start_ms, round(s.end_ms, -2)) for s in read.said] == [(1000, 3000), (4000, 6500)]


def test_a_column_of_starts_alone_lasts_until_the_next() -> None:
    read = studio_cues.parse(b"Time,Speaker,Line\n0:01,Ana,Quiet.\n0:04,Ana,Go.\n", "E.dialogue.csv", 12_000)
    assert [(s.start_ms, s.end_ms, s.text) for s in read.said] == [(1000, 4000, "Quiet."), (4000, 11_000, "Go.")]
    with pytest.raises(SidecarError, match="row 2"):
        studio_cues.parse(b"Time,Speaker,Line\n0:01 - 0:02 - 0:03,Ana,Quiet.\n", "E.dialogue.csv", 12_000)


def test_several_sheets_that_may_be_meant_are_refused() -> None:
    with pytest.raises(SidecarError, match="Draft, Final"):
        said(book(Draft=[HEAD, ROW], Final=[HEAD, ROW]))
    two = book(People=[["term"], ["Ana"]], Places=[["term"], ["Bay"]])
    with pytest.raises(SidecarError, match="People, Places"):
        tables.rows(two, "terms.xlsx", glossary.has_terms)


def test_cells_that_excel_holds_in_its_own_way() -> None:
    midnight, day = datetime.datetime(1899, 12, 30, 0, 0, 2), datetime.datetime(2026, 5, 1)
    assert tables.rows(book(A=[["a", "_x000D_\nb", midnight, day]]), "x.xlsx") == [["a", "\r\nb", "00:00:02.000", "2026-05-01"]]


@pytest.mark.parametrize("text", ["#REF!", "#NAME?", "=CONCAT(A1,B1)"])
def test_errors_and_formulas_are_not_words(text: str) -> None:
    with pytest.raises(SidecarError, match="row 2: holds no words"):
        studio_cues.parse(f"start,end,speaker,text\n1,3,Ana,{text!r}\n".replace("'", '"').encode(), "E.dialogue.csv", 9000)


def test_a_formula_whose_value_was_not_saved_is_told() -> None:
    read = studio_cues.parse(book(A=[HEAD, ROW, [4, 6, "Luis", "=A1"]]), "E.dialogue.xlsx", 9000)
    assert "row 3 says who speaks" in read.doubts[0]


@pytest.mark.parametrize(
    ("written", "name", "how"),
    [("ANA (V.O.)", "ANA", "voice over"), ("ANA [whispering]:", "ANA", "whispered"), ("MAN (50s)", "MAN (50s)", ""), ("Ana :", "Ana", ""),
     ("ANA (angry)", "ANA", "angry"), ("安娜（画外音）", "安娜（画外音）", ""), ("Bob (angry)", "Bob (angry)", "")],
)  # fmt: skip
def test_a_speaker_s_field_is_a_name_and_a_manner(written: str, name: str, how: str) -> None:
    assert label(written, {"ana"}) == (name, how)


@pytest.mark.parametrize(
    ("written", "kind"),
    [("SFX", HEARD), ("Music", HEARD), ("SONG", SUNG), ("On-Screen Text", SHOWN), ("TITLE 1", SHOWN), ("音效", HEARD), ("Ana", ""), ("Mrs. Title", "")],
)
def test_who_is_nobody(written: str, kind: str) -> None:
    assert nobody(written) == kind


def test_nobody_before_a_colon_says_nothing_either() -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\nTITLE CARD: Three years later\n\n2\n00:00:03,000 --> 00:00:04,000\nSFX: door slams\n\n3\n00:00:05,000 --> 00:00:06,000\nANA: Go.\n"
    read = studio_cues.parse(srt.encode(), "E.srt", 9000)
    assert [(s.speaker, s.text) for s in read.said] == [("Ana", "Go.")]
    assert [h.text for h in read.heard] == ["door slams"]
    assert len(read.set_right) == 2
    assert cue_text.turns("TITLE: boss of it all")[0].speaker == "Title"
