"""Who does what to whom: persons and their parts in English texts, a line against its back-translation."""

from __future__ import annotations

import re
from collections import Counter

from .english import content, stem, tokens
from .record import Finding, Pair, sentences, words

_SUBJECT = {"i": "1", "we": "1", "he": "m", "she": "f", "you": "2", "they": "p"}
_OBJECT = {"me": "1", "us": "1", "him": "m", "you": "2", "them": "p"}
_OWN = {"my": "1", "mine": "1", "our": "1", "ours": "1", "his": "m", "your": "2", "yours": "2", "their": "p"}
_SELF = {"myself", "ourselves", "himself", "herself", "yourself", "themselves", "itself"}
# after these, "you" or "her" is no subject
_TAKES_OBJECT = frozenset(
    """to for with without from of by at on about against behind near like than saw see tell told love loved hate hated
    kill killed save saved help helped give gave show showed hurt left leave marry married betrayed betray need want
    let make made ask asked follow followed find found meet met protect stop hear believe believed trust forgive""".split()
)
_AUXILIARY = frozenset(
    """am is are was were be been have has had do does did will would can could shall should may might must 'm 's 're
    've 'll 'd not never always already only just also really still even once ever so""".split()
)
_SAY_TAG = re.compile(
    r",\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|wo|ca)(?:n't)?\s+\w+\s*\?",
    re.IGNORECASE,
)


def parts(text: str) -> Counter[str]:
    """Persons by part: "1s" first person doing, "1o" done to, "1p" owning; the same for 2, m (he), f (she), p (they)."""
    found: Counter[str] = Counter()
    said = tokens(_SAY_TAG.sub("", text.replace("’", "'")))
    for at, word in enumerate(said):
        before = said[at - 1] if at else ""
        after = said[at + 1] if at + 1 < len(said) else ""
        if word in _SELF:
            continue
        if word == "you":
            asked = before in _AUXILIARY and after not in ("", "and", "or", "but")
            doing = asked or (
                after != "" and before not in _TAKES_OBJECT and after not in ("and", "or", "but", "the", "a", "my")
            )
            found["2s" if doing else "2o"] += 1
        elif word == "her":
            found["fp" if _is_noun_next(after) else "fo"] += 1
        elif word in _SUBJECT:
            found[_SUBJECT[word] + "s"] += 1
        elif word in _OBJECT:
            found[_OBJECT[word] + "o"] += 1
        elif word in _OWN:
            found[_OWN[word] + "p"] += 1
    return found


def _is_noun_next(word: str) -> bool:
    ends = {"", "to", "in", "on", "at", "and", "or", "but", "with", "the", "a", "for", "that", "now", "here", "there", "alone", "so",
            "about", "because", "when", "if", "tonight", "again", "from", "inside", "outside", "like", "go", "own", "be", "back"}  # fmt: skip
    return word not in ends


def swapped_names(pair: Pair) -> list[Finding]:
    """Two names in the other order, in the translation and in what it comes back as."""
    from_source = _order(pair.source, [s for s, _t in pair.names])
    in_target = list(_order(pair.target, [t for _s, t in pair.names], [s for s, _t in pair.names]))
    if len(from_source) != 2 or sorted(from_source) != sorted(in_target) or from_source == in_target:
        return []
    back = _order(pair.back, [s for s, _t in pair.names]) if pair.back else []
    if back and back == from_source:
        return []
    return [Finding("who", f"{from_source[0]} and {from_source[1]} changed places", "doubt")]


def _order(text: str, forms: list[str], told: list[str] | None = None) -> list[str]:
    at = {}
    said = " ".join(words(text))
    for form, name in zip(forms, told or forms, strict=True):
        match = re.search(rf"(?<!\S){re.escape(' '.join(words(form)))}(?!\S)", said) if words(form) else None
        if match:
            at[name] = match.start()
    return sorted(at, key=lambda n: at[n])


PEOPLE = frozenset(
    stem(w)
    for w in """father mother brother sister son daughter husband wife uncle aunt cousin grandfather grandmother dad mom man woman boy girl
    child baby guard doctor nurse police policeman lawyer judge boss friend enemy king queen prince princess teacher driver
    killer neighbour neighbor stranger soldier priest captain lady gentleman president director nephew niece""".split()
)


def order(pair: Pair) -> list[Finding]:
    """A person who opens a sentence of the line and comes after what is done in the back-translation, or the reverse."""
    told, made = sentences(pair.source), sentences(pair.back)
    if pair.source_language != "en" or len(told) != len(made):
        return []
    known = PEOPLE | {stem(w) for name, _form in pair.names for w in words(name)}
    for line, back in zip(told, made, strict=True):
        if line.rstrip('"”’») ').endswith("?"):
            continue  # questions put the subject where they like
        one, two = content(line), content(back)
        both = [w for w in one if one.count(w) == 1 and two.count(w) == 1]
        for first, text, other in ((one, line, two), (two, back, one)):
            lead = next((w for w in first if w in both), "")
            passed = [w for w in both if w != lead and other.index(w) < other.index(lead)] if lead in known else []
            owner = (
                re.search(rf"(?i)\b{re.escape(lead)}\w*['’]s?\b|,\s*{re.escape(lead)}\w*[.!?,]", text)
                if passed
                else None
            )
            addressed = re.match(rf"(?i)\W*{re.escape(lead)}\w*\s*,", text) if passed else None
            if passed and not owner and not addressed:
                return [
                    Finding("who", f"{lead} and {passed[0]} come in another order in the back-translation", "doubt")
                ]
    return []


_HE = {"es": (r"él", r"ella"), "pt": (r"ele|dele|nele", r"ela|dela|nela")}
_AFTER = r"(?<!sin )(?<!con )(?<!de )(?<!a )(?<!en )(?<!por )(?<!para )"  # after these a thing is "él" or "ella" too


def gender_of_others(pair: Pair) -> list[Finding]:
    """A "he" that became a "she", where both texts say which."""
    if pair.source_language != "en" or pair.target_language not in _HE:
        return []
    said = set(tokens(pair.source))
    he, she = bool(said & {"he", "him", "his"}), bool(said & {"she", "her", "hers"})
    things = bool(said & {"it", "its", "this", "that"})
    if things and pair.target_language == "pt":
        return []
    after = _AFTER if things else ""
    male, female = (
        re.search(rf"(?<!\w){after}(?:{p})(?!\w)", pair.target, re.IGNORECASE) is not None
        for p in _HE[pair.target_language]
    )
    opens = re.match(
        rf"\W*(?:({_HE[pair.target_language][0]})|({_HE[pair.target_language][1]}))\b", pair.target, re.IGNORECASE
    )
    first = next((w for w in tokens(pair.source) if w in ("he", "she")), "")
    if opens and first and tokens(pair.source)[0] == first and (first == "he") != bool(opens[1]):
        return [Finding("who", "he became she" if first == "he" else "she became he")]
    if he and not she and female and not male:
        return [Finding("who", "he became she")]
    if she and not he and male and not female:
        return [Finding("who", "she became he")]
    return []
