"""Cues as files, read back by the tools of others; and drawn into a picture."""

from __future__ import annotations

import itertools
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pysubs2
import pytest
import srt
from hypothesis import given
from hypothesis import strategies as st
from ttconv.imsc import reader as imsc
from ttconv.isd import ISD

from localize import markets, settings
from localize.errors import OptionError, SidecarError, ToolError
from localize.media import ffmpeg
from localize.records import Cue, Line
from localize.subtitles import formats, sdh
from localize.subtitles.cues import Look
from localize.subtitles.cues import cues as cut_cues
from localize.transcript import dialogue_list

CUES = [Cue(500, 2000, "Hola, Summer.\n¿Vienes & vas <ya>?", "L1"), Cue(2100, 3400, "{\\b1}No\\Nsé", "L2")]
TALL = formats.Canvas(1080, 1920, 26, "Noto Sans")
TEXT = st.text(alphabet="abc áñ¿<>&{}\\'\"—हि", min_size=1, max_size=30).map(lambda t: " ".join(t.split())).filter(bool)


def test_ass_is_read_back_with_its_times_size_and_place() -> None:
    file = pysubs2.SSAFile.from_string(formats.to_ass(CUES, TALL))
    assert [(e.start, e.end) for e in file] == [(500, 2000), (2100, 3400)]
    assert file[0].plaintext == "Hola, Summer.\n¿Vienes & vas <ya>?"
    assert file[1].text == "(⧵b1)No⧵Nsé"  # nothing in a line is a command
    assert (file.info["PlayResX"], file.info["PlayResY"]) == ("1080", "1920")
    style = file.styles["Default"]
    assert style.marginv == round(1920 * 0.16)
    assert style.fontsize * 26 * formats.GLYPH <= 1080


def test_ttml_is_read_by_another_tool_as_it_was_written() -> None:
    import xml.etree.ElementTree as ET

    document = imsc.to_model(ET.ElementTree(ET.fromstring(formats.to_ttml(CUES, "es-419", TALL))))
    assert document is not None
    assert document.get_lang() == "es-419"
    assert [Fraction(t) for t in ISD.significant_times(document)] == [
        0,
        *(Fraction(c, 1000) for c in (500, 2000, 2100, 3400)),
    ]
    shown = ISD.from_model(document, Fraction(1))
    texts = [e.get_text() for region in shown.iter_regions() for e in region.dfs_iterator() if hasattr(e, "get_text")]
    assert texts == ["Hola, Summer.", "¿Vienes & vas <ya>?"]


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_any_text_survives_srt_and_ttml(texts: list[str]) -> None:
    import xml.etree.ElementTree as ET

    cues = [Cue(1000 * n, 1000 * n + 900, t, f"L{n}") for n, t in enumerate(texts)]
    assert [c.content for c in srt.parse(formats.to_srt(cues))] == texts
    root = ET.fromstring(formats.to_ttml(cues, "hi-IN", TALL))
    assert [p.text for p in root.iter(f"{{{formats.TT}}}p")] == texts
    assert len(pysubs2.SSAFile.from_string(formats.to_ass(cues, TALL))) == len(texts)


def look(cps: float = 20.0) -> Look:
    return Look(26, cps, 40.0, "es", 12_000)


def test_the_deaf_read_who_speaks_and_what_is_heard() -> None:
    lines = (Line("L1", "Summer", 1000, 2500, "x"), Line("L2", "Summer", 2800, 4000, "x"), Line("L3", "S1", 5000, 6500, "x"),
             Line("L4", "Grant", 7000, 9000, "x"))  # fmt: skip
    texts = {"L1": "Hola.", "L2": "¿Quién es?", "L3": "Nadie.", "L4": "Soy yo."}
    sounds = [(Line("N3", "", 11_100, 12_000, "x", flags=("song",)), "la la"), (Line("N1", "", 9500, 11_000, "x"), "portazo"), (Line("N2", "", 7500, 8000, "x"), "lluvia")]
    made = sdh.for_the_deaf(lines, texts, {"Summer": "Summer", "Grant": "Grant"}, sounds, {}, look())
    assert [c.text for c in made] == ["[Summer] Hola.", "¿Quién es?", "Nadie.", "[Grant] [lluvia] Soy yo.", "[portazo]", "♪ la la ♪"]
    assert made[-2].start_ms == 9500


def test_sounds_in_a_studio_s_list_are_not_spoken(tmp_path: Path) -> None:
    path = tmp_path / "E.dialogue.csv"
    path.write_text("start,end,speaker,text\n0.5,1,,[door slams]\n1.5,2.5,Ana,Come in.\n3,4,,♪ soft music ♪\n")
    given = dialogue_list.lines_of(path, 5000)
    assert [(x.id, x.text) for x in given.lines] == [("L001", "Come in.")]
    assert [(x.id, x.text, x.start_ms) for x in given.sounds] == [("N001", "door slams", 500), ("N002", "soft music", 3000)]


