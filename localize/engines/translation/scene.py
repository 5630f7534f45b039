"""Scenes for a language model: what it is told, in which form it answers, and how its answers are read and doubted."""

from __future__ import annotations

import json
import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Any

from ...languages.text import count, normal_form
from ..base import Ask
from .sanity import suspicious

PROMPT = 2  # raise it when the wording below changes: it is part of the engine's identity
OPENING = 4  # words of the source that an answer repeats

RULES = """You translate the dialogue of a short drama from {source} into {target}, for dubbing and subtitles.
Write what a person would say aloud in that situation: short, natural, in the register of the scene. Keep who speaks \
to whom consistent. Never explain, never leave a line in {source}, never join or part lines.
Characters say who they are: agree with the gender of whoever speaks, and of whoever is spoken to.
Where a line has address, speak to its listener in that form; else keep to one form between the same two people.
Where a line lists terms, write each exactly as given, as often as it stands in the line.
Where a line has seconds, it must be said in that time: stay within max_characters, and say the same in fewer words \
rather than leave the meaning out.
"""
JSON_ANSWER = """Answer with JSON only: {{"lines": [{{"id": ..., "opening": ..., "text": ...}}]}}, one entry for each line asked, \
where opening repeats the first {opening} words of that line as it was given and text is its translation."""
ROWS_ANSWER = """Answer with one row for each line asked, in their order, and nothing else. A row is the line's id, a bar, the first \
{opening} words of that line as it was given, a bar, and its translation:
1 | first words as given | translation"""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["lines"],
    "properties": {
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "opening", "text"],
                "properties": {"id": {"type": "string"}, "opening": {"type": "string"}, "text": {"type": "string"}},
            },
        }
    },
}
_ROW = re.compile(r"^\W{0,3}(\d+)[.):]?\s*\|\s*(.*?)\s*\|\s*(.+?)\s*\|?\s*$", re.MULTILINE)

Row = tuple[str, str, str]  # id, opening, text


def messages(asks: list[Ask], source: str, target: str, cps: float, form: str) -> list[dict[str, str]]:
    """What a model is told to translate these lines of one scene; languages by name, `form` one of the chat's forms."""
    rules = (RULES + (ROWS_ANSWER if form == "rows" else JSON_ANSWER)).format(source=source, target=target, opening=OPENING)
    people = dict(person for ask in asks for person in ask.people)
    scene: dict[str, Any] = {"characters": people} if people else {}
    scene |= {"said_before": list(asks[0].before), "lines": [line(i, a, cps) for i, a in enumerate(asks)]}
    return [{"role": "system", "content": rules}, {"role": "user", "content": json.dumps(scene, ensure_ascii=False)}]


def line(index: int, ask: Ask, cps: float) -> dict[str, Any]:
    """One line as a model reads it; what is not known is not there."""
    told: dict[str, Any] = {"id": str(index + 1), "text": ask.text}
    told |= {k: v for k, v in (("speaker", ask.speaker), ("to", ask.listener), ("address", ask.address)) if v}
    if ask.terms:
        told["terms"] = dict(ask.terms)
    if ask.seconds:
        told["seconds"] = round(ask.seconds * ask.shorter, 2)
        told["max_characters"] = max(4, round(ask.seconds * cps * ask.shorter))
    return told


def rows(text: str) -> list[Row]:
    """The rows of an answer, whichever form it chose. Raises ValueError where it holds none that can be read."""
    found = re.search(r"[{\[].*[}\]]", text, re.DOTALL)
    if found:
        try:
            answer = json.loads(found[0])
            entries = answer["lines"] if isinstance(answer, dict) else answer
            return [(str(r["id"]), str(r["opening"]), str(r["text"]).strip()) for r in entries]
        except (ValueError, KeyError, TypeError) as error:
            if not _ROW.search(text):
                raise ValueError("no such JSON") from error
    given = _ROW.findall(text)
    if not given:
        raise ValueError("no rows")
    return [(number, opening, said) for number, opening, said in given]


def scenes(asks: list[Ask], most: int) -> list[list[Ask]]:
    """Lines by scene, and at most so many together."""
    parts: list[list[Ask]] = []
    for ask in asks:
        if parts and parts[-1][-1].scene == ask.scene and len(parts[-1]) < most:
            parts[-1].append(ask)
        else:
            parts.append([ask])
    return parts


def opens(source: str, opening: str) -> bool:
    """Whether an answer's opening is that of its line."""
    wanted = " ".join(normal_form(source).split()[:OPENING])
    given = " ".join(normal_form(opening).split()[:OPENING])
    return given == wanted or SequenceMatcher(None, given, wanted).ratio() >= 0.9


def mixed(texts: list[str], asks: list[Ask]) -> bool:
    """Whether answers run into each other: one text for two different lines, or a neighbour's text inside one."""
    forms = [normal_form(t) for t in texts]
    sources = [normal_form(a.text) for a in asks]
    kinds: dict[str, set[str]] = {}
    for form, source in zip(forms, sources, strict=True):
        kinds.setdefault(form, set()).add(source)
    if any(len(s) > 1 and len(form.split()) >= 4 for form, s in kinds.items()):
        return True
    for i in range(len(forms) - 1):
        for one, two in ((i, i + 1), (i + 1, i)):
            inside = len(forms[two].split()) >= 3 and f" {forms[two]} " in f" {forms[one]} "
            if inside and f" {sources[two]} " not in f" {sources[one]} ":
                return True
    return False


def doubt(text: str, ask: Ask) -> str:
    """Why a text cannot be that line's translation; empty where it can."""
    wanted = Counter(locked for _source, locked in ask.terms)
    for locked, number in wanted.items():
        if count(text, locked) < number:
            return f"{locked!r} is missing"
    return suspicious(ask.text, text, wanted, strict=True)
