"""Sounds that are nobody's words: marked by hand or found, they stand in the mix as they are in the source."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from localize.audio.samples import RATE, Samples
from localize.mixing import ducking, leftover_speech
from localize.mixing.leftover_speech import LeftSpeechInputs
from localize.records import EngineUse, Line, Transcript, Translation
from localize.review import edited_lines
from localize.series.glossary import Glossary
from localize.series.memory import Memory, pieces_of
from localize.transcript import cue_text, dialogue_list, marks, studio_cues
from localize.transcript.result import Listened, Sound

from .wordless_voices import scream

SRT = """1
00:00:01,000 --> 00:00:02,000
Where is she?

2
00:00:02,500 --> 00:00:04,000
[keep] Aaaah!

3
00:00:03,800 --> 00:00:05,000
RUTH: Quiet!

4
00:00:06,000 --> 00:00:07,000
[MUTE] [mutters]
"""
LINES = (
    Line("L001", "Ruth", 1000, 2000, "Where is she?"), Line("L002", "Ruth", 2500, 4000, "Aaaah!"),
    Line("L003", "Ruth", 6000, 7000, "Hush now."),
)  # fmt: skip
HEARD = Listened(Transcript("en", "asr", (), LINES, ((1000, 2000), (2500, 4000))), {}, {}, None, {})
USE = EngineUse("recognise", "r", "1", "m", "", "")


@pytest.mark.parametrize(
    ("text", "words", "speaker", "mark"),
    [
        ("[keep] Aaaah!", "Aaaah!", "", "keep"),
        ("MARA: [keep] No, no, no!", "No, no, no!", "Mara", "keep"),
        ("[ Keep ]", "", "", "keep"),
        ("[KEEP] [screams]", "", "", "keep"),
        ("- [mute] Hm.", "Hm.", "", "mute"),
        ("[keeper] is a name", "is a name", "", ""),
        ("(keep) quiet", "quiet", "", ""),
        ("Keep it.", "Keep it.", "", ""),
    ],
)
def test_a_mark_is_read_and_never_said(text: str, words: str, speaker: str, mark: str) -> None:
    (turn,) = cue_text.turns(text)
    assert (turn.text, turn.mark) == (words, mark)
    assert turn.speaker == speaker
    assert not {"keep", "mute"} & {s.lower() for s in turn.sounds} or not mark


def test_marked_cues_are_no_lines_and_keep_out_of_other_people_s(tmp_path: Path) -> None:
    given = dialogue_list.given(studio_cues.parse(SRT.encode(), "E01.srt", 8000), "E01.srt")
    assert [x.text for x in given.lines] == ["Where is she?", "Quiet!"]
    assert [x.text for x in given.sounds] == ["Aaaah!"]  # for the deaf; what is muted is not heard
    kept, muted = marks.sounds_of(given.marked, given.lines)
    assert [(s.span, s.why) for s in kept] == [((2500, 3800), marks.BY_HAND)]
    assert [(s.span, s.text) for s in muted] == [((6000, 7000), "mutters")]


@pytest.mark.parametrize(
    "table",
    ["start,end,speaker,text\n1.0,2.0,Ruth,Where is she?\n2.5,3.9,Ruth,[keep] Aaaah!\n",
     "WEBVTT\n\n00:01.000 --> 00:02.000\nWhere is she?\n\n00:02.500 --> 00:03.900\n<v Ruth>[keep] Aaaah!\n"],
)  # fmt: skip
def test_any_transcript_takes_marks(table: str) -> None:
    name = "E01.vtt" if table.startswith("WEBVTT") else "E01.dialogue.csv"
    given = dialogue_list.given(studio_cues.parse(table.encode(), name, 8000), name)
    assert [(m.start_ms, m.end_ms, m.mark, m.text) for m in given.marked] == [(2500, 3900, "keep", "Aaaah!")]
    assert len(given.lines) == 1


def test_a_finished_translation_takes_marks() -> None:
    units, _file = dialogue_list.units_of(SRT.encode(), "E01.es.srt", 8000)
    assert [u.text for u in units] == ["Where is she?", "[keep] Aaaah!", "Quiet!", "[mute] mutters"]


def test_lines_whose_translation_is_marked_are_set_apart() -> None:
    made = [
        Translation("L001", "es-419", "¿Dónde está?", "bergamot"), Translation("L002", "es-419", "[keep]", "memory"),
        Translation("L003", "es-419", "[mute] Calla.", "studio"),
    ]  # fmt: skip
    parted = marks.set_apart(HEARD, made)
    assert [x.id for x in parted.listened.transcript.lines] == [t.line_id for t in parted.translations] == ["L001"]
    assert [s.span for s in parted.listened.kept] == [(2500, 4000)]
    assert [s.span for s in parted.listened.muted] == [(6000, 7000)]
    assert [(t.line_id, t.text) for t in parted.labels] == [("L002", "Aaaah!")]
    assert (6000, 7000) in parted.listened.spoken
    plain = marks.set_apart(HEARD, made[:1])
    assert plain.listened is HEARD


def test_an_engine_s_brackets_are_no_mark() -> None:
    made = [Translation("L002", "es-419", "[keep]", "bergamot")]
    assert marks.set_apart(HEARD, made).translations == made


def test_a_mark_in_a_returned_file_is_remembered_for_that_line_alone() -> None:
    rows = [
        {"id": x.id, "speaker": x.speaker, "start_ms": x.start_ms, "end_ms": x.end_ms, "source": x.text, "target": f"t{n}",
         "origin": "bergamot", "terms": [], "flags": []}
        for n, x in enumerate(LINES)
    ]  # fmt: skip
    report = {"lines": rows, "language": "es-419", "series": "S", "episode": {"source_lang": "en", "name": "E01", "duration_ms": 8000}}
    srt = "1\n00:00:01,000 --> 00:00:02,000\nt0\n\n2\n00:00:02,500 --> 00:00:04,000\n[Keep]\n\n3\n00:00:06,000 --> 00:00:07,000\nt2\n"
    back = edited_lines.from_cues(srt.encode(), "E01.es-419.srt", report)
    assert [(e.source, e.target) for e in back.entries] == [("Aaaah!", "[keep]")]
    memory = Memory()
    memory.add("Oh, no, not again!", pieces_of("[keep]", Glossary(()), "es-419"))
    found = memory.lookup("Oh, no, not again!")
    assert found is not None
    assert found.text(Glossary(()), "es-419") == "[keep]"
    assert memory.lookup("Oh no, not again now!") is None
    assert memory.lookup("Oh, no, not again! Oh, no, not again!") is None


def stereo(mono: Samples) -> Samples:
    return np.stack([mono, 0.8 * mono], axis=1).astype(np.float32)


def test_what_is_kept_stands_at_its_own_level_and_place_and_nothing_else_changes() -> None:
    bed = stereo(0.01 * np.random.default_rng(1).standard_normal(4 * RATE).astype(np.float32))
    voice = np.zeros(4 * RATE, np.float32)
    sound = scream(1.0)
    voice[RATE : 2 * RATE] = sound
    mix = bed + stereo(voice)
    made = ducking.with_kept(bed, mix, [(1000, 2000)])
    outside = np.ones(4 * RATE, bool)
    outside[RATE : 2 * RATE] = False
    assert np.array_equal(made[outside], bed[outside])
    inner = slice(RATE + RATE * 31 // 1000, 2 * RATE - RATE * 31 // 1000)
    assert np.allclose(made[inner], mix[inner], atol=1e-6)
    step = np.abs(np.diff(made - bed, axis=0)).max()
    assert step <= np.abs(np.diff(mix - bed, axis=0)).max()  # no click at the edges
    assert np.array_equal(ducking.with_kept(bed, mix, []), bed)


def test_the_check_for_left_speech_knows_what_is_kept() -> None:
    kept = (Sound(2500, 3800, marks.BY_HAND, "Aaaah!"),)
    lines = leftover_speech._to_be_gone(dataclasses.replace(HEARD, kept=kept, muted=(Sound(5000, 5500, "marked [mute]", "Go."),)))
    assert lines == ((1000, 2000, "Where is she?"), (2500, 4000, "Aaaah!"), (6000, 7000, "Hush now."), (5000, 5500, "Go."))
    whole = leftover_speech._to_be_gone(dataclasses.replace(HEARD, kept=(Sound(2500, 4000, ""),)))
    assert "Aaaah!" not in [x[2] for x in whole]
    inputs = LeftSpeechInputs(bed="b", file="f", sound="a:0", engine=USE, language="en", lines=lines, kept=((2500, 3800),))
    assert leftover_speech.spoken_outside(inputs) == [(1000, 2000), (3800, 4000), (6000, 7000), (5000, 5500)]
