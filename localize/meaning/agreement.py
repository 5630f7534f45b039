"""Gender of the speaker in a translation, and one form of address between the same two people of an episode."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .record import Finding, Pair

# "I am" and its like, after which an adjective or participle is the speaker's
_I_AM = {
    "es": r"(?:estoy|soy|estaba|era|estuve|fui|quedé|me siento|me sentí|me quedé|me puse|me he vuelto|me volví|estaré|seré)",
    "pt": r"(?:estou|sou|estava|era|estive|fui|fiquei|me sinto|me senti|estarei|serei|ando|vivo)",
}
_BETWEEN = {
    "es": r"(?:\s+(?:muy|tan|más|menos|completamente|totalmente|realmente|un poco|bastante|demasiado|casi|ya|todavía|aquí))?",
    "pt": r"(?:\s+(?:muito|tão|mais|menos|completamente|totalmente|realmente|um pouco|bastante|demais|quase|já|ainda|aqui))?",
}
# adjectives whose ending is the speaker's gender; participles follow by rule
_ADJECTIVES = {
    "es": r"(?:list|sol|loc|segur|content|enferm|tont|orgullos|furios|nervios|cieg|sord|hart|inocente?|honest|celos|tranquil|muert|viv)",
    "pt": r"(?:pront|sozinh|louc|segur|content|doid|bob|orgulhos|furios|nervos|ceg|surd|fart|honest|ciument|tranquil|mort|viv|cheid)",
}
_PARTICIPLE = r"\w+(?:ad|id)"
_NOT_OWN = {"es": r"(?:al lado|a mi lado)", "pt": r"(?:ao lado|do lado|obrigad[oa] a)"}
_THANKS = {"pt": r"(?<!\w)(?:muito )?obrigad([oa])(?!\w)(?! a\b)"}
# Hindi: what "I" does ends in the speaker's gender
_HINDI_HE = r"(?<!\S)मैं(?!\S)(?:(?!\s(?:कि|जो|और|लेकिन|मगर|जब|अगर|जिस\S*)\s)[^।?!,])*?(?:रहा|[\u0900-\u0963]ता|चुका|[\u0900-\u0963](?:ऊँगा|ूँगा|ूंगा|ऊंगा)|गया|आया)(?=\s*(?:हूँ|हूं|था|[।?!,]|$))"
_HINDI_SHE = r"(?<!\S)मैं(?!\S)(?:(?!\s(?:कि|जो|और|लेकिन|मगर|जब|अगर|जिस\S*)\s)[^।?!,])*?(?:रही|[\u0900-\u0963]ती|चुकी|[\u0900-\u0963](?:ऊँगी|ूँगी|ूंगी|ऊंगी)|गई|आई)(?=\s*(?:हूँ|हूं|थी|[।?!,]|$))"


def gender(pair: Pair) -> list[Finding]:
    """What the speaker says of themselves, in a gender that is not theirs."""
    if pair.speaker_gender not in ("f", "m"):
        return []
    for ending, said in _own_endings(pair.target, pair.target_language):
        if ending != pair.speaker_gender:
            who = "a woman" if pair.speaker_gender == "f" else "a man"
            return [Finding("gender", f"{who} says {said!r}")]
    return []


def _own_endings(text: str, language: str) -> list[tuple[str, str]]:
    """(gender, words) of what a speaker says of themselves."""
    if language in _I_AM:
        lead = rf"(?<!\w){_I_AM[language]}{_BETWEEN[language]}\s+"
        pattern = rf"{lead}(?:{_PARTICIPLE}|{_ADJECTIVES[language]})([oa])(?!\w)"
        found = [("f" if m[1] == "a" else "m", m[0]) for m in re.finditer(pattern, text, re.IGNORECASE)]
        if language in _THANKS:
            found += [("f" if m[1] == "a" else "m", m[0]) for m in re.finditer(_THANKS[language], text, re.IGNORECASE)]
        return [f for f in found if not re.search(_NOT_OWN[language], text)]
    if language == "hi":
        both = (("m", _HINDI_HE), ("f", _HINDI_SHE))
        return [(g, m[0]) for g, pattern in both for m in [re.search(pattern, text)] if m]
    return []


# --- address ---------------------------------------------------------------------------------------------------

_FORMS = {
    "es": {
        "tú": r"tú|te|ti|tu|tus|contigo|tuy[oa]s?|eres|estás|tienes|quieres|puedes|sabes|vas|has|debes|crees|dime|mírame|oye|ven",
        "usted": r"usted",
    },
    "pt": {"tu": r"tu|contigo|teus?|tuas?", "você": r"você|cê", "o senhor": r"o senhor|a senhora"},
    "hi": {"तू": r"तू|तुझे|तुझसे|तुझको|तेरा|तेरी|तेरे", "तुम": r"तुम|तुम्हें|तुम्हारा|तुम्हारी|तुम्हारे|तुमसे|तुमने|तुमको",
           "आप": r"आप|आपको|आपका|आपकी|आपके|आपसे|आपने"},
}  # fmt: skip
_MARK = r"\w\u0900-\u0963"


@dataclass(frozen=True)
class Said:
    """A line for the form of address: who says it, and its translation."""

    line_id: str
    speaker: str
    target: str


def address_of(text: str, language: str) -> str:
    """The form by which a text addresses one person; empty where it uses none, or several."""
    found = [
        form
        for form, pattern in _FORMS.get(language, {}).items()
        if re.search(rf"(?<![{_MARK}])(?:{pattern})(?![{_MARK}])", text, re.IGNORECASE)
    ]
    return found[0] if len(found) == 1 else ""


def address(lines: Sequence[Said], language: str) -> dict[str, Finding]:
    """By line id, lines that address somebody in another form than the same speaker uses to the same person.

    Whom a line is said to is taken from the turns: the one who answers it, or whom it answers, where both are the same
    person. Lines between more people are left alone.
    """
    forms: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for at, line in enumerate(lines):
        listener = _listener(lines, at)
        form = address_of(line.target, language) if listener else ""
        if form:
            forms[line.speaker, listener].append((line.line_id, form))
    found = {}
    for (_speaker, listener), used in forms.items():
        usual, times = Counter(f for _i, f in used).most_common(1)[0]
        odd = [(i, f) for i, f in used if f != usual]
        if times >= 2 and times > 2 * len(odd):
            for line_id, form in odd:
                found[line_id] = Finding("address", f"{form} to {listener or 'the other'}, elsewhere {usual}", "doubt")
    return found


def _listener(lines: Sequence[Said], at: int) -> str:
    own = lines[at].speaker
    before = next((x.speaker for x in reversed(lines[:at]) if x.speaker != own), "")
    after = next((x.speaker for x in lines[at + 1 :] if x.speaker != own), "")
    return before if before and (before == after or not after) else after if not before else ""
