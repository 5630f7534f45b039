"""A studio's timed text as it comes: SRT, WebVTT, ASS/SSA, TTML, SAMI, MicroDVD and MPL2 into cues, tolerantly.

SRT and WebVTT are read by blocks of our own: the readers at hand lose cues whose time lacks its hours and texts that end
in a number where cue numbers are missing. ASS, SAMI, MicroDVD and MPL2 are read by pysubs2; TTML by its elements, since
its readers there refuse frames, or the older namespaces. What was set right is a note; times are ms on the file's clock.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from ..errors import SidecarError
from ..records import SetRight
from . import ttml

MOST_CUES = 20_000
MOST_TEXT = 20_000  # characters of one cue; more is no subtitle
LONGEST_MS = 10_000  # that a cue without an end stands
FRAMES = 25  # a second, where a time has frames and the file does not say how many

CLOCK = r"(?:(\d{1,4})\s*:\s*)?(\d{1,4})\s*:\s*(\d{1,2})(?:\s*([.,:;])\s*(\d{1,9}))?"
ARROW = r"(?:-{1,3}\s*>|[—–=]\s*>|→|➔|\u2192)"
TIMES = re.compile(rf"^\s*(?:[-−]\s*(?=\d))?{CLOCK}\s*{ARROW}\s*{CLOCK}(?![\d:])(.*)$")
# two whole times with anything between them that is no word: an arrow that a tool lost
LOOSE = re.compile(
    r"^\s*(\d{1,2}):(\d{1,2}):(\d{1,2})([.,])(\d{1,3})[\s\-–—,;|~>]+(\d{1,2}):(\d{1,2}):(\d{1,2})([.,])(\d{1,3})\s*$"
)
# points for colons, as some old editors write them
DOTTED = re.compile(
    rf"^\s*(\d{{1,2}})\.(\d{{1,2}})\.(\d{{1,2}})([.,:])(\d{{1,3}})\s*{ARROW}\s*(\d{{1,2}})\.(\d{{1,2}})\.(\d{{1,2}})([.,:])(\d{{1,3}})(?!\d)"
)
ODD_TIMES = ((DOTTED, "times with points for colons"), (LOOSE, "an arrow between two times missing"))
# styles of text that stands in the picture: fansubs and editors' templates name them so
PICTURE_STYLE = re.compile(r"(?i)\b(signs?|typeset(ting)?|ts|on[ -]?screen|title ?cards?|cart[eé]l(es)?|letreros?|placas?)\b")
SECONDS = re.compile(rf"^\s*(\d{{1,6}})[.,](\d{{1,6}})\s*{ARROW}\s*(\d{{1,6}})[.,](\d{{1,6}})\s*$")
NOT_SPOKEN = re.compile(r"^(NOTE|STYLE|REGION|X-TIMESTAMP-MAP)\b")


@dataclass(frozen=True)
class FileCue:
    """A cue as its file has it: markup and row breaks kept, `speaker` where the format names one."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""
    number: int = 0


@dataclass
class Notes:
    """What was set right in a file, counted by kind, and what in it was not understood."""

    where: str
    kinds: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    doubts: dict[int, str] = field(default_factory=dict)  # by cue number; 0 for the file as a whole

    def add(self, kind: str, at: str = "") -> None:
        """Count one of a kind; `at` says where the first was."""
        self.kinds[kind] += 1
        self.first.setdefault(kind, at)

    def read_as(self, encoding: str) -> None:
        """Tell of an old encoding; Unicode's own say what they are."""
        if not encoding.startswith(("UTF-8", "UTF-16")) or "twice" in encoding:
            self.add(f"read as {encoding}, not UTF-8")

    def doubt(self, what: str, cue: int = 0) -> None:
        """Something that may mean two things, or that is lost: a person has to look at the cue, or at the file."""
        known = self.doubts.get(cue)
        if known is None or what not in known:
            self.doubts[cue] = f"{known}; {what}" if known else what

    def set_right(self) -> tuple[SetRight, ...]:
        """One row a kind."""
        return tuple(SetRight(self.where, kind, count, self.first[kind]) for kind, count in self.kinds.items())


