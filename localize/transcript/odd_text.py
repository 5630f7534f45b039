"""What a cue's text holds besides its words, told for the report: markup that is taken out, characters that cannot be seen,
letters in another form; and what may be read in two ways, which a person has to look at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from .cue_files import FileCue, Notes
from .cue_text import ANGLES, OVERRIDE, TAG, Known, heads
from .speakers_written import NOBODY, PARTICLES, PLACES, folded, is_name

ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,24});", re.IGNORECASE)
STYLES = re.compile(r"</?[ibu]>|<br\s*/?>", re.IGNORECASE)  # of every writer; nothing is lost with them
UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
WIDE = re.compile("[\uff01-\uff5e]")
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LOST = "\ufffd"  # what a program writes for a character that it could not read
WRONG_TABLE = re.compile("\u00c3[\u00a1-\u00bf]|\u00c2[\u00a1-\u00bf]|\u00e2\u20ac")  # "CafÃ©", "Itâ€™s"
ASKED_AWAY = re.compile(r"[a-zà-ÿ]\?[a-zà-ÿ]")  # "Ningu?m", by a program that knew no accents
TO_FILL_IN = re.compile(r"\{\{?\s*([^\W\d]\w{0,30})\s*\}\}?|%[sd](?!\w)")  # what a template has for a name
LOST_TOLD = "characters were lost before the file came here"
MOST_NAME_WORDS = 6
# who made the subtitles, or where they came from; nobody says it
CREDIT = re.compile(
    r"(?i)\W*(?:\w+ )?(?:subtitles?|subs|subtitling|captions?|captioning|sync|synced|synchroni[sz]ed|resync(?:ed)?|ripped|encoded|downloaded|"
    r"subtítulos|subtitulado|subtitulos|legendas|legendado|traducción|tradução|字幕)(?: \w+){0,3}?\s*(?:\b(?:by|por|from)\b|[:：@])\s*\S.*"
)
ADDRESS = re.compile(r"(?i)https?://\S|\bwww\.\w")
MOST_CREDIT_WORDS = 8


def is_credit(text: str) -> bool:
    """Whether a cue names who made the subtitles, or an address, and is no sentence."""
    bare = " ".join(text.split())
    if len(bare.split()) > MOST_CREDIT_WORDS or bare[-1:] in ".!?…。！？":
        return False
    return CREDIT.fullmatch(bare) is not None or ADDRESS.search(bare) is not None


def note(cue: FileCue, known: Known, notes: Notes) -> None:
    """Count what of a cue is set right, and write down what of it was not understood."""
    at = f"cue {cue.number}"
    for kind in _set_right(cue.text):
        notes.add(kind, at)
    for what in _doubts(cue.text, known):
        notes.doubt(what, cue.number)


def _set_right(text: str) -> Iterator[str]:
    if "&" in text and ENTITY.search(text):
        yield "entities read as the characters they stand for"
    if ("<" in text and TAG.search(STYLES.sub("", text))) or ("{" in text and OVERRIDE.search(text)):
        yield "marks of position, colour or time taken out"
    if text.isascii():
        return
    if UNSEEN.search(text):
        yield "characters that cannot be seen taken out"
    if text != unicodedata.normalize("NFC", text):
        yield "letters in parts put together"
    if WIDE.search(text) and not CJK.search(text):
        yield "full-width letters and marks made plain"


def _doubts(text: str, known: Known) -> Iterator[str]:
    if LOST in text or WRONG_TABLE.search(text) or ("?" in text and _letter_lost(text)):
        yield LOST_TOLD
    for match in TO_FILL_IN.finditer(text) if "{" in text or "%" in text else ():
        yield f"{match[0]!r} is a place that was never filled in"
    for match in ANGLES.finditer(TAG.sub("", text)) if "<" in text else ():
        if re.search(r"\w", match[1]) and not match[1].strip().isdigit():
            yield f"<{match[1].strip()[:40]}> is taken as words that are said"
    for head in heads(text):
        if not is_name(head, known.names, known.used) and _could_be_a_name(head):
            yield f"{head!r} before a colon is taken as words that are said"


def _letter_lost(text: str) -> bool:
    """Whether a question mark stands inside a word; the one inside an address is its own."""
    return any(ASKED_AWAY.search(word) for word in text.split() if "://" not in word and "www." not in word)


def _could_be_a_name(head: str) -> bool:
    """Whether words before a colon are all written like names, and no word that opens a sentence stands first."""
    words = [w for w in re.findall(r"[^\W\d_][\w'’]*", head) if w.casefold() not in PARTICLES]
    first = folded(head).split()[:1]
    return (
        2 <= len(words) <= MOST_NAME_WORDS
        and all(w[:1].isupper() for w in words)
        and not (first and (first[0] in NOBODY or first[0] in PLACES))
    )
