"""What a recogniser repeats to no end: it writes a few words fifty times into a second where it loses the thread.

Pure: words in, words out."""

from __future__ import annotations

from ..records import Word
from . import readings

LOOPS = ((1, 5), (2, 3), (3, 3), (4, 3), (5, 3), (6, 3))  # so many words, said so often, are a loop
FASTEST = 7.5  # words a second; people do not say that many
Words = tuple[Word, ...]


def first_of(words: Words) -> tuple[int, int] | None:
    """Where the first round of what is first repeated to no end begins and ends; None where nothing is."""
    texts = [readings.text_of([w]) for w in words]
    for start in range(len(words)):
        for size, times in LOOPS:
            piece = texts[start : start + size]
            if all(texts[start + n * size : start + (n + 1) * size] == piece for n in range(1, times)):
                return start, start + size
    return None


def said_once(words: Words) -> Words:
    """A hearing without the loops that it ran into: of each the first round stays, and what is said after it."""
    while (loop := first_of(words)) is not None:
        words = words[: loop[1]] + words[_after(words, loop) :]
    return words


def without_impossible(words: Words) -> Words:
    """The same for loops that nobody can say; "No, no, no, no, no!" stays where it has the time."""
    if (loop := first_of(words)) is None:
        return words
    start, end = loop
    after = _after(words, loop)
    lasts = max(1, words[after - 1].end_ms - words[start].start_ms)
    kept = words[start:end] if (after - start) * 1000 > FASTEST * lasts else words[start:after]
    return words[:start] + kept + without_impossible(words[after:])


def _after(words: Words, loop: tuple[int, int]) -> int:
    """Where what is said after a loop begins: later rounds are not all whole."""
    start, after = loop
    own = {readings.text_of([w]) for w in words[start:after]}
    while after < len(words) and readings.text_of([words[after]]) in own:
        after += 1
    return after