def read(text: str, notes: Notes) -> list[FileCue]:
    """The cues of a file, in its order; none where it is in none of the formats. Raises SidecarError."""
    text = re.sub(r"\r\n?|\x85|\u2028", "\n", text)
    head = text[:4000].lstrip()
    reader: Callable[[str, Notes], list[FileCue]] = _blocks
    if re.search(r"(?im)^\s*\[(script info|v4\+? styles|events)\]|^Dialogue:", text[:200_000]):
        reader = _substation
    elif re.match(r"(?is)<\?xml|<(\w+:)?tt\b", head):
        reader = _ttml
    elif re.match(r"(?i)<sami", head):
        reader = _sami
    elif re.match(r"\{\d+\}\{\d+\}", head):
        reader = _by_pysubs2("microdvd")
    elif re.match(r"\[\d+\]\s*\[\d+\]", head):
        reader = _by_pysubs2("mpl2")
    cues = reader(text, notes)
    if len(cues) > MOST_CUES:
        raise SidecarError(f"has {len(cues)} cues, the most is {MOST_CUES}", notes.where, "check that it is the right file")
    if any(len(c.text) > MOST_TEXT for c in cues):
        raise SidecarError("has a cue with far too much text", notes.where, "check that it is the right file")
    return cues


def _blocks(text: str, notes: Notes) -> list[FileCue]:
    """SRT and WebVTT: every line with an arrow between two times opens a cue."""
    is_vtt = text.lstrip().startswith("WEBVTT")
    rows = text.split("\n")
    cues: list[FileCue] = []
    body: list[str] = []
    times: tuple[int, int] | None = None
    numbered = 0

    def close() -> None:
        if times is not None:
            cues.append(FileCue(*times, "\n".join(body).strip("\n"), number=len(cues) + 1))

    for row in rows:
        found = _times(row, notes, len(cues) + 2 if times else len(cues) + 1, is_vtt)
        if found is None:
            body.append(row)
            continue
        numbered += _take_number(body, len(cues) + (2 if times else 1), is_vtt)
        if times is None:
            lost = [r for r in body if r.strip() and not NOT_SPOKEN.match(r.strip()) and "WEBVTT" not in r]
            if lost and not is_vtt:
                notes.doubt(f"words before the first time are left out: {lost[0].strip()[:60]!r}")
        close()
        times, body = found, []
    if times is not None and not is_vtt and numbered and _is_next(body, len(cues) + 2):
        body.pop()  # a number that no cue follows any more: the file was cut
    close()
    if cues and not is_vtt and numbered < len(cues):
        notes.add("cue numbers are missing")
    return [_without_notes(c) for c in cues] if is_vtt else cues


def _take_number(body: list[str], expected: int, is_vtt: bool) -> int:
    """Take a cue's number (or, in WebVTT, its name) off the end of what stands before its times."""
    while body and not body[-1].strip():
        if not any(r.strip() for r in body):
            return 0
        body.pop()
        if body and body[-1].strip():
            # blank rows between a number and its times
            if re.fullmatch(r"\s*\d{1,6}\s*", body[-1]) and int(body[-1]) == expected and _opens(body):
                body.pop()
                return 1
            return 0
    if not body:
        return 0
    last, opens = body[-1].strip(), _opens(body)
    if re.fullmatch(r"#?\d{1,6}\.?", last) and (opens or int(re.sub(r"\D", "", last)) == expected):
        body.pop()
        return 1
    if is_vtt and opens and not NOT_SPOKEN.match(last):
        body.pop()
        return 1
    return 0


def _opens(body: list[str]) -> bool:
    """Whether the last row stands after a blank one, or first."""
    return len(body) < 2 or not body[-2].strip()


