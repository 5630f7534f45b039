"""What is not figures: addresses of the net, emoji, shouts, stutters, sounds, letters in a row, signs and pauses."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..capitals import ACRONYMS, WORDS_TOO, calm
from ..dictionary import dictionary
from .figures import sub
from .speech import Speech, spelled

EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u231a-\u23ff\u25a0-\u25ff\u3030\u303d\u3297\u3299"
    "\U000e0020-\U000e007f\ufe0f\u20e3\u200d]+"
)
_SMILEY = re.compile(r"(?<!\w)(?:[:;=]-?[)(DPp/|]|:'\(|\^_\^|xD|XD)(?!\w)")
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|<[^>\d][^>]*>|\{[^}]*\}")
_MUSIC = re.compile("[♪♫♬♩*_~^|\\\\`]+")
_TOP = r"(?:com|org|net|io|co|tv|gov|edu|info|app|mx|br|es|in|cn|me|ly)"


def without_sounds(text: str) -> str:
    """Without what is only heard or drawn: brackets, tags, notes; brackets round a telephone code stay."""
    return _BRACKETS.sub(lambda m: m[0] if re.fullmatch(r"\(\d{2,4}\)", m[0]) else " ", text)


def without_drawings(text: str) -> tuple[str, list[str]]:
    """(the text without emoji and smileys, those)."""
    found = [m[0] for m in EMOJI.finditer(text)] + [m[0] for m in _SMILEY.finditer(text)]
    text = _SMILEY.sub(" ", EMOJI.sub(" ", text))
    return text, [f for f in found if f.strip("\ufe0f\u200d♪♫♬♩ ")]


def addresses(text: str, s: Speech) -> str:
    """ "summer@northwind.com", "www.northwind.com/jobs", "@grant_hale", "#SaveSummer" in words."""
    at, dot, slash = s.signs["@"], s.signs["."], s.signs["/"]

    def parts(address: str) -> str:
        out = []
        for piece in re.split(r"([./@_-])", address):
            if piece == ".":
                out.append(dot)
            elif piece == "/":
                out.append(slash)
            elif piece == "@":
                out.append(at)
            elif piece == "www":
                out.append(s.signs["www"])
            elif piece.isalpha() and (len(piece) == 1 or (len(piece) == 2 and not re.search("[aeiouy]", piece))):
                out.append(spelled(piece.upper(), s))
            elif piece == "com" and "com" in s.signs:
                out.append(s.signs["com"])
            elif piece not in ("_", "-", ""):
                out.append(piece)
        return " ".join(out)

    text = sub(r"(?<![\w.@])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", lambda m: parts(m[0].rstrip(".")) + ("." if m[0].endswith(".") else ""), text)  # fmt: skip
    text = sub(r"\bhttps?://([^\s,;!?]+?)([.,;!?]*)(?=\s|$)", lambda m: parts(m[1].rstrip("/")) + m[2], text)
    text = sub(
        rf"(?<![\w.@])((?:www\.)?(?:[A-Za-z][\w-]*\.)+{_TOP}(?:/[\w./-]*\w)?)(?![\w@]|\.\w)",
        lambda m: parts(m[1]),
        text,
    )
    text = sub(r"(?<![\w.])@(\w[\w.]*\w|\w)", lambda m: f"{at} {parts(m[1])}", text)
    text = sub(r"#(?=\d)", lambda _m: s.signs["#1"] + " ", text)
    return sub(r"(?<!\w)#([^\W\d]\S*?)(?=[\s.,!?;।]|$)", lambda m: f"{s.signs['#']} {_camel(m[1])}", text)


def _camel(tag: str) -> str:
    return (
        " ".join(re.findall(r"[A-ZÁÉÍÓÚ]+(?![a-záéíóúñç])|[A-ZÁÉÍÓÚ]?[^\WA-ZÁÉÍÓÚ_]+[\u0900-\u0963]*|\S", tag))
        if tag.isascii()
        else tag
    )


def _like(said: str) -> Callable[[re.Match[str]], str]:
    return lambda m: said.capitalize() if m[0][:1].isupper() else said


def sounds(text: str, s: Speech) -> str:
    """Laughter, hushes, stutters and abbreviations as they are said."""
    for pattern, said in s.hush:
        text = re.sub(pattern, _like(said), text, flags=re.IGNORECASE)

    def stutter(m: re.Match[str]) -> str:
        word = m[2]
        return " ".join(f"{s.stutter(x, word)}," for x in re.split("[-–]", m[1].strip("-–"))) + " " + word

    first = r"[^\W\d_]{1,2}(?:[\u0900-\u0963])*"
    pattern = rf"(?<![\w-])((?:{first}[-–]){{1,4}})([^\W\d_][\w'\u0900-\u0963]*)"

    def checked(m: re.Match[str]) -> str:
        pieces = [p for p in re.split("[-–]", m[1]) if p]
        same = all(m[2].casefold().startswith(p.casefold()) for p in pieces)
        return stutter(m) if same else m[0]

    text = re.sub(pattern, checked, text)
    for pattern, said in s.short:
        text = re.sub(pattern, said, text)
    return text


def letters(text: str, s: Speech, tag: str) -> str:
    """Letters in a row by their names; capitals that only shout are words."""
    known = dictionary(tag)

    def dotted(m: re.Match[str]) -> str:
        joined = m[0].replace(".", "").replace(" ", "")
        return s.as_words.get(joined) or spelled(joined, s)

    def word(m: re.Match[str]) -> str:
        found = m[0]
        if found in s.as_words:
            return s.as_words[found]
        low = found.lower()
        shouted = known is not None and known.knows(low) and not (s.primary != "en" and len(found) < 2)
        vowels = re.search("[AEIOUÁÉÍÓÚÃÕÂÊÔY]", found)
        if (
            found in WORDS_TOO
            and shouted
            and not re.search(r"(?i)\b(?:the|an|in|to|from|for)\s$", m.string[: m.start()])
        ):
            return low
        if found in ACRONYMS or not vowels:
            return spelled(found, s)
        if s.primary == "hi":
            return spelled(found, s) if len(found) < 4 else low
        return low if shouted or len(found) > 3 else spelled(found, s)

    for key in s.as_words:
        if not key.isupper():
            text = re.sub(rf"(?<!\w){re.escape(key)}(?!\w)", s.as_words[key], text)
    text = sub(r"(?<![\w.])(?:[A-Z]\.){2,}|(?<![\w.])(?:[A-Z]\.){1,}[A-Z](?![\w])", dotted, text)
    if s.primary == "hi":
        text = re.sub(
            r"(?<![\u0900-\u0963])((?:[\u0900-\u0963]{1,4}\.){2,})",
            lambda m: m[1].replace(".", " ").strip() + " ",
            text,
        )
        text = re.sub(
            r"(?<![\u0900-\u0963])([\u0900-\u0963]{1,3}\.)(?=[\u0900-\u0963]{1,3}(?:\s|$))",
            lambda m: m[1].replace(".", " "),
            text,
        )
    return sub(r"(?<![\w'’])[A-ZÁÉÍÓÚÑÇÃÕÂÊÔ]{2,}(?![\w'’]|[^\W\d_])", word, text)


def signs(text: str, s: Speech) -> str:
    """Single signs in words, others away; dashes and dots as pauses."""
    text = re.sub(r"(?<=\s)&(?=\s)|(?<=\w)&(?=\w)", f" {s.signs['&']} ", text)
    for sign in "+=×@°%":
        text = text.replace(sign, f" {s.signs[sign]} ") if re.search(rf"\w\s?{re.escape(sign)}|{re.escape(sign)}\s?\w", text) else text  # fmt: skip
    return re.sub(r"[#$€£₹<>{}\[\]/\\=+]+", " ", text)


def pauses(text: str) -> str:
    """Dashes and dots that stand for a pause as one, none at the beginning; marks not doubled."""
    text = _MUSIC.sub(" ", text)
    text = re.sub(r"\s*(?:\.{2,}|…)+\s*", "… ", text)
    text = re.sub(
        r"(?:\s+-+|\s*[–—―]+|\s*-{2,})(?=\s|$|\W)|(?<=\w)\s*(?:[–—―]|-{2,})\s*(?=\w)|(?<=\w)-(?=\s|$)", "—", text
    )
    text = re.sub(r"—(?=[^\s—.,!?;:…])", "— ", text)
    text = re.sub(r"^[\s—–\-….,;:]+", "", text)
    text = re.sub(r"[…—]+(?=[?!])|(?<=[?!])[…—]+", "", text)
    text = re.sub(r"([!?])[!?]+", r"\1", text)
    text = re.sub(r"\s+([,.!?;:…।])", r"\1", text)
    text = re.sub(r"([,;:])(?=[,;:.!?…])", "", text)
    text = re.sub(r"(?<=\S)—", " —", text)
    return " ".join(text.split())


def calmed(text: str, tag: str) -> str:
    """Shouted sentences in sentence case."""
    return calm(text, tag)
