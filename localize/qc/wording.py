"""Checks of the words: what a market bans, what is still the source's language, what a rule changed, what a voice was
left with."""

from __future__ import annotations

from ..records import Check, Flag, Translation, Verdict
from .check import check, listed
from .variant import Variant


def marked(translations: tuple[Translation, ...], flag: Flag) -> list[str]:
    """ "L003 (es-419)" of each translation that carries a flag."""
    return [f"{t.line_id} ({t.language})" for t in translations if any(flag.marks(f) for f in t.flags)]


def every(v: Variant) -> tuple[Translation, ...]:
    """The translations of the market's language and of its further subtitles."""
    return (*v.translations, *(t for ts in v.extra_translations.values() for t in ts))


def banned(v: Variant) -> Check:
    """No word stands that the market forbids and the bible has no other word for."""
    found = marked(every(v), Flag.BANNED_WORD)
    return check("banned words", Verdict.FAIL, found, f"{len(found)} lines", "none")


def source_words(v: Variant) -> Check:
    """No word of the source's language is left in a translation."""
    found = marked(every(v), Flag.SOURCE_WORDS)
    return check("source words", Verdict.REVIEW, found, f"{len(found)} lines", "none")


def shortened(v: Variant) -> Check:
    """Lines that a rule made shorter are named; only words that exist were written."""
    found = marked(every(v), Flag.SHORTENED)
    return Check("shortened by rule", Verdict.PASS, f"{len(found)} lines", "named here", listed(found))


def read(v: Variant) -> Check:
    """The voice was given words: nothing was left to it as it stands. Emoji are dropped and named."""
    flags = [(t.line_id, f) for t in v.takes for f in t.flags]
    unread = [f"{line}: {f}" for line, f in flags if Flag.UNREAD.marks(f)]
    dropped = [f"{line}: {f}" for line, f in flags if Flag.DROPPED.marks(f)]
    made = check("read aloud", Verdict.REVIEW, unread, f"{len(unread)} lines left to the voice", "none")
    if unread or not dropped:
        return made
    return Check(made.name, Verdict.PASS, made.figure, made.limit, listed(dropped))


def retakes(v: Variant) -> Check:
    """Takes that could not be spoken at the wanted pace are named: they were stretched instead."""
    found = [f"{t.line_id}: {f}" for t in v.takes for f in t.flags if Flag.RETAKE.marks(f)]
    return Check("retakes", Verdict.PASS, f"{len(found)} lines", "named here", listed(found))


def voices(v: Variant) -> Check:
    """Everybody speaks with the voice that the cast gives them."""
    found = [f"{t.line_id}: {f}" for t in v.takes for f in t.flags if Flag.OTHER_VOICE.marks(f)]
    return check("voices", Verdict.REVIEW, found, f"{len(found)} lines by another", "the cast's")
