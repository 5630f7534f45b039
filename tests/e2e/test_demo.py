"""The demo series against its own truth: every figure that the main job promises."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soxr

from localize.audio import files
from localize.audio.samples import ASR_RATE, Samples
from localize.engines.base import Heard
from localize.engines.recognition.silero import speech_spans
from localize.engines.recognition.whisper import Whisper
from localize.languages.text import count, normal_form
from localize.media import ffmpeg, probe
from localize.pipeline.admit import admit
from localize.pipeline.market import speak_language
from localize.qc.figures import word_error
from localize.records import Word
from localize.subtitles import line_breaks
from localize.transcript import loops, stretches
from localize.transcript.steps import listen
from tests.e2e.conftest import EPISODES, TAGS, Demo

pytestmark = [pytest.mark.models, pytest.mark.slow]
VARIANTS = [(e, m) for e, markets in EPISODES.items() for m in markets]
DUBBED = [(e, m) for e, m in VARIANTS if not (e in ("E01", "E02") and m == "us")]
Figure = Callable[[str, object], None]


def test_the_command_makes_all_variants_and_none_fails(demo: Demo, figure: Figure) -> None:
    assert demo.status == 0, demo.printed[-3000:]
    assert "10 variants" in demo.printed
    assert re.search(r"open .*index\.html", demo.printed)
    figure("seconds for 10 variants, server start included", round(demo.seconds))
    figure("peak MB of the largest process", round(demo.peak_mb))
    assert demo.peak_mb < 3000
    verdicts = {f"{e}/{m}": demo.report(e, m)["verdict"] for e, m in VARIANTS}
    figure("verdicts", verdicts)
    assert set(verdicts.values()) <= {"pass", "review"}


@pytest.mark.parametrize(("episode", "market"), VARIANTS)
def test_nothing_goes_out_on_a_machine_s_word_alone(demo: Demo, episode: str, market: str, figure: Figure) -> None:
    """Lines by way of Apertium wait for a person; those of the memory and of the source do not."""
    report = demo.report(episode, market)
    check = next(c for c in report["checks"] if c["name"] == "machine lines")
    figure("machine lines", check["figure"])
    machine = [x for x in report["lines"] if x["trust"] != "person"]
    assert check["verdict"] == ("review" if any(x["trust"] != "trusted" for x in machine) else "pass")
    if market != "india":  # nothing here brings Hindi back
        assert all(x["back"] for x in machine), "an editor sees what each line says"
        assert bool(machine) == (market in ("latam", "brazil") or episode == "E03")
    assert all(x["trust"] != "trusted" for x in machine if "apertium" in x["origin"])


@pytest.mark.parametrize("episode", EPISODES)
def test_words_are_recognised(demo: Demo, episode: str, figure: Figure) -> None:
    truth = demo.truth(episode)
    _heard, transcript = demo.listened(episode)
    rate = word_error(" ".join(x["text"] for x in truth["lines"]), " ".join(x.text for x in transcript.lines))
    figure("word error rate", f"{rate:.1%}")
    assert rate <= 0.08
    assert transcript.origin == "asr"


@pytest.mark.parametrize("episode", EPISODES)
def test_nothing_is_invented_unseen(demo: Demo, episode: str, figure: Figure) -> None:
    """A word that the truth does not have, be it more or other, stands only in a line that is flagged and shown with another
    reading."""
    from rapidfuzz.distance import Levenshtein

    heard, transcript = demo.listened(episode)
    said = normal_form(" ".join(x["text"] for x in demo.truth(episode)["lines"])).split()
    words = [(w, line) for line in transcript.lines for w in normal_form(line.text).split()]
    edits = Levenshtein.editops(said, [w for w, _l in words])
    wrong = [words[op.dest_pos] for op in edits if op.tag != "delete"]
    figure("words that were not said, lines heard in two ways", (len(wrong), len(heard.readings)))
    assert [(w, line.text) for w, line in wrong if line.id not in heard.readings] == []


@pytest.mark.parametrize("episode", EPISODES)
def test_speakers_are_the_ones_who_speak(demo: Demo, episode: str, figure: Figure) -> None:
    truth = demo.truth(episode)
    _heard, transcript = demo.listened(episode)
    wrong = 0
    for line in transcript.lines:
        middle = (line.start_ms + line.end_ms) / 2
        real = min(truth["lines"], key=lambda t: abs((t["start_ms"] + t["end_ms"]) / 2 - middle))
        wrong += real["who"] != line.speaker
    figure("lines with a wrong speaker", f"{wrong} of {len(transcript.lines)}")
    assert wrong == 0


@pytest.mark.parametrize(("episode", "market"), VARIANTS)
def test_every_line_is_translated_and_every_name_is_right(demo: Demo, episode: str, market: str) -> None:
    report = demo.report(episode, market)
    terms = demo.session().bible.terms
    tag = TAGS[market]
    truth = demo.truth(episode)
    shown = " ".join(c["text"].replace("\n", " ") for c in report["cues"])
    written = " ".join(line["target"] for line in report["lines"])
    assert all(line["target"].strip() for line in report["lines"])
    assert all(t["found"] for line in report["lines"] for t in line["terms"])
    script = " ".join(x["text"] for x in truth["lines"])
    for term in terms.terms:
        wanted = count(script, term.form(truth["language"]))
        assert count(written, term.form(tag)) == wanted, term.term
        assert count(shown, term.form(tag)) == wanted, term.term
    assert report["metrics"]["term_success"] == 1.0


@pytest.mark.parametrize(("episode", "market"), DUBBED)
def test_clips_stand_where_the_truth_speaks(demo: Demo, episode: str, market: str, figure: Figure) -> None:
    report, truth = demo.report(episode, market), demo.truth(episode)
    lines = sorted(report["lines"], key=lambda x: x["dub_start_ms"])
    assert all(a["dub_end_ms"] <= b["dub_start_ms"] for a, b in itertools.pairwise(lines))
    assert max(x["rate"] for x in lines) <= 1.25
    starts = [x["start_ms"] for x in truth["lines"]]
    # a recorded line may be cut in two at a pause: its later part is measured against the pause's end, by ear below
    firsts = [x["dub_start_ms"] for x in lines if min(abs(x["start_ms"] - s) for s in starts) < 400]
    off = [min(abs(d - s) for s in starts) for d in firsts]
    figure("onset p95 against the truth, ms", round(float(np.percentile(off, 95))))
    assert len(firsts) >= 0.9 * len(starts)
    assert np.percentile(off, 95) <= 200


@pytest.mark.parametrize(("episode", "market"), VARIANTS)
def test_the_file_is_what_a_platform_takes(demo: Demo, episode: str, market: str, figure: Figure) -> None:
    report = demo.report(episode, market)
    video = demo.path(episode, market, f"{episode}.{market}.mp4")
    source = probe.probe(demo.episode(episode))
    made = probe.probe(video)
    assert abs(made.duration_ms - source.duration_ms) <= source.frame_ms
    assert probe.packet_hashes(video) == probe.packet_hashes(demo.episode(episode))
    assert video.read_bytes().find(b"moov") < video.read_bytes().find(b"mdat")
    measured = ffmpeg.loudness(video)
    figure("LUFS, dBTP", f"{measured['lufs']}, {measured['true_peak_dbtp']}")
    assert abs(measured["lufs"] + 14) <= 0.5
    assert measured["true_peak_dbtp"] <= -1.0
    facts = {c["name"]: c["verdict"] for c in report["checks"]}
    assert facts["tracks"] == "pass"
    assert facts["duration"] == "pass"


@pytest.mark.parametrize(("episode", "market"), VARIANTS)
def test_subtitles_are_within_the_table(demo: Demo, episode: str, market: str, figure: Figure) -> None:
    report = demo.report(episode, market)
    checks = {c["name"]: c for c in report["checks"]}
    figure("highest CPS", checks["reading speed"]["figure"])
    for name in ("row length", "cue times"):
        assert checks[name]["verdict"] == "pass", checks[name]
    # which line comes out a letter too long differs with the engine and the processor; what is over must be told
    speed = checks["reading speed"]
    over = [x for x in speed["detail"].split(", ") if x]
    assert len(over) <= max(2, 0.1 * len(report["cues"])), speed  # a line of two cues is over in both
    highest = float(re.search(r"[\d.]+", speed["figure"])[0])  # type: ignore[index]
    limit = max(float(x.split()[-1]) for x in speed["limit"].split(", "))
    assert highest <= 1.15 * limit, speed
    assert (speed["verdict"] == "pass") == (over == []), speed
    text = demo.path(episode, market, f"{episode}.{TAGS[market]}.srt").read_text(encoding="utf-8")
    assert len(re.findall(r"-->", text)) == len(report["cues"])


# Hindi once: its recogniser takes as long for it as for three others, and can judge only what laying adds
@pytest.mark.parametrize(("episode", "market"), [v for v in DUBBED if v != ("E02", "india")])
def test_the_dub_says_what_the_voice_said(demo: Demo, episode: str, market: str, figure: Figure) -> None:
    """Word errors of the laid track against those of the raw clips joined with silence, same recogniser."""
    session, tag = demo.session(), TAGS[market]
    admitted = admit(session, demo.episode(episode))
    heard = listen(session, admitted)
    part = speak_language(session, admitted, heard, tag)
    assert part.spoken is not None
    assert session.steps.ran == {}, "all of this was done before"
    whisper = session.engines.transcriber()

    def read(samples: np.ndarray, hz: int) -> str:
        audio = np.asarray(soxr.resample(samples, hz, 16_000), np.float32)
        spans = speech_spans(audio)

        def hear(span: tuple[int, int]) -> tuple[Word, ...]:
            sound, start_ms = stretches.around(audio, span)
            heard = whisper.transcribe(sound, tag.split("-")[0], (), quick=True).words
            return stretches.moved(loops.without_impossible(heard), start_ms)

        said = stretches.words_in(hear, spans, 2)
        return " ".join(w.text for w in said if any(a - 300 < w.start_ms < b for a, b in spans))

    track, rate = files.from_flac(session.steps.store.need(part.spoken.track))
    takes = [(t, files.from_flac(session.steps.store.need(t.clip))[0]) for t in part.spoken.takes]
    texts = {t.line_id: t.text for t in part.translations}
    if tag == "hi-IN":
        # the embedded recogniser writes Hindi in any script it likes, so letters are compared, line by line: what the
        # track adds to the voice's own figure still shows, what the voice says is not judged by it
        quiet = np.zeros(24_000 // 2, np.float32)
        pairs = [
            (letters(texts[t.line_id], read(np.concatenate([quiet, clip, quiet]), 24_000)),
             letters(texts[t.line_id], read(np.pad(track[t.start_ms * 48 : t.end_ms * 48], 24_000), rate)))
            for t, clip in takes
        ]  # fmt: skip
        raw_errors, laid_errors = (float(np.mean(column)) for column in zip(*pairs, strict=True))
    else:
        script = " ".join(t.text for t in part.translations)
        gap = np.zeros(24_000 // 2, np.float32)
        joined = np.concatenate([x for _take, clip in takes for x in (gap, clip, gap)])
        raw_errors, laid_errors = word_error(script, read(joined, 24_000)), word_error(script, read(track, rate))
    figure("raw clips, laid track", f"{raw_errors:.1%}, {laid_errors:.1%}")
    # one word more or less in a dozen: on one processor a recogniser hears a name where on another it does not
    assert laid_errors <= raw_errors + 0.08


def letters(reference: str, hypothesis: str) -> float:
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_distance(normal_form(reference), normal_form(hypothesis)))


def test_the_same_command_again_loads_nothing_and_is_quick(demo: Demo, figure: Figure) -> None:
    arguments = ["run", "--series", "silver-bay", "--out", str(demo.folder / "out")]
    english = [str(demo.episode(e)) for e in ("E01", "E02")]
    started = time.monotonic()
    # an empty model folder: any model load would fail
    one = demo.run(*arguments, *english, env={"LOCALIZE_MODELS": str(demo.folder / "none"), "LOCALIZE_OFFLINE": "1"})
    two = demo.run(*arguments, str(demo.episode("E03")), "--market", "us", "--market", "brazil")
    seconds = time.monotonic() - started
    figure("seconds for all episodes", round(seconds, 1))
    assert one.returncode == two.returncode == 0, one.stderr + two.stderr
    assert (one.stdout + two.stdout).count("as before") == 10
    assert not (demo.folder / "none").exists()
    assert seconds <= 12


def test_one_edited_row_redoes_only_its_lines(demo: Demo, tmp_path: Path, figure: Figure) -> None:
    session = demo.session()
    source = demo.episode("E01")
    admitted = admit(session, source)
    heard = listen(session, admitted)
    touched = [x.id for x in heard.transcript.lines if "Vivian" in x.text]
    terms = demo.folder / "glossaries" / "silver-bay" / "terms.csv"
    before = terms.read_text(encoding="utf-8")
    try:
        terms.write_text(
            before.replace(
                "Vivian,,person,f,,Vivian,Vivian,Vivian,विवियन", "Vivian,,person,f,,Vivian,Bibiana,Vivian,विवियन"
            ),
            encoding="utf-8",
        )
        edited = demo.session()
        assert listen(edited, admitted) == heard
        part = speak_language(edited, admitted, heard, "es-419")
        assert any("Bibiana" in t.text for t in part.translations)
        assert "listen" not in edited.steps.ran
        redone = {s.split()[-1] for s in edited.ledger.subjects_in_run("translate")}
        spoken = {s.split()[-1] for s in edited.ledger.subjects_in_run("speak")}
        figure("lines with the name, translated anew, spoken anew", f"{touched}, {sorted(redone)}, {sorted(spoken)}")
        assert redone == set(touched)
        assert spoken == set(touched)
    finally:
        terms.write_text(before, encoding="utf-8")


def test_one_edited_memory_line_redoes_only_that_line(demo: Demo) -> None:
    path = demo.folder / "glossaries" / "silver-bay" / "memory.hi-IN.tmx"
    before = path.read_text(encoding="utf-8")
    session = demo.session()
    admitted = admit(session, demo.episode("E01"))
    heard = listen(session, admitted)
    (line,) = [x.id for x in heard.transcript.lines if "shaking" in x.text]
    try:
        path.write_text(before.replace("फिर हाथ क्यों काँप रहे हैं?", "तो हाथ क्यों काँप रहे हैं?"), encoding="utf-8")
        edited = demo.session()
        part = speak_language(edited, admitted, heard, "hi-IN")
        assert any(t.text.startswith("तो हाथ") for t in part.translations)
        assert {s.split()[-1] for s in edited.ledger.subjects_in_run("speak")} == {line}
    finally:
        path.write_text(before, encoding="utf-8")


def test_a_linguist_s_edit_comes_back_and_redoes_only_its_line(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out as XLIFF, one line changed, back into the memory: that line alone is spoken anew."""
    sent = tmp_path / "E01.es-419.xlf"
    folder = demo.folder / "out" / "silver-bay" / "E01" / "latam"
    assert demo.run("export", str(folder), str(sent)).returncode == 0
    line = next(x for x in demo.report("E01", "latam")["lines"] if "office" in x["source"])
    text = sent.read_text(encoding="utf-8")
    assert f"<target>{line['target']}</target>" in text
    sent.write_text(text.replace(line["target"], "Fuera de mi oficina."), encoding="utf-8")
    path = demo.folder / "glossaries" / "silver-bay" / "memory.es-419.tmx"
    try:
        done = demo.run("import", str(sent), str(folder))
        assert "1 lines changed" in done.stdout, done.stderr
        edited = demo.session()
        admitted = admit(edited, demo.episode("E01"))
        heard = listen(edited, admitted)
        seconds: list[float] = []
        really = Whisper.transcribe

        def counted(self: Whisper, audio: Samples, *args: Any, **options: Any) -> Heard:
            seconds.append(len(audio) / ASR_RATE)
            return really(self, audio, *args, **options)

        monkeypatch.setattr(Whisper, "transcribe", counted)
        part = speak_language(edited, admitted, heard, "es-419")
        assert {t.text for t in part.translations if t.origin == "memory"} == {"Fuera de mi oficina."}
        # the minute is heard back in three stretches of 13 to 24 s; what else is heard is a line that the recogniser jumps over
        assert edited.steps.reused["hear-stretch"] >= 2
        assert sum(s > 8 for s in seconds) == 1, seconds
        assert {s.split()[-1] for s in edited.ledger.subjects_in_run("speak")} == {line["id"]}
    finally:
        path.unlink(missing_ok=True)


