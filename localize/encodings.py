"""Text in whatever encoding a studio's tool wrote it: UTF-8 and UTF-16 by their form, old encodings by what they give.

cp1252, Mac Roman and GB 18030 decode almost any bytes, so the one is taken whose accents, quotes and dashes stand where
a writer puts them; what none of them explains goes to charset-normalizer, which is right on long texts and often wrong
on the few accents of a short transcript (measured: 3 of 12 transcripts of two cues).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
OLD = ("cp1252", "mac_roman", "gb18030", "cp850")
OTHERS = ["cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "big5", "shift_jis", "euc_jp", "euc_kr"]
NAMES = {"mac_roman": "Mac Roman", "cp1252": "Windows-1252", "gb18030": "GB 18030", "cp850": "DOS (cp850)", "cp949": "Korean (cp949)",
         "cp1250": "Windows-1250", "cp1254": "Windows-1254"}  # fmt: skip
# letters beyond ASCII by language: which of two tables of one family a text was written in
WESTERN = ("áéíóúüñ", "áâãàçéêíóôõúü", "àâæçéèêëîïôùûüÿœ", "äöüß", "àèéìíîòóùú", "æøåéó", "åäöé")  # es, pt, fr, de, it, da and nb, sv
BEYOND = {
    "cp1254": ("çğıiöşüâîû",),  # tr
    "cp1250": ("áčďéěíňóřšťúůýžäĺľŕô", "ąćęłńóśźż", "áéíóöőúüű", "ăâîşţ", "čćđšž"),  # cs and sk, pl, hu, ro, hr and sl
}
SIGNS = frozenset("“”„‘’‚«»‹›…–—•°§€£©®™\xa0♪♫¿¡ºª")
PLAUSIBLE = 0.5  # mean score of the characters beyond ASCII, of -1 to 1
CERTAIN = 0.9  # from which tables of other alphabets are not looked at
RARE = "ŽžŠšŒœŸÿƒˆ˜†‡‰ıŁłŽˇ˘˙˚¸˝˛ðÐþÞýÝøØ"  # the last are Turkish or Czech read as cp1252, far more often than themselves
VOWELS = "aeiouyAEIOUY"
CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f-\x84\x86-\x9f]")  # but those that end rows, pages, and files
TWICE = re.compile(r"[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¡-¿]")


def decode(data: bytes) -> tuple[str, str] | None:
    """(text without a byte order mark, name of the encoding) or None for what is no text. UTF-8 is called "UTF-8"."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _try(data, encoding, encoding[:6].upper())
    if wide := _wide(data):
        return _try(data, wide, "UTF-16")
    if b"\x00" in data:
        return None
    try:
        return _once(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if mended := _mostly_utf8(data):
        return mended
    if korean := _korean(data):
        return _clean(korean, NAMES["cp949"])
    found = [(_score(text), -rank, text, e) for rank, e in enumerate(OLD) if (text := _strict(data, e)) is not None]
    best = max(found, default=None)
    certain = any(score >= CERTAIN for score, _rank, _text, e in found if e != "cp1252")
    if not certain and (elsewhere := _by_alphabet(data)):
        return elsewhere
    if best is not None and best[0] >= PLAUSIBLE:
        return _clean(best[2], NAMES[best[3]])
    from charset_normalizer import from_bytes

    guess = from_bytes(data, cp_isolation=[*OLD, *OTHERS]).best()
    if guess is not None:
        return _clean(str(guess), NAMES.get(guess.encoding, guess.encoding))
    return _clean(best[2], NAMES[best[3]]) if best is not None else _clean(data.decode("latin-1"), "Latin-1")


def _try(data: bytes, encoding: str, name: str) -> tuple[str, str] | None:
    try:
        return _clean(data.decode(encoding), name)
    except UnicodeDecodeError:
        # the last character of a file that was cut off
        return _clean(data.decode(encoding, errors="ignore"), name) if len(data) > 8 else None


def _clean(text: str, name: str) -> tuple[str, str] | None:
    """None for a text with a tenth or more of control characters: no writer's."""
    controls = CONTROLS.findall(text[:20_000])
    if len(controls) * 10 > min(len(text), 20_000) or "\x00" in text:
        return None
    return text.lstrip("\ufeff"), name


def _once(text: str) -> tuple[str, str] | None:
    """UTF-8 text, brought back where it had been taken for cp1252 and encoded a second time ("Â¿DÃ³nde?")."""
    marks = len(TWICE.findall(text))
    if marks >= 2 and marks * 2 >= sum(ord(c) > 127 for c in text) - marks:
        for encoding in ("cp1252", "latin-1"):
            try:
                return _clean(text.encode(encoding).decode("utf-8"), "UTF-8 encoded twice")
            except UnicodeError:
                continue
    return _clean(text, "UTF-8")


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of its ASCII is zero."""
    head = data[:4000]
    if len(head) < 8 or len(data) % 2:
        return ""
    even, odd = head[0::2].count(0) / len(head) * 2, head[1::2].count(0) / len(head) * 2
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.05 else ""


def _mostly_utf8(data: bytes) -> tuple[str, str] | None:
    """UTF-8 in which a few bytes of another encoding stand, as after a paste; those are read as cp1252."""
    right = len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", data))
    text = data.decode("utf-8", errors="surrogateescape")
    wrong = len(re.findall("[\udc80-\udcff]", text))
    if right < 3 or wrong * 4 > right:
        return None
    fixed = re.sub("[\udc80-\udcff]", lambda m: bytes([ord(m[0]) - 0xDC00]).decode("cp1252", errors="replace"), text)
    return _clean(fixed, f"UTF-8 with {wrong} stray bytes")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _korean(data: bytes) -> str:
    """Korean text, which is valid GB 18030 as well: Chinese read as Korean is syllables and Chinese characters mixed."""
    text = _strict(data, "cp949") or ""
    letters = [c for c in text if ord(c) > 127 and c.isalpha()]
    syllables = sum("\uac00" <= c <= "\ud7a3" for c in letters)
    return text if syllables >= 8 and syllables >= 0.95 * len(letters) else ""


def _by_alphabet(data: bytes) -> tuple[str, str] | None:
    """Text whose letters no western language has together, as cp1252 reads them, and one of another table has."""
    western = _letters(_strict(data, "cp1252"))
    if western is not None and any(western <= set(a) for a in WESTERN):
        return None
    for encoding, alphabets in BEYOND.items():
        letters = _letters(text := _strict(data, encoding))
        if text and letters and len(letters) >= 2 and any(letters <= set(a) for a in alphabets) and not _capital_inside(text):
            return _clean(text, NAMES[encoding])
    return None


def _capital_inside(text: str) -> bool:
    """Whether a capital beyond ASCII stands right behind a small letter, as no writer puts it."""
    return any(a.islower() and b.isupper() and b > "\x7f" for a, b in pairwise(text))


def _letters(text: str | None) -> set[str] | None:
    """The letters beyond ASCII, small; None where something stands there that no writer types, or no text."""
    if text is None:
        return None
    beyond = {c for c in text if ord(c) > 127} - SIGNS
    return {c.lower()[:1] for c in beyond} if all(c.isalpha() for c in beyond) else None


def _score(text: str) -> float:
    """Mean over the characters beyond ASCII of how well each stands where it stands, -1 to 1."""
    marks = [_place(text, at) for at, c in enumerate(text) if ord(c) > 127]
    return sum(marks) / len(marks) if marks else 0.0


def _place(text: str, at: int) -> float:
    char = text[at]
    before, after = text[at - 1 : at] if at else " ", text[at + 1 : at + 2] or " "
    if ord(char) >= 0x2E80:
        return _common(char)
    if char in RARE:
        return 1.0 if char in "œŒ" and after in "uU" else -0.5
    if char in "¿¡":
        return 1.0 if not before.isalnum() and not after.isspace() else -1.0
    if char in "’‘":
        inside = before.isalpha() and after.isalpha()
        return 1.0 if inside or (char == "‘" and not before.isalpha()) else 0.3
    if char in "—–":
        return _dash(text, at) if before.isalpha() and after.isalpha() else 0.8
    if char in "“”«»…":
        return -1.0 if before.isalpha() and after.isalpha() and char != "…" else 0.8
    if char.isalpha():
        if (before.isalpha() and before > "\x7f" and after.isalpha() and after > "\x7f") or (
            char in "ìîòùïûë" and not before.isalpha() and after.isalpha()
        ):
            return -1.0  # three accents in a row are another alphabet's letters; these open no word
        if char.isupper():
            # a capital after a small letter, or before a capital that small ones follow: no writer does that
            nested = before.islower() or (after.isupper() and text[at + 2 : at + 3].islower())
            return -1.0 if nested else 0.8
        return -0.5 if before.isupper() and at > 1 and text[at - 2].islower() else (-1.0 if after.isupper() else 1.0)
    if before.isalpha() or after.isalpha():
        return 0.2 if char in "ºª°®™\xa0" else -1.0
    return 0.3 if char in "♪♫•·©®™€£\xa0" else -0.2


def _dash(text: str, at: int) -> float:
    """A dash between letters: plausible where whole words stand on its sides ("wait—no", not "coraz—n")."""
    left, right = re.findall(r"[^\W\d_]+$", text[max(0, at - 20) : at]), re.match(r"[^\W\d_]+", text[at + 1 : at + 21])
    sides = [left[0] if left else "", right[0] if right else ""]
    return 1.0 if all(any(c in VOWELS for c in s) for s in sides) and text[at] == "—" else -1.0


def _common(char: str) -> float:
    """Chinese characters by GB 2312's first level, which a text is mostly made of; marks and kana are neutral or good."""
    if unicodedata.category(char)[0] in "PS" or 0xFF00 <= ord(char) <= 0xFFEF:
        return 1.0
    try:
        lead = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return -1.0
    return 1.0 if 0xB0 <= lead <= 0xD7 else -0.2
