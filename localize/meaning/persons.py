"""Who does what in a Spanish or Portuguese translation, by the persons of its verbs and pronouns, against the English."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ..engines.checking.analyser import Analysed
from .english import tokens
from .people import parts
from .record import Finding, Pair, sentences, words

_FINITE = r"<vb[a-z]*><(?:pri|prs|pii|pis|ifi|imp|fti|cni|fts|pmp)>"
_DOING = {"es": {"yo": 1, "nosotros": 1, "nosotras": 1, "tú": 2, "vos": 2, "usted": 3, "ustedes": 3},
          "pt": {"eu": 1, "nós": 1, "tu": 2, "você": 3, "vocês": 3}}  # fmt: skip
_OTHERS = frozenset("él ella ellos ellas ele ela eles elas".split())
_DONE_TO = {"es": {"me": 1, "nos": 1, "mí": 1, "conmigo": 1, "te": 2, "ti": 2, "contigo": 2},
            "pt": {"me": 1, "nos": 1, "mim": 1, "comigo": 1, "conosco": 1, "te": 2, "ti": 2, "contigo": 2}}  # fmt: skip
_OWNING = {"es": {"mi": 1, "mis": 1, "mío": 1, "mía": 1, "míos": 1, "mías": 1, "nuestro": 1, "nuestra": 1, "nuestros": 1,
                  "nuestras": 1, "tu": 2, "tus": 2, "tuyo": 2, "tuya": 2},
           "pt": {"meu": 1, "minha": 1, "meus": 1, "minhas": 1, "nosso": 1, "nossa": 1, "nossos": 1, "nossas": 1,
                  "teu": 2, "tua": 2}}  # fmt: skip
_PREPOSITIONS = frozenset("a de con para por com sem sin en em entre sobre contra hacia até ante tras".split())
# verbs whose "me" is who acts in English, and those said where English says another thing
_TURNED = re.compile(
    r"^(?:gust|parec|import|qued|duel|dol|falt|toc|molest|encant|cost|interes|preocup|alegr|asust|bast|sobr|ocurr|olvid|"
    r"pas|cuest|alcanc|conven|sorprend|urg|pertenec|agrad|lament|hart|acab|cans|termin|quas)\w*$|^(?:hace|faz|da|das|dan|dio|doy|dá)$"
)
_POLITE = re.compile(
    r"(?i)\b(?:sorry|thank\w*|please|excuse|pardon|congratulations|welcome|wish|hope|guess|promise|swear|doubt|beg|bet|see you|"
    r"trust me|believe me|listen|tell you|assure|warn|"
    r"let's|let me|glad|nice to|good to|god|no idea|of course)\b"
)


@dataclass(frozen=True)
class Persons:
    """What a translation's grammar says: `surely` and `maybe` hold persons (1, 2, 3) that do something, `done_to` and
    `owning` how often a person is an object or owns something."""

    surely: Counter[int]
    maybe: frozenset[int]
    done_to: Counter[int]
    owning: Counter[int]


def persons(analysed: Analysed, language: str) -> Persons:
    """The persons of a text's finite verbs and pronouns."""
    surely: Counter[int] = Counter()
    maybe: set[int] = set()
    done_to: Counter[int] = Counter()
    owning: Counter[int] = Counter()
    said = [w.casefold() for w, _readings in analysed]
    for at, (word, _readings) in enumerate(analysed):
        low = word.casefold()
        before = said[at - 1].split()[-1] if at and said[at - 1].split() else ""  # "cree en" is one unit
        readings = _in_place(analysed, at)
        if low in _DOING[language]:
            after = before in _PREPOSITIONS
            (done_to if after else surely)[_DOING[language][low]] += 1
            continue
        if low == "gente" and before == "a":  # "a gente" is "we"
            surely[1] += 1
            continue
        if owner := next((_OWNING[language][w] for w in low.split() if w in _OWNING[language]), 0):
            owning[owner] += 1
            continue
        if low in _DONE_TO[language]:
            done_to[_DONE_TO[language][low]] += 1
            continue
        finite = [r for r in readings if re.search(_FINITE, r)]
        found = {int(m[1]) for r in finite for m in [re.search(_FINITE + r"<p([123])>", r)] if m}
        enclitic = {int(m[1]) for r in finite or readings for m in re.finditer(r"\+\w+<prn><enc><p([123])>", r)}
        for person in enclitic:
            done_to[person] += 1
        starts = at == 0 or not re.search(r"\w", analysed[at - 1][0])
        if starts and any("<imp>" in r for r in finite):
            found = {int(m[1]) for r in finite if "<imp>" in r for m in [re.search(r"<imp><p([123])>", r)] if m}
            maybe |= found
            continue
        maybe |= found
        if len(found) == 1 and len(finite) == len(readings):
            surely[next(iter(found))] += 1
    return Persons(surely, frozenset(maybe), done_to, owning)


