"""The same said shorter, by rule: what speech drops and an engine writes out. Pure; names are never touched.

Spanish and Portuguese verbs tell who acts, so a subject pronoun before one may go; Brazilian speech says "pra" for
"para". Only such changes stand here as leave the meaning whole. A rule that makes a new word form ("está volviendo" ->
"vuelve") runs only where a dictionary of the language is at hand and knows the form, its plural and its infinitive:
"sonando" would give "sona", and "blando" is no verb at all.
"""

from __future__ import annotations

import re

from .dictionary import Dictionary, dictionary, words

# a clause's beginning: the text's, or after a mark, or after one of these words
_OPEN = {
    "es": r"(?:^|[.!?…,;:¿¡]\s*|\b(?:pero|que|porque|si|cuando|donde|dónde|cómo|qué|quien|quién|no hasta que)\s+)",
    "pt": r"(?:^|[.!?…,;:]\s*|\b(?:mas|que|porque|se|quando|onde|como|quem)\s+)",
}
_SUBJECTS = {
    "es": "yo|tú|usted|ustedes|nosotros|nosotras|ellos|ellas|él|ella",
    "pt": "eu|você|vocês|nós|eles|elas",  # "ele" and "ela" stay: without them a third person reads as "you"
}
# what follows a pronoun that is no subject of a verb: "yo también", "usted y yo", "eu mesmo"
_NOT = {"es": "y|o|también|mismo|misma|solo|sola|sí", "pt": "e|ou|também|mesmo|mesma|só|sim"}
# verbs of going, after which "para" may be "a"
_GO = (
    "ir|voy|vas|va|vamos|van|vaya|vayan|fui|fue|fueron|yendo|volver|vuelvo|vuelves|vuelve|vuelva|vuelven|volvió|volví|"
    "volviendo|regresar|regreso|regresa|regresan|regresó|regresando|viajar|viaja|viajó|correr|corre|corrió|corran|"
    "ven|venga|vengan|venir|viene|vino|vuelto|ido"
)
_SWAPS = {
    "es": (
        (rf"(?i)\b({_GO}) para (?=(?:casa|la|el|los|las)\b)", r"\1 a "),
        (r"\ba el\b", "al"),
        (r"\ben (?=(?:aquel|aquella|esa|ese) (?:noche|día|tarde|momento)\b)", ""),
        (r"^(¿?)Entonces,? ", r"\1Pues "),
        (r"\bun poco de\b", "algo de"),
        (r"\bpor causa de\b", "por"),
    ),
    "pt": (
        (r"\bpara o\b", "pro"),
        (r"\bpara os\b", "pros"),
        (r"\bpara as\b", "pras"),
        (r"\bpara a\b", "pra"),
        (r"\bpara\b", "pra"),
    ),
}
SPOKEN = frozenset(("pra", "pras", "pro", "pros"))  # Brazilian words that its dictionary may leave out
# Spanish verbs whose stem changes where it is stressed, by gerund; others keep theirs
_STEMS = {
    "temblando": "tiembl", "pensando": "piens", "cerrando": "cierr", "empezando": "empiez", "contando": "cuent",
    "jugando": "jueg", "mostrando": "muestr", "recordando": "recuerd", "volando": "vuel", "soñando": "sueñ",
    "volviendo": "vuelv", "moviendo": "muev", "perdiendo": "pierd", "entendiendo": "entiend", "queriendo": "quier",
    "pidiendo": "pid", "mintiendo": "mient", "durmiendo": "duerm", "muriendo": "muer", "sintiendo": "sient",
    "siguiendo": "sigu", "sirviendo": "sirv", "pudiendo": "pued", "viniendo": "vien", "diciendo": "dic",
    "sonando": "suen", "costando": "cuest", "rogando": "rueg", "probando": "prueb", "colgando": "cuelg",
    "negando": "nieg", "calentando": "calient", "despertando": "despiert", "doliendo": "duel", "oliendo": "huel",
    "lloviendo": "lluev", "rodando": "rued", "apostando": "apuest", "encontrando": "encuentr", "comenzando": "comienz",
    "confesando": "confies", "helando": "hiel", "nevando": "niev", "acostando": "acuest", "defendiendo": "defiend",
    "encendiendo": "enciend", "reteniendo": "retien", "teniendo": "tien", "manteniendo": "mantien",
}  # fmt: skip
# whose present is made otherwise
_KEPT = frozenset(
    """dando siendo yendo habiendo estando riendo friendo sonriendo oliendo sendo indo tendo vindo pondo rindo doendo moendo
    roendo querendo requerendo crendo lendo vendo sorrindo cuando cuándo quando comando mando bando contrabando""".split()
) - {"oliendo"}  # fmt: skip
_ES_PRESENT = {"está": ("a", "e"), "están": ("an", "en"), "estás": ("as", "es")}
_PT_PRESENT = {"está": ("a", "e"), "estão": ("am", "em")}
_FUTURE = {"saber": "sabr", "tener": "tendr", "poder": "podr", "hacer": "har", "decir": "dir", "venir": "vendr",
           "salir": "saldr", "querer": "querr", "poner": "pondr", "haber": "habr", "valer": "valdr"}  # fmt: skip
