"""Cues and lines that are not one to one, and times as programs write them."""

from __future__ import annotations

from .case import Case, srt, vtt

TWO = srt((1000, 2500, "ANA: When you get home,"), (2600, 4500, "ANA: call me."), (6000, 7500, "LUIS: I will."))
TWO_LINES = (("Ana", "When you get home,"), ("Ana", "call me."), ("Luis", "I will."))
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20
Style: Signs,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,Go away.
Dialogue: 0,0:00:01.00,0:00:03.00,Signs,,0,0,0,,{\\an8}No entry
"""
SAMI = """<SAMI><HEAD><STYLE TYPE="text/css"><!--
.ENCC {Name:English; lang:en-US;}
.KRCC {Name:Korean; lang:ko-KR;}
--></STYLE></HEAD><BODY>
<SYNC Start=1000><P Class=ENCC>Go away.
<SYNC Start=1000><P Class=KRCC>가세요.
<SYNC Start=3000><P Class=ENCC>&nbsp;
<SYNC Start=3000><P Class=KRCC>&nbsp;
<SYNC Start=4000><P Class=ENCC>Fine.
<SYNC Start=6000><P Class=ENCC>&nbsp;
</BODY></SAMI>"""
ONE = srt((1000, 4500, "ANA: Go away. Never come back."), (6000, 7500, "LUIS: As you wish."))


def case(name: str, why: str, text: str, lines: tuple[str, ...], *rows: str, seen: str = "", ending: str = ".srt", **more: object) -> Case:
    """A transcript whose speakers are not told."""
    return Case(name=name, kind="cues", why=why, seen=seen, beside={ending: text}, lines=tuple(("", t) for t in lines),
                set_right=rows, **more)  # type: ignore[arg-type]  # fmt: skip


CASES = (
    Case(name="merged", kind="cues", why="one cue of the translation for two lines is said once",
         beside={".srt": TWO, ".pt-BR.srt": srt((1000, 4500, "Me ligue quando chegar em casa."), (6000, 7500, "Vou ligar."))},
         market="pt", lines=TWO_LINES, shown=("Me ligue quando chegar em casa.", "Vou ligar."), set_right=()),
    Case(name="split", kind="cues", why="two cues of the translation for one line are joined",
         beside={".srt": ONE, ".pt-BR.srt": srt((1000, 2500, "Vá embora."), (2600, 4500, "Nunca mais volte."), (6000, 7500, "Como quiser."))},
         market="pt", lines=(("Ana", "Go away. Never come back."), ("Luis", "As you wish.")),
         holds=("Vá embora. Nunca mais volte.", "Como quiser."), set_right=()),
    Case(name="nobody", kind="cues", why="a cue of the translation where nobody speaks",
         beside={".srt": ONE, ".pt-BR.srt": srt((1000, 4500, "Vá embora. Nunca mais volte."), (6000, 7500, "Como quiser."), (9000, 10500, "Tradução: Marta."))},
         market="pt", holds=("Como quiser.",), lacks=("Marta",), because=("studio's files",), told=("cue 3 stands where nobody speaks",)),
    Case(name="without", kind="cues", why="a line that the translation has no cue for",
         beside={".srt": ONE, ".pt-BR.srt": srt((1000, 4500, "Vá embora. Nunca mais volte."))},
         market="pt", because=None, told=("no cue for L002",)),
    case("inside", "a cue within another's time: both are said", srt((1000, 6000, "Stop it right now!"), (2000, 3000, "Never!")),
         ("Stop it right now!", "Never!"), times=((1000, 6000), (2000, 3000))),
    case("roll", "captions that roll up are said once",
         srt((1000, 2000, "come home"), (2000, 2010, "come home"), (2010, 4000, "come home\nwith me"), (4000, 6000, "with me\nnow")),
         ("come home", "with me", "now"), "roll up"),
    case("grow", "captions that grow word by word", srt((1000, 1500, "Come"), (1500, 2000, "Come home"), (2000, 3000, "Come home now")),
         ("Come home now",), "grows", times=((1000, 3000),)),
    case("instant", "a cue of one ms", srt((2000, 2001, "Run!"), (5000, 6500, "I said run.")), ("Run!", "I said run."), "without length"),
    case("onestart", "two cues with one start", srt((2000, 2000, "Wait."), (2000, 4000, "I cannot wait.")),
         ("Wait.", "I cannot wait."), "without length", because=("cue times",)),
    case("backwards", "a cue that ends before it starts", srt((3000, 1000, "Turn around.")), ("Turn around.",), "ends before", times=((1000, 3000),)),
    case("past", "a cue after the picture's end: named, and the rest is made",
         srt((1000, 3000, "Stay here."), (4000, 6000, "I will."), (40000, 42000, "Nobody hears this.")), ("Stay here.", "I will."),
         because=("studio's files",), told=("cue 3 stands past",)),
    case("tape", "a tape's clock", srt((3601000, 3603000, "Roll it."), (3605000, 3606000, "Cut.")), ("Roll it.", "Cut."), "1 h",
         times=((1000, 3000), (5000, 6000))),
    case("half", "\"01,5\" is half a second", "1\n00:00:01,5 --> 00:00:02,5\nHalf past.\n", ("Half past.",), "decimals", times=((1500, 2500),)),
    case("hours", "times without hours and numbers", "00:01,000 --> 00:03,000\nNo hours.\n\n00:05,000 --> 00:06,500\nNone at all.\n",
         ("No hours.", "None at all."), "hours left out", "numbers", times=((1000, 3000), (5000, 6500))),
    case("points", "times with points for colons", "1\n00.00.01,000 --> 00.00.03,000\nOver here.\n\n2\n00.00.04,000 --> 00.00.06,000\nComing.\n",
         ("Over here.", "Coming."), "points for colons", times=((1000, 3000), (4000, 6000))),
    case("signs", "a sign's text in a style of its own is not said", ASS, ("Go away.",), "text of the picture",
         times=((1000, 3000),), ending=".ass", lacks=("No entry",)),
    Case(name="twotongues", kind="cues", why="captions in two languages in one file: the first is read, and a person told",
         beside={".smi": SAMI}, lines=(("", "Go away."), ("", "Fine.")), times=((1000, 3000), (4000, 6000)),
         because=("studio's files",), told=("2 languages",)),
    case("order", "cues that are not in order", srt((8000, 9500, "Third."), (1000, 2500, "First."), (4000, 5500, "Second.")),
         ("First.", "Second.", "Third."), "in order", seen="nova-video-player/aos-AVP#1510"),
    case("clocktext", "two clock times in what is said", srt((1000, 5000, "Meet at 10:00:00,000 to 11:00:00,000 tomorrow."), (6000, 7500, "Fine.")),
         ("Meet at 10:00:00,000 to 11:00:00,000 tomorrow.", "Fine."), seen="tkarabela/pysubs2#115"),
    case("cliptext", "a clip's time in what is said", srt((1000, 4000, "Jump to 00:01:23,456 in the recording."), (6000, 7500, "Done.")),
         ("Jump to 00:01:23,456 in the recording.", "Done."), seen="harry0703/MoneyPrinterTurbo#1391"),
    case("rows", "a sentence whose two rows are two cues of one time",
         vtt(("00:01.000 --> 00:04.000 position:36.67%,start line:79.29%", "<c.white>So you came back</c>"),
             ("00:01.000 --> 00:04.000 position:23.33%,start line:84.62%", "<c.white>to the house of my father?</c>")),
         ("So you came back", "to the house of my father?"), "marks of position", seen="SubtitleEdit/subtitleedit#10444", ending=".vtt"),
    case("overlap", "cues that overlap by less than a second", srt((1000, 2900, "First thing."), (2100, 3600, "Second thing.")),
         ("First thing.", "Second thing."), times=((1000, 2900), (2100, 3600)), seen="captioning/captioning#60"),
    case("adjacent", "a cue that starts where the last one ends is one cue of its own",
         vtt(("00:00:02.533 --> 00:00:03.950", "As a daughter, I"), ("00:00:03.950 --> 00:00:06.350", "have seen what it does.")),
         ("As a daughter, I", "have seen what it does."), times=((2533, 3950), (3950, 6350)),
         seen="androidx/media#1177", ending=".vtt"),
    Case(name="bilingual", kind="cues", why="two languages in each cue: no transcript of either",
         beside={".srt": srt((1000, 3000, "你为什么骗我？\nWhy did you lie to me?"), (4000, 6000, "我没有骗你。\nI did not lie to you."))},
         because=("studio's files",), told=("not in the language of the episode",)),
    Case(name="cyrillic", kind="cues", why="the transcript of another language, in an old encoding of its own",
         beside={".srt": srt((1000, 3000, "Почему ты мне солгал?"), (4000, 6000, "Я никогда тебя не любила.")).encode("koi8_r")},
         because=("studio's files",), told=("not in the language of the episode",)),
)  # fmt: skip