def _unknown(analysed: Analysed, at: int) -> bool:
    """Whether a word may be a verb that the analyser does not know."""
    word, readings = analysed[at]
    if readings or not word.islower() or not re.search(r"\w", word):
        return False
    before = analysed[at - 1][1] if at else ()
    return not before or not all(re.search(r"<(?:det|pr|num)>", r) for r in before)


def _in_place(analysed: Analysed, at: int) -> tuple[str, ...]:
    """A word's readings, without the verb where an article or preposition makes it a noun ("al entierro")."""
    readings = tuple(r for r in analysed[at][1] if "<p2><pl>" not in r)  # "vosotros" and "vós", which no market uses
    nominal = [r for r in readings if re.search(r"<(?:n|adj|np)>", r)]
    before = analysed[at - 1][1] if at else ()
    if nominal and before and all(re.search(r"<(?:det|pr|num)>", r) for r in before):
        return tuple(nominal)
    return readings


def check(pair: Pair) -> list[Finding]:
    """A person who acts in the line and another one who acts in its translation."""
    language = pair.target_language
    if pair.source_language != "en" or language not in _DOING or not pair.analysed:
        return []
    told, made = parts(pair.source), persons(pair.analysed, language)
    first = sum(told[f"1{x}"] for x in "sop")
    second = sum(told[f"2{x}"] for x in "sop")
    turned = any(_TURNED.match(w) for w in words(pair.target))
    polite = _POLITE.search(pair.source) is not None
    mine = made.done_to[1] + made.owning[1]
    if not first and not polite and (made.surely[1] or mine):
        return [Finding("who", "the translation speaks of I or we, the line does not")]
    unknown = any(_unknown(pair.analysed, i) for i in range(len(pair.analysed)))
    if (
        told["1s"] + told["1o"]
        and not polite
        and not unknown
        and 1 not in made.maybe
        and not made.surely[1]
        and not mine
    ):
        return [Finding("who", "the line speaks of I or we, the translation does not")]
    if told["1s"] and not told["1o"] and 1 not in made.maybe and not made.surely[1] and made.done_to[1] and not turned:
        return [Finding("who", "the speaker acts in the line and is acted on in the translation")]
    if told["1o"] and not told["1s"] and made.surely[1] and not made.done_to[1] and not turned:
        return [Finding("who", "the speaker is acted on in the line and acts in the translation")]
    if not second and not polite and (made.surely[2] or made.done_to[2] or made.owning[2]) and not _commands(pair):
        return [Finding("who", "the translation addresses somebody, the line does not")]
    addressed = 2 in made.maybe or made.surely[2] + made.surely[3] > 0
    turned_to = told["2s"] and not told["2o"] + told["2p"] and made.done_to[2] and not turned
    if language == "es" and turned_to and not addressed:
        return [Finding("who", "the person addressed acts in the line and is acted on in the translation")]
    if (
        told["2s"]
        and not told["1s"]
        and made.surely[1]
        and not made.maybe & {2, 3}
        and not made.surely[2] + made.surely[3]
    ):
        return [Finding("who", "the person addressed acts in the line, the speaker in the translation")]
    return _owners(pair, made) or _named(pair) or _sentence_by_sentence(pair) or _by_the_way_back(pair, made)


_YOU = {"es": r"tú|usted(?:es)?|ti|contigo", "pt": r"vocês?|ti|contigo"}
_THEY = {"es": r"él|ella|ellos|ellas", "pt": r"eles?|elas?"}


def _named(pair: Pair) -> list[Finding]:
    """A pronoun that is written in the translation and has nothing to stand for in the line."""
    told, said = parts(pair.source), set(tokens(pair.source))

    def written(forms: dict[str, str]) -> bool:
        return re.search(rf"(?<!\w)(?:{forms[pair.target_language]})(?!\w)", pair.target, re.IGNORECASE) is not None

    if written(_YOU) and not said & {"you", "your", "yours", "yourself"} and not _commands(pair):
        return [Finding("who", "the translation addresses somebody, the line does not")]
    others = {"he", "she", "it", "they", "him", "her", "them", "his", "its", "their", "this", "that", "one"}
    if written(_THEY) and not said & others and told["1s"] + told["2s"]:
        return [Finding("who", "the translation speaks of somebody else")]
    return []


_OPENERS = frozenset(
    """and but because so then maybe perhaps if when while what who where why how well now oh no yes not only still once after
    before as that which since until can could will would shall should do does did is are was were am have has had may might must
    'll 'd 'm 's 're 've just even""".split()
)
_ACTS = {"i": 1, "we": 1, "you": 2, "he": 3, "she": 3, "they": 3}
_PASSIVE = re.compile(
    r"(?i)\b(?:i|we)(?:'m|'re| am| was| were| are|'ve been| have been| had been| got| get)(?: \w+ly| never| not| only)?"
    r" (?:\w+ed|told|given|made|born|sent|taken|left|hit|hurt|caught|shot|lost|gone)\b"
)


