"""Words that are no words of the target language, words left in the source language, and names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from ..languages.text import LETTER, WORD, places, without_accents
from .record import Finding, Knows, Pair, words

# said in every language, or taken over whole
LOANS = frozenset(
    """ok okay whatsapp email e-mail online internet wifi wi-fi taxi app chat hacker blog link pizza sexy club fan fans hobby jeans
    show shopping smoking bye hello hey wow uh um hm hmm mmm mm shh sh ssh psst uf ugh ay ah oh eh ey ja jaja jajaja haha ha
    ups ajá nah aló hein né tá pra pro pros pras cê vó vô oi opa ué ai ops aham uhum vixe credo mamãe papai mami papi mr mrs miss
    dr dra sr sra srta don doña ceo dna adn fbi cia gps tv dvd usb sms selfie spoiler fake look bar set hot dog sushi whisky
    tequila vodka jazz rock blues rap pop stress estrés weekend flash clip boss bombón güey wey órale ándale chido""".split()
)
# words of one language that the other's dictionary also accepts, and that no sentence of it holds
_NEVER = {
    "pt": frozenset(
        "el los las un y pero yo del una mucho muy con hay usted ella donde cuando aunque hoy ayer bueno".split()
    ),
    "es": frozenset(
        "ele eles ela elas os uma em com não muito você sua seu meu minha foi tem está(o) hoje agora".split()
    ),
    "hi": frozenset(),
}
_CLITICS = {
    "pt": re.compile(r"-(?:me|te|se|nos|vos|lhe|lhes|o|a|os|as|lo|la|los|las|no|na|nos|nas|lha|lho)$", re.IGNORECASE),
    "es": re.compile(r"(?<=[aeiouáéíóúrnd])(?:me|te|se|nos|le|les|lo|la|los|las){1,2}$", re.IGNORECASE),
}
_ENDINGS = {
    "es": ((r"(?:it|cit|ecit)(?=[oa]s?$)", ""), (r"ísim(?=[oa]s?$)", ""), (r"mente$", "")),
    "pt": ((r"z?inh(?=[oa]s?$)", ""), (r"íssim(?=[oa]s?$)", ""), (r"mente$", "")),
}
_PLAIN = {"á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u"}
_SISTERS = frozenset({"es", "pt"})  # they share whole phrases
UNLIKE = (
    62.0  # good words that the Hindi dictionary lacks are 67 and more like one that it has, made-up ones 57 at most
)
LATIN = re.compile(r"[A-Za-z]{2,}")


def unknown_words(pair: Pair, knows: Knows) -> list[str]:
    """Words of the translation that its language's dictionary does not know; names, loan words and clitics excepted."""
    named = {w for _source, form in pair.names for w in words(form)} | {
        w for source, _form in pair.names for w in words(source)
    }
    capitals = _capitals(pair.source)
    found = []
    for match in re.finditer(rf"{LETTER}+(?:['’-]{LETTER}+)*", pair.target):
        token = match[0].replace("’", "'")
        low = token.casefold().removesuffix("'s")
        if low in named or low in LOANS or any(c.isdigit() for c in token) or len(low) == 1:
            continue
        if token.isupper() and len(token) <= 4:
            continue
        name_like = low in capitals or (not _starts(pair.target, match.start()) and _like_a_name(low, capitals))
        if token[:1].isupper() and name_like:
            continue
        if low in _NEVER.get(pair.target_language, frozenset()) or not _known(
            low if "'" in token else token, pair.target_language, knows, named
        ):
            found.append(token)
    return found


@dataclass(frozen=True)
class Books:
    """What is known of words.

    Attributes:
        target: whether the target language has a word; source: the same of the source language.
        others: the same by tag, of languages that a route may pass through.
        nearest: how like a word is to the nearest one of the target language, from 0 to 100; for a language whose
            dictionary lacks too many good words to be taken at its word.
    """

    target: Knows
    source: Knows | None = None
    others: dict[str, Knows] = field(default_factory=dict)
    nearest: Callable[[str], float] | None = None


