"""A studio's files beside an episode, two people at once, and what comes back merged or split."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localize.audio.samples import RATE
from localize.audio.true_peak import limit, true_peak
from localize.dubbing import lay, timing
from localize.dubbing.spoken_line import SpokenLine
from localize.dubbing.timing import Slot
from localize.media import sidecars
from localize.qc import checks
from localize.records import Line, Transcript, Verdict
from localize.review import edited_lines
from localize.series import memory, tmx
from localize.series.glossary import Glossary
from localize.session import Session
from localize.transcript.as_said import joined
from localize.transcript.result import Listened
from localize.translation.finished import NOT_YET, runs_remembered
from tests.localize.test_qc import good

# --- what lies beside an episode -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("E.SRT", "srt"), ("E.Srt", "srt"), ("e.vtt", "srt"), ("E.ass", "srt"), ("E.dfxp", "srt"), ("E.en.sbv", "srt:en"), ("E.pt-br.srt", "srt:pt-BR"), ("E.es-MX.srt", "srt:es-MX"),
        ("E.spa.srt", "srt:es"), ("E.es_419.vtt", "srt:es-419"), ("E.hin.ttml", "srt:hi"), ("E.dialogue.xlsx", "dialogue"),
        ("E.Dialogue.CSV", "dialogue"), ("E.screen.vtt", "screen"), ("E.me.wav", "me"), ("E.cast.toml", "cast"),
    ],
)  # fmt: skip
def test_names_of_sidecars(name: str, kind: str) -> None:
    assert sidecars.taken([name, "E.mp4"], "E") == {kind: name}
    assert sidecars.unused([name, "E.mp4"], "E") == {}


def test_what_looks_like_a_sidecar_and_is_not_taken_is_named() -> None:
    names = ["E.mp4", "E.srt", "E.vtt", "E.final.srt", "E_es.srt", "E2.mp4", "E2.srt", "E.part.mp4", "E.part.srt", "E.jpg"]
    assert sidecars.taken(names, "E") == {"srt": "E.srt"}
    told = sidecars.unused(names, "E")
    assert set(told) == {"E.vtt", "E.final.srt", "E_es.srt"}
    assert "E.srt is taken" in told["E.vtt"]


def test_a_transcript_that_is_named_like_a_translation_is_told() -> None:
    assert sidecars.in_own_language({"srt:en-US": "/x/E.en-US.srt", "srt:es": "/x/E.es.srt"}, "en") == ("E.en-US.srt",)
    assert sidecars.in_own_language({"srt:en": "/x/E.en.srt", "srt": "/x/E.srt"}, "en") == ()


def test_the_nearest_region_s_translation_serves_and_is_said() -> None:
    kinds = ["srt", "srt:es-ES", "srt:es-MX", "srt:pt-PT"]
    assert sidecars.finished_for([*kinds, "srt:es-419"], "es-419") == ("srt:es-419", "")
    assert (sidecars.finished_for(kinds, "es-419") or ("", ""))[0] == "srt:es-MX"
    kind, note = sidecars.finished_for(kinds, "pt-BR") or ("", "")
    assert kind == "srt:pt-PT"
    assert "another region" in note
    assert sidecars.finished_for(kinds, "hi-IN") is None


# --- two people at once ----------------------------------------------------------------------------------------


def test_two_people_keep_their_own_time_and_one_person_waits_for_himself() -> None:
    both = [Slot("a", 1000, 4000, 3000, "Ana"), Slot("b", 2000, 3500, 1500, "Luis")]
    one, two = timing.lay_out(both, 9000)
    assert (one.start_ms, two.start_ms, one.rate, two.rate) == (1000, 2000, 1.0, 1.0)
    same = [replace(s, speaker="Ana") for s in both]
    one, two = timing.lay_out(same, 9000)
    assert two.start_ms >= one.start_ms + min(one.window_ms, 3000)


@given(
    st.lists(
        st.tuples(st.integers(0, 1500), st.integers(300, 4000), st.integers(200, 5000), st.sampled_from(["Ana", "Luis", ""])),
        min_size=1, max_size=14,
    )
)  # fmt: skip
def test_nobody_ever_overlaps_himself(parts: list[tuple[int, int, int, str]]) -> None:
    slots, at = [], 0
    for gap, length, natural, who in parts:
        at += gap  # the next line may start while this one is still said
        slots.append(Slot(f"L{len(slots)}", at, at + length, natural, who))
    duration = max(s.end_ms for s in slots) + 60_000
    ends: list[tuple[Slot, int, int]] = []
    for slot, place in zip(slots, timing.lay_out(slots, duration), strict=True):
        end = place.start_ms + min(place.window_ms, round(slot.natural_ms / place.rate))
        for other, start, stop in ends:
            shared = min(end, stop) - max(place.start_ms, start)
            assert shared <= 0 or timing.at_once(other, slot)
        ends.append((slot, place.start_ms, end))


def test_two_voices_that_add_up_are_held_below_full_scale() -> None:
    tone = (0.8 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)).astype(np.float32)
    held = limit((tone + tone)[:, None], RATE, -0.3)[:, 0]
    assert true_peak(held[:, None]) <= 0.0
    assert np.abs(held).max() > 0.9


@pytest.mark.models
def test_two_real_voices_are_laid_at_once_without_clipping(session: Session) -> None:
    lines = (
        Line("L1", "Ana", 500, 2500, "Stop it now!"), Line("L2", "Luis", 700, 2600, "I never said that."),
        Line("L3", "Ana", 2700, 3600, "Go away."),
    )  # fmt: skip
    texts, voices = ("¡Basta ya de mentiras!", "Yo nunca dije eso.", "Vete de aquí."), ("ef_dora", "em_alex", "ef_dora")
    # as loud as makes two voices add up to more than full scale
    parts = [SpokenLine(x, t, v, 1.0, (), -6.0) for x, t, v in zip(lines, texts, voices, strict=True)]
    made = lay.dub(parts, 5000, session.engines.synthesizer(), "es-419", session.steps, "E01 es-419", 2)
    one, two, three = made.takes
    assert two.start_ms == 700
    assert two.start_ms < one.end_ms
    assert three.start_ms >= one.end_ms
    assert set(made.apart) >= {"L1", "L2"}
    assert 0.5 < np.abs(made.track).max() <= 1.0
    assert not np.array_equal(made.sound(two), made.track[two.start_ms * 48 : two.end_ms * 48])


def test_overlap_is_a_fault_only_of_one_person() -> None:
    v = good()
    moved = replace(v.takes[1], start_ms=v.takes[0].end_ms - 500)
    v = replace(v, takes=(v.takes[0], moved, v.takes[2]))
    assert checks.no_overlap(v).verdict == Verdict.FAIL
    two = replace(v, lines=(v.lines[0], replace(v.lines[1], speaker="Grant"), v.lines[2]))
    assert checks.no_overlap(two).verdict == Verdict.PASS
    assert "1 of two people" in checks.no_overlap(two).figure


def test_a_cue_that_is_used_twice_and_a_parted_sentence_are_found() -> None:
    v = good()
    lines = tuple(replace(x, text=f"source {n}") for n, x in enumerate(v.lines))
    given = tuple(replace(t, origin="studio") for t in v.translations)
    assert checks.said_once(replace(v, lines=lines, translations=given)).verdict == Verdict.PASS
    twice = (given[0], replace(given[1], text=given[0].text), given[2])
    assert checks.said_once(replace(v, lines=lines, translations=twice)).verdict == Verdict.REVIEW
    parted = (given[0], replace(given[1], flags=("sentence-parted",)), given[2])
    assert checks.said_once(replace(v, lines=lines, translations=parted)).verdict == Verdict.REVIEW


def test_a_file_or_a_cue_that_is_left_aside_is_for_a_person_to_see() -> None:
    assert checks.all_used(good()).verdict == Verdict.PASS
    left = checks.all_used(replace(good(), unused=("E.final.srt", "E.es.srt: cue 4 stands where nobody speaks")))
    assert left.verdict == Verdict.REVIEW
    assert "E.final.srt" in left.detail
    names = ["E.mp4", "E.srt", "E.vtt", "E.final.srt", "E.notes.txt"]
    assert sidecars.missed(sidecars.unused(names, "E")) == ("E.final.srt",)


# --- lines as a language says them -----------------------------------------------------------------------------

LINES = (
    Line("L1", "Ana", 0, 1000, "When you get home,"), Line("L2", "Ana", 1100, 2000, "call me."), Line("L3", "Luis", 3000, 4000, "No."),
)  # fmt: skip


def test_lines_that_one_sentence_covers_are_one_line() -> None:
    listened = Listened(Transcript("en", "srt", (), LINES), {"L1": -20.0, "L2": -21.0, "L3": -22.0}, {}, None, {})
    view = joined(listened, [("L1", "L2")])
    assert [(x.id, x.start_ms, x.end_ms, x.text) for x in view.transcript.lines] == [
        ("L1", 0, 2000, "When you get home, call me."), ("L3", 3000, 4000, "No."),
    ]  # fmt: skip
    held = memory.Memory()
    held.add("When you get home, call me.", (memory.Piece("Llámame cuando llegues."),))
    assert runs_remembered(LINES, held) == [("L1", "L2")]
    assert runs_remembered(LINES, memory.Memory()) == []


def report(*rows: tuple[str, str, int, int, str, str]) -> dict[str, Any]:
    return {
        "series": "night", "language": "es-419", "episode": {"name": "E01", "source_lang": "en", "duration_ms": 20_000},
        "lines": [
            {"id": i, "speaker": who, "start_ms": a, "end_ms": b, "source": source, "target": target, "origin": "bergamot", "terms": [], "flags": []}
            for i, who, a, b, source, target in rows
        ],
    }  # fmt: skip


HALVES = report(
    ("L1", "Ana", 1000, 2000, "When you get home,", "Cuando llegues a casa,"), ("L2", "Ana", 2100, 3000, "call me.", "llámame."),
    ("L3", "Luis", 4000, 5000, "No. Never.", "No. Nunca."),
)  # fmt: skip


def srt(*cues: tuple[str, str, str]) -> bytes:
    return "\n".join(f"{n}\n00:00:0{a} --> 00:00:0{b}\n{t}\n" for n, (a, b, t) in enumerate(cues, 1)).encode()


@pytest.mark.parametrize(
    ("cues", "learnt"),
    [
        # cues merged, the words the same: nothing was changed
        ([("1,000", "3,000", "Cuando llegues a casa, llámame.")], []),
        # merged and reworded: the whole sentence is learnt, as one
        ([("1,000", "3,000", "Llámame cuando llegues.")], [("When you get home, call me.", "Llámame cuando llegues.")]),
        # the sentence parted elsewhere: still the whole, never "casa, llámame" for "call me."
        ([("1,000", "2,000", "Cuando llegues a"), ("2,100", "3,000", "tu casa, llámame.")],
         [("When you get home, call me.", "Cuando llegues a tu casa, llámame.")]),
        # one line split into two cues
        ([("4,000", "4,500", "No."), ("4,500", "5,000", "Nunca.")], []),
        ([("4,000", "4,500", "No."), ("4,500", "5,000", "Jamás.")], [("No. Never.", "No. Jamás.")]),
    ],
)  # fmt: skip
def test_merged_and_split_cues_never_teach_half_a_sentence(
    cues: list[tuple[str, str, str]], learnt: list[tuple[str, str]]
) -> None:
    back = edited_lines.from_cues(srt(*cues), "E01.srt", HALVES)
    assert [(e.source, e.target) for e in back.entries] == learnt


def test_a_sentence_that_two_people_share_is_not_learnt_and_that_is_said() -> None:
    two = report(("L1", "Ana", 1000, 2000, "If you come", "Si vienes"), ("L2", "Luis", 2100, 3000, "I will leave.", "me iré."))
    back = edited_lines.from_cues(srt(("1,000", "3,000", "Si tú vienes, yo me marcho.")), "E01.srt", two)
    assert back.entries == []
    assert any("not remembered" in n for n in back.notes)


@pytest.mark.parametrize("version", ["1.2", "2.0"])
def test_an_edited_xliff_of_either_version_redoes_only_its_line(version: str, tmp_path: Path) -> None:
    from localize.review import xliff, xliff12

    text = (xliff12 if version == "1.2" else xliff).dumps(HALVES, 17)
    path = tmp_path / "E01.xlf"
    path.write_text(text, encoding="utf-8")
    assert edited_lines.changed(path, HALVES).entries == []
    path.write_text(text.replace("No. Nunca.", "No. Jamás."), encoding="utf-16")
    (entry,) = edited_lines.changed(path, HALVES).entries
    assert (entry.source, entry.target) == ("No. Never.", "No. Jamás.")


# --- memories of other makers ----------------------------------------------------------------------------------

TMX = """<tmx version="1.4"><header creationtool="x" srclang="en-US" datatype="x" segtype="sentence" adminlang="en" o-tmf="x"
creationtoolversion="1"/><body><tu><tuv xml:lang="en-GB"><seg>Go <bpt i="1">{b}</bpt>home<ept i="1">{/b}</ept>.</seg></tuv>
<tuv xml:lang="pt-PT"><seg>Vai para casa, pá.</seg></tuv><tuv xml:lang="pt-BR"><seg>Vai <ph>{i}</ph>pra casa<ph>{/i}</ph>.</seg></tuv>
<tuv xml:lang="es-ES"><seg>Vete a casa, tío.</seg></tuv><tuv xml:lang="es-MX"><seg>Vete a <hi>casa</hi>, wey.</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Stop.</seg></tuv><tuv xml:lang="pt-PT"><seg>Está quieto.</seg></tuv></tu></body></tmx>"""


@pytest.mark.parametrize(("tag", "said"), [("pt-BR", "Vai pra casa."), ("es-419", "Vete a casa, wey."), ("pt-PT", "Vai para casa, pá.")])
def test_a_memory_s_regions_are_kept_apart_and_codes_are_no_words(tag: str, said: str) -> None:
    held = memory.parse(TMX, "x.tmx", "en", tag)
    match = held.lookup("Go home.")
    assert match is not None
    assert match.text(Glossary(), tag) == said
    assert (held.lookup("Stop.") is None) == (tag != "pt-PT")


def test_units_of_another_region_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "studio.tmx"
    path.write_text(TMX, encoding="utf-8")
    assert tmx.left_out(path, "en", "pt-BR").regions == {"pt-PT": 1}
    assert tmx.left_out(path, "en", "pt-PT").regions == {}


def test_words_for_a_translation_to_come_are_told_from_words_that_people_say() -> None:
    said = ("Todo.", "¡TODO!", "Pendiente.", "XX", "Tba, vem cá.", "n")
    assert not [t for t in said if NOT_YET.fullmatch(t)]
    assert all(NOT_YET.fullmatch(t) for t in ("TBD", "[TBC]", "XXX", "N/A", "n/a", "Lorem ipsum dolor.", "(untranslated)"))
