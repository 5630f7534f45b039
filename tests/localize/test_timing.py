"""Lines, slots and cues: invariants over generated input."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.audio import spans
from localize.dubbing import timing
from localize.records import Line, Word
from localize.subtitles import line_breaks
from localize.subtitles.cues import LONGEST_MS, Look
from localize.subtitles.cues import cues as cut_cues
from localize.transcript.lines import cut_lines, join_lines
from localize.transcript.words import doubtful_tail, heard_words, says_at_end, settle, unheard

SLOTS = st.lists(
    st.tuples(st.integers(20, 900), st.integers(300, 5000), st.integers(200, 7000)), min_size=1, max_size=15
)


def slots(parts: list[tuple[int, int, int]]) -> tuple[list[timing.Slot], int]:
    out, at = [], 500
    for gap, length, natural in parts:
        at += gap
        out.append(timing.Slot(f"L{len(out)}", at, at + length, natural))
        at += length
    return out, at + 3000


@given(SLOTS)
def test_clips_never_overlap_and_never_exceed_the_rate(parts: list[tuple[int, int, int]]) -> None:
    given_slots, duration = slots(parts)
    places = timing.lay_out(given_slots, duration)
    assert [p.line_id for p in places] == [s.line_id for s in given_slots]
    end = 0
    for slot, place in zip(given_slots, places, strict=True):
        assert timing.LEAST <= place.rate <= timing.MOST
        assert place.start_ms >= end
        end = place.start_ms + min(place.window_ms, round(slot.natural_ms / place.rate))
        fits = slot.natural_ms / timing.MOST <= place.window_ms + 1
        assert fits or "too-long" in place.flags


def test_the_gap_is_borrowed_before_speech_goes_over_the_easy_rate() -> None:
    one, two = timing.lay_out([timing.Slot("a", 0, 1000, 1400), timing.Slot("b", 3000, 4000, 1000)], 6000)
    assert one.rate == pytest.approx(timing.NEAR, abs=0.01)
    assert two.rate == 1.0
    (tight, _next) = timing.lay_out([timing.Slot("a", 0, 1000, 1400), timing.Slot("b", 1280, 2000, 700)], 6000)
    assert tight.rate == pytest.approx(1400 / 1200, abs=0.01)


def test_a_line_that_cannot_fit_is_flagged_and_the_next_is_pushed() -> None:
    long, late = timing.lay_out([timing.Slot("a", 0, 1000, 3000), timing.Slot("b", 1100, 2000, 800)], 9000)
    assert "too-long" in long.flags
    assert long.rate == timing.MOST
    assert "late" in late.flags
    assert late.start_ms >= 2400


def test_a_short_line_is_slowed_no_further_than_nine_tenths() -> None:
    (place,) = timing.lay_out([timing.Slot("a", 0, 3000, 1000)], 6000)
    assert place.rate == pytest.approx(timing.LEAST, abs=0.001)


TEXT = st.lists(st.text("abcdeéüñ.,?", min_size=1, max_size=14), min_size=1, max_size=40).map(" ".join)


@given(TEXT, st.sampled_from([12, 16, 26, 42]))
def test_rows_hold_all_words_and_none_is_too_long(text: str, chars: int) -> None:
    rows = line_breaks.rows(text, chars, "es")
    assert all(line_breaks.length(r) <= chars for r in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


def test_a_cluster_wider_than_a_row_has_a_row_of_its_own() -> None:
    wide = "\u0915" + 13 * "\u0902"
    assert line_breaks.rows(f"{wide} \u092e\u0930", 12, "hi") == [wide, "\u092e\u0930"]
    assert line_breaks.rows(13 * "\u0902", 12, "hi") == [13 * "\u0902"]


@given(st.text("कखगसमर ािीे्ंं", min_size=1, max_size=60))
def test_rows_never_part_a_cluster(text: str) -> None:
    import unicodedata

    text = unicodedata.normalize("NFC", " ".join(text.split()))
    rows = line_breaks.rows(text, 12, "hi")
    if all(len(c) <= 12 for c in line_breaks.clusters(text)):
        starts = [r[0] for r in rows if r]
        joined = " ".join(text.split())
        assert (
            all(unicodedata.category(s) not in ("Mn", "Mc") for s in starts)
            or unicodedata.category(joined[0]) in ("Mn", "Mc")
            or " " in joined
        )


LINES = st.lists(st.tuples(st.integers(90, 1500), st.integers(600, 6000), TEXT), min_size=1, max_size=8)


@given(LINES)
def test_cues_keep_order_gaps_and_durations(parts: list[tuple[int, int, str]]) -> None:
    lines, at = [], 0
    for gap, length, _text in parts:
        at += gap
        lines.append(Line(f"L{len(lines)}", "", at, at + length, "x"))
        at += length
    look = Look(26, 17, 1000 / 24, "es", at + 2000)
    texts = {f"L{n}": text for n, (_g, _l, text) in enumerate(parts)}
    cues = cut_cues(tuple(lines), texts, {}, look)
    for one, two in itertools.pairwise(cues):
        assert two.start_ms - one.end_ms >= look.gap_ms - 1
    assert all(0 <= c.start_ms < c.end_ms <= look.duration_ms for c in cues)
    assert all(c.end_ms - c.start_ms <= LONGEST_MS + 1 for c in cues)
    for n, text in enumerate(texts.values()):
        shown = " ".join(c.text for c in cues if c.line_id == f"L{n}")
        assert "".join(shown.split()) == "".join(text.split())


def test_breaks_follow_punctuation_and_keep_article_and_noun() -> None:
    assert line_breaks.rows("No puedo irme, el barco sale en una hora.", 26, "es") == [
        "No puedo irme,",
        "el barco sale en una hora.",
    ]
    for row in line_breaks.rows("You called me and the old house was empty that night", 26, "en")[:-1]:
        assert row.split()[-1].lower() not in ("the", "and", "a", "was")


def test_a_cue_starts_on_a_near_cut_and_ends_before_one() -> None:
    look = Look(42, 20, 40.0, "en", 10_000, (1200, 4000))
    cue = cut_cues((Line("a", "", 1000, 3900, "x"),), {"a": "Come back to the house."}, {}, look)[0]
    assert cue.start_ms == 1200
    assert cue.end_ms == 4000 - 80


def words(*parts: tuple[str, int, int]) -> tuple[Word, ...]:
    return tuple(Word(i, t, a, b) for i, (t, a, b) in enumerate(parts))


def test_a_word_in_silence_before_a_sentence_goes_to_the_voice_after_it() -> None:
    speech = [(1000, 2000), (2800, 3800)]
    settled = settle(words(("gone.", 1600, 1990), ("You", 2100, 2300), ("lied.", 2900, 3700)), speech)
    assert settled[1].start_ms == 2800
    lines = cut_lines(settled, speech)
    assert [line.text for line in lines] == ["gone.", "You lied."]
    assert lines[1].start_ms == 2800


def test_farewells_into_silence_are_not_words() -> None:
    speech = [(1000, 2000)]
    heard = words(("Go", 1000, 1300), ("home.", 1300, 1950), ("Thank", 1960, 2500), ("you.", 2500, 2500))
    assert [w.text for w in heard_words(heard, speech)] == ["Go", "home."]


def test_a_sentence_begun_without_a_breath_at_the_end_is_doubtful() -> None:
    heard = words(("the", 1000, 1200), ("contract.", 1200, 1750), ("Backed.", 1750, 1990))
    assert doubtful_tail(heard, [(1000, 2000)]) == 1
    assert doubtful_tail(heard, [(1000, 1740), (2100, 2400)]) == 1
    said = words(("is", 900, 1000), ("mine.", 1000, 1700), ("Prove", 2300, 2500), ("it.", 2500, 2700))
    assert doubtful_tail(said, [(1000, 1700), (2300, 2700)]) == 0
    assert doubtful_tail(words(("Go", 0, 200), ("home.", 200, 500)), [(0, 500)]) == 0


def test_a_second_hearing_decides_by_letters() -> None:
    again = words(("Not", 0, 1), ("until", 1, 2), ("the", 2, 3), ("contract.", 3, 4))
    assert not says_at_end(again, words(("Backed.", 0, 1)))
    assert says_at_end(again, words(("Contract!", 0, 1)))
    assert says_at_end(again, words(("the", 0, 1), ("contrast.", 0, 1)))
    assert not says_at_end((), words(("I'm", 0, 1)))


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(60, 700)), min_size=1, max_size=40))
def test_every_word_lies_in_exactly_one_line_and_lines_are_disjoint(parts: list[tuple[int, int]]) -> None:
    heard, at = [], 0
    for gap, length in parts:
        at += gap
        heard.append((f"w{len(heard)}", at, at + length))
        at += length
    lines = cut_lines(words(*heard), [])
    assert [i for line in lines for i in line.word_ids] == list(range(len(heard)))
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(lines))


def test_spoken_spans_without_a_word_are_found() -> None:
    speech = [(0, 1000), (2000, 3000)]
    assert unheard(words(("hi", 100, 900)), speech) == [(2000, 3000)]


def test_lines_of_one_speaker_join_over_a_breath_only() -> None:
    one, two, three = (
        Line("a", "S1", 0, 900, "Hi."),
        Line("b", "S1", 1200, 2000, "Go."),
        Line("c", "S2", 2100, 2900, "No."),
    )
    joined = join_lines((one, two, three))
    assert [(line.id, line.text) for line in joined] == [("L001", "Hi. Go."), ("L002", "No.")]


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=12))
def test_joined_spans_are_sorted_and_apart(parts: list[tuple[int, int]]) -> None:
    joined = spans.join_spans((min(p), max(p)) for p in parts)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(joined))


def test_intersection_over_union() -> None:
    assert spans.intersection_over_union((0, 100), (50, 150)) == pytest.approx(1 / 3)
    assert spans.intersection_over_union((0, 0), (5, 5)) == 0.0


def test_no_gap_is_borrowed_where_a_sound_is_kept() -> None:
    slot = timing.Slot("L001", 0, 1000, 1500)
    (free,) = timing.lay_out([slot], 10_000)
    (held,) = timing.lay_out([slot], 10_000, [(1100, 2500)])
    assert free.window_ms == 1000 + timing.BORROW_MS
    assert held.window_ms == max(1100 - timing.AIR_MS, round(1500 / timing.MOST))
