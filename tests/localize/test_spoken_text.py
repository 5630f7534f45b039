"""Text written out as it is read aloud."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.languages.read_aloud import written_out


@pytest.mark.parametrize(
    ("primary", "text", "said"),
    [
        ("en", "Mr. Hale owes $1,250.", "mister Hale owes one thousand, two hundred and fifty dollars."),
        ("en", "It was 1994.", "It was nineteen ninety four."),
        ("en", "Room 101, 7:05.", "Room one hundred and one, seven oh five."),
        ("en", "Call 5550199.", "Call five five five zero one nine nine."),
        ("en", "Only 2.5 km, 1 kg, 30%.", "Only two point five kilometers, one kilo, thirty percent."),
        ("en", "On 07/04/2026, the 3rd time.", "On July fourth, twenty twenty six, the third time."),
        ("es", "Son 21 dólares, Sra. Vega.", "Son veintiuno dólares, señora Vega."),
        ("es", "Pagó $1.500 por 1 h.", "Pagó mil quinientos dólares por una hora."),
        ("es", "Cuesta $2,5 y R$ 1.", "Cuesta dos coma cinco dólares y un real."),
        ("es", "Debe $3.000.000.", "Debe tres millones de dólares."),
        ("es", "Jajajaja, a las 13:30.", "ja, ja, a las trece y treinta."),
        ("es", "El 04/07/2026.", "El cuatro de julio de dos mil veintiséis."),
        ("pt", "O Dr. Lima pagou R$ 2.000.", "O doutor Lima pagou dois mil reais."),
        ("pt", "São 2 h, kkkk.", "São duas horas, ha, ha."),
        ("pt", "A 2ª vez, 80 km/h.", "A segunda vez, oitenta quilômetros por hora."),
        ("hi", "₹500 और 20%", "500 रुपये और 20 प्रतिशत"),
        ("zh", "500%", "500%"),
    ],
)
def test_what_is_read_aloud_stands_in_words(primary: str, text: str, said: str) -> None:
    assert written_out(text, primary) == said


@given(st.sampled_from(["en", "es", "pt", "hi"]), st.text(alphabet="aeñç ह.,!?¿'-", max_size=60))
def test_text_without_figures_and_abbreviations_stays(primary: str, text: str) -> None:
    assert written_out(text, primary) == text


@given(st.sampled_from(["en", "es", "pt"]), st.integers(0, 99_999), st.sampled_from(["", "$", "%", " km", "º", ":30"]))
def test_no_digit_is_left_to_chance(primary: str, number: int, sign: str) -> None:
    text = f"{sign}{number}" if sign == "$" else f"{number}{sign}"
    if sign in ("º", ":30") and number > 23:
        return
    assert not any(c.isdigit() for c in written_out(f"x {text} y", primary))
