"""Hearing an episode once: words, lines, who speaks, and how loud each line is. Every market starts from this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr

from . import dialogue, diarize, ffmpeg, names, segment, sound, speak, stem
from .engines import vad
from .engines.base import Transcriber
from .errors import MediaError, SidecarError
from .model import Episode, Line, Transcript, Word, from_json, to_json
from .sound import RATE, Samples
from .spans import Span
from .studio import Studio

ASR_RATE = 16_000
LEAD_MS = 300  # sound before and after a stretch that a recogniser is given
TAIL_MS = 100  # after a last span that is heard once more: another end than before, or it is misheard alike
SILENCE_LUFS = -60.0


@dataclass(frozen=True)
class Listened:
    """What one hearing of an episode gives every market.

    Attributes:
        levels: speech level of each line in LUFS, by line id.
        registers: speaker -> "f" or "m".
        stem: {"shift", "gain", "explained_db"} of the studio's stem where it fits the episode, else None.
        sounds: what the studio's transcript says is heard but not spoken; screen: what the picture shows in writing.
        renamed: what the recogniser had written, by the id of a word that was repaired to a name.
    """

    transcript: Transcript
    levels: dict[str, float]
    registers: dict[str, str]
    stem: dict[str, float] | None
    renamed: dict[str, str]
    notes: tuple[str, ...] = ()
    sounds: tuple[Line, ...] = ()
    screen: tuple[Line, ...] = ()

    @property
    def spoken(self) -> list[Span]:
        """Where somebody speaks, by voice or by a line."""
        return [*self.transcript.speech, *((x.start_ms, x.end_ms) for x in self.transcript.lines)]


def listen(studio: Studio, episode: Episode, source_lang: str | None = None) -> Listened:
    """Recognise the episode (or take the studio's own transcript), find who speaks, and measure the lines.

    Raises MediaError for silence and for sound without speech, SidecarError for a transcript that cannot be used.
    """
    terms = studio.bible.terms
    tag = source_lang or ""
    inputs = {
        "file": episode.sha256,
        "sidecars": {k: v for k, v in episode.sidecar_sha256.items() if k != "cast" and ":" not in k},
        "language": tag,
        "names": sorted(f for t in terms.terms for f in (*t.forms.values(), t.term)) if not tag else terms.names(tag),
        "enrolled": {n: c.enrolled for n, c in studio.bible.cast.items() if c.enrolled},
        "engine": to_json(studio.engines.transcriber().identity()),
        "speakers": to_json(studio.engines.get("ge2e").identity()),
    }
    with studio.clock.timed(episode.name, ""):
        made = studio.steps.json(
            "listen", 19, inputs, episode.name, lambda: to_json(_listen(studio, episode, source_lang))
        )
    return from_json(Listened, made)


def _listen(studio: Studio, episode: Episode, source_lang: str | None) -> Listened:
    mix = decode(episode)
    if sound.loudness(mix, RATE) < SILENCE_LUFS:
        raise MediaError("the sound track is silent", episode.name, "export the episode with its sound")
    hearing = to_asr(mix.mean(1))
    fit, notes = _stem_fit(episode, mix, vad.speech_spans(hearing))
    voice = stem.dialogue(mix, stem_of(episode), fit) if fit else mix.mean(1).astype(np.float32)
    if fit:
        hearing = to_asr(voice)
    speech = vad.speech_spans(hearing)
    own = {k: Path(v) for k, v in episode.sidecars.items()}
    renamed: dict[str, str] = {}
    sounds: tuple[Line, ...] = ()
    screen = dialogue.screen(own["screen"], episode.media.duration_ms) if "screen" in own else ()
    if "dialogue" in own or "srt" in own:
        kind = "dialogue" if "dialogue" in own else "srt"
        read = dialogue.from_csv if kind == "dialogue" else dialogue.from_srt
        lines, sounds = dialogue.sounds(read(own[kind], episode.media.duration_ms))
        if not lines:
            raise SidecarError("holds only sounds, no line", own[kind].name, "remove it to have the episode recognised")
        language = (source_lang or studio.engines.transcriber().detect(hearing)[0]).lower()
        words: tuple[Word, ...] = ()
    else:
        if not speech:
            raise MediaError("nobody speaks in this episode", episode.name, "check that it is the right file")
        kind, (language, words) = "asr", _recognise(studio, hearing, speech, source_lang)
        say = _sayer(studio, language)
        fixed, changed = names.repair(words, studio.bible.terms, language, say)
        words, renamed = fixed, {str(k): v for k, v in changed.items()}
        unsure = {k for k, v in changed.items() if v.islower()}
        unsure |= set(names.doubtful(words, studio.bible.terms, language, say))
        lines = _flag_renamed(_turns(studio, segment.cut_lines(words, speech), words, speech, hearing), unsure)
        if not lines:
            raise MediaError("nobody speaks in this episode", episode.name, "check that it is the right file")
    lines, registers = _who(studio, lines, hearing)
    if kind == "asr":
        lines = segment.join_lines(lines)
    levels = _levels(lines, voice, speech, clean=fit is not None)
    transcript = Transcript(language.split("-")[0], kind, words, lines, tuple(speech))
    placed = {"shift": float(fit.shift), "gain": fit.gain, "explained_db": fit.explained_db} if fit else None
    return Listened(transcript, levels, registers, placed, renamed, notes, sounds, screen)


def _recognise(
    studio: Studio, hearing: Samples, speech: list[Span], source_lang: str | None
) -> tuple[str, tuple[Word, ...]]:
    """Words of the whole episode, heard stretch by stretch so that no window of the recogniser cuts a sentence;
    spoken spans that it skipped are heard once more by themselves."""
    whisper = studio.engines.transcriber()
    language = (source_lang or whisper.detect(hearing)[0]).split("-")[0].lower()
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
    """Words of one stretch, on the episode's timeline. What stands doubtful at its end is kept only where the last
    span, heard by itself and without hints, ends with it too."""
    offset = max(0, span[0] - LEAD_MS)
    heard = whisper.transcribe(hearing[offset * 16 : (span[1] + LEAD_MS) * 16], language, hints)
    moved = tuple(replace(w, start_ms=w.start_ms + offset, end_ms=w.end_ms + offset) for w in heard.words)
    words = segment.heard_words(segment.settle(moved, speech), speech)
    tail = segment.doubtful_tail(words, speech)
    if tail:
        start, end = [s for s in speech if s[0] <= words[-1].start_ms][-1]
        again = whisper.transcribe(hearing[max(0, start - LEAD_MS) * 16 : (end + TAIL_MS) * 16], language, ())
        if not segment.says_at_end(again.words, words[-tail:]):
            return words[:-tail]
    return words


def _flag_renamed(lines: tuple[Line, ...], capitals: set[int]) -> tuple[Line, ...]:
    """Lines in which an ordinary word was taken for a name, or what may be a misheard name was left, are flagged."""
    return tuple(
        replace(line, flags=(*line.flags, "name-unsure")) if capitals & set(line.word_ids) else line for line in lines
    )


def _sayer(studio: Studio, language: str) -> Callable[[str], str]:
    voice, espeak = studio.engines.synthesizer(), language
    for known in studio.settings.languages.values():
        if known.primary == language.split("-")[0]:
            espeak = known.espeak
    return lambda text: voice.phonemes(text, espeak)


def decode(episode: Episode) -> Samples:
    count = round(episode.media.duration_ms * RATE / 1000)
    return ffmpeg.fit_length(ffmpeg.decode(Path(episode.path)), count)


def stem_of(episode: Episode) -> Samples:
    return ffmpeg.decode(Path(episode.sidecars["me"]))


def to_asr(voice: Samples) -> Samples:
    return np.asarray(soxr.resample(voice, RATE, ASR_RATE), np.float32)


def _stem_fit(episode: Episode, mix: Samples, speech: list[Span]) -> tuple[stem.Fit | None, tuple[str, ...]]:
    """The stem's fit, or None with a note where there is none or it is not this episode's."""
    if "me" not in episode.sidecars:
        return None, ()
    fit = stem.fit_stem(mix, stem_of(episode), speech)
    if fit.ok:
        return fit, ()
    what = f"{Path(episode.sidecars['me']).name} explains only {fit.explained_db:.1f} dB of the episode: not used"
    return None, (what,)


def _turns(
    studio: Studio, lines: tuple[Line, ...], words: tuple[Word, ...], speech: list[Span], hearing: Samples
) -> tuple[Line, ...]:
    """Lines parted where the voice changes at a pause: a recogniser does not always end a sentence between two people."""
    encoder, by_id = studio.engines.get("ge2e"), {w.id: w for w in words}
    groups: list[list[Word]] = []
    for line in lines:
        parts = segment.breaths([by_id[i] for i in line.word_ids], speech, diarize.TURN_MS, diarize.SHORT_MS)
        heard = (
            [encoder.embed(hearing[p[0].start_ms * 16 : p[-1].end_ms * 16]) for p in parts] if len(parts) > 1 else []
        )
        groups.append(list(parts[0]))
        for at in range(1, len(parts)):
            if float(heard[at - 1] @ heard[at]) < diarize.CHANGED:
                groups.append([])
            groups[-1] += parts[at]
    return segment.lines_of(groups, speech)


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
