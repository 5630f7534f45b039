"""The stages of the job as functions over a studio: plain data in, plain data out, all work in steps.

    admit -> listen (once an episode) -> translate -> dub -> mix (per language) -> deliver (per market)

Flows wrap these one by one; `pipeline.run_episode` calls them in order. Sound travels as digests of blobs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from . import cast as casting
from . import dialogue, diarize, ffmpeg, media, names, segment, sound, speak, stem
from . import mix as mixing
from . import translate as translating
from .config import Loudness
from .engines import vad
from .engines.base import Transcriber
from .errors import InputError, MediaError
from .model import (
    EngineUse,
    Episode,
    Line,
    Media,
    Take,
    Transcript,
    Translation,
    Word,
    from_json,
    to_json,
)
from .registry import file_sha256
from .sound import RATE, Samples
from .spans import Span
from .studio import Studio

ASR_RATE = 16_000
LEAD_MS = 300  # sound before and after a stretch that a recogniser is given
SILENCE_LUFS = -60.0
Tick = Callable[[int], None]


@dataclass(frozen=True)
class Listened:
    """What one hearing of an episode gives every market.

    Attributes:
        levels: speech level of each line in LUFS, by line id.
        registers: speaker -> "f" or "m".
        stem: {"shift", "gain", "explained_db"} of the studio's stem where it fits the episode, else None.
        renamed: what the recogniser had written, by the id of a word that was repaired to a name.
    """

    transcript: Transcript
    levels: dict[str, float]
    registers: dict[str, str]
    stem: dict[str, float] | None
    renamed: dict[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spoken:
    """A language's dub: its takes, the digest of its speech track, each clip's level as laid, by line id."""

    takes: tuple[Take, ...]
    track: str
    clip_levels: dict[str, float]


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


def listen(studio: Studio, episode: Episode, source_lang: str | None = None) -> Listened:
    """Recognise the episode (or take the studio's own transcript), find who speaks, and measure the lines.

    Raises MediaError for silence and for sound without speech, SidecarError for a transcript that cannot be used.
    """
    terms = studio.bible.terms
    tag = source_lang or ""
    inputs = {
        "file": episode.sha256,
        "sidecars": {k: v for k, v in episode.sidecar_sha256.items() if k != "cast"},
        "language": tag,
        "names": sorted(f for t in terms.terms for f in (*t.forms.values(), t.term)) if not tag else terms.names(tag),
        "enrolled": {n: c.enrolled for n, c in studio.bible.cast.items() if c.enrolled},
        "engine": to_json(studio.engines.transcriber().identity()),
        "speakers": to_json(studio.engines.get("ge2e").identity()),
    }
    with studio.clock.timed(episode.name, ""):
        made = studio.steps.json(
            "listen", 10, inputs, episode.name, lambda: to_json(_listen(studio, episode, source_lang))
        )
    return from_json(Listened, made)


def _listen(studio: Studio, episode: Episode, source_lang: str | None) -> Listened:
    mix = _decode(episode)
    if sound.loudness(mix, RATE) < SILENCE_LUFS:
        raise MediaError("the sound track is silent", episode.name, "export the episode with its sound")
    hearing = _to_asr(mix.mean(1))
    fit, notes = _stem_fit(episode, mix, vad.speech_spans(hearing))
    voice = stem.dialogue(mix, _stem(episode), fit) if fit else mix.mean(1).astype(np.float32)
    if fit:
        hearing = _to_asr(voice)
    speech = vad.speech_spans(hearing)
    own = {k: Path(v) for k, v in episode.sidecars.items()}
    renamed: dict[str, str] = {}
    if "dialogue" in own or "srt" in own:
        kind = "dialogue" if "dialogue" in own else "srt"
        read = dialogue.from_csv if kind == "dialogue" else dialogue.from_srt
        lines = read(own[kind], episode.media.duration_ms)
        language = source_lang or studio.engines.transcriber().detect(hearing)[0]
        words: tuple[Word, ...] = ()
    else:
        if not speech:
            raise MediaError("nobody speaks in this episode", episode.name, "check that it is the right file")
        kind, (language, words) = "asr", _recognise(studio, hearing, speech, source_lang)
        fixed, changed = names.repair(words, studio.bible.terms, language, _sayer(studio, language))
        words, renamed = fixed, {str(k): v for k, v in changed.items()}
        lines = _flag_renamed(segment.cut_lines(words, speech), {k for k, v in changed.items() if v.islower()})
        if not lines:
            raise MediaError("nobody speaks in this episode", episode.name, "check that it is the right file")
    lines, registers = _who(studio, lines, hearing)
    if kind == "asr":
        lines = segment.join_lines(lines)
    levels = _levels(lines, voice, speech, clean=fit is not None)
    transcript = Transcript(language.split("-")[0], kind, words, lines, tuple(speech))
    placed = {"shift": float(fit.shift), "gain": fit.gain, "explained_db": fit.explained_db} if fit else None
    return Listened(transcript, levels, registers, placed, renamed, notes)


def _recognise(
    studio: Studio, hearing: Samples, speech: list[Span], source_lang: str | None
) -> tuple[str, tuple[Word, ...]]:
    """Words of the whole episode, heard stretch by stretch so that no window of the recogniser cuts a sentence;
    spoken spans that it skipped are heard once more by themselves."""
    whisper = studio.engines.transcriber()
    language = (source_lang or whisper.detect(hearing)[0]).split("-")[0]
    hints = studio.bible.terms.names(language)
    words: list[Word] = []
    for stretch in segment.chunks(speech):
        words += _heard_in(whisper, hearing, stretch, language, hints, speech)
    for span in segment.unheard(tuple(words), speech):
        words += _heard_in(whisper, hearing, span, language, (), [span])
    words.sort(key=lambda w: w.start_ms)  # stable: words of one stretch keep their order
    return language, tuple(replace(w, id=n) for n, w in enumerate(words))


def _heard_in(
    whisper: Transcriber, hearing: Samples, span: Span, language: str, hints: tuple[str, ...], speech: list[Span]
) -> tuple[Word, ...]:
    """Words of one stretch, on the episode's timeline."""
    offset = max(0, span[0] - LEAD_MS)
    heard = whisper.transcribe(hearing[offset * 16 : (span[1] + LEAD_MS) * 16], language, hints)
    moved = tuple(replace(w, start_ms=w.start_ms + offset, end_ms=w.end_ms + offset) for w in heard.words)
    return segment.heard_words(segment.settle(moved, speech), speech)


def _flag_renamed(lines: tuple[Line, ...], capitals: set[int]) -> tuple[Line, ...]:
    """Lines in which an ordinary word was taken for a name are flagged: a person should look."""
    return tuple(
        replace(line, flags=(*line.flags, "name-unsure")) if capitals & set(line.word_ids) else line for line in lines
    )


def _sayer(studio: Studio, language: str) -> Callable[[str], str]:
    voice, espeak = studio.engines.synthesizer(), language
    for known in studio.settings.languages.values():
        if known.primary == language.split("-")[0]:
            espeak = known.espeak
    return lambda text: voice.phonemes(text, espeak)


def _decode(episode: Episode) -> Samples:
    count = round(episode.media.duration_ms * RATE / 1000)
    return ffmpeg.fit_length(ffmpeg.decode(Path(episode.path)), count)


def _stem(episode: Episode) -> Samples:
    return ffmpeg.decode(Path(episode.sidecars["me"]))


def _to_asr(voice: Samples) -> Samples:
    return np.asarray(soxr.resample(voice, RATE, ASR_RATE), np.float32)


def _stem_fit(episode: Episode, mix: Samples, speech: list[Span]) -> tuple[stem.Fit | None, tuple[str, ...]]:
    """The stem's fit, or None with a note where there is none or it is not this episode's."""
    if "me" not in episode.sidecars:
        return None, ()
    fit = stem.fit_stem(mix, _stem(episode), speech)
    if fit.ok:
        return fit, ()
    what = f"{Path(episode.sidecars['me']).name} explains only {fit.explained_db:.1f} dB of the episode: not used"
    return None, (what,)


def _who(studio: Studio, lines: tuple[Line, ...], hearing: Samples) -> tuple[tuple[Line, ...], dict[str, str]]:
    """Lines with speakers: the studio's names where given, else by voice; and each speaker's register."""
    encoder = studio.engines.get("ge2e")
    voices = []
    for line in lines:
        part = hearing[line.start_ms * 16 : line.end_ms * 16]
        voices.append(diarize.Voice(encoder.embed(part), diarize.pitch(part, ASR_RATE), line.end_ms - line.start_ms))
    enrolled = {n: [np.asarray(v, np.float32) for v in c.enrolled] for n, c in studio.bible.cast.items()}
    named = diarize.name_groups(voices, diarize.group(voices), enrolled)
    out = []
    for line, (speaker, known) in zip(lines, named, strict=True):
        if line.speaker:
            out.append(line)
        else:
            # a series without a cast has no characters to be unsure about
            flags = () if known or not any(enrolled.values()) else ("unknown-speaker",)
            out.append(replace(line, speaker=speaker, flags=(*line.flags, *flags)))
    found = diarize.registers(voices, [line.speaker for line in out])
    given = {n: c.register for n, c in studio.bible.cast.items() if c.register}
    return tuple(out), {**found, **{n: r for n, r in given.items() if n in found}}


def _levels(lines: tuple[Line, ...], voice: Samples, speech: list[Span], clean: bool) -> dict[str, float]:
    """Each line's level; without a stem the bed's level, taken where nobody speaks, comes off first."""
    bed = None
    if not clean:
        free = np.ones(len(voice), bool)
        for start, end in speech:
            free[max(0, start - 150) * RATE // 1000 : (end + 150) * RATE // 1000] = False
        bed = sound.active_level(voice[free], RATE) if free.sum() > RATE // 2 else None
    measured = {line.id: stem.line_level(voice, (line.start_ms, line.end_ms), bed) for line in lines}
    return {k: round(v, 2) for k, v in speak.levels(lines, measured).items()}


def cuts(studio: Studio, episode: Episode) -> tuple[int, ...]:
    """Times in ms at which the picture cuts."""
    with studio.clock.timed(episode.name, ""):
        found = studio.steps.json(
            "cuts", 1, {"file": episode.sha256}, episode.name, lambda: ffmpeg.picture_cuts(Path(episode.path))
        )
    return tuple(found)


def bed(studio: Studio, episode: Episode, listened: Listened) -> str:
    """Digest of the bed as FLAC, stereo at 48 kHz: the stem as given, or the episode with its speech taken down."""
    inputs = {
        "file": episode.sha256,
        "stem": episode.sidecar_sha256.get("me") if listened.stem else None,
        "fit": listened.stem,
        "speech": None if listened.stem else listened.transcript.speech,
    }

    def make() -> bytes:
        mix = _decode(episode)
        if listened.stem:
            gain, shift = listened.stem["gain"], int(listened.stem["shift"])
            moved = stem.shifted(_stem(episode), shift, len(mix))
            return speak.to_flac((gain * moved).astype(np.float32), RATE)
        lines = [(line.start_ms, line.end_ms) for line in listened.transcript.lines]
        return speak.to_flac(stem.without_speech(mix, [*listened.transcript.speech, *lines]), RATE)

    with studio.clock.timed(episode.name, ""):
        return studio.steps.data("bed", 3, inputs, episode.name, make)[0]


# --- per language ----------------------------------------------------------------------------------------------


def translate(
    studio: Studio, episode: Episode, listened: Listened, target: str
) -> tuple[list[Translation], list[EngineUse]]:
    """Every line in the target language, and the engines that had a part."""

    def audio() -> Samples:
        mix = _decode(episode)
        if listened.stem:
            fit = stem.Fit(int(listened.stem["shift"]), listened.stem["gain"], listened.stem["explained_db"])
            return _to_asr(stem.dialogue(mix, _stem(episode), fit))
        return _to_asr(mix.mean(1))

    job = translating.Job(
        listened.transcript,
        target,
        studio.bible.terms,
        studio.bible.memory(listened.transcript, target),
        studio.bible.memory_path(target),
        audio,
        f"{episode.sha256}:{episode.sidecar_sha256.get('me', '')}",
        f"{episode.name} {target}",
    )
    with studio.clock.timed(episode.name, target):
        return translating.translate(job, studio.engines, studio.steps)


def voices(studio: Studio, listened: Listened, target: str) -> dict[str, str]:
    """Speaker -> voice name in the target language."""
    language = studio.settings.language(target)
    speakers = dict.fromkeys(line.speaker for line in listened.transcript.lines)
    return {s: casting.voice_for(s, studio.bible.cast, language, listened.registers) for s in speakers}


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
    voice = studio.engines.synthesizer()
    subject = f"{episode.name} {target}"
    inputs = {
        "parts": [
            [p.line.id, p.line.start_ms, p.line.end_ms, p.text, p.voice, p.speed, p.say, p.level_lufs] for p in parts
        ],
        "duration": episode.media.duration_ms,
        "espeak": language.espeak,
        "engine": to_json(voice.identity()),
    }

    def make() -> Any:
        made = speak.dub(
            parts,
            episode.media.duration_ms,
            voice,
            language.espeak,
            studio.steps,
            subject,
            studio.settings.threads,
            tick,
        )
        levels = {
            t.line_id: round(sound.active_level(made.track[_at(t.start_ms) : _at(t.end_ms)], RATE), 1)
            for t in made.takes
        }
        track = studio.steps.store.put(speak.to_flac(made.track, RATE))
        return to_json(Spoken(made.takes, track, levels))

    with studio.clock.timed(episode.name, target):
        spoken = from_json(Spoken, studio.steps.json("dub", 3, inputs, subject, make))
        if studio.steps.store.get(spoken.track) is None:  # the track's blob went missing: lay it again
            spoken = from_json(Spoken, make())
    return spoken


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
        make = lambda: speak.to_flac(mixing.master(_decode(episode), preset), RATE)  # noqa: E731
        return studio.steps.data("master", 3, inputs, episode.name, make)[0]


def read_back(studio: Studio, episode: Episode, track: str, target: str) -> tuple[Word, ...]:
    """What the recogniser reads from a dub's speech track."""
    whisper = studio.engines.transcriber()
    names_there = tuple(t.form(target) for t in studio.bible.terms.terms)

    def make() -> Any:
        samples, _rate = speak.from_flac(studio.steps.store.need(track))
        heard = whisper.transcribe(_to_asr(samples), target.split("-")[0], names_there, quick=True)
        return [to_json(w) for w in segment.heard_words(heard.words, vad.speech_spans(_to_asr(samples)))]

    inputs = {"track": track, "language": target, "names": names_there, "engine": to_json(whisper.identity())}
    with studio.clock.timed(episode.name, target):
        made = studio.steps.json("read-back", 3, inputs, f"{episode.name} {target}", make)
    return tuple(from_json(Word, w) for w in made)


def left_speech(studio: Studio, episode: Episode, listened: Listened, bed_digest: str) -> float | None:
    """Share of source words that the recogniser still reads from the bed; None under a stem that fits."""
    if listened.stem:
        return None
    whisper = studio.engines.transcriber()

    def make() -> Any:
        samples, _rate = speak.from_flac(studio.steps.store.need(bed_digest))
        heard = whisper.transcribe(_to_asr(samples.mean(1)), listened.transcript.language, (), quick=True)
        said = [w for line in listened.transcript.lines for w in line.text.split()]
        return round(_share_left(said, [w.text for w in heard.words]), 4)

    inputs = {
        "bed": bed_digest,
        "engine": to_json(whisper.identity()),
        "lines": [x.text for x in listened.transcript.lines],
    }
    with studio.clock.timed(episode.name, ""):
        return float(studio.steps.json("left-speech", 1, inputs, episode.name, make))


def _share_left(said: list[str], heard: list[str]) -> float:
    """Share of said words, in order, that are among the heard ones (longest common subsequence)."""
    from rapidfuzz.distance import LCSseq

    def clean(words: list[str]) -> list[str]:
        return [w for w in (re.sub(r"\W", "", x).casefold() for x in words) if w]

    wanted = clean(said)
    return LCSseq.similarity(wanted, clean(heard)) / max(1, len(wanted))
