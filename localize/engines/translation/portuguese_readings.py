"""Readings that Apertium's tagger gives Portuguese words of dialogue, put right before they are carried into Spanish."""

from __future__ import annotations

from .apertium_stream import Row, Word

FINITE = ("pri", "ifi", "pii", "prs", "pis", "cni", "fti", "fts", "imp")
_PRONOUNS = {"o": ("m", "sg"), "a": ("f", "sg"), "os": ("m", "pl"), "as": ("f", "pl")}
# forms that dialogue nearly always means as one verb and the tagger takes for another: lemma and tags
_FORMS = {
    "viram": ("ver", "ifi", "p3", "pl"), "vimos": ("ver", "ifi", "p1", "pl"), "vira": ("virar", "pri", "p3", "sg"),
    "ri": ("rir", "ifi", "p1", "sg"), "fale": ("falar", "prs", "p3", "sg"), "falem": ("falar", "imp", "p3", "pl"),
    "fique": ("ficar", "prs", "p3", "sg"), "manei": ("mandar", "ifi", "p1", "sg"), "pare": ("parar", "prs", "p3", "sg"),
}  # fmt: skip
# verbs that Apertium carries into another sense than dialogue means, by one of the same sense that it carries rightly
_SYNONYMS = {"atirar": "disparar", "virar": "voltar"}
_LIGHTS = {"luz", "tv", "televisão", "motor", "carro", "câmera", "computador", "música", "som", "rádio", "fogo", "fogão"}
_CLAUSE = {"que", "se", "quando", "talvez", "caso", "embora", "enquanto", "tomara", "quem"}  # a subjunctive may follow


def put_right(rows: list[Row]) -> None:
    """Readings of every row, in place."""
    for row in rows:
        for at, word in enumerate(row.words):
            following = row.words[at + 1] if at + 1 < len(row.words) else None
            _object_pronoun(word, following)
            _form(word, row.words, at)
            _infinitive(word, row.words, at)
            _person(word, row.words, at)
            _order(word, row.words, at)


def is_finite(word: Word) -> bool:
    """Whether a verb stands in a person and a tense."""
    return word.has("vblex", "vbser", "vbhaver", "vbmod") and word.has(*FINITE)


def _object_pronoun(word: Word, following: Word | None) -> None:
    """ "não a amei": what stands right before a finite verb is a pronoun, no article or preposition."""
    if following is None or word.surface.lower() not in _PRONOUNS or not is_finite(following) or following.has("imp"):
        return
    if word.has("pr", "det", "detnt") and not word.rest:
        gender, number = _PRONOUNS[word.surface.lower()]
        word.lemma, word.tags = "o", ("prn", "pro", "p3", gender, number)


def _form(word: Word, words: list[Word], at: int) -> None:
    low = word.surface.lower()
    before = words[at - 1] if at else None
    if low in _FORMS and not (low == "ri" and before is not None and before.has("p3")):
        lemma, *tags = _FORMS[low]
        _becomes(word, lemma, "vblex", *tags)
    if low in ("saia", "saiam") and not (before is not None and before.has("det", "detnt", "adj", "pr", "num")):
        _becomes(word, "sair", "vblex", "prs", "p3", "pl" if low == "saiam" else "sg")
    if low == "deve" and before is not None and before.has("pro"):  # "você me deve", read as an order
        _becomes(word, "dever", "vbmod", "pri", "p3", "sg")
    if low == "sente-se":
        _becomes(word, "sentar", "vblex", "imp", "p3", "sg")
        word.rest = "+se<prn><enc><ref><p3><mf><sp>"
    if low == "mesmo" and before is not None and before.has("prn") and before.has("tn"):
        _becomes(word, "mesmo", "adj", "m", "sg")
    if word.low == "desligar" and any(w.low in _LIGHTS for w in words[at + 1 : at + 4]):
        word.lemma = "Apagar" if word.lemma[0].isupper() else "apagar"
    if word.low == "ter" and word.has("vbhaver") and not _participle_ahead(words, at):
        word.retag("vbhaver", "vblex")  # "temos dois dias"
    if word.low in _SYNONYMS and word.has("vblex"):
        word.lemma = _SYNONYMS[word.low]
    if low == "pra" and not word.rest:
        word.lemma, word.tags = "para", ("pr",)


