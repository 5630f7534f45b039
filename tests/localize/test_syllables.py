"""Syllables, scripts without blanks, and the sound of Mandarin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.languages import chinese
from localize.languages.syllables import syllables
from localize.languages.unspaced import is_unspaced, joined, spaced, wide_marks


@pytest.mark.parametrize(
    ("text", "primary", "count"),
    [
        ("Do not sign anything. Grant, where are you?", "en", 10),
        ("The whole town loved these houses.", "en", 8),
        ("No puedo irme de aquí.", "es", 8),
        ("你今天必须把合同签了。", "zh", 10),
        ("मैं कल आऊँगा", "hi", 6),
        ("きょうはいい", "ja", 5),
        ("", "en", 0),
    ],
)
def test_syllables_are_counted_roughly(text: str, primary: str, count: int) -> None:
    assert abs(syllables(text, primary) - count) <= 1


def test_a_blank_stands_only_where_both_scripts_put_one() -> None:
    assert joined(["林晚，", "你", "看", "NBA", "吗？"]) == "林晚，你看NBA吗？"
    assert joined(["Come", "home,", "now."]) == "Come home, now."
    assert joined(["오늘", "가요."]) == "오늘 가요."


@given(st.lists(st.text(alphabet="abc 林晚。，", min_size=1).map(str.strip).filter(bool)))
def test_joining_loses_no_letter(pieces: list[str]) -> None:
    assert joined(pieces).replace(" ", "") == "".join(pieces).replace(" ", "")


def test_letters_of_a_script_without_blanks_count_one_by_one() -> None:
    assert spaced("林晚 said 你好") == "林 晚 said 你 好"
    assert is_unspaced("林晚 is 你好吗真的")
    assert not is_unspaced("Lin Wan 晚")
    assert wide_marks("签了.你好,") == "签了。你好，"
    assert wide_marks("Mr. Lin, 3.5") == "Mr. Lin, 3.5"


def test_names_are_compared_by_sound_and_tones_are_the_weaker_sign() -> None:
    assert chinese.likeness("故事集团", "顾氏集团") == 1.0
    assert 0.94 <= chinese.likeness("临完", "林晚") < 1.0
    assert 0.7 <= chinese.likeness("过程", "顾辰") + 0.01 < 0.8
    assert chinese.likeness("不成", "顾辰") < 0.6
    assert chinese.likeness("林", "林晚") == 0.0
    assert chinese.romanized("顾辰") == "Gu Chen"


def test_simplified_and_questions() -> None:
    assert chinese.simplified("必須把合同簽了") == "必须把合同签了"
    assert chinese.asks("你到底在怕什么")
    assert chinese.asks("你是谁。")
    assert not chinese.asks("我什么都知道")
    assert "".join(chinese.words("云海码头十点关门，快走！")) == "云海码头十点关门，快走！"
