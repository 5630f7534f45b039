"""One of Mozilla's Firefox Translations models, run by fxtranslate: greedy, 5 ms a line, files as published.

What the library needs from us: it belongs to the thread that made it; a line break or NUL inside a line gives
rubbish; capitals stay half untranslated; very long sentences lose words; and what goes wrong inside is a panic.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from ...errors import EngineError

LONGEST = 40  # words of a sentence; longer ones lose some of them (measured: from 60 on)
LONGEST_WORD = 80  # characters: the time for one word grows with the square of its length
RULES = 1  # raise where what is sent to the library, or made of its answers, changes
Made = TypeVar("Made")
_thread = threading.local()  # a model's own thread has its translator here, so that it also ends on that thread


class FirefoxModel:
    """The model files of one folder. Calls from any thread are done one after the other by a thread of its own.

    Raises EngineError where the files cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"firefox {folder.name}")
        self._on_thread(self._load)

    def translate(self, texts: list[str]) -> list[str]:
        """As many texts as came in; an empty one where the library gave up on it. Raises EngineError where it always does."""
        made = self._on_thread(lambda: [self._line(t) for t in texts])
        if texts and all(m is None for m in made):
            raise EngineError("gave up on every line", self.folder.name)
        return [m or "" for m in made]

    def _on_thread(self, do: Callable[[], Made]) -> Made:
        return self._worker.submit(do).result()

    def _load(self) -> None:
        import fxtranslate

        source, target = _files(self.folder, "vocab.", "srcvocab."), _files(self.folder, "vocab.", "trgvocab.")
        shortlist = _files(self.folder, "lex.") if list(self.folder.glob("lex.*")) else None
        model = _files(self.folder, "model.")
        _thread.translator = self._safely(lambda: fxtranslate.Translator(model, source, target, shortlist))

    def _line(self, text: str) -> str | None:
        """The text's translation; None after a panic, which leaves the translator unusable: it is loaded anew."""
        if not re.search(r"\w", text):
            return text  # "…" would come back as three dots
        try:
            return in_small_letters(text, lambda t: " ".join(self._sentence(p) for p in pieces(t)))
        except EngineError:
            self._load()
            return None

    def _sentence(self, text: str) -> str:
        translator: Any = _thread.translator
        made: str = self._safely(lambda: translator.translate(text))
        return made

    def _safely(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of the library is no Exception
            raise EngineError(str(error).splitlines()[0] if str(error) else repr(error), self.folder.name) from error


def _files(folder: Path, *starts: str) -> bytes:
    """The bytes of the one file whose name starts so. Raises EngineError."""
    for start in starts:
        for path in sorted(folder.glob(f"{start}*")):
            if path.suffix in (".bin", ".spm"):
                return path.read_bytes()
    raise EngineError(f"no file {' or '.join(s + '*' for s in starts)}", folder.name)


def pieces(text: str) -> list[str]:
    """The text cut into what is translated at a time: a sentence of at most LONGEST words, without line breaks.

    Two sentences at once cost 4 points of chrF (72.2 against 76.3 on pairs of drama lines). But a word alone is
    guessed at ("Everything." came back as "all that there is"), so it goes with its neighbour.
    """
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if re.search(rf"\S{{{LONGEST_WORD}}}", clean):  # Chinese and Japanese have no blanks to cut at
        clean = re.sub(r"(?<=[，；。！？])(?=\S)", " ", clean)
        clean = re.sub(rf"\S{{{LONGEST_WORD}}}(?=\S)", r"\g<0> ", clean)
    out: list[str] = []
    for sentence in re.split(r"(?<=[.!?…।。！？])\s+", clean):
        for piece in _short(sentence.split()):
            if out and (" " not in out[-1] or " " not in piece) and len(out[-1].split()) < LONGEST:
                out[-1] += f" {piece}"
            else:
                out.append(piece)
    return out


def _short(words: list[str]) -> list[str]:
    """The words in parts of at most LONGEST, cut behind a comma in a part's second half where there is one."""
    out = []
    while len(words) > LONGEST:
        commas = [i + 1 for i, w in enumerate(words[:LONGEST]) if w[-1] in ",;:—" and i >= LONGEST // 2]
        cut = commas[-1] if commas else LONGEST
        out.append(" ".join(words[:cut]))
        words = words[cut:]
    return [*out, " ".join(words)] if words else out


def in_small_letters(text: str, translate: Callable[[str], str]) -> str:
    """What is all in capitals is translated in small letters and put back into capitals, names in it as they stand."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    loud = [w for w in words if w.isupper()]
    if len(loud) < 2 or len(loud) < 0.6 * len(words):
        return translate(text)
    kept = [w for w in re.findall(r"\w+", text) if not w.isupper()]
    lower = re.sub(r"\w+(['’]\w+)*", lambda m: m[0].lower() if m[0].isupper() else m[0], text)
    lower = re.sub(r"(^|[.!?…]\s+)([¿¡\"“‘'(\[-]*)(\w)", lambda m: m[1] + m[2] + m[3].upper(), lower)
    lower = re.sub(r"\bi\b(?!\.\w)", "I", lower)
    made = translate(lower).upper()
    for word in kept:  # of letters and digits alone: no backslash for the pattern to trip over
        made = re.sub(rf"(?<!\w){word.upper()}(?!\w)", word, made)
    return made