def _sentence_by_sentence(pair: Pair) -> list[Finding]:
    """Sentences side by side: who acts first in each."""
    told, made = sentences(pair.source), _sentences(pair.analysed)
    if len(told) != len(made):
        return []
    for line, units in zip(told, made, strict=True):
        acts = _first_actor(line)
        if (
            acts
            and not _PASSIVE.search(line)
            and not _POLITE.search(line)
            and (why := _other_actor(acts, units, pair.target_language))
        ):
            return [Finding("who", why)]
    return []


_OTHERS_OWN = {"es": r"su|sus|suyo|suya", "pt": r"seu|sua|seus|suas|dele|dela|deles|delas"}


def _owners(pair: Pair, made: Persons) -> list[Finding]:
    """What is mine in the line and another's in the translation, or the reverse."""
    said, language = set(tokens(pair.source)), pair.target_language
    mine = bool(said & {"my", "mine", "our", "ours"})
    others = bool(said & {"your", "yours", "his", "her", "hers", "their", "theirs", "its"})
    theirs = made.owning[2] > 0 or re.search(rf"(?i)(?<!\w)(?:{_OTHERS_OWN[language]})(?!\w)", pair.target) is not None
    if mine and not others and theirs and not made.owning[1] and not said & {"him", "he", "she", "they", "one's"}:
        return [Finding("who", "what is the speaker's in the line is another's in the translation")]
    if others and not mine and made.owning[1] and not theirs:
        return [Finding("who", "what is another's in the line is the speaker's in the translation")]
    return []


def _by_the_way_back(pair: Pair, made: Persons) -> list[Finding]:
    """Who acts first in each sentence, by the back-translation, where the translation's own grammar does not say other."""
    told, back = sentences(pair.source), sentences(pair.back)
    for line, brought in zip(told, back, strict=True) if len(told) == len(back) else ():
        acts, found = _first_actor(line), _first_actor(brought)
        if not acts or not found or _PASSIVE.search(line) or _POLITE.search(line):
            continue
        if acts == 1 and found != 1 and not made.surely[1]:
            return [Finding("who", "the speaker acts in the line, another one in the translation")]
        if acts != 1 and found == 1 and made.surely[1] and not parts(pair.source)["1s"]:
            return [Finding("who", "another one acts in the line, the speaker in the translation")]
    return []


def _sentences(analysed: Analysed) -> list[Analysed]:
    parts_: list[list[tuple[str, tuple[str, ...]]]] = [[]]
    for word, readings in analysed:
        if any("<sent>" in r for r in readings):
            parts_.append([])
        elif re.search(r"\w", word):
            parts_[-1].append((word, readings))
    return [tuple(p) for p in parts_ if p]


def _first_actor(sentence: str) -> int:
    """The person of the pronoun that opens an English sentence as its subject; 0 where none does."""
    for word in tokens(sentence):
        if word in _ACTS:
            return _ACTS[word]
        if word not in _OPENERS:
            return 0
    return 0


def _other_actor(acts: int, units: Analysed, language: str) -> str:
    for at, (word, _readings) in enumerate(units):
        low = word.casefold()
        if _TURNED.match(low):
            return ""
        if low in _DOING[language]:
            return (
                ""
                if _DOING[language][low] in ((1,) if acts == 1 else (2, 3))
                else "another one acts in the translation"
            )
        readings = _in_place(units, at)
        finite = [r for r in readings if re.search(_FINITE, r)]
        if not finite or len(finite) < len(readings):
            continue
        found = {int(m[1]) for r in finite for m in [re.search(_FINITE + r"<p([123])>", r)] if m}
        if any("<imp>" in r for r in finite) and acts != 1:
            return ""
        addressed = {w.casefold() for w, _r in units} & {"te", "ti", "contigo"}
        fitting = {1: {1}, 2: {2} if addressed and not {2} & found and at else {2, 3}, 3: {3}}[acts]
        mine = any(
            w in _OWNING[language] and _OWNING[language][w] == 1 for u, _r in units for w in u.casefold().split()
        )
        return "" if found & fitting or (acts == 1 and mine) else "another one acts in the translation"
    return ""


_NO_COMMAND = frozenset(
    """i we he she it they this that there my his her our their your the a an these those nobody everybody everyone someone who what
    where why how when which if because so maybe perhaps yes no not is are was were am have has had do does did can could will would
    shall should may might must in on at for from with to of one two three four five six seven eight nine ten""".split()
)


def _commands(pair: Pair) -> bool:
    """Whether an English line holds a sentence that may be a command: one that opens with no subject or question."""
    names = {w for name, _form in pair.names for w in words(name)}
    clauses = re.split(r"[.!?,;:—–]+|\b(?:and|or|then|but)\b", pair.source.casefold())
    starts = [tokens(c)[0] for c in clauses if tokens(c)]
    return any(s not in _NO_COMMAND and s not in names for s in starts)