def check(pair: Pair, books: Books) -> list[Finding]:
    """Words of no language, of the source language, or of a neighbour's."""
    knows_source = books.source
    unknown = unknown_words(pair, books.target)
    if books.nearest is not None:
        unknown = [w for w in unknown if LATIN.search(w) or books.nearest(w) < UNLIKE]
        strange = [w for w in unknown if not LATIN.search(w)]
        if len(strange) <= _unnamed(pair):  # as many as the line has names whose spelling is not known
            unknown = [w for w in unknown if w not in strange]
    told = set(words(pair.source))
    findings = []
    left = [w for w in unknown if w.casefold() in told or (knows_source and knows_source(w.casefold()))]
    if left:
        findings.append(Finding("source-word", f"left in the source language: {', '.join(left)}"))
    for tag, known in books.others.items():
        foreign = [w for w in unknown if w not in left and known(w.casefold())]
        if foreign:
            findings.append(Finding("foreign-word", f"words of another language ({tag}): {', '.join(foreign)}"))
            left += foreign
    rest = [w for w in unknown if w not in left]
    if rest:
        findings.append(Finding("no-word", f"not in the dictionary: {', '.join(rest)}"))
    return findings or _echo(pair)


def _unnamed(pair: Pair) -> int:
    """How many names of the line have no known form in the target language."""
    named = {w for source, _form in pair.names for w in words(source)}
    inside = [w for w in WORD.finditer(pair.source) if w[0][0].isupper() and not _starts(pair.source, w.start())]
    return sum(w[0].casefold() not in named and w[0] != "I" for w in inside)


def _echo(pair: Pair) -> list[Finding]:
    """Two words of the line and more that stand in the translation one after the other as they were."""
    if {pair.source_language, pair.target_language} <= _SISTERS:
        return []
    told, made = words(pair.source), words(pair.target)
    named = {w for source, _form in pair.names for w in words(source)} | _capitals(pair.source[1:])
    for size in (3, 2):
        runs = {tuple(told[i : i + size]) for i in range(len(told) - size + 1)}
        for i in range(len(made) - size + 1):
            run = tuple(made[i : i + size])
            if (
                run in runs
                and not named & set(run)
                and not any(w.isdigit() for w in run)
                and sum(map(len, run)) >= 4 * size
            ):
                return [Finding("source-word", f"as in the source: {' '.join(run)}")]
    return []


def _known(token: str, language: str, knows: Knows, named: set[str]) -> bool:
    low = token.casefold()
    if knows(token) or knows(low) or knows(low.capitalize()):
        return True
    if "-" in token:
        bare = _CLITICS["pt"].sub("", low) if language == "pt" else low
        if language == "pt" and bare != low:
            ends = {"á": "ar", "ê": "er", "é": "er", "i": "ir", "ô": "or", "í": "ir", "a": "ar", "e": "er", "o": "or"}
            bare = re.sub(r"-(?:me|te|se|lhe|lhes|o|a|os|as)$", "", bare)
            return knows(bare) or knows(bare + "s") or knows(bare + "r") or knows(bare[:-1] + ends.get(bare[-1:], ""))
        return all(p in named or _known(p, language, knows, named) for p in low.split("-") if p)
    if language == "es" and (bare := _CLITICS["es"].sub("", low)) != low and len(bare) >= 2:
        plain = "".join(_PLAIN.get(c, c) for c in bare)
        if any(knows(w) for w in (bare, plain, plain + "s", plain + "d")):
            return True
    for pattern, instead in _ENDINGS.get(language, ()):
        stripped = re.sub(pattern, instead, low)
        if stripped != low and len(stripped) >= 3 and any(knows(stripped + e) for e in ("", "o", "a", "e")):
            return True
    return False


def _capitals(text: str) -> set[str]:
    return {w.casefold() for w in WORD.findall(text) if w[:1].isupper()}


def _starts(text: str, at: int) -> bool:
    before = text[:at].rstrip()
    return not before or before[-1] in '.!?…¿¡"“:—–-'


def _like_a_name(low: str, capitals: set[str]) -> bool:
    """A name of the source in the target's spelling: Geneva, Ginebra."""
    return any(fuzz.ratio(without_accents(low), without_accents(c)) >= 50 for c in capitals)


def names(pair: Pair) -> list[Finding]:
    """A known name that the translation lacks or has besides; two together are one that became another."""
    told, made = [], []
    for source, target in pair.names:
        if stands(source, pair.source):
            told.append((source, target))
        if stands(target, pair.target):
            made.append((source, target))
    lost = [s for s, t in told if (s, t) not in made and not stands(s, pair.target)]
    new = [s for s, t in made if (s, t) not in told and not stands(s, pair.source)]
    if lost and new:
        return [Finding("name", f"{lost[0]} became {new[0]}")]
    if new:
        return [Finding("name", f"{new[0]} is not in the line")]
    if lost:
        return [Finding("name", f"{lost[0]} is missing", "doubt")]
    return []


def stands(form: str, text: str) -> bool:
    """Whether a name stands in a text, exactly, on word boundaries."""
    return next(places(text, form), None) is not None
