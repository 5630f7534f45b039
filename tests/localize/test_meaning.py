"""What the meaning check finds in a line, rule by rule; and that the encoders tell lines apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from localize.engines.checking import analyser, dictionaries
from localize.engines.checking.encoders import E5, Encoder, Universal
from localize.meaning import agreement, content, findings, hindi, likeness, numbers, people, persons, polarity, spelling
from localize.meaning.agreement import Said
from localize.meaning.halves import halves
from localize.meaning.nearness import around, nearness
from localize.meaning.record import Finding, Nearness, Pair
from localize.meaning.spelling import Books
from localize.session import open_session
from localize.settings import ROOT, Settings

USE = likeness.LIMITS["use-multilingual-v3"]


def pair(source: str, target: str, language: str = "es", **more: object) -> Pair:
    return Pair(source=source, target=target, source_language="en", target_language=language, **more)  # type: ignore[arg-type]


def kinds(found: list[Finding]) -> list[str]:
    return [f.kind for f in found]


# --- numbers ---------------------------------------------------------------------------------------------------


@given(st.integers(2, 999_999), st.sampled_from(["en", "es", "pt"]))
def test_a_number_in_words_is_the_number_in_figures(number: int, language: str) -> None:
    said = num2words(number, lang={"pt": "pt_BR"}.get(language, language))
    if 1 in (number % 100, number // 1000 % 100):
        return  # "ciento uno", "cento e um mil": the one may be an article
    assert list(numbers.values(f"x {said} x", language)) == [number]


@pytest.mark.parametrize(
    ("source", "target", "language", "wanted"),
    [
        ("I have three days.", "Tengo tres días.", "es", []),
        ("I have three days.", "Tengo cinco días.", "es", ["number"]),
        ("It costs $3,250.", "Cuesta 3.250 dólares.", "es", []),
        ("Forty thousand, in cash.", "Quarenta mil, em dinheiro.", "pt", []),
        ("Forty thousand, in cash.", "Catorze mil, em dinheiro.", "pt", ["number"]),
        ("Nine million.", "नब्बे लाख।", "hi", []),
        ("Give me one reason.", "Dame una razón.", "es", []),
        ("He kissed both of us.", "Nos besó a los dos.", "es", []),
    ],
)
def test_numbers_stay(source: str, target: str, language: str, wanted: list[str]) -> None:
    assert kinds(numbers.check(pair(source, target, language))) == wanted


# --- denial, question ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "language", "wanted"),
    [
        ("I don't love you.", "No te amo.", "es", []),
        ("I don't love you.", "Te amo.", "es", ["negation"]),
        ("I love you.", "No te amo.", "es", ["negation"]),
        ("You lied, didn't you?", "Mentiste, ¿no?", "es", []),
        ("Stop lying to me.", "No me mientas más.", "es", []),
        ("I'm not going without him.", "Eu vou sem ele.", "pt", ["negation"]),
        ("Nobody knows.", "Ninguém sabe.", "pt", []),
        ("Don't touch it.", "इसे मत छुओ।", "hi", []),
        ("Don't touch it.", "इसे छुओ।", "hi", ["negation"]),
    ],
)
def test_denial_stays(source: str, target: str, language: str, wanted: list[str]) -> None:
    assert kinds(polarity.negation(pair(source, target, language))) == wanted


def test_a_question_stays_one() -> None:
    assert kinds(polarity.question(pair("Who is she?", "Ella es."))) == ["question"]
    assert polarity.question(pair("Who is she?", "¿Quién es ella?")) == []


# --- people ----------------------------------------------------------------------------------------------------

SAVED_ME = (("Me", ("me<prn><pro><p1><mf><sg>",)), ("salvaste", ("salvar<vblex><ifi><p2><sg>",)), (".", (".<sent>",)))
I_SAVED_YOU = (("Te", ("te<prn><pro><p2><mf><sg>",)), ("salvé", ("salvar<vblex><ifi><p1><sg>",)), (".", (".<sent>",)))


def test_who_saves_whom() -> None:
    assert persons.check(pair("I saved you.", "Te salvé.", analysed=I_SAVED_YOU)) == []
    assert kinds(persons.check(pair("I saved you.", "Me salvaste.", analysed=SAVED_ME))) == ["who"]
    assert kinds(persons.check(pair("You saved me.", "Te salvé.", analysed=I_SAVED_YOU))) == ["who"]


def test_he_is_not_she() -> None:
    assert kinds(people.gender_of_others(pair("She lied to me.", "Él me mintió."))) == ["who"]
    assert people.gender_of_others(pair("She lied to me.", "Ella me mintió.")) == []


def test_names_that_change_places() -> None:
    names = (("Nora", "Nora"), ("Karl", "Karl"))
    told = pair("Nora betrayed Karl.", "Karl traicionó a Nora.", back="Karl betrayed Nora.", names=names)
    assert kinds(people.swapped_names(told)) == ["who"]
    assert people.swapped_names(pair("Nora betrayed Karl.", "Nora traicionó a Karl.", names=names)) == []


# --- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "back", "wanted"),
    [
        ("I love you.", "I hate you.", ["opposite"]),
        ("He is alive.", "He is dead.", ["opposite"]),
        ("My brother called on Monday.", "My sister called on Monday.", ["opposite"]),
        ("My brother called on Monday.", "My brother called on Friday.", ["opposite"]),
        ("That is impossible.", "That is possible.", ["opposite"]),
        ("He remembered me.", "He forgot me.", ["opposite"]),
        ("Open the door.", "Open the gate.", []),
        ("Is it good or bad?", "Is it good?", []),
    ],
)
def test_opposites_by_the_back_translation(source: str, back: str, wanted: list[str]) -> None:
    assert kinds(content.opposites(pair(source, "…", back=back))) == wanted


@pytest.mark.parametrize(
    ("source", "target", "wanted"),
    [
        ("Wait outside.", "अंदर इंतज़ार करो।", ["opposite"]),
        ("Wait inside.", "अंदर इंतज़ार करो।", []),
        ("My sister called.", "मेरे भाई ने फ़ोन किया।", ["opposite"]),
        ("Open the window.", "खिड़की बंद करो।", ["opposite"]),
        ("Is it good or bad?", "यह बुरा है?", []),
        ("He was born before the war.", "वह युद्ध से पहले पैदा हुआ था।", []),
    ],
)
def test_opposites_in_hindi_by_a_list_of_words(source: str, target: str, wanted: list[str]) -> None:
    assert kinds(hindi.opposites(pair(source, target, "hi"))) == wanted


@pytest.mark.parametrize(
    ("source", "target", "wanted"),
    [
        ("I killed him.", "मैंने उसे मारा।", []),
        ("You killed him.", "मैंने उसे मारा।", ["who"]),
        ("I saved you.", "तुमने मुझे बचाया।", ["who"]),
        ("I know the truth.", "मुझे सच पता है।", []),
        ("This is my house.", "यह तुम्हारा घर है।", ["who"]),
        ("This is my house.", "यह अपना घर है।", []),
        ("She left yesterday.", "मैं कल चली गई।", ["who"]),
        ("I need the keys.", "चाबियाँ चाहिए।", []),
    ],
)
def test_who_acts_in_hindi_by_its_pronouns(source: str, target: str, wanted: list[str]) -> None:
    assert kinds(hindi.persons(pair(source, target, "hi"))) == wanted


SPANISH = Books(
    target={"la", "casa", "está", "vacía", "mira", "rápida", "amar", "tengo", "un", "de", "en"}.__contains__,
    source={"house", "empty"}.__contains__,
    others={"pt": {"muito"}.__contains__},
)


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("La casa está vacía.", []),
        ("La house está vacía.", ["source-word"]),
        ("La casa está muito vacía.", ["foreign-word"]),
        ("La casa está blorfa.", ["no-word"]),
        ("Mírala en la casita, rápidamente.", []),
        ("La casa de Nora está vacía, ok.", []),
    ],
)
def test_words_that_are_none(target: str, wanted: list[str]) -> None:
    told = pair("Nora's house is empty.", target, names=(("Nora", "Nora"),))
    assert kinds(spelling.check(told, SPANISH)) == wanted


def test_a_known_name_that_became_another() -> None:
    names = (("Nora", "Nora"), ("Karl", "Karl"))
    assert kinds(spelling.names(pair("Karl knows.", "Nora lo sabe.", names=names))) == ["name"]
    assert spelling.names(pair("Karl knows.", "Karl lo sabe.", names=names)) == []


@pytest.mark.parametrize(
    ("text", "language", "gender", "wanted"),
    [
        ("Estoy cansado.", "es", "f", ["gender"]),
        ("Estoy muy cansada.", "es", "f", []),
        ("Muito obrigada.", "pt", "m", ["gender"]),
        ("Fiquei sozinho.", "pt", "m", []),
        ("मैं जा रहा हूँ।", "hi", "f", ["gender"]),
        ("मैं जानता हूँ कि वह आ रही थी।", "hi", "m", []),
        ("Estoy cansado.", "es", "", []),
    ],
)
def test_the_speakers_gender(text: str, language: str, gender: str, wanted: list[str]) -> None:
    assert kinds(agreement.gender(pair("…", text, language, speaker_gender=gender))) == wanted


def test_one_form_of_address_between_two_people() -> None:
    lines = [
        Said("1", "A", "¿Tú me quieres?"), Said("2", "B", "Sí."), Said("3", "A", "Ven conmigo, tu madre espera."),
        Said("4", "B", "No."), Said("5", "A", "Usted decide."), Said("6", "B", "No."), Said("7", "A", "Te odio."),
    ]  # fmt: skip
    assert set(agreement.address(lines, "es")) == {"5"}
    assert agreement.address(lines[:4], "es") == {}


# --- nearness --------------------------------------------------------------------------------------------------


@given(st.lists(st.text("abcde", min_size=1, max_size=7), min_size=5, max_size=30))
def test_halves_lose_no_word(words: list[str]) -> None:
    found = halves(" ".join(words))
    assert found is not None
    assert " ".join(found).split() == words


@pytest.mark.parametrize(
    ("near", "target", "wanted"),
    [
        (Nearness(own=0.8, neighbours={1: 0.2}), "x" * 40, []),
        (Nearness(own=0.2, neighbours={1: 0.8}), "x" * 40, ["other-line"]),
        (Nearness(own=0.1, neighbours={1: 0.1}), "x" * 40, ["other-meaning"]),
        (Nearness(own=0.5, first=0.9, last=0.1), "x" * 20, ["part-missing"]),
        (Nearness(own=0.5, target_first=0.9, target_last=0.1), "x" * 80, ["part-added"]),
    ],
)
def test_what_cosines_say(near: Nearness, target: str, wanted: list[str]) -> None:
    told = pair("one two three four five six seven eight", target)
    assert kinds(likeness.check(told, near, USE)) == wanted


def test_a_line_that_is_empty_is_no_matter_of_meaning() -> None:
    assert findings.of(pair("Hello.", " "), Nearness(own=0.0), USE, None) == []


LINES = ("You were not at the funeral.", "The boat leaves at midnight.", "He sold the horses to pay the doctor.", "Who is she?")
IN = {
    "es": ("No estuviste en el funeral.", "El barco sale a medianoche.", "Vendió los caballos para pagar al médico.", "¿Quién es ella?"),
    "hi": ("तुम अंतिम संस्कार में नहीं थे।", "नाव आधी रात को निकलेगी।", "उसने डॉक्टर को देने के लिए घोड़े बेच दिए।", "वह कौन है?"),
}  # fmt: skip


@pytest.mark.models
@pytest.mark.parametrize(("encoder", "language"), [(Universal(), "es"), (E5(), "es"), (E5(), "hi")])
def test_an_encoder_finds_the_own_line_among_others(encoder: Encoder, language: str) -> None:
    assert encoder.reads(language)
    one, two = encoder.vectors(list(LINES)), encoder.vectors(list(IN[language]))
    assert np.allclose(np.linalg.norm(one, axis=1), 1, atol=1e-4)
    alike = one @ two.T
    assert list(alike.argmax(axis=1)) == [0, 1, 2, 3]
    identity = encoder.identity()
    assert len(identity.sha256) == 64
    assert identity.licence in ("Apache-2.0", "MIT")


@pytest.mark.models
def test_a_translation_shifted_by_one_is_another_lines() -> None:
    encoder = Universal()
    shifted = [*IN["es"][1:], IN["es"][0]]
    near = nearness(LINES, shifted, [""] * 4, [around(LINES, i) for i in range(4)], encoder.vectors)
    found = [kinds(likeness.check(pair(s, t), n, USE)) for s, t, n in zip(LINES, shifted, near, strict=True)]
    assert all(set(f) & {"other-line", "other-meaning"} for f in found)


@pytest.mark.parametrize("language", ["es", "pt", "hi"])
def test_the_systems_dictionaries(language: str) -> None:
    if reason := dictionaries.unavailable(language):
        assert "apt-get install hunspell-" in reason
        pytest.skip(reason)
    knows = dictionaries.knows(language)
    good = {"es": "llegaste", "pt": "chegamos", "hi": "लड़का"}[language]
    assert knows(good)
    assert not knows({"es": "sona", "pt": "respeitavelos", "hi": "जुढूथेझु"}[language])
    assert "-" not in dictionaries.identity(language).split(" ")[0]


def test_a_language_without_a_dictionary_is_said() -> None:
    assert dictionaries.unavailable("tlh") == "no dictionary is known for tlh"
    assert dictionaries.identity("tlh") == ""


def test_verbs_are_taken_apart() -> None:
    if reason := analyser.unavailable("es"):
        pytest.skip(reason)
    (one, two) = analyser.analyse(["Lo hiciste.", "Sona / [x]"], "es")
    assert ("hiciste", ("hacer<vblex><ifi><p2><sg>",)) in one
    assert two[0] == ("Sona", ())
    assert analyser.analyse([], "es") == []


def test_a_character_s_name_in_characters_is_the_same_name(settings: Settings) -> None:
    """苏夏 is Summer by the glossary: the translation's Summer is no name that the Chinese line lacks."""
    from localize.meaning.steps import _names

    bible = open_session("silver-bay", replace(settings, glossaries=ROOT / "glossaries"))
    for text, translated, wanted in (
        ("苏夏，你不应该回到银湾。", "Summer, no debes volver a Silver Bay.", {("苏夏", "Summer"), ("银湾", "Silver Bay")}),
        ("我什么都不怕。", "Grant, no tengo miedo.", {("顾辰", "Grant")}),
    ):
        names = _names(bible, text, translated, "zh", "es-419")
        assert set(names) == wanted
        line = Pair(source=text, target=translated, source_language="zh", target_language="es", names=names)
        assert kinds(spelling.names(line)) == (["name"] if "Grant" in translated else [])