_GOING = {"va": "á", "van": "án", "vas": "ás", "voy": "é"}


def shorter(text: str, tag: str, keep: tuple[str, ...] = ()) -> list[str]:
    """The text said shorter, the gentlest change first, each different; empty where no rule fits.

    No result holds a word that neither the text has nor the language's dictionary knows.

    Args:
        keep: locked forms: a text in which one of them would change is left out.
    """
    language = tag.split("-")[0]
    known = dictionary(tag)
    found: list[str] = []
    now = text
    for step in (_without_subjects, _swapped):
        now = step(now, language)
        found.append(now)
    if known is not None:
        found.append(_plain_verbs(now, language, known))
    found = [f for f in dict.fromkeys(found) if f != text and len(f) < len(text)]
    found = [f for f in found if all(f.count(k) == text.count(k) for k in keep)]
    return [f for f in found if not _invented(f, text, known)]


def _invented(made: str, text: str, known: Dictionary | None) -> list[str]:
    """New words that are none; without a dictionary only the swaps' own words are new."""
    had = {w.casefold() for w in words(text)} | SPOKEN
    return [w for w in words(made) if w.casefold() not in had and known is not None and not known.knows(w)]


def _without_subjects(text: str, language: str) -> str:
    if language not in _SUBJECTS:
        return text
    pattern = rf"(?i)({_OPEN[language]})((?:{_SUBJECTS[language]})\s+(?!(?:{_NOT[language]})\b))(?=(?:n[oã]o? )?[^\W\d_]{{3}})"

    def drop(match: re.Match[str]) -> str:
        return match[1] + ("\0" if match[2][0].isupper() else "")

    return re.sub(r"\0(\w)", lambda m: m[1].upper(), re.sub(pattern, drop, text))


def _swapped(text: str, language: str) -> str:
    for pattern, instead in _SWAPS.get(language, ()):
        text = re.sub(pattern, instead, text)
    return text[:1].upper() + text[1:] if text else text


def _plain_verbs(text: str, language: str, known: Dictionary) -> str:
    """Simple tenses for compound ones: "está volviendo" -> "vuelve", "va a saber" -> "sabrá"."""

    def present(match: re.Match[str]) -> str:
        who, gerund = match[1].lower(), match[2]
        endings = _ES_PRESENT if language == "es" else _PT_PRESENT
        if gerund in _KEPT or (language == "pt" and gerund.endswith("zendo")):
            return match[0]
        stem, first = re.sub(r"(ando|iendo|endo)$", "", gerund), gerund.endswith("ando")
        infinitives = [stem + e for e in (("ar",) if first else ("er", "ir"))]
        if gerund in _STEMS and language == "es":
            stem = _STEMS[gerund]
        elif not any(known.knows(i) for i in infinitives):
            return match[0]
        # a noun or an adjective may look like one form of a verb, not like two
        many = stem + endings["están" if language == "es" else "estão"][0 if first else 1]
        made = stem + endings[who][0 if first else 1]
        return _case(made, match[1]) if known.knows(many) and known.knows(made) else match[0]

    def future(match: re.Match[str]) -> str:
        made = _FUTURE.get(match[2], match[2]) + _GOING[match[1].lower()]
        return _case(made, match[1]) if known.knows(match[2]) and known.knows(made) else match[0]

    if language == "es":
        text = re.sub(r"(?i)\b(está|están|estás) (\w+(?:ando|iendo))\b", present, text)
        return re.sub(r"(?i)\b(va|van|vas|voy) a (\w+[aei]r)\b", future, text)
    if language == "pt":
        return re.sub(r"(?i)\b(está|estão) (\w{2,}(?:ando|endo))\b", present, text)
    return text


def _case(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if like[:1].isupper() else word
