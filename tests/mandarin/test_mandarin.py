"""The demo's Mandarin episode with subtitles in its picture, to four markets, by `make test-mandarin`: what is read, what the
tracks say, names, and the picture in which the subtitles are covered and replaced."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from rapidfuzz.distance import Levenshtein

from flows.demo import JOBS, MARKETS
from localize.languages.text import count, normal_form
from localize.media import probe
from localize.pipeline.admit import admit
from localize.records import Flag
from localize.session import Session, open_session
from localize.settings import ROOT, load_settings
from localize.transcript.burnt_in import read_burnt_in
from localize.transcript.burnt_in.band import Reader
from localize.transcript.picture_text import read_hardsubs
from localize.transcript.steps import listen

pytestmark = [pytest.mark.models, pytest.mark.slow, pytest.mark.timeout(2700)]
TAGS = {"us": "en-US", "latam": "es-419", "brazil": "pt-BR", "india": "hi-IN"}
Figure = Callable[[str, object], None]


@dataclass
class Made:
    """The finished episode: its folder, the environment it was made in, what the command printed."""

    folder: Path
    env: dict[str, str]
    printed: str
    status: int

    @property
    def session(self) -> Session:
        return open_session("silver-bay", load_settings(self.env))

    @property
    def episode(self) -> Path:
        return self.folder / "episodes" / "E04.mp4"

    @property
    def truth(self) -> list[dict[str, Any]]:
        path = self.folder / "truth" / "E04.truth.json"
        return cast(list[dict[str, Any]], json.loads(path.read_text(encoding="utf-8"))["lines"])

    def out(self, market: str, name: str) -> Path:
        return self.folder / "out" / "silver-bay" / "E04" / market / name

    def report(self, market: str) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.out(market, "report.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    # LOCALIZE_TEST_DEMO keeps the episode in a folder from run to run, for work on these tests
    kept = os.environ.get("LOCALIZE_TEST_DEMO")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("mandarin")
    shutil.copytree(ROOT / "glossaries", folder / "glossaries", dirs_exist_ok=True)
    env = {**os.environ, "LOCALIZE_HOME": str(folder / "home"), "LOCALIZE_GLOSSARIES": str(folder / "glossaries"),
           "LOCALIZE_MARKETS": str(MARKETS)}  # fmt: skip
    argv = [sys.executable, "-m", "localize", "demo", str(folder), "--episode", "E04"]
    subprocess.run(argv, env=env, check=True, timeout=900)
    done = subprocess.run(
        [sys.executable, "-m", "flows.demo", str(folder / "episodes"), "--out", str(folder / "out"), "--episode", "E04"],
        env=env, cwd=ROOT, capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip
    return Made(folder, env, done.stdout + done.stderr, done.returncode)


def test_every_market_is_made_and_none_fails(made: Made, figure: Figure) -> None:
    assert made.status == 0, made.printed[-3000:]
    verdicts = {market: made.report(market)["verdict"] for market in JOBS["E04"]}
    figure("verdicts", verdicts)
    assert set(verdicts) == set(TAGS)
    # a machine's lines wait for a person; nothing of it goes out unseen
    assert verdicts["us"] == verdicts["latam"] == verdicts["brazil"] == "review"
    assert verdicts["india"] in ("pass", "review")


def test_the_transcript_is_what_stands_in_the_picture(made: Made, figure: Figure) -> None:
    session = made.session
    episode, truth = admit(session, made.episode), made.truth
    transcript = listen(session, episode).transcript
    assert transcript.origin == "picture"
    assert len(transcript.lines) == len(truth), "none lost, none doubled"
    pairs = [(letters(t["text"]), letters(x.text)) for t, x in zip(truth, transcript.lines, strict=True)]
    wrong = sum(Levenshtein.distance(a, b) for a, b in pairs)
    figure("characters wrong", f"{wrong} of {sum(len(a) for a, _b in pairs)}")
    assert wrong == 0
    read = read_hardsubs(session, episode, "zh", list(transcript.speech)).lines
    late = [(x.start_ms - t["start_ms"]) / episode.media.frame_ms for t, x in zip(truth, read, strict=True)]
    figure("beginnings of the subtitles that were read, frames", [round(x, 1) for x in late])
    assert all(abs(x) <= 2 for x in late)
    off = [x.start_ms - t["start_ms"] for t, x in zip(truth, transcript.lines, strict=True)]
    figure("beginnings of the lines, by the sound, ms", off)
    assert all(abs(ms) <= 200 for ms in off)  # over the telephone the voice is found 184 ms late
    assert not any("no-subtitle" in flag for x in transcript.lines for flag in x.flags)
    who = [(t["who"], x.speaker, Flag.UNKNOWN_SPEAKER in x.flags) for t, x in zip(truth, transcript.lines, strict=True)]
    figure("speakers", who)
    assert [x for x in who if x[0] != x[1] and not x[2]] == [], "a line is somebody else's and nothing says so"


@pytest.mark.parametrize("market", JOBS["E04"])
def test_names_are_right_or_the_variant_fails(made: Made, market: str, figure: Figure) -> None:
    report, tag = made.report(market), TAGS[market]
    script = " ".join(x["text"] for x in made.truth)
    written = " ".join(x["target"] for x in report["lines"])
    shown = " ".join(c["text"].replace("\n", " ") for c in report["cues"])
    figure("lines", [x["target"] for x in report["lines"]])
    assert all(x["target"].strip() for x in report["lines"])
    for term in made.session.bible.terms.terms:
        wanted = script.count(term.form("zh"))
        assert count(written, term.form(tag)) == wanted, (term.term, written)
        assert count(shown, term.form(tag)) == wanted, (term.term, shown)
    assert report["metrics"]["term_success"] == 1.0


def test_the_united_states_see_their_own_subtitles(made: Made, figure: Figure) -> None:
    report, variant = made.report("us"), made.out("us", "E04.us.mp4")
    figure("covered", report["covered"])
    assert report["covered"]["lines"] == len(made.truth)
    assert report["covered"]["legible"] <= 0.02
    assert report["covered"]["likeness"] >= 0.98
    session = made.session
    reader, info = cast(Reader, session.engines.get("ppocr")), probe.probe(variant)
    seen = "".join(x.text for x in read_burnt_in(reader, variant, info, "zh"))
    source = {c for x in made.truth for c in letters(x["text"])}
    figure("characters of the source read in the finished picture", sum(c in source for c in seen))
    assert sum(c in source for c in seen) <= 0.02 * sum(len(letters(x["text"])) for x in made.truth)
    lines, cues = read_burnt_in(reader, variant, info, "en"), report["cues"]
    words = normal_form(" ".join(x.text for x in lines)).split()
    wanted = normal_form(" ".join(c["text"].replace("\n", " ") for c in cues)).split()
    off = [min(abs(c["start_ms"] - x.start_ms) for x in lines) / info.frame_ms for c in cues]
    figure("beginnings of the drawn cues, frames; words read", (off, f"{len(words)} of {len(wanted)}"))
    assert Levenshtein.distance(words, wanted) <= 0.05 * len(wanted)
    assert sum(frames <= 2 for frames in off) >= 0.95 * len(off)


@pytest.mark.parametrize("market", [m for m in JOBS["E04"] if m != "us"])
def test_elsewhere_the_picture_is_the_source_s(made: Made, market: str) -> None:
    assert made.report(market)["covered"] is None
    assert probe.packet_hashes(made.out(market, f"E04.{market}.mp4")) == probe.packet_hashes(made.episode)


def test_what_the_tracks_say(made: Made, figure: Figure) -> None:
    """Where the recogniser can judge the language, the dub says what its lines say."""
    for market in ("us", "latam", "brazil"):
        metrics = made.report(market)["metrics"]
        figure(f"{market}: WER of the dub", metrics["dub_wer"])
        # one word of 44 is 0.023; the recogniser writes "Summer" as "Sama" and "pra" as "para" (0.00, 0.05, 0.16 seen)
        assert metrics["dub_wer"] <= 0.20


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
