"""Which voice speaks a character in a language: the cast first, else by register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..errors import OptionError, SidecarError
from ..markets import Language
from ..records import EngineUse, Flag, Take
from ..series.cast import Cast
from ..session import Session
from ..transcript.result import Listened


def voices(session: Session, listened: Listened, target: str) -> dict[str, str]:
    """Speaker -> voice name in the target language. Raises SidecarError for a voice that is not there."""
    language = session.settings.language(target)
    speakers = dict.fromkeys(line.speaker for line in listened.transcript.lines)
    chosen = {
        s: voice_for(s, session.bible.cast, language, listened.registers, session.given_up.get(s, ())) for s in speakers
    }
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


def lost(session: Session, listened: Listened, target: str, takes: Iterable[Take]) -> dict[str, tuple[str, ...]]:
    """Speakers whose served voice left a line without a clip, with all voices that they lost: the next one of their chain
    takes the whole part, for nobody changes his voice within an episode. Empty where nobody has another one."""
    speaker = {line.id: line.speaker for line in listened.transcript.lines}
    language, cast = session.settings.language(target), session.bible.cast
    found = {}
    for take in takes:
        who = speaker[take.line_id]
        if Flag.NO_CLIP in take.flags and take.voice.partition(":")[0] in session.engines.context.endpoints:
            gone = (*session.given_up.get(who, ()), take.voice)
            if voice_for(who, cast, language, listened.registers, gone) not in gone:
                found[who] = gone
    return found


def flagged(takes: Iterable[Take], listened: Listened, given_up: dict[str, tuple[str, ...]]) -> tuple[Take, ...]:
    """Takes of those who speak with another voice than the cast gives them, marked so."""
    speaker = {line.id: line.speaker for line in listened.transcript.lines}
    return tuple(
        replace(t, flags=(*t.flags, f"{Flag.OTHER_VOICE}: {t.voice} for {gone[0]}"))
        if (gone := given_up.get(speaker[t.line_id]))
        else t
        for t in takes
    )


def voice_for(
    speaker: str, cast: Cast, language: Language, registers: dict[str, str], gone: tuple[str, ...] = ()
) -> str:
    """The voice of a speaker in a language: the cast's first that is not `gone`, else a default of the same register that the cast has not
    given to somebody else, the same one each time for the same set of speakers."""
    character = cast.get(speaker)
    if character and (voice := character.voices.get(language.tag)):
        rest = character.then.get(language.tag, ())
        left = [v for v in (voice, *rest) if v not in gone]
        if left or language.tag in character.then:
            return left[0] if left else (voice, *rest)[-1]
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
