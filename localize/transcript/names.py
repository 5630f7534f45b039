"""Names that a recogniser misspelt, repaired by sound where the match is clear."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from rapidfuzz import fuzz

from ..records import Word
from ..series.glossary import Glossary

CLEAR = 88.0  # similarity of phonemes, of 100, from which a misspelling is taken for the name
SHARED = 65.0  # the same where one word of a longer name is there as it should be
LOWER = 75.0  # the same where the right word is written small: it may be an ordinary word
PARTLY = 50.0  # the same of two hearings of one place, of which one is the name
BONES = 75.0  # the same of consonants alone: a recogniser that does not know a name keeps those
SHORTEST = 5  # phonemes; below that, unlike words come too near
DOUBTED = 66.0  # from here to CLEAR a word written as a name may be a misheard one: a person should look


def repair(
    words: tuple[Word, ...], glossary: Glossary, tag: str, say: Callable[[str], str]
) -> tuple[tuple[Word, ...], dict[int, str]]:
    """Words with misspelt names put right, and which word ids were changed from what.

    `say` gives the phonemes of a text. A run of words becomes one word with their whole time; forms that are also
    ordinary words in this language are never forced on words that sound like them.
    """
    sound = functools.lru_cache(maxsize=4096)(lambda text: _bare(say(text)))
    # an alias tells how a name is heard; what sounds like it becomes the name's own form
    forms = [(a, t.form(tag)) for t in glossary.terms if not t.is_common(tag) for a in (t.form(tag), *t.aliases)]
    out, changed = _aliases(words, glossary, tag)
    for form, name in sorted(forms, key=lambda p: -len(p[0])):
        wanted, size = sound(form), len(form.split())
        if len(wanted) < SHORTEST:
            continue
        at = 0
        while at < len(out):
            if _letters(" ".join(w.text for w in out[at : at + size])) == _letters(form):
                at += size
                continue
            for width in sorted({size, max(1, size - 1), size + 1}, key=lambda n: abs(n - size)):
                run = out[at : at + width]
                text = " ".join(w.text for w in run)
                if len(run) < width or not _may_differ(text, form) or _holds_form(run, form):
                    continue
                # letters first: phonemes of every run would cost a second a minute
                if fuzz.ratio(_letters(text), _letters(form)) < 60:
                    continue
                if _same(_strip(text), form, sound):
                    changed[run[0].id] = _strip(text)
                    tail = re.search(r"(['’]s)?[.,!?;:…]*$", run[-1].text)
                    fixed = f"{name}{tail[0] if tail else ''}"
                    prob = min(w.prob for w in run)
                    out[at : at + width] = [replace(run[0], text=fixed, end_ms=run[-1].end_ms, prob=prob)]
                    break
            at += 1
    for index, word in enumerate(out):
        capital = _capital(out, index, glossary, tag)
        if capital is not None:
            changed[word.id] = word.text
            out[index] = replace(word, text=capital)
    return tuple(out), changed


def doubtful(words: tuple[Word, ...], glossary: Glossary, tag: str, say: Callable[[str], str]) -> dict[int, str]:
    """Words that stand where a name does, are none that is known, and sound somewhat like one: id -> that name.

    Only words with a capital inside a sentence, or called out before a comma or an end; never one that the episode
    also says as an ordinary word.
    """
    sound = functools.lru_cache(maxsize=4096)(lambda text: _bare(say(text)))
    names = [t for t in glossary.terms if t.kind == "person"]
    known = {_letters(p) for t in glossary.terms for f in (t.form(tag), t.term, *t.aliases) for p in f.split()}
    plain = {_letters(_strip(w.text)) for w in words if w.text[:1].islower()}
    found: dict[int, str] = {}
    for index, word in enumerate(words):
        text = _strip(word.text)
        opens = index == 0 or words[index - 1].text[-1:] in ".!?…"
        called = word.text[-1:] in ",!?." and len(text) > 2
        if not text[:1].isupper() or (opens and not called) or _letters(text) in known | plain:
            continue
        for term in names:
            form = term.form(tag)
            likeness = max(fuzz.ratio(sound(text), sound(f)) for f in (form, *term.aliases))
            if " " not in form and fuzz.ratio(_letters(text), _letters(form)) >= 40 and likeness >= DOUBTED:
                found[word.id] = form
                break
    return found


def _aliases(words: tuple[Word, ...], glossary: Glossary, tag: str) -> tuple[list[Word], dict[int, str]]:
    """One-word aliases written as the name's own form."""
    forms = {_letters(a): t.form(tag) for t in glossary.terms for a in t.aliases if " " not in a}
    out, changed = [], {}
    for word in words:
        form = forms.get(_letters(_strip(word.text)))
        if form is not None:
            changed[word.id] = word.text
            word = replace(word, text=word.text.replace(_strip(word.text), form, 1))
        out.append(word)
    return out, changed


