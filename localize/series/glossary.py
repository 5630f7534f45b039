"""The series bible's terms: glossaries/<series>/terms.csv.

Columns: term, aliases ("a|b"), kind (person, place, title, brand, phrase, banned), gender (f, m or empty), common
(language tags in which the term is also an ordinary word), dnt ("yes": the term itself in every language), one column
per language tag with the locked form, one `say:<tag>` column with how to say it (a respelling, or phonemes between
slashes), note. Headings may be written as other tools write them ("ES_419", "Spanish (Latin America)"); a cell that
says that nothing is there yet ("N/A", "TBD", "-") is empty.

A banned row keeps words off a market's screen and out of its voices: its language columns hold the words and what
stands in their place, "cursed|damned => wretched"; without "=>" a line that holds one is only flagged."""

from __future__ import annotations

import csv
import functools
import io
import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path

from .. import tables
from ..errors import SidecarError
from ..files import read_text
from ..languages import regions
from ..languages.clean import clean_row
from ..languages.text import LETTER, WORD, is_whole

KINDS = ("person", "place", "title", "brand", "phrase", "banned")
YES, NO = ("yes", "y", "1", "true", "x", "sí", "si", "sim", "dnt", "✓", "✔"), ("", "no", "n", "0", "false", "não", "nao")
FIXED = ("term", "aliases", "kind", "gender", "common", "dnt", "note")
GENDERS = {"female": "f", "feminine": "f", "woman": "f", "male": "m", "masculine": "m", "man": "m"}
NOT_YET = re.compile(r"(?i)[-–—?.… ]+|n\s?/\s?a|tb[acd]")  # what people fill an empty cell with
NO_LANGUAGES = ("ID", "Id", "NO", "No", "IS", "Is")  # headings of numbers, not Indonesian or Norwegian: not read
EXCEL_ERRORS = ("#REF!", "#NAME?", "#N/A", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!")


@dataclass(frozen=True)
class Term:
    """One row: `forms` and `say` by language tag."""

    term: str
    kind: str
    gender: str = ""
    aliases: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    forms: dict[str, str] = field(default_factory=dict)
    say: dict[str, str] = field(default_factory=dict)
    note: str = ""
    dnt: bool = False

    def form(self, tag: str) -> str:
        """The locked form in a language: its column, else the nearest region's, else the term itself."""
        if self.dnt:
            return self.term
        return _nearest(self.forms, tag) or self.term

    def is_common(self, tag: str) -> bool:
        """Whether the term is also an ordinary word in a language."""
        return any(c.split("-")[0] == tag.split("-")[0] for c in self.common)

    def spoken(self, tag: str) -> str:
        """How to say it in a language; empty where the spelling is enough."""
        return _nearest(self.say, tag)

    def heard(self, tag: str) -> tuple[str, ...]:
        """What stands for it in a source text of that language, the longest first."""
        forms = {self.form(tag), self.term, *self.aliases}
        return tuple(sorted(forms, key=lambda f: (-len(f), f)))

    def key(self, target: str) -> dict[str, str]:
        """What of this term can change a translation into `target`: part of a line's step key."""
        return {"term": self.term, "kind": self.kind, "gender": self.gender, "form": self.form(target)}


def _nearest(cells: dict[str, str], tag: str) -> str:
    """What a row has for a language or, of its other regions, for the nearest; empty where it has nothing."""
    if tag in cells:
        return cells[tag]
    key = regions.nearest(tag, cells)
    return cells[key] if key else ""


@dataclass(frozen=True)
class Use:
    """A term found in a text: characters [start, end), whether it surely is the name, and whether it is many."""

    term: Term
    start: int
    end: int
    sure: bool = True
    plural: bool = False

    def form(self, tag: str) -> str:
        """What must stand for it in a language: the locked form, or its plural."""
        form = self.term.form(tag)
        return plural(form, tag) if self.plural else form


@dataclass(frozen=True)
class Ban:
    """Words that a language must not show or say, and what stands for them; None: a person decides."""

    words: tuple[str, ...]
    instead: str | None


@dataclass(frozen=True)
class Glossary:
    """The terms of one series."""

    terms: tuple[Term, ...] = ()

    def find(self, text: str, tag: str) -> list[Use]:
        """Terms in a source text of language `tag`: longest first, on word boundaries, none overlapping."""
        index = self._index(tag)
        uses: list[Use] = []
        for word in WORD.finditer(text):
            for form, lead, term, many in index.get(word[0].casefold(), ()):
                at = word.start() - lead
                match = form.match(text, at) if at >= 0 else None
                if match is not None and is_whole(text, at, match.end()):
                    uses.append(Use(term, at, match.end(), plural=many))
        taken = [False] * len(text)
        kept: list[Use] = []
        for use in sorted(uses, key=lambda u: (u.start - u.end, u.plural, u.start)):
            if any(taken[use.start : use.end]):
                continue
            common = use.term.is_common(tag)
            sure = _is_name(text, use.start, use.end) if common else True
            if sure is None:
                continue
            kept.append(replace(use, sure=sure and not (use.plural and common)))
            taken[use.start : use.end] = [True] * (use.end - use.start)
        return sorted(kept, key=lambda u: u.start)

    def banned(self, tag: str) -> list[Ban]:
        """What must not stand in a text of that language."""
        if tag not in self._bans:
            self._bans[tag] = [b for t in self.terms if t.kind == "banned" for b in _bans(t, tag)]
        return self._bans[tag]

    def _index(self, tag: str) -> dict[str, list[tuple[re.Pattern[str], int, Term, bool]]]:
        """First word of a form -> (its pattern, characters before that word, its term, whether it is a plural)."""
        if tag not in self._indexes:
            index: dict[str, list[tuple[re.Pattern[str], int, Term, bool]]] = {}
            for term in self.terms:
                for form in () if term.kind == "banned" else term.heard(tag):
                    many = plural(form, tag)
                    for text, is_plural in ((form, False), (many, True)):
                        first = WORD.search(text)
                        if first is None or (is_plural and many == form):
                            continue
                        # the edges are looked at apart: with them in it a pattern takes forty times as long to make
                        pattern = re.compile(re.escape(text), re.IGNORECASE)
                        index.setdefault(first[0].casefold(), []).append((pattern, first.start(), term, is_plural))
            self._indexes[tag] = index
        return self._indexes[tag]

    @functools.cached_property
    def _indexes(self) -> dict[str, dict[str, list[tuple[re.Pattern[str], int, Term, bool]]]]:
        return {}

    @functools.cached_property
    def _bans(self) -> dict[str, list[Ban]]:
        return {}

    def names(self, tag: str) -> tuple[str, ...]:
        """The forms that a recogniser should expect in a language."""
        return tuple(dict.fromkeys(t.form(tag) for t in self.terms if t.kind not in ("phrase", "banned")))


# words after which a lower-case word is no name: "in the summer", "last summer"
NOT_BEFORE_NAMES = frozenset(
    """a an the this that these those my your his her its our their in of on at for by with from during since until
    last next every each all one mid late early no some any and or to""".split()
)
# after these a full stop ends no sentence
ABBREVIATED = re.compile(r"(?i)\b(mr|mrs|ms|dr|st|jr|sr|sra|srta|prof|capt|col|gen|lt|sgt|d|da|don)\.$")


def plural(form: str, tag: str) -> str:
    """Many of a name, as English, Spanish and Portuguese write it; other languages keep the form."""
    if tag.split("-")[0] not in ("en", "es", "pt") or not form[-1:].isalpha():
        return form
    return form + ("es" if re.search(r"(?i)([sxz]|ch|sh)$", form) else "s")


def replace_banned(text: str, bans: list[Ban]) -> tuple[str, list[str]]:
    """The text with banned words replaced, and those that still stand in it because nothing may replace them."""
    left: list[str] = []
    for ban in bans:
        for word in ban.words:
            pattern = re.compile(rf"(?<!{LETTER}){re.escape(word)}(?!{LETTER})", re.IGNORECASE)
            if ban.instead is None:
                left += [word] if pattern.search(text) else []
                continue
            instead = ban.instead
            text = pattern.sub(lambda m, w=instead: w[:1].upper() + w[1:] if m[0][:1].isupper() else w, text)  # type: ignore[misc]
    return text, left


def _bans(term: Term, tag: str) -> list[Ban]:
    words, arrow, instead = _nearest(term.forms, tag).partition("=>")
    found = tuple(w.strip() for w in words.split("|") if w.strip())
    return [Ban(found, instead.strip() if arrow else None)] if found else []


def _is_name(text: str, start: int, end: int) -> bool | None:
    """Whether an ordinary word stands for a name: True, False where unsure, None where it does not.

    A capital within a sentence is a name. At a sentence's start it is one where it is addressed (a comma or end mark
    follows) or owns something. In lower case it may be a recogniser's slip where it closes a phrase that no article
    or preposition opens ("come home, summer."): unsure.
    """
    before, after = text[:start].rstrip(), text[end:]
    closes = bool(re.match(r"\s*([,.!?…]|$)", after))
    if not text[start].isupper():
        words = re.findall(r"[\w']+", before)
        return False if closes and words and words[-1].lower() not in NOT_BEFORE_NAMES else None
    if before and (before[-1] not in ".!?…\"'“”¡¿—-:" or ABBREVIATED.search(before)):
        return True
    return closes or bool(re.match(r"['’]s\b", after))


def load(folder: Path) -> Glossary:
    """terms.csv of a series folder; an empty glossary where there is none. Raises SidecarError with the row."""
    path = folder / "terms.csv"
    if not path.is_file():
        return Glossary()
    facts = path.stat()
    return _of_file(path, facts.st_mtime_ns, facts.st_size)


@functools.lru_cache(maxsize=32)
def _of_file(path: Path, _mtime_ns: int, _size: int) -> Glossary:
    """The glossary of a file, read once as long as it stays the same: every episode of a batch opens it."""
    return parse(read_text(path), str(path))


def parse(text: str, where: str) -> Glossary:
    """Terms from CSV text. Raises SidecarError naming the row; nothing is taken from a file with a bad row."""
    return from_rows(tables.parse(text, where), where)


def has_terms(rows: list[list[str]]) -> bool:
    """Whether a table's first row names the column of terms."""
    return bool(rows) and "term" in [c.strip().lower() for c in rows[0]]


def from_rows(rows: list[list[str]], where: str) -> Glossary:
    """Terms from the rows of a table, the first one naming its columns. Raises SidecarError naming the row."""
    if not has_terms(rows):
        raise SidecarError("has no column 'term'", where, f"the first row must be: {', '.join(FIXED)}, language tags")
    head = [_heading(c.strip()) for c in rows[0]]
    if twice := next((h for n, h in enumerate(head) if h and h in head[:n]), None):
        raise SidecarError(f"has two columns for {twice!r}", f"{where} row 1", "keep one of them")
    terms: dict[str, Term] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(c.strip() for c in row):
            continue
        at = f"{where} row {number}"
        if len(row) != len(head):
            raise SidecarError(f"has {len(row)} cells, not {len(head)}", at, "quote cells that hold a comma")
        term = _term({k: _cell(k, c) for k, c in zip(head, row, strict=True)}, at)
        if term.term in terms:
            raise SidecarError(f"term {term.term!r} stands twice", at, "keep one row")
        terms[term.term] = term
    return Glossary(tuple(terms.values()))


def _heading(text: str) -> str:
    """A column's name as it is looked for; one that names no language stays as it is, and no language reads it."""
    small = text.lower()
    if small in FIXED:
        return small
    spoken, language = ("say:", text[4:]) if small.startswith("say:") else ("", text)
    tag = None if language in NO_LANGUAGES else regions.tag_of(language)
    return spoken + (tag or language)


def _cell(column: str, text: str) -> str:
    """A cell in the form that all text has; how a name is said is phonemes, whose signs stay."""
    return unicodedata.normalize("NFC", text.strip()) if column.startswith("say:") else clean_row(text)


def _term(cells: dict[str, str], at: str) -> Term:
    if not cells["term"]:
        raise SidecarError("has no term", at, "fill the cell or remove the row")
    kind = cells.get("kind", "").lower() or "person"
    if kind not in KINDS:
        raise SidecarError(f"kind {kind!r} is unknown", at, f"one of {', '.join(KINDS)}")
    gender = cells.get("gender", "").lower()
    gender = GENDERS.get(gender, gender)
    if gender not in ("", "f", "m"):
        raise SidecarError(f"gender {cells['gender']!r} is unknown", at, "f, m or empty")
    dnt = cells.get("dnt", "").lower()
    if dnt not in (*YES, *NO) and not NOT_YET.fullmatch(dnt):
        raise SidecarError(f"dnt {cells['dnt']!r} is unknown", at, "yes, no or empty")
    bad = next((k for k, v in cells.items() if v[:1] in ("=", "+", "@") or "\x00" in v), None)
    if bad:
        raise SidecarError(f"cell {bad!r} holds a formula or control character", at, "write the plain text")
    bad = next((k for k, v in cells.items() if v.upper().startswith(EXCEL_ERRORS)), None)
    if bad:
        raise SidecarError(f"cell {bad!r} holds an error of a spreadsheet: {cells[bad][:20]}", at, "write the plain text")
    tags = [k for k in cells if k and k not in FIXED and k not in NO_LANGUAGES and ":" not in k]
    several = next((k for k in tags if kind != "banned" and regions.tag_of(k) and re.search(r"[|;]", cells[k])), None)
    if several:
        raise SidecarError(f"has several forms for {several}: {cells[several][:60]!r}", at, "keep the one to lock; others are aliases")
    return Term(
        cells["term"],
        kind,
        gender,
        tuple(a.strip() for a in re.split(r"[|;]", cells.get("aliases", "")) if a.strip() and not NOT_YET.fullmatch(a.strip())),
        tuple(c.strip() for c in re.split(r"[|\s]", cells.get("common", "")) if c.strip()),
        {k: cells[k] for k in tags if cells[k] and not NOT_YET.fullmatch(cells[k])},
        {k.partition(":")[2]: v for k, v in cells.items() if k.startswith("say:") and v and not NOT_YET.fullmatch(v)},
        cells.get("note", ""),
        dnt in YES,
    )


def to_csv(glossary: Glossary) -> str:
    """terms.csv of these terms, every language that occurs a column; what it writes, `parse` reads back the same."""
    tags = list(dict.fromkeys(k for t in glossary.terms for k in t.forms))
    said = list(dict.fromkeys(k for t in glossary.terms for k in t.say))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FIXED[:6], *tags, *(f"say:{t}" for t in said), "note"])
    for t in glossary.terms:
        fixed = [t.term, "|".join(t.aliases), t.kind, t.gender, " ".join(t.common), "yes" if t.dnt else ""]
        writer.writerow([*fixed, *(t.forms.get(k, "") for k in tags), *(t.say.get(k, "") for k in said), t.note])
    return out.getvalue()
