"""The transcript stage: recognise an episode once (or take the studio's transcript). Every market starts from this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from ..audio import stem
from ..audio.levels import loudness
from ..audio.samples import RATE, Samples, to_asr
from ..audio.spans import Span
from ..audio.voice import track
from ..engines.recognition import silero
from ..engines.recognition.chain import first_to_hear
from ..errors import MediaError
from ..languages import dictionary
from ..media import soundtrack
from ..media.soundtrack import stem_of
from ..records import EngineUse, Episode, Flag, Line, SetRight, Transcript, Word, from_json, to_json
from ..series.glossary import Term
from ..session import Session
from ..threads import together
from . import (
    characters,
    dialogue_list,
    manner,
    marks,
    picture_text,
    second_hearing,
    soundtracks,
    text_tracks,
    tongue,
    without_voice,
    wordless,
)
from .burnt_in import BurntIn
from .by_sound import by_sound
from .levels import measure_levels
from .lines import cut_lines, join_lines
from .picture_text import as_lines, proposed_screen, read_hardsubs
from .recognise import believed_words, heard_otherwise, recognise, words_alone
from .result import Listened, Sound
from .turns import name_speakers, split_at_voice_changes

SILENCE_LUFS = -60.0
CENTRE_SHARE = 0.9  # of the speech, from which the centre channel is what is listened to


@dataclass(frozen=True, kw_only=True)
class ListenInputs:
    """All that decides what is heard in an episode.

    Attributes:
        people: who may be named as a speaker in a transcript; none where there is no transcript.
        language: of the episode; told: whether the caller named it, or it was found in the sound.
        terms: of each name what may stand in the episode's language.
        enrolled, registers: what the cast says of voices.
        espeak, sounds: by which a misspelt name is recognised by its sound; words: the dictionaries that doubt others.
        hardsubs, picture: who reads subtitles in the picture, where somebody does, and the reading's version.
    """

    file: str
    sound: str
    sidecars: dict[str, str]
    people: tuple[str, ...]
    language: str
    told: bool
    terms: tuple[Any, ...]
    enrolled: dict[str, tuple[tuple[float, ...], ...]]
    registers: dict[str, str]
    espeak: dict[str, str]
    engine: EngineUse
    speakers: EngineUse
    sounds: EngineUse
    words: str
    hardsubs: EngineUse | None
    picture: int


@dataclass(frozen=True, kw_only=True)
class LanguageInputs:
    """All that decides which language an episode is heard to be in; `stem`: what of the sound is not speech."""

    file: str
    sound: str
    stem: str
    engine: EngineUse


@dataclass(frozen=True)
class _Sound:
    """An episode's sound as it is listened to: the whole, what of it is dialogue, and the same at the recogniser's rate."""

    heard: soundtrack.Sound
    voice: Samples
    hearing: Samples
    fit: stem.Fit | None
    notes: tuple[str, ...]


def _heard_key(term: Term, tag: str) -> tuple[Any, ...]:
    return term.term, term.kind, term.aliases, term.is_common(tag), term.dnt, (term.form(tag),)


def listen(session: Session, episode: Episode, source_lang: str | None = None) -> Listened:
    """Recognise the episode (or take the studio's own transcript), find who speaks, and measure the lines.

    Raises MediaError for silence and for sound without speech, SidecarError for a transcript that cannot be used.
    """
    listened, lost = first_to_hear(
        session.engines, lambda engines: _listened(replace(session, engines=engines), episode, source_lang)
    )
    lost = lost if listened.transcript.origin == "asr" else ()
    return replace(listened, doubts=(*soundtracks.doubts(episode.media), *listened.doubts, *lost))


def _listened(session: Session, episode: Episode, source_lang: str | None) -> Listened:
    """The same by the recogniser of the session. Raises EngineError where that fails."""
    terms = session.bible.terms
    sound = cache(lambda: _sound(episode))  # decoded once, by whichever step is not done yet
    with session.clock.timed(episode.name, ""):
        tag = source_lang or _language(session, episode, sound)
    cast, languages = session.bible.cast, session.settings.languages
    inputs = ListenInputs(
        file=episode.sha256,
        sound=episode.media.programme,
        sidecars={k: v for k, v in episode.sidecar_sha256.items() if k not in ("cast", "clean") and ":" not in k},
        people=dialogue_list.names_of(session.bible) if {"srt", "dialogue"} & set(episode.sidecars) or episode.media.texts else (),
        language=tag,
        told=bool(source_lang),
        terms=tuple(_heard_key(t, tag) for t in terms.terms),
        enrolled={n: c.enrolled for n, c in cast.items() if c.enrolled},
        registers={n: c.register for n, c in cast.items() if c.register},
        espeak={x.primary: x.espeak for x in languages.values()},
        engine=session.engines.transcribers(tag),
        speakers=session.engines.get("ge2e").identity(),
        sounds=session.engines.synthesizer().identity(),
        words=dictionary.identity(*dict.fromkeys(x.primary for x in languages.values())),
        picture=picture_text.VERSION,
        hardsubs=session.engines.get("ppocr").identity() if session.settings.hardsubs == "auto" else None,
    )
    with session.clock.timed(episode.name, ""):
        made = session.steps.json(
            "listen", 39, inputs, episode.name, lambda: to_json(_listen(session, episode, tag.lower(), bool(source_lang), sound()))
        )
    listened = from_json(Listened, made)
    return replace(listened, recogniser=session.engines.transcriber(listened.transcript.language).identity())


def _sound(episode: Episode) -> _Sound:
    heard = soundtrack.read(episode)
    mix = heard.samples
    if loudness(mix, RATE) < SILENCE_LUFS:
        raise MediaError("the sound track is silent", episode.name, "export the episode with its sound")
    hearing = to_asr(mix.mean(1))
    fit, notes = _stem_fit(episode, mix, silero.speech_spans(hearing))
    voice = stem.dialogue(mix, stem_of(episode), fit) if fit else mix.mean(1).astype(np.float32)
    if fit:
        hearing = to_asr(voice)
    elif (centre := _centre(episode, hearing)) is not None:
        hearing, notes = centre, (*notes, f"{episode.media.layout} sound: the dialogue is heard in the centre channel")
    return _Sound(heard, voice, hearing, fit, notes)


def _language(session: Session, episode: Episode, sound: Callable[[], _Sound]) -> str:
    """The language that an episode is heard to be in: a step of its own, so that what is made of the names of one
    language does not depend on those of the others."""
    recogniser = session.engines.transcriber()
    inputs = LanguageInputs(
        file=episode.sha256,
        sound=episode.media.programme,
        stem=episode.sidecar_sha256.get("me", ""),
        engine=recogniser.identity(),
    )
    return str(session.steps.json("language", 1, inputs, episode.name, lambda: recogniser.detect(sound().hearing)[0]))


def _listen(session: Session, episode: Episode, language: str, told: bool, sound: _Sound) -> Listened:
    hearing, voice, fit = sound.hearing, sound.voice, sound.fit
    notes = (*episode.media.notes, *sound.notes)
    set_right = (*episode.media.set_right, *sound.heard.set_right)
    doubts: tuple[str, ...] = ()
    speech = silero.speech_spans(hearing)
    own = {k: Path(v) for k, v in episode.sidecars.items()}
    renamed: dict[str, str] = {}
    sounds: tuple[Line, ...] = ()
    stays: tuple[Sound, ...] = ()
    muted: tuple[Sound, ...] = ()
    burnt = BurntIn(())
    screen: tuple[Line, ...] = ()
    if "screen" in own:
        shown = dialogue_list.screen(own["screen"], episode.media.duration_ms)
        screen, set_right, doubts = shown.lines, (*set_right, *shown.set_right), shown.doubts
    kind, given, more = _given(session, episode, language, speech)
    notes += more
    if given is not None:
        lines, sounds = without_voice.marked(given.lines, hearing, speech), given.sounds
        stays, muted = marks.sounds_of(given.marked, lines)
        notes += () if speech else ("no voice is heard in this episode: whether the transcript's times are true cannot be told",)
        set_right, doubts = (*set_right, *given.set_right), (*doubts, *given.doubts)
        # where nobody is heard, the language that was told from the sound is a guess
        strange = tongue.doubt([x.text for x in lines], language) if told or speech else ""
        doubts = (*doubts, *((strange,) if strange else ()))
        words: tuple[Word, ...] = ()
        read: tuple[Word, ...] = ()
    else:
        if not speech:
            raise MediaError("nobody speaks in this episode", episode.name, "check that it is the right file")
        language = language.split("-")[0]
        sounds_like = by_sound(session, language)

        def believed() -> second_hearing.Believed:
            first = sounds_like.printed(recognise(session, hearing, speech, language))
            return believed_words(session, hearing, speech, language, first, sounds_like)

        # hearing leaves a core idle between two stretches and wherever a line is heard again
        jobs: list[Callable[[], Any]] = [believed, partial(read_hardsubs, session, episode, language, speech)]
        kept, burnt = together(jobs, session.settings.threads)
        kind, words, read = "asr", kept.words, kept.words
        renamed = {str(k): v for k, v in kept.renamed.items()}
        unsure = {k for k, v in kept.renamed.items() if v.islower()} | sounds_like.doubtful(words)
        lines = split_at_voice_changes(session, cut_lines(words, speech), words, speech, hearing)
        lines, words = characters.marked(lines, words, speech)
        lines = flagged(flagged(lines, unsure, Flag.NAME_UNSURE), {*kept.other}, second_hearing.FLAG)
        if burnt.lines:
            lines = as_lines(burnt.lines, words, lines, speech, language)
            kind, words, renamed = "picture", (), {}
        if not lines:
            raise MediaError("nobody speaks in this episode", episode.name, "check that it is the right file")
    lines, registers = name_speakers(session, lines, hearing)
    readings: dict[str, str] = {}
    if kind == "asr":
        lines = join_lines(lines)
        in_noise = heard_otherwise(session, hearing, speech, language, lines, words, {*kept.other}, sounds_like)
        other, lines = kept.other | in_noise, flagged(lines, {*in_noise}, Flag.OTHER_IN_NOISE)
        readings = {x.id: " … ".join(dict.fromkeys(other[i] for i in x.word_ids if i in other)) for x in lines}
        timed = {w.id: w.timed for w in words if w.timed}
        lines = tuple(
            replace(x, timed=", ".join(dict.fromkeys(timed[i] for i in x.word_ids if i in timed))) for x in lines
        )
    nobody_s = partial(words_alone, session, hearing, language)
    frames = track(hearing)
    stays += wordless.found(hearing, frames, fit is not None, speech, lines, read, nobody_s, (*stays, *muted))
    levels = measure_levels(lines, voice, speech, clean=fit is not None)
    manners = manner.measure(lines, levels, frames, speech, fit is not None)
    transcript = Transcript(language.split("-")[0], kind, words, lines, tuple(speech))
    placed = {"shift": float(fit.shift), "gain": fit.gain, "explained_db": fit.explained_db} if fit else None
    notes += burnt.notes
    unlike = {k: v for k, v in readings.items() if v}
    proposed = proposed_screen(burnt)
    set_right = (*set_right, *_renamed(renamed, words))
    return Listened(
        transcript, levels, registers, placed, renamed, notes, set_right, doubts, sounds, screen, proposed, sound.heard.end_ms, unlike,
        kept=tuple(sorted(stays, key=lambda s: s.start_ms)), muted=muted, manners=manners,
    )  # fmt: skip


def _given(
    session: Session, episode: Episode, language: str, speech: list[Span]
) -> tuple[str, dialogue_list.Given | None, tuple[str, ...]]:
    """(kind, the studio's transcript, notes): beside the episode, else inside its file, else None."""
    own, media = episode.sidecars, episode.media
    people = dialogue_list.names_of(session.bible)
    kind = next((k for k in ("dialogue", "srt") if k in own), "")
    if kind:
        given = dialogue_list.lines_of(Path(own[kind]), media.duration_ms, people, media.frame_ms)
        left = f"{len(media.texts)} subtitle tracks in the file are not read: {Path(own[kind]).name} is the transcript"
        return kind, given, (left,) if media.texts else ()
    if not media.texts:
        return "srt", None, ()
    return "srt", *text_tracks.transcript(episode, language, speech, people)


def _renamed(renamed: dict[str, str], words: tuple[Word, ...]) -> tuple[SetRight, ...]:
    """Words that were misheard and repaired to names, as a row of what was set right."""
    if not renamed:
        return ()
    now = {str(w.id): w.text for w in words}
    key, had = next(iter(renamed.items()))
    return (SetRight("", "words that were misheard repaired to names", len(renamed), f"“{had}” to “{now.get(key, '')}”"),)


def flagged(lines: tuple[Line, ...], words: set[int], flag: str) -> tuple[Line, ...]:
    """Lines with a flag on each that holds one of the words."""
    return tuple(replace(line, flags=(*line.flags, flag)) if words & set(line.word_ids) else line for line in lines)


def _centre(episode: Episode, mix: Samples) -> Samples | None:
    """The centre channel at the recogniser's rate, where as good as all speech of the mix is in it."""
    alone = soundtrack.centre(episode)
    if alone is None:
        return None
    hearing = to_asr(alone)
    whole, there = (sum(b - a for a, b in silero.speech_spans(x)) for x in (mix, hearing))
    return hearing if there and there >= CENTRE_SHARE * whole else None


def _stem_fit(episode: Episode, mix: Samples, speech: list[Span]) -> tuple[stem.Fit | None, tuple[str, ...]]:
    """The stem's fit, or None with a note where there is none or it is not this episode's."""
    name = soundtrack.stem_name(episode)
    if not name:
        return None, ()
    fit = stem.fit_stem(mix, stem_of(episode), speech)
    if fit.ok:
        return fit, ()
    what = f"{name} explains only {fit.explained_db:.1f} dB of the episode: not used"
    return None, (what,)
