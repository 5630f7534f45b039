"""The stages that make one market's variant from an episode's transcript: translate, speak, mix, deliver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..delivery.deliver import deliver
from ..delivery.ingredients import Ingredients, speaker_names
from ..delivery.result import Delivered
from ..dubbing import casting, fit_text, intelligibility, listen_back
from ..dubbing import steps as dubbing
from ..dubbing.steps import Spoken
from ..engines.catalogue import Engines
from ..engines.recognition.chain import first_to_hear
from ..markets import Market
from ..meaning import steps as meaning
from ..meaning.record import Judged
from ..media.sidecars import in_own_language, missed
from ..mixing import leftover_speech
from ..mixing import steps as mixing
from ..records import EngineUse, Episode, SetRight, Translation, Word
from ..session import Session
from ..storage.disk import full_disk_said
from ..threads import together
from ..transcript import marks, picture_cuts
from ..transcript.burnt_in import BurntLine
from ..transcript.picture_text import read_hardsubs
from ..transcript.result import Listened
from ..translation import finished
from ..translation import steps as translation

Laid = Callable[[Listened, str], None]


@dataclass(frozen=True)
class LanguagePart:
    """What a language gives every market that speaks it.

    Attributes:
        listened: the episode's lines as this language says them.
        set_right: what was set right in the studio's translation into it; unused: what of that is not said.
        labels: what lines are called for the deaf that its translation marks to be kept.
        judged: what was found in its meaning, where that is known already, and who looked.
    """

    listened: Listened
    translations: list[Translation]
    spoken: Spoken | None
    engines: list[EngineUse]
    set_right: tuple[SetRight, ...] = ()
    unused: tuple[str, ...] = ()
    labels: tuple[Translation, ...] = ()
    judged: tuple[Judged, list[EngineUse]] | None = None


def speak_language(session: Session, episode: Episode, listened: Listened, tag: str) -> LanguagePart:
    """Translate into a language, and speak it where it is not the episode's own."""
    part = translate_language(session, episode, listened, tag)
    return part if is_own(listened, tag) else speak_part(session, episode, tag, part)


def translate_language(session: Session, episode: Episode, listened: Listened, tag: str) -> LanguagePart:
    """A language's lines and their translations, nothing spoken yet."""
    view, given = finished.as_said(session, episode, listened, tag)
    translations, used = translation.translate(session, episode, view, tag, given)
    parted = marks.set_apart(view, translations)
    labels = tuple(parted.labels)
    return LanguagePart(parted.listened, parted.translations, None, used, given.set_right, given.unused, labels)


def speak_part(
    session: Session, episode: Episode, tag: str, part: LanguagePart, laid: Laid = lambda _listened, _track: None
) -> LanguagePart:
    """The same with its lines worded to fit, spoken, and laid into one track; `laid` is told of a track before it is heard back."""
    given_up: dict[str, tuple[str, ...]] = {}
    while True:
        session = replace(session, given_up=given_up)
        translations = fit_text.fit_text(session, episode, part.listened, tag, part.translations)
        part = replace(part, translations=translations)
        speak = partial(_dubbed, session, episode, part.listened, tag, translations, partial(laid, part.listened))
        # a voice that loads or speaks its last line leaves a core idle, and what is worded can be judged
        jobs: list[Callable[[], Any]] = [partial(first_to_hear, session.engines, speak), partial(_meaning, session, episode, tag, part)]
        (spoken, _judge), judged = together(jobs, session.settings.threads)
        lost = casting.lost(session, part.listened, tag, spoken.takes)
        if not lost:
            break
        given_up = {**given_up, **lost}
    spoken = replace(spoken, takes=casting.flagged(spoken.takes, part.listened, given_up))
    engines = [*part.engines, *casting.speakers(session, part.listened, tag)]
    return replace(part, spoken=spoken, engines=engines, judged=judged)


def _dubbed(
    session: Session,
    episode: Episode,
    listened: Listened,
    tag: str,
    translations: list[Translation],
    laid: Callable[[str], None],
    engines: Engines,
) -> Spoken:
    """The dub, heard back by the recogniser of these engines."""
    return dubbing.dub(replace(session, engines=engines), episode, listened, tag, translations, laid)


def mix_ahead(session: Session, episode: Episode, listened: Listened, market: Market, own: Listened, track: str) -> None:
    """What `gather` will mix, if the track of the language whose lines are `own` stays as it is."""
    mixed, preset = _as_mixed(listened, own), session.settings.loudness[market.loudness]
    bed = mixing.bed(session, episode, mixed)
    mixing.mix(session, episode, bed, track, preset, f"{episode.name} {market.language}")


def _as_mixed(listened: Listened, own: Listened) -> Listened:
    """An episode's lines with what a language keeps of the source's own sound, and what it takes out."""
    return replace(listened, kept=own.kept, muted=own.muted)


def _left(session: Session, episode: Episode, listened: Listened, bed: str, engines: Engines) -> float:
    """Source speech that the recogniser of these engines still hears in the bed."""
    return leftover_speech.left_speech(replace(session, engines=engines), episode, listened, bed)