def _capital(words: list[Word], index: int, glossary: Glossary, tag: str) -> str | None:
    """The word with a capital where it is an ordinary word that stands where only a name does; None elsewhere."""
    word = words[index].text
    before = " ".join(w.text for w in words[max(0, index - 3) : index])
    text = f"{before} {word}".strip()
    if not word[:1].islower():
        return None
    uses = [u for u in glossary.find(text, tag) if not u.sure and u.start == len(text) - len(word)]
    return word.replace(text[uses[0].start : uses[0].end], uses[0].term.form(tag), 1) if uses else None


def _same(text: str, form: str, sound: Callable[[str], str]) -> bool:
    """Whether a run of words is a misspelt name.

    By sound alone, or, where a name of several words stands with one of them right and written as a name, by a looser
    likeness (of sound or letters) of the words that are not.
    """
    if fuzz.ratio(sound(text), sound(form)) >= CLEAR:
        return True
    pairs = list(zip(text.split(), form.split(), strict=False))
    if len(text.split()) != len(form.split()) or len(pairs) < 2:
        return False
    right = [a for a, b in pairs if _letters(a) == _letters(b)]
    rest = [(a, b) for a, b in pairs if _letters(a) != _letters(b)]
    if not right:
        return False
    one, two = (" ".join(part) for part in zip(*rest, strict=True))
    likeness = max(fuzz.ratio(sound(one), sound(two)), fuzz.ratio(_letters(one), _letters(two)))
    if not all(a[:1].isupper() for a in right):
        return likeness >= LOWER
    return likeness >= SHARED or (fuzz.ratio(_bones(sound(one)), _bones(sound(two))) >= BONES and likeness >= 25)


def may_be(one: str, two: str, names: Iterable[str], say: Callable[[str], str]) -> bool:
    """Whether `one` holds a word of a name that `two` may be a mishearing of: their sounds, or consonants, are alike."""
    parts = {p.casefold() for n in names for p in n.split() if len(p) >= 3}
    if not two or not parts & set(one.casefold().split()):
        return False
    first, second = _bare(say(one)), _bare(say(two))
    likeness = max(fuzz.ratio(first, second), fuzz.ratio(_letters(one), _letters(two)))
    bones = min(len(_bones(first)), len(_bones(second))) >= 2 and fuzz.ratio(_bones(first), _bones(second)) >= BONES
    return likeness >= PARTLY or (bones and likeness >= 25)


def _may_differ(text: str, form: str) -> bool:
    """False where the text already is the form, or a sentence ends inside it."""
    if _letters(form) in _letters(text) and form in text:
        return False
    return not re.search(r"[.!?…]\s", text)


def _holds_form(run: list[Word], form: str) -> bool:
    """Whether the name stands, spelt right, in a part of a run: the run must not swallow it and its neighbour."""
    parts = ((a, b) for a in range(len(run)) for b in range(a + 1, len(run) + 1) if b - a < len(run))
    return any(_letters(" ".join(w.text for w in run[a:b])) == _letters(form) for a, b in parts)


def _strip(text: str) -> str:
    return re.sub(r"['’]s$", "", text.strip(' .,!?;:…"“”¿¡'))


def _letters(text: str) -> str:
    return re.sub(r"[^\w]+", "", text).casefold()


def _bones(phonemes: str) -> str:
    return re.sub(r"[aeiouyæɑɐɒɔəɚɛɜɝɪʊʌʉøœɯɨɵ~̃]", "", phonemes).replace("z", "s")


def _bare(phonemes: str) -> str:
    return re.sub(r"[ˈˌː\s.,!?]", "", phonemes)
