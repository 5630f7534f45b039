"""Scenes with a scream, a laugh, sobbing and a sung line between spoken ones: through recognition, bed and mix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from localize.audio import files
from localize.audio.envelope import trim
from localize.audio.levels import active_level, match
from localize.audio.samples import RATE, Samples, to_asr
from localize.audio.spans import overlap_ms
from localize.audio.voice import track
from localize.demo.sound import bed as music
from localize.media import ffmpeg
from localize.mixing import leftover_speech
from localize.mixing import steps as mixing
from localize.pipeline.admit import admit
from localize.records import Line, Word
from localize.session import Session, open_session
from localize.settings import load_settings
from localize.transcript import wordless
from localize.transcript.steps import listen

from .wordless_voices import SOUNDS

SAID = (
    ("af_heart", "I told you never to come back here."), ("am_adam", "The house was never yours to sell."),
    ("af_heart", "Then tell me where my brother is."), ("am_adam", "Your brother left this town a long time ago."),
    ("af_heart", "I do not believe a single word."),
)  # fmt: skip
GAP_MS = 600


@dataclass(frozen=True)
class Scene:
    """A scene's dialogue (mono) and music (stereo) at 48 kHz, its lines, and by name where each sound is, in ms."""

    dialogue: Samples
    music: Samples
    lines: tuple[Line, ...]
    sounds: dict[str, tuple[int, int]]

    @property
    def mix(self) -> Samples:
        return np.asarray(self.music + self.dialogue[:, None], np.float32)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return open_session("scenes", replace(load_settings(), home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def scene(session: Session) -> Scene:
    voice, at, parts, lines, sounds = session.engines.synthesizer(), 800, [], [], {}
    for number, (who, text) in enumerate(SAID):
        clip = voice.speak(voice.phonemes(text, "en-us"), who, 1.0)
        spoken = soxr.resample(trim(clip.samples, clip.rate), clip.rate, RATE)
        spoken = spoken * 10 ** ((-23 - active_level(spoken, RATE)) / 20)
        end = at + len(spoken) * 1000 // RATE
        lines.append(Line(f"T{number}", who, at, end, text))
        parts.append((at, spoken))
        at = end + GAP_MS
        if number < len(SOUNDS):
            name, make = list(SOUNDS.items())[number]
            made = make()
            end = at + len(made) * 1000 // RATE
            sounds[name] = (at, end)
            parts.append((at, made))
            at = end + GAP_MS
    duration = -(-(at + 600) // 40) * 40
    dialogue = np.zeros(duration * RATE // 1000, np.float32)
    for start, part in parts:
        dialogue[start * RATE // 1000 :][: len(part)] += part.astype(np.float32)
    return Scene(dialogue, music([("office", 0, duration)], duration, 3), tuple(lines), sounds)


def dropped(scene: Scene, folder: Path, stem: bool) -> Path:
    """The scene as an episode, with its stem beside it or without."""
    wav, path = folder / "sound.wav", folder / "N01.mp4"
    soundfile.write(wav, scene.mix, RATE, subtype="FLOAT")
    picture = f"testsrc2=s=180x320:r=25:d={len(scene.dialogue) / RATE}"
    argv = ["-f", "lavfi", "-i", picture, "-i", ffmpeg.url(wav), "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "192k"]
    ffmpeg.run(["-v", "error", *argv, "-f", "mp4", ffmpeg.url(path)])
    wav.unlink()
    if stem:
        soundfile.write(folder / "N01.me.wav", scene.music, RATE, subtype="PCM_24")
    return path


def part(samples: Samples, span: tuple[int, int]) -> Samples:
    return samples[span[0] * RATE // 1000 : span[1] * RATE // 1000]


def energy_db(samples: Samples) -> float:
    return float(10 * np.log10(np.sum(samples.astype(np.float64) ** 2) + 1e-12))


@pytest.mark.parametrize("stem", [True, False])
def test_sounds_stand_in_the_mix_as_in_the_source_and_no_word_does(scene: Scene, session: Session, tmp_path: Path, stem: bool) -> None:
    episode = admit(session, dropped(scene, tmp_path, stem), "en")
    listened = listen(session, episode, "en")
    assert (listened.stem is not None) is stem
    for kept in listened.kept:
        assert kept.why.startswith("found: a voice")
        assert max(overlap_ms(kept.span, s) for s in scene.sounds.values()) >= 0.9 * (kept.end_ms - kept.start_ms)
        assert not any(overlap_ms(kept.span, (x.start_ms, x.end_ms)) for x in scene.lines)
    bed = mixing.bed(session, episode, listened)
    made = files.from_flac(session.steps.store.need(bed))[0][: len(scene.dialogue)]
    silence = session.steps.store.put(files.to_flac(np.zeros(len(made), np.float32), RATE))
    mixed = mixing.mix(session, episode, bed, silence, session.settings.loudness["mobile"], "N01 es-419")
    finished = files.from_flac(session.steps.store.need(mixed))[0].mean(1)
    stands = {}
    for name, span in scene.sounds.items():
        left = part((made - scene.music[: len(made)]).mean(1), span)
        off = energy_db(left) - energy_db(part(scene.dialogue, span))
        late, alike = match(part(scene.mix.mean(1), span), part(finished, span), RATE)
        stands[name] = abs(off) < 1.5 and abs(late) < 5 and alike > 10
        print(f"{name}, stem {stem}: energy {off:+.2f} dB, {late:+.1f} ms, {alike:.1f} dB of it explained")
    print(stem, [(k.span, k.why) for k in listened.kept], [(x.start_ms, x.end_ms, x.text) for x in listened.transcript.lines])
    assert sum(stands.values()) >= 3  # a recogniser may hear a word in one of them, which is then ducked like speech
    whisper = session.engines.transcriber("en")
    for sound in (made.mean(1), finished):
        heard = whisper.transcribe(to_asr(sound), "en", (), quick=True).words
        # what is read from a scream, or guessed in the silence at the end, is no word of a line, though its time be near one
        heard = tuple(w for w in heard if w.prob >= wordless.BELIEVED and not any(overlap_ms((w.start_ms - 300, w.end_ms + 300), s) for s in scene.sounds.values()))
        said = tuple((x.start_ms, x.end_ms, x.text) for x in scene.lines)
        assert leftover_speech._share_left(said, heard) == 0.0, [w.text for w in heard]
    assert leftover_speech.left_speech(session, episode, listened, bed) <= 0.05


def test_a_stretch_with_a_word_in_it_is_not_kept(scene: Scene) -> None:
    hearing = to_asr(scene.dialogue)
    speech = [(x.start_ms, x.end_ms) for x in scene.lines]
    found = wordless.found(hearing, track(hearing), True, speech, scene.lines, (), lambda _span: ())
    assert len(found) == len(scene.sounds)
    spoken = lambda span: (Word(0, "Help", 0, 300), Word(1, "me!", 300, 600)) if overlap_ms(span, scene.sounds["scream"]) else ()  # noqa: E731
    assert len(wordless.found(hearing, track(hearing), True, speech, scene.lines, (), spoken)) == len(scene.sounds) - 1
    start, end = scene.sounds["sung"]
    words = (Word(0, "love", start, end - 200),)
    assert all(not overlap_ms(s.span, (start, end)) for s in wordless.found(hearing, track(hearing), True, speech, scene.lines, words, lambda _s: ()))
    without = wordless.found(hearing, track(hearing), True, speech, scene.lines, (), lambda _s: (), marked=found)
    assert without == ()


def heard(text: str, prob: float = 0.9) -> tuple[Word, ...]:
    return tuple(Word(n, w, 100 * n, 100 * n + 90, prob) for n, w in enumerate(text.split()))


@pytest.mark.parametrize(
    ("words", "are_words"),
    [(heard("Help me!"), True), (heard("No, no, no, no!"), True), (heard("Hey, hey, hey, hey,"), False), (heard("Hey, you!"), True),
     (heard("This is the first time", 0.25), False), (heard("U U U U"), False), (heard("Aaaah! Stop!"), True), ((), False)],
)  # fmt: skip
def test_what_a_recogniser_may_have_made_up_is_no_word(words: tuple[Word, ...], are_words: bool) -> None:
    assert wordless.says_words(words) is are_words


@pytest.mark.parametrize(
    ("text", "is_sound"),
    [("Aaaah!", True), ("Haha.", True), ("N-N-N-N", True), ("...", True), ("Hmm", True), ("No!", False), ("Help", False), ("I will", False),
     ("Oh", True), ("Hey!", False), ("Papa", False), ("Mama", False), ("Yes", False)],
)  # fmt: skip
def test_what_is_an_exclamation(text: str, is_sound: bool) -> None:
    assert wordless.exclaimed(text) is is_sound
