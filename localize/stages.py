"""The stages of the job as functions over a studio: plain data in, plain data out, all work in steps.

    admit -> listen (once an episode) -> translate -> dub -> mix (per language) -> deliver (per market)

Flows wrap these one by one; `pipeline.run_episode` calls them in order. Sound travels as digests of blobs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from . import cast as casting
from . import dialogue, ffmpeg, hearing, media, readback, retake, sound, speak, stem, subtitles, tighten
from . import mix as mixing
from . import translate as translating
from .config import Loudness
from .engines.base import Clip
from .errors import InputError, OptionError, SidecarError
from .glossary import read_text
from .listen import Listened, decode, stem_of, to_asr
from .model import (
    EngineUse,
    Episode,
    Media,
    Take,
    Translation,
    from_json,
    to_json,
)
from .registry import file_sha256
from .sound import RATE, Samples
from .studio import Studio

Tick = Callable[[int], None]
READ = 0.97  # of the reading time: the gaps between a line's cues take the rest


@dataclass(frozen=True)
class Spoken:
    """A language's dub: its takes, the digest of its speech track; by line id each clip's level in LUFS as laid, and
    the level that its source line and its character ask for."""

    takes: tuple[Take, ...]
    track: str
    clip_levels: dict[str, float]
    wanted_levels: dict[str, float]


def admit(studio: Studio, path: Path) -> Episode:
    """An episode from a file: hashed (once, as long as it does not change), probed, with its sidecars.

    Raises InputError or MediaError with what to do.
    """
    path = path.absolute()
    try:
        digest = _digest(studio, path)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path.name, "check the path") from error
    name = episode_name(path)
    found = studio.steps.json("probe", 2, {"file": digest}, name, lambda: to_json(media.probe(path)))
    beside = media.sidecars(path)
    shas = {kind: _digest(studio, p) for kind, p in beside.items()}
    return Episode(name, str(path), digest, from_json(Media, found), {k: str(p) for k, p in beside.items()}, shas)


def episode_name(path: Path) -> str:
    """A file's stem as a folder name: control characters and slashes become "_", leading dots and dashes too."""
    clean = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in path.stem).strip()
    return re.sub(r"^[.-]+", "_", clean) or "episode"


def _digest(studio: Studio, path: Path) -> str:
    known = studio.ledger.source(path)
    if known is None:
        known = file_sha256(path)
        studio.ledger.put_source(path, known)
    return known


# --- once an episode -------------------------------------------------------------------------------------------


def cuts(studio: Studio, episode: Episode) -> tuple[int, ...]:
    """Times in ms at which the picture cuts."""
    with studio.clock.timed(episode.name, ""):
        found = studio.steps.json(
            "cuts", 1, {"file": episode.sha256}, episode.name, lambda: ffmpeg.picture_cuts(Path(episode.path))
        )
    return tuple(found)


def bed(studio: Studio, episode: Episode, listened: Listened) -> str:
    """Digest of the bed as FLAC, stereo at 48 kHz: the stem as given, or the episode with its speech taken out by a
    separator that was pulled, else taken down."""
    inputs: dict[str, Any] = {
        "file": episode.sha256,
        "stem": episode.sidecar_sha256.get("me") if listened.stem else None,
        "fit": listened.stem,
        "speech": None if listened.stem else listened.transcript.speech,
    }
    separator = None if listened.stem else studio.engines.separator()
    if separator:
        inputs["separator"] = to_json(separator.identity())

    def make() -> bytes:
        mix = decode(episode)
        if listened.stem:
            gain, shift = listened.stem["gain"], int(listened.stem["shift"])
            moved = stem.shifted(stem_of(episode), shift, len(mix))
            return speak.to_flac((gain * moved).astype(np.float32), RATE)
        if separator:
            return speak.to_flac(stem.replaced(mix, separator.without_speech(mix), listened.spoken), RATE)
        return speak.to_flac(stem.without_speech(mix, listened.spoken), RATE)

    with studio.clock.timed(episode.name, ""):
        return studio.steps.data("bed", 3, inputs, episode.name, make)[0]


# --- per language ----------------------------------------------------------------------------------------------


def translate(
    studio: Studio, episode: Episode, listened: Listened, target: str
) -> tuple[list[Translation], list[EngineUse]]:
    """Every line in the target language, and the engines that had a part."""
    with studio.clock.timed(episode.name, target):
        return translating.translate(_job(studio, episode, listened, target), studio.engines, studio.steps)


