"""Who and what is in a cue: its text without markup, parted by speaker, sounds and songs apart, the manner named.

In: a cue's text as its file has it. Out: turns, of which each is what one person says, and what is only heard.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..languages.marks import MARK, MARKS, mark_of
from .speakers_written import COLON, HEAD, folded, is_name, is_sound, is_spoken, label, manner, shown

DASH = r"\-‐‑‒–—―−－﹣"
DASHES = re.compile(f"[{DASH}]")
OPENS_TURN = re.compile(rf"^\s*(?:[{DASH}]+\s+(?=\S)|[{DASH}]+(?=[^\s\d]))")
INSIDE = re.compile(rf"(?<=[.!?…\"”’)\]♪])\s+[{DASH}]\s*(?=[^\s{DASH}\d])")
# a name in capitals, or in brackets, with its colon, behind a sentence in the same row
BESIDE = re.compile(r"(?<=[.!?…\"”’])\s+(?=(?:[A-ZÀ-Þ][A-ZÀ-Þ.'’#0-9 -]{1,30}|[(\[][^\W\d_][^()\[\]:]{1,30}[)\]])\s*[:：]\s)")
# what a person does, in capitals before a colon: heard, and nobody
DOES = re.compile(
    r"^\s*((?:SIGH|LAUGH|CHUCKLE|GASP|SOB|CRIE|SCREAM|WHISPER|SNIFF|GROAN|MOAN|COUGH|SHOUT|GIGGLE|YELL|MUTTER|GRUNT|EXHALE|INHALE|"
    r"SING|HUM|GULP|YAWN|SUSPIRA|RÍE|RI|LLORA|CHORA|GRITA|TOSE|TOSSE)S?)\s*[:：]\s*"
)
TITLES = frozenset(
    "dr dra mr mrs ms mx st sr sra srta prof capt cpt lt sgt cpl pvt maj col gen adm cmdr det insp supt ofc sen gov pres "
    "rev hon fr hr atty".split()
)
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
ASIDE = re.compile(rf"[()（）\[\]【】［］*#{NOTE}]")  # what a sound, a song or a manner is marked by
UNCLOSED = re.compile(r"^[^\[\]]*\]|\[[^\[\]]*$")
LEFT_OVER = re.compile(rf"[()（）\[\]【】［］{NOTE}]")
LEADING = re.compile(rf"^[\s{DASH}>,;:]+(?=[^\W\d])|^[{DASH}>]+\s+(?=\d)")
SPACED = re.compile(r"\s+([,.;:!?…])")
WORD = re.compile(r"\w")
ENDS = ".!?…\"”’'»)]♪:。！？।"
# joiners shape letters of these scripts, and join emoji
STRAY_JOINER = re.compile("(?<![\u0600-\u0dff\u200d\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])[\u200c\u200d]")
COLONS = re.compile(COLON)
BREAK = re.compile(r"(?i)<br\s*/?>")
CUT_TAG = re.compile(rf"(?im)</?(?:{MARKUP})\s*$")  # a tag whose end was lost
TILDES = re.compile(r"(?m)^\s*~+\s*([^~\n]+?)\s*~+\s*$")
BULLET = re.compile(r"(?m)^\s*•\s+")
# the plus of Nordic subtitles (the sentence goes on from the cue before), and the stroke of MicroDVD and MPL2 (slanted)
GOES_ON = re.compile(r"(?m)^\s*\+\s*(?=[^\W\d_])")
STROKE = re.compile(r"(?m)^\s*/(?=[^\W\d_])([^/\n]+)$")
STRESSED = re.compile(r"(?<!\w)_(?=[^\W_])([^_\n]{1,80}?)(?<=[^\s_])_(?!\w)")  # "I am _so_ tired"
SPACED_OUT = re.compile(rf"(?m)^(\s*[{DASH}]?\s*)((?:[^\W\d_] ){{2,}}[^\W\d_])(?=\s*[:：])")  # "S U M M E R:"
RUBY = re.compile(r"(?is)<rt>.*?</rt>")
SLANT, SLANT_ENDS = re.compile(r"\{\\i1[^{}]*\}"), re.compile(r"\{\\i0?[^{}]*\}")


@dataclass(frozen=True)
class Turn:
    """What one person says in a cue; `manner`: how, "whispered, off screen"; `sounds`: what is heard beside it,
    a song between notes; `mark`: "keep" or "mute"."""

    text: str
    speaker: str = ""
    manner: str = ""
    sounds: tuple[str, ...] = ()
    mark: str = ""


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
    speaker, field = label(speaker, known.names) if speaker else ("", "")
    out: list[Turn] = []
    for who, said in _by_voice(cleaned(text)):
        for part, slanted in _by_dash(said):
            for turn in _by_name(part, known):
                made = _told(turn, known)
                name = made.speaker or who or speaker
                how = [h for h in (made.manner, "" if made.speaker else field, "italics" if slanted else "") if h]
                if made.text or made.sounds or made.mark:
                    shows = shown(name, known.names) if name else ""
                    out.append(Turn(made.text, shows, ", ".join(how), made.sounds, made.mark))
    return out


def heads(text: str) -> Iterator[str]:
    """What stands before a colon at the start of a row, which may be a speaker's name."""
    if "&" not in text and not COLONS.search(text):
        return
    for row in cleaned(text).split("\n"):
        row = OPENS_TURN.sub("", CHEVRONS.sub("", TAG.sub("", row)))
        if (match := HEAD.match(row)) and not match["name"].strip().isdigit():
            yield match["name"].strip()