def _is_next(body: list[str], expected: int) -> bool:
    while body and not body[-1].strip():
        body.pop()
    return bool(body) and _opens(body) and len(body) > 1 and body[-1].strip() == str(expected)


def _without_notes(cue: FileCue) -> FileCue:
    blocks = re.split(r"\n[ \t]*\n", cue.text)
    kept = [b for n, b in enumerate(blocks) if n == 0 or not NOT_SPOKEN.match(b.strip())]
    return FileCue(cue.start_ms, cue.end_ms, "\n".join(kept), cue.speaker, cue.number)


def _times(row: str, notes: Notes, number: int, is_vtt: bool) -> tuple[int, int] | None:
    """(start, end) of a row that holds two times with an arrow between."""
    if len(row) > 500 or not re.match(r"[^\w]{0,9}\d", row):
        return None
    plain = row
    if not row.isascii():
        plain = unicodedata.normalize("NFKC", "".join(c for c in row if unicodedata.category(c) != "Cf"))
    at = f"cue {number}"
    if match := SECONDS.match(plain):
        notes.add("times in seconds", at)
        return _thousandths(match[1], match[2]), _thousandths(match[3], match[4])
    match = TIMES.match(plain)
    if match is None:
        for odd, what in ODD_TIMES:
            if match := odd.match(plain):
                notes.add(what, at)
                return _ms(*match.groups()[:5]), _ms(*match.groups()[5:])
        return None
    if not is_vtt and (match[1] is None or match[6] is None):
        notes.add("hours left out of a time", at)
    fractions = {len(match[5] or ""), len(match[10] or "")}
    if fractions - {3}:
        kind = "a time without thousandths" if fractions == {0} else "a time with another count of decimals than three"
        notes.add(kind, at)
    if plain.lstrip()[:1] in "-−":
        notes.add("a time before the start taken for the start", at)
        return 0, _ms(*match.groups()[5:10])
    return _ms(*match.groups()[:5]), _ms(*match.groups()[5:10])


def _ms(hours: str | None, minutes: str, seconds: str, sign: str | None, fraction: str | None) -> int:
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    if sign in (":", ";") and fraction and len(fraction) <= 2:
        return whole * 1000 + int(fraction) * 1000 // FRAMES
    return _thousandths(str(whole), fraction or "0")


def _thousandths(whole: str, fraction: str) -> int:
    """ms; "5" after the comma is half a second, as writers of short fractions mean it."""
    return int(whole) * 1000 + int(fraction[:3].ljust(3, "0"))


# --- the others ------------------------------------------------------------------------------------------------


def _substation(text: str, notes: Notes) -> list[FileCue]:
    import pysubs2

    kind = "ass" if re.search(r"(?i)v4\+|dialogue:\s*\d+\s*,", text) else "ssa"
    try:
        file = _parse(text, kind)
    except Exception:
        # one bad style or event refuses the whole file there: only the sound events are read, without styles
        bare = _bare(text)
        lost = len(re.findall(r"(?im)^\s*dialogue:", text)) - bare.count("\nDialogue:")
        notes.add("styles left out")
        if lost:
            notes.doubt(f"{lost} events whose fields cannot be read are left out")
        file = _parse(bare, kind)
    cues, seen = [], set()
    for number, event in enumerate(file, start=1):
        said = event.text
        if event.is_comment or re.search(r"\{[^}]*\\p[1-9]", said):
            continue
        if PICTURE_STYLE.search(f"{event.style} / {event.name}".replace("_", " ")):
            notes.add("text of the picture, by its style, left out of what is said", f"event {number}: {event.plaintext[:40]!r}")
            continue
        said = re.sub(r"\{\\i1[^}]*\}", "<i>", said)
        said = re.sub(r"\{\\i0?\}", "</i>", said)
        style = file.styles.get(event.style, pysubs2.SSAStyle.DEFAULT_STYLE)
        said = re.sub(r"\{[^}]*\}", "", said).replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", " ")
        if style.italic and "<i>" not in said:
            said = f"<i>{said}</i>"
        name = event.name.strip()
        known = (event.start, event.end, said)
        if known in seen:
            notes.add("layers that say the same left out", f"event {number}")
            continue
        seen.add(known)
        cues.append(FileCue(event.start, event.end, said, "" if name.lower() in ("default", event.style.lower()) else name, number))  # fmt: skip
    return cues