def _becomes(word: Word, lemma: str, *tags: str) -> None:
    word.lemma = lemma.capitalize() if word.surface[:1].isupper() else lemma
    word.tags = tags


def _participle_ahead(words: list[Word], at: int) -> bool:
    """Whether an auxiliary's participle follows, with clitics and adverbs between."""
    for word in words[at + 1 : at + 4]:
        if word.has("pp") or word.lemma.startswith("*"):
            return True
        if not word.has("pro", "adv", "preadv"):
            return False
    return False


def _infinitive(word: Word, words: list[Word], at: int) -> None:
    """ "ouvi-lo" after another verb is no form of "vós"; "ter me dito" and "ter vindo" are perfect infinitives."""
    if word.has("vblex") and word.has("p2") and word.has("pl") and word.rest.startswith("+o<prn><enc>"):
        word.tags = ("vblex", "inf")
    if word.low == "ter" and word.has("inf"):
        for behind in words[at + 1 : at + 4]:
            if behind.surface.lower() == "vindo":
                behind.tags = ("vblex", "pp", "m", "sg")
            if behind.has("pp"):
                word.tags = ("vbhaver", "inf")


def _order(word: Word, words: list[Word], at: int) -> None:
    """A subjunctive at the head of a clause that nothing calls for is an order: "Então me ajude", "e desligue as luzes"."""
    if not (word.has("prs") and word.has("sg") and word.has("p1", "p3")):
        return
    i = at - 1
    while i >= 0 and words[i].has("pro"):
        i -= 1
    if i >= 0 and words[i].low in ("não", "nunca"):
        return
    ordered = False  # an order that stands before it in the same sentence
    while i >= 0 and not words[i].has("sent"):
        if words[i].low in _CLAUSE or words[i].has("cnjsub", "rel"):
            return
        ordered = ordered or words[i].has("imp")
        i -= 1
    subject = subject_before(words, at)
    opens = all(w.has("pro", "adv", "cnjadv", "cm", "ij", "cnjcoo", "np", "ant") for w in words[i + 1 : at])
    after_comma = at > 0 and any(w.has("cm", "cnjcoo") for w in words[max(i + 1, at - 2) : at])
    if subject is None and (opens or (after_comma and ordered)):
        word.tags = (word.tags[0], "imp", "p3", "sg")


def _person(word: Word, words: list[Word], at: int) -> None:
    """The person of a verb by the pronoun before it: forms of the first and third are alike ("eu ri", "que você fale")."""
    if not (is_finite(word) or word.has("inf")) or word.has("p2", "pl"):
        return
    subject = subject_before(words, at)
    if subject is None or not subject.has("sg"):
        return
    person = "p1" if subject.has("p1") else "p3"
    if word.has("inf"):
        if any(w.low in ("se", "quando", "enquanto") and w.has("cnjadv", "rel", "adv") for w in words[max(0, at - 4) : at]):
            word.tags = (word.tags[0], "fts", person, "sg")
    elif word.has("p1", "p3"):
        word.tags = tuple(person if t in ("p1", "p3") else t for t in word.tags)


def subject_before(words: list[Word], at: int) -> Word | None:
    """The subject pronoun that a verb follows, with clitics, denials and adverbs between."""
    for word in reversed(words[max(0, at - 5) : at]):
        if word.has("prn") and word.has("tn") and not word.has("nt", "pos"):
            return word
        if not (word.has("pro") or word.has("adv", "preadv")):
            return None
    return None
