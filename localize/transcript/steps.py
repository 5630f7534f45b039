"""The transcript stage: recognise an episode once (or take the studio's transcript). Every market starts from this."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..audio import stem
from ..audio.levels import loudness
from ..audio.samples import RATE, Samples, to_asr
from ..audio.spans import Span
from ..engines.recognition import silero
from ..errors import MediaError
from ..languages import dictionary
from ..media import soundtrack
from ..media.soundtrack import stem_of
from ..records import EngineUse, Episode, Flag, Line, Transcript, Word, from_json, to_json
from ..series.glossary import Term
from ..session import Session
from . import characters, dialogue_list, picture_text, second_hearing
from .burnt_in import BurntIn
from .by_sound import by_sound
from .levels import measure_levels
from .lines import cut_lines, join_lines
from .picture_text import as_lines, proposed_screen, read_hardsubs
from .recognise import believed_words, recognise
from .result import Listened
from .turns import name_speakers, split_at_voice_changes

SILENCE_LUFS = -60.0
CENTRE_SHARE = 0.9  # of the speech, from which the centre channel is what is listened to


@dataclass(frozen=True, kw_only=True)
class ListenInputs:
    """All that decides what is heard in an episode.

    Attributes:
        people: who may be named as a speaker in a transcript; none where there is no transcript.
        terms: of each name what may stand in the episode's language, or in any where that is not known yet.
        enrolled, registers: what the cast says of voices.
        espeak, sounds: by which a misspelt name is recognised by its sound; words: the dictionaries that doubt others.
        hardsubs, picture: who reads subtitles in the picture, where somebody does, and the reading's version.
    """

    file: str
    sound: str
    sidecars: dict[str, str]
    people: tuple[str, ...]
    language: str
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


def _heard_key(term: Term, tag: str) -> tuple[Any, ...]:
    forms = (term.form(tag),) if tag else tuple(sorted(set(term.forms.items())))
    common = term.is_common(tag) if tag else tuple(sorted(term.common))
    return term.term, term.kind, term.aliases, common, term.dnt, forms


def listen(session: Session, episode: Episode, source_lang: str | None = None) -> Listened:
    """Recognise the episode (or take the studio's own transcript), find who speaks, and measure the lines.

    Raises MediaError for silence and for sound without speech, SidecarError for a transcript that cannot be used.
    """
    terms = session.bible.terms
    tag = source_lang or ""
    cast, languages = session.bible.cast, session.settings.languages
    inputs = ListenInputs(
        file=episode.sha256,
        sound=episode.media.sound,
        sidecars={k: v for k, v in episode.sidecar_sha256.items() if k not in ("cast", "clean") and ":" not in k},
        people=dialogue_list.names_of(session.bible) if {"srt", "dialogue"} & set(episode.sidecars) else (),
        language=tag,
        terms=tuple(_heard_key(t, tag) for t in terms.terms),
        enrolled={n: c.enrolled for n, c in cast.items() if c.enrolled},
        registers={n: c.register for n, c in cast.items() if c.register},
        espeak={x.primary: x.espeak for x in languages.values()},
        engine=session.engines.transcriber().identity(),
        speakers=session.engines.get("ge2e").identity(),
        sounds=session.engines.synthesizer().identity(),
        words=dictionary.identity(*dict.fromkeys(x.primary for x in languages.values())),
        picture=picture_text.VERSION,
        hardsubs=session.engines.get("ppocr").identity() if session.settings.hardsubs == "auto" else None,
    )
    with session.clock.timed(episode.name, ""):
        made = session.steps.json(
            "listen", 25, inputs, episode.name, lambda: to_json(_listen(session, episode, source_lang))
        )
    return from_json(Listened, made)


def _listen(session: Session, episode: Episode, source_lang: str | None) -> Listened:
    heard = soundtrack.read(episode)
    mix = heard.samples
    if loudness(mix, RATE) < SILENCE_LUFS:
        raise MediaError("the sound track is silent", episode.name, "export the episode with its sound")
    hearing = to_asr(mix.mean(1))
    fit, notes = _stem_fit(episode, mix, silero.speech_spans(hearing))
    voice = stem.dialogue(mix, stem_of(episode), fit) if fit else mix.mean(1).astype(np.float32)
    notes = (*episode.media.notes, *heard.notes, *notes)
    if fit:
        hearing = to_asr(voice)
    elif (centre := _centre(episode, hearing)) is not None:
        hearing, notes = centre, (*notes, f"{episode.media.layout} sound: the dialogue is heard in the centre channel")
    speech = silero.speech_spans(hearing)
    own = {k: Path(v) for k, v in episode.sidecars.items()}
    renamed: dict[str, str] = {}
    sounds: tuple[Line, ...] = ()
    burnt = BurntIn(())
    screen: tuple[Line, ...] = ()
    if "screen" in own:
        shown = dialogue_list.screen(own["screen"], episode.media.duration_ms)
        screen, notes = shown.lines, (*notes, *shown.notes)
    if "dialogue" in own or "srt" in own:
        kind = "dialogue" if "dialogue" in own else "srt"
        people = dialogue_list.names_of(session.bible)
        given = dialogue_list.lines_of(own[kind], episode.media.duration_ms, people, episode.media.frame_ms)
        lines, sounds, notes = given.lines, given.sounds, (*notes, *given.notes)
        language = (source_lang or session.engines.transcriber().detect(hearing)[0]).lower()
        words: tuple[Word, ...] = ()
    else:
        if not speech:
            raise MediaError("nobody speaks in this episode", episode.name, "check that it is the right file")
        kind, (language, words) = "asr", recognise(session, hearing, speech, source_lang)
        sounds_like = by_sound(session, language)
        kept = believed_words(session, hearing, speech, language, sounds_like.printed(words), sounds_like)
        words, renamed = kept.words, {str(k): v for k, v in kept.renamed.items()}
        unsure = {k for k, v in kept.renamed.items() if v.islower()} | sounds_like.doubtful(words)
        lines = split_at_voice_changes(session, cut_lines(words, speech), words, speech, hearing)
        lines, words = characters.marked(lines, words, speech)
        lines = flagged(flagged(lines, unsure, Flag.NAME_UNSURE), set(kept.other), second_hearing.FLAG)
        burnt = read_hardsubs(session, episode, language, speech)
        if burnt.lines:
            lines = as_lines(burnt.lines, words, lines, speech, language)
            kind, words, renamed = "picture", (), {}
        if not lines:
            raise MediaError("nobody speaks in this episode", episode.name, "check that it is the right file")
    lines, registers = name_speakers(session, lines, hearing)
    readings: dict[str, str] = {}
    if kind == "asr":
        lines = join_lines(lines)
        readings = {x.id: " … ".join(dict.fromkeys(kept.other[i] for i in x.word_ids if i in kept.other)) for x in lines}
    levels = measure_levels(lines, voice, speech, clean=fit is not None)
    transcript = Transcript(language.split("-")[0], kind, words, lines, tuple(speech))
    placed = {"shift": float(fit.shift), "gain": fit.gain, "explained_db": fit.explained_db} if fit else None
    notes += burnt.notes
    told = {k: v for k, v in readings.items() if v}
    proposed = proposed_screen(burnt)
    return Listened(
        transcript, levels, registers, placed, renamed, notes, sounds, screen, proposed, heard.end_ms, told
    )


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
    if "me" not in episode.sidecars:
        return None, ()
    fit = stem.fit_stem(mix, stem_of(episode), speech)
    if fit.ok:
        return fit, ()
    what = f"{Path(episode.sidecars['me']).name} explains only {fit.explained_db:.1f} dB of the episode: not used"
    return None, (what,)
