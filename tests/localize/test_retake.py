"""Lines heard back: what counts as said, and retakes of what was not understood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.audio.samples import RATE, Samples
from localize.dubbing import intelligibility, retake
from localize.dubbing.lay import Dub
from localize.dubbing.spoken_line import SpokenLine
from localize.engines.base import Clip
from localize.records import Line, Take, Word

WORDS = st.lists(st.text(alphabet="abcdeáñ", min_size=1, max_size=8), min_size=1, max_size=8).map(" ".join)


@given(WORDS)
def test_a_line_heard_as_written_is_never_doubted(text: str) -> None:
    assert not intelligibility.doubtful(text, text.upper() + ".")
    assert intelligibility.differs(text, text) == 0.0


@given(WORDS)
def test_a_line_not_heard_at_all_is_doubted(text: str) -> None:
    assert intelligibility.doubtful(text, "")


@pytest.mark.parametrize(
    ("text", "heard", "doubt"),
    [
        ("Pues Vivian mintió a toda la ciudad.", "Pues Vivian mintió a toda la", True),
        ("Prove-a.", "Proviás.", False),
        ("La Heredera de Hierro vuelve a casa.", "la heredera de hierro buelve a kasa", False),
        ("¿Qué dice?", "Gracias por ver el video.", True),
        ("Espera aquí.", "Espera.", True),
    ],
)
def test_what_is_heard_is_compared_by_sound_and_to_the_end(text: str, heard: str, doubt: bool) -> None:
    assert intelligibility.doubtful(text, heard) is doubt


@pytest.mark.parametrize(
    ("text", "heard", "tag"),
    [
        ("I owe you $3,250.50.", "I owe you three thousand two hundred fifty dollars and fifty cents.", "en-US"),
        ("I owe you $3,250.50.", "I owe you $3,250.50.", "en-US"),
        ("Te debo $3,250.50.", "Te debo tres mil doscientos cincuenta dólares con cincuenta centavos.", "es-419"),
        ("Eram 10:30.", "Eram dez e trinta.", "pt-BR"),
        ("Tengo 47.", "Tengo cuarenta y siete.", "es-419"),
        ("Tengo cuarenta y siete.", "Tengo 47.", "es-419"),
    ],
)
def test_figures_are_compared_as_they_are_said(text: str, heard: str, tag: str) -> None:
    assert not intelligibility.doubtful(text, heard, tag)


def test_another_figure_is_still_doubted() -> None:
    assert intelligibility.doubtful("Te debo $3,250.50.", "Te debo $9.", "es-419")


def test_words_belong_to_the_take_they_stand_in() -> None:
    takes = [Take("L1", "a", 0, 1000, 1, 1, 1, 1000, "v"), Take("L2", "b", 1500, 2500, 1, 1, 1, 1000, "v"),
             Take("L3", "", 3000, 3000, 1, 1, 1, 0, "v")]  # fmt: skip
    words = [Word(0, "uno", 100, 500), Word(1, "dos", 1600, 2000), Word(2, "tres", 2200, 2700)]
    assert intelligibility.by_line(takes, words) == {"L1": "uno", "L2": "dos tres"}


TEXTS = {"L1": "No abras la puerta.", "L2": "Espera aquí."}
PARTS = [SpokenLine(Line(i, "Ana", 1000 * n, 1000 * n + 900, "x"), t, "v", 1.0, (), -20.0)
         for n, (i, t) in enumerate(TEXTS.items())]  # fmt: skip


class Booth:
    """A voice and a listener of numbers: a clip's value says which part and which take it is."""

    def __init__(self, understood_from: dict[str, int]) -> None:
        self.understood_from = understood_from
        self.laid = 0

    def value(self, part: SpokenLine) -> float:
        return (1 + list(TEXTS).index(part.line.id)) / 10 + part.again / 100

    def say(self, part: SpokenLine, speed: float) -> Clip:
        return Clip(np.full(RATE, self.value(part), np.float32), RATE)

    def lay(self, parts: list[SpokenLine]) -> Dub:
        self.laid += 1
        track = np.concatenate([np.full(RATE, self.value(p), np.float32) for p in parts])
        takes = [Take(p.line.id, "clip", 1000 * n, 1000 * n + 1000, 1, 1, 1, 1000, "v") for n, p in enumerate(parts)]
        return Dub(tuple(takes), track)

    def hear(self, samples: Samples, rate: int) -> str:
        value = round(float(samples[0]) * 100)
        line, again = list(TEXTS)[value // 10 - 1], value % 10
        return TEXTS[line] if again >= self.understood_from[line] else "brrr"


def run(booth: Booth, heard: dict[str, str]) -> Dub:
    return retake.until_heard(booth.lay(PARTS), PARTS, heard, booth.hear, booth.say, booth.lay)


def test_a_line_that_was_only_skipped_is_left_alone() -> None:
    booth = Booth({"L1": 0, "L2": 0})
    made = run(booth, {"L1": "", "L2": TEXTS["L2"]})
    assert booth.laid == 1
    assert all(not t.flags for t in made.takes)


def test_a_misread_line_is_spoken_again_until_it_is_understood() -> None:
    booth = Booth({"L1": 0, "L2": 2})
    made = run(booth, {"L1": TEXTS["L1"], "L2": "brrr"})
    assert booth.laid == 2
    assert round(float(made.track[-1]), 2) == 0.22
    assert all(not t.flags for t in made.takes)


def test_a_line_that_no_retake_mends_is_flagged_with_what_was_heard() -> None:
    booth = Booth({"L1": 0, "L2": 9})
    made = run(booth, {"L1": TEXTS["L1"], "L2": "brrr"})
    assert booth.laid == 1
    assert [t.flags for t in made.takes] == [(), ("misread: brrr",)]