def bare(text: str) -> str:
    """A cue's words without markup, speakers and sounds left where they stand."""
    return " ".join(ANGLES.sub(r" \1 ", TAG.sub("", cleaned(text))).split())


def cleaned(text: str) -> str:
    """Text without entities, invisible characters and positions; tags of voice and slant are kept, rows too."""
    # a file may have 20,000 cues: what a text has no sign of is not looked for
    if "&" in text:
        text = html.unescape(html.unescape(text) if "&amp;" in text else text)
    if "\\" in text:
        text = text.replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", " ")
    if "<" in text:
        text = CUT_TAG.sub("", BREAK.sub("\n", RUBY.sub("", text)))
    if "{" in text:
        text = OVERRIDE.sub("", SLANT_ENDS.sub("</i>", SLANT.sub("<i>", text)))
    text = text.replace("{", " ").replace("}", " ")
    if "_" in text:
        text = STRESSED.sub(r"\1", text)
    if "~" in text:
        text = TILDES.sub(r"\1", text)
    if "+" in text:
        text = GOES_ON.sub("", text)
    if "/" in text:
        text = STROKE.sub(r"<i>\1</i>", text)
    if "•" in text:
        text = BULLET.sub("- ", text)
    text = unicodedata.normalize("NFC", text)
    return "\n".join(" ".join(row.split()) for row in _visible(text).split("\n"))


def _visible(text: str) -> str:
    """Without characters that have no shape; joiners stay between letters that they shape."""
    return STRAY_JOINER.sub("", text).translate(_SHAPES)


class _Shapes(dict[int, str]):
    """What stands for a character, by its code point, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        if char in "\n\u200c\u200d" or kind not in ("Cf", "Cc", "Co", "Cs", "Cn", "Zs", "Zl", "Zp"):
            shape = char
        elif kind == "Cc":
            shape = "\n" if char in "\x0b\x0c\x85" else " "
        else:
            shape = " " if kind[0] == "Z" else ""
        self[code] = shape
        return shape


_SHAPES = _Shapes()


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
    if "<" not in text and not CHEVRONS.search(text) and not DASHES.search(text):
        yield text, False
        return
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
    if "<" in text:
        text = ANGLES.sub(lambda m: _in_angles(m, known), TAG.sub("", text))
    if ":" in text or "：" in text:
        text = SPACED_OUT.sub(lambda m: f"{m[1]}{m[2].replace(' ', '')}", text)
    group: list[str] = []
    who, how = "", ""
    for row in _names_alone(text.split("\n"), known):
        bare = OPENS_TURN.sub("", row)
        pieces = [p for part in (INSIDE.split(bare) if bare != row else [bare]) for p in _beside(part)]
        for number, piece in enumerate(pieces):
            does = None if ":" not in piece and "：" not in piece else DOES.match(piece)
            if does and folded(does[1]) not in known.names:
                group.append(f"[{does[1].lower()}] {piece[does.end() :]}")
                continue
            match = _head(piece, known)
            if (match or number) and any(g.strip() for g in group):
                yield Turn("\n".join(group), who, how)
                group, who, how = [], "", ""
            if match:
                who, how, piece = match
            group.append(piece)
    yield Turn("\n".join(group), who, how)


def _in_angles(match: re.Match[str], known: Known) -> str:
    """What stands between angle brackets that are no markup: words, or at a row's start a name that is known."""
    opens = not match.string[: match.start()].rpartition("\n")[2].strip(f"{DASH} ")
    return f"{match[1]}: " if opens and folded(match[1]) in known.names else f" {match[1]} "


