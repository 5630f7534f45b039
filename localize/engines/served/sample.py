"""An endpoint tried with a sample: whether it serves, what it can of what it is said to, how long it takes, its price."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import soxr

from ...audio.samples import ASR_RATE, Samples
from ...errors import LocalizeError
from ..base import Ask
from ..catalogue import Engines
from .alignment import Aligner
from .embedding import Served as Encoder
from .recognition import Served as Recogniser
from .speech import Served as Voice
from .spending import Spending, about

SAMPLES = {
    "en": "Nobody leaves this house before the letter is found.",
    "es": "Nadie sale de esta casa antes de encontrar la carta.",
    "pt": "Ninguém sai desta casa antes de encontrar a carta.",
    "hi": "चिट्ठी मिलने से पहले कोई इस घर से नहीं जाएगा।",
}
ELSE = "The boat to the island leaves at seven tonight."
FASTER = 1.2
SHOWS = 0.95  # of the length at speed 1.0: a voice that takes a speed is shorter than this at FASTER


@dataclass(frozen=True)
class Tried:
    """What came of it: `told` for people, a sentence each; `seconds` of the first answer."""

    ok: bool
    told: tuple[str, ...]
    seconds: float
    price: str


def try_out(engines: Engines, name: str) -> Tried:
    """Ask an endpoint for a sample. What fails is told, never raised. Raises OptionError for a name that is none."""
    engine, endpoint = engines.served(name), engines.context.endpoints[name]
    told: list[str] = []
    spending = Spending(engines.context.settings.home, engines.context.series)
    started, before = time.monotonic(), spending.total(endpoint)
    trial = {"asr": _recogniser, "align": _aligner, "tts": _voice, "mt": _translator, "embed": _encoder}[endpoint.kind]
    try:
        with about("endpoints check"):
            why = engine.wire.unavailable()
            told += [why] if why else trial(engines, name)
        ok = not why
    except LocalizeError as error:
        told.append(str(error))
        ok = False
    seconds = time.monotonic() - started
    spent = spending.total(endpoint) - before
    price = f"{spent:.4g} {endpoint.currency} for the sample" if endpoint.price else "no price is set"
    return Tried(ok, tuple(told), seconds, price)


def _language(languages: tuple[str, ...]) -> str:
    return next((tag for tag in languages if tag in SAMPLES), "en")


def _voice(engines: Engines, name: str) -> list[str]:
    voice: Voice = engines.served(name)
    endpoint = voice.endpoint
    if not endpoint.voices:
        return ["name its voices (voices = [...]) to have one tried"]
    language = _language(endpoint.languages)
    text, asked = SAMPLES[language], f"{name}:{endpoint.voices[0]}"
    started = time.monotonic()
    clip = voice.speak(voice.phonemes(text, language), asked, 1.0)
    took = time.monotonic() - started
    told = [
        f"{endpoint.voices[0]} says {len(text)} characters in {clip.duration_ms} ms at {clip.rate} Hz, {took:.2f} s"
    ]
    if "speed" in endpoint.can:
        faster = voice.speak(voice.phonemes(text, language), asked, FASTER)
        share = faster.duration_ms / clip.duration_ms
        does = "takes a speed" if share < SHOWS else "takes no speed: leave it out of `can`"
        told.append(f"{does}: at {FASTER} it lasts {share:.0%}")
    return told + _heard(engines, np.asarray(soxr.resample(clip.samples, clip.rate, ASR_RATE), np.float32), language)


def _recogniser(engines: Engines, name: str) -> list[str]:
    """It hears our own voice say the sample."""
    recogniser: Recogniser = engines.served(name)
    language, sound = _said(engines, recogniser.endpoint.languages)
    started = time.monotonic()
    heard = recogniser.transcribe(sound, language, ())
    took = time.monotonic() - started
    told = [f"reads in {took:.2f} s, of {len(sound) / ASR_RATE:.1f} s: {' '.join(w.text for w in heard.words)}"]
    by = ", ".join(dict.fromkeys(w.timed for w in heard.words if w.timed))
    told.append(f"tells no times of words: they come from {by}" if by else "tells when each word is said")
    return [*told, f"calls the language {recogniser.detect(sound)[0]}"]


def _aligner(engines: Engines, name: str) -> list[str]:
    aligner: Aligner = engines.served(name)
    language, sound = _said(engines, aligner.endpoint.languages)
    words = aligner.times(sound, SAMPLES[language], language)
    return [
        f"{len(words)} words of {len(SAMPLES[language].split())} lie from {words[0].start_ms} to {words[-1].end_ms} ms"
    ]


def _said(engines: Engines, languages: tuple[str, ...]) -> tuple[str, Samples]:
    """A sample's language, and our own voice that says it, 16 kHz with quiet around it."""
    language = _language(languages)
    tag = next(t for t in engines.context.settings.languages.values() if t.primary == language)
    voice = next(iter(tag.voices.values()))[0]
    kokoro = engines.get("kokoro")
    clip = kokoro.speak(kokoro.phonemes(SAMPLES[language], tag.espeak), voice, 1.0)
    return language, np.pad(np.asarray(soxr.resample(clip.samples, clip.rate, ASR_RATE), np.float32), ASR_RATE // 2)


def _heard(engines: Engines, sound: Samples, language: str) -> list[str]:
    if language == "hi":  # nothing embedded can judge it
        return []
    padded = np.pad(sound, ASR_RATE // 2)
    heard = engines.own_transcriber().transcribe(padded, language, (), quick=True)
    return [f"our recogniser reads: {' '.join(w.text for w in heard.words)}"]


def _translator(engines: Engines, name: str) -> list[str]:
    engine = engines.translator(name)
    pairs = sorted(engine.pairs)
    source, target = next((p for p in pairs if p[0] in SAMPLES), pairs[0])
    made = engine.translate([Ask(SAMPLES.get(source, SAMPLES["en"]))], source, target)[0]
    return [f"{source} -> {target}: {made or 'nothing that could be used'}"]


def _encoder(engines: Engines, name: str) -> list[str]:
    """It sets the sample beside its translations, and beside a line that says something else."""
    encoder: Encoder = engines.served(name)
    others = [tag for tag in SAMPLES if tag != "en" and encoder.reads(tag)]
    started = time.monotonic()
    vectors = encoder.vectors([SAMPLES["en"], ELSE, *(SAMPLES[tag] for tag in others)])
    took = time.monotonic() - started
    told = [f"{len(vectors)} texts as {vectors.shape[1]} numbers each in {took:.2f} s"]
    for at, tag in enumerate(others, start=2):
        own, other = (float(vectors[at] @ vectors[n]) for n in (0, 1))
        told.append(f"en and {tag}: {own:.2f} alike, {other:.2f} for another line{'' if own > other else ': it does not tell them apart'}")
    if not encoder.limits:
        told.append(f"judges nothing yet: `localize bench meaning --limits {name}` measures its limits for endpoints.toml")
    return told