def _bare(text: str) -> str:
    rows = [r.strip() for r in text.split("\n")]
    form = next((r for r in rows if re.match(r"(?i)format:.*\btext\b", r)), "")
    form = form or "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
    fields = form.count(",")
    good = []
    for row in rows:
        cells = row.partition(":")[2].split(",")
        clocks = [c for c in cells[:4] if re.fullmatch(r"\s*\d{1,2}:\d{1,2}:\d{1,2}([.,]\d{1,3})?\s*", c)]
        if row.lower().startswith("dialogue:") and len(cells) > fields and len(clocks) == 2:
            good.append(row)
    return "\n".join(["[Script Info]", "ScriptType: v4.00+", "[Events]", form, *good])


def _parse(text: str, kind: str) -> Any:
    import pysubs2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pysubs2.SSAFile.from_string(text, format_=kind, fps=None)


SAMI_CLASS = re.compile(r"(?i)<p\b[^>]*\bclass\s*=\s*[\"']?([\w-]+)")


def _sami(text: str, notes: Notes) -> list[FileCue]:
    """Its rows have no end: each stands until the next, which may be empty; one that stands very long keeps the reader's guess."""
    rows = _by_pysubs2("sami")(_one_language(text, notes), notes)
    nexts = [row.start_ms for row in rows[1:]]
    timed = [
        (row, then if then is not None and 0 < then - row.start_ms <= LONGEST_MS else row.end_ms)
        for row, then in zip_longest(rows, nexts)
    ]
    said = [(row, end) for row, end in timed if row.text.strip()]
    return [replace(row, end_ms=end, number=n) for n, (row, end) in enumerate(said, 1)]


def _one_language(text: str, notes: Notes) -> str:
    """A SAMI file's cues of its first class: each language of a file has its own."""
    head, *blocks = re.split(r"(?i)(?=<sync\b)", text)
    classes = [m[1].upper() if (m := SAMI_CLASS.search(b)) else "" for b in blocks]
    named = list(dict.fromkeys(c for c in classes if c))
    if len(named) < 2:
        return text
    notes.doubt(f"holds {len(named)} languages ({', '.join(named)}): only {named[0]} is read")
    return head + "".join(b for b, c in zip(blocks, classes, strict=True) if c in ("", named[0]))


def _by_pysubs2(kind: str) -> Callable[[str, Notes], list[FileCue]]:
    def reader(text: str, notes: Notes) -> list[FileCue]:
        try:
            file = _parse(text, kind)
        except Exception as error:
            if kind != "microdvd":
                raise SidecarError(f"is not {kind}: {error}", notes.where, "export it as SRT") from error
            notes.doubt(f"frames are taken for {FRAMES} a second: the file does not say")
            try:
                file = _parse(f"{{1}}{{1}}{FRAMES}\n{text}", kind)
            except Exception as worse:
                raise SidecarError(f"is not {kind}: {worse}", notes.where, "export it as SRT") from worse
        rows = [(e.start, e.end, re.sub(r"\{\\i1\}", "<i>", e.text)) for e in file if not e.is_comment]
        return [
            FileCue(a, b, re.sub(r"\{[^}]*\}", "", t).replace(r"\N", "\n").replace("|", "\n"), number=n)
            for n, (a, b, t) in enumerate(rows, 1)
        ]

    return reader


def _ttml(text: str, notes: Notes) -> list[FileCue]:
    rows = ttml.paragraphs(text, notes.where)
    return [FileCue(start, end, said, who, n) for n, (start, end, said, who) in enumerate(rows, 1)]
