"""What the meaning checks look at, and what they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..engines.checking.analyser import Analysed
from ..languages.text import WORD

SENTENCE = re.compile(r"[^.!?…।]+[.!?…।]*[\"”’»)]*")


@dataclass(frozen=True)
class Finding:
    """One doubt about one line.

    Attributes:
        kind: what may be wrong, e.g. "number"; the flag on the line is "meaning:" and this.
        evidence: what was seen, as an editor without the language can read it.
        severity: "error" where little else can explain it, "doubt" where a good translation may also look so.
    """

    kind: str
    evidence: str
    severity: str = "error"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A line and its translation.

    Attributes:
        source_language, target_language: primary tags.
        back: the translation brought back into the source language by another way; empty where there is none.
        names: (form in the source language, form in the target language) of every name that is known in this series.
        speaker_gender: "f", "m", or empty where it is not known.
        analysed: the translation's words with their readings; empty where no analyser knows the language.
    """

    source: str
    target: str
    source_language: str
    target_language: str
    back: str = ""
    names: tuple[tuple[str, str], ...] = ()
    speaker_gender: str = ""
    analysed: Analysed = ()


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """How alike texts are, as cosines of a sentence encoder from -1 to 1; None where no encoder reads a language.

    Attributes:
        own: the line and its translation.
        neighbours: the translation and the lines around its own, by how far away they stand (-2, -1, 1, 2).
        first, last: the translation and each half of its line; None where the line is too short to be halved.
        back: the line and the back-translation.
        target_first, target_last: the line and each half of its translation.
    """

    own: float
    neighbours: dict[int, float] = field(default_factory=dict)
    first: float | None = None
    last: float | None = None
    back: float | None = None
    target_first: float | None = None
    target_last: float | None = None


@dataclass(frozen=True)
class Checked:
    """What was found in one line.

    Attributes:
        back: the back-translation that an editor without the language can judge it by; empty where there is none.
        error: which engine failed, so that the line could not be judged as it should.
    """

    line_id: str
    findings: tuple[Finding, ...] = ()
    back: str = ""
    error: str = ""


@dataclass(frozen=True)
class Judged:
    """What is known of one language's translated lines.

    Attributes:
        checked: by line id; a line that a person wrote is not in it.
        missing: what could not be used for the check, and the command that brings it.
        trusted: engines that are trusted for the pair.
    """

    checked: dict[str, Checked] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()


Knows = Callable[[str], bool]


def words(text: str) -> list[str]:
    """The words of a text, case folded."""
    return [w.casefold() for w in WORD.findall(text.replace("’", "'"))]


def sentences(text: str) -> list[str]:
    """The sentences of a text, end marks kept."""
    return [s.strip() for s in SENTENCE.findall(text) if re.search(r"\w", s)]
