"""Translation memory: TMX in, exact matches (a line, or its sentences one after the other), then fuzzy ones. "You lied."
is no exact match of "You lied?"; where a word asks, as in "Where is she", the mark may be missing.

A `<ph type="term">` in a target segment holds a glossary term; it is replaced by the term's locked form when the
segment is used, so that a name changed in the glossary changes in every remembered line."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from rapidfuzz import fuzz, process

from ..errors import SidecarError
from ..files import read_text, root_of
from ..languages.clean import clean, clean_row
from ..languages.marks import mark_of
from ..languages.text import normal_form, untagged
from .glossary import Glossary
from .inline_codes import local, words, words_inside
from .tmx import CONTEXT, MAX_BYTES, XML_LANG, by_date, context_of, segment_of, units_of

T = TypeVar("T")
FUZZY = 80.0  # lowest similarity, of 100, that is offered at all
MANY = 3000  # segments compared with one line
SCAN = 20_000  # segments of one word looked at
ANYWHERE = "\0"  # the key of a segment's newest target, whatever came before it
# words that ask: a sentence that begins with one is a question whether its mark was heard or not
ASKING = frozenset(
    """who whom whose what when where why how which do does did is are was were am can could will would shall should has have
    had may might must don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't wouldn't shouldn't hasn't haven't
    qué quién quiénes cuándo cuánto cuánta cuántos cuántas dónde adónde cómo cuál cuáles
    quem quando quanto quanta quantos quantas onde como qual quais""".split()
)
ASKED = re.compile(r"[?？][\s\W]*$")
ALMOST = 0.95  # of a match in all but the question mark
LATIN_ENDS = "\u02ff"  # the last of the Latin letters; Chinese and Hindi ask in words
OPENING_DASH = re.compile(r"^[-–—]\s+(?=\S)")


@dataclass(frozen=True)
class Piece:
    """A part of a remembered target: plain text, or a term to be filled in."""

    text: str
    is_term: bool = False


@dataclass(frozen=True)
class Match:
    """What the memory offers for a line: score 1.0 is exact."""

    pieces: tuple[Piece, ...]
    score: float

    def text(self, glossary: Glossary, tag: str) -> str:
        """The target with its terms in their locked forms."""
        forms = {t.term: t.form(tag) for t in glossary.terms}
        return "".join(forms.get(p.text, p.text) if p.is_term else p.text for p in self.pieces)


Said = dict[str, tuple[Piece, ...]]  # a segment's targets by the line before it, the newest under ANYWHERE
Asked = dict[bool, Said]  # the same words as a statement and as a question


@dataclass
class Memory:
    """One language pair's remembered segments by their normal form, each with the line before it where that is known.

    Words that are remembered as a statement alone are no exact match of a question, but where a word asks or the words are
    too few to tell: a recogniser's question marks are not to be relied on.

    An exact match, in context first, takes microseconds. A fuzzy one compares only segments of like length that
    share a word with the line, the rarest words first: 100,000 segments answer in a few ms.
    """

    entries: dict[str, Asked] = field(default_factory=dict)
    _by_words: dict[tuple[str, ...], dict[bool, tuple[Piece, ...]]] = field(default_factory=dict)
    _longest: int = 0
    _holding: dict[str, list[str]] = field(default_factory=dict)

    def add(self, source: str, target: tuple[Piece, ...], before: str = "") -> None:
        """Remember a segment, said after the line `before`; a later one for the same source and context wins."""
        normal, asked = normal_form(source), _is_asked(source)
        if not normal:
            return
        words = tuple(normal.split())
        spoken = not mark_of("".join(p.text for p in target))  # a mark is this very line's, no likeness carries it over
        if spoken and normal not in self.entries:
            for word in set(words):
                self._holding.setdefault(word, []).append(normal)
        known = self.entries.setdefault(normal, {}).setdefault(asked, {})
        known[normal_form(before)] = target
        known[ANYWHERE] = target  # the newest serves where no context fits
        if spoken:
            self._by_words.setdefault(words, {})[asked] = target
        self._longest = max(self._longest, len(words))

    def lookup(self, text: str, before: str = "") -> Match | None:
        """The best match for a line said after the line `before`, or None."""
        normal, asked = normal_form(text), _is_asked(text)
        words = tuple(normal.split())
        if normal in self.entries:
            known = _nearer(self.entries[normal], asked)
            exact = asked in self.entries[normal] or _either(words)
            return Match(known.get(normal_form(before), known[ANYWHERE]), 1.0 if exact else ALMOST)
        if tiles := self._tiles(words, _asked_at(text)):
            joined: list[Piece] = []
            for tile in tiles:
                joined += [*([Piece(" ")] if joined else []), *tile]
            return Match(tuple(joined), 1.0)
        best = process.extractOne(normal, self._like(words, len(normal)), scorer=fuzz.ratio, score_cutoff=FUZZY)
        return Match(_nearer(self.entries[best[0]], asked)[ANYWHERE], round(best[1] / 100, 3)) if best else None

    def holds(self, text: str) -> bool:
        """Whether a line is a segment, word for word."""
        normal = normal_form(text)
        known = self.entries.get(normal, {})
        return _is_asked(text) in known or (bool(known) and _either(tuple(normal.split())))

    def _like(self, words: tuple[str, ...], length: int) -> list[str]:
        """Segments that can reach FUZZY at all, at most MANY: of like length, sharing one of the rarest words."""
        least, most = length * FUZZY / (200 - FUZZY), length * (200 - FUZZY) / FUZZY
        found: dict[str, None] = {}
        for word in sorted(set(words) & self._holding.keys(), key=lambda w: len(self._holding[w])):
            if len(found) >= MANY:
                break
            found.update(dict.fromkeys(n for n in self._holding[word][:SCAN] if least <= len(n) <= most))
        return list(found)[:MANY]

    def _tiles(self, words: tuple[str, ...], asked_at: frozenset[int]) -> list[tuple[Piece, ...]]:
        """Segments that cover the words one after the other without a rest; as few as possible. `asked_at`: how many words
        stand before each question mark."""
        best: list[list[tuple[Piece, ...]] | None] = [[]] + [None] * len(words)
        for end in range(1, len(words) + 1):
            for start in range(max(0, end - self._longest), end):
                head, tiles = best[start], self._by_words.get(words[start:end])
                now = best[end]
                if head is not None and tiles and (now is None or len(head) + 1 < len(now)):
                    asked = end in asked_at
                    if asked in tiles or _either(words[start:end]):
                        best[end] = [*head, _nearer(tiles, asked)]
        return best[-1] or []


def _nearer(variants: dict[bool, T], asked: bool) -> T:
    """The question where it is asked and known, the statement where it is said and known, else what there is."""
    return variants[asked] if asked in variants else next(iter(variants.values()))


def _is_asked(text: str) -> bool:
    return ASKED.search(text) is not None


def _either(words: tuple[str, ...]) -> bool:
    """Whether words are the same with and without their question mark: a word of them asks, their script writes questions in
    words, or they are a name that is called."""
    return len(words) == 1 or words[0] in ASKING or words[0][:1] > LATIN_ENDS


def _asked_at(text: str) -> frozenset[int]:
    """How many words stand before each question mark of a text."""
    at, counts = 0, []
    for part in re.split(r"[?？]", text)[:-1]:
        at += len(normal_form(part).split())
        counts.append(at)
    return frozenset(counts)


@dataclass(frozen=True)
class Entry:
    """One approved translation: the line, what it becomes, and the line that came before it."""

    source: str
    target: str
    before: str = ""


def add_lines(path: Path, source: str, target: str, entries: Iterable[Entry], glossary: Glossary) -> None:
    """Add translations to a TMX file, made where there is none, all at once or not at all; names in them become
    references to the glossary. An older unit for the same line and context is taken out.

    Raises SidecarError where the file that is there cannot be read.
    """
    if path.is_file():
        root = root_of(read_text(path, MAX_BYTES), "TMX", str(path))
        list(units_of(root, str(path), source, target))  # every unit must be sound before one is added
    else:
        root = Element("tmx", version="1.4")
        facts = {"creationtool": "localize", "creationtoolversion": "1", "segtype": "sentence", "o-tmf": "none"}
        SubElement(root, "header", {**facts, "adminlang": "en", "srclang": source, "datatype": "plaintext"})
        SubElement(root, "body")
    body = root.find("body")
    if body is None:
        raise SidecarError("has no body", str(path), "export it again")
    entries = list(entries)
    new = {(normal_form(e.source), _is_asked(e.source), normal_form(e.before)) for e in entries}
    for unit in list(body.iter("tu")):
        left, right = segment_of(unit, source), segment_of(unit, target)
        if left is None or right is None:
            continue
        said = words(left)
        if (normal_form(said), _is_asked(said), normal_form(context_of(unit))) in new:
            body.remove(unit)
    for entry in entries:
        unit = SubElement(body, "tu")
        if entry.before:
            SubElement(unit, "prop", type=CONTEXT).text = entry.before
        for tag, segment in ((source, entry.source), (target, entry.target)):
            seg = SubElement(SubElement(unit, "tuv", {XML_LANG: tag}), "seg")
            _write_pieces(seg, segment, glossary if tag == target else Glossary(), tag)
    indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    ElementTree(root).write(part, encoding="utf-8", xml_declaration=True)
    part.replace(path)


def pieces_of(text: str, glossary: Glossary, tag: str) -> tuple[Piece, ...]:
    """A target text with the names of the glossary as references to it."""
    forms = {t.form(tag): t.term for t in glossary.terms}
    pattern = "|".join(re.escape(f) for f in sorted(forms, key=len, reverse=True) if f)
    parts = re.split(rf"(?<!\w)({pattern})(?![\w\u0900-\u0963])", text) if pattern else [text]
    found = (Piece(forms[p], True) if n % 2 else Piece(p) for n, p in enumerate(parts))
    return tuple(p for p in found if p.text)


def _write_pieces(seg: Element, text: str, glossary: Glossary, tag: str) -> None:
    last, number = None, 0
    for piece in pieces_of(text, glossary, tag):
        if piece.is_term:
            number += 1
            last = SubElement(seg, "ph", x=str(number), type="term")
            last.text = piece.text
        elif last is not None:
            last.tail = piece.text
        else:
            seg.text = piece.text


Added = tuple[str, tuple[Piece, ...], str]  # source, target, the line before


def load(folder: Path, source: str, target: str, added: Iterable[Added] = ()) -> Memory:
    """memory.<target tag>.tmx of a series, the pairs from `source`, and over them what people added, oldest first; empty
    where there is neither."""
    path = folder / f"memory.{target}.tmx"
    memory = Memory()
    if path.is_file():
        facts = path.stat()
        for line, pieces, before in _of_file(path, facts.st_mtime_ns, facts.st_size, source, target):
            memory.add(line, pieces, before)
    for line, pieces, before in added:
        memory.add(line, pieces, before)
    return memory


@functools.lru_cache(maxsize=32)
def _of_file(path: Path, _mtime_ns: int, _size: int, source: str, target: str) -> tuple[Added, ...]:
    """The pairs of a file, read once as long as it stays the same: each language asks for it several times an episode."""
    return tuple(_pairs(read_text(path, MAX_BYTES), str(path), source, target))


def parse(text: str, where: str, source: str, target: str) -> Memory:
    """A memory from TMX text. Raises SidecarError naming the unit; entity bombs and external entities are refused."""
    memory = Memory()
    for line, pieces, before in _pairs(text, where, source, target):
        memory.add(line, pieces, before)
    return memory


def _pairs(text: str, where: str, source: str, target: str) -> Iterator[Added]:
    units = list(units_of(root_of(text, "TMX", where), where, source, target))
    for unit, left, right in by_date(units):
        if pieces := _pieces(right):  # a unit that nobody translated yet teaches nothing
            yield _said(words(left)), pieces, context_of(unit)


def _said(text: str) -> str:
    """A segment in one row, without the tags and the opening dash that subtitles have."""
    return OPENING_DASH.sub("", " ".join(untagged(clean(text)).split()))


def read_entries(path: Path, source: str, target: str, glossary: Glossary) -> list[Entry]:
    """The pairs of a TMX file from elsewhere, inline codes flattened. Raises SidecarError; nothing half-read."""
    root = root_of(read_text(path, MAX_BYTES), "TMX", path.name)
    found = []
    for unit, left, right in by_date(list(units_of(root, path.name, source, target))):
        told = Match(_pieces(right), 1.0).text(glossary, target)
        found.append(Entry(_said(words(left)), _said(told), clean_row(context_of(unit))))
    found = [e for e in found if normal_form(e.source) and e.target]
    if not found:
        raise SidecarError(f"holds no pair {source} -> {target}", path.name, "check its languages")
    return found


def _pieces(segment: Element) -> tuple[Piece, ...]:
    """The words of a target and the terms that it refers to; codes of other tools are no words."""
    if not any(_is_term(c) for c in segment.iter()):
        return (Piece(told),) if (told := _said(words(segment))) else ()
    pieces = [Piece(clean(segment.text))] if segment.text else []
    for child in segment:
        is_term = _is_term(child)
        pieces += [Piece(clean("".join(child.itertext())).strip() if is_term else clean(words_inside(child)), is_term)]
        pieces += [Piece(clean(child.tail))] if child.tail else []
    return tuple(p for p in pieces if p.text)


def _is_term(element: Element) -> bool:
    return local(element) == "ph" and element.get("type") == "term"
