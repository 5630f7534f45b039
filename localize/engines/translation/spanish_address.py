"""Whom a Spanish line addresses: "usted" where the line or those before it call somebody by a title, "tú" elsewhere.

Brazilian Portuguese says "você" to friends and enemies alike, with verbs, possessives and pronouns of the third person;
Apertium makes "usted" of each. Where the line came from English, its own "you", "your", "his" and "her" tell which of
these third persons are the one who is spoken to.
"""

from __future__ import annotations

import re

from .apertium_stream import Word
from .portuguese_readings import is_finite
from .spanish_clitics import hung, parted, set_before

TE = ("prn", "pro", "p2", "mf", "sg")

_TITLES = re.compile(
    r"\b(sir|ma'?am|madam|mr|mrs|ms|your (?:honou?r|majesty|highness|excellency|grace|lordship|eminence|holiness)|my (?:lord|lady|"
    r"king|queen)|colonel|captain|general|sergeant|detective|officer|inspector|professor|senator|president|father superior|"
    r"senhora?|vossa \w+|majestade|alteza|excelência|meritíssim[oa]|doutora?|coronel|capitão)\b\.?",
    re.IGNORECASE,
)


def is_formal(*lines: str) -> bool:
    """Whether one of these lines, English or Portuguese, calls somebody by a title ("sir", "o senhor", "Your Honor")."""
    return any(_TITLES.search(line) for line in lines)


def familiar(words: list[Word], told: str) -> None:
    """The words of a line, in place, said to a "tú"; `told` is the English line, empty where there is none."""
    spoken_to = _Told(told)
    made: list[Word] = []
    for sentence in _sentences(words):
        _sentence(sentence, spoken_to)
        made += [w for w in sentence if w.lemma]
    words[:] = made
    _possessives(words, spoken_to)
    _clitics(words, spoken_to)
    _to_you(words)


def _sentences(words: list[Word]) -> list[list[Word]]:
    """The words of each sentence, its end mark with it."""
    out: list[list[Word]] = [[]]
    for word in words:
        out[-1].append(word)
        if word.has("sent"):
            out.append([])
    return out


class _Told:
    """What the English line says of persons; with no line, nothing speaks against "you"."""

    def __init__(self, line: str) -> None:
        low = line.lower()
        self.there = bool(line)
        self.you = bool(re.search(r"\b(you|your|yours|yourself|you're|you've|you'll|you'd)\b", low))
        self.others = bool(re.search(r"\b(he|she|it|him|her|his|hers|its|they|them|their)\b|\b(?:he|she|it|they)'", low))
        self.possessives = re.findall(r"\b(my|your|his|her|its|our|their)\b", low)
        self.asks_you = bool(re.search(r"\b(?:are|do|did|have|will|can|were|would|should|could|don't|didn't|aren't|haven't|won't|can't) you\b", low))


def _sentence(words: list[Word], told: _Told) -> None:
    """Verbs and pronouns of one sentence; a word that goes is left without a lemma."""
    second = False  # whether the last verb was the one who is spoken to
    for word in list(words):
        at = next(i for i, w in enumerate(words) if w is word)
        if word.low == "usted" and word.has("prn"):
            second = _pronoun(words, at)
        elif word.has("imp") and word.has("p3") and word.has("sg"):
            _order(words, at)
            second = True
        elif word.has("prs") and word.has("sg") and _is_denied_order(words, at) and not (told.there and told.others and not told.you):
            _second(words, at)
            second = True
        elif is_finite(word) and word.has("p3", "p1") and word.has("sg"):
            if second and word.has("p3") and _goes_on(words, at):
                _second(words, at)
            elif word.has("p3") and told.asks_you and not told.others and _leads(words, at):
                _second(words, at)
                second = True
            elif word.has("p1") or not _goes_on(words, at):
                second = False
        elif word.has("prn") and word.has("tn") and word.has("p1", "p3") and not word.has("nt", "pos"):
            second = False


