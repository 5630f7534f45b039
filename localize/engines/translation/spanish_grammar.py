"""What Apertium's transfer leaves Portuguese in its Spanish, put right word by word before the generator inflects them."""

from __future__ import annotations

import itertools

from . import spanish_clitics, spanish_turns
from .apertium_stream import Row, Word, generated
from .portuguese_readings import FINITE, is_finite
from .pt_es_words import conjugated, look_up
from .spanish_address import familiar

# words of Spain, or of another sense, by what Latin American dialogue says: (lemma, part of speech) -> (lemma, gender)
LEXICON: dict[tuple[str, str], tuple[str, str]] = {
    ("coche", "n"): ("auto", "m"), ("ordenador", "n"): ("computadora", "f"), ("marido", "n"): ("esposo", "m"),
    ("prisión", "n"): ("cárcel", "f"), ("pronto", "adj"): ("listo", ""), ("escoger", "vblex"): ("elegir", ""),
    ("allá", "adv"): ("ahí", ""), ("aún", "adv"): ("todavía", ""), ("coger", "vblex"): ("tomar", ""),
    ("dimitir", "vblex"): ("despedir", ""), ("comenzar", "vblex"): ("empezar", ""), ("desconectar", "vblex"): ("colgar", ""),
    ("acontecer", "vblex"): ("pasar", ""), ("floresta", "n"): ("bosque", "m"), ("paquete", "n"): ("paquete", "m"),
    ("nuevamente", "adv"): ("otra vez", ""), ("sólo", "adv"): ("solo", ""), ("dentro", "adv"): ("adentro", ""),
    ("fuera", "adv"): ("afuera", ""), ("señorito", "n"): ("señorita", "f"),
}  # fmt: skip
_LIGHTS = {"luz", "televisión", "motor", "cámara", "computadora", "música", "radio", "fuego", "carro", "auto"}
_KIN = {
    "madre", "padre", "hermano", "hermana", "hijo", "hija", "marido", "esposa", "esposo", "mujer", "tío", "tía", "abuela",
    "abuelo", "jefe", "amigo", "novio", "familia", "gente", "pueblo", "mamá", "papá", "nieto", "bebé", "niño", "prima",
}  # fmt: skip
_NO_OBJECT = {
    "ser", "estar", "parecer", "haber", "tener", "ir", "venir", "llegar", "entrar", "salir", "morir", "nacer", "decir",
    "vivir", "llamar", "volver", "gustar", "existir", "faltar", "significar", "usar", "necesitar", "quedar", "querer",
}  # fmt: skip


def put_right(rows: list[Row], formal: list[bool], told: list[str]) -> None:
    """Rows of Spanish, in place.

    Args:
        formal: of each row, whether its "você" is "usted".
        told: of each row, the line that the Portuguese was made of; empty where it was itself the line.
    """
    for row, usted, line in zip(rows, formal, told, strict=True):
        look_up(row.words)
        _neighbours(row.words)
        _much(row.words)
        _senses(row.words)
        _conditions(row.words)
        spanish_clitics.perfect(row.words)
        if usted:
            _sir(row.words)
        else:
            familiar(row.words, line)
        spanish_turns.comparisons(row.words)
        spanish_clitics.known_things(row.words)
        spanish_clitics.climbing(row.words)
        spanish_clitics.staying(row.words)
        spanish_turns.wishes(row.words)
        spanish_turns.turns(row.words)
        _without_subjects(row)
        _persons_as_objects(row)
    _ready(rows)


def _neighbours(words: list[Word]) -> None:
    """Articles and the like before a word that was looked up, in its gender and number."""
    for before, word in itertools.pairwise(words):
        if "form" in word.tags and len(word.tags) == 4:
            *_kind, gender, number = word.tags
            if before.has("det", "detnt", "predet", "num") or before.has("adj"):
                if before.has("detnt"):
                    before.lemma, before.tags = "el", ("det", "def", gender, number)
                before.tags = tuple(gender if t in ("m", "f") else number if t in ("sg", "pl") else t for t in before.tags)


def _much(words: list[Word]) -> None:
    """ "muy" before a noun is "mucho", in its gender; before a verb or at an end, the adverb."""
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else None
        if word.low == "lo" and word.has("detnt") and following is not None and following.has("n"):
            gender = "m" if following.low == "arroz" else "f" if following.has("f") else "m"
            word.lemma, word.tags = "el", ("det", "def", gender, "sg")
        if word.low != "muy" or following is None:
            continue
        if following.has("n"):
            gender = "f" if following.has("f") else "m"
            word.tags = ("adj", gender, "pl" if following.has("pl") else "sg")
        elif following.has("adj", "pp", "adv", "form"):
            continue
        else:
            word.tags = ("adv",)
        word.lemma = "Mucho" if word.lemma[0].isupper() else "mucho"


def _sir(words: list[Word]) -> None:
    """ "o senhor" and "a senhora", said to somebody, are "usted"."""
    at = 1
    while at < len(words):
        article, title = words[at - 1 : at + 1]
        behind = words[at + 1] if at + 1 < len(words) else None
        named = behind is not None and (behind.has("np") or behind.lemma.startswith("*"))
        if article.has("det") and article.has("def") and title.low in ("señor", "señora") and title.has("sg") and not named:
            article.lemma, article.tags = ("Usted" if article.lemma[0].isupper() else "usted"), ("prn", "tn", "p3", "mf", "sg")
            del words[at]
        at += 1


_TO = ("llamar", "mirar", "decir", "contar", "mentir", "dar", "pedir", "volver", "ir")