def notes(studio: Studio, episode: Episode, listened: Listened, target: str) -> list[Translation]:
    """Labels of sounds and writing in the picture, in the target language; empty where the studio gave none."""
    lines = (*listened.sounds, *listened.screen)
    if not lines:
        return []
    forms = [t.form(listened.transcript.language) for t in studio.bible.terms.terms]
    lines = tuple(replace(x, text=sentence_case(x.text, forms)) for x in lines)
    written = replace(listened.transcript, origin="written", words=(), lines=lines, speech=())
    job = _job(studio, episode, replace(listened, transcript=written), target)
    with studio.clock.timed(episode.name, target):
        return translating.translate(job, studio.engines, studio.steps)[0]


def sentence_case(text: str, names: list[str]) -> str:
    """A text in capitals as a sentence, names as they are written; engines take capitals for names and leave them."""
    if not text.isupper():
        return text
    text = text.capitalize()
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _m, name=name: name, text, flags=re.IGNORECASE)  # type: ignore[misc]
    return text


def _job(studio: Studio, episode: Episode, listened: Listened, target: str) -> translating.Job:
    def audio() -> Samples:
        mix = decode(episode)
        if listened.stem:
            fit = stem.Fit(int(listened.stem["shift"]), listened.stem["gain"], listened.stem["explained_db"])
            return to_asr(stem.dialogue(mix, stem_of(episode), fit))
        return to_asr(mix.mean(1))

    return translating.Job(
        listened.transcript,
        target,
        studio.bible.terms,
        studio.bible.memory(listened.transcript, target),
        studio.bible.memory_path(target),
        audio,
        f"{episode.sha256}:{episode.sidecar_sha256.get('me', '')}",
        f"{episode.name} {target}",
        _finished(episode, listened, target),
        {name: c.note for name, c in studio.bible.cast.items() if c.note},
    )


def fit_text(
    studio: Studio, episode: Episode, listened: Listened, target: str, made: list[Translation]
) -> list[Translation]:
    """Translations reworded where the voice would need far more or less time than the line has."""
    job = _job(studio, episode, listened, target)
    voice, language = studio.engines.synthesizer(), studio.settings.language(job.target)
    parts = _parts(studio, listened, job.target, made)
    by_line = {t.line_id: t for t in made}

    def measure(part: speak.Part) -> int:
        subject = f"{job.subject} {part.line.id}"
        return speak.natural_ms(part, voice, language.espeak, studio.steps, subject)

    def fit(part: speak.Part) -> Translation:
        was = by_line[part.line.id]
        if not tighten.may_change(was):
            return was
        uses = job.glossary.find(part.line.text, job.transcript.language)
        inputs = {
            "line": to_json(part.line),
            "was": to_json(was),
            "part": [part.voice, part.speed, part.say],
            "voice": to_json(voice.identity(part.voice)),
            "terms": [u.term.key(job.target) for u in uses],
            "cps": language.cps,
        }

        def measured(text: str) -> int:
            return measure(replace(part, text=text, say=speak.pronunciations(text, job.glossary, target)))

        def choose() -> Any:
            length = part.line.end_ms - part.line.start_ms + subtitles.RUN_ON_MS
            item = tighten.Measured(part.line, was, measure(part), READ * language.cps * length / 1000)
            if not tighten.far_off(item):
                return to_json(was)
            return to_json(tighten.reworded(item, tighten.offers(item, job, studio.engines, uses), measured))

        found = studio.steps.json("fit-text", 5, inputs, f"{job.subject} {part.line.id}", choose)
        return from_json(Translation, found)

    with studio.clock.timed(episode.name, target), ThreadPoolExecutor(max(1, studio.settings.threads)) as pool:
        fitted = {t.line_id: t for t in pool.map(fit, parts)}
    return [fitted.get(t.line_id, t) for t in made]


def _finished(episode: Episode, listened: Listened, target: str) -> dict[str, str]:
    """The studio's own translation into a language, by line id. Raises SidecarError naming the cue."""
    kinds = [k for k in episode.sidecars if k.startswith("srt:") and listened.transcript.origin != "written"]
    exact = [k for k in kinds if k == f"srt:{target}"] or [k for k in kinds if k == f"srt:{target.split('-')[0]}"]
    if not exact:
        return {}
    path = Path(episode.sidecars[exact[0]])
    spans = {line.id: (line.start_ms, line.end_ms) for line in listened.transcript.lines}
    return dialogue.by_line(read_text(path), path.name, spans)


def voices(studio: Studio, listened: Listened, target: str) -> dict[str, str]:
    """Speaker -> voice name in the target language. Raises SidecarError for a voice that is not there."""
    language = studio.settings.language(target)
    speakers = dict.fromkeys(line.speaker for line in listened.transcript.lines)
    chosen = {s: casting.voice_for(s, studio.bible.cast, language, listened.registers) for s in speakers}
    for speaker, voice in chosen.items():
        try:
            studio.engines.synthesizer().check_voice(voice)
        except OptionError as error:
            raise SidecarError(f"{error.what} for {target}", f"cast.toml [{speaker}]", error.do) from error
    return chosen