def _pronoun(words: list[Word], at: int) -> bool:
    """One "usted": subject of the verb behind or before it, object, or behind a preposition. True where it is a subject."""
    word = words[at]
    verb = _verb_behind(words, at)
    if verb is not None and not (at and words[at - 1].has("pr") and words[at - 1].low not in ("según",)):
        word.lemma = _dropped(words, at)
        _second(words, verb)
        return True
    before = words[at - 1] if at else None
    if before is not None and before.has("pr") and at + 1 < len(words) and words[at + 1].has("inf") and before.low in ("de", "para"):
        wished = words[at + 1]  # "hora de você contar" -> "hora de que cuentes"
        wished.tags = (wished.tags[0], "prs", "p2", "sg")
        word.lemma, word.tags = "que", ("cnjsub",)
        if wished.rest.startswith("+") and wished.rest.count("+") == 1:
            words.insert(at + 1, Word(" ", "", *parted(wished.rest[1:])))
            wished.rest = ""
        return True
    if before is not None and before.has("pr"):
        if before.low == "con":
            before.lemma, before.tags = ("Contigo" if before.lemma[0].isupper() else "contigo"), ("prn", "tn", "p2", "mf", "sg")
            word.lemma = ""
        elif before.low in ("según", "entre"):
            word.lemma, word.tags = "tú", ("prn", "tn", "p2", "mf", "sg")
        else:
            word.lemma, word.tags = "ti", ("prn", "tn", "p2", "mf", "sg")
        return False
    asked = words[-1].low == "?"
    if before is not None and is_finite(before) and before.has("p3") and before.has("sg") and (asked or at == 1):
        _second(words, at - 1)  # "¿Dónde está usted?"
        word.lemma = ""
        return True
    if before is not None and not before.rest and before.has("vblex") and before.has("inf", "ger"):
        before.rest, word.lemma = "+te<prn><enc><p2><mf><sg>", ""  # "matar você"
        return False
    if before is not None and is_finite(before) and not before.has("imp"):
        del words[at]  # "amei você" -> "te amé"
        set_before(words, _front(words, at - 1), "te", TE)
        return False
    word.lemma, word.tags = ("Tú" if word.lemma[0].isupper() else "tú"), ("prn", "tn", "p2", "mf", "sg")
    return False


def _front(words: list[Word], at: int) -> int:
    """Where a verb's clitics stand."""
    while at and words[at - 1].has("pro"):
        at -= 1
    return at


def _dropped(words: list[Word], at: int) -> str:
    """A subject that the verb's ending tells; its capital goes to the word behind it."""
    if at + 1 < len(words):
        behind = words[at + 1]
        behind.blank = words[at].blank
        if words[at].lemma[0].isupper():
            behind.lemma = behind.lemma[:1].upper() + behind.lemma[1:]
    return ""


def _verb_behind(words: list[Word], at: int) -> int | None:
    """The finite verb whose subject stands at `at`, with clitics, denials and adverbs between."""
    for i in range(at + 1, min(len(words), at + 6)):
        if is_finite(words[i]):
            return i if words[i].has("sg") else None
        if not (words[i].has("pro") or words[i].has("adv", "preadv")):
            return None
    return None


def _second(words: list[Word], at: int) -> None:
    """A verb in the second person, with the reflexive pronoun that goes with it."""
    verb = words[at]
    verb.tags = tuple("p2" if t in ("p1", "p3") else t for t in verb.tags)
    if verb.has("imp"):
        verb.retag("imp", "pri")
    for i in range(max(0, at - 3), at):
        if words[i].low == "se" and words[i].has("pro"):
            _te(words[i])
    verb.rest = verb.rest.replace("se<prn><enc><ref><p3><mf><sp>", "te<prn><enc><p2><mf><sg>")
    for i in range(at + 1, min(len(words), at + 3)):  # "vas a sentarte", "estás quejándote"
        if words[i].has("inf", "ger"):
            words[i].rest = words[i].rest.replace("se<prn><enc><ref><p3><mf><sp>", "te<prn><enc><p2><mf><sg>")


def _te(word: Word) -> None:
    word.lemma, word.tags = ("Te" if word.lemma[0].isupper() else "te"), TE


