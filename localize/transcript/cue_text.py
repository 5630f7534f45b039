"""Who and what is in a cue: its text without markup, parted by speaker, sounds and songs apart, the manner named.

In: a cue's text as its file has it. Out: turns, of which each is what one person says, and what is only heard.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .speakers_written import HEAD, folded, is_name, is_sound, is_spoken, manner, shown

DASH = r"\-‐‑‒–—―−－﹣"
OPENS_TURN = re.compile(rf"^\s*(?:[{DASH}]+\s+(?=\S)|[{DASH}]+(?=[^\s\d]))")
INSIDE = re.compile(rf"(?<=[.!?…\"”’)\]♪])\s+[{DASH}]\s*(?=[^\s{DASH}\d])")
CHEVRONS = re.compile(r">{2,4}|＞{2,}|»{2,}")
MARKUP = (
    "i|b|u|s|c|v|p|a|q|tt|em|br|rt|rp|hr|td|tr|k|strong|font|span|lang|ruby|div|small|big|sub|sup|body|html|center|img|"
    "strike|del|ins|code|pre|h\\d|sync|style|blink|table|head|title|link|meta|script|video|ul|ol|li"
)
# angle brackets that are no markup hold words, and only lose their brackets
TAG = re.compile(
    rf"(?i)</?(?:{MARKUP})(?:[\s./:][^<>\n]{{0,300}})?/?>|</[a-z][\w:]{{0,20}}>|<[a-z]\w{{0,20}}\s[^<>\n]{{0,200}}=[^<>\n]{{0,200}}>|<\d[\d:.,]*>|</>"
)
ANGLES = re.compile(r"<([^<>\n]{1,200})>")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>\n]{1,80})>|<v(?:\.[^\s>]*)?>|</v>", re.IGNORECASE)
OVERRIDE = re.compile(r"\{[^{}]*[\\=~:][^{}]*\}|\{(?:an?\d|y:[ibus]+)\}", re.IGNORECASE)
BRACKETED = re.compile(r"\[([^\[\]]*)\]|【([^【】]*)】|［([^［］]*)］|\(([^()]*)\)|（([^（）]*)）|\*([^*\n]{2,40})\*")
AWAY = re.compile(r"(\s+)((?:on|over) (?:the )?(?:phone|tv|radio|speaker|intercom))\s*$", re.IGNORECASE)
NOTE = "♪♫♬♩🎵🎶"
SONG = re.compile(rf"[{NOTE}]+([^{NOTE}]*)(?:[{NOTE}]+|$)|^\s*#\s+([^#\n]+)#\s*$", re.MULTILINE)
ENDS = ".!?…\"”’'»)]♪:。！？।"
KEPT_JOINERS = re.compile(r"[\u0600-\u0dff]")


@dataclass(frozen=True)
class Turn:
    """What one person says in a cue; `manner`: how, "whispered, off screen"; `sounds`: what is heard beside it,
    a song between notes."""

    text: str
    speaker: str = ""
    manner: str = ""
    sounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """Names that are speakers: folded form -> as lines carry it, and the folded names that the file itself repeats."""

    names: dict[str, str]
    used: frozenset[str] = frozenset()


def turns(text: str, speaker: str = "", known: Known | None = None) -> list[Turn]:
    """The turns of a cue, in order; one without words holds only its sounds.

    Args:
        speaker: whom the file names for the whole cue (ASS's name field, a TTML agent).
    """
    known = known or Known({})
    out: list[Turn] = []
    for who, said in _by_voice(cleaned(text)):
        for part, slanted in _by_dash(said):
            for turn in _by_name(part, known):
                made = _told(turn, known)
                name = made.speaker or who or speaker
                how = [h for h in (made.manner, "italics" if slanted else "") if h]
                made = replace(made, speaker=shown(name, known.names) if name else "", manner=", ".join(how))
                if made.text or made.sounds:
                    out.append(made)
    return out


def heads(text: str) -> Iterator[str]:
    """What stands before a colon at the start of a row, which may be a speaker's name."""
    for row in cleaned(text).split("\n"):
        row = OPENS_TURN.sub("", CHEVRONS.sub("", TAG.sub("", row)))
        if (match := HEAD.match(row)) and not match["name"].strip().isdigit():
            yield match["name"].strip()


def bare(text: str) -> str:
    """A cue's words without markup, speakers and sounds left where they stand."""
    return " ".join(ANGLES.sub(r" \1 ", TAG.sub("", cleaned(text))).split())


def cleaned(text: str) -> str:
    """Text without entities, invisible characters and positions; tags of voice and slant are kept, rows too."""
    text = html.unescape(html.unescape(text) if "&amp;" in text else text)
    text = text.replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", " ")
    text = re.sub(r"(?i)<rt>.*?</rt>", "", text, flags=re.DOTALL)
    text = re.sub(r"(?i)<br\s*/?>", "\n", text)
    text = re.sub(r"\{\\i1[^{}]*\}", "<i>", text)
    text = re.sub(r"\{\\i0?[^{}]*\}", "</i>", text)
    text = OVERRIDE.sub("", text).replace("{", " ").replace("}", " ")
    text = unicodedata.normalize("NFC", text)
    return "\n".join(" ".join(row.split()) for row in _visible(text).split("\n"))


def _visible(text: str) -> str:
    """Without characters that have no shape; joiners stay between letters that they shape."""
    out = []
    for at, char in enumerate(text):
        kind = unicodedata.category(char)
        if char in "\u200c\u200d":
            near = text[at - 1 : at] if at else ""
            if KEPT_JOINERS.match(near):
                out.append(char)
        elif char in "\n\t" or kind not in ("Cf", "Cc", "Co", "Cs", "Cn"):
            out.append(" " if char == "\t" or kind in ("Zs", "Zl", "Zp") else char)
        elif kind == "Cc":
            out.append("\n" if char in "\x0b\x0c\x85" else " ")
    return "".join(out)


def _by_voice(text: str) -> Iterator[tuple[str, str]]:
    """(speaker, text) of each <v Name> span."""
    at, who = 0, ""
    for match in VOICE.finditer(text):
        if text[at : match.start()].strip():
            yield who, text[at : match.start()]
        at, who = match.end(), (match[1] or "").strip()
    if text[at:].strip() or at == 0:
        yield who, text[at:]


def _by_dash(text: str) -> Iterator[tuple[str, bool]]:
    """(text, whether all of it is slanted) of each turn that a dash or chevrons open."""
    slanted = bool(re.fullmatch(rf"(?is)[\s{DASH}]*<i>(?:(?!</i>).)*(</i>)?\s*", text))
    for block in CHEVRONS.split(text):
        rows = [r for r in block.split("\n") if r.strip()]
        bare = [TAG.sub("", r) for r in rows]
        dashed = [bool(OPENS_TURN.match(b)) for b in bare]
        if not any(dashed):
            yield block, slanted
            continue
        group: list[str] = []
        for index, row in enumerate(rows):
            opens = dashed[index]
            if opens and index and not dashed[0] and bare[index - 1].rstrip()[-1:] not in ENDS:
                opens = False  # a dash inside a sentence that goes on
            if opens and group:
                yield "\n".join(group), slanted or _all_slanted(group)
                group = []
            group.append(row)
        yield "\n".join(group), slanted or _all_slanted(group)


def _all_slanted(rows: list[str]) -> bool:
    text = "\n".join(rows)
    return bool(re.fullmatch(rf"(?is)\s*[{DASH}]*\s*<i>(?:(?!</?i>).)*(</i>)?\s*", text))


def _by_name(text: str, known: Known) -> Iterator[Turn]:
    """Turns that "NAME:" at a row's start opens; `manner` holds what stood in brackets beside the name."""
    text = ANGLES.sub(r" \1 ", TAG.sub("", text))
    group: list[str] = []
    who, how = "", ""
    for row in text.split("\n"):
        bare = OPENS_TURN.sub("", row)
        pieces = INSIDE.split(bare) if bare != row else [bare]
        for number, piece in enumerate(pieces):
            match = _head(piece, known)
            if (match or number) and any(g.strip() for g in group):
                yield Turn("\n".join(group), who, how)
                group, who, how = [], "", ""
            if match:
                who, how, piece = match
            group.append(piece)
    yield Turn("\n".join(group), who, how)


def _head(row: str, known: Known) -> tuple[str, str, str] | None:
    """(speaker, manner, rest) of "NAME (on phone): rest" or "[Name] rest"."""
    if (match := HEAD.match(row)) and not row[match.end() :][:1].isdigit():
        away = AWAY.search(match["name"])
        where = away[2] if away else ""
        name = match["name"].strip().removesuffix(where).strip()
        if is_name(name, known.names, known.used):
            told = [where, *((match[k] or "").strip(" ()[]（）【】") for k in ("before", "after"))]
            hows = (manner(t) if manner(t) is not None else t.lower() for t in told if t)
            return name, ", ".join(h for h in hows if h), row[match.end() :].strip()
    match = re.match(r"^\s*([\[【(（])([^\[\]【】()（）]{1,30})[\]】)）]\s*[:：]?\s*(?=[^\s\[])", row)
    if match is None or is_sound(match[2]) or manner(match[2]) is not None:
        return None
    sure = match[1] in "[【" and is_name(match[2].strip(), known.names, known.used)
    return (match[2].strip(), "", row[match.end() :].strip()) if sure or folded(match[2]) in known.names else None


def _told(turn: Turn, known: Known) -> Turn:
    """A turn's words alone: bracketed sounds and songs taken out, manners gathered."""
    sounds: list[str] = []
    manners = [turn.manner] if turn.manner else []
    text = turn.text

    def song(match: re.Match[str]) -> str:
        words = " ".join((match[1] or match[2] or "").split())
        if re.search(r"\w", words):
            sounds.append(f"♪ {words} ♪")
        return " "

    def bracket(match: re.Match[str]) -> str:
        words = " ".join(next(g for g in match.groups() if g is not None).split())
        if match[6] is not None and not is_sound(words):
            return words  # stressed, not heard: "I'm *so* tired"
        if match[4] is not None and is_spoken(words):
            manners.append("as an aside")
            return f" {words} "
        how = manner(words)
        if how is None:
            sounds.append(words)
        elif how:
            manners.append(how)
        return " "

    text = SONG.sub(song, text)
    for _depth in range(3):  # brackets within brackets, from the inside
        text = BRACKETED.sub(bracket, text)
    text = re.sub(r"^[^\[\]]*\]|\[[^\[\]]*$", lambda m: _open(m[0], sounds), text)
    text = re.sub(rf"[()（）\[\]【】［］{NOTE}]", " ", text)
    words = " ".join(text.split())
    words = re.sub(rf"^[\s{DASH}>,;:]+(?=[^\W\d])|^[{DASH}>]+\s+(?=\d)", "", words).strip()
    words = re.sub(r"\s+([,.;:!?…])", r"\1", words)
    if not re.search(r"\w", words):
        words = ""
    if not words:  # nothing is said: a manner tells of a sound
        sounds, manners = [*sounds, *(_bracketed(turn.text) if not sounds else [])], []
    heard = tuple(s for s in sounds if re.search(r"\w", s))
    return Turn(words, turn.speaker, ", ".join(dict.fromkeys(manners)), heard)


def _open(text: str, sounds: list[str]) -> str:
    """A bracket that this cue does not close, or that another opened: what is in it is still a sound."""
    if words := " ".join(text.strip("[] ").split()):
        sounds.append(words)
    return " "


def _bracketed(text: str) -> Iterable[str]:
    found = (" ".join(next(g for g in m.groups() if g is not None).split()) for m in BRACKETED.finditer(text))
    return [f for f in found if f]
