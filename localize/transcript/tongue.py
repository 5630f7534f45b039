"""Whether a studio's transcript is in the language that its episode is said to speak: by its letters, and by its words
where the system has a dictionary of the language.

What is in another language, in two at once, or was read in a wrong encoding is no transcript: everything that follows
would be made of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..languages.dictionary import dictionary, words
from ..languages.scripts import NAMES, script, scripts_of

LATIN = ("Latn",)
# languages that transcripts come in and whose subtitles nothing here reads from a picture
OTHERS = {
    "yue": ("Hani",), "mr": ("Deva",), "ne": ("Deva",), "bn": ("Beng",), "ta": ("Taml",), "te": ("Telu",), "th": ("Thai",),
    "ru": ("Cyrl",), "uk": ("Cyrl",), "bg": ("Cyrl",), "ar": ("Arab",), "fa": ("Arab",), "ur": ("Arab",), "he": ("Hebr",),
    "el": ("Grek",), "ko": ("Hang", "Hani"),
}  # fmt: skip
CALLED = {code: word.capitalize() for word, code in NAMES.items()} | {"Hani": "Chinese", "Zyyy": "none of its own"}
FEWEST_LETTERS, FEWEST_WORDS = 8, 12
MOST_FOREIGN = 0.15  # of the letters of a text in Latin ones; names and signs in others stay below
MOST_LATIN = 0.6  # of the letters of any other text, where brands and foreign names are written in Latin ones
MOST_UNKNOWN = 0.5  # of the words without a capital; drama of our own with its slang stays below 0.1


def doubt(texts: Sequence[str], language: str) -> str:
    """Why these lines are not in that language, in one sentence; "" where nothing tells."""
    primary = language.split("-")[0].lower()
    own = OTHERS.get(primary) or scripts_of(primary)
    scripts = Counter(code for t in texts for c in t if (code := script(c)))
    letters = scripts.total()
    if letters < FEWEST_LETTERS:
        return ""
    foreign = letters - sum(scripts[s] for s in own)
    if foreign > (MOST_FOREIGN if own == LATIN else MOST_LATIN) * letters:
        most = max((s for s in scripts if s not in own), key=lambda s: scripts[s])
        return (
            f"the transcript is not in the language of the episode, {primary}: {100 * foreign // letters} % of its letters are "
            f"{CALLED[most]}; name the language with --source-lang, or take the file away"
        )
    known = dictionary(primary) if own == LATIN else None
    plain = [w for t in texts for w in words(t) if len(w) > 1 and w == w.lower()]
    if known is None or len(plain) < FEWEST_WORDS:
        return ""
    strange = [w for w in plain if not known.knows(w)]
    if len(strange) <= MOST_UNKNOWN * len(plain):
        return ""
    return (
        f"the transcript is not in the language of the episode, {primary}, or was read in a wrong encoding: "
        f"{len(strange)} of {len(plain)} words are in no dictionary ({', '.join(strange[:3])})"
    )
