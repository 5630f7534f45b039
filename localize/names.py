"""Names that a recogniser misspelt, repaired by sound where the match is clear."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import replace

from rapidfuzz import fuzz

from .glossary import Glossary, Term
from .model import Word

CLEAR = 88.0  # similarity of phonemes, of 100, from which a misspelling is taken for the name
SHARED = 70.0  # the same where one word of a longer name is there as it should be
SHORTEST = 5  # phonemes; below that, unlike words come too near


def repair(
    words: tuple[Word, ...], glossary: Glossary, tag: str, say: Callable[[str], str]
) -> tuple[tuple[Word, ...], dict[int, str]]:
    """Words with misspelt names put right, and which word ids were changed from what.

    `say` gives the phonemes of a text. A run of words becomes one word with their whole time; forms that are also
    ordinary words in this language are never forced on words that sound like them.
    """
    sound = functools.lru_cache(maxsize=4096)(lambda text: _bare(say(text)))
    forms = [(form, term) for term in glossary.terms for form in (term.form(tag),) if not _common(term, tag)]
    out, changed = list(words), {}
    for form, _term in sorted(forms, key=lambda p: -len(p[0])):
        wanted, size = sound(form), len(form.split())
        if len(wanted) < SHORTEST:
            continue
        at = 0
        while at < len(out):
            for width in sorted({size, max(1, size - 1), size + 1}, key=lambda n: abs(n - size)):
                run = out[at : at + width]
                text = " ".join(w.text for w in run)
                if len(run) < width or not _may_differ(text, form):
                    continue
                # letters first: phonemes of every run would cost a second a minute
                if fuzz.ratio(_letters(text), _letters(form)) < 60:
                    continue
                if _same(_strip(text), form, fuzz.ratio(sound(_strip(text)), wanted)):
                    changed[run[0].id] = _strip(text)
                    tail = re.search(r"(['’]s)?[.,!?;:…]*$", run[-1].text)
                    fixed = f"{form}{tail[0] if tail else ''}"
                    prob = min(w.prob for w in run)
                    out[at : at + width] = [replace(run[0], text=fixed, end_ms=run[-1].end_ms, prob=prob)]
                    break
            at += 1
    for index, word in enumerate(out):
        name = _capital(out, index, glossary, tag)
        if name is not None:
            changed[word.id] = word.text
            out[index] = replace(word, text=name)
    return tuple(out), changed


def _capital(words: list[Word], index: int, glossary: Glossary, tag: str) -> str | None:
    """The word with a capital where it is an ordinary word that stands where only a name does; None elsewhere."""
    word = words[index].text
    before = " ".join(w.text for w in words[max(0, index - 3) : index])
    text = f"{before} {word}".strip()
    if not word[:1].islower():
        return None
    uses = [u for u in glossary.find(text, tag) if not u.sure and u.start == len(text) - len(word)]
    return word.replace(text[uses[0].start : uses[0].end], uses[0].term.form(tag), 1) if uses else None


def _same(text: str, form: str, alike: float) -> bool:
    """Whether a run of words is a misspelt name: by sound alone, or, where a name of several words shares one of them
    with the text, by a looser likeness of sound or letters."""
    if alike >= CLEAR:
        return True
    shared = {_letters(w) for w in text.split()} & {_letters(w) for w in form.split()}
    if not shared or len(text.split()) != len(form.split()):
        return False
    return alike >= SHARED or fuzz.ratio(_letters(text), _letters(form)) >= CLEAR


def _common(term: Term, tag: str) -> bool:
    return any(c.split("-")[0] == tag.split("-")[0] for c in term.common)


def _may_differ(text: str, form: str) -> bool:
    """False where the text already is the form, or a sentence ends inside it."""
    if _letters(form) in _letters(text) and form in text:
        return False
    return not re.search(r"[.!?…]\s", text)


def _strip(text: str) -> str:
    return re.sub(r"['’]s$", "", text.strip(' .,!?;:…"“”¿¡'))


def _letters(text: str) -> str:
    return re.sub(r"[^\w]+", "", text).casefold()


def _bare(phonemes: str) -> str:
    return re.sub(r"[ˈˌː\s.,!?]", "", phonemes)
