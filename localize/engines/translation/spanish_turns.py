"""Turns of phrase that Spanish has otherwise than Portuguese, put right word by word."""

from __future__ import annotations

from .apertium_stream import Word
from .portuguese_readings import is_finite
from .spanish_clitics import believing, parted


def then(words: list[Word], at: int, *lemmas: str) -> bool:
    """Whether one of these words follows."""
    return at + 1 < len(words) and words[at + 1].low in lemmas


def comparisons(words: list[Word]) -> None:
    """ "más fuerte del que él" -> "que él"; elsewhere "del que" is "de lo que"."""
    at = 0
    while at + 2 < len(words):
        one, two, three = words[at : at + 3]
        if one.low == "de" and one.has("pr") and two.low == "el" and two.has("m") and three.low == "que":
            if any(w.low in ("más", "menos", "mejor", "peor", "preferir", "mayor", "menor") for w in words[:at]):
                three.blank = one.blank
                del words[at : at + 2]
            else:
                two.lemma, two.tags = "lo", ("detnt",)
        at += 1


def turns(words: list[Word]) -> None:
    """Small turns that differ: "no trabajas más" -> "ya no trabajas", "meses atrás" -> "hace meses", "dile que"."""
    at = 0
    while at < len(words):
        word = words[at]
        ahead = words[at + 1 : at + 6]
        if word.low == "más" and at >= 2 and (not ahead or ahead[0].has("sent", "cm", "pr", "det") or ahead[0].low in ("aquí", "ahí")):
            verb = next((i for i in (at - 1, at - 2) if is_finite(words[i])), None)
            no = None if verb is None else next((i for i in range(verb - 1, max(-1, verb - 4), -1) if words[i].low == "no"), None)
            if no is not None and not then(words, at, "de", "que"):
                ya = Word(words[no].blank, "", "Ya" if words[no].lemma[0].isupper() else "ya", ("adv",))
                words[no].lemma, words[no].blank = "no", " "
                del words[at]
                words.insert(no, ya)
        if word.low == "atrás" and at and words[at - 1].has("n") and words[at - 1].low in _SPANS:
            first = at - 2 if at >= 2 and words[at - 2].has("num", "det", "adj") else at - 1
            del words[at]
            words.insert(first, Word(words[first].blank, "", "hace", ("form",)))
            words[first + 1].blank = " "
        told_to = word.low == "decir" and ("+le<" in word.rest or (at > 0 and words[at - 1].low == "le"))
        clause = any(is_finite(w) for w in ahead) and not any(w.has("cnjsub", "sent", "cm") for w in ahead[:3])
        if told_to and clause and ahead[0].has("det"):
            words.insert(at + 1, Word(" ", "", "que", ("cnjsub",)))
        if word.low == "ni" and ahead and is_finite(ahead[0]) and not (at and words[at - 1].low == "ni"):
            word.lemma, word.tags = ("Ni siquiera" if word.lemma[0].isupper() else "ni siquiera"), ("form",)
        if word.low == "ir" and is_finite(word) and ahead and ahead[0].has("inf"):
            words.insert(at + 1, Word(" ", "", "a", ("pr",)))
        if word.low == "parar" and ahead and ahead[0].low == "de" and len(ahead) > 1 and ahead[1].has("inf"):
            word.lemma = "Dejar" if word.lemma[0].isupper() else "dejar"
        if word.low == "mirar" and ahead and ahead[0].low == "en":
            ahead[0].lemma = "a"
        if word.low == "creer" and len(ahead) > 1 and ahead[0].low == "en" and ahead[1].low in ("mí", "ti") and not word.rest:
            believing(words, at)
        if word.low == "correcto" and at and words[at - 1].low == "estar":
            word.lemma, word.tags = "bien", ("form",)
        at += 1


_SPANS = ("segundo", "minuto", "hora", "día", "noche", "semana", "mes", "año", "siglo", "tiempo")


_TELLING = ("decir", "pedir", "mandar", "ordenar", "rogar", "suplicar", "implorar", "avisar")


def wishes(words: list[Word]) -> None:
    """ "te dijo para mover" -> "te dijo que movieras"."""
    for at, verb in enumerate(words):
        if verb.low not in _TELLING or not verb.has("vblex"):
            continue
        for i in range(at + 1, min(len(words) - 1, at + 6)):
            if words[i].has("sent", "cm", "cnjsub") or is_finite(words[i]):
                break
            if words[i].low == "para" and words[i].has("pr") and words[i + 1].has("inf"):
                clitic = next((w for w in words[max(0, at - 3) : at] if w.has("pro")), None)
                listener = "".join(clitic.tags if clitic else ()) + verb.rest
                person = "p1" if "p1" in listener else "p2" if "p2" in listener else "p3"
                number = "pl" if clitic is not None and clitic.has("pl") else "sg"
                main = verb if is_finite(verb) else next((w for w in reversed(words[:at]) if is_finite(w)), verb)
                words[i].lemma, words[i].tags = "que", ("cnjsub",)
                wished = words[i + 1]
                wished.tags = (wished.tags[0], "pis" if main.has("ifi", "pii", "cni") else "prs", person, number)
                if wished.rest.startswith("+") and wished.rest.count("+") == 1:
                    words.insert(i + 1, Word(" ", "", *parted(wished.rest[1:])))
                    wished.rest = ""
                break
