"""What nobody said is found by signs in words and sound, and settled by a second hearing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.records import Line, Word
from localize.transcript import doubt, readings
from localize.transcript.second_hearing import FLAG, Hearing, believed

Words = tuple[Word, ...]


def words(text: str, start: int = 0, end: int = 1000, prob: float = 0.95) -> Words:
    parts = text.split()
    step = (end - start) / max(1, len(parts))
    return tuple(
        Word(n, t, round(start + n * step), round(start + (n + 1) * step), prob) for n, t in enumerate(parts)
    )


def never(_one: Words, _two: Words) -> bool:
    return False


def told(found: Words) -> str:
    return " ".join(w.text for w in found)


def test_a_sentence_carried_over_is_too_fast_and_said_again() -> None:
    carried = words("Do not sign anything. Grant, where are you?", 0, 990)
    found = doubt.signs(carried, (0, 990), [(0, 990)], "en", ["do not sign anything"])
    assert {"faster than anyone speaks", "said again"} <= set(found)


def test_plain_lines_show_no_sign() -> None:
    line = words("They call you a thief, and nobody knows this place.", 0, 3000)
    assert doubt.signs(line, (0, 3000), [(0, 2900)], "en", ["stay close to me"], lambda w: True) == ()


def test_text_over_music_another_language_and_no_word_are_signs() -> None:
    line = words("Thank you so much.", 0, 2000)
    assert "little voice" in doubt.signs(line, (0, 2000), [(0, 300)], "en")
    assert "another language" in doubt.signs(words("谢谢 观看"), (0, 1000), [(0, 1000)], "es")
    assert "no word of the language" in doubt.signs(words("Alguien bendió todo"), (0, 1500), [(0, 1500)], "es",
                                                    known=lambda w: w != "bendió")  # fmt: skip
    assert "hardly heard" in doubt.signs(words("contract. Act.", prob=0.1), (0, 1500), [(0, 1500)], "en")
    assert "said again" in doubt.signs(words("the house, the The ships", 0, 2000), (0, 2000), [(0, 2000)], "en")


def test_a_word_said_again_over_a_line_s_edge_is_a_sign_only_inside_a_sentence() -> None:
    line = words("Much to tell you.", 1000, 2000)
    assert doubt.signs(line, (1000, 2000), [(0, 2000)], "en", after="much") == ("said again",)
    assert doubt.signs(line, (1000, 2000), [(0, 2000)], "en") == ()
    first, second = words("There is so much", 0, 1000), words("much to tell you.", 1000, 2000)
    both = (*first, *(Word(w.id + 4, *(w.text, w.start_ms, w.end_ms, w.prob)) for w in second))
    lines = [Line("L1", "", 0, 1000, "", word_ids=(0, 1, 2, 3)), Line("L2", "", 1000, 2000, "", word_ids=(4, 5, 6, 7))]
    asked: list[tuple[int, int]] = []

    def hear(span: tuple[int, int], _lead: int) -> Words:
        asked.append(span)
        return words("to tell you.", 1200, 2000)  # of both lines as one it makes nothing

    hearing = Hearing(primary="en", speech=[(0, 2000)], hear=hear, repair=lambda w: (w, {}), is_name=never)
    assert told(believed(both, lines, hearing).words) == "There is so much to tell you."
    assert set(asked) == {(0, 2000), (1000, 2000)}


@pytest.mark.parametrize(
    ("first", "second", "whole", "kept"),
    [
        ("to consider how much...", "much there might be.", "to consider how much there might be.", "to consider how much there might be."),
        ("is it not so", "not so easy to say.", "is it not so easy to say?", "is it not so easy to say."),
        ("I said no, no", "no and no again.", "I said no, no, no, and no again.", "I said no, no no and no again."),
        ("so much.", "much there might be.", "so much there might be.", "so much. much there might be."),
        ("tell us how", "how", "tell us how", "tell us how"),
    ],
)  # fmt: skip
def test_what_is_heard_on_both_sides_of_an_edge_stands_once_if_it_is_said_once(first: str, second: str, whole: str, kept: str) -> None:
    before, after = words(first, 0, 1000), words(second, 1100, 2000)
    both = (*before, *(replace(w, id=w.id + len(before)) for w in after))
    cut = len(before)
    lines = [
        Line("L1", "", 0, 1000, first, word_ids=tuple(range(cut))),
        Line("L2", "", 1100, 2000, second, word_ids=tuple(range(cut, len(both)))),
    ]
    heard = {(0, 2000): whole, (0, 1000): first, (1100, 2000): second}
    hearing = Hearing(
        primary="en", speech=[(0, 1000), (1100, 2000)], hear=lambda span, _lead: words(heard[span], *span),
        repair=lambda w: (w, {}), is_name=never,
    )  # fmt: skip
    found = believed(both, lines, hearing)
    assert told(found.words) == kept
    assert [w.id for w in found.words] == list(range(len(found.words)))


def test_two_hearings_that_agree_outweigh_the_first() -> None:
    first = words("Do not sign anything. Grant, where are you?")
    alone = words("Grant, where are you?")
    settled = readings.settle([first, alone, alone], never)
    assert told(settled.words) == "Grant, where are you?"
    assert not settled.doubted


def test_unlike_hearings_leave_a_doubt_with_the_other_reading() -> None:
    settled = readings.settle([words("on the film now"), words("on the foam now"), words("on the phone now")], never)
    assert settled.doubted
    assert settled.other != told(settled.words)
    clear = readings.settle([words("vendió bendió", prob=0.65), words("vendió pendió"), words("vendió pendió")], never)
    assert clear.doubted, "one word for another that sounds like it is not believed"


def test_a_name_that_any_hearing_has_stands() -> None:
    one, two, three = words("the Iron Heiress is here"), words("the Iron Arras is here"), words("the Iron Eris is here")

    def named(a: Words, b: Words) -> bool:
        return "Heiress" in told(a) and bool(b)

    for order in ([one, two, three], [two, one, three], [two, three, one]):
        settled = readings.settle(order, named)
        assert told(settled.words) == told(one)
        assert not settled.doubted


texts = st.lists(st.sampled_from("a b c d e".split()), max_size=6).map(" ".join)


@given(texts, texts, texts)
def test_settled_words_come_from_the_hearings_in_order(a: str, b: str, c: str) -> None:
    takes = [words(a), words(b), words(c)]
    settled = readings.settle(takes, never)
    assert all(x.start_ms <= y.start_ms for x, y in zip(settled.words, settled.words[1:], strict=False))
    assert {w.text for w in settled.words} <= {w.text for t in takes for w in t}
    assert readings.settle([takes[0], takes[0]], never).words == takes[0]


def hearing(texts: dict[int, str], calls: list[int]) -> Hearing:
    def hear(span: tuple[int, int], lead: int) -> Words:
        calls.append(lead)
        return words(texts[span[0]], *span)

    return Hearing(
        primary="en", speech=[(0, 900), (2000, 2950)], hear=hear, repair=lambda w: (w, {}), is_name=never
    )


def test_only_doubtful_lines_are_heard_again_and_words_are_numbered_anew() -> None:
    said = (
        *words("Where are you?", 0, 900),
        *(Word(w.id + 3, w.text, w.start_ms, w.end_ms, w.prob)
          for w in words("Where are you? I am at the old lighthouse.", 2000, 2950)),
    )  # fmt: skip
    lines = (Line("L1", "", 0, 900, "", (0, 1, 2)), Line("L2", "", 2000, 2950, "", tuple(range(3, 12))))
    calls: list[int] = []
    got = believed(said, lines, hearing({2000: "At the lighthouse."}, calls))
    assert told(got.words) == "Where are you? at the lighthouse."
    assert [w.id for w in got.words] == list(range(len(got.words)))
    assert got.again == 1
    assert calls == [300, 120]
    assert got.other == {}


def test_a_line_that_nobody_says_goes_and_a_loop_is_no_reading() -> None:
    lines = (Line("L1", "", 1000, 1900, "", (0, 1, 2)),)
    said = words("Thanks for watching.", 1000, 1900)
    assert believed(said, lines, hearing({1000: ""}, [])).words == ()
    kept = believed(words("Oh no.", 2000, 2900, 0.2), (Line("L1", "", 2000, 2900, "", (0, 1)),),
                    hearing({2000: "Oh no. I'm sure. I'm sure. I'm sure. I'm sure."}, []))  # fmt: skip
    assert told(kept.words) == "Oh no."
    assert not kept.other
    assert FLAG == "unsure-words"


def test_a_loop_in_a_line_is_said_once_and_what_follows_it_stays() -> None:
    """A recogniser that hears a minute wrote fifty rounds into two seconds, not all of them whole."""
    rounds = "Marta, it's late " + "Marta it's late " * 20 + "Marta Marta it's late " * 4 + "Do not open the gate."
    first = words(rounds, 1000, 3300)
    lines = (Line("L1", "", 1000, 3300, "", tuple(w.id for w in first)),)
    got = believed(first, lines, hearing({1000: "Marta, it's late. Do not open the gate."}, []))
    assert told(got.words) == "Marta, it's late Do not open the gate."


def test_a_word_that_people_do_repeat_is_not_too_fast_for_a_loop() -> None:
    said = words("No, no, no, no, no, no!", 1000, 2500)
    assert doubt.TOO_FAST not in doubt.signs(said, (1000, 2500), [(1000, 2500)], "en")


def test_a_loop_is_found_from_where_it_begins() -> None:
    """A later hearing in which the rounds go over into one word at its end."""
    lines = (Line("L1", "", 1000, 1900, "", (0, 1, 2)),)
    first = words("Marta, it's Grant.", 1000, 1900, 0.3)
    endless = "Marta it's grand " * 40 + "Marta " * 6
    got = believed(first, lines, replace(hearing({1000: endless}, []), speech=[(1000, 1900)]))
    assert told(got.words) == "Marta, it's Grant."


def test_rounds_and_loops_of_a_later_hearing_tell_nothing_against_a_name() -> None:
    """Seen on one processor: the name misheard and the sentence written twice, then to no end."""
    lines = (Line("L1", "", 1000, 1900, "", (0, 1, 2)),)
    first = words("Marta, it's Grant.", 1000, 1900, 0.3)
    later = {300: "marta it's grand marta it's grand", 120: "marta, it's grand " * 40 + "marta it"}

    def hear(span: tuple[int, int], lead: int) -> Words:
        return words(later[lead], *span)

    def named(one: Words, two: Words) -> bool:
        return "Grant" in told(one) and "grand" in told(two)

    ears = replace(hearing({}, []), speech=[(1000, 1900)], hear=hear, is_name=named)
    got = believed(first, lines, ears)
    assert told(got.words) == "Marta, it's Grant."
    assert not got.other
    twice = words("No, no. No, no.", 1000, 1900, 0.3)
    again = replace(ears, hear=lambda span, _lead: words("No, no. No, no.", *span), is_name=never)
    kept = believed(twice, (Line("L1", "", 1000, 1900, "", (0, 1, 2, 3)),), again)
    assert told(kept.words) == "No, no. No, no."