def test_lines_that_a_linguist_approved_need_no_review_again(demo: Demo, tmp_path: Path, figure: Figure) -> None:
    """Every line's state set to final in the XLIFF, which comes back: the variant made next passes by itself."""
    folder = demo.folder / "out" / "silver-bay" / "E01" / "latam"
    assert json.loads((folder / "report.json").read_text())["verdict"] == "review"
    sent = tmp_path / "E01.es-419.xlf"
    assert demo.run("export", str(folder), str(sent)).returncode == 0
    text = sent.read_text(encoding="utf-8")
    sent.write_text(re.sub(r'state="(initial|translated|reviewed)"', 'state="final"', text), encoding="utf-8")
    path = demo.folder / "glossaries" / "silver-bay" / "memory.es-419.tmx"
    try:
        done = demo.run("import", str(sent), str(folder))
        assert done.returncode == 0, done.stderr
        made = demo.run("run", "--series", "silver-bay", "--market", "latam", "--out", str(tmp_path / "out"), str(demo.episode("E01")))
        assert made.returncode == 0, made.stderr
        report = json.loads((tmp_path / "out" / "silver-bay" / "E01" / "latam" / "report.json").read_text())
        figure("verdict, reasons", f"{report['verdict']}, {report['reasons']}")
        assert {x["origin"] for x in report["lines"]} == {"memory"}
        assert (report["verdict"], report["reasons"]) == ("pass", [])
    finally:
        path.unlink(missing_ok=True)


