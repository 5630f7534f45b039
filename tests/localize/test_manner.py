"""How a line is said: force is told in its right order, and followed only where it is sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import soxr
from scipy import signal

from localize.audio.envelope import trim
from localize.audio.levels import active_level
from localize.audio.samples import RATE, Samples, to_asr
from localize.audio.voice import track
from localize.dubbing import said_how
from localize.dubbing.script import parts_of
from localize.media import ffmpeg
from localize.records import Line, Translation
from localize.series.cast import Character, parse
from localize.session import Session
from localize.transcript.levels import measure_levels
from localize.transcript.manner import Measured, measure
from localize.transcript.result import Listened
from tests.localize.every_step import HEARD, TAG

TEXTS = (
    "Give me the key before they come.", "You were never my sister.", "I saw your name on the list.", "Nobody leaves this house tonight.",
    "Tell him the ship is gone.", "We buried that letter years ago.", "My mother knew about the money.", "Open the door and look at me.",
)  # fmt: skip
VOICES = {"Ines": "af_heart", "Bruno": "am_adam"}
FORCES = ("quiet", "plain", "forceful")
# what effort does to a voice: level in dB, pitch in semitones, brightness above 1 kHz in dB
EFFORT = {"quiet": (-9.0, -2.0, -5.0), "plain": (0.0, 0.0, 0.0), "forceful": (8.0, 4.0, 5.0)}
Recorded = dict[tuple[str, int, str], Samples]


def pitched(samples: Samples, semitones: float) -> Samples:
    """A voice moved by semitones, as long as before."""
    factor = 2 ** (semitones / 12)
    return ffmpeg.stretch(np.asarray(soxr.resample(samples, RATE * factor, RATE), np.float32), RATE, 1 / factor)


def tilted(samples: Samples, above_db: float) -> Samples:
    """A voice with what lies above 1 kHz raised or lowered."""
    sos = signal.butter(1, 1000, "highpass", fs=RATE, output="sos")
    return np.asarray(samples + (10 ** (above_db / 20) - 1) * signal.sosfilt(sos, samples), np.float32)


def whispered(samples: Samples) -> Samples:
    """A voice whose glottis is noise: the mouth's resonances, 20 ms at a time, over noise of the same energy."""
    rng = np.random.default_rng(5)
    _f, _t, own = signal.stft(samples, RATE, nperseg=1024, noverlap=768)
    envelope = signal.oaconvolve(np.abs(own), np.ones((15, 1)) / 15, mode="same", axes=0)
    _f, _t, noise = signal.stft(rng.standard_normal(len(samples)), RATE, nperseg=1024, noverlap=768)
    shaped = envelope * noise[:, : own.shape[1]] / (np.abs(noise[:, : own.shape[1]]) + 1e-9)
    made = signal.istft(shaped, RATE, nperseg=1024, noverlap=768)[1][: len(samples)]
    return np.asarray(made, np.float32)


@pytest.fixture(scope="module")
def recorded(session: Session) -> Recorded:
    """Every text of every voice with three levels of force, at 48 kHz."""
    voice, out = session.engines.synthesizer(), {}
    for who, name in VOICES.items():
        for number, text in enumerate(TEXTS):
            clip = voice.speak(voice.phonemes(text, "en-us"), name, 1.0)
            plain = np.asarray(soxr.resample(trim(clip.samples, clip.rate), clip.rate, RATE), np.float32)
            plain *= np.float32(10 ** ((-26 - active_level(plain, RATE)) / 20))
            for force, (level, semitones, bright) in EFFORT.items():
                made = tilted(pitched(plain, semitones), bright) if semitones else plain
                made = made * np.float32(10 ** ((level + active_level(plain, RATE) - active_level(made, RATE)) / 20))
                out[who, number, force] = np.asarray(made, np.float32)
    return out


@pytest.fixture(scope="module")
def session() -> Session:
    from localize.session import open_session
    from localize.settings import load_settings

    # what is measured sounds the same on every machine, as the demo does
    return open_session("manners", replace(load_settings(), voice_graph="float"))


