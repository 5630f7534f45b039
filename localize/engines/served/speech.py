"""Voices behind `/v1/audio/speech`: a voice is "NAME:VOICE", NAME being an endpoint of endpoints.toml.

What comes back is measured before it is kept: silence, noise, clipping, half of the line, much more than the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from time import sleep as _sleep
from typing import Any
from urllib.parse import parse_qs, urlencode

import numpy as np

from ...errors import EngineError, EngineFailed, LicenceRefused, OptionError, UnusableResult
from ...records import EngineUse
from ..base import Clip, EngineContext, Samples
from . import sound
from .endpoint import Endpoint
from .spending import Units
from .wire import Wire

VERSION = 1
TAKES = 3  # of a line whose clip cannot be used
JOIN_MS = 120
SEED = 7


class Served:
    """One endpoint's voices. They read text, in which names can only be respelled."""

    reads_phonemes = False

    def __init__(self, context: EngineContext, endpoint: Endpoint, sleep: Callable[[float], None] = _sleep) -> None:
        self.context, self.endpoint, self.name = context, endpoint, endpoint.name
        self.wire = Wire(endpoint, context, sleep)

    def identity(self, voice: str = "") -> EngineUse:
        one = self.endpoint
        facts = {"body": one.body, "can": sorted(one.can), "format": one.format, "rate": one.rate}
        version = f"served {VERSION} at {one.url} {json.dumps(facts, sort_keys=True)}"
        return EngineUse("speak", self.name, version, one.model, "", one.licence)

    def asked(self, voice: str, speed: float, again: int, manner: str) -> tuple[str, float]:
        """A voice with all that decides what it gives, and the speed that it takes: 1.0 where it takes none."""
        told = {"take": str(again)} if again and "seed" in self.endpoint.can else {}
        if manner and "instructions" in self.endpoint.can:
            told["manner"] = manner
        return f"{voice}?{urlencode(told)}" if told else voice, speed if "speed" in self.endpoint.can else 1.0

    def check_voice(self, voice: str) -> None:
        """Raises OptionError for no voice, LicenceRefused for a licence that does not allow this run."""
        one = self.endpoint
        if not _parts(voice)[0]:
            raise OptionError(f"voice {voice!r} names none", one.name, f"write {one.name}:VOICE")
        if one.voices and _parts(voice)[0] not in one.voices:
            raise OptionError(f"no voice {voice!r}", one.name, f"choose from {', '.join(one.voices)}")
        if not one.commercial_use and not self.context.registry.allow_non_commercial:
            what = f"licence {one.licence} does not allow commercial use"
            raise LicenceRefused(what, one.name, "choose another voice, or pass --allow-non-commercial")

    def phonemes(self, text: str, language: str) -> str:
        """The text itself with its language before it: these models have front ends of their own."""
        return f"{language}|{text}"

    def length_ms(self, phonemes: str, voice: str, speed: float) -> int | None:
        """Only a take tells."""
        return None

    def speak(self, phonemes: str, voice: str, speed: float) -> Clip:
        """Speech of a text, checked. Raises EngineFailed where nothing can be had there, UnusableResult."""
        self.check_voice(voice)
        if why := self.wire.unavailable():
            self.context.failures.note(self.name, why)
            raise EngineFailed(why, self.name)
        language, _bar, text = phonemes.partition("|")
        name, told = _parts(voice)
        clips = [self._piece(p, language, name, told, speed) for p in pieces(text, self.endpoint.max_characters)]
        if not clips:
            raise UnusableResult("nothing to say", self.name)
        if len({c.rate for c in clips}) > 1:
            raise UnusableResult("clips of different rates", self.name, "check the server")
        pause = np.zeros(clips[0].rate * JOIN_MS // 1000, np.float32)
        joined: list[Samples] = [x for c in clips for x in (c.samples, pause)]
        return Clip(np.concatenate(joined[:-1]), clips[0].rate)

    def _piece(self, text: str, language: str, voice: str, told: dict[str, str], speed: float) -> Clip:
        """A clip of one request, asked again with another seed where it cannot be used."""
        one, where = self.endpoint, f"{self.name}:{voice}"
        wrong = EngineError("no clip", where)
        for attempt in range(TAKES):
            body: dict[str, Any] = {"model": one.model, "input": text, "voice": voice, "response_format": one.format}
            if "speed" in one.can:
                body["speed"] = speed
            if "seed" in one.can:
                body["seed"] = SEED + int(told.get("take", 0)) * TAKES + attempt
            if "language" in one.can:
                body["language"] = language
            if "manner" in told:
                body["instructions"] = f"Say it {told['manner']}."
            answer = self.wire.post("/audio/speech", Units(characters=len(text)), body={**one.body, **body})
            try:
                samples, rate = sound.decode(answer.data, one.format, one.rate, where)
                sound.check(samples, rate, text, body.get("speed", 1.0), where)
                return Clip(samples, rate)
            except UnusableResult as error:
                wrong = error
        raise wrong


def pieces(text: str, longest: int) -> list[str]:
    """A text in parts of at most `longest` characters, cut after sentences, else between words."""
    out: list[str] = []
    for sentence in re.findall(r"\S.*?(?:[.!?…。！？।]+(?=\s|$)|$)", " ".join(text.split())):
        for word in [sentence] if len(sentence) <= longest else sentence.split():
            if out and len(out[-1]) + 1 + len(word) <= longest:
                out[-1] += f" {word}"
            else:
                out.append(word)
    return out


def _parts(voice: str) -> tuple[str, dict[str, str]]:
    """The server's own name of a voice, and what it is told besides."""
    name, _mark, told = voice.partition(":")[2].partition("?")
    return name, {k: v[0] for k, v in parse_qs(told).items()}
