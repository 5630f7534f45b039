"""Markers of editing programs as dialogue lists."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localize.errors import SidecarError
from localize.media import sidecars
from localize.transcript import studio_cues
from tests.localize.at_once import at_once

RESOLVE = """TITLE: E01
FCM: NON-DROP FRAME

001  001      V     C        01:00:02:00 01:00:02:01 01:00:02:00 01:00:02:01
 |C:ResolveColorBlue |M:ANA: Where is he? |D:25

002  001      V     C        01:00:05:10 01:00:05:11 01:00:05:10 01:00:05:11
He is gone. |C:ResolveColorRed |M:BO |D:1

003  001      V     C        01:00:07:00 01:00:07:01 01:00:07:00 01:00:07:01
 |C:ResolveColorRed |M:Marker 3 |D:1
"""
AVID = """TITLE: E01
FCM: DROP FRAME
001  E01      V     C        00:00:00:00 00:01:00:00 01:00:00:00 01:01:00:00
* FROM CLIP NAME: E01.mov
* LOC: 01:00:02:00 RED     ANA: Where is he?
* LOC: 01:00:05:10 RED     BO: He is gone.
"""
FINAL_CUT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.9"><resources><format id="r1" frameDuration="100/2500s"/></resources><library><event><project name="E01">
<sequence format="r1" tcStart="3600s" duration="60s"><spine>
<asset-clip ref="r2" offset="3600s" start="10s" duration="4s">
<marker start="12s" duration="1s" value="ANA: Where is he?"/><marker start="15s" duration="1s" value="Cut away."/></asset-clip>
<gap offset="3604s" start="0s" duration="1s"/>
<asset-clip ref="r2" offset="3605s" start="1001/30000s" duration="20s">
<chapter-marker start="13001/30000s" duration="100/2500s" value="BO" note="He is gone."/>
<spine lane="1" offset="61001/30000s"><clip offset="1s" start="5s" duration="9s"><marker start="5s" duration="1s" value="Third."/></clip></spine>
</asset-clip></spine></sequence></project></event></library></fcpxml>"""
CAPTIONS = FINAL_CUT.replace(
    '<gap offset="3604s" start="0s" duration="1s"/>',
    '<gap offset="3604s" start="0s" duration="1s"><caption lane="1" offset="500/1000s" duration="2s" role="iTT?captionFormat=ITT.en">'
    "<text><text-style ref='ts1'>Where is </text-style><text-style ref='ts1'>he?</text-style></text></caption></gap>",
)
PREMIERE = """<xmeml version="4"><sequence><rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>
<marker><name>ANA</name><comment>Where is he?</comment><in>50</in><out>75</out></marker>
<marker><name>Marker 2</name><comment>BO: He is gone.</comment><in>135</in><out>-1</out></marker>
<marker><name></name><comment></comment><in>200</in><out>-1</out></marker>
<media><video><track><clipitem><start>200</start><in>20</in><marker><name>Third.</name><in>45</in><out>-1</out></marker></clipitem></track></video>
</media></sequence></xmeml>"""


def lines(text: str, name: str, duration_ms: int = 60_000) -> list[tuple[str, str, int, int]]:
    return [(s.speaker, s.text, s.start_ms, s.end_ms) for s in studio_cues.parse(text.encode(), name, duration_ms, frame_ms=40).said]


def test_resolve_s_markers() -> None:
    assert lines(RESOLVE, "E01.dialogue.edl") == [
        ("Ana", "Where is he?", 2000, 3000), ("Bo", "He is gone.", 5400, 12_400),
    ]  # fmt: skip


def test_avid_s_locators() -> None:
    assert lines(AVID, "E01.dialogue.edl") == [("Ana", "Where is he?", 2000, 5400), ("Bo", "He is gone.", 5400, 12_400)]


def test_final_cut_s_markers_stand_where_their_clips_do() -> None:
    """A clip that starts in its file's middle, one on a nested storyline; what was cut away is left out."""
    assert lines(FINAL_CUT, "E01.dialogue.fcpxml") == [
        ("Ana", "Where is he?", 2000, 3000), ("Bo", "He is gone.", 5400, 8000), ("", "Third.", 8000, 9000),
    ]  # fmt: skip


def test_final_cut_s_captions_come_first() -> None:
    assert lines(CAPTIONS, "E01.dialogue.fcpxml") == [("", "Where is he?", 4500, 6500)]


def test_premiere_s_markers() -> None:
    assert lines(PREMIERE, "E01.dialogue.xml") == [
        ("Ana", "Where is he?", 2000, 3000), ("Bo", "He is gone.", 5400, 9000), ("", "Third.", 9000, 16_000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (AVID.replace("LOC", "COMMENT"), "E.dialogue.edl", "no marker"),
        ("<html></html>", "E.dialogue.xml", "no list of markers"),
        (FINAL_CUT.replace("12s", "twelve"), "E.dialogue.fcpxml", "no time"),
        (FINAL_CUT.replace("12s", "1/0s"), "E.dialogue.fcpxml", "no time"),
        ('<fcpxml version="1"><library/>', "E.dialogue.fcpxml", "is no XML"),
        ("<fcpxml><sequence><spine>" + "<clip>" * 90 + "</clip>" * 90 + "</spine></sequence></fcpxml>", "E.dialogue.fcpxml", "without end"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_by_name(text: str, name: str, why: str) -> None:
    with pytest.raises(SidecarError, match=why) as caught:
        lines(text, name)
    assert name in str(caught.value)


def test_only_what_is_named_a_dialogue_list_is_one() -> None:
    """An EDL beside an episode may be no more than its cuts."""
    names = ["E01.mov", "E01.edl", "E01.dialogue.fcpxml", "E01.xml"]
    assert sidecars.taken(names, "E01") == {"dialogue": "E01.dialogue.fcpxml"}
    assert sidecars.unused(names, "E01") == dict.fromkeys(["E01.edl", "E01.xml"], sidecars.UNKNOWN)
    assert sidecars.missed(sidecars.unused(names, "E01")) == ("E01.xml",)
    assert Path("E01.dialogue.edl").suffix in sidecars.TABLES


GRAIN = st.sampled_from(
    ["<fcpxml>", "</fcpxml>", "<sequence>", "<sequence tcStart='3600s'>", "</sequence>", "<spine>", "<spine offset='1s'>", "</spine>", "<clip start='1s'>",
     "<clip offset='9/0s'>", "</clip>", "<marker start='2s' value='Hi'/>", "<marker value='A' note='b'/>", "<caption offset='-5s'>", "</caption>",
     "<text>Hi</text>", "<xmeml>", "</xmeml>", "<rate><timebase>0</timebase></rate>", "<marker><name>Hi</name><in>5</in></marker>", "<clipitem>",
     "</clipitem>", "\n", "001  001 V C 01:00:02:00 01:00:02:01 01:00:02:00 01:00:02:01", " |C:Blue |M:Hi |D:25", " |C:Blue |M:Hi |D:999999999", "* LOC: 01:00:02:00 RED Hi",
     "99:99:99:99", "\x00", "&lt;"]
)  # fmt: skip


@settings(max_examples=int(os.environ.get("LOCALIZE_WALKS", "300")), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.lists(GRAIN, max_size=40).map("".join).map(str.encode), st.binary(max_size=200)), st.sampled_from(["edl", "xml"]))
def test_any_markers_are_read_or_refused_by_name(data: bytes, kind: str) -> None:
    with at_once(), contextlib.suppress(SidecarError):
        studio_cues.parse(data, f"E.dialogue.{kind}", 90_000)
