"""Text as people type it: each case is a cue of one scene, translated into Brazilian Portuguese by the engine that is here,
or by the studio where `given` has its words."""

from __future__ import annotations

from .case import Case


def cue(name: str, why: str, text: str, line: str = "", seen: str = "", scene: str = "text", **more: object) -> Case:
    """A cue, and its line where it is not the cue's own words."""
    return Case(name=name, kind="text", why=why, seen=seen, scene=scene, cue=text, lines=(("", line or text),), market="pt",
                because=None, **more)  # type: ignore[arg-type]  # fmt: skip


CASES = (
    cue("shout", "a shouted line is translated whole, and shouted", "NOBODY LEAVES THIS ROOM!", lacks=("NOBODY", "LEAVES", "ROOM", "quarto!")),
    cue("decomposed", "a name in decomposed letters is locked", "Rene\u0301e is waiting.", "Renée is waiting.", holds=("Renée",)),
    cue("typographic", "a name with a typographic apostrophe is locked", "O’Neil is waiting.", "O'Neil is waiting.", holds=("O'Neil",)),
    cue("heart", "a heart in letters", "I <3 you.", "I \u2665 you.", lacks=("&", "<")),
    cue("entity", "entities", "Run &amp; hide.", "Run & hide.", lacks=("amp",)),
    cue("breaktag", "a line break of HTML", "Come home<br>with me.", "Come home with me.", lacks=("<", "br>")),
    cue("breakass", "a line break of ASS", "Come home\\Nwith me.", "Come home with me.", lacks=("\\",)),
    cue("curly", "curly quotes", "She said “never” to me.", 'She said "never" to me.'),
    cue("soft", "soft hyphens and a direction mark", "Nor\u00admally I would\u200f wait.", "Normally I would wait."),
    cue("wide", "full-width letters and marks", "Ｓｔｏｐ ｎｏｗ！", "Stop now!"),
    cue("family", "an emoji of several people", "Look \U0001f468\u200d\U0001f469\u200d\U0001f467 there."),
    cue("ligature", "letters drawn as one", "The \ufb01rst o\ufb03ce is closed.", "The first office is closed."),
    cue("object", "the mark of a thing that was pasted in", "Wait \ufffcfor me.", "Wait for me."),
    cue("same", "the same in both languages is a translation", "No, no, no, no!", scene="given", given="Não, não, não, não!", holds=("Não, não",)),
    cue("nameonly", "a name alone", "Ana!", scene="given", given="Ana!", holds=("Ana!",), seen="WeblateOrg/weblate#579"),
    cue("fine", "a word alone that both languages have", "OK.", scene="given", given="OK.", holds=("OK.",), seen="WeblateOrg/weblate#2167"),
    cue("waves", "waves round a line", "~ Wait for me. ~", "Wait for me.", lacks=("~",)),
    cue("stressed", "underscores round a stressed word", "I am _so_ tired of you.", "I am so tired of you.", lacks=("_",)),
    cue("template", "a place that was never filled in", "Good night, {name}.", "Good night, name.", told=("never filled in",)),
    cue("cuttag", "a tag whose end was lost", "Come home</font", "Come home", lacks=("<", "font")),
    cue("stutter", "a stutter", "W-what?", said="wuh, what?"),
    cue("hush", "a sound that is said", "Shh!", said="Shush!"),
    cue("telephone", "a telephone number", "Call 555-0199.", said="Call five five five, zero one nine nine."),
    cue("date", "a date the American way", "We met on 07/04/2026.", lacks=("07/04/2026",)),
    cue("short", "\"No.\" is a word, not a number", "No. I won't.", said="No. I won't."),
    cue("money", "money with cents and a separator", "You owe me $3,250.50 now.",
        said="You owe me three thousand two hundred fifty dollars and fifty cents now.", seen="elevenlabs/elevenlabs-docs#896"),
    cue("time", "a time of day and a decimal", "It is 1:49 PM and pi is 3.14.", said="It is one forty-nine P-M and pi is three point one four.",
        seen="FluidInference/FluidAudio#711"),
    cue("long", "a telephone number of eleven figures", "Call me at 135-4567-8900.",
        said="Call me at one three five, four five six seven, eight nine zero zero.", seen="0xShug0/audio.cpp#259"),
    cue("after", "words right behind a time", "Come at 3:30 this afternoon.", said="Come at three thirty this afternoon.",
        seen="NickMonrad/kernel-ai-assistant#1486"),
    cue("street", "abbreviations that end in a dot", "Dr. Li lives on Sunset Blvd.", said="doctor Li lives on Sunset boulevard",
        seen="kyutai-labs/pocket-tts#76"),
)  # fmt: skip
