"""Lines parted where the voice changes, and a speaker for each line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..audio.samples import ASR_RATE, Samples
from ..audio.spans import Span
from ..records import Flag, Line, Word
from ..session import Session
from . import speakers
from .lines import breaths, lines_of


def split_at_voice_changes(
    session: Session, lines: tuple[Line, ...], words: tuple[Word, ...], speech: list[Span], hearing: Samples
) -> tuple[Line, ...]:
    """Lines parted where the voice changes at a pause: a recogniser does not always end a sentence between two people."""
    encoder, by_id = session.engines.get("ge2e"), {w.id: w for w in words}
    groups: list[list[Word]] = []
    for line in lines:
        parts = breaths([by_id[i] for i in line.word_ids], speech, speakers.TURN_MS, speakers.SHORT_MS)
        heard = (
            [encoder.embed(hearing[p[0].start_ms * 16 : p[-1].end_ms * 16]) for p in parts] if len(parts) > 1 else []
        )
        groups.append(list(parts[0]))
        for at in range(1, len(parts)):
            if float(heard[at - 1] @ heard[at]) < speakers.CHANGED:
                groups.append([])
            groups[-1] += parts[at]
    return lines_of(groups, speech)


def name_speakers(session: Session, lines: tuple[Line, ...], hearing: Samples) -> tuple[tuple[Line, ...], dict[str, str]]:
    """Lines with speakers: the studio's names where given, else by voice; and each speaker's register."""
    encoder = session.engines.get("ge2e")
    voices = []
    for line in lines:
        part = hearing[line.start_ms * 16 : line.end_ms * 16]
        voices.append(speakers.Voice(encoder.embed(part), speakers.pitch(part, ASR_RATE), line.end_ms - line.start_ms))
    enrolled = {n: [np.asarray(v, np.float32) for v in c.enrolled] for n, c in session.bible.cast.items()}
    named = speakers.name_groups(voices, speakers.group(voices), enrolled)
    out = []
    for line, (speaker, known) in zip(lines, named, strict=True):
        if line.speaker:
            out.append(line)
        else:
            # a series without a cast has no characters to be unsure about
            flags = () if known or not any(enrolled.values()) else (Flag.UNKNOWN_SPEAKER,)
            out.append(replace(line, speaker=speaker, flags=(*line.flags, *flags)))
    found = speakers.registers(voices, [line.speaker for line in out])
    given = {n: c.register for n, c in session.bible.cast.items() if c.register}
    return tuple(out), {**found, **{n: r for n, r in given.items() if n in found}}
