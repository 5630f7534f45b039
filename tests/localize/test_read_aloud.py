"""Text as it is read aloud. The sentences and their readings were written before the rules; "held" was first read
with the rules finished for "tuned" (94, 99, 100, 100 and 100 % right in en, es, pt, hi, zh), "second" with the rules
finished for both (98, 97, 93, 100 and, in zh, 95 %), "third" and "fourth" in their turn (pt 93, then 98 %; zh 100 %);
the kinds that were missed have rules since."""

from __future__ import annotations

import os
import random
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localize.engines.speech.phonemizer import Phonemizer
from localize.languages.clean import clean_row
from localize.languages.read_aloud import read_aloud

DATA = Path(__file__).parents[1] / "data" / "read_aloud"
TAGS = {"en": "en-US", "es": "es-419", "pt": "pt-BR", "hi": "hi-IN", "zh": "zh-CN"}
RIGHT = 0.97
# `make read-aloud` tries 100,000
STRINGS = int(os.environ.get("READ_ALOUD_STRINGS", "3000"))


def words(text: str) -> str:
    """What is said, without marks; "eigh" is the letter A as an English voice is told to say it."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("-", " ").replace("'", "")
    found = re.findall(r"[\w\u0900-\u0963]+", plain)
    return " ".join("a" if w == "eigh" else w for w in found)


def rows(primary: str) -> list[tuple[str, str, list[str]]]:
    lines = (DATA / f"{primary}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    cells = [line.split("\t") for line in lines]
    return [(half, text, said.split(" | ")) for half, text, said in cells]


HALVES = [(p, h) for p in TAGS for h in dict.fromkeys(half for half, _text, _said in rows(p))]


@pytest.mark.parametrize(("primary", "half"), HALVES)
def test_sentences_are_read_as_a_native_would(primary: str, half: str) -> None:
    found = [(text, wanted, read_aloud(text, TAGS[primary]).text) for h, text, wanted in rows(primary) if h == half]
    joint = "" if primary == "zh" else " "
    same = [
        words(got).replace(" ", joint) in [words(w).replace(" ", joint) for w in wanted] for _t, wanted, got in found
    ]
    missed = [
        f"{text} -> {got} (wanted {wanted[0]})" for ok, (text, wanted, got) in zip(same, found, strict=True) if not ok
    ]
    assert len(found) >= 20
    assert sum(same) >= RIGHT * len(same), "\n".join(missed)


def test_each_language_has_its_two_hundred_sentences() -> None:
    held = {p: sum(h != "tuned" for h, _text, _said in rows(p)) for p in TAGS}
    assert all(len(rows(p)) >= 200 and held[p] >= 100 for p in TAGS), held


def test_a_reading_that_is_wrong_would_be_seen() -> None:
    assert words("No. I won't.") != words("number I won't")
    assert words("three dollars") != words("three point zero dollars")


@pytest.mark.parametrize(
    ("tag", "text", "said"),
    [
        ("en-US", "Wait... what?", "Wait… what?"),
        ("en-US", "I thought you—", "I thought you —"),
        ("en-US", "...and then he fell -", "and then he fell —"),
        ("en-US", "What?! No!!", "What? No!"),
        ("en-US", "MR. HALE, GET OUT!", "mister Hale, get out!"),
        ("en-US", "No. 5 minutes. No. 5 is dead.", "No. five minutes. number five is dead."),
        ("en-US", "She is 5'10\" and 10x better.", "She is five foot ten and ten times better."),
        ("en-US", "Dr. Dre, St. Paul, Baker St. now", "doctor Dre, saint Paul, Baker street now"),
        ("en-US", "The U.S. and the US. Give it to us.", "The U-S and the U-S. Give it to us."),
        ("en-US", "Well-known X-ray e-mail.", "Well-known X-ray e-mail."),
        ("es-419", "Son las 1:05.", "Son las una y cinco."),
        ("pt-BR", "guarda-chuva, vê-la", "guarda-chuva, vê-la"),
        ("fr", "Il a 3 €.", "Il a 3 €."),
    ],
)  # fmt: skip
def test_pauses_and_abbreviations(tag: str, text: str, said: str) -> None:
    assert read_aloud(text, tag).text == said


@pytest.mark.parametrize("tag", ["en-US", "en-GB", "es-419", "es-ES", "pt-BR", "hi-IN", "zh-CN", "fr", "ar", ""])
def test_money_with_both_marks_is_read_everywhere(tag: str) -> None:
    assert read_aloud("$3,250.50", tag).text


def test_dates_are_read_in_the_order_of_the_country() -> None:
    assert read_aloud("07/04/2026", "en-US").text == "July fourth, twenty twenty six"
    assert read_aloud("07/04/2026", "en-GB").text == "April seventh, twenty twenty six"
    assert read_aloud("07/04/2026", "es-419").text == "siete de abril de dos mil veintiséis"


def test_what_is_not_said_and_what_cannot_be_read_is_told() -> None:
    read = read_aloud("Good night 🌙 <3", "en-US")
    assert (read.text, len(read.dropped), read.unread) == ("Good night", 2, ())
    assert read_aloud("日本 is far", "en-US").unread == ("日本",)


def test_locked_names_are_left_alone() -> None:
    assert read_aloud("Dr. No met Mr. X at 7:05.", "en-US", ("Dr. No",)).text == "Dr. No met mister X at seven oh five."


ODD = [*"0123456789.,:;/-–—%$€£₹¥#@&+=°ºª½<>()[]{}!?¿¡…'\"*_~^|\\ \n", "R$", "km", "a.m.", "p. m.", "No.", "St.", "É.", "&lt;",
       "<br>", "th", "er", "XIV", "DNA", "W-w", "Ana", "नहीं", "करोड़", "५", "二", "万", "😍", "\u202e", "İ", "ß", "Ⅷ", "②", "٣", "\ue000",
       "million", "mil", "de", "July", "1,25,000", "3.250,50"]  # fmt: skip


def check(text: str, tag: str) -> None:
    read = read_aloud(text, tag).text
    if any(c.isalnum() for c in clean_row(text)):
        assert any(c.isalnum() for c in read), (tag, text)
    if tag[:2] in ("en", "es", "pt", "hi"):
        assert not any(c in "0123456789" for c in read), (tag, text, read)


def test_random_strings_are_always_read() -> None:
    draw = random.Random(20)
    tags = [*TAGS.values(), "fr"]
    for at in range(STRINGS):
        check("".join(draw.choice(ODD) for _ in range(draw.randint(1, 14))), tags[at % len(tags)])


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from(sorted(TAGS.values())))
def test_any_text_is_read(text: str, tag: str) -> None:
    check(text, tag)


@settings(deadline=None)
@given(st.sampled_from(["en", "es", "pt", "hi"]), st.text(alphabet="aeñç तक.,!?¿'", max_size=60))
def test_plain_words_stay(tag: str, text: str) -> None:
    assert words(read_aloud(text, tag).text) == words(text) or re.search(r"(?i)a{2,}|ah{2,}", text)


def test_a_voice_is_not_told_the_names_of_languages() -> None:
    """espeak writes "(en)" where it changes to English within Hindi."""
    said = Phonemizer().phonemes("मेरा boss आया", "hi")
    assert "(" not in said
    assert "bˈɒs" in said


@pytest.mark.parametrize("text", ["The DNA test", "At 9 a.m. sharp", "Gate A12", "The U.S.A. is"])
def test_english_letters_are_heard_as_letters(text: str) -> None:
    """The letter A and not the article."""
    assert "ˈeɪ" in Phonemizer().phonemes(read_aloud(text, "en-US").text, "en-us")


@pytest.mark.parametrize(
    ("tag", "espeak", "text"), [("en-US", "en-us", "Shh!"), ("es-419", "es-419", "¡Shh!"), ("pt-BR", "pt-br", "Hmm.")]
)
def test_hushes_are_not_spelled(tag: str, espeak: str, text: str) -> None:
    assert len(Phonemizer().phonemes(read_aloud(text, tag).text, espeak)) <= 7
