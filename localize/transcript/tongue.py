"""Whether a studio's words are in the language that they are said to be in, its transcript in the episode's, its
translation in the market's: by their letters, and by their words where the system has dictionaries.

What is in another language, in two at once, or was read in a wrong encoding is no transcript: everything that follows
would be made of it. Portuguese and Spanish share every second word, so what tells them apart is the words that only one
of the two has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..languages.dictionary import dictionary, words
from ..languages.dictionary import identity as dictionaries_here
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
VERSION = 1
RIVALS = ("en", "es", "pt")
FEWEST_RIVAL, MOST_RIVAL = 5, 1.5  # words of a rival's own, and how many there may be for each of the language's own


def doubt(texts: Sequence[str], language: str) -> str:
    """Why these lines are not in the language of their episode, in one sentence; "" where nothing tells."""
    told = strange(texts, language)
    if not told:
        return ""
    return (
        f"the transcript is not in the language of the episode, {_primary(language)}: {told}; "
        "name the language with --source-lang, or take the file away"
    )


def identity(language: str) -> str:
    """Digests of the dictionaries that decide, for the keys of what is decided by them."""
    return dictionaries_here(_primary(language), *RIVALS)


def strange(texts: Sequence[str], language: str) -> str:
    """What of these texts is not of that language; "" where nothing tells."""
    primary = _primary(language)
    own = OTHERS.get(primary) or scripts_of(primary)
    scripts = Counter(code for t in texts for c in t if (code := script(c)))
    letters = scripts.total()
    if letters < FEWEST_LETTERS:
        return ""
    foreign = letters - sum(scripts[s] for s in own)
    if foreign > (MOST_FOREIGN if own == LATIN else MOST_LATIN) * letters:
        most = max((s for s in scripts if s not in own), key=lambda s: scripts[s])
        return f"{100 * foreign // letters} % of its letters are {CALLED[most]}"
    plain = [w for t in texts for w in words(t) if len(w) > 1 and w == w.lower()]
    if own != LATIN or len(plain) < FEWEST_WORDS:
        return ""
    return _of_a_rival(plain, primary) or _unknown(plain, primary)


def _primary(language: str) -> str:
    return language.split("-")[0].lower()


def _unknown(plain: list[str], primary: str) -> str:
    """Where most words are in no dictionary of the language: another one, or a wrong encoding."""
    known = dictionary(primary)
    unknown = [] if known is None else [w for w in plain if not known.knows(w)]
    if len(unknown) <= MOST_UNKNOWN * len(plain):
        return ""
    return f"{len(unknown)} of {len(plain)} words are in no dictionary of it ({', '.join(unknown[:3])}): another language, or a wrong encoding"


def _of_a_rival(plain: list[str], primary: str) -> str:
    """Where the words that only one of two languages has are mostly the other's; of several such, the likeliest is told."""
    known = dictionary(primary)
    if known is None:
        return ""
    most, told = FEWEST_RIVAL - 1, ""
    for tag in RIVALS:
        other = dictionary(tag) if tag != primary else None
        if other is None:
            continue
        theirs = [w for w in plain if other.knows(w) and not known.knows(w)]
        ours = sum(known.knows(w) and not other.knows(w) for w in plain)
        if len(theirs) > max(most, MOST_RIVAL * ours):
            most = len(theirs)
            told = f"{most} words are {tag} and not {primary} ({', '.join(theirs[:3])}), {ours} the other way round"
    return told
