"""Transcripts as studios send them: 400 made from every kind of oddity, and the kinds one by one."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localize import encodings
from localize.errors import SidecarError
from localize.transcript import cue_files, cue_text, cue_times, studio_cues
from localize.transcript.cue_text import Known, Turn
from tests.localize.at_once import at_once

DURATION = 90_000
NAMES = ["Summer", "Grant", "O’Neil", "Dr. Li", "林晚", "समर"]
KNOWN = Known({"summer": "Summer", "grant": "Grant", "o'neil": "O’Neil", "dr li": "Dr. Li"})


def said(text: str, speaker: str = "") -> list[Turn]:
    return cue_text.turns(text, speaker, KNOWN)


# --- who and what is in a cue ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("SUMMER (on phone): I know.", [("Summer", "I know.")]),
        ("MAN #2: Run!", [("Man #2", "Run!")]),
        ("O’NEIL: No.", [("O’Neil", "No.")]),
        ("DR. LI: He lives.", [("Dr. Li", "He lives.")]),
        ("Mrs. Orwell: Tea?", [("Mrs. Orwell", "Tea?")]),
        ("JACK AND JILL: Yes!", [("Jack and Jill", "Yes!")]),
        ("林晚：你好", [("林晚", "你好")]),
        ("समर: चलो", [("समर", "चलो")]),
        ("MÃE: Sai daqui!", [("Mãe", "Sai daqui!")]),
        ("[Summer] Come.", [("Summer", "Come.")]),
        ("SUMMER:\nI am home.", [("Summer", "I am home.")]),
        ("Man on phone: Hello?", [("Man", "Hello?")]),
        ("Cause of death: poison.", [("", "Cause of death: poison.")]),
        ("Remember: never.", [("", "Remember: never.")]),
        ("Rule one: run.", [("", "Rule one: run.")]),
        ("Room 12: locked.", [("", "Room 12: locked.")]),
        ("Chapter One: Ashes.", [("", "Chapter One: Ashes.")]),
        ("SPEAKER_00: hi", [("Speaker_00", "hi")]),
        ("死因：中毒", [("", "死因：中毒")]),
        ("Come at 10:30.", [("", "Come at 10:30.")]),
        ("- Your father is gone.\n- Northwind is mine!", [("", "Your father is gone."), ("", "Northwind is mine!")]),
        ("- SUMMER: Hi.\n- GRANT: Bye.", [("Summer", "Hi."), ("Grant", "Bye.")]),
        ("— Não sei. — Sabe sim.", [("", "Não sei."), ("", "Sabe sim.")]),
        ("Stop.\n- Why?", [("", "Stop."), ("", "Why?")]),
        ("I told you\n— never again", [("", "I told you never again")]),
        (">> Who is it? >> Me.", [("", "Who is it?"), ("", "Me.")]),
        ("<v Summer>Hello</v> <v.loud Grant>Hi", [("Summer", "Hello"), ("Grant", "Hi")]),
        ("It is -5 degrees.", [("", "It is -5 degrees.")]),
        ("-5 degrees.", [("", "-5 degrees.")]),
    ],
)
def test_who_says_what_in_a_cue(text: str, speakers: list[tuple[str, str]]) -> None:
    assert [(t.speaker, t.text) for t in said(text)] == speakers


@pytest.mark.parametrize(
    ("text", "words", "manner", "sounds"),
    [
        ("[sighs] I can't. (whispers) Not now.", "I can't. Not now.", "whispered", ("sighs",)),
        ("♪ la la la ♪", "", "", ("♪ la la la ♪",)),
        ("Listen! ♪ la la", "Listen!", "", ("♪ la la ♪",)),
        ("# Happy birthday #", "", "", ("♪ Happy birthday ♪",)),
        ("<i>I never left.</i>", "I never left.", "italics", ()),
        ("(off) Come in.", "Come in.", "off screen", ()),
        ("MOTHER (V.O.): Sleep.", "Sleep.", "voice over", ()),
        ("[Door slams] Get out!", "Get out!", "", ("Door slams",)),
        ("[dramatic music", "", "", ("dramatic music",)),
        ("playing] Run!", "Run!", "", ("playing",)),
        ("*sighs* No.", "No.", "", ("sighs",)),
        ("I'm *so* tired.", "I'm so tired.", "", ()),
        ("SUMMER (CONT'D): And you?", "And you?", "", ()),
        ("(whispers)", "", "", ("whispers",)),
        ("(Don't tell her now.)", "Don't tell her now.", "as an aside", ()),
        ("{\\an8}{\\k20}Sum{\\k30}mer", "Summer", "", ()),
        ("&lt;i&gt;Hi&lt;/i&gt; &amp; bye", "Hi & bye", "", ()),
        ("I\u200b am\u00ad\u200e\u00a0here", "I am here", "", ()),
        ("No <quién>.", "No quién.", "", ()),
        ("<ruby>林<rt>lin</rt></ruby>", "林", "", ()),
    ],
)
def test_what_is_not_said_is_kept_apart(text: str, words: str, manner: str, sounds: tuple[str, ...]) -> None:
    (turn,) = said(text)
    assert (turn.text, turn.sounds) == (words, sounds)
    if words and manner:
        assert turn.manner == manner


def test_a_name_that_a_file_repeats_is_a_speaker() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n{0}: Ven.\n\n2\n00:00:03,000 --> 00:00:04,000\n{0}: Ya.\n"
    read = studio_cues.parse(text.format("The Night Nurse From Ward").encode(), "E.srt", DURATION)
    assert {s.speaker for s in read.said} == {""}  # five words are a sentence, once or twice
    read = studio_cues.parse(text.format("Night Nurse").encode(), "E.srt", DURATION)
    assert {s.speaker for s in read.said} == {"Night Nurse"}


# --- times -----------------------------------------------------------------------------------------------------


def read(text: str, duration_ms: int = 10_000) -> studio_cues.Read:
    return studio_cues.parse(text.encode(), "E.srt", duration_ms, NAMES)


def spans(text: str, duration_ms: int = 10_000) -> list[tuple[int, int, str]]:
    return [(s.start_ms, s.end_ms, s.text) for s in read(text, duration_ms).said]


def test_times_are_set_right_and_noted() -> None:
    assert spans("00:01,5 --> 00:02,5\nHi\n") == [(1500, 2500, "Hi")]
    assert spans("1\n01:00:01:12 --> 01:00:02:00\nHi\n") == [(1480, 2000, "Hi")]
    assert spans("1\n00:00:01.000 -> 00:00:02.000 X1:10 X2:20\nHi\n") == [(1000, 2000, "Hi")]
    assert spans("1\n00:00:01,000 00:00:02,000\nHi\n") == [(1000, 2000, "Hi")]
    assert spans("1\n-00:00:01,000 --> 00:00:02,000\nHi\n") == [(0, 2000, "Hi")]
    assert spans("1\n00:00:02,000 --> 00:00:01,000\nHi\n") == [(1000, 2000, "Hi")]
    assert spans("1\n00:00:09,000 --> 00:00:19,000\nHi\n") == [(9000, 10_000, "Hi")]
    assert any("half" in n or "decimals" in n for n in read("00:00:01,5 --> 00:00:02,5\nHi\n").notes)
    same = spans("1\n00:00:05,000 --> 00:00:05,000\nB\n\n2\n00:00:05,000 --> 00:00:07,000\nC\n")
    assert same == [(5000, 5700, "B"), (5000, 7000, "C")]
    over = spans("1\n00:00:01,000 --> 00:00:04,000\nStop it!\n\n2\n00:00:02,000 --> 00:00:03,000\nNever!\n")
    assert over == [(1000, 4000, "Stop it!"), (2000, 3000, "Never!")]


def test_captions_that_roll_up_are_said_once_and_two_who_say_the_same_twice() -> None:
    rolling = (
        "1\n00:00:01,000 --> 00:00:02,000\ncome home\n\n2\n00:00:02,000 --> 00:00:02,010\ncome home\n\n"
        "3\n00:00:02,010 --> 00:00:04,000\ncome home\nwith me\n\n4\n00:00:04,000 --> 00:00:06,000\nwith me\nnow\n"
    )
    assert [t for _a, _b, t in spans(rolling)] == ["come home", "with me", "now"]
    stamped = (
        "WEBVTT\n\n00:01.000 --> 00:03.000\n \ncome<00:00:01.500><c> home</c>\n\n00:03.000 --> 00:03.010\ncome home\n \n\n"
        "00:03.010 --> 00:05.000\ncome home\nwith<00:00:03.500><c> me</c>\n\n00:05.000 --> 00:05.010\nwith me\n \n\n"
        "00:05.010 --> 00:07.000\nwith me\nright<00:00:05.500><c> now</c>\n"
    )
    assert [t for _a, _b, t in spans(stamped)] == ["come home", "with me", "right now"]
    growing = "00:00:01,000 --> 00:00:01,500\nCome\n\n00:00:01,500 --> 00:00:02,000\nCome home\n\n00:00:02,000 --> 00:00:03,000\nCome home now\n"
    assert spans(growing) == [(1000, 3000, "Come home now")]
    both = "1\n00:00:01,000 --> 00:00:02,000\nNo!\n\n2\n00:00:02,000 --> 00:00:03,000\nNo!\n\n3\n00:00:03,000 --> 00:00:04,000\nGo.\n"
    assert [t for _a, _b, t in spans(both)] == ["No!", "No!", "Go."]


def test_what_may_mean_two_things_is_told_on_its_line_and_what_was_set_right_by_kind() -> None:
    cues = [(1, "The Night Nurse From Ward: Sleep."), (3, "No &amp; yes\u00ad."), (5, "Who <quién> is it?"), (7, "Caf\ufffd.")]
    found = read("".join(f"00:00:0{at},000 --> 00:00:0{at + 1},000\n{text}\n\n" for at, text in cues))
    doubts = [s.doubt for s in found.said]
    assert "before a colon" in doubts[0]
    assert doubts[1] == ""
    assert "<quién> is taken as words" in doubts[2]
    assert "lost" in doubts[3]
    rows = {r.what: (r.count, r.example) for r in found.set_right}
    assert rows["entities read as the characters they stand for"] == (1, "cue 2")
    assert rows["characters that cannot be seen taken out"] == (1, "cue 2")
    lost = read("Translated by nobody\n1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\n00:00:40,000 --> 00:00:41,000\nBye\n", 10_000)
    assert "Translated by nobody" in lost.doubts[0]
    assert "past the episode's end" in lost.doubts[0]


def test_a_number_that_is_said_is_no_cue_number() -> None:
    text = "00:00:01,000 --> 00:00:02,000\n47\n\n00:00:03,000 --> 00:00:04,000\nGo.\n"
    assert [t for _a, _b, t in spans(text)] == ["47", "Go."]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "holds no line"),
        (b"hello\nworld", "holds no line"),
        (bytes(range(256)) * 4, "is no text"),
        (b"1\n00:00:50,000 --> 00:00:52,000\nx\n", "after the episode's end"),
        (b"<tt><body><p begin='x'>", "is no TTML"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n...\n", "holds no line"),
    ],
)
def test_what_cannot_be_this_episode_s_is_refused_in_one_line(data: bytes, says: str) -> None:
    with pytest.raises(SidecarError, match=says):
        studio_cues.parse(data, "E.srt", 10_000)


OTHERS = {
    "vtt": "WEBVTT\n\nNOTE a\nb\n\nSTYLE\n::cue {}\n\nfirst\n00:01.000 --> 00:02.000 line:84%\n<v Summer>Hi <c.red>you</c>\n",
    "ass": "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,x\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Summer,0,0,0,,{\\pos(1,2)\\k5}Hi\\Nyou\n"
    "Dialogue: 0,x,0:00:02.00,Default,Summer,0,0,0,,Bad\nComment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,no\n",
    "ttml": '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
    'xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25"><head><metadata><ttm:agent xml:id="a" '
    'type="person"><ttm:name>Summer</ttm:name></ttm:agent></metadata></head><body><div begin="1s">'
    '<p begin="0s" dur="25f" ttm:agent="a">Hi<br/>you</p></div></body></tt>',
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_formats_give_the_same_line(kind: str) -> None:
    (one,) = studio_cues.parse(OTHERS[kind].encode(), f"E.{kind}", 10_000).said
    assert (one.start_ms, one.end_ms, one.text, one.speaker) == (1000, 2000, "Hi you", "Summer")


def test_ttml_that_we_write_is_read_as_it_was() -> None:
    from localize.records import Cue
    from localize.subtitles.formats import Canvas, to_ttml

    written = to_ttml(
        [Cue(500, 2000, "Hola, Summer.\n¿Vienes & vas?", "L1")], "es-419", Canvas(1080, 1920, 26, "Noto Sans")
    )
    (one,) = studio_cues.parse(written.encode(), "E.ttml", 5000).said
    assert (one.start_ms, one.end_ms, one.text) == (500, 2000, "Hola, Summer. ¿Vienes & vas?")


# --- encodings -------------------------------------------------------------------------------------------------

SPANISH = "¿Dónde está mi corazón?\nMañana vendrá mi niño, según él. ¡Adiós, mamá! No sé qué pasó aquí."
PORTUGUESE = "Você não é minha mãe. A mansão é só nossa, avó. Três corações à espera, irmã."
CHINESE = "林晚，你终于回来了。这是我们的家，谁也不能带走它！"
FRENCH = "C’est déjà réglé — “jamais”, mon père. Où êtes-vous allé ?"
ENGLISH = "I’m not yours — “never.” Don’t wait… it’s over."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"]
)
@pytest.mark.parametrize("text", [SPANISH, PORTUGUESE, FRENCH, ENGLISH, "plain words only"])
def test_old_encodings_are_told_by_what_they_give(text: str, encoding: str) -> None:
    text = f"1\r\n00:00:01,000 --> 00:00:02,000\r\n{text}\r\n"
    found = encodings.decode(text.encode(encoding))
    assert found is not None
    assert found[0] == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
        ("Я не поеду домой, мама. Никогда!", "cp1251"),
        ("Почему ты мне солгал? Я никогда тебя не любила.", "koi8_r"),
        ("왜 나한테 거짓말했어? 난 널 사랑한 적 없어.", "cp949"),
        ("Proč jsi mi lhal, příteli? Nikdy jsem tě nemilovala.", "cp1250"),
        ("Dlaczego kłamałeś? Nigdy więcej.", "cp1250"),
        ("Miért hazudtál? Őrült vagy, tűnj el!", "cp1250"),
        ("Bana neden yalan söyledin, şerefsiz?", "cp1254"),
        ("Yarın sabah hastanenin önünde bekle, ağabey.", "cp1254"),
        (SPANISH, "cp850"),
        (PORTUGUESE, "cp850"),
    ],
)
def test_other_scripts_too(text: str, encoding: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"
    assert (encodings.decode(text.encode(encoding)) or ("",))[0] == text


SHORT = (
    "¿Quién? Él nunca, no.", "Ana María, ¿y tú?", "José no está.", "Señor, el corazón.", "Mañana será otro día.",
    "Você não é minha mãe.", "Coração, irmã!", "Até amanhã, avó.", "É óbvio.", "Não há pão.",
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("text", SHORT)
def test_one_western_line_is_not_taken_for_czech_or_turkish(text: str, encoding: str) -> None:
    assert (encodings.decode(f"1.5,2.5,Ana,{text}\n".encode(encoding)) or ("",))[0] == f"1.5,2.5,Ana,{text}\n"


def test_text_that_was_encoded_twice_is_brought_back() -> None:
    assert encodings.decode(SPANISH.encode().decode("latin-1").encode()) == (SPANISH, "UTF-8 encoded twice")
    assert encodings.decode(b"\x00\x01\x02" * 50) is None


# --- four hundred transcripts ----------------------------------------------------------------------------------

WORDS = {
    "latin": "nunca vendrás corazón mañana ¿dónde está él? ¡adiós! irmã coração não você quieres casa rojo 47".split(),
    "chinese": "你终于回来了 谁也不能带走它 这是我的家 我不知道 快走吧".split(),
    "hindi": "मैं घर नहीं जाऊँगी तुम कौन हो यह मेरा है".split(),
}
RICH = {"latin": "¿Dónde está mi corazón? Mañana vendrá el niño, ¡adiós, mamá!", "chinese": "这是我们的家，谁也不能带走它",
        "hindi": "मैं यहीं रहूँगी"}  # fmt: skip
# a word of its own for each cue: what overlaps and says the same is rightly taken once
FIRST = {"latin": "alba brisa cielo duna eco faro gris hielo".split(), "chinese": list("甲乙丙丁天地山水"),
         "hindi": "एक दो तीन चार पाँच छह सात आठ".split()}  # fmt: skip
ENCODINGS = {
    "latin": ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"],
    "chinese": ["utf-8", "utf-16", "gb18030"],
    "hindi": ["utf-8", "utf-8-sig", "utf-16"],
}
SOUNDS = [
    "[door slams]",
    "(zzsighs)",
    "♪ zzsong zzla ♪",
    "[ZZTHUNDER ROLLS]",
    "*gasps zz*",
    "【zzmúsica】",
    "（zzwind howls）",
]
MANNERS = ["(whispers)", "[shouting]", "(V.O.)", "(on phone)"]
HEARD = re.compile(r"(?i)zz|gasps|slams|whisper|shouting|v\.o|on phone")
MARKED = re.compile(r"[<>{}♪\[\]【】（）()*\u200b\u00ad\u200e\u2060\ufeff]|-->|&\w+;|\\|^[-–—]")


@dataclass
class Made:
    """A transcript, and what it must come to: by cue, its window and its words in order."""

    data: bytes
    name: str
    cues: list[tuple[int, int, list[str]]] = field(default_factory=list)


@st.composite
def utterance(draw: st.DrawFn, script: str, kind: str, first: str) -> tuple[str, list[str]]:
    """What one person says, as a file writes it, and its words."""
    words = [first, *draw(st.lists(st.sampled_from(WORDS[script]), max_size=6))]
    shown = list(words)
    if kind in ("srt", "vtt", "ass"):
        at = draw(st.integers(0, len(shown) - 1))
        wrap = {"srt": ["<i>{}</i>", "<b>{}</b>", '<font color="#fff">{}</font>', "{{\\an8}}{}", "{{\\k20}}{}", "{}"],
                "vtt": ["<i>{}</i>", "<c.yellow>{}</c>", "<00:00:01.000>{}", "{}&lrm;", "{}"],
                "ass": ["{{\\i1}}{}{{\\i0}}", "{{\\pos(3,4)\\fad(1,2)}}{}", "{{\\kf20}}{}", "{}"]}[kind]  # fmt: skip
        shown[at] = draw(st.sampled_from(wrap)).format(shown[at])
    gap = (
        draw(st.sampled_from([" ", " ", "\n", "\u00a0", " \u200b"]))
        if kind != "ass"
        else draw(st.sampled_from([" ", "\\N", "\\h"]))
    )
    if draw(st.booleans()):
        shown.insert(draw(st.integers(0, len(shown))), draw(st.sampled_from([*SOUNDS, *MANNERS])))
    return gap.join([" ".join(shown[:2]), *shown[2:]]), words


@st.composite
def cue_body(draw: st.DrawFn, script: str, kind: str, index: int) -> tuple[str, list[str]]:
    one, words = draw(utterance(script, kind, FIRST[script][index]))
    style = draw(st.sampled_from(["plain", "dash", "chevrons", "name", "voice", "phone"]))
    row = "\\N" if kind == "ass" else "\n"
    if style == "dash":
        two, more = draw(utterance(script, kind, FIRST[script][index]))
        dash = draw(st.sampled_from(["- ", "-", "– ", "— "]))
        return f"{dash}{one}.{row}{dash}{two}!", words + more
    if style == "chevrons":
        two, more = draw(utterance(script, kind, FIRST[script][index]))
        marks = "&gt;&gt;" if kind in ("vtt", "ttml") else ">>"
        return f"{marks} {one}.{row}{marks} {two}", words + more
    if style == "name":
        return f"{draw(st.sampled_from(['SUMMER', 'O’NEIL', 'MAN #2', 'DR. LI', 'Grant']))}: {one}", words
    if style == "phone":
        return f"SUMMER (on phone): {one}", words
    if style == "voice" and kind == "vtt":
        return f"<v Grant>{one}</v>", words
    return one, words


def clock(ms: int, kind: str, style: str) -> str:
    hours, minutes, seconds, rest = ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60, ms % 1000
    if kind == "ass":
        return f"{hours}:{minutes:02}:{seconds:02}.{rest // 10:02}"
    mark = "." if kind in ("vtt", "ttml") or style == "dot" else ","
    if style == "short" and kind in ("srt", "vtt"):
        return f"{minutes:02}:{seconds:02}{mark}{rest:03}"
    return f"{hours:02}:{minutes:02}:{seconds:02}{mark}{rest // 100 if style == 'tenths' else f'{rest:03}'}"


@st.composite
def transcripts(draw: st.DrawFn) -> Made:
    """A transcript of any kind, encoding and disorder."""
    kind = draw(st.sampled_from(["srt", "srt", "vtt", "ass", "ttml"]))
    script = draw(st.sampled_from(list(WORDS)))
    style = draw(st.sampled_from(["whole", "short", "dot", "tenths"]))
    numbered = draw(st.booleans())
    at, rows, cues = 0, [], []
    for index in range(draw(st.integers(1, 8))):
        start = at + 100 * draw(st.integers(0, 20))
        length = 100 * draw(st.sampled_from([0, 5, 12, 30, 60]))
        if index:
            body, words = draw(cue_body(script, kind, index))
        else:
            body, words = RICH[script], RICH[script].split()
            length = length or 1000
        rows.append((start, start + length, body))
        cues.append((start, start + max(length, 100), words))
        at = start + draw(st.sampled_from([0, 100, length, length + 100]))  # overlaps, one start, gaps
    order = draw(st.permutations(range(len(rows)))) if draw(st.booleans()) else range(len(rows))
    ends = draw(st.sampled_from(["\n", "\r\n", "\r"])) if kind != "ttml" else "\n"
    out = []
    for number, index in enumerate(order, 1):
        start, end, body = rows[index]
        a, b = clock(start, kind, style), clock(end, kind, style)
        if kind == "ass":
            out.append(f"Dialogue: 0,{a},{b},Default,,0,0,0,,{body}")
        elif kind == "ttml":
            said = body if "&" in body else body.replace("<", "&lt;")
            said = said.replace("\n", "<br/>")
            out.append(f'<p begin="{a}" end="{b}">{said}</p>')
        else:
            head = f"{number}\n" if numbered else ""
            place = draw(st.sampled_from(["", " line:84%" if kind == "vtt" else " X1:1 Y1:2"]))
            out.append(f"{head}{a} --> {b}{place}\n{body}\n")
    text = {
        "srt": "\n".join(out),
        "vtt": "WEBVTT\n\n" + "\n".join(out),
        "ass": "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, "
        "MarginV, Effect, Text\n" + "\n".join(out),
        "ttml": f'<tt xmlns="http://www.w3.org/ns/ttml"><body><div>{"".join(out)}</div></body></tt>',
    }[kind]
    encoding = draw(st.sampled_from(ENCODINGS[script] if kind != "ttml" else ["utf-8", "utf-16"]))
    text = text.replace("\n", ends)
    if encoding in ("cp1252", "mac_roman"):
        text = text.replace("\u200b", "")
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:  # notes and full-width brackets are in no old encoding
        data = text.encode("utf-8")
    return Made(data, f"E.{kind}", cues)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(transcripts())
def test_four_hundred_transcripts(made: Made) -> None:
    with at_once():
        found = studio_cues.parse(made.data, made.name, DURATION, NAMES)
    told = " ".join(s.text for s in found.said)
    for one in found.said:
        assert not HEARD.search(one.text), one.text
        assert not MARKED.search(one.text), one.text
        assert 0 <= one.start_ms < one.end_ms <= DURATION
    wanted = sorted(bare(w) for _a, _b, words in made.cues for w in words if bare(w))
    assert sorted(bare(w) for w in told.split() if bare(w)) == wanted
    latest = max(b for _a, b, _w in made.cues) + cue_times.LONGEST_MS  # a cue without length is given the time of its words
    assert all(s.end_ms <= latest for s in found.said)


def bare(word: str) -> str:
    return re.sub(r"[.,!?¿¡:]", "", word)


@pytest.mark.parametrize("kind", ["srt", "ass", "csv"])
def test_a_long_file_is_read_in_the_time_of_its_cues(kind: str) -> None:
    """20,000 cues took 8 s of processor time and take 2; a tenth of that must not take more than a second."""
    words = ["Where is my father?", "ANA: Gone.", "- He left.\n- When?", "<i>Nobody knows.</i>", "[door] Wait.", "(whispers) Go."]
    rows = [(n * 600, n * 600 + 550, words[n % len(words)]) for n in range(2000)]
    clock = "{:02}:{:02}:{:02}.{:02}".format
    times = [(clock(a // 3_600_000, a // 60_000 % 60, a // 1000 % 60, a // 10 % 100), b) for a, b, _t in rows]
    if kind == "srt":
        blocks = (f"{n}\n{at.replace('.', ',')}0 --> {at[:-2].replace('.', ',')}990\n{rows[n][2]}\n" for n, (at, _b) in enumerate(times))
        text = "\n".join(blocks)
    elif kind == "ass":
        events = (f"Dialogue: 0,{at},{at[:-2]}99,Default,,0,0,0,,{rows[n][2]}".replace("\n", r"\N") for n, (at, _b) in enumerate(times))
        text = "[Script Info]\nScriptType: v4.00+\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        text += "\n".join(events)
    else:
        text = "start,end,text\n" + "\n".join(f'{a / 1000},{b / 1000},"{t}"' for a, b, t in rows)
    with at_once():
        found = studio_cues.parse(text.encode(), f"E.{kind}", 2000 * 600)
    assert len(found.said) == 2000 + len([t for _a, _b, t in rows if t.startswith("- ")])


# --- random walks ----------------------------------------------------------------------------------------------

GRAIN = st.sampled_from(
    ["1\n", "00:00:01,000 --> 00:00:02,000", "-->", "WEBVTT", "\n\n", "\n", "[Script Info]", "[Events]\n", "Format: ", "Dialogue: 0,",
     "0:00:01.00,", "<tt>", "<p begin='1s' end='2s'>", "</p>", "{1}{2}", "[1][2]", "<SAMI>", "<SYNC Start=", "♪", "[", "]", "(", ")", "<", ">",
     "{\\", "}", "- ", ">>", "A: ", "：", "NAME", "99:99:99,999", "\x00", "\ufeff", "&#x110000;", "&amp;", "*", "#", "<v ", "\\p1", "निकल", "林"]
)  # fmt: skip


@settings(
    max_examples=int(os.environ.get("LOCALIZE_WALKS", "300")), deadline=None, suppress_health_check=list(HealthCheck)
)
@given(
    st.one_of(
        st.lists(GRAIN, max_size=60).map("".join).map(lambda t: t.encode("utf-8", "replace")), st.binary(max_size=400)
    )
)
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    with at_once():
        try:
            found = studio_cues.parse(data, "E.srt", DURATION, NAMES)
        except SidecarError:
            pass
        else:
            assert found.said or found.heard


def test_a_cue_s_time_is_shared_by_length() -> None:
    assert cue_times.shared_out(0, 100, [1, 1]) == [(0, 50), (50, 100)]
    assert cue_times.shared_out(1000, 2000, [30, 10])[0][1] == pytest.approx(1750, abs=5)
    assert cue_times.shared_out(5, 6, [1, 1, 1]) == [(5, 6)] * 3


def test_notes_count_a_kind_once() -> None:
    notes = cue_files.Notes("E.srt")
    notes.add("hours left out", "cue 2")
    notes.add("hours left out", "cue 3")
    assert [str(s) for s in notes.set_right()] == ["E.srt: hours left out (2 times), first at cue 2"]