def test_writing_in_the_picture_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "E.screen.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nNORTHWIND: [CLOSED]\n")
    assert [(x.id, x.text) for x in dialogue_list.screen(path, 5000).lines] == [("S001", "NORTHWIND: [CLOSED]")]
    path.write_text("1\n00:00:03,000 --> 00:00:01,000\nTHREE YEARS LATER\n")
    turned = dialogue_list.screen(path, 5000)
    assert (turned.lines[0].start_ms, turned.lines[0].end_ms) == (1000, 3000)
    assert any("ends before it starts" in n for n in turned.notes)
    path.write_text("1\n00:01:03,000 --> 00:01:05,000\nTHREE YEARS LATER\n")
    with pytest.raises(SidecarError, match=r"screen.srt cue 1.*after the episode's end"):
        dialogue_list.screen(path, 5000)


def test_two_people_at_once_stand_in_one_cue_or_one_after_the_other() -> None:
    lines = (Line("L1", "Ana", 1000, 4000, "x"), Line("L2", "Luis", 1000, 3000, "x"), Line("L3", "Ana", 5000, 6500, "x"))
    made = cut_cues(lines, {"L1": "¡Basta ya!", "L2": "¡Nunca!", "L3": "Vete."}, {}, look())
    assert [(c.text, c.line_id, c.also) for c in made] == [("- ¡Basta ya!\n- ¡Nunca!", "L1", ("L2",)), ("Vete.", "L3", ())]
    long = {"L1": "Esto ya no puede seguir así ni un día más.", "L2": "Nadie te lo ha pedido nunca.", "L3": "Vete."}
    made = cut_cues(lines, long, {}, look())
    assert [c.line_id for c in made] == ["L1", "L2", "L3"]
    assert all(b.start_ms - a.end_ms >= look().gap_ms for a, b in itertools.pairwise(made))
    assert all(c.end_ms - c.start_ms >= 833 for c in made)


def test_what_a_market_gets_besides_is_checked() -> None:
    assert markets.also(["sdh", "ass", "sdh"]) == ("sdh", "ass")
    with pytest.raises(OptionError, match="'pdf' cannot be made besides"):
        markets.also(["pdf"])


def test_a_font_that_is_not_there_is_named() -> None:
    with pytest.raises(ToolError, match="No Such Face"):
        ffmpeg.need_font("No Such Face", "hi-IN")


@pytest.mark.parametrize(
    ("tag", "text"), [("hi-IN", "मैं ग्रांट की चिट्ठी\nक्यों पढ़ूँ?"), ("es-419", "¿Quién cerró\nla puerta, Summer?")]
)
def test_burned_in_cues_stand_in_the_safe_area_and_nowhere_else(tmp_path: Path, tag: str, text: str) -> None:
    """Also the picture to look at: build/screens/burned-TAG.png, for the shapes of the letters."""
    clip, ass, made = tmp_path / "a clip's.mp4", tmp_path / "cues.ass", tmp_path / "burned.mp4"
    ffmpeg.run(["-v", "error", "-f", "lavfi", "-i", "color=c=0x203040:s=540x960:r=25:d=2", "-f", "lavfi", "-i",
                "sine=f=300:d=2", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-f", "mp4", str(clip)])  # fmt: skip
    canvas = formats.Canvas(540, 960, 26, settings.load_settings().language(tag).font)
    ass.write_text(formats.to_ass([Cue(0, 1000, text, "L1")], canvas), encoding="utf-8")
    ffmpeg.need_font(canvas.font, tag)
    ffmpeg.burn(clip, ass, made)
    shot = settings.ROOT / "build" / "screens" / f"burned-{tag}.png"
    shot.parent.mkdir(parents=True, exist_ok=True)
    frames = []
    for second in (0.5, 1.5):
        out, _err = ffmpeg.run(["-v", "error", "-ss", str(second), "-i", str(made), "-frames:v", "1", "-f", "rawvideo",
                                "-pix_fmt", "gray", "pipe:"])  # fmt: skip
        frames.append(np.frombuffer(out, np.uint8).reshape(960, 540))
    ffmpeg.run(["-v", "error", "-ss", "0.5", "-i", str(made), "-frames:v", "1", "-update", "1", str(shot)])
    with_text, without = frames
    white = np.argwhere(with_text > 200)
    assert len(white) > 1500
    assert not (without > 200).any()
    rows, columns = white[:, 0], white[:, 1]
    assert rows.max() <= 960 * (1 - 0.15)
    assert rows.min() >= 960 * 0.6
    assert columns.min() >= 540 * 0.05
    assert columns.max() <= 540 * 0.95


def test_fontconfig_is_here() -> None:
    assert shutil.which("fc-list"), "sh deploy/system.sh tests"