def _names_alone(rows: list[str], known: Known) -> Iterator[str]:
    """Rows, a known name in capitals that has a row to itself put before what is said below it; "GRANT" above "NO!" may be
    called out."""
    head = ""
    for number, row in enumerate(rows):
        alone = OPENS_TURN.sub("", row).strip()
        below = rows[number + 1] if number + 1 < len(rows) else ""
        if alone.isupper() and folded(alone) in known.names and alone[-1:].isalnum() and any(c.islower() for c in below):
            head = f"{alone}: "
            continue
        yield head + row
        head = ""


def _beside(text: str) -> Iterator[str]:
    """A row parted where a name with its colon stands behind a sentence; behind "DR." alone it is one name."""
    at = 0
    for match in BESIDE.finditer(text) if COLONS.search(text) else ():
        before = text[at : match.start()]
        if before.split()[-1].strip(".").casefold() not in TITLES:
            yield before
            at = match.end()
    yield text[at:]


def _head(row: str, known: Known) -> tuple[str, str, str] | None:
    """(speaker, manner, rest) of "NAME (on phone): rest" or "[Name] rest"."""
    match = HEAD.match(row) if COLONS.search(row) else None
    if match and not row[match.end() :][:1].isdigit():
        away = AWAY.search(match["name"])
        where = away[2] if away else ""
        name = match["name"].strip().removesuffix(where).strip()
        if is_name(name, known.names, known.used, row[match.end() :]):
            told = [where, *((match[k] or "").strip(" ()[]（）【】") for k in ("before", "after"))]
            hows = (manner(t) if manner(t) is not None else t.lower() for t in told if t)
            return name, ", ".join(h for h in hows if h), row[match.end() :].strip()
    match = re.match(r"^\s*([\[【(（])([^\[\]【】()（）]{1,30})[\]】)）]\s*[:：]?\s*(?=[^\s\[])", row)
    if match is None or is_sound(match[2]) or folded(match[2]) in MARKS or manner(match[2]) is not None:
        return None
    labelled = match[1] in "[【" or match[0].rstrip()[-1:] in ":："
    sure = labelled and is_name(match[2].strip(), known.names, known.used)
    return (match[2].strip(), "", row[match.end() :].strip()) if sure or folded(match[2]) in known.names else None


def _told(turn: Turn, known: Known) -> Turn:
    """A turn's words alone: bracketed sounds and songs taken out, manners gathered."""
    sounds: list[str] = []
    manners = [turn.manner] if turn.manner else []
    text, mark = MARK.sub(" ", turn.text), mark_of(turn.text)

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

    if ASIDE.search(text):
        text = SONG.sub(song, text)
        for _depth in range(3):  # brackets within brackets, from the inside
            text = BRACKETED.sub(bracket, text)
        text = UNCLOSED.sub(lambda m: _open(m[0], sounds), text)
        text = LEFT_OVER.sub(" ", text)
    words = " ".join(text.split())
    words = LEADING.sub("", words).strip()
    words = SPACED.sub(r"\1", words)
    if not WORD.search(words):
        words = ""
    if not words:  # nothing is said: a manner tells of a sound
        sounds, manners = [*sounds, *(_bracketed(MARK.sub(" ", turn.text)) if not sounds else [])], []
    heard = tuple(s for s in sounds if re.search(r"\w", s))
    return Turn(words, turn.speaker, ", ".join(dict.fromkeys(manners)), heard, mark)


def _open(text: str, sounds: list[str]) -> str:
    """A bracket that this cue does not close, or that another opened: what is in it is still a sound."""
    if words := " ".join(text.strip("[] ").split()):
        sounds.append(words)
    return " "


def _bracketed(text: str) -> Iterable[str]:
    found = (" ".join(next(g for g in m.groups() if g is not None).split()) for m in BRACKETED.finditer(text))
    return [f for f in found if f]
