"""Which voice speaks a character in a language: the cast first, else by register."""

from __future__ import annotations

from ..errors import OptionError, SidecarError
from ..markets import Language
from ..records import EngineUse
from ..series.cast import Cast
from ..session import Session
from ..transcript.result import Listened


def voices(session: Session, listened: Listened, target: str) -> dict[str, str]:
    """Speaker -> voice name in the target language. Raises SidecarError for a voice that is not there."""
    language = session.settings.language(target)
    speakers = dict.fromkeys(line.speaker for line in listened.transcript.lines)
    chosen = {s: voice_for(s, session.bible.cast, language, listened.registers) for s in speakers}
    for speaker, voice in chosen.items():
        try:
            session.engines.synthesizer().check_voice(voice)
        except OptionError as error:
            raise SidecarError(f"{error.what} for {target}", f"cast.toml [{speaker}]", error.do) from error
    return chosen


def speakers(session: Session, listened: Listened, target: str) -> list[EngineUse]:
    """The engines that speak a language's voices."""
    voice = session.engines.synthesizer()
    return list(dict.fromkeys(voice.identity(v) for v in voices(session, listened, target).values()))


def voice_for(speaker: str, cast: Cast, language: Language, registers: dict[str, str]) -> str:
    """The voice of a speaker in a language: the cast's, else a default of the same register that the cast has not
    given to somebody else, the same one each time for the same set of speakers."""
    character = cast.get(speaker)
    if character and (voice := character.voices.get(language.tag)):
        return voice
    register = (character.register if character else "") or registers.get(speaker, "") or "f"
    given = {v for c in cast.values() for k, v in c.voices.items() if k == language.tag}
    if not language.voices:
        raise OptionError(f"no voice speaks {language.name}", language.tag, "name one in cast.toml or languages.toml")
    choices = language.voices.get(register) or next(iter(language.voices.values()))
    free = [v for v in choices if v not in given] or choices
    others = sorted(
        s for s, r in {**registers, **{c.name: c.register or registers.get(c.name, "f") for c in cast.values()}}.items()
        if r == register and not (s in cast and language.tag in cast[s].voices)
    )  # fmt: skip
    return free[(others.index(speaker) if speaker in others else 0) % len(free)]
