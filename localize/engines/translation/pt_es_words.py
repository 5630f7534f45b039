"""Portuguese words that Apertium does not know, looked up: a list of our own, endings that both languages share, verbs by
their conjugation. What is found so becomes a Spanish word with its tags, so that everything behind it treats it as one."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from ...languages.dictionary import dictionary
from .apertium_stream import Word, generated, readings_of

FILE = Path(__file__).with_suffix(".txt")
_KINDS = {"nouns m": "m", "nouns f": "f", "adjectives": "adj", "words": "word", "verbs": "verb"}
# a verb of each conjugation that Apertium knows in both languages, to read another's ending by
_LIKE = {"ar": ("fal", "habl"), "er": ("com", "com"), "ir": ("part", "part")}
# endings that the two languages share, tried where a Spanish dictionary has what they make
_ENDINGS = (
    ("ções", "ciones"), ("sões", "siones"), ("ção", "ción"), ("ssão", "sión"), ("são", "sión"), ("dade", "dad"),
    ("dades", "dades"), ("mente", "mente"), ("eiro", "ero"), ("eira", "era"), ("eiros", "eros"), ("eiras", "eras"),
    ("ável", "able"), ("ível", "ible"), ("áveis", "ables"), ("íveis", "ibles"), ("ência", "encia"), ("ância", "ancia"),
    ("gem", "je"), ("agens", "ajes"), ("ário", "ario"), ("ária", "aria"), ("ismo", "ismo"), ("ista", "ista"),
    ("vel", "ble"), ("oso", "oso"), ("osa", "osa"), ("ógico", "ógico"), ("inho", "ito"), ("inha", "ita"),
)  # fmt: skip
_LETTERS = (("ss", "s"), ("nh", "ñ"), ("lh", "j"), ("ç", "z"), ("qü", "cu"), ("ê", "e"), ("ô", "o"), ("â", "a"), ("ã", "a"))
_HUNG = re.compile(r"(.+)-(me|te|se|nos|lhe|lo|la|los|las|o|a|os|as)")  # "machucá-lo", "espionando-me"
_FULL = {"á": "ar", "ê": "er", "i": "ir", "í": "ir"}
_CLITICS = {
    "me": "me<prn><enc><p1><mf><sg>", "te": "te<prn><enc><p2><mf><sg>", "se": "se<prn><enc><ref><p3><mf><sp>",
    "nos": "nos<prn><enc><p1><mf><pl>", "lhe": "le<prn><enc><p3><mf><sg>",
} | {p + e: f"lo<prn><enc><p3><{g}><{n}>"
     for p in ("", "l") for e, g, n in (("o", "m", "sg"), ("a", "f", "sg"), ("os", "m", "pl"), ("as", "f", "pl"))}  # fmt: skip


@functools.cache
def known() -> dict[str, dict[str, str]]:
    """By kind, Portuguese dictionary forms and what they are in Spanish."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in _KINDS.values()}
    kind = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = _KINDS[line.strip("[]")]
        elif line and not line.startswith("#"):
            found[kind] |= {pt: es.replace("+", " ") for pt, es in (pair.split("=") for pair in line.split())}
    return found


def look_up(words: list[Word]) -> None:
    """Every unknown word that is found becomes Spanish, with tags; the others stay as they are."""
    at = 1
    while at < len(words):  # "machucá-lo" comes as two unknown words
        one, two = words[at - 1], words[at]
        if two.blank == "-" and one.lemma.startswith("*") and two.lemma.removeprefix("*").lower() in _CLITICS:
            one.lemma += "-" + two.lemma.removeprefix("*").lower()
            del words[at]
        at += 1
    for word in words:
        if word.lemma.startswith("*"):
            plain = word.lemma[1:].lower()
            hung = _HUNG.fullmatch(plain)
            found = None if hung else _spanish(plain)
            if hung:
                head = hung[1]
                if hung[2][0] == "l" and hung[2] != "lhe":
                    head = head[:-1] + _FULL.get(head[-1:], head[-1:])
                found = _verb(head)
                word.rest = f"+{_CLITICS[hung[2]]}" if found else ""
            if found:
                lemma, tags = found
                word.lemma = lemma[:1].upper() + lemma[1:] if word.lemma[1].isupper() else lemma
                word.tags = tags


