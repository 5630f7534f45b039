"""A check from what was found, and which check reads which flag."""

from __future__ import annotations

from ..records import Check, Flag, Verdict

# the check that reads each flag
READ_BY: dict[Flag, str] = {
    Flag.UNKNOWN_SPEAKER: "sources", Flag.NAME_UNSURE: "sources", Flag.FUZZY_MEMORY: "sources", Flag.BANNED_WORD: "banned words",
    Flag.NAME_MISSED: "names", Flag.UNTRANSLATED: "translated", Flag.SOURCE_WORDS: "source words",
    Flag.SHORTENED: "shortened by rule", Flag.NO_CLIP: "clips", Flag.ERROR: "clips", Flag.CUT_OFF: "clips", Flag.FAST: "rate",
    Flag.TOO_LONG: "fit", Flag.LATE: "fit", Flag.RETAKE: "retakes", Flag.MISREAD: "heard", Flag.UNREAD: "read aloud",
    Flag.DROPPED: "read aloud", Flag.NO_SUBTITLE: "sources", Flag.NOT_HEARD: "sources", Flag.PICTURE_UNSURE: "sources",
    Flag.HEARD_OTHERWISE: "sources", Flag.SENTENCE_PARTED: "said once",
    Flag.UNSURE_WORDS: "transcript", Flag.OTHER_IN_NOISE: "transcript", Flag.NOT_UNDERSTOOD: "sources", Flag.OTHER_VOICE: "voices",
    Flag.NO_VOICE: "lines heard",
}  # fmt: skip


def check(name: str, bad: Verdict, found: list[str], figure: str, limit: str) -> Check:
    """`bad` where something was found, with the first twelve of it; else a pass."""
    return Check(name, bad if found else Verdict.PASS, figure, limit, listed(found))


def listed(found: list[str]) -> str:
    """The first twelve of a list, and how many more there are."""
    return ", ".join(found[:12]) + (f" and {len(found) - 12} more" if len(found) > 12 else "")
