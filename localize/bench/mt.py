"""How well routes translate a text file: BLEU, chrF, names, length, speed; for every route that can serve the pair."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..engines.base import Ask
from ..engines.catalogue import Engines
from ..series.glossary import Glossary
from ..translation import name_lock, send
from ..translation.available import text_hops
from ..translation.routes import Route, plan

BATCH = 100


@dataclass(frozen=True)
class Score:
    """One route's figures. BLEU and chrF from 0 to 100, None without a reference.

    Attributes:
        terms: share of locked occurrences present; 1.0 where no term occurs.
        length: characters of the translation over those of the source.
        seconds: a sentence.
        failed: lines without a translation.
    """

    route: str
    bleu: float | None
    chrf: float | None
    terms: float
    length: float
    seconds: float
    failed: int
    texts: tuple[str, ...] = ()


def routes(engines: Engines, source: str, target: str) -> list[Route]:
    """Every direct engine of a pair, and the best pivot through one other language."""
    hops, _reasons = text_hops(engines)
    found = [Route((h,)) for h in hops if (h.source, h.target) == (source, target)]
    pivot = plan([h for h in hops if (h.source, h.target) != (source, target)], source, target)
    return found + ([pivot] if pivot else [])


def score(
    engines: Engines,
    route: Route,
    texts: list[str],
    references: list[str] | None,
    glossary: Glossary,
    source: str,
    tag: str,
) -> Score:
    """Translate the texts through a route, names locked, and measure. The first line is not timed: engines load."""
    import sacrebleu

    uses = [glossary.find(t, source) for t in texts]
    send.cross([Ask(texts[0])], [[]], tag, route, engines)
    started = time.monotonic()
    made: list[str] = []
    for at in range(0, len(texts), BATCH):
        asks = [Ask(t) for t in texts[at : at + BATCH]]
        made += [s.text for s in send.cross(asks, uses[at : at + BATCH], tag, route, engines)]
    seconds = (time.monotonic() - started) / len(texts)
    found = [t for text, u in zip(made, uses, strict=True) for t in name_lock.verify(text, u, tag)]
    wanted = sum(t.wanted for t in found)
    right = sum(min(t.found, t.wanted) for t in found)
    bleu = sacrebleu.corpus_bleu(made, [references]).score if references else None
    chrf = sacrebleu.corpus_chrf(made, [references]).score if references else None
    length = sum(map(len, made)) / max(1, sum(map(len, texts)))
    failed = sum(not t for t in made)
    return Score(route.name, bleu, chrf, right / wanted if wanted else 1.0, length, seconds, failed, tuple(made))