def test_a_video_that_is_not_ours_with_no_bible_and_no_stem(demo: Demo, tmp_path: Path, figure: Figure) -> None:
    clip = tmp_path / "somebody's holiday #1.mp4"
    ffmpeg.run(["-v", "error", "-ss", "20", "-t", "14", "-i", ffmpeg.url(demo.episode("E01")), "-vf", "scale=640:360",
                "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", ffmpeg.url(clip)])  # fmt: skip
    done = demo.run("run", str(clip), "--market", "brazil", "--market", "us", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    report = json.loads(
        (tmp_path / "out" / "untitled" / clip.stem / "brazil" / "report.json").read_text(encoding="utf-8")
    )
    figure("verdict, reasons", f"{report['verdict']}, {report['reasons']}")
    assert all(x["target"] for x in report["lines"])
    assert report["metrics"]["source_speech_left"] is not None
    assert {x["voice"][:2] for x in report["lines"]} <= {"pf", "pm"}


def test_a_flipped_byte_in_a_model_is_refused_by_name(demo: Demo, tmp_path: Path) -> None:
    copy = tmp_path / "models"
    for model in ("bergamot-tiny-enpt", "faster-whisper-base"):
        shutil.copytree(demo.settings.models / model, copy / model)
    file = copy / "bergamot-tiny-enpt" / "vocab.enpt.spm"
    data = bytearray(file.read_bytes())
    data[1000] ^= 1
    file.write_bytes(bytes(data))
    done = demo.run("models", "verify", "bergamot-tiny-enpt", env={"LOCALIZE_MODELS": str(copy)})
    assert done.returncode == 2
    assert "vocab.enpt.spm" in done.stderr
    assert "bergamot-tiny-enpt" in done.stderr
    assert not file.exists(), "the wrong file is put aside"
    assert list(file.parent.glob("vocab.enpt.spm.wrong-*"))
    mended = demo.run("models", "pull", "bergamot-tiny-enpt", env={"LOCALIZE_MODELS": str(copy)})
    assert mended.returncode == 0, mended.stderr
    assert file.exists()


def test_cue_text_is_the_translation_and_vtt_agrees(demo: Demo) -> None:
    report = demo.report("E01", "latam")
    shown = " ".join(c["text"].replace("\n", " ") for c in report["cues"])
    assert shown.split() == " ".join(x["target"] for x in report["lines"]).split()
    vtt = demo.path("E01", "latam", "E01.es-419.vtt").read_text(encoding="utf-8")
    assert vtt.startswith("WEBVTT")
    assert vtt.count("-->") == len(report["cues"])
    assert all(line_breaks.length(r) <= 26 for c in report["cues"] for r in c["text"].split("\n"))


def test_every_kind_of_subtitle_on_request(demo: Demo, tmp_path: Path) -> None:
    """Writing in the picture becomes a forced track; ASS, IMSC and subtitles for the deaf lie beside; one video has its
    cues drawn in. The picture of the plain one stays untouched."""
    source = tmp_path / "E03.mp4"
    shutil.copy(demo.episode("E03"), source)
    (tmp_path / "E03.screen.srt").write_text("1\n00:00:02,000 --> 00:00:04,500\nTRES AÑOS DESPUÉS\n", encoding="utf-8")
    more = [x for kind in ("ass", "ttml", "sdh", "burned") for x in ("--also", kind)]
    arguments = ["--series", "silver-bay", "--market", "us", "--out", str(tmp_path / "out"), *more]
    done = demo.run("run", str(source), *arguments)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "out/silver-bay/E03/us"
    names = {p.name for p in folder.iterdir()}
    wanted = "ass ttml sdh.srt sdh.vtt forced.srt srt vtt".split()
    assert {f"E03.en-US.{x}" for x in wanted} | {"E03.us.mp4", "E03.us.burned.mp4"} <= names
    assert "YEARS LATER" in (folder / "E03.en-US.forced.srt").read_text(encoding="utf-8").upper()
    assert "[Summer]" in (folder / "E03.en-US.sdh.srt").read_text(encoding="utf-8")
    assert probe.packet_hashes(folder / "E03.us.mp4") == probe.packet_hashes(source)
    with av.open(str(folder / "E03.us.mp4")) as container:
        texts = list(container.streams.subtitles)
        assert [s.metadata["language"] for s in texts] == ["eng", "eng"]
        assert bool(texts[1].disposition & av.stream.Disposition.forced)
    burned = probe.probe(folder / "E03.us.burned.mp4")
    assert abs(burned.duration_ms - probe.probe(source).duration_ms) <= burned.frame_ms
    assert burned.width == probe.probe(source).width
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["verdict"] in ("pass", "review")
    assert {"E03.en-US.ttml", "E03.us.burned.mp4"} <= set(report["outputs"])
