"""Where Spanish puts its unstressed pronouns, and which it has where Portuguese has none."""

from __future__ import annotations

from .apertium_stream import Word
from .portuguese_readings import is_finite

SELF = {("p1", "sg"): "me", ("p2", "sg"): "te", ("p3", "sg"): "se", ("p1", "pl"): "nos", ("p3", "pl"): "se"}


def set_before(words: list[Word], at: int, lemma: str, tags: tuple[str, ...]) -> None:
    """A pronoun before the verb that stands at `at`, with its capital where it had one."""
    verb = words[at]
    clitic = Word(verb.blank, "", lemma, tags)
    if verb.lemma[:1].isupper():
        clitic.lemma, verb.lemma = lemma.capitalize(), verb.lemma[0].lower() + verb.lemma[1:]
    verb.blank = " "
    words.insert(at, clitic)


def perfect(words: list[Word]) -> None:
    """ "haber me dicho" -> "haberme dicho"; "espiando" and "me" in either order hang together."""
    at = 0
    while at + 2 < len(words):
        verb, clitic, participle = words[at : at + 3]
        if verb.has("vbhaver") and verb.has("inf") and clitic.has("pro") and participle.has("pp"):
            verb.rest += "+" + hung(clitic)
            del words[at + 1]
        at += 1


def climbing(words: list[Word]) -> None:
    """ "estás diciéndome", "estás me diciendo" -> "me estás diciendo"."""
    at = 0
    while at + 1 < len(words):
        verb, nxt = words[at], words[at + 1]
        if verb.low == "estar" and is_finite(verb) and not verb.rest and not (at and words[at - 1].has("pro")):
            if nxt.has("ger") and nxt.rest.startswith("+") and nxt.rest.count("+") == 1:
                clitic = parted(nxt.rest[1:])
                nxt.rest = ""
                set_before(words, at, *clitic)
                at += 1
            elif nxt.has("pro") and at + 2 < len(words) and words[at + 2].has("ger"):
                words[at + 2].blank = " "
                del words[at + 1]
                set_before(words, at, nxt.low, nxt.tags)
                at += 1
        at += 1


def parted(reading: str) -> tuple[str, tuple[str, ...]]:
    """A hung pronoun's lemma and its tags as a word of its own."""
    lemma, _bracket, tags = reading.partition("<")
    return lemma, tuple("pro" if t == "enc" else t for t in tags.removesuffix(">").split("><"))


def hung(clitic: Word) -> str:
    """A pronoun as it hangs on a verb."""
    return clitic.low + "".join(f"<{'enc' if t == 'pro' else t}>" for t in clitic.tags)


_KNOWING = ("saber", "intentar")


def known_things(words: list[Word]) -> None:
    """What Spanish names and Portuguese leaves out: "eu não sabia" -> "no lo sabía", "fiz isso" -> "lo hice"."""
    at = 0
    while at < len(words):
        verb = words[at]
        nxt = words[at + 1] if at + 1 < len(words) else None
        if is_finite(verb) and not verb.has("imp") and not verb.rest and not (at and words[at - 1].has("pro", "itg", "rel")):
            ends = nxt is None or nxt.has("sent", "cm")
            of_it = nxt is not None and nxt.low == "de" and at + 2 < len(words) and words[at + 2].low == "eso"
            it = nxt is not None and nxt.low == "eso" and (at + 2 >= len(words) or words[at + 2].has("sent", "pr", "cm"))
            if (verb.low in _KNOWING and (ends or of_it)) or (verb.low in ("hacer", "saber", "intentar") and it):
                if of_it:
                    del words[at + 1 : at + 3]
                elif it:
                    del words[at + 1]
                set_before(words, at, "lo", ("prn", "pro", "p3", "m", "sg"))
                at += 1
        at += 1


def believing(words: list[Word], at: int) -> None:
    """ "creer en mí" -> "creerme", "crees en mí" -> "me crees"."""
    person = "p1" if words[at + 2].low == "mí" else "p2"
    own, tags = SELF[person, "sg"], ("prn", "pro", person, "mf", "sg")
    del words[at + 1 : at + 3]
    if not is_finite(words[at]) or (words[at].has("imp") and not words[at].has("pri")):
        words[at].rest = "+" + hung(Word("", "", own, tags))
    elif not (at and words[at - 1].has("pro")):
        set_before(words, at, own, tags)


_STAYS = ("en", "con", "aquí", "ahí", "allí", "por", "solo", "sin", "afuera", "adentro", "hasta", "junto")


def staying(words: list[Word]) -> None:
    """ "ficar" of persons is "quedarse"."""
    person, number = "p3", "sg"
    at = 0
    while at < len(words):
        verb = words[at]
        if is_finite(verb):
            person = next((t for t in verb.tags if t in ("p1", "p2", "p3")), person)
            number = "pl" if verb.has("pl") else "sg"
        behind = words[at + 1] if at + 1 < len(words) else None
        stays = behind is None or behind.has("sent", "cm", "pp", "adj") or behind.low in (*_STAYS, "conmigo", "contigo")
        own = SELF.get((person, number), "")
        if verb.low == "quedar" and verb.has("vblex") and stays and own and not verb.rest:
            tags: tuple[str, ...] = ("prn", "pro", person, "mf", number)
            if own == "se":
                tags = ("prn", "pro", "ref", person, "mf", "sp")
            if verb.has("inf", "ger") or (verb.has("imp") and not verb.has("pri")):
                verb.rest = "+" + hung(Word("", "", own, tags))
            elif is_finite(verb) and not (at and words[at - 1].has("pro")):
                set_before(words, at, own, tags)
                at += 1
        at += 1
