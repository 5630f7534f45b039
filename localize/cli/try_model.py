"""What a model that was just pulled does: a line translated, spoken or heard, for whoever pulled it to read."""

from __future__ import annotations

from typing import cast

import numpy as np
import soxr

from ..audio.samples import ASR_RATE, Samples
from ..audio.samples import RATE as FULL_RATE
from ..engines.base import Ask, Synthesizer
from ..engines.catalogue import Engines
from ..engines.recognition.whisper import Whisper
from ..engines.speech import kokoro
from ..engines.translation import bergamot
from ..errors import DownloadError
from ..models.registry import Model

SAMPLE = {
    "en": "This is my home.", "es": "Esta es mi casa.", "pt": "Esta é a minha casa.", "hi": "यह मेरा घर है।",
    "zh": "这是我的家。", "ko": "여기는 내 집이야.", "ja": "ここは私の家です。", "fr": "C'est ma maison.", "de": "Das ist mein Zuhause.",
}  # fmt: skip
VOICE, SPOKEN = "af_heart", "en-us"
CHECKED = "here, every byte checked"


def tried_out(engines: Engines, model: Model) -> str:
    """What the model makes of one line, in a sentence. Raises LocalizeError where it cannot run."""
    if model.task == "mt":
        return f"{CHECKED}; {_translated(engines, model)}"
    if model.task == "asr":
        return f"{CHECKED}; {_heard(engines, model)}"
    if model.task in ("tts", "tts-voices"):
        return f"{CHECKED}; {_spoken(engines, model)}"
    if model.task == "separation":
        return f"{CHECKED}; {_separated(engines, model)}"
    return CHECKED


def _translated(engines: Engines, model: Model) -> str:
    source, _arrow, target = min(model.languages, key=lambda p: p.split("->")[0].split("-")[0] not in SAMPLE).partition("->")
    source, target = source.split("-")[0], target.split("-")[0]
    engine = engines.translator(bergamot.Bergamot.name if model.embedded else model.id)
    if reason := engine.unavailable(source, target):
        raise DownloadError(f"{CHECKED}, but {reason}", model.id)
    line = SAMPLE.get(source, "42")
    return f"{source} {line!r} -> {target} {engine.translate([Ask(line)], source, target)[0]!r}"


def _heard(engines: Engines, model: Model) -> str:
    whisper = Whisper(engines.context, model.id)
    sound = _line(engines)
    if sound is None:
        whisper.hear_something()
        return "it runs on a second of silence, for no voice is here to speak to it"
    words = whisper.transcribe(np.pad(sound, ASR_RATE // 2), "en", (), quick=True).words
    return f"{SAMPLE['en']!r}, spoken, is heard as {' '.join(w.text for w in words)!r}"


def _spoken(engines: Engines, model: Model) -> str:
    if not model.engine:  # Kokoro's graph and its voices are two models, which speak together
        if not all(engines.context.registry.present(m) for m in (kokoro.MODEL, kokoro.VOICES)):
            return "it speaks once its other half is here"
        chosen = cast(kokoro.Kokoro, engines.get("kokoro")).graphs().said
        clip = _kokoro(engines)
        return f"{SAMPLE['en']!r} is spoken in {clip[1]} ms; {chosen}"
    python = engines.context.settings.coqui
    if model.engine == "coqui" and not python.is_file():
        return f"what runs it is not here ({python}): make coqui"
    engine = cast(Synthesizer, engines.get(model.engine))
    language = model.languages[0]
    line = SAMPLE.get(language.split("-")[0], SAMPLE["en"])
    said = engine.speak(engine.phonemes(line, language.lower()), f"{model.engine}:{model.id}", 1.0)
    return f"{line!r} is spoken in {said.duration_ms} ms"


def _separated(engines: Engines, model: Model) -> str:
    separator = engines.separator()
    if separator is None:
        return "nothing here can run it: make hf"
    sound = _line(engines)
    if sound is None:
        return "no voice is here to be taken out of a mix"
    mix = np.repeat(soxr.resample(sound, ASR_RATE, FULL_RATE).astype(np.float32)[:, None], 2, axis=1)
    left = float(np.sqrt(np.mean(separator.without_speech(mix) ** 2)) / np.sqrt(np.mean(mix**2)))
    return f"of a spoken line it leaves {left:.0%} in the bed"


def _line(engines: Engines) -> Samples | None:
    """The sample line as Kokoro says it, 16 kHz; None where Kokoro is not here."""
    if not all(engines.context.registry.present(m) for m in (kokoro.MODEL, kokoro.VOICES)):
        return None
    samples, _ms, rate = _kokoro(engines)
    return np.asarray(soxr.resample(samples, rate, ASR_RATE), np.float32)


def _kokoro(engines: Engines) -> tuple[Samples, int, int]:
    engine = cast(kokoro.Kokoro, engines.get("kokoro"))
    clip = engine.speak(engine.phonemes(SAMPLE["en"], SPOKEN), VOICE, 1.0)
    return clip.samples, clip.duration_ms, clip.rate
