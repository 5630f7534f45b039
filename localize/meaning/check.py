"""Lines of one episode and language checked together: brought back, taken apart, encoded in one batch, judged one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..engines.base import Ask
from ..engines.catalogue import Engines
from ..engines.checking import analyser, dictionaries
from ..engines.checking.encoders import Encoder
from ..errors import LocalizeError, one_line
from ..languages.text import places
from ..records import EngineUse, to_json
from ..series.glossary import Term, Use
from ..translation.available import text_hops
from ..translation.routes import Route, plan
from ..translation.send import Sent, cross
from . import agreement, findings
from .likeness import limits_of
from .nearness import nearness
from .record import Checked, Nearness, Pair
from .spelling import Books

VERSION = 4


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line to be checked; plain data.

    Attributes:
        around: source texts of the two lines before and the two after it; empty texts where there are none.
        names: (form in the source language, form in the target language) of the series' names.
        gender: the speaker's, "f" or "m", where it is known.
    """

    line_id: str
    source: str
    target: str
    around: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    gender: str = ""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What checks a language pair here, and what is missing for it to be checked better.

    Attributes:
        back: translations back into the source language; None where no engine here does that.
        identity: all that decides a finding besides the line itself; part of every step key.
        missing: what could not be used and the command that brings it, a sentence each.
    """

    source: str
    target: str
    encoder: Encoder | None
    books: Books | None
    back: Callable[[list[Told]], list[Sent]] | None
    analyses: bool
    identity: dict[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    uses: tuple[EngineUse, ...] = ()


def tools(engines: Engines, source: str, target: str) -> Tools:
    """What is here to check lines from one language in another; nothing is loaded."""
    able = [e for e in engines.encoders() if e.reads(source) and e.reads(target)]
    encoder = next((e for e in able if not e.unavailable()), None)
    before = able[: able.index(encoder)] if encoder else able
    missing = [f"{e.name} does not compare lines here: {e.unavailable()}" for e in before]
    if not able:
        missing.append("no sentence encoder reads these languages")
    books = None
    if reason := dictionaries.unavailable(target):
        missing.append(reason)
    else:
        books = _books(source, target)
    route = _way_back(engines, source, target)
    identities = [engines.translator(h.engine).identity(h.source, h.target) for h in route.hops] if route else []
    uses = [*identities, *([encoder.identity()] if encoder else [])]
    return Tools(
        source=source,
        target=target,
        encoder=encoder,
        books=books,
        back=(lambda lines: _brought_back(lines, source, route, engines)) if route else None,
        analyses=not analyser.unavailable(target),
        identity={
            "encoder": to_json(encoder.identity()) if encoder else None,
            "dictionaries": {t: dictionaries.identity(t) for t in dict.fromkeys((source, target, *_BESIDES))},
            "analyser": analyser.identity(target),
            "back": [to_json(i) for i in identities],
        },
        missing=tuple(missing),
        uses=tuple(uses),
    )


_BESIDES = ("es", "pt")  # languages that routes pass through
_NOT_TAKEN_AT_ITS_WORD = ("hi",)  # its dictionary lacks one good word in twelve


def _books(source: str, target: str) -> Books:
    def known(tag: str) -> bool:
        return not dictionaries.unavailable(tag)

    others = {
        t: dictionaries.knows(t) for t in _BESIDES if t not in (source, target) and target in _BESIDES and known(t)
    }
    return Books(
        dictionaries.knows(target),
        dictionaries.knows(source) if known(source) else None,
        others,
        dictionaries.nearest(target) if target in _NOT_TAKEN_AT_ITS_WORD else None,
    )


def _way_back(engines: Engines, source: str, target: str) -> Route | None:
    """A route from the target into the source language through engines that answer in milliseconds."""
    hops = [h for h in text_hops(engines)[0] if getattr(engines.translator(h.engine), "quick", False)]
    return plan(hops, target, source)


def _brought_back(lines: list[Told], source: str, route: Route, engines: Engines) -> list[Sent]:
    """Translations in the source language, names kept as names."""
    uses = [_names_in(line) for line in lines]
    return cross([Ask(line.target) for line in lines], uses, source, route, engines)


def _names_in(line: Told) -> list[Use]:
    """Where the series' names stand in a translation, none inside another."""
    found: list[Use] = []
    for source, target in sorted(line.names, key=lambda n: -len(n[1])):
        for start, end in places(line.target, target):
            if not any(u.start < end and start < u.end for u in found):
                found.append(Use(Term(source, "person"), start, end))
    return sorted(found, key=lambda u: u.start)


def check(lines: list[Told], these: Tools) -> list[Checked]:
    """Findings of each line, in order. Where an engine fails, the others still judge, and `error` says which failed."""
    failed: list[str] = []

    def tried(make: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return make()
        except LocalizeError as error:
            failed.append(one_line(str(error)))
            return otherwise

    back = these.back
    backs: list[Sent] = tried(lambda: back(lines), []) if back else []
    backs = backs or [Sent()] * len(lines)
    targets = [x.target for x in lines]
    analysed = tried(lambda: analyser.analyse(targets, these.target), []) if these.analyses else []
    near: list[Nearness] = []
    limits = limits_of(these.encoder) if these.encoder else None
    if (encoder := these.encoder) is not None:
        texts = [x.source for x in lines], targets, [b.text for b in backs], [x.around for x in lines]
        near = tried(lambda: nearness(*texts, encoder.vectors), [])
    out = []
    for at, line in enumerate(lines):
        pair = Pair(
            source=line.source,
            target=line.target,
            source_language=these.source,
            target_language=these.target,
            back=backs[at].text,
            names=line.names,
            speaker_gender=line.gender,
            analysed=analysed[at] if analysed else (),
        )
        found = [*findings.of(pair, near[at] if near else None, limits, these.books), *agreement.gender(pair)]
        error = "; ".join(dict.fromkeys(e for e in (*failed, backs[at].error) if e))
        out.append(Checked(line.line_id, tuple(found), backs[at].text, error))
    return out
