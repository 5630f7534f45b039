"""Burnt-in subtitles as the transcript: text from the picture, times from the sound, doubts as flags."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from localize.records import Line, Word
from localize.transcript.burnt_in import BurntIn, BurntLine, ScreenText
from localize.transcript.picture_text import as_lines, proposed_screen


def burnt(start: int, end: int, text: str, score: float = 0.99) -> BurntLine:
    return BurntLine(start_ms=start, end_ms=end, text=text, score=score, rows=((100, 700, 200, 40),))


def test_times_come_from_the_voice() -> None:
    """A line begins and ends with its voice; where the voice runs on into the next subtitle, with the subtitle."""
    lines = as_lines(
        (burnt(1000, 2000, "林晚，你听我解释"), burnt(2000, 3200, "我不会再相信你了")), (), (), [(1180, 3100)], "zh"
    )
    assert [(x.start_ms, x.end_ms, x.id) for x in lines] == [(1180, 2000, "L001"), (2000, 3100, "L002")]
    assert all(x.flags == () for x in lines)


def test_a_sound_alike_name_is_no_difference_another_sentence_is() -> None:
    text = (burnt(1000, 2500, "林晚，合同在哪里"),)
    same = (Word(0, "臨完", 1100, 1500), Word(1, "合同", 1500, 2000), Word(2, "在哪裡", 2000, 2400))
    assert as_lines(text, same, (), [(1100, 2400)], "zh")[0].flags == ()
    other = (Word(0, "今天天气不错", 1100, 2400),)
    assert as_lines(text, other, (), [(1100, 2400)], "zh")[0].flags == ("heard-otherwise: 今天天气不错",)


def test_what_is_only_seen_or_only_heard_is_flagged() -> None:
    heard = (Line("L001", "", 1000, 2000, "你好吗"), Line("L002", "", 5000, 6200, "没有字幕的话"))
    lines = as_lines(
        (burnt(1000, 2000, "你好吗"), burnt(8000, 9000, "三天以后")), (), heard, [(1000, 2000), (5000, 6200)], "zh"
    )
    assert [(x.text, x.flags) for x in lines] == [
        ("你好吗", ()),
        ("没有字幕的话", ("no-subtitle",)),
        ("三天以后", ("not-heard",)),
    ]
    assert as_lines((burnt(0, 900, "什么", 0.8),), (), (), [(0, 900)], "zh")[0].flags == ("picture-unsure",)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(400, 3000), st.integers(0, 1500)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(100, 2500), st.integers(50, 2000)), max_size=12),
)
def test_every_subtitle_is_one_line_in_order(subtitles: list[tuple[int, int]], voice: list[tuple[int, int]]) -> None:
    """Whatever the sound is: one line for each, none lost, none turned about, none longer than its neighbours allow."""
    at, shown = 0, []
    for length, gap in subtitles:
        shown.append(burnt(at, at + length, "你好"))
        at += length + gap
    at, speech = 0, []
    for length, gap in voice:
        speech.append((at, at + length))
        at += length + gap
    lines = as_lines(tuple(shown), (), (), speech, "zh")
    assert len(lines) == len(shown)
    for line, wanted in zip(lines, shown, strict=True):
        assert line.start_ms < line.end_ms
        assert abs(line.start_ms - wanted.start_ms) <= max(350, wanted.end_ms - wanted.start_ms)
    for one, two in itertools.pairwise(lines):
        assert one.end_ms <= two.start_ms


def test_other_writing_is_proposed() -> None:
    seen = ScreenText(start_ms=500, end_ms=3000, text="老王面馆", score=0.98, rect=(10, 10, 80, 30))
    (line,) = proposed_screen(BurntIn((), (seen,)))
    assert (line.text, line.start_ms, line.end_ms) == ("老王面馆", 500, 3000)
