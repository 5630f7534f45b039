"""Recognised words held against voice activity: times settled, words that nobody said dropped, gaps found."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher

from ..audio.spans import Span, covered_ms, join_spans
from ..records import Word
from .lines import EARLY_MS, SENTENCE_END, SENTENCE_PAUSE_MS, pause_between

CHUNK_MS = 26_000
SQUEEZED_MS = 12  # a letter; real speech takes five times that
SAME_TAIL = 0.6  # of the letters, in order


def settle(words: tuple[Word, ...], speech: list[Span]) -> tuple[Word, ...]:
    """Words set where a voice is heard.

    A word whose time spans a silence goes to one side of it: after it where it begins a sentence, else where most of
    its voice is. A word that stands in silence goes to the next voice where it begins a sentence or that one is
    nearer, if it starts within EARLY_MS: recognisers start words early.
    """
    out: list[Word] = []
    for word in words:
        begins = not out or out[-1].text[-1:] in SENTENCE_END
        parts = [(max(a, word.start_ms), min(b, word.end_ms)) for a, b in speech]
        parts = [p for p in join_spans(p for p in parts if p[1] > p[0]) if p[1] - p[0] >= 30]
        if len(parts) > 1:
            part = parts[-1] if begins else max(parts, key=lambda p: p[1] - p[0])
            word = replace(word, start_ms=part[0], end_ms=part[1])
        elif not parts or (begins and parts[0][1] < word.end_ms - 80 and parts[0][0] == word.start_ms):
            ahead = min((a for a, _b in speech if a >= word.start_ms), default=1 << 31)
            behind = max((b for _a, b in speech if b <= word.end_ms), default=-(1 << 31))
            reach = EARLY_MS * (3 if begins else 1)
            if ahead - word.end_ms <= reach and (begins or ahead - word.end_ms <= word.start_ms - behind):
                word = replace(word, start_ms=ahead, end_ms=ahead + 60)
        if out and word.start_ms < out[-1].start_ms:  # order is what was said; times only follow it
            word = replace(word, start_ms=out[-1].start_ms, end_ms=max(word.end_ms, out[-1].start_ms + 1))
        out.append(word)
    return tuple(out)


def chunks(speech: list[Span], longest_ms: int = CHUNK_MS) -> list[Span]:
    """Spoken spans gathered to stretches that a recogniser hears at once (its window is 30 s), parted in silence.

    A stretch ends where the next span would make it too long, or at a long silence once it is half full. A single
    span longer than the window stays whole.
    """
    out: list[Span] = []
    for start, end in speech:
        if out:
            first, last = out[-1]
            if end - first <= longest_ms and not (start - last >= 2000 and last - first >= longest_ms // 2):
                out[-1] = (first, end)
                continue
        out.append((start, end))
    return out


def unheard(words: tuple[Word, ...], speech: list[Span], shortest_ms: int = 400) -> list[Span]:
    """Spoken spans in which no word was recognised: to be listened to again."""
    taken = join_spans(((w.start_ms - 100, w.end_ms + 100) for w in words), 200)
    return [s for s in speech if s[1] - s[0] >= shortest_ms and covered_ms(s, taken) < 0.35 * (s[1] - s[0])]


def heard_words(words: tuple[Word, ...], speech: list[Span]) -> tuple[Word, ...]:
    """Settled words without those that nobody said, ids kept.

    Recognisers say farewells and repeat names into silence. Such a word has little voice under it and none right
    after it, or is squeezed into the last moment before a long silence, faster than anybody speaks.
    """
    if not speech:
        return words
    kept: list[Word] = []
    tail = False  # whether what follows the last kept word, up to now, was dropped at a silence
    for word in words:
        voiced = covered_ms((word.start_ms, word.end_ms), speech)
        after = covered_ms((word.end_ms - 60, word.end_ms + 250), speech)
        thin = voiced < 0.2 * (word.end_ms - word.start_ms) and after < 60
        letters = sum(c.isalnum() for c in word.text)
        squeezed = word.end_ms - word.start_ms < SQUEEZED_MS * letters
        closing = covered_ms((word.end_ms + 100, word.end_ms + 600), speech) == 0
        nothing = word.end_ms <= word.start_ms and (tail or voiced == 0)
        tail = thin or nothing or (squeezed and closing)
        if not tail:
            kept.append(word)
    return tuple(kept)


def doubtful_tail(words: tuple[Word, ...], speech: list[Span]) -> int:
    """How many words at the end of a stretch may be the recogniser's own: a new sentence begun without any pause.

    At the end of its window a recogniser likes to go on ("the contract. Backed."). A person takes a breath first.
    """
    for at in range(len(words) - 1, 0, -1):
        if words[at - 1].text[-1:] in SENTENCE_END:
            return len(words) - at if pause_between(words[at - 1], words[at], speech) < SENTENCE_PAUSE_MS else 0
    return 0


def says_at_end(words: tuple[Word, ...], tail: tuple[Word, ...]) -> bool:
    """Whether words end about as `tail` does, by letters."""
    wanted = _letters(tail)
    return SequenceMatcher(None, _letters(words)[-len(wanted) :], wanted).ratio() >= SAME_TAIL


def _letters(words: tuple[Word, ...]) -> str:
    return "".join(c for w in words for c in w.text.casefold() if c.isalnum())