def _read(session: Session, episode: Episode, track: str, target: str, engines: Engines) -> tuple[Word, ...]:
    """What the recogniser of these engines reads from a dub's track."""
    return listen_back.read_back(replace(session, engines=engines), episode, track, target)


def is_own(listened: Listened, tag: str) -> bool:
    """Whether a language is the one that the episode speaks."""
    return tag.split("-")[0] == listened.transcript.language


def gather(
    session: Session, episode: Episode, listened: Listened, market: Market, parts: dict[str, LanguagePart]
) -> Ingredients:
    """Mix and measure what a market's variant is made of."""
    preset, threads = session.settings.loudness[market.loudness], session.settings.threads
    own = parts[market.language]
    recogniser = listened.recogniser or session.engines.transcriber(listened.transcript.language).identity()
    tags = (market.language, *market.extra_subtitles)
    checks = [partial(_meaning, session, episode, t, parts[t]) for t in tags]
    heard, left, bed, balance = None, None, "", None
    lost: tuple[str, ...] = ()
    if own.spoken is None:
        mix = partial(mixing.original, session, episode, preset)
        programme, cuts, *checked = together([mix, partial(picture_cuts.cuts, session, episode), *checks], threads)
    else:
        mixed = _as_mixed(listened, own.listened)
        bed, track = mixing.bed(session, episode, mixed), own.spoken.track
        subject = f"{episode.name} {market.language}"
        judged = market.language.split("-")[0] in intelligibility.JUDGED
        jobs: list[Callable[[], Any]] = [
            partial(mixing.mix, session, episode, bed, track, preset, subject),
            partial(picture_cuts.cuts, session, episode),
            partial(first_to_hear, session.engines, partial(_left, session, episode, mixed, bed)),
            partial(mixing.balance, session, episode, mixed, bed, track),
            partial(first_to_hear, session.engines, partial(_read, session, episode, track, market.language))
            if judged
            else lambda: (None, ()),
        ]
        programme, cuts, (left, not_found), balance, (heard, not_read), *checked = together([*jobs, *checks], threads)
        lost = (*not_found, *not_read)
    engines = [recogniser] if listened.transcript.is_spoken else []
    engines += [session.engines.get("ppocr").identity()] if listened.transcript.origin == "picture" else []
    source = listened.transcript.language
    extra = {t: parts[t] for t in market.extra_subtitles}
    told = [f"{name} is not used: {why}" for name, why in episode.unused.items()]
    own_words = in_own_language(episode.sidecars, source)
    told += [f"{name} is in the episode's own language: name it {episode.name}.srt to have it taken" for name in own_words]
    told += [*listened.notes, *(f"the dub was judged without it: {why}" for why in lost)]
    set_right = [*listened.set_right, *(row for part in (own, *extra.values()) for row in part.set_right)]
    unused = [*missed(episode.unused), *own_words, *listened.doubts, *(what for part in (own, *extra.values()) for what in part.unused)]
    for tag, (_found, checkers) in zip(tags, checked, strict=True):
        engines += [e for e in (*parts[tag].engines, *checkers) if e not in engines]
    return Ingredients(
        listened=replace(own.listened, notes=tuple(dict.fromkeys(told)), set_right=tuple(dict.fromkeys(set_right))),
        translations=own.translations,
        extra={t: part.translations for t, part in extra.items()},
        spoken=own.spoken,
        programme=programme,
        bed=bed,
        cuts=cuts,
        heard=heard,
        left=left,
        balance=balance,
        engines=engines,
        notes={t: [*translation.notes(session, episode, listened, t), *parts[t].labels] for t in tags},
        speaker_names={t: speaker_names(session.bible, source, t) for t in tags} if "sdh" in market.also else {},
        extra_lines={t: part.listened.transcript.lines for t, part in extra.items()},
        burnt_in=_to_cover(session, episode, listened, market),
        unused=tuple(unused),
        meaning={tag: found for tag, (found, _checkers) in zip(tags, checked, strict=True)},
    )


def _meaning(session: Session, episode: Episode, tag: str, part: LanguagePart) -> tuple[Judged, list[EngineUse]]:
    return part.judged or meaning.meaning(session, episode, part.listened, tag, part.translations)


def deliver_market(session: Session, episode: Episode, market: Market, made: Ingredients, out: Path) -> Delivered:
    """Subtitles, muxed video, checks and report in their folder, manifest last. Raises LocalizeError."""
    with full_disk_said(out):
        return deliver(session, episode, market, made, out)


def _to_cover(session: Session, episode: Episode, listened: Listened, market: Market) -> tuple[BurntLine, ...]:
    """Subtitles in the picture that a market has covered: none in a market that speaks the episode's language."""
    if not market.cover or is_own(listened, market.language):
        return ()
    transcript = listened.transcript
    return read_hardsubs(session, episode, transcript.language, list(transcript.speech)).lines
