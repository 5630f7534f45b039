"""Terms out to TBX (Basic, as terminology tools read it) and in again.

One entry a term: a language section per language; aliases are admitted terms of the source language. Pronunciation,
gender and kind travel as the data categories that TBX has for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ..errors import SidecarError
from ..files import root_of
from ..languages import regions
from ..languages.clean import clean_row
from .glossary import KINDS, Glossary, Term

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
GENDERS = {"f": "feminine", "m": "masculine"}
STATUS = "administrativeStatus"
NOT_TO_USE = ("deprecated", "superseded", "forbidden", "obsolete", "notrecommended", "rejected")


def dumps(glossary: Glossary, source: str) -> str:
    """The glossary as TBX text; `source` is the language tag that the terms themselves are written in."""
    root = Element("martif", {"type": "TBX-Basic", XML_LANG: source})
    header = SubElement(SubElement(SubElement(root, "martifHeader"), "fileDesc"), "sourceDesc")
    SubElement(header, "p").text = "Terms of a series, written by localize"
    body = SubElement(SubElement(root, "text"), "body")
    for number, term in enumerate(glossary.terms, start=1):
        entry = SubElement(body, "termEntry", id=f"t{number}")
        SubElement(entry, "descrip", type="subjectField").text = term.kind
        if term.common:
            SubElement(entry, "descrip", type="x-common").text = " ".join(term.common)
        if term.dnt:
            SubElement(entry, "descrip", type="x-doNotTranslate").text = "yes"
        if term.note:
            SubElement(entry, "note").text = term.note
        section = SubElement(entry, "langSet", {XML_LANG: source})
        _write(section, term.term, "preferredTerm", term, "x-term")
        for alias in term.aliases:
            _write(section, alias, "admittedTerm", term, "")
        for tag in dict.fromkeys((*term.forms, *term.say)):
            section = SubElement(entry, "langSet", {XML_LANG: tag})
            _write(section, term.form(tag), "preferredTerm", term, tag)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _write(section: Element, text: str, status: str, term: Term, tag: str) -> None:
    tig = SubElement(section, "tig")
    SubElement(tig, "term").text = text
    SubElement(tig, "termNote", type="administrativeStatus").text = status
    if tag == "x-term" and term.gender:
        SubElement(tig, "termNote", type="grammaticalGender").text = GENDERS[term.gender]
    if term.say.get(tag):
        SubElement(tig, "termNote", type="pronunciation").text = term.say[tag]


def loads(text: str, where: str) -> Glossary:
    """Terms from TBX text, version 2 or 3. Raises SidecarError naming the entry; nothing of a bad file is taken."""
    root = root_of(text, "TBX", where)
    source = root.get(XML_LANG) or ""
    if not source:  # some tools name no source; the first section of an entry may then be any language
        tags = [s.get(XML_LANG) or "" for s in _named(root, "langSet", "langSec")]
        source = regions.nearest("en-US", tags) or next(iter(tags), "")
    terms: dict[str, Term] = {}
    for number, entry in enumerate(_named(root, "termEntry", "conceptEntry"), start=1):
        at = f"{where} entry {entry.get('id') or number}"
        term = _term(entry, source, at)
        if term.term in terms:
            raise SidecarError(f"term {term.term!r} stands twice", at, "keep one entry")
        terms[term.term] = term
    if not terms:
        raise SidecarError("holds no term entry", where, "export it as TBX-Basic")
    return Glossary(tuple(terms.values()))


def _term(entry: Element, source: str, at: str) -> Term:
    aliases: list[str] = []
    forms: dict[str, str] = {}
    say: dict[str, str] = {}
    own, gender = "", ""
    sections = list(_named(entry, "langSet", "langSec"))
    tags = [s.get(XML_LANG) or "" for s in sections]
    if not all(tags):
        raise SidecarError("a language section has no xml:lang", at, "add xml:lang to the section")
    tags = [t.replace("_", "-") for t in tags]
    own_tag = regions.nearest(source.replace("_", "-"), tags, regions.OTHER)
    for tag, section in zip(tags, sections, strict=True):
        ranked: list[tuple[bool, str]] = []
        for tig in _named(section, "tig", "ntig", "termSec"):
            written = next((clean_row("".join(t.itertext())) for t in _named(tig, "term")), "")
            if not written:
                raise SidecarError(f"an empty term in {tag}", at, "fill in the term, or remove that language")
            notes = _notes(tig)
            gender = gender or {v: k for k, v in GENDERS.items()}.get(notes.get("grammaticalGender", ""), "")
            status = notes.get(STATUS, "").lower().replace("-", "").replace(" ", "")
            if status.startswith(NOT_TO_USE) or notes.get("x-forbidden", "").lower() == "true":
                continue
            ranked.append((status.startswith("admitted"), written))
            if notes.get("pronunciation"):
                say[tag] = notes["pronunciation"]
        if not ranked:
            continue
        forms[tag] = min(ranked, key=lambda r: r[0])[1]  # the first that is not only admitted
        if tag == own_tag and not own:
            own = forms[tag]
            aliases += [w for _admitted, w in ranked if w != own]
    if not own:
        raise SidecarError(f"has no term in the source language {source or '(none named)'}", at, "add the term in that language, or remove the entry")
    told = {d.get("type"): (d.text or "").strip() for d in _named(entry, "descrip")}
    kind = told.get("subjectField") or ""
    note = next(((n.text or "").strip() for n in _named(entry, "note")), "")
    return Term(
        own,
        kind if kind in KINDS else "phrase",
        gender,
        tuple(aliases),
        tuple((told.get("x-common") or "").split()),
        forms,
        say,
        note,
        told.get("x-doNotTranslate") == "yes",
    )


def _notes(tig: Element) -> dict[str, str]:
    """What is said of a term: by `<termNote type=...>`, or in TBX 3 by an element of that name."""
    found: dict[str, str] = {}
    for note in tig.iter():
        name = note.get("type") or (note.tag.rpartition("}")[2] if isinstance(note.tag, str) else "")
        found.setdefault(name, (note.text or "").strip())
    return found


def _named(root: Element, *names: str) -> Iterator[Element]:
    """Elements below with one of these local names, whatever their namespace."""
    return (e for e in root.iter() if isinstance(e.tag, str) and e.tag.rpartition("}")[2] in names)