@functools.lru_cache(4096)
def _spanish(word: str) -> tuple[str, tuple[str, ...]] | None:
    """The Spanish form and its tags; a form that is ready bears the tag "form" first."""
    table = known()
    if word in table["word"]:
        return table["word"][word], ("form",)
    for gender in ("m", "f"):
        for number, pt in (("sg", word), *(("pl", s) for s in _singulars(word))):
            if pt in table[gender]:
                es = table[gender][pt]
                made = es if number == "sg" else plural(es)
                return made, ("form", "n", _gender(es, gender), number)
    for pt, gender, number in _adjective_forms(word):
        if pt in table["adj"]:
            return _inflected(table["adj"][pt], gender, number), ("form", "adj", gender, number)
    return _verb(word) or _alike(word)


# nouns whose gender is not that of the Portuguese word
_OTHER_GENDER = {
    "almohada": "f", "cobija": "f", "sábana": "f", "pareja": "f", "regadera": "f", "pesadilla": "f", "estufa": "f",
    "bofetada": "f", "patada": "f", "petición": "f", "advertencia": "f", "película": "f", "corazonada": "f",
    "guitarra": "f", "dirección": "f", "caja fuerte": "f", "cena": "f", "pasantía": "f", "rodilla": "f", "espina": "f",
    "cajón": "m", "guante": "m", "pantalón": "m", "tatuaje": "m", "maquillaje": "m", "chantaje": "m", "humo": "m",
    "lodo": "m", "polvo": "m", "embarazo": "m", "desastre": "m", "trasero": "m", "bosque": "m", "postre": "m",
    "cuchillo": "m", "titular": "m", "testigo": "m", "disfraz": "m", "chisme": "m", "valor": "m", "dolor": "m", "puente": "m",
}  # fmt: skip


def _gender(spanish: str, portuguese: str) -> str:
    return _OTHER_GENDER.get(spanish, portuguese)


def _singulars(word: str) -> list[str]:
    """What a plural may be the plural of."""
    out = [word[:-1]] if word.endswith("s") else []
    for end, one in (("ões", "ão"), ("ães", "ão"), ("ãos", "ão"), ("ns", "m"), ("res", "r"), ("zes", "z"), ("ais", "al"),
                     ("eis", "el"), ("óis", "ol")):  # fmt: skip
        if word.endswith(end):
            out.append(word[: -len(end)] + one)
    return out


def _adjective_forms(word: str) -> list[tuple[str, str, str]]:
    """(masculine singular, gender, number) of what a form may be."""
    out = [(word, "m", "sg")]
    if word.endswith("a"):
        out.append((word[:-1] + "o", "f", "sg"))
    if word.endswith("as"):
        out.append((word[:-2] + "o", "f", "pl"))
    out += [(s, "m", "pl") for s in _singulars(word)]
    if word.endswith(("áveis", "íveis")):
        out.append((word[:-3] + "vel", "m", "pl"))
    return out


def plural(spanish: str) -> str:
    """The plural of a Spanish noun or adjective."""
    head, blank, tail = spanish.partition(" ")
    if head.endswith("z"):
        head = head[:-1] + "ces"
    elif head.endswith(("ón", "án", "ín")):
        head = head[:-2] + {"ó": "o", "á": "a", "í": "i"}[head[-2]] + "nes"
    elif not head.endswith("s"):
        head += "s" if head[-1] in "aeiouéó" else "es"
    return head + blank + tail


def _inflected(spanish: str, gender: str, number: str) -> str:
    if spanish.endswith("o") and gender == "f":
        spanish = spanish[:-1] + "a"
    elif spanish.endswith(("dor", "és")) and gender == "f":
        spanish = spanish.replace("és", "es") + "a"
    return plural(spanish) if number == "pl" else spanish


