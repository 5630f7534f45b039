"""faster-whisper: words with times, language detection, and speech in any language to English text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import EngineError, OptionError
from ...models.present import ensure
from ...records import EngineUse, Word
from ..base import EngineContext, Heard, Samples, versions
from ..device import on_device, wanted
from . import window
from .choice import EMBEDDED, choose

RATE = 16_000
SEED = 7
BEAMS = 5
KNOWN = "write its ISO 639-1 code, for example en, es, pt, hi, zh, ko"
LANGUAGES = ("es", "pt", "hi", "zh", "fr", "de", "it", "ja", "ko", "tr", "id", "th", "vi", "ar", "ru")


class Whisper:
    """Recognition, sequential: finer word times than the batched pipeline. Callers hear several stretches at once.

    Temperature fallback stays on but stops at 0.4: the higher tries cost most and bring guesses. `quick` does
    without it and in short windows, for reading back speech whose text is known and for hearing a line again.
    """

    name = "faster-whisper"

    def __init__(self, context: EngineContext, model_id: str = EMBEDDED) -> None:
        self.context, self.model_id = context, model_id

    def identity(self) -> EngineUse:
        model = self.context.registry.model(self.model_id)
        version = versions("faster-whisper", "ctranslate2")  # the first carries the voice detector's model as well
        version += f" window {window.RULES}"
        version += " cuda" if wanted(self.context) == "cuda" else ""
        digest = self.context.registry.identity(self.model_id)
        return EngineUse("recognise", self.name, version, model.id, digest, model.licence)

    def load(self) -> None:
        """Load the model ahead of its first use."""
        self.loaded()

    def loaded(self) -> Any:
        """The model, loaded once a process."""
        with self.context.alone(self.model_id):
            if self.model_id not in self.context.loaded:
                folder = ensure(self.context.registry, self.context.settings, self.model_id)
                from faster_whisper import WhisperModel

                threads = self.context.settings.threads
                self.context.loaded[self.model_id] = on_device(
                    self.context,
                    self.model_id,
                    # one thread a hearing, several hearings at once: two threads on one gain a sixth of its time only
                    lambda device, kind: window.fitted(
                        WhisperModel(str(folder), device=device, compute_type=kind, cpu_threads=1, num_workers=threads)
                    ),
                    lambda model: model.detect_language(np.zeros(RATE, np.float32)),
                )
            return self.context.loaded[self.model_id]

    def hear_something(self) -> None:
        """Load the model and let it hear a second of silence. Raises what loading raises, EngineError."""
        self.transcribe(np.zeros(RATE, np.float32), "en", (), quick=True)

    def detect(self, audio: Samples) -> tuple[str, float]:
        language, probability, _all = self.loaded().detect_language(audio, language_detection_segments=2)
        return str(language), float(probability)

    def transcribe(self, audio: Samples, language: str | None, names: tuple[str, ...], quick: bool = False) -> Heard:
        try:
            model = self.loaded()
            import ctranslate2

            ctranslate2.set_random_seed(
                SEED
            )  # its second tries draw at random: the same sound must give the same words
            segments, info = model.transcribe(
                audio,
                language=language,
                beam_size=BEAMS,
                temperature=[0.0] if quick else [0.0, 0.2, 0.4],
                word_timestamps=True,
                condition_on_previous_text=False,
                hotwords=_hint(names),
                # its own filter cuts the sound at pauses and then puts words on the wrong side of them
                vad_filter=False,
            )
            heard: list[Any] = []
            with window.short(quick):
                for segment in segments:  # heard as they are asked for
                    heard += segment.words or []
                    if heard and len(audio) / RATE - heard[-1].end <= window.REST_S:
                        break
        except (RuntimeError, ValueError) as error:
            if "language code" in str(error):
                raise OptionError(
                    f"--source-lang {language!r} is no language that the recogniser knows", do=KNOWN
                ) from error
            raise EngineError(str(error), "faster-whisper") from error
        return Heard(info.language, round(float(info.language_probability), 4), _words(heard))


def _words(heard: list[Any]) -> tuple[Word, ...]:
    """The recogniser's words; a piece written without a space before it ("-hearted") goes on with the one before."""
    out: list[Word] = []
    for w in heard:
        text, end, prob = w.word.strip(), round(w.end * 1000), round(float(w.probability), 4)
        if out and text and not w.word.startswith(" ") and text[0] in "-'’":
            last = out[-1]
            out[-1] = replace(last, text=last.text + text, end_ms=end, prob=min(last.prob, prob))
        elif text:
            out.append(Word(len(out), text, round(w.start * 1000), end, prob))
    return tuple(out)


def _hint(names: tuple[str, ...]) -> str | None:
    """Names as a hint; the full stop at its end keeps the recogniser punctuating."""
    return f"{', '.join(names)}." if names else None


class WhisperTranslate:
    """Speech of one line in any language to English, by the same model.

    The base model's English is weaker than that of two good text engines one after the other ("puedo irme de" came
    out as "go to"), so it ranks after such a route and before none at all.
    """

    name = "whisper-translate"
    pairs = frozenset((language, "en") for language in LANGUAGES)

    def __init__(self, context: EngineContext) -> None:
        self.context = context

    @property
    def _whisper(self) -> Whisper:
        tries = lambda model_id: Whisper(self.context, model_id).hear_something()  # noqa: E731
        return Whisper(self.context, choose(self.context, tries, translates=True))

    def identity(self, source: str, target: str) -> EngineUse:
        use = self._whisper.identity()
        return EngineUse("translate", self.name, use.version, use.model, use.sha256, use.licence)

    def translate_speech(self, audio: Samples, source: str, names: tuple[str, ...]) -> str:
        try:
            segments, _info = self._whisper.loaded().transcribe(
                audio,
                task="translate",
                language=source,
                beam_size=BEAMS,
                temperature=[0.0, 0.2],
                condition_on_previous_text=False,
                hotwords=_hint(names),
                without_timestamps=True,
            )
            return " ".join(s.text.strip() for s in segments).strip()
        except (RuntimeError, ValueError) as error:
            raise EngineError(str(error), "whisper-translate") from error
