"""Words to lines. Word times from a recogniser drift; pauses and edges come from where a voice is really heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from .model import Line, Word
from .spans import Span, covered_ms, join_spans, longest_gap

LONG_PAUSE_MS = 420
SENTENCE_PAUSE_MS = 150
LONGEST_MS = 8000
BREATH_MS = 400
JOINED_MS = 6000
SNAP_MS = 450
EARLY_MS = 700
CHUNK_MS = 26_000
SQUEEZED_MS = 12  # a letter; real speech takes five times that
SAME_TAIL = 0.6  # of the letters, in order
SENTENCE_END = ".?!…।"
CLAUSE_END = ",;:—"


@dataclass(frozen=True)
class Options:
    """Where a line ends: after a long pause anywhere, or a shorter one at a sentence's end; never over `longest_ms`."""

    long_pause_ms: int = LONG_PAUSE_MS
    sentence_pause_ms: int = SENTENCE_PAUSE_MS
    longest_ms: int = LONGEST_MS


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


def cut_lines(words: tuple[Word, ...], speech: list[Span], options: Options | None = None) -> tuple[Line, ...]:
    """Lines of words in order; each word in exactly one line, edges moved to where the voice starts and stops."""
    options = options or Options()
    groups: list[list[Word]] = []
    for index, word in enumerate(words):
        if index == 0 or _ends_line(groups[-1], words[index - 1], word, speech, options):
            groups.append([])
        groups[-1].append(word)
    groups = [part for group in groups for part in _split_long(group, options)]
    lines = [
        Line(f"L{n:03d}", "", g[0].start_ms, g[-1].end_ms, _text(g), tuple(w.id for w in g))
        for n, g in enumerate(groups, start=1)
    ]
    return snap(tuple(lines), speech)


def pause_between(one: Word, two: Word, speech: list[Span]) -> int:
    """The silence between two words in ms, from the middle of one to the middle of the other."""
    middle = ((one.start_ms + one.end_ms) // 2, (two.start_ms + two.end_ms) // 2)
    if not speech or middle[1] <= middle[0]:
        return max(0, two.start_ms - one.end_ms)
    start, end = longest_gap(middle, speech)
    return end - start


def _ends_line(group: list[Word], one: Word, two: Word, speech: list[Span], options: Options) -> bool:
    pause = pause_between(one, two, speech)
    if pause >= options.long_pause_ms:
        return True
    return one.text[-1:] in SENTENCE_END and pause >= options.sentence_pause_ms


def _split_long(group: list[Word], options: Options) -> list[list[Word]]:
    """A group within the limit, cut at its best inner place as often as needed: sentence, clause, widest gap."""
    if group[-1].end_ms - group[0].start_ms <= options.longest_ms or len(group) < 2:
        return [group]

    def goodness(at: int) -> tuple[int, int, int]:
        last = group[at - 1].text[-1:]
        mark = 2 if last in SENTENCE_END else 1 if last in CLAUSE_END else 0
        balance = abs((group[at - 1].end_ms - group[0].start_ms) - (group[-1].end_ms - group[at].start_ms))
        return mark, group[at].start_ms - group[at - 1].end_ms, -balance

    best = max(range(1, len(group)), key=goodness)
    return _split_long(group[:best], options) + _split_long(group[best:], options)


def _text(group: list[Word]) -> str:
    return " ".join(w.text for w in group)


def join_lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Neighbouring lines of one speaker made one where only a breath parts them: longer lines fit and read better."""
    out: list[Line] = []
    for line in lines:
        last = out[-1] if out else None
        near = last is not None and line.start_ms - last.end_ms <= BREATH_MS and line.speaker == last.speaker
        if last is not None and near and line.end_ms - last.start_ms <= JOINED_MS:
            text, ids = f"{last.text} {line.text}", last.word_ids + line.word_ids
            flags = tuple(dict.fromkeys(last.flags + line.flags))
            out[-1] = replace(last, end_ms=line.end_ms, text=text, word_ids=ids, flags=flags)
        else:
            out.append(line)
    return tuple(replace(line, id=f"L{n:03d}") for n, line in enumerate(out, start=1))


def snap(lines: tuple[Line, ...], speech: list[Span]) -> tuple[Line, ...]:
    """Line edges moved to the nearest edge of a heard voice within SNAP_MS; order and disjointness kept."""
    out: list[Line] = []
    for index, line in enumerate(lines):
        floor = out[-1].end_ms if out else 0
        ceiling = lines[index + 1].start_ms if index + 1 < len(lines) else 1 << 31
        silent = not any(a <= line.start_ms < b for a, b in speech)
        reach = 2 * SNAP_MS if silent else SNAP_MS  # a recogniser starts words early in silence, seldom late
        starts = [a for a, b in speech if -SNAP_MS <= a - line.start_ms <= reach and b > line.start_ms and a >= floor]
        start = min(starts, key=lambda a: abs(a - line.start_ms), default=max(floor, line.start_ms))
        ends = [b for a, b in speech if abs(b - line.end_ms) <= SNAP_MS and a < line.end_ms and b <= ceiling + SNAP_MS]
        end = min(ends, key=lambda b: abs(b - line.end_ms), default=line.end_ms)
        end = max(end, start + 100)
        out.append(replace(line, start_ms=start, end_ms=end))
    return tuple(
        replace(a, end_ms=min(a.end_ms, b.start_ms)) if b is not None else a
        for a, b in zip(out, [*out[1:], None], strict=True)
    )
