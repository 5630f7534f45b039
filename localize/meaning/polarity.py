"""Negation and questions: whether a translation denies what its line denies, and asks what it asks.

Words that deny ("not", "nadie") are counted a clause; words that may stand for a denial ("stop", "dejar de", "without")
excuse a difference and never make one.
"""

from __future__ import annotations

import re

from .record import Finding, Pair, sentences

_DENY = {
    "en": r"not|\w+n't|cannot|never|nobody|no one|none|nothing|nowhere|neither|nor|no",
    "es": r"no|nunca|jamás|nadie|nada|ningún|ninguno|ninguna|ni|tampoco",
    "pt": r"não|nunca|jamais|ninguém|nada|nenhum|nenhuma|nem|tampouco",
    "hi": r"नहीं|मत|न|ना|नही",
}
_SOFT = {
    "en": r"without|stop\w*|refus\w*|den(?:y|ie[sd])|fail\w*|hardly|barely|impossible|unless|until|forget it|\w+less|un(?!der|til|cle|less|it|ion)\w{4,}|"
    r"dis(?:appear|agree|like|obey|trust|honest|respect)\w*|leave \w+ alone|quiet|shut up|silent|instead|except|but for|only|too \w+ to|rather|any\w*|either|hate|"
    r"lack\w*|miss\w*|lose|lost|gone|empty|before|yet|else|away|avoid|forbid\w*|ban\w*|prevent\w*|keep \w+ from|free|dare|off|run(?:ning|s)? out|out of|enough",
    "es": r"sin|deja\w*|dejes|imposible|da igual|olv[íi]da\w*|nieg\w*|neg\w*|falt\w*|hasta que|basta|apenas|solo|sólo|salvo|menos|"
    r"excepto|i[nmr]\w+bles?|inútil\w*|incapa\w+|des(?:cono|apare|obed|conf)\w+|cáll\w+|call(?:a|as|es|en|ar|arse|arte|ado|ada)|tranquil\w*|en mi vida|en tu vida|en la vida|en vez|evit\w*|prohib\w*|antes|"
    r"cuidado|acab\w*|perd(?:o|e|es|eu|er|i|ia|emos|eram|ido|ida)|vací\w*",
    "pt": r"sem|deix\w*|par[ae] de|impossível|tanto faz|esque[çc]\w*|neg\w*|falt\w*|até que|basta|chega|mal|só|somente|menos|exceto|"
    r"i[nmr]\w+(?:vel|veis)|inútil\w*|incapa\w+|des(?:conhe|apare|obed|conf)\w+|cal(?:e|a|em|ar|ado|ada|a-te)|tranquil\w*|na vida|em vez|evit\w*|proib\w*|antes|cuidado|acab\w*|perd(?:o|e|es|eu|er|i|ia|emos|eram|ido|ida)|vazi\w*|sum\w*",
    "hi": r"बिना|बग़ैर|बगैर|नामुमकिन|असंभव|छोड़\w*|बंद|सिवा|इनकार|इन्कार|अलावा|सिर्फ़|सिर्फ|केवल|ना\w{3,}|बे\w{3,}|कभी",
}
# a question at a line's end that only asks for a nod: it denies nothing
_TAGS = {
    "en": r"(?:,|\s)\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|wo|ca|ai)(?:n't)?\s+"
    r"(?:i|you|he|she|it|we|they)(?:\s+not)?\s*\?|,\s*(?:no|right|huh)\s*\?",
    "es": r",?\s*¿\s*(?:no|verdad|no es (?:así|cierto|verdad)|cierto|eh)\s*\?|,\s*no\s*\?|\bno más\b",
    "pt": r",\s*(?:não(?: (?:é|foi|está|era|vai|tem))?(?: mesmo)?|né|certo|hein)\s*\?|\bpois não\b",
    "hi": r",?\s*(?:है|हैं|हो)?\s*(?:न|ना)\s*\?|नहीं तो|वरना",
}
# "no" as an answer, with the verb said again or left out by the translation: it is compared by itself
_ANSWER = {"en": r"no", "es": r"no", "pt": r"não", "hi": r"नहीं|जी नहीं"}
_MARK = r"\w\u0900-\u0963"
JOINS = {
    "en": r"that|who|which|and|but|because|if|when|or|so|than",
    "es": r"que|quien|y|pero|porque|si|cuando|o|así|sino|al que|a la que",
    "pt": r"que|quem|e|mas|porque|se|quando|ou|então|pois",
    "hi": r"कि|जो|जिस\S*|और|लेकिन|मगर|क्योंकि|अगर|जब|या|तो|पर",
}
LANGUAGES = frozenset(_DENY)


def _find(pattern: str, text: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"(?<![{_MARK}'])(?:{pattern})(?![{_MARK}'])", text, re.IGNORECASE))


def denials(text: str, language: str) -> int:
    """How many clauses of a text deny something; two denying words of one clause count once."""
    text = re.sub(_TAGS[language], "?", text.replace("’", "'"), flags=re.IGNORECASE)
    clauses = re.split(rf"[,;:.!?¿¡…।–—-]+|(?<![{_MARK}])(?:{JOINS[language]})(?![{_MARK}])", text, flags=re.IGNORECASE)
    return sum(bool(_find(_DENY[language], c)) for c in clauses)


def _softer(text: str, language: str) -> int:
    return len(_find(_SOFT[language], text.replace("’", "'")))


def negation(pair: Pair) -> list[Finding]:
    """A denial that is gone or new, in the line's own words against the translation's."""
    if not {pair.source_language, pair.target_language} <= LANGUAGES:
        return []
    told, made = denials(pair.source, pair.source_language), denials(pair.target, pair.target_language)
    soft = _softer(pair.target, pair.target_language) - _softer(pair.source, pair.source_language)
    if told == made or (soft > 0 if told > made else soft < 0):
        return []
    if bool(told) == bool(made):  # some of several denials: believed where the back-translation counts as many
        if not pair.back or denials(pair.back, pair.source_language) != made:
            return []
        return [Finding("negation", f"{told} denials became {made}", "doubt")]
    return [Finding("negation", "what is denied is affirmed" if told else "what is affirmed is denied")]


def question(pair: Pair) -> list[Finding]:
    """A question that is none any more, or a statement that became one."""
    asked, asks = (re.search(r"[?？]", t) is not None for t in (pair.source, pair.target))
    if asked == asks:
        return []
    if asks and len(sentences(pair.source)) != len(sentences(pair.target)):
        return []
    return [Finding("question", "the question is no question any more" if asked else "a statement became a question")]
