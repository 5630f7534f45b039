"""The dubbing script: what is to be spoken, line by line, by whom and how."""

from __future__ import annotations

from ..records import Translation
from ..session import Session
from ..transcript.result import Listened
from .casting import voices
from .part import Part
from .pronounce import pronunciations


def parts_of(session: Session, listened: Listened, target: str, translations: list[Translation]) -> list[Part]:
    """What is to be spoken, line by line: text, voice, pace, pronunciation, level."""
    chosen = voices(session, listened, target)
    texts = {t.line_id: t.text for t in translations if not t.error}
    parts = []
    for line in listened.transcript.lines:
        if not texts.get(line.id, "").strip():
            continue
        character = session.bible.cast.get(line.speaker)
        parts.append(
            Part(
                line,
                texts[line.id],
                chosen[line.speaker],
                character.speed if character else 1.0,
                pronunciations(texts[line.id], session.bible.terms, target),
                listened.levels[line.id] + (character.gain_db if character else 0.0),
            )
        )
    return parts