def _order(words: list[Word], at: int) -> None:
    """An order to one person: "firme" -> "firma", "no firme" -> "no firmes"."""
    verb = words[at]
    denied = any(w.low in ("no", "nunca", "jamás") for w in words[max(0, at - 3) : at])
    verb.retag("p3", "p2")
    if denied:
        verb.retag("imp", "prs")
    verb.rest = verb.rest.replace("se<prn><enc><ref><p3><mf><sp>", "te<prn><enc><p2><mf><sg>")
    before = _front(words, at)
    hung = [w for w in words[before:at] if w.has("pro")]
    if hung and not denied and not verb.rest:  # "me traiga" -> "tráeme"
        verb.rest = "".join(f"+{_enclitic(w)}" for w in hung)
        verb.blank = hung[0].blank
        if hung[0].lemma[0].isupper():
            verb.lemma = verb.lemma[0].upper() + verb.lemma[1:]
        for w in hung:
            w.lemma = ""
    else:
        for w in hung:
            if w.low == "se":
                _te(w)


def _enclitic(word: Word) -> str:
    if word.low == "se":
        return "te<prn><enc><p2><mf><sg>"
    return hung(word)


def _is_denied_order(words: list[Word], at: int) -> bool:
    """ "no me agradezca" at the head of a sentence or clause, where nothing calls for a subjunctive."""
    i = _front(words, at) - 1
    if i < 0 or words[i].low not in ("no", "nunca", "jamás"):
        return False
    return i == 0 or words[i - 1].has("cm", "cnjcoo", "lpar") or (i == 1 and words[0].has("adv", "cnjadv", "ij"))


def _goes_on(words: list[Word], at: int) -> bool:
    """Whether a verb has the subject of the verb before it: only "y", "pero", "o", a comma, clitics and adverbs between."""
    i = at - 1
    while i >= 0 and (words[i].has("pro") or words[i].has("adv", "preadv")):
        i -= 1
    return i > 0 and words[i].has("cnjcoo", "cm")


def _leads(words: list[Word], at: int) -> bool:
    """Whether a verb stands at its sentence's head, behind nothing but clitics, adverbs and a word that asks."""
    return all(w.has("pro") or w.has("adv", "preadv", "itg", "pr", "cm", "cnjadv") for w in words[:at])


def _possessives(words: list[Word], told: _Told) -> None:
    """ "su" and "suyo" of the one who is spoken to, by the English line's own possessives in their order."""
    mine = [w for w in words if w.has("pos") and w.low in ("suyo", "mío", "nuestro", "tuyo", "su", "mi")]
    by_order = told.possessives if len(told.possessives) == len(mine) else None
    for i, word in enumerate(mine):
        if word.low not in ("suyo", "su"):
            continue
        if by_order:
            yours = by_order[i] == "your"
        elif told.there:
            yours = told.you and not re.search(r"\b(his|her|their|its)\b", " ".join(told.possessives))
        else:
            yours = True  # Brazil says "dele", "dela" of others
        if yours:
            word.lemma = "Tuyo" if word.lemma[0].isupper() else "tuyo"


def _clitics(words: list[Word], told: _Told) -> None:
    """ "le", "lo", "la" of the one who is spoken to: where the English line says "you" and nobody else."""
    if not told.you or told.others:
        return
    for word in words:
        if word.low in ("le", "lo") and word.has("pro") and word.has("sg"):
            _te(word)
        if word.has("vblex"):
            word.rest = re.sub(r"\b(?:le|lo)<prn><enc><p3><(?:mf|m|f)><sg>", "te<prn><enc><p2><mf><sg>", word.rest)



def _to_you(words: list[Word]) -> None:
    """ "están mintiendo a ti" -> "te están mintiendo"."""
    at = 1
    while at + 1 < len(words):
        verb, to, you = words[at - 1 : at + 2]
        if to.low == "a" and to.has("pr") and you.low == "ti" and verb.has("vblex") and not verb.rest:
            front = at - 1
            if verb.has("ger", "inf") and front and is_finite(words[front - 1]) and words[front - 1].low in ("estar", "ir"):
                front -= 1
            front = _front(words, front)
            if not any(w.has("pro") for w in words[front:at]):
                del words[at : at + 2]
                if verb.has("inf") and front == at - 1:
                    verb.rest = "+te<prn><enc><p2><mf><sg>"
                    continue
                set_before(words, front, "te", TE)
        at += 1
