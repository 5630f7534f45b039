"""A transcript that is not in its episode's language is doubted, whatever the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from localize.transcript import tongue

CHINESE = ["你为什么骗我？", "我没有爱过你。"]
ENGLISH = ["Why did you lie to me, Lena?", "I never loved you, and you know it well."]
SPANISH = ["¿Por qué me mentiste, papá?", "Nunca te amé, y lo sabes muy bien.", "Mañana te espero en la estación de siempre."]


@pytest.mark.parametrize(
    ("texts", "language", "word"),
    [
        (CHINESE, "en", "100 % of its letters are Chinese"),
        (["Почему ты мне солгал?"], "es", "Cyrillic"),
        (ENGLISH, "zh", "Latin"),
        ([f"{zh}\n{en}" for zh, en in zip(CHINESE, ENGLISH, strict=True)], "en", "are Chinese"),  # both in each cue
        (SPANISH, "en", "words are es and not en"),
        (["Kako si mi mogao lagati, prijatelju moj dragi?", "Nikad te nisam voljela, i to dobro znaš."], "es", "in no dictionary"),
    ],
)
def test_another_language_is_doubted(texts: list[str], language: str, word: str) -> None:
    assert word in tongue.doubt(texts, language)


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (ENGLISH, "en-US"),
        ([*ENGLISH, "你好"], "en"),  # a word of another language in a line
        (["Yo Grant, gonna bail 'cause ain't nobody got time for this, y'all. Lemme outta here, dude, wanna come with?"], "en"),
        (SPANISH, "es-419"),
        ([*CHINESE, "VIP KTV OK"], "zh"),
        (["Mhm.", "Hm?"], "en"),
        (["Bonjour, ma chère amie, où allez-vous donc ce soir avec votre frère aîné ?"], "fr"),  # no dictionary here
    ],
)
def test_its_own_language_is_not(texts: list[str], language: str) -> None:
    assert tongue.doubt(texts, language) == ""


def test_lines_of_drama_are_in_their_languages() -> None:
    rows = [r.split("\t") for r in (Path(__file__).parent.parent / "data/drama.tsv").read_text("utf-8").splitlines()]
    for column, language in ((0, "en"), (1, "pt"), (2, "es")):
        assert tongue.doubt([r[column] for r in rows], language) == ""
        for other in {"en", "es", "pt"} - {language}:
            assert f"words are {language} and not {other}" in tongue.doubt([r[column] for r in rows], other)


@pytest.mark.parametrize(("column", "language", "other"), [(1, "pt-BR", "es"), (2, "es-419", "pt"), (2, "es-419", "en")])
def test_a_few_lines_are_enough_to_tell(column: int, language: str, other: str) -> None:
    """Any six lines of drama are of their own language; most sixes are seen not to be of the other."""
    rows = [r.split("\t") for r in (Path(__file__).parent.parent / "data/drama.tsv").read_text("utf-8").splitlines()]
    sixes = [[r[column] for r in rows[at : at + 6]] for at in range(len(rows) - 5)]
    assert not any(tongue.strange(six, language) for six in sixes)
    assert sum(bool(tongue.strange(six, other)) for six in sixes) >= 0.9 * len(sixes)
