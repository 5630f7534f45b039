"""Whose word a translated line is: a person's, or a machine's, checked or doubtful; and which machines are trusted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from ..models.scores import Score
from ..records import Translation
from .record import Checked

# what a single text engine may lose for its lines to go out unseen where nothing is found in them, by the figures that rank
# routes (`models.scores`): Bergamot en -> pt has 0.11 (chrF 76.6 on drama lines), Mozilla's en -> es 0.15, a pivot over 0.2
LOSS = 0.12
NEVER = frozenset(
    {"apertium"}
)  # takes the wrong sense of a word and writes a sound sentence with it ("saia" -> "falda")


class Trust(StrEnum):
    """How far a line may be believed.

    `person`: a person wrote or approved it. `trusted`: an engine that is trusted for the pair, and nothing was found.
    `checked`: another engine, and nothing was found. `doubtful`: something was found, or nothing could be looked at.
    """

    PERSON = "person"
    TRUSTED = "trusted"
    CHECKED = "checked"
    DOUBTFUL = "doubtful"


def is_person(translation: Translation) -> bool:
    """Whether a person wrote or approved the line."""
    return translation.by_person


def is_checked(translation: Translation) -> bool:
    """Whether a line's meaning is looked at: a machine's always, a studio's for lines beside their places and other numbers."""
    return bool(translation.text.strip()) and translation.origin not in ("memory", "source")


def trusted(engine: str, score: Score) -> bool:
    """Whether an engine's figures for a pair are good enough; one that nobody measured is not trusted."""
    return engine not in NEVER and (score.comet is not None or score.chrf is not None) and score.loss <= LOSS


def of(translation: Translation, found: Checked | None, engines: Collection[str]) -> Trust:
    """How far a line may be believed; `engines` are those that are trusted for its pair."""
    if is_person(translation) and not (found and found.findings):
        return Trust.PERSON
    if found is None or found.findings or found.error:
        return Trust.DOUBTFUL
    return Trust.TRUSTED if translation.origin.split(" ")[0] in engines else Trust.CHECKED


def accepted(trust: Trust, machine: str) -> bool:
    """Whether a market takes such a line unseen; `machine` is its word on lines by machine, "review" or "pass"."""
    return trust in (Trust.PERSON, Trust.TRUSTED) or (machine == "pass" and trust == Trust.CHECKED)


def counts(trusts: Iterable[Trust]) -> tuple[int, int, int]:
    """(lines by machine, of these doubtful, all lines)."""
    every = list(trusts)
    return sum(t != Trust.PERSON for t in every), sum(t == Trust.DOUBTFUL for t in every), len(every)
