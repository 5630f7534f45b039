"""Burnt-in subtitles as the transcript: the text from the picture, when it is said and by whom from the sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from rapidfuzz.distance import Levenshtein

from ..audio.spans import Span, overlap_ms
from ..languages.scripts import SOLID, scripts_of
from ..languages.text import normal_form
from ..media.frames import Cuts
from ..records import EngineUse, Episode, Flag, Line, Word, from_json, to_json
from ..session import Session
from . import picture_cuts
from .burnt_in import BurntIn, BurntLine, read_picture
from .burnt_in.band import Reader

VERSION = 5  # of what is read from a picture
NEAR_MS = 350  # how far speech may begin before its subtitle, or end after it
PIECE_MS = 60  # shorter pieces of speech at a subtitle's edge are its neighbour's
UNSURE = 0.9  # score of the reader below which a line is doubtful
DIFFERS = 0.5  # share of syllables or words that sound and text must have in common
UNREAD_MS = 500  # speech that is shorter needs no subtitle of its own
FLAGS = (Flag.NO_SUBTITLE, Flag.NOT_HEARD, Flag.PICTURE_UNSURE, Flag.HEARD_OTHERWISE)


@dataclass(frozen=True, kw_only=True)
class PictureInputs:
    """All that decides what is read in a picture; `speech`: where somebody speaks, in ms."""

    file: str
    language: str
    speech: tuple[Span, ...]
    engine: EngineUse


def read_hardsubs(session: Session, episode: Episode, language: str, speech: list[Span]) -> BurntIn:
    """Subtitles and other writing in the episode's picture; nothing where the settings say `hardsubs = "off"`.

    Raises MediaError, EngineError, ModelError.
    """
    if session.settings.hardsubs == "off":
        return BurntIn(())
    engine = session.engines.get("ppocr")
    inputs = PictureInputs(file=episode.sha256, language=language, speech=tuple(speech), engine=engine.identity())
    reader, threads = cast(Reader, engine), session.settings.threads

    def make() -> object:
        seen = Cuts()
        read = read_picture(reader, Path(episode.path), episode.media, language, list(inputs.speech), threads, seen)
        if seen.ms is not None:
            picture_cuts.cuts(session, episode, seen.ms)  # which delivering asks for
        return to_json(read)

    with session.clock.timed(episode.name, ""):
        return from_json(BurntIn, session.steps.json("read-picture", VERSION, inputs, episode.name, make))


def as_lines(
    burnt: tuple[BurntLine, ...],
    words: tuple[Word, ...],
    heard: tuple[Line, ...],
    speech: list[Span],
    language: str,
    sounds_like: Callable[[str], list[str]] | None = None,
) -> tuple[Line, ...]:
    """Lines of the picture's text at the times of the sound, without speakers.

    `words` and `heard` are the recogniser's. Where it heard something else, a flag holds what; a subtitle without a
    voice and speech without a subtitle are flagged too, so that nothing is left out and nothing invented unseen.
    `sounds_like` gives a text's syllables or words; by default pinyin for Chinese, words for others.
    """
    syllables = sounds_like or _syllables(language)
    lines: list[Line] = []
    for number, line in enumerate(burnt):
        floor = burnt[number - 1].end_ms if number else 0
        ceiling = burnt[number + 1].start_ms if number + 1 < len(burnt) else line.end_ms + NEAR_MS
        start, end, said = _spoken(line, floor, max(ceiling, line.end_ms), speech)
        flags: list[str] = [] if line.score >= UNSURE else [Flag.PICTURE_UNSURE]
        if not said:
            flags.append(Flag.NOT_HEARD)
        other = _heard_in(line, words, language)
        if said and other and not _agree(syllables(line.text), syllables(other)):
            flags.append(f"{Flag.HEARD_OTHERWISE}: {other}")
        lines.append(Line("", "", start, end, line.text, (), tuple(flags)))
    for own in heard:
        span, length = (own.start_ms, own.end_ms), own.end_ms - own.start_ms
        covered = sum(overlap_ms(span, (b.start_ms - NEAR_MS, b.end_ms + NEAR_MS)) for b in burnt)
        if length >= UNREAD_MS and covered < 0.2 * length:
            lines.append(replace(own, word_ids=(), flags=(*own.flags, Flag.NO_SUBTITLE)))
    lines.sort(key=lambda x: x.start_ms)
    return tuple(replace(x, id=f"L{n:03d}") for n, x in enumerate(lines, start=1))


def proposed_screen(burnt: BurntIn) -> tuple[Line, ...]:
    """Other writing in the picture as lines, for a person to choose from."""
    return tuple(Line(f"P{n:03d}", "", x.start_ms, x.end_ms, x.text) for n, x in enumerate(burnt.screen, start=1))


def _spoken(line: BurntLine, floor: int, ceiling: int, speech: list[Span]) -> tuple[int, int, bool]:
    """When a subtitle's words are said: from where speech begins near its beginning to where it ends near its end;
    the subtitle's own edge where speech runs on over it. And whether anything is said at all."""
    low, high = max(floor, line.start_ms - NEAR_MS), min(ceiling, line.end_ms + NEAR_MS)
    pieces = [(a, b) for a, b in speech if overlap_ms((a, b), (line.start_ms, line.end_ms)) >= PIECE_MS]
    if not pieces:
        return line.start_ms, line.end_ms, False
    start = pieces[0][0] if pieces[0][0] >= low else line.start_ms
    end = pieces[-1][1] if pieces[-1][1] <= high else line.end_ms
    return (start, end, True) if end - start >= PIECE_MS else (line.start_ms, line.end_ms, True)


def _heard_in(line: BurntLine, words: tuple[Word, ...], language: str) -> str:
    """What the recogniser heard while the subtitle stood."""
    inside = [w.text for w in words if line.start_ms - 150 <= (w.start_ms + w.end_ms) / 2 <= line.end_ms + 150]
    return ("" if set(scripts_of(language)) & set(SOLID) else " ").join(inside)


def _syllables(language: str) -> Callable[[str], list[str]]:
    if language.split("-")[0] != "zh":
        return lambda text: normal_form(text).split()

    def pinyin(text: str) -> list[str]:
        from pypinyin import lazy_pinyin

        return list(lazy_pinyin("".join(c for c in text if c.isalnum())))

    return pinyin


def _agree(one: list[str], other: list[str]) -> bool:
    return Levenshtein.normalized_similarity(one, other) >= DIFFERS
