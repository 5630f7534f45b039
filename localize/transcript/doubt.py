"""Signs, in the words and in the sound, that a recogniser wrote what nobody said.

Pure: words and spans in, reasons out. A line with a reason is heard once more by itself; see `second_hearing`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

from ..audio.spans import Span, covered_ms
from ..languages.scripts import script, scripts_of
from ..languages.syllables import syllables
from ..languages.text import normal_form
from ..languages.unspaced import LETTER
from ..records import Word

TOO_FAST = "faster than anyone speaks"
FASTEST = 7.5  # syllables a second of a whole line; people seldom pass 7, the demo's voices 6.5
RUSHED = 12.0  # the same of one sentence in it, whose edges are less sure
RUSHED_LEAST = 4  # syllables from which a sentence's speed says something
UNSURE = 0.4  # probability below which a word is doubted: of true words one in thirty lies there
MIDDLING = 0.62  # and the mean of a line's words
QUIET = 0.45  # share of a line's time that must be voiced
SAME_LEAST = 3  # words from which a sentence said twice is doubted
SENTENCE = re.compile(r"[.!?…।。！？]+[\"'”’」』]?$")


def signs(
    words: Sequence[Word],
    span: Span,
    speech: list[Span],
    primary: str,
    before: Sequence[str] = (),
    known: Callable[[str], bool] | None = None,
    after: str = "",
) -> tuple[str, ...]:
    """Why a line's words may not have been said; empty where nothing speaks against them.

    Args:
        words: the line's words.
        span: where the line stands, in ms.
        before: sentences said shortly before, as `plain_words` gives them.
        known: whether a word written small is one of the language; None where no dictionary is at hand.
        after: the word before the line, where no sentence ends with it.
    """
    found = []
    text = " ".join(w.text for w in words)
    voiced = covered_ms(span, speech)
    if syllables(text, primary) > FASTEST * max(voiced, 200) / 1000 or any(
        _rushed(s, primary) for s in sentences(words)
    ):
        found.append(TOO_FAST)
    if voiced < QUIET * (span[1] - span[0]):
        found.append("little voice")
    if said_again(words, before, after):
        found.append("said again")
    if min(w.prob for w in words) < UNSURE or sum(w.prob for w in words) / len(words) < MIDDLING:
        found.append("hardly heard")
    if other_script(text, primary):
        found.append("another language")
    if known is not None and any(not known(p) for w in words for p in _small(w.text)):
        found.append("no word of the language")
    return tuple(found)


def sentences(words: Sequence[Word]) -> list[list[Word]]:
    """A line's words parted after each end of a sentence."""
    out: list[list[Word]] = [[]]
    for word in words:
        out[-1].append(word)
        if SENTENCE.search(word.text):
            out.append([])
    return [s for s in out if s]


def plain_words(text: str) -> list[str]:
    """Words of a text in lower case, without marks; a character is a word where words are not parted by spaces."""
    return normal_form(text).split()


def said_again(words: Sequence[Word], before: Sequence[str], after: str = "") -> bool:
    """Whether a sentence of the line was said shortly before, or a word is written twice in a row, `after` counted in."""
    own = [plain_words(" ".join(w.text for w in s)) for s in sentences(words)]
    earlier = {*before}
    for sentence in own:
        if len(sentence) >= SAME_LEAST and " ".join(sentence) in earlier:
            return True
        earlier.add(" ".join(sentence))
    flat = [w for s in (plain_words(after), *own) for w in s if not LETTER.fullmatch(w)]
    return any(a == b for a, b in itertools.pairwise(flat))


def other_script(text: str, primary: str) -> bool:
    """Whether most of a text is written in letters that its language does not use."""
    usual = scripts_of(primary)
    found = [script(c) for c in text if c.isalpha()]
    return sum(s not in usual for s in found) > len(found) / 2


def _small(text: str) -> list[str]:
    """The words in a text that are written small: names are in no dictionary."""
    found = re.findall(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963]|['’](?=[^\W\d_]))*", text)
    return [w.replace("’", "'") for w in found if w == w.lower()]


def _rushed(sentence: Sequence[Word], primary: str) -> bool:
    size = syllables(" ".join(w.text for w in sentence), primary)
    lasts = max(1, sentence[-1].end_ms - sentence[0].start_ms)
    return size >= RUSHED_LEAST and size > RUSHED * lasts / 1000
