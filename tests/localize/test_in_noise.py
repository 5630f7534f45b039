"""Lines that are heard otherwise in noise are told; words more or fewer, names, figures and accents are no difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.audio.spans import Span
from localize.records import Line, Word
from localize.transcript.in_noise import BELOW_DB, NOISES, differs, noisy, other_readings

Words = tuple[Word, ...]


def words(text: str, prob: float = 0.9, first: int = 0) -> Words:
    return tuple(Word(first + n, t, 100 * n, 100 * n + 90, prob) for n, t in enumerate(text.split()))


def never(_one: Words, _two: Words) -> bool:
    return False


@pytest.mark.parametrize(
    ("one", "two", "tag", "other"),
    [
        ("Eight of spades, four of close.", "8 of spades, 4 of clubs.", "en", True),
        ("Eight of spades, four of clubs.", "8 of spades, 4 of clubs.", "en", False),
        ("Not on the phone.", "Not on the phone. Not.", "en", False),  # more, not other
        ("Not on the phone.", "On the phone.", "en", False),  # fewer
        ("Vivian ya sabe dónde estamos.", "Vivian ya sabe donde estamos.", "es", False),
        ("It's over.", "Its over.", "en", False),
        ("Tengo 2 casas.", "Tengo dos casas.", "es", False),
        ("", "Thank you.", "en", False),
    ],
)
def test_other_words_in_the_place_of_some_are_a_difference(one: str, two: str, tag: str, other: bool) -> None:
    assert differs(words(one), words(two), never, tag) is other


def test_a_name_that_is_heard_as_something_like_it_is_the_name() -> None:
    def summer(one: Words, _two: Words) -> bool:
        return one[0].text == "Summer,"

    assert differs(words("Summer, it's late."), words("Samer, it's late."), never, "en")
    assert not differs(words("Summer, it's late."), words("Somehow it's late."), summer, "en")
    assert differs(words("Summer, it's late."), words("Samer, it's alight."), summer, "en")


def test_a_name_that_is_hardly_heard_makes_no_line_unsure() -> None:
    """It was told to the recogniser, and is put right by its sound."""
    lines, every = lines_of(("Summer", 0.1), ("four of close", 0.9))
    heard: list[int] = []
    other_readings(lines, every, set(), lambda s, _n, own: heard.append(s[0]) or own, lambda a, _b: a[0].text == "Summer", "en", 1)
    assert set(heard) == {lines[1].start_ms}


def lines_of(*texts: tuple[str, float]) -> tuple[tuple[Line, ...], Words]:
    lines, every = [], []
    for n, (text, prob) in enumerate(texts):
        own = words(text, prob, 10 * n)
        every += own
        lines.append(Line(f"L{n}", "S1", 2000 * n, 2000 * n + 1500, text, word_ids=tuple(w.id for w in own)))
    return tuple(lines), tuple(every)


@pytest.mark.parametrize("threads", [1, 2])
def test_only_lines_that_are_neither_sure_nor_doubted_are_heard_and_the_first_other_reading_is_told(threads: int) -> None:
    lines, every = lines_of(("four of close", 0.94), ("quite sure", 0.99), ("doubted before", 0.3), ("as it is", 0.5))
    asked: list[tuple[Span, int]] = []

    def hear(span: Span, noise: int, own: Words) -> Words:
        asked.append((span, noise))
        other = span[0] == 0 and noise == NOISES[1]
        return words("four of clubs") if other else own

    told = {w.id for w in every if w.text in ("doubted", "before")}
    found = other_readings(lines, every, told, hear, never, "en", threads)
    assert found == dict.fromkeys((0, 1, 2), "four of clubs")
    first, last = (lines[0].start_ms, lines[0].end_ms), (lines[3].start_ms, lines[3].end_ms)
    assert sorted(asked, key=str) == sorted([(first, n) for n in NOISES[:2]] + [(last, n) for n in NOISES], key=str)


@given(st.integers(0, 20_000), st.floats(0.001, 0.5))
def test_noise_lies_as_far_below_the_sound_as_it_is_told_and_is_the_same_each_time(count: int, level: float) -> None:
    sound = (level * np.sin(np.arange(count) / 5)).astype(np.float32)
    for noise in NOISES:
        made = noisy(sound, noise)
        assert made.dtype == np.float32
        assert np.array_equal(made, noisy(sound, noise))
        if count > 4000:
            below = 10 * np.log10(np.mean(sound.astype(float) ** 2) / np.mean((made - sound).astype(float) ** 2))
            assert below == pytest.approx(BELOW_DB, abs=0.5)