def _verb(word: str) -> tuple[str, tuple[str, ...]] | None:
    """A form of a verb on the list: read by the ending of a verb that Apertium knows, written by that of the Spanish one."""
    candidates = _candidates(word)
    missing = [like for _pt, _es, like in candidates if like not in _read]
    _read.update(zip(missing, readings_of(missing) if missing else [], strict=True))
    for pt, es, like in candidates:
        for reading in _read[like]:
            if reading.startswith(f"{_LIKE[pt[-2:]][0]}{pt[-2:]}<vblex>"):
                return es, tuple(re.findall(r"<([^>]*)>", reading.partition("+")[0]))
    return None


_read: dict[str, list[str]] = {}  # readings of what endings were tried on: a process each time would be dear


def _candidates(word: str) -> list[tuple[str, str, str]]:
    """(Portuguese verb, Spanish verb, the word with the stem of a known verb) for every listed verb it may be a form of."""
    found = []
    for pt, es in known()["verb"].items():
        stem, like = pt[:-2], _LIKE.get(pt[-2:])
        if like is not None and word[:2] == stem[:2]:
            stems = (s for s in dict.fromkeys((stem, _softened(stem))) if word.startswith(s))
            found += [(pt, es, like[0] + word[len(s) :]) for s in stems]
    return found


def _softened(stem: str) -> str:
    """A stem as it is written before e and i: "xing" -> "xingu", "desbanc" -> "desbanqu", "amald" stays."""
    for end, instead in (("g", "gu"), ("c", "qu"), ("ç", "c")):
        if stem.endswith(end):
            return stem[: -len(end)] + instead
    return stem


def conjugated(verbs: list[Word]) -> list[str]:
    """Forms of verbs that the generator lacks, by those of a regular verb of their conjugation; "" where there is none."""
    like = [_LIKE[v.low[-2:]][1] + v.low[-2:] if v.low[-2:] in _LIKE else "" for v in verbs]
    bare = ["".join(f"<{t}>" for t in v.tags) for v in verbs]
    made = generated(k for c, b, v in zip(like, bare, verbs, strict=True) for k in (c + b, c + b + v.rest))
    return [
        _with_stem_of(v, c[:-2], *made[2 * i : 2 * i + 2]) if c else ""
        for i, (v, c) in enumerate(zip(verbs, like, strict=True))
    ]


def _with_stem_of(verb: Word, like: str, made: str, hung: str) -> str:
    """The form of a regular verb, and the same with its pronouns, written with another verb's stem."""
    if not made.startswith(like) or (verb.rest and not hung):
        return ""
    lemma = verb.low
    stem, ending = lemma[:-2], made[len(like) :]
    if verb.rest:
        if not hung.startswith(like):  # "háblame": the accent falls on the stem
            vowel = max(stem.rfind(v) for v in "aeiou")
            stem = stem[:vowel] + stem[vowel].translate(str.maketrans("aeiou", "áéíóú")) + stem[vowel + 1 :]
        ending = hung[len(like) :]
    if ending[:1] in tuple("eéií") and lemma.endswith("ar"):
        for end, instead in (("c", "qu"), ("g", "gu"), ("z", "c")):
            if stem.endswith(end):
                return stem[: -len(end)] + instead + ending
    return stem + ending


def _alike(word: str) -> tuple[str, tuple[str, ...]] | None:
    """The word as Spanish would write it, where that is a Spanish word."""
    spanish = dictionary("es")
    if spanish is None or len(word) < 5:
        return None
    for end, instead in _ENDINGS:
        if word.endswith(end):
            made = _letters(word[: -len(end)]) + instead
            if spanish.has(made):
                gender = "f" if re.search(r"(ción|sión|dad|era|encia|ancia|ita|osa|aria)(es|s)?$", made) else "m"
                number = "pl" if made.endswith("s") and end.endswith("s") else "sg"
                return made, ("form", "n", gender, number)
    made = _letters(word)
    return (made, ("form",)) if made != word and spanish.has(made) else None


def _letters(text: str) -> str:
    for old, new in _LETTERS:
        text = text.replace(old, new)
    return text
