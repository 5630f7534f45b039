"""What a recogniser jumps over is heard by itself."""

from __future__ import annotations

import numpy as np

from localize.audio.samples import ASR_RATE, Samples
from localize.engines.base import Heard
from localize.records import Word
from localize.transcript import loops, stretches

SPEECH = [(1000, 3000), (4000, 6000), (7000, 9000), (10_000, 10_400)]


class Jumps:
    """A recogniser that writes a word for each run of sound, and of more than five seconds only the first."""

    def __init__(self) -> None:
        self.lengths: list[float] = []

    def transcribe(self, audio: Samples, language: str | None, names: tuple[str, ...], quick: bool = False) -> Heard:
        self.lengths.append(round(len(audio) / ASR_RATE, 1))
        edges = np.flatnonzero(np.diff(np.pad(audio > 0, 1).astype(int))) * 1000 // ASR_RATE
        runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        runs = runs[:1] if len(audio) > 5 * ASR_RATE else runs
        return Heard("en", 1.0, tuple(Word(n, "word", a, b) for n, (a, b) in enumerate(runs)))


def test_spans_without_a_word_are_heard_by_themselves_and_short_ones_are_not() -> None:
    audio = np.zeros(12 * ASR_RATE, np.float32)
    for start, end in SPEECH:
        audio[start * ASR_RATE // 1000 : end * ASR_RATE // 1000] = 0.5
    ears = Jumps()

    def hear(span: tuple[int, int]) -> tuple[Word, ...]:
        sound, start_ms = stretches.around(audio, span)
        return stretches.moved(ears.transcribe(sound, "en", (), quick=True).words, start_ms)

    words = stretches.words_in(hear, SPEECH, 1)
    assert ears.lengths == [10.0, 2.6, 2.6]
    assert [(w.id, w.start_ms, w.end_ms) for w in words] == [(n, *span) for n, span in enumerate(SPEECH[:3])]


def test_what_nobody_can_say_so_often_stands_once() -> None:
    def said(text: str, each_ms: int) -> tuple[Word, ...]:
        return tuple(Word(n, w, n * each_ms, (n + 1) * each_ms) for n, w in enumerate(text.split()))

    def left(words: tuple[Word, ...]) -> str:
        return " ".join(w.text for w in words)

    assert left(loops.without_impossible(said("el día " + "de " * 50 + "la casa", 30))) == "el día de la casa"
    assert left(loops.without_impossible(said("No, no, no, no, no! Go.", 250))) == "No, no, no, no, no! Go."
    both = said("a b c " * 4 + "now " + "de " * 9 + "casa", 50)
    assert left(loops.without_impossible(both)) == "a b c now de casa"
