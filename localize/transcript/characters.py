"""A transcript in a script without blanks: characters as they are printed, marks at pauses, names found by sound."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from ..audio.spans import Span
from ..languages import chinese
from ..languages.unspaced import LETTER, is_unspaced, wide_marks
from ..records import Line, Word
from ..series.glossary import Glossary
from .lines import pause_between

SAME = 0.8  # likeness of sound from which characters that are no common word are taken for a name's
SAME_WORD = 0.94  # and from which a common word is: the same syllables, if in other tones
PERHAPS = 0.68  # and from which they may be one: a person should look
COMMA_MS = 220  # a pause inside a line at which a comma stands
END = re.compile(r"[。！？…!?.，,、；;：:][”’」』]?$")
FULL_STOP = re.compile(r"[。！？…!?][”’」』]?$")


def printed(words: Sequence[Word], primary: str) -> tuple[Word, ...]:
    """Words as print has them: simplified characters for Mandarin, marks of full width."""
    simple = chinese.simplified if primary == "zh" else str
    out: list[Word] = []
    for word in words:
        text = simple(word.text).replace("\ufffd", "")
        if out and text and not any(c.isalnum() for c in text):  # a mark of its own goes on with the word before
            out[-1] = replace(out[-1], text=wide_marks(out[-1].text + text))
        elif text:
            out.append(replace(word, text=wide_marks(text)))
    return tuple(out)


def marked(lines: tuple[Line, ...], words: tuple[Word, ...], speech: list[Span]) -> tuple[tuple[Line, ...], tuple[Word, ...]]:
    """Lines and words with the marks that the recogniser left out: a comma at a pause, an end to each line."""
    by_id = {w.id: w for w in words}
    made = []
    for line in lines:
        own = [by_id[i] for i in line.word_ids]
        if not own or not is_unspaced(line.text) or not chinese.HAN_OR_KANA.search(line.text):
            made.append(line)
            continue
        edges = set(itertools.accumulate(len(w) for w in chinese.words("".join(w.text for w in own))))
        at = 0
        for one, two in itertools.pairwise(own):
            at += len(one.text)
            if not END.search(one.text) and at in edges and pause_between(one, two, speech) >= COMMA_MS:
                by_id[one.id] = replace(one, text=f"{one.text}，")
        text = "".join(by_id[w.id].text for w in own)
        last = by_id[own[-1].id]
        bare = END.sub("", last.text)
        sentence = re.split(r"[。！？…!?]", END.sub("", text))[-1]
        end = last.text[len(bare) :]
        if not FULL_STOP.search(last.text) or (end == "。" and chinese.asks(sentence)):
            by_id[last.id] = replace(last, text=bare + ("？" if chinese.asks(sentence) else "。"))
        made.append(replace(line, text="".join(by_id[w.id].text for w in own)))
    return tuple(made), tuple(by_id[w.id] for w in words)


def repair(words: Sequence[Word], glossary: Glossary, tag: str) -> tuple[tuple[Word, ...], dict[int, str]]:
    """Words with misheard names put right; what was written, by word id.

    A run of characters becomes one word with their whole time.
    """
    out = list(words)
    changed: dict[int, str] = {}
    forms = _forms(glossary, tag)
    for form, name in sorted(forms.items(), key=lambda p: -len(p[0])):
        if len(chinese.sound(form)) < 2:
            continue
        at = 0
        while at < len(out):
            run = _run(out, at, len(form))
            text = _bare(run)
            if len(text) == len(form) and text != name and not _holds(text, forms) and _is_name(text, form):
                changed[run[0].id] = text
                tail = run[-1].text[len(run[-1].text.rstrip("，。！？…、；：,.!?")) :]
                prob = min(w.prob for w in run)
                out[at : at + len(run)] = [replace(run[0], text=name + tail, end_ms=run[-1].end_ms, prob=prob)]
            at += 1
    return tuple(out), changed


def may_be(one: Sequence[Word], two: Sequence[Word], glossary: Glossary, tag: str) -> bool:
    """Whether the first words hold a name, or a part of one, that the second ones may be a mishearing of."""
    first, second = _bare(one), _bare(two)
    held = any(f in first or (len(first) >= 2 and first in f) for f in _forms(glossary, tag).values())
    return held and len(first) == len(second) and chinese.likeness(first, second) >= PERHAPS


def _forms(glossary: Glossary, tag: str) -> dict[str, str]:
    terms = [t for t in glossary.terms if t.kind not in ("phrase", "banned")]
    return {f: t.form(tag) for t in terms for f in (t.form(tag), *t.aliases) if LETTER.search(f)}


def _is_name(text: str, form: str) -> bool:
    alike = chinese.likeness(text, form)
    return alike >= SAME and (alike >= SAME_WORD or not chinese.is_ordinary(text))


def _run(words: Sequence[Word], at: int, size: int) -> list[Word]:
    """Words from `at` on that hold exactly `size` letters, without a mark inside; empty where they part elsewhere."""
    run: list[Word] = []
    count = 0
    for word in words[at:]:
        if run and END.search(run[-1].text):
            return []
        run.append(word)
        count += len(LETTER.findall(word.text))
        if count >= size:
            return run if count == size else []
    return []


def _bare(run: Sequence[Word]) -> str:
    return "".join(LETTER.findall("".join(w.text for w in run)))


def _holds(text: str, forms: dict[str, str]) -> bool:
    return any(f in text for f in forms.values())


def doubtful(words: Sequence[Word], glossary: Glossary, tag: str) -> set[int]:
    """Ids of words that begin a run which sounds somewhat like a name and is none."""
    forms, found = _forms(glossary, tag), set()
    text = "".join(_bare([w]) for w in words)
    owner = [w.id for w in words for _c in _bare([w])]
    for form in forms:
        size = len(form)
        if len(chinese.sound(form)) < 2:
            continue
        for at in range(len(text) - size + 1):
            piece = text[at : at + size]
            if piece in forms or _holds(piece, forms) or _is_name(piece, form):
                continue
            starts_alike = chinese.sound(piece)[0].initial == chinese.sound(form)[0].initial
            if starts_alike and chinese.likeness(piece, form) >= PERHAPS:
                found.add(owner[at])
    return found
