"""The dubbing script: what is to be spoken, line by line, by whom and how."""

from __future__ import annotations

import statistics
from dataclasses import replace

from ..records import Translation
from ..session import Session
from ..transcript.result import Listened
from . import said_how
from .casting import voices
from .pronounce import pronunciations
from .spoken_line import SpokenLine


def parts_of(session: Session, listened: Listened, target: str, translations: list[Translation]) -> list[SpokenLine]:
    """What is to be spoken, line by line: text, voice, pace, pronunciation, level."""
    chosen = voices(session, listened, target)
    texts = {t.line_id: t.text for t in translations if not t.error}
    usual = usual_levels(listened)
    parts = []
    for line in listened.transcript.lines:
        if not texts.get(line.id, "").strip():
            continue
        character = session.bible.cast.get(line.speaker)
        manner = said_how.manner_of(line, character, listened.manners.get(line.id))
        told = takes_instructions(session, chosen[line.speaker])
        level = said_how.level(manner, listened.levels[line.id], usual[line.speaker])
        parts.append(
            SpokenLine(
                replace(line, manner=manner),
                texts[line.id],
                chosen[line.speaker],
                round((character.speed if character else 1.0) * (1.0 if told else said_how.pace(manner)), 3),
                pronunciations(texts[line.id], session.bible.terms, target),
                level + (character.gain_db if character else 0.0),
            )
        )
    return parts


def usual_levels(listened: Listened) -> dict[str, float]:
    """What each speaker usually speaks at in the source, in LUFS: the median of the lines."""
    by_speaker: dict[str, list[float]] = {}
    for line in listened.transcript.lines:
        by_speaker.setdefault(line.speaker, []).append(listened.levels[line.id])
    return {speaker: statistics.median(levels) for speaker, levels in by_speaker.items()}


def takes_instructions(session: Session, voice: str) -> bool:
    """Whether a voice is served by an endpoint that is told the manner itself."""
    endpoint = session.engines.context.endpoints.get(voice.partition(":")[0])
    return endpoint is not None and "instructions" in endpoint.can
