"""Apertium's pt -> es stages run one by one, with our own hands between them: words in the format of its stream.

Its packaged mode goes from text to text in one pipe. Between the tagger and the transfer a word's reading can still be
set right; between the transfer and the generator a word can still be exchanged, dropped, moved or inflected otherwise.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import EngineError, ToolError

FOLDER = Path("/usr/share/apertium/apertium-es-pt")
INSTALL = "apt-get install apertium apertium-es-pt"
TIMEOUT_S = 120
_UNIT = re.compile(r"\^((?:\\.|[^$\\])*)\$")
_READING = re.compile(r"(?s)([^<]*)((?:<[^>]*>)*)(.*)")


@dataclass
class Word:
    """A word of the stream.

    Attributes:
        blank: what stands before it, formatting included.
        surface: as it was written; known only before the transfer.
        lemma: its dictionary form; "*word" where no dictionary knows it.
        tags: part of speech and inflection, e.g. ("vblex", "pri", "p3", "sg").
        rest: what hangs on it as the stream writes it: "+te<prn><enc><p2><mf><sg>", "# que".
    """

    blank: str
    surface: str
    lemma: str
    tags: tuple[str, ...] = ()
    rest: str = ""

    @property
    def low(self) -> str:
        """The lemma in small letters, to compare with."""
        return self.lemma.lower()

    def has(self, *tags: str) -> bool:
        """Whether it bears one of the tags."""
        return any(t in self.tags for t in tags)

    def retag(self, old: str, new: str) -> None:
        """One tag exchanged for another."""
        self.tags = tuple(new if t == old else t for t in self.tags)

    def reading(self) -> str:
        """As the stream writes it."""
        return self.lemma + "".join(f"<{t}>" for t in self.tags) + self.rest


@dataclass
class Row:
    """The words of one line of text, and what stands behind the last."""

    words: list[Word] = field(default_factory=list)
    end: str = ""


Rule = Callable[[list[Row]], None]


def translate(texts: list[str], before_transfer: Rule, after_transfer: Rule) -> list[str]:
    """Spanish for Portuguese lines; each rule may change the rows it is given. Raises ToolError, EngineError."""
    text = _run(["apertium-destxt"], "\n\n".join(texts) + "\n")
    tagged = _run(["lt-proc", str(FOLDER / "pt-es.automorf.bin")], text)
    tagged = _run(["apertium-tagger", "-g", "-p", str(FOLDER / "pt-es.prob")], tagged)
    rows = rows_of(tagged, len(texts), surfaces=True)
    before_transfer(rows)
    ready = _run(["apertium-pretransfer"], stream(rows))
    made = _run(["apertium-transfer", *(str(FOLDER / f"pt-es.{e}") for e in ("t1x", "t1x.bin", "autobil.bin"))], ready)
    rows = rows_of(made, len(texts), surfaces=False)
    after_transfer(rows)
    out = _run(["lt-proc", "-n", str(FOLDER / "pt-es.autogen.bin")], stream(rows))
    out = _run(["apertium-retxt"], _run(["lt-proc", "-p", str(FOLDER / "pt-es.autopgen.bin")], out))
    made_texts = out.rstrip("\n").split("\n\n")
    if len(made_texts) != len(texts):
        raise EngineError(f"{len(texts)} lines in, {len(made_texts)} out", "apertium")
    return [" ".join(t.split()) for t in made_texts]


def generated(readings: Iterable[str]) -> list[str]:
    """The Spanish forms of readings such as "decir<vblex><imp><p2><sg>", in order; "" where there is none."""
    readings = list(readings)
    if not readings:
        return []
    out = _run(["lt-proc", "-g", str(FOLDER / "pt-es.autogen.bin")], "".join(f"^{r}$[\n]" for r in readings))
    return ["" if "#" in form else form.strip("[] \n~") for form in out.split("[\n]")[:-1]]


def readings_of(words: Iterable[str]) -> list[list[str]]:
    """For each Portuguese word all its readings; none where the analyser does not know it."""
    out = _run(["lt-proc", "-w", str(FOLDER / "pt-es.automorf.bin")], "\n".join(words) + "\n")
    found = (_UNIT.search(line) for line in out.splitlines())
    return [[r for r in m[1].split("/")[1:] if r[:1] != "*"] if m else [] for m in found]


def rows_of(text: str, count: int, surfaces: bool) -> list[Row]:
    """A stream as rows of words, one row for each line of text."""
    rows = [Row() for _ in range(count)]
    line, at = 0, 0
    for match in _UNIT.finditer(text):
        line, blank = _turned(rows, line, text[at : match.start()])
        rows[line].words.append(_word(blank, match[1], surfaces))
        at = match.end()
    _turned(rows, line, text[at:] + "[\n\n]")
    return rows


def _turned(rows: list[Row], line: int, blank: str) -> tuple[int, str]:
    """The line that goes on behind a blank, and what of the blank is that line's own.

    An empty row, which always stands inside brackets, ends a line; what stands between two is a line without words.
    """
    pieces = blank.split("\n\n")
    for i, piece in enumerate(pieces):
        if i:
            piece = piece.removeprefix("]") if piece.startswith("]") else f"[{piece}"
        if i < len(pieces) - 1:
            piece = piece.removesuffix("[") if piece.endswith("[") else f"{piece}]"
            if line + i < len(rows):
                rows[line + i].end = piece
        pieces[i] = piece
    return min(line + len(pieces) - 1, len(rows) - 1), pieces[-1]


def _word(blank: str, text: str, surfaces: bool) -> Word:
    surface, _slash, reading = text.partition("/") if surfaces and "/" in text else ("", "", text)
    if reading[:1] in "*@":
        return Word(blank, surface, reading)
    parts = _READING.match(reading)
    assert parts is not None  # every text matches
    return Word(blank, surface, parts[1], tuple(re.findall(r"<([^>]*)>", parts[2])), parts[3])


def stream(rows: list[Row]) -> str:
    """Rows as Apertium reads them, each line set off by an empty row."""
    return "[\n\n]".join("".join(f"{w.blank}^{w.reading()}$" for w in r.words) + r.end for r in rows) + "[\n]"


def _run(argv: list[str], text: str) -> str:
    try:
        done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(str(error), argv[0], INSTALL) from error
    if done.returncode:
        raise EngineError(f"exit status {done.returncode}: {done.stderr.strip()[-200:]}", argv[0])
    return done.stdout
