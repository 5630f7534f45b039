"""Who speaks, as cues tell it: each case is a cue of one scene."""

from __future__ import annotations

from .case import Case


def cue(name: str, why: str, text: str, *lines: tuple[str, str], seen: str = "", scene: str = "who", **more: object) -> Case:
    """A cue and its lines."""
    return Case(name=name, kind="speakers", why=why, seen=seen, scene=scene, cue=text, lines=lines, because=None, **more)  # type: ignore[arg-type]


CASES = (
    cue("phone", "how it is said beside the name", "SUMMER (on phone): I know.", ("Summer", "I know.")),
    cue("number", "a number in the name", "MAN #2: Run!", ("Man #2", "Run!")),
    cue("apostrophe", "an apostrophe in the name", "O’NEIL: Not today.", ("O'Neil", "Not today.")),
    cue("title", "a title and a dot in the name", "DR. LI: He lives.", ("Dr. Li", "He lives.")),
    cue("cause", "a colon inside a sentence", "Cause of death: poison.", ("", "Cause of death: poison."), seen="SubtitleEdit/subtitleedit#1711"),
    cue("dashes", "two people in one cue", "- Your father is gone.\n- Northwind is mine!", ("", "Your father is gone."), ("", "Northwind is mine!")),
    cue("chevrons", "two people behind chevrons", ">> Who is it?\n>> Only me.", ("", "Who is it?"), ("", "Only me.")),
    cue("label", "a name in brackets", "[Vivian] Come closer.", ("Vivian", "Come closer.")),
    cue("above", "a known name in a row of its own", "VIVIAN\nClose the door, now.", ("Vivian", "Close the door, now.")),
    cue("called", "a name that is called out above another shout", "VIVIAN\nSTOP!", ("", "VIVIAN STOP!")),
    cue("angled", "a known name in angle brackets", "<VIVIAN> Come in, then.", ("Vivian", "Come in, then.")),
    cue("letters", "a name in spaced letters", "V I V I A N: Sit down.", ("Vivian", "Sit down.")),
    cue("accent", "letters with accents in capitals", "MÃE: Sai daqui!", ("Mãe", "Sai daqui!")),
    cue("fyi", "letters before a colon that are nobody", "FYI: the door is locked.", ("", "FYI: the door is locked.")),
    cue("important", "a word before a colon that is nobody", "Important: tell no one.", ("", "Important: tell no one.")),
    cue("detective", "a rank with a dot in the name", "DET. JONES: Hands up!", ("Det. Jones", "Hands up!")),
    cue("bullets", "two people behind bullets", "• Wait for me.\n• Hurry up.", ("", "Wait for me."), ("", "Hurry up.")),
    cue("upstairs", "a name of five words in capitals", "THE OLD WOMAN FROM UPSTAIRS: Quiet down there!",
        ("The Old Woman From Upstairs", "Quiet down there!")),
    cue("plus", "the plus of a sentence that goes on", "+ Wait for the others.", ("", "Wait for the others.")),
    cue("stroke", "a stroke for slanted words", "/Nobody is home.", ("", "Nobody is home.")),
    cue("middle", "a colon that lists: it may be a name, and is not taken for one",
        "He wore two things, John: an earring and long hair.", ("", "He wore two things, John: an earring and long hair."),
        seen="SubtitleEdit/subtitleedit#3318"),
    cue("clock", "a time of day is no name", "He showed up last night at 10:42 pm.", ("", "He showed up last night at 10:42 pm."),
        seen="SubtitleEdit/subtitleedit#3318"),
    cue("mcgee", "a small letter inside a name in capitals", "McGEE: Open the gate.", ("McGEE", "Open the gate."),
        seen="SubtitleEdit/subtitleedit#10654"),
    cue("inline", "a sound in capitals before a colon, after a sentence", "Really? LAUGHS: Yeah.", ("", "Really? Yeah."),
        seen="SubtitleEdit/subtitleedit#3804", sounds=("laughs",)),
    cue("inbrackets", "a name in brackets and a colon, after a sentence", "I'm trying to! (MASTER): Faster now. Leave.",
        ("", "I'm trying to!"), ("Master", "Faster now. Leave."), seen="SubtitleEdit/subtitleedit#621"),
    cue("nurse", "a name or a sentence: taken as said, for a person to see", "The Night Nurse From Ward: Sleep well.",
        ("", "The Night Nurse From Ward: Sleep well."), told=("before a colon",)),
    cue("recap", "a label of one capital word and a small first letter", "Robert: what do you think?", ("Robert", "what do you think?"),
        seen="SubtitleEdit/subtitleedit#2460"),
    Case(name="voices", kind="speakers", why="voice spans and name fields", beside={
        ".vtt": "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Summer>Hello there.</v>\n\n00:04.000 --> 00:06.000\n<v.loud Grant>Goodbye.\n"},
        lines=(("Summer", "Hello there."), ("Grant", "Goodbye."))),
)  # fmt: skip
