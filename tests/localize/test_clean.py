"""Text in one form, and shouts calmed for engines."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localize.languages.capitals import calm, is_shouted, loud_as
from localize.languages.clean import clean, clean_row


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I &lt;3 you &amp;amp; Ana", "I ♥ you & Ana"),
        ("one<br>two\\Nthree<BR/>four\\hfive", "one\ntwo\nthree\nfour five"),
        ("O’Neil said “no”, O`Neil", "O'Neil said \"no\", O'Neil"),
        ("Rene\u0301 and Rene\u0301e", "René and Renée"),
        ("so\u00adft \u200fright\u200e \ufefftext\u200b", "soft right text"),
        ("ＡＢＣ１２！？", "ABC12!?"),
        ("你好！ＯＫ，１２", "你好！OK，12"),
        ("a\u00a0b\u3000c\u2009d", "a b c d"),
        ("10\u00a0000 pesos", "10\u00a0000 pesos"),
        ("क्‍ष", "क्‍ष"),
        ("a\u200db", "ab"),
        ("&#x27;&#39;&nbsp;x &unknown; R&B; AT&T", "'' x &unknown; R&B; AT&T"),
    ],
)  # fmt: skip
def test_what_looks_the_same_is_the_same(text: str, wanted: str) -> None:
    assert clean(text) == wanted


@settings(deadline=None)
@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert clean_row(text) == clean_row(clean_row(text))


@pytest.mark.parametrize(
    ("text", "tag", "shouted"),
    [
        ("NOBODY LEAVES THIS ROOM!", "en", True),
        ("NO!", "en", True),
        ("¡BASTA!", "es-419", True),
        ("WHO DID THIS?", "en", True),
        ("FBI!", "en", False),
        ("OK.", "en", False),
        ("I.", "en", False),
        ("Nobody LEAVES.", "en", False),
        ("नहीं!", "hi", False),
        ("", "en", False),
    ],
)
def test_a_shout_is_told_from_an_acronym(text: str, tag: str, shouted: bool) -> None:
    assert is_shouted(text, tag) is shouted


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("NOBODY LEAVES THIS ROOM!", "Nobody leaves this room!"),
        ("CALL THE FBI. I'M DONE!", "Call the FBI. I'm done!"),
        ("WHO TOLD US? IT WAS TED.", "Who told us? It was ted."),
        ("GET OUT! Please, Ana.", "Get out! Please, Ana."),
        ("Keep the NASA badge.", "Keep the NASA badge."),
        ("I said STOP, Ana.", "I said stop, Ana."),
        ("NOBODY leaves.", "Nobody leaves."),
    ],
)
def test_shouts_are_calmed(text: str, quiet: str) -> None:
    assert calm(text, "en") == quiet


@settings(deadline=None)
@given(st.text(max_size=60))
def test_calming_moves_no_character(text: str) -> None:
    assert len(calm(text, "en")) == len(text)


def test_a_result_is_as_loud_as_its_source() -> None:
    assert (
        loud_as("¡Nadie sale de aquí, Summer!", "NOBODY LEAVES, SUMMER!", "en", ("Summer",))
        == "¡NADIE SALE DE AQUÍ, Summer!"
    )
    assert loud_as("¡Fuera! Por favor, Ana.", "GET OUT! Please, Ana.", "en") == "¡FUERA! Por favor, Ana."
    assert loud_as("Vete. ¡Ya! Por favor.", "GET OUT! Please.", "en") == "Vete. ¡Ya! Por favor."
    assert loud_as("Nadie sale.", "Nobody leaves.", "en") == "Nadie sale."
