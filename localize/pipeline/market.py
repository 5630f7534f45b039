"""One market's variant from an episode's transcript: translate, speak, mix, deliver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ..delivery import picture_cuts
from ..delivery.deliver import deliver
from ..delivery.ingredients import Ingredients, speaker_names
from ..delivery.result import Delivered
from ..dubbing import casting, fit_text, intelligibility, listen_back
from ..dubbing import steps as dubbing
from ..dubbing.steps import Spoken
from ..markets import Market
from ..meaning import steps as meaning
from ..media.sidecars import in_own_language, missed
from ..mixing import leftover_speech
from ..mixing import steps as mixing
from ..records import EngineUse, Episode, Translation
from ..session import Session
from ..storage.disk import full_disk_said
from ..transcript.burnt_in import BurntLine
from ..transcript.picture_text import read_hardsubs
from ..transcript.result import Listened
from ..translation import finished
from ..translation import steps as translation

Notice = Callable[[str], None]


@dataclass(frozen=True)
class LanguagePart:
    """What a language gives every market that speaks it.

    Attributes:
        listened: the episode's lines as this language says them.
        notes: what was set right in the studio's translation into it; unused: what of that is not said.
    """

    listened: Listened
    translations: list[Translation]
    spoken: Spoken | None
    engines: list[EngineUse]
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def run_market(
    session: Session,
    episode: Episode,
    listened: Listened,
    market: Market,
    parts: dict[str, LanguagePart],
    out: Path,
    notice: Notice = lambda _text: None,
) -> Delivered:
    """One market's variant; `parts` keeps what languages share. Raises LocalizeError."""
    for tag in (market.language, *market.extra_subtitles):
        if tag not in parts or (tag == market.language and parts[tag].spoken is None):
            parts[tag] = speak_language(session, episode, listened, tag, tag == market.language, notice)
    notice(f"{market.name}: mix, mux, check")
    made = gather(session, episode, listened, market, parts)
    with full_disk_said(out):
        return deliver(session, episode, market, made, out)


def speak_language(
    session: Session, episode: Episode, listened: Listened, tag: str, aloud: bool, notice: Notice = lambda _text: None
) -> LanguagePart:
    """Translate into a language, and speak it where a market dubs it and it is not the episode's own."""
    notice(f"translate {tag}")
    part = translate_language(session, episode, listened, tag)
    if not aloud or is_own(listened, tag):
        return part
    notice(f"speak {tag}")
    return speak_part(session, episode, tag, part)


def translate_language(session: Session, episode: Episode, listened: Listened, tag: str) -> LanguagePart:
    """A language's lines and their translations, nothing spoken yet."""
    view, given = finished.as_said(session, episode, listened, tag)
    translations, used = translation.translate(session, episode, view, tag, given)
    return LanguagePart(view, translations, None, used, given.notes, given.unused)


def speak_part(session: Session, episode: Episode, tag: str, part: LanguagePart) -> LanguagePart:
    """The same with its lines worded to fit, spoken, and laid into one track."""
    translations = fit_text.fit_text(session, episode, part.listened, tag, part.translations)
    spoken = dubbing.dub(session, episode, part.listened, tag, translations)
    engines = [*part.engines, *casting.speakers(session, part.listened, tag)]
    return replace(part, translations=translations, spoken=spoken, engines=engines)


def is_own(listened: Listened, tag: str) -> bool:
    """Whether a language is the one that the episode speaks."""
    return tag.split("-")[0] == listened.transcript.language


def gather(
    session: Session, episode: Episode, listened: Listened, market: Market, parts: dict[str, LanguagePart]
) -> Ingredients:
    """Mix and measure what a market's variant is made of."""
    preset = session.settings.loudness[market.loudness]
    own = parts[market.language]
    whisper = session.engines.transcriber().identity()
    heard, left, bed, balance = None, None, "", None
    if own.spoken is None:
        programme = mixing.original(session, episode, preset)
    else:
        bed = mixing.bed(session, episode, listened)
        subject = f"{episode.name} {market.language}"
        programme = mixing.mix(session, episode, bed, own.spoken.track, preset, subject)
        if market.language.split("-")[0] in intelligibility.JUDGED:
            heard = listen_back.read_back(session, episode, own.spoken.track, market.language)
        left = leftover_speech.left_speech(session, episode, listened, bed)
        balance = mixing.balance(session, episode, listened, bed, own.spoken.track)
    engines = [whisper] if listened.transcript.origin in ("asr", "picture") else []
    engines += [session.engines.get("ppocr").identity()] if listened.transcript.origin == "picture" else []
    tags, source = (market.language, *market.extra_subtitles), listened.transcript.language
    extra = {t: parts[t] for t in market.extra_subtitles}
    told = [f"{name} is not used: {why}" for name, why in episode.unused.items()]
    own_words = in_own_language(episode.sidecars, source)
    told += [f"{name} is in the episode's own language: name it {episode.name}.srt to have it taken" for name in own_words]
    told += [*listened.notes, *(note for part in (own, *extra.values()) for note in part.notes)]
    unused = [*missed(episode.unused), *own_words, *(what for part in (own, *extra.values()) for what in part.unused)]
    judged = {}
    for tag in tags:
        judged[tag], checkers = meaning.meaning(session, episode, parts[tag].listened, tag, parts[tag].translations)
        engines += [e for e in (*parts[tag].engines, *checkers) if e not in engines]
    return Ingredients(
        replace(own.listened, notes=tuple(dict.fromkeys(told))),
        own.translations,
        {t: part.translations for t, part in extra.items()},
        own.spoken,
        programme,
        bed,
        picture_cuts.cuts(session, episode),
        heard,
        left,
        balance,
        engines,
        {t: translation.notes(session, episode, listened, t) for t in tags},
        {t: speaker_names(session.bible, source, t) for t in tags} if "sdh" in market.also else {},
        {t: part.listened.transcript.lines for t, part in extra.items()},
        _to_cover(session, episode, listened, market),
        tuple(unused),
        judged,
    )


def _to_cover(session: Session, episode: Episode, listened: Listened, market: Market) -> tuple[BurntLine, ...]:
    """Subtitles in the picture that a market has covered: none in a market that speaks the episode's language."""
    if not market.cover or is_own(listened, market.language):
        return ()
    transcript = listened.transcript
    return read_hardsubs(session, episode, transcript.language, list(transcript.speech)).lines
