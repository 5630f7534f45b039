"""Source words left in a translation, told by dictionaries."""

from __future__ import annotations

from pathlib import Path

import pytest

from localize.languages.dictionary import dictionary
from localize.languages.foreign import left_over, mostly_left, same_in_both

DRAMA = Path(__file__).parents[1] / "data" / "drama.tsv"
NAMES = {
    "{P}": "Grant",
    "{Q}": "Summer",
    "{L}": "Pearl Hill",
    "{B}": "Northwind",
    "{T}": "Storm Queen",
    "{W}": "Hunter",
}
TAGS = ("pt-BR", "es-419")


def filled(text: str) -> str:
    for mark, name in NAMES.items():
        text = text.replace(mark, name)
    return text


ROWS = [[filled(c) for c in line.split("\t")] for line in DRAMA.read_text(encoding="utf-8").splitlines() if line]


@pytest.mark.parametrize("column", [0, 1])
def test_good_translations_hold_nothing_of_their_source(column: int) -> None:
    flagged = [
        (row[0], row[column + 1], left)
        for row in ROWS
        if (left := left_over(row[0], row[column + 1], "en", TAGS[column], tuple(NAMES.values())))
    ]
    assert len(ROWS) > 35
    assert not flagged


@pytest.mark.parametrize("column", [0, 1])
def test_a_planted_source_word_is_found(column: int) -> None:
    """The longest ordinary word of each source put in place of a target's word."""
    known = dictionary(TAGS[column])
    assert known is not None
    planted = [max((w.strip(".,?!'").lower() for w in row[0].split() if w.islower()), key=len) for row in ROWS]
    # "come" and "hospital" are words of both languages
    foreign = [(row, word) for row, word in zip(ROWS, planted, strict=True) if len(word) > 2 and not known.knows(word)]
    missed = []
    for row, word in foreign:
        first, *rest = row[column + 1].split()
        if word not in left_over(row[0], " ".join([first, word, *rest[1:]]), "en", TAGS[column], tuple(NAMES.values())):
            missed.append(word)
    assert len(foreign) > 30
    assert not missed


def test_a_half_translated_shout_is_mostly_left() -> None:
    source, target = "NOBODY LEAVES THIS ROOM!", "¡NOBODY LEAVES Este ROOM!"
    assert left_over(source, target, "en", "es-419") == ["NOBODY", "LEAVES", "ROOM"]
    assert mostly_left(source, target, "en", "es-419")
    assert not mostly_left("Grant is my husband", "Grant es mi husband", "en", "es-419", ("Grant",))


def test_names_that_no_bible_holds_are_no_source_words() -> None:
    source = "Ryan, call Madison. Tell Jessica I'm in Chicago."
    assert left_over(source, "Ryan, llama a Madison. Dile a Jessica que estoy en Chicago.", "en", "es-419") == []


def test_latin_words_in_a_hindi_line() -> None:
    assert left_over("The deal is off", "यह deal खत्म है", "en", "hi-IN") == ["deal"]
    assert left_over("Grant is here", "Grant यहाँ है", "en", "hi-IN", ("Grant",)) == []


@pytest.mark.parametrize(
    ("text", "target", "same"),
    [
        ("No, no, no, no!", "es-419", True),
        ("Ana!", "pt-BR", True),
        ("OK.", "es-419", True),
        ("Okay, Grant.", "pt-BR", True),
        ("I never loved him.", "es-419", False),
        ("Get out of my house!", "pt-BR", False),
    ],
)
def test_what_is_the_same_in_both_languages(text: str, target: str, same: bool) -> None:
    assert same_in_both(text, "en", target, ("Ana", "Grant")) is same


def test_nothing_is_claimed_without_a_dictionary() -> None:
    assert left_over("Hello there", "Hello there", "en", "xx") == []
