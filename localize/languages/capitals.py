"""Shouted lines: engines half translate what is all in capitals, so they get sentence case and the result its
capitals back."""

from __future__ import annotations

import functools
import re

from .dictionary import dictionary

# capitals that are no shout; spoken letter by letter or as a word, and left as they are by every engine
ACRONYMS = frozenset(
    """AA AC ADN AI AIDS ARN ASAP ATM BBC BMW CEO CFO CIA CNN CNPJ CPF CPR CT DEA DJ DNA DNI DVD EEUU EU EUA EPS ER FBI
    FIFA GPS HIV HQ HR ICU ID IMSS INE IQ IRS IT IV KGB LA LOL MBA MIT MRI MVP NASA NATO NBA NFL NSA NYC NYPD OAB OK OMG
    OMS ONG ONU OTAN OVNI PC PDF PIN PR PT RG RH RV SEC SIM SMS SOS SPA SUS SUV SWAT TED TNT TV UCI UFO UK UN UNICEF
    US USA USB UTI UV VIH VIP VR WC WHO WWW XL""".split()
)  # fmt: skip
# acronyms that are words as well: within a shout they are the word
WORDS_TOO = frozenset("AA AC AI CT EL EPS EU IT LA PIN PR PT RV SEC SIM SPA SUS TED UN US WC WHO".split())
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))*")
_SENTENCE = re.compile(r"[^.!?…]+[.!?…\"'”»)]*\s*|[.!?…]+\s*")


def is_shouted(text: str, tag: str = "") -> bool:
    """Whether a text is all in capitals and not only because it is an acronym ("FBI!") or one letter ("I.").

    Args:
        tag: its language, whose dictionary tells a short shouted word ("NO!") from an unlisted acronym.
    """
    found = [w for w in _WORD.findall(text) if w.upper() != w.lower()]
    if not found or any(w != w.upper() for w in found):
        return False
    said = [w for w in found if len(w) > 1 and w not in ACRONYMS]
    if sum(len(w) for w in said) >= 5:
        return True
    known = dictionary(tag) if tag and said else None
    return known is not None and all(known.knows(w.lower()) for w in said)


@functools.lru_cache(maxsize=4096)  # a line is asked about by every engine, and read again with those after it
def calm(text: str, tag: str = "") -> str:
    """The text with its shouted sentences in sentence case and its stressed words small, each character in its place;
    acronyms keep their capitals."""
    if is_shouted(text, tag):  # as a whole: a sentence of it may be too short to tell ("MR.")
        return "".join(_calmed(s, tag) for s in _SENTENCE.findall(text)) or text
    return (
        "".join(_calmed(s, tag) if is_shouted(s, tag) else _stress_taken(s, tag) for s in _SENTENCE.findall(text))
        or text
    )


def loud_as(text: str, source: str, tag: str = "", keep: tuple[str, ...] = ()) -> str:
    """A result in capitals where its source is: as a whole, or sentence by sentence where both have as many.

    Args:
        tag: language of the source.
        keep: locked names, which stay as they are locked.
    """
    if is_shouted(source, tag):
        return _raised(text, keep)
    given, made = _SENTENCE.findall(source), _SENTENCE.findall(text)
    if len(given) != len(made) or "".join(made) != text:
        return text
    return "".join(_raised(m, keep) if is_shouted(g, tag) else m for g, m in zip(given, made, strict=True))


def _raised(text: str, keep: tuple[str, ...]) -> str:
    names = [k for k in sorted(keep, key=len, reverse=True) if k]
    if not names:
        return text.upper()
    parts = re.split(f"({'|'.join(re.escape(n) for n in names)})", text)
    return "".join(p if p in names else p.upper() for p in parts)


def _calmed(sentence: str, tag: str) -> str:
    """Lower case but for the first letter, acronyms and the English "I"; as long as it was."""
    first = True

    def lower(match: re.Match[str]) -> str:
        nonlocal first
        word, opens = match[0], first
        first = False
        if (word in ACRONYMS and word not in WORDS_TOO) or (
            tag.split("-")[0] in ("en", "") and re.match(r"I(?:$|['’])", word)
        ):
            return word if word in ACRONYMS else word[:1] + _low(word[1:])
        return word[0] + _low(word[1:]) if opens else _low(word)

    return _WORD.sub(lower, sentence)


def _stress_taken(sentence: str, tag: str) -> str:
    """Single words in capitals, of three letters or more, as the dictionary writes them: "I said STOP" -> "I said stop"."""

    def lower(match: re.Match[str]) -> str:
        word = match[0]
        if not tag or len(word) < 3 or word != word.upper() or word in ACRONYMS:
            return word
        known = dictionary(tag)  # loaded where a text has such a word at all
        if known is None or not known.knows(word.lower()):
            return word
        return (_low(word[:1]) if match.string[: match.start()].strip(" \"'¿¡") else word[:1]) + _low(word[1:])

    return _WORD.sub(lower, sentence)


def _low(word: str) -> str:
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in word)