def scene(pieces: list[tuple[str, str, Samples]], bed: float = 0.0) -> tuple[tuple[Line, ...], Samples]:
    """Lines one after the other (speaker, text, sound), and the sound of all, half a second between them."""
    lines, parts, at = [], [np.zeros(RATE // 2, np.float32)], 500
    for number, (who, text, sound) in enumerate(pieces, 1):
        end = at + len(sound) * 1000 // RATE
        lines.append(Line(f"L{number:03d}", who, at, end, text))
        parts += [sound, np.zeros(RATE // 2, np.float32)]
        at = sum(map(len, parts)) * 1000 // RATE
    whole = np.concatenate(parts)
    if bed:
        t = np.arange(len(whole)) / RATE
        whole = (whole + bed * sum(np.sin(2 * np.pi * f * t) for f in (110, 165, 220, 440)) / 4).astype(np.float32)
    return tuple(lines), whole


def measured(lines: tuple[Line, ...], sound: Samples, clean: bool = True) -> dict[str, Measured]:
    speech = [(x.start_ms, x.end_ms) for x in lines]
    return measure(lines, measure_levels(lines, sound, speech, clean), track(to_asr(sound)), speech, clean)


def as_played(recorded: Recorded, shift: int) -> list[tuple[str, str, Samples, str]]:
    """An episode's lines: each person says every text, mostly plainly, two quietly and two with force."""
    rows = []
    for number, text in enumerate(TEXTS):
        force = {0: "quiet", 3: "forceful", 5: "quiet", 6: "forceful"}.get((number + shift) % len(TEXTS), "plain")
        rows += [(who, text, recorded[who, number, force], force) for who in VOICES]
    return rows


def test_three_levels_of_force_are_told_in_their_order(recorded: Recorded) -> None:
    forces: dict[tuple[str, str], dict[str, float]] = {}
    told: list[tuple[str, str]] = []
    for shift in range(len(TEXTS)):
        rows = as_played(recorded, shift)
        lines, sound = scene([r[:3] for r in rows])
        found = measured(lines, sound)
        for line, (who, text, _sound, force) in zip(lines, rows, strict=True):
            forces.setdefault((who, text), {})[force] = found[line.id].force
            told.append((force, found[line.id].sure))
    right = [f["quiet"] < f["plain"] < f["forceful"] for f in forces.values()]
    names = {"quiet": "quiet", "plain": "", "forceful": "shouted"}
    false = [t for t in told if t[1] not in ("", names[t[0]])]
    named = {force: np.mean([s == names[force] for f, s in told if f == force]) for force in FORCES}
    print(f"in order {np.mean(right):.3f} of {len(right)} lines, false {len(false)} of {len(told)}, named {named}")
    assert np.mean(right) >= 0.9
    assert not false
    assert named["forceful"] >= 0.8
    assert named["quiet"] >= 0.8


def test_a_whisper_is_a_voice_without_a_tone(recorded: Recorded) -> None:
    rows = [(who, text, recorded[who, n, "plain"]) for n, text in enumerate(TEXTS[:6]) for who in VOICES]
    rows[4] = (*rows[4][:2], whispered(rows[4][2]) * np.float32(0.35))
    lines, sound = scene(rows)
    found = measured(lines, sound)
    assert found["L005"].sure == "whispered"
    assert [x.id for x in lines if found[x.id].sure] == ["L005"]


@pytest.mark.parametrize("gain_db", [-10.0, 5.0])
def test_a_line_that_is_only_nearer_or_farther_has_no_manner(recorded: Recorded, gain_db: float) -> None:
    rows = [(who, text, recorded[who, n, "plain"]) for n, text in enumerate(TEXTS[:6]) for who in VOICES]
    rows[4] = (*rows[4][:2], rows[4][2] * np.float32(10 ** (gain_db / 20)))
    lines, sound = scene(rows)
    assert not any(x.sure for x in measured(lines, sound).values())


def test_under_loud_music_and_of_a_stranger_nothing_is_sure(recorded: Recorded) -> None:
    rows = as_played(recorded, 0)
    lines, sound = scene([r[:3] for r in rows], bed=0.05)
    assert not any(x.sure for x in measured(lines, sound, clean=False).values())
    some = [r[:3] for r in rows if r[0] == "Ines"][:2]
    assert measured(*scene(some)) == {}


def how(manner: str, confidence: float) -> Measured:
    return Measured(manner, confidence, -8.0, -2.0, -4.0, 3.0, 1.0, 0.6, -1.0)


def test_what_is_written_goes_before_the_cast_and_the_cast_before_what_is_measured() -> None:
    line, quiet = Line("L001", "Ines", 0, 1000, "x"), how("quiet", 0.9)
    assert said_how.manner_of(line, None, quiet) == "quiet"
    assert said_how.manner_of(line, None, how("quiet", 0.6)) == ""
    assert said_how.manner_of(line, Character("Ines", manner="whispered"), quiet) == "whispered"
    assert said_how.manner_of(line, Character("Ines", manner="plain"), quiet) == ""
    assert said_how.manner_of(replace(line, manner="off screen, shouted"), Character("Ines", manner="quiet"), quiet) == "off screen, shouted"
    assert parse('[Ines]\nmanner = "Whispered"\n', "cast.toml")["Ines"].manner == "whispered"


@pytest.mark.parametrize(
    ("manner", "own", "wanted"),
    [("whispered", -20.0, -23.0), ("whispered", -24.0, -26.0), ("whispered", -30.0, -30.0), ("quiet", -20.0, -23.0),
     ("shouted", -20.0, -17.0), ("shouted", -15.0, -15.0), ("shouted", -25.0, -22.0), ("italics", -20.0, -20.0), ("", -20.0, -20.0)],
)  # fmt: skip
def test_a_level_follows_within_three_db(manner: str, own: float, wanted: float) -> None:
    assert said_how.level(manner, own, -20.0) == wanted


def test_an_embedded_voice_follows_in_level_and_pace_and_only_where_it_is_sure(session: Session) -> None:
    made = [Translation("L001", TAG, "Ven.", "x"), Translation("L002", TAG, "¿Quién?", "x")]
    plain = parts_of(session, HEARD, TAG, made)
    doubted: Listened = replace(HEARD, manners={"L001": how("shouted", 0.69)})
    assert parts_of(session, doubted, TAG, made) == plain
    sure = parts_of(session, replace(HEARD, manners={"L001": how("shouted", 0.9)}), TAG, made)
    assert (sure[0].speed, sure[0].level_lufs, sure[0].line.manner) == (1.03, plain[0].level_lufs + 3, "shouted")
    assert sure[1] == plain[1]