def speakers(studio: Studio, listened: Listened, target: str) -> list[EngineUse]:
    """The engines that speak a language's voices."""
    voice = studio.engines.synthesizer()
    return list(dict.fromkeys(voice.identity(v) for v in voices(studio, listened, target).values()))


def dub(
    studio: Studio,
    episode: Episode,
    listened: Listened,
    target: str,
    translations: list[Translation],
    tick: Tick = lambda _n: None,
) -> Spoken:
    """Speak every translated line and lay the clips into one track."""
    language = studio.settings.language(target)
    parts = _parts(studio, listened, target, translations)
    voice = studio.engines.synthesizer()
    subject = f"{episode.name} {target}"
    judged = language.primary in readback.JUDGED
    inputs = {
        "parts": [
            [p.line.id, p.line.start_ms, p.line.end_ms, p.text, p.voice, p.speed, p.say, p.level_lufs] for p in parts
        ],
        "duration": episode.media.duration_ms,
        "espeak": language.espeak,
        "engine": [to_json(u) for u in speakers(studio, listened, target)],
        "judge": to_json(studio.engines.transcriber().identity()) if judged else None,
    }

    def lay(these: list[speak.Part]) -> speak.Dub:
        duration, threads = episode.media.duration_ms, studio.settings.threads
        return speak.dub(these, duration, voice, language.espeak, studio.steps, subject, threads, tick)

    def say(part: speak.Part, speed: float) -> Clip:
        return speak.speak(part, speed, voice, language.espeak, studio.steps, f"{subject} {part.line.id}")[1]

    def make() -> Any:
        first = made = lay(parts)
        track = studio.steps.store.put(speak.to_flac(first.track, RATE))
        if judged:
            heard = readback.by_line(first.takes, hearing.read_back(studio, episode, track, target))
            made = retake.until_heard(first, parts, heard, hearing.hear_line(studio, target), say, lay)
        if made.track is not first.track:
            track = studio.steps.store.put(speak.to_flac(made.track, RATE))
        levels = {
            t.line_id: round(sound.active_level(made.track[_at(t.start_ms) : _at(t.end_ms)], RATE), 1)
            for t in made.takes
        }
        return to_json(Spoken(made.takes, track, levels, {p.line.id: round(p.level_lufs, 1) for p in parts}))

    with studio.clock.timed(episode.name, target):
        spoken = from_json(Spoken, studio.steps.json("dub", 11, inputs, subject, make))
        if studio.steps.store.get(spoken.track) is None:  # the track's blob went missing: lay it again
            spoken = from_json(Spoken, make())
    return spoken


def _parts(studio: Studio, listened: Listened, target: str, translations: list[Translation]) -> list[speak.Part]:
    """What is to be spoken, line by line: text, voice, pace, pronunciation, level."""
    chosen = voices(studio, listened, target)
    texts = {t.line_id: t.text for t in translations if not t.error}
    parts = []
    for line in listened.transcript.lines:
        if not texts.get(line.id, "").strip():
            continue
        character = studio.bible.cast.get(line.speaker)
        parts.append(
            speak.Part(
                line,
                texts[line.id],
                chosen[line.speaker],
                character.speed if character else 1.0,
                speak.pronunciations(texts[line.id], studio.bible.terms, target),
                listened.levels[line.id] + (character.gain_db if character else 0.0),
            )
        )
    return parts


def _at(ms: int) -> int:
    return round(ms * RATE / 1000)


def mix(studio: Studio, episode: Episode, bed_digest: str, track: str, preset: Loudness, subject: str) -> str:
    """Digest of the mastered programme as FLAC: bed plus speech, at the preset's loudness."""

    def make() -> bytes:
        base, _rate = speak.from_flac(studio.steps.store.need(bed_digest))
        voice, _rate = speak.from_flac(studio.steps.store.need(track))
        return speak.to_flac(mixing.master(mixing.programme(base, voice), preset), RATE)

    inputs = {"bed": bed_digest, "track": track, "preset": to_json(preset)}
    with studio.clock.timed(episode.name, subject.split()[-1]):
        return studio.steps.data("mix", 3, inputs, subject, make)[0]


def original(studio: Studio, episode: Episode, preset: Loudness) -> str:
    """Digest of the episode's own sound mastered to the preset, for a market that speaks its language."""
    inputs = {"file": episode.sha256, "preset": to_json(preset)}
    with studio.clock.timed(episode.name, ""):
        make = lambda: speak.to_flac(mixing.master(decode(episode), preset), RATE)  # noqa: E731
        return studio.steps.data("master", 3, inputs, episode.name, make)[0]
