"""The whole job for one episode in one process: every market, one bad market never stopping the others."""

from __future__ import annotations

import time
import traceback
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from . import hearing, readback, stages
from .config import Market
from .deliver import Delivered, deliver
from .disk import full_disk_said
from .errors import InputError, LocalizeError
from .listen import Listened, listen
from .model import EngineUse, Episode, Translation
from .render import Ingredients
from .stages import Spoken
from .studio import Studio

Notice = Callable[[str], None]


@dataclass(frozen=True)
class Failed:
    """A variant that could not be made at all, and why; `unusable` where what was given is at fault."""

    episode: str
    market: str
    error: str
    unusable: bool = False


@dataclass(frozen=True)
class LanguagePart:
    """What a language gives every market that speaks it."""

    translations: list[Translation]
    spoken: Spoken | None
    engines: list[EngineUse]


def run_episode(
    studio: Studio,
    path: Path,
    markets: Iterable[Market],
    out: Path,
    source_lang: str | None = None,
    notice: Notice = lambda _text: None,
) -> list[Delivered | Failed]:
    """All markets of one episode. Raises InputError where the episode itself cannot be used."""
    notice("probe")
    episode = stages.admit(studio, path)
    notice("recognise")
    listened = listen(studio, episode, source_lang)
    results: list[Delivered | Failed] = []
    parts: dict[str, LanguagePart] = {}
    for market in markets:
        try:
            results.append(run_market(studio, episode, listened, market, parts, out, notice))
        except Exception as error:
            results.append(failed(studio, episode.name, market.name, error))
    return results


def failed(studio: Studio, episode: str, market: str, error: Exception) -> Failed:
    """A failure as a result. An error that nobody foresaw is written out whole below LOCALIZE_HOME/faults, so that
    the night's other episodes go on and the morning has something to read."""
    if isinstance(error, LocalizeError):
        return Failed(episode, market, str(error), isinstance(error, InputError))
    folder = studio.settings.home / "faults"
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{episode} {market}\n{''.join(traceback.format_exception(error))}", encoding="utf-8")
    except OSError:
        traceback.print_exception(error)
    what = f"a fault of this program: {type(error).__name__}: {error}"
    return Failed(episode, market, str(LocalizeError(what, f"{episode} {market}", f"report it with {path}")))


def run_market(
    studio: Studio,
    episode: Episode,
    listened: Listened,
    market: Market,
    parts: dict[str, LanguagePart],
    out: Path,
    notice: Notice = lambda _text: None,
) -> Delivered:
    """One market's variant; `parts` keeps what languages share. Raises LocalizeError."""
    for tag in (market.language, *market.extra_subtitles):
        if tag not in parts or (tag == market.language and parts[tag].spoken is None):
            parts[tag] = speak_language(studio, episode, listened, tag, tag == market.language, notice)
    notice(f"{market.name}: mix, mux, check")
    made = gather(studio, episode, listened, market, parts)
    with full_disk_said(out):
        return deliver(studio, episode, market, made, out)


def speak_language(
    studio: Studio, episode: Episode, listened: Listened, tag: str, aloud: bool, notice: Notice = lambda _text: None
) -> LanguagePart:
    """Translate into a language, and speak it where a market dubs it and it is not the episode's own."""
    notice(f"translate {tag}")
    translations, used = stages.translate(studio, episode, listened, tag)
    if not aloud or is_own(listened, tag):
        return LanguagePart(translations, None, used)
    notice(f"speak {tag}")
    translations = stages.fit_text(studio, episode, listened, tag, translations)
    spoken = stages.dub(studio, episode, listened, tag, translations)
    return LanguagePart(translations, spoken, [*used, *stages.speakers(studio, listened, tag)])


def is_own(listened: Listened, tag: str) -> bool:
    """Whether a language is the one that the episode speaks."""
    return tag.split("-")[0] == listened.transcript.language


def gather(
    studio: Studio, episode: Episode, listened: Listened, market: Market, parts: dict[str, LanguagePart]
) -> Ingredients:
    """Mix and measure what a market's variant is made of."""
    preset = studio.settings.loudness[market.loudness]
    own = parts[market.language]
    whisper = studio.engines.transcriber().identity()
    heard, left, bed, balance = None, None, "", None
    if own.spoken is None:
        programme = stages.original(studio, episode, preset)
    else:
        bed = stages.bed(studio, episode, listened)
        subject = f"{episode.name} {market.language}"
        programme = stages.mix(studio, episode, bed, own.spoken.track, preset, subject)
        if market.language.split("-")[0] in readback.JUDGED:
            heard = hearing.read_back(studio, episode, own.spoken.track, market.language)
        left = hearing.left_speech(studio, episode, listened, bed)
        balance = hearing.balance(studio, episode, listened, bed, own.spoken.track)
    engines = [whisper] if listened.transcript.origin == "asr" else []
    for tag in (market.language, *market.extra_subtitles):
        engines += [e for e in parts[tag].engines if e not in engines]
    return Ingredients(
        listened,
        own.translations,
        {t: parts[t].translations for t in market.extra_subtitles},
        own.spoken,
        programme,
        bed,
        stages.cuts(studio, episode),
        heard,
        left,
        balance,
        engines,
        {t: stages.notes(studio, episode, listened, t) for t in (market.language, *market.extra_subtitles)},
    )
