"""Dialogue with good translations, and a dozen kinds of errors planted into it: what `localize bench meaning` measures on."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..meaning.numbers import values

FILE = Path(__file__).with_suffix(".tsv")
LANGUAGES = ("en", "es", "pt", "hi")
COLUMNS = ("half", "scene", "speaker", "gender", "en", "es", "pt", "hi", "negation", "opposite", "subject")


@dataclass(frozen=True)
class Row:
    """A line of the file by column name, and the scene's other lines by position."""

    cells: dict[str, str]
    at: int
    scene: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Planted:
    """A line and a translation of it; `kind` is "good", or what is wrong with it."""

    kind: str
    row: Row
    source: str
    target: str


def read(path: Path = FILE) -> tuple[list[Row], dict[str, str]]:
    """The lines, and every name with its form in Hindi, "" where none is given. A line may lack a language."""
    text = path.read_text(encoding="utf-8")
    names = dict(n.split("=") for line in text.splitlines() if line.startswith("# names:") for n in line[9:].split())
    rows = [
        dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in text.splitlines() if line[:1] not in "#" and line
    ]
    scenes: dict[tuple[str, str], list[dict[str, str]]] = {}
    for cells in rows[1:]:
        scenes.setdefault((cells["half"], cells["scene"]), []).append(cells)
    return [Row(c, i, tuple(s)) for s in scenes.values() for i, c in enumerate(s)], names


def plant(rows: list[Row], language: str, names: dict[str, str], seed: int = 1) -> Iterator[Planted]:
    """Every line that is there in the language, as it is and with each kind of error that it can hold."""
    forms = {n: form for n, h in names.items() if (form := h if language == "hi" else n)}
    rows = [r for r in rows if r.cells[language]]
    for row in rows:
        chance = random.Random(f"{seed} {row.cells['en']}")
        source, target = row.cells["en"], row.cells[language]
        yield Planted("good", row, source, target)
        for kind in ("negation", "opposite", "subject"):
            if change := row.cells[kind]:
                old, new = change.split(">")
                yield Planted(kind, row, source.replace(old, new), target)
        for kind, made in _wrong(row, rows, language, forms, chance):
            if made and made != target:
                yield Planted(kind, row, source, made)


def _wrong(
    row: Row, rows: list[Row], language: str, forms: dict[str, str], chance: random.Random
) -> Iterator[tuple[str, str]]:
    target = row.cells[language]
    others = [r for r in rows if r.cells["half"] == row.cells["half"] and r.cells["scene"] != row.cells["scene"]]
    yield "wrong line", chance.choice(others).cells[language]
    yield "neighbour's line", row.scene[row.at + 1 if row.at + 1 < len(row.scene) else row.at - 1][language]
    yield "half a line", _half(target)
    yield "clause dropped", _without_clause(target)
    yield "negation dropped", _without_denial(target, language)
    yield "number", _other_number(target, language, chance)
    yield "name", _other_name(target, list(forms.values()), chance)
    yield "untranslated word", _replaced(target, language, _content_word(row.cells["en"], forms, chance), forms, chance)
    yield "foreign word", _foreign(target, language, forms, chance)
    yield "gibberish", _gibberish(target, language, forms, chance)
    yield "word salad", _salad(row, rows, language, chance)
    yield "sentence added", f"{target} {chance.choice(others).cells[language]}"


def _half(text: str) -> str:
    words = text.split()
    return " ".join(words[: len(words) // 2]).rstrip(",;:") + "." if len(words) >= 6 else ""


def _without_clause(text: str) -> str:
    """The text without its longest part between marks, where it has several."""
    parts = re.findall(r"[^,.!?;:…।¿¡]+[,.!?;:…।]*\s*", text)
    parts = [p for p in parts if re.search(r"\w", p)]
    if len(parts) < 2:
        return ""
    longest = max(parts, key=lambda p: len(p.split()))
    return (
        "" if len(longest.split()) < 3 else " ".join("".join(p for p in parts if p is not longest).split()).strip(" ,")
    )


_DENY = {"es": r"\b[Nn]o (?=\w)", "pt": r"\b[Nn]ão (?=\w)", "hi": r"(?<=\s)(?:नहीं|मत) ?"}


def _without_denial(text: str, language: str) -> str:
    found = re.findall(_DENY[language], text)
    made = re.sub(_DENY[language], "", text)
    return made[:1].upper() + made[1:] if len(found) == 1 else ""


_NUMBERS = {
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once veinte treinta cuarenta".split(),
    "pt": "dois duas três quatro cinco seis sete oito nove dez onze vinte trinta quarenta".split(),
    "hi": "तीन चार पाँच छह सात आठ नौ दस ग्यारह बीस तीस चालीस".split(),
}


def _other_number(text: str, language: str, chance: random.Random) -> str:
    for word in re.findall(r"[\w\u0900-\u0963]+", text):
        if word.lower() in _NUMBERS[language] and (
            language != "es" or word.lower() != "once" or "años" in text or "segundos" in text
        ):
            same = values(word, language)
            other = chance.choice([n for n in _NUMBERS[language] if values(n, language) != same])
            return re.sub(rf"(?<![\w\u0900-\u0963]){word}(?![\w\u0900-\u0963])", other, text, count=1)
    return ""


def _other_name(text: str, forms: list[str], chance: random.Random) -> str:
    for form in forms:
        if re.search(rf"(?<![\w\u0900-\u0963]){form}(?![\w\u0900-\u0963])", text):
            return text.replace(form, chance.choice([f for f in forms if f != form]), 1)
    return ""


def _content_word(text: str, forms: dict[str, str], chance: random.Random) -> str:
    words = [w for w in re.findall(r"[a-z]{5,}", text) if w.capitalize() not in forms]
    return chance.choice(words) if words else ""


def _replaced(text: str, language: str, word: str, forms: dict[str, str], chance: random.Random) -> str:
    """The text with one of its longer words replaced."""
    least = 3 if language == "hi" else 4
    places = [
        m
        for m in re.finditer(rf"[\w\u0900-\u0963]{{{least},}}", text)
        if m[0] not in forms.values() and m[0][0].islower() | (language == "hi")
    ]
    if not places or not word:
        return ""
    place = chance.choice(places)
    return text[: place.start()] + word + text[place.end() :]


_FOREIGN = {
    "es": "muito também mulher hoje ontem agora não você minha irmão dinheiro coração então depois saudade filho".split(),
    "pt": "mucho también mujer hoy ayer ahora usted hermano dinero corazón entonces después hijo noche quiero".split(),
    "hi": "money sister tonight mucho please dinheiro hospital marriage".split(),
}


def _foreign(text: str, language: str, forms: dict[str, str], chance: random.Random) -> str:
    return _replaced(text, language, chance.choice(_FOREIGN[language]), forms, chance)


def _gibberish(text: str, language: str, forms: dict[str, str], chance: random.Random) -> str:
    if language == "hi":
        made = "".join(chance.choice("कखगघचछजझटठडढतथदधपफबभ") + chance.choice("ािीुूेैोौ") for _ in range(4))
    else:
        made = "".join(chance.choice("bcdfglmnprstvz") + chance.choice("aeiou") for _ in range(4))
    return _replaced(text, language, made, forms, chance)


def _salad(row: Row, rows: list[Row], language: str, chance: random.Random) -> str:
    """Words of many lines in any order, as long as the line's own translation."""
    length = len(row.cells[language].split())
    pool = [w.strip("¿¡.,!?।").lower() for r in rows if r is not row for w in r.cells[language].split()]
    return " ".join(chance.sample(pool, length)).capitalize() + "." if length >= 4 else ""
