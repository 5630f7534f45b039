"""The series bible's terms: glossaries/<series>/terms.csv.

Columns: term, aliases ("a|b"), kind (person, place, title, brand), gender (f, m or empty), common (language tags in
which the term is also an ordinary word), one column per language tag with the locked form, one `say:<tag>` column
with how to say it (a respelling, or phonemes between slashes), note.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from .errors import SidecarError

KINDS = ("person", "place", "title", "brand")
FIXED = ("term", "aliases", "kind", "gender", "common", "note")
MAX_BYTES = 16 << 20


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

    def form(self, tag: str) -> str:
        """The locked form in a language: its column, else that of the same primary tag, else the term itself."""
        for key, value in self.forms.items():
            if key == tag:
                return value
        for key, value in self.forms.items():
            if key.split("-")[0] == tag.split("-")[0]:
                return value
        return self.term

    def spoken(self, tag: str) -> str:
        """How to say it in a language; empty where the spelling is enough."""
        return next((v for k, v in self.say.items() if k.split("-")[0] == tag.split("-")[0]), "")

    def heard(self, tag: str) -> tuple[str, ...]:
        """What stands for it in a source text of that language, the longest first."""
        forms = {self.form(tag), *self.aliases}
        return tuple(sorted(forms, key=lambda f: (-len(f), f)))

    def key(self, target: str) -> dict[str, str]:
        """What of this term can change a translation into `target`: part of a line's step key."""
        return {"term": self.term, "kind": self.kind, "gender": self.gender, "form": self.form(target)}


@dataclass(frozen=True)
class Use:
    """A term found in a text: characters [start, end), and whether it may be an ordinary word instead."""

    term: Term
    start: int
    end: int
    sure: bool = True


@dataclass(frozen=True)
class Glossary:
    """The terms of one series."""

    terms: tuple[Term, ...] = ()

    def find(self, text: str, tag: str) -> list[Use]:
        """Terms in a source text of language `tag`: longest first, on word boundaries, none overlapping."""
        uses: list[Use] = []
        taken = [False] * len(text)
        forms = sorted(((f, t) for t in self.terms for f in t.heard(tag)), key=lambda p: (-len(p[0]), p[0]))
        for form, term in forms:
            for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text, re.IGNORECASE):
                start, end = match.span()
                if any(taken[start:end]):
                    continue
                common = any(c.split("-")[0] == tag.split("-")[0] for c in term.common)
                sure = _is_name(text, start, end) if common else True
                if sure is None:
                    continue
                uses.append(Use(term, start, end, sure))
                taken[start:end] = [True] * (end - start)
        return sorted(uses, key=lambda u: u.start)

    def names(self, tag: str) -> tuple[str, ...]:
        """The forms that a recogniser should expect in a language."""
        return tuple(dict.fromkeys(t.form(tag) for t in self.terms))


# words after which a lower-case word is no name: "in the summer", "last summer"
NOT_BEFORE_NAMES = frozenset(
    """a an the this that these those my your his her its our their in of on at for by with from during since until
    last next every each all one mid late early no some any and or to""".split()
)


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
    if before and before[-1] not in ".!?…\"'“”¡¿—-:":
        return True
    return closes or bool(re.match(r"['’]s\b", after))


def count(text: str, form: str) -> int:
    """How often a locked form stands in a text, exactly, on word boundaries, both in NFC."""
    clean, wanted = unicodedata.normalize("NFC", text), unicodedata.normalize("NFC", form)
    # Devanagari vowel signs are not \w, so a boundary looks at them too; its full stops (danda) end a word
    inside = r"[\w\u0900-\u0963\u0966-\u097f]"
    return len(re.findall(rf"(?<!{inside}){re.escape(wanted)}(?!{inside})", clean))


def load(folder: Path) -> Glossary:
    """terms.csv of a series folder; an empty glossary where there is none. Raises SidecarError with the row."""
    path = folder / "terms.csv"
    return parse(read_text(path), str(path)) if path.is_file() else Glossary()


def parse(text: str, where: str) -> Glossary:
    """Terms from CSV text. Raises SidecarError naming the row; nothing is taken from a file with a bad row."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise SidecarError(f"is no CSV: {error}", where, "save it as comma-separated UTF-8") from error
    if not rows or "term" not in [c.strip() for c in rows[0]]:
        raise SidecarError("has no column 'term'", where, f"the first row must be: {', '.join(FIXED)}, language tags")
    head = [c.strip() for c in rows[0]]
    terms: dict[str, Term] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(c.strip() for c in row):
            continue
        at = f"{where} row {number}"
        if len(row) != len(head):
            raise SidecarError(f"has {len(row)} cells, not {len(head)}", at, "quote cells that hold a comma")
        term = _term({k: unicodedata.normalize("NFC", c.strip()) for k, c in zip(head, row, strict=True)}, at)
        if term.term in terms:
            raise SidecarError(f"term {term.term!r} stands twice", at, "keep one row")
        terms[term.term] = term
    return Glossary(tuple(terms.values()))


def _term(cells: dict[str, str], at: str) -> Term:
    if not cells["term"]:
        raise SidecarError("has no term", at, "fill the cell or remove the row")
    kind = cells.get("kind", "") or "person"
    if kind not in KINDS:
        raise SidecarError(f"kind {kind!r} is unknown", at, f"one of {', '.join(KINDS)}")
    if cells.get("gender", "") not in ("", "f", "m"):
        raise SidecarError(f"gender {cells['gender']!r} is unknown", at, "f, m or empty")
    bad = next((k for k, v in cells.items() if v[:1] in ("=", "+", "@") or "\x00" in v), None)
    if bad:
        raise SidecarError(f"cell {bad!r} holds a formula or control character", at, "write the plain text")
    tags = [k for k in cells if k and k not in FIXED and ":" not in k]
    return Term(
        cells["term"],
        kind,
        cells.get("gender", ""),
        tuple(a.strip() for a in cells.get("aliases", "").split("|") if a.strip()),
        tuple(c.strip() for c in re.split(r"[|\s]", cells.get("common", "")) if c.strip()),
        {k: cells[k] for k in tags if cells[k]},
        {k.partition(":")[2]: v for k, v in cells.items() if k.startswith("say:") and v},
    )


def read_text(path: Path) -> str:
    """A text file of a studio: UTF-8 with or without a mark, UTF-16 with one, else Latin-1 where that is printable.

    Raises SidecarError for binary content and for files over 16 MiB.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SidecarError(f"is larger than {MAX_BYTES >> 20} MiB", path.name, "split it")
        data = path.read_bytes()
    except OSError as error:
        raise SidecarError(f"cannot be read: {error}", path.name, "check the file and its rights") from error
    for encoding in (("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ()) + (
        "utf-8-sig",
        "cp1252",
        "latin-1",
    ):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
        break
    raise SidecarError("is no text in UTF-8, UTF-16 or Latin-1", path.name, "save it as UTF-8")