def _senses(words: list[Word]) -> None:
    for at, word in enumerate(words):
        kind = word.tags[0] if word.tags else ""
        if kind and (found := LEXICON.get((word.low, kind))) and not (word.low == "fuera" and spanish_turns.then(words, at, "de")):
            instead, gender = found
            word.lemma = instead.capitalize() if word.lemma[0].isupper() else instead
            if gender and not word.has(gender):
                word.tags = tuple(gender if t in ("m", "f") else t for t in word.tags)
                if at and words[at - 1].has("det", "adj"):
                    words[at - 1].tags = tuple(gender if t in ("m", "f") else t for t in words[at - 1].tags)
            if kind == "adv" and instead not in ("ahí", "todavía"):
                word.tags = ("form", "adv")
        ahead = words[at + 1 : at + 5]
        if word.low == "conectar" and kind == "vblex":
            lights = any(w.low in _LIGHTS for w in ahead)
            word.lemma = ("Encender" if lights else "Llamar") if word.lemma[0].isupper() else ("encender" if lights else "llamar")
            if ahead and ahead[0].low == "para" and ahead[0].has("pr"):
                ahead[0].lemma = "a"
        if word.low == "borrar" and kind == "vblex" and any(w.low in _LIGHTS for w in ahead):
            word.lemma = "Apagar" if word.lemma[0].isupper() else "apagar"
        towards = len(ahead) > 1 and ahead[0].low == "para" and ahead[0].has("pr") and ahead[1].has("det", "prn", "np", "n")
        if towards and word.has("vblex") and word.low in _TO:
            ahead[0].lemma = "a"


def _conditions(words: list[Word]) -> None:
    """Behind "si" the indicative: "se eu cair" -> "si caigo". What is hung on an unknown word's place is its pronoun."""
    for at, word in enumerate(words):
        if word.low == "si" and word.has("cnjadv"):
            for behind in words[at + 1 : at + 6]:
                if is_finite(behind):
                    if behind.has("prs"):
                        behind.retag("prs", "pri")
                    break
                if behind.has("sent", "cm"):
                    break
        if at + 1 < len(words) and word.low in ("el", "lo") and word.has("det", "detnt") and is_finite(words[at + 1]):
            gender, number = ("f" if word.has("f") else "m"), ("pl" if word.has("pl") else "sg")
            word.lemma, word.tags = "lo", ("prn", "pro", "p3", gender, number)


def _without_subjects(row: Row) -> None:
    """Subject pronouns go where the verb's ending says as much: "Yo lo vi" -> "Lo vi"."""
    at = 0
    words = row.words
    while at < len(words):
        word = words[at]
        if not (word.has("prn") and word.has("tn") and word.low in ("yo", "nosotros", "tú", "él")) or not _subject_goes(words, at):
            at += 1
            continue
        del words[at]
        if at < len(words):
            words[at].blank = word.blank
            if word.lemma[0].isupper() and words[at].lemma:
                words[at].lemma = words[at].lemma[0].upper() + words[at].lemma[1:]


_OPENS = ("sent", "cm", "lpar", "lquest", "guio", "apos")


_BETWEEN = ("no", "nunca", "ya", "jamás", "todavía", "siempre", "solo", "sólo")


def _subject_goes(words: list[Word], at: int) -> bool:
    word = words[at]
    behind = at + 1
    while behind < len(words) and (words[behind].has("pro") or words[behind].low in _BETWEEN):
        behind += 1
    if behind >= len(words) or not is_finite(words[behind]):
        return False
    opens = at == 0 or words[at - 1].has(*_OPENS)
    if word.low == "yo" and at >= 2 and words[at - 1].low in ("y", "ni", "o", "e") and words[at - 2].has("prn", "np", "n"):
        return False  # "tú y yo sabemos"
    if word.low == "él":  # he, she or they: only where nobody else was named in the line before it
        named = any(w.has("np") or (w.has("n") and w.low in _KIN) for w in words[:at])
        same = any(w.has("prn") and w.has("tn") and w.tags == word.tags for w in words[:at])
        same = same or any(is_finite(w) and w.has("p1", "p2") for w in words[:at])
        asked = at > 0 and any(w.has("itg") for w in words[max(0, at - 3) : at])
        opens = opens and not (at > 0 and words[at - 1].has("cm") and same)
        return not named and (opens or asked or (not same and words[at - 1].low in ("y", "e", "pero", "porque") and at > 2))
    return not (word.low == "yo" and words[behind].has("pii", "cni", "prs", "pis") and not opens)


def _persons_as_objects(row: Row) -> None:
    """The "a" before a person whom something is done to: "protegió su familia" -> "protegió a su familia"."""
    words = row.words
    if any(w.low == "?" for w in words):
        return
    at = 0
    while at + 2 < len(words):
        verb, possessive, noun = words[at : at + 3]
        if (
            verb.has("vblex") and verb.low not in _NO_OBJECT and verb.has("inf", "ger", *FINITE) and not verb.rest.startswith("+se")
            and possessive.has("det") and possessive.has("pos") and noun.has("n") and noun.low in _KIN
        ):  # fmt: skip
            words.insert(at + 1, Word(" ", "", "a", ("pr",)))
        at += 1


def _ready(rows: list[Row]) -> None:
    """Words whose form is known already, and verbs that the generator lacks, as the generator lets them pass."""
    verbs = [w for r in rows for w in r.words if w.has("vblex") and w.lemma[:1] not in "*@"]
    lacking = [v for v, form in zip(verbs, generated(w.reading() for w in verbs), strict=True) if not form]
    for verb, form in zip(lacking, conjugated(lacking), strict=True):
        if form:
            verb.lemma = f"*{form.capitalize()}" if verb.lemma[:1].isupper() else f"*{form}"
            verb.tags, verb.rest = (), ""
    for word in (w for r in rows for w in r.words if w.has("form")):
        word.lemma, word.tags = f"*{word.lemma}", ()
