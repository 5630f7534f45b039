"""All figures of finished dubs, and where the truth is known, of what was heard: `localize bench dub`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..audio import files
from ..audio.samples import RATE
from ..audio.spans import intersection_over_union
from ..dubbing import intelligibility, listen_back
from ..dubbing.steps import Spoken
from ..errors import InputError
from ..files import read_text
from ..markets import Market
from ..media import ffmpeg
from ..media.soundtrack import decode
from ..mixing import steps as mixing
from ..mixing.balance import bed_spread
from ..pipeline.admit import admit
from ..pipeline.episode import run_market
from ..pipeline.market import speak_language
from ..qc import figures
from ..records import Episode, Line
from ..session import Session
from ..transcript.result import Listened
from ..transcript.steps import listen

COLLAR_MS = 250  # around each true start and end, as diarization is usually scored
STEP_MS = 10
OWN_MS = 400  # a line that starts this near to a true one starts where it does


@dataclass(frozen=True)
class Truth:
    """What is really said: lines with their speakers, and the language."""

    language: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Figures:
    """One variant's figures by name, in the order of the table; None where nothing can be measured."""

    episode: str
    market: str
    language: str
    verdict: str
    values: dict[str, float | None]


def read_truth(path: Path) -> Truth:
    """{"language": "en", "lines": [{"who", "text", "start_ms", "end_ms"}, …]}. Raises InputError."""
    try:
        data = json.loads(read_text(path))
        lines = tuple(
            Line(f"T{n}", str(x["who"]), int(x["start_ms"]), int(x["end_ms"]), str(x["text"]))
            for n, x in enumerate(data["lines"])
        )
        return Truth(str(data["language"]), lines)
    except (ValueError, KeyError, TypeError) as error:
        what = f"is no truth file: {error}"
        raise InputError(
            what, path.name, 'write {"language": …, "lines": [{"who", "text", "start_ms", "end_ms"}]}'
        ) from error


def episode(
    session: Session, path: Path, markets: Sequence[Market], out: Path, truth: Truth | None = None
) -> list[Figures]:
    """Figures of an episode's variants; whatever of the job is not done yet is done first. Raises LocalizeError."""
    admitted = admit(session, path)
    listened = listen(session, admitted)
    heard = _heard(listened, truth) if truth else {}
    found = []
    for market in markets:
        done = run_market(session, admitted, listened, market, out)
        own, m = speak_language(session, admitted, listened, market.language), done.metrics
        values: dict[str, float | None] = {
            "overlap": m["speech_overlap"],
            "length off": m["duration_difference"],
            "onset p95 ms": m["onset_p95_ms"],
            "max rate": m["max_rate"],
            "names": m["term_success"],
            "cps ok": m["cps_ok"],
            "rows ok": m["line_length_ok"],
            "LUFS": m["loudness_lufs"],
            "dBTP": m["true_peak_dbtp"],
            "source left": m["source_speech_left"],
        }
        if spoken := own.spoken:
            rates = [t.rate for t in spoken.takes if t.clip]
            values["over 1.15"] = sum(r > 1.155 for r in rates) / max(1, len(rates))
            bed = mixing.bed(session, admitted, listened)
            balance = mixing.balance(session, admitted, listened, bed, spoken.track)
            off = figures.levels_off(spoken.clip_levels, spoken.wanted_levels, balance)
            values["level off dB"] = max(map(abs, off.values()), default=None)
            values["bed off dB"] = balance.bed_off_db
            values["file bed off dB"] = bed_in_file(admitted, listened, spoken, done.folder, market)
            texts = {t.line_id: t.text for t in own.translations}
            values |= spoken_words(session, admitted, spoken, texts, market.language)
            if truth:
                values["true overlap"], values["true onset p95 ms"] = against(truth, spoken)
        found.append(Figures(admitted.name, market.name, market.language, str(done.verdict), {**values, **heard}))
    return found


def _heard(listened: Listened, truth: Truth) -> dict[str, float | None]:
    said = " ".join(x.text for x in truth.lines)
    got = " ".join(x.text for x in listened.transcript.lines)
    return {
        "source WER": figures.word_error(said, got),
        "DER": diarization_error(truth.lines, listened.transcript.lines),
    }


def diarization_error(truth: Sequence[Line], found: Sequence[Line]) -> float:
    """Time missed, invented or given to the wrong speaker, over the time that somebody really speaks.

    Every true speaker is matched to at most one found speaker, as well as can be; COLLAR_MS around true edges is left out.
    """
    from scipy.optimize import linear_sum_assignment

    end = max(x.end_ms for x in (*truth, *found)) // STEP_MS + 1

    def tracks(lines: Sequence[Line]) -> tuple[list[str], np.ndarray]:
        names = sorted({x.speaker for x in lines})
        on = np.zeros((len(names), end), bool)
        for line in lines:
            on[names.index(line.speaker), line.start_ms // STEP_MS : line.end_ms // STEP_MS] = True
        return names, on

    _who, real = tracks(truth)
    _names, got = tracks(found)
    scored = np.ones(end, bool)
    for line in truth:
        for edge in (line.start_ms, line.end_ms):
            scored[max(0, edge - COLLAR_MS) // STEP_MS : (edge + COLLAR_MS) // STEP_MS] = False
    real, got = real[:, scored], got[:, scored]
    shared = real.astype(int) @ got.astype(int).T
    rows, columns = linear_sum_assignment(-shared)
    right = shared[rows, columns].sum()
    return float((np.maximum(real.sum(0), got.sum(0)).sum() - right) / max(1, real.sum()))


def against(truth: Truth, spoken: Spoken) -> tuple[float | None, float | None]:
    """(mean overlap, onset p95 in ms) of takes against the true lines: takes of one true line count together. None
    where nothing was spoken."""
    by_line: dict[str, list[tuple[int, int]]] = {}
    off = []
    for take in spoken.takes:
        if not take.clip:
            continue
        middle = (take.start_ms + take.end_ms) / 2
        own = min(truth.lines, key=lambda x: abs((x.start_ms + x.end_ms) / 2 - middle))
        by_line.setdefault(own.id, []).append((take.start_ms, take.end_ms))
        near = min(abs(take.start_ms - x.start_ms) for x in truth.lines)
        if near < OWN_MS or len(by_line[own.id]) == 1:
            off.append(near)
    if not off:
        return None, None
    spans = {x.id: (x.start_ms, x.end_ms) for x in truth.lines}
    shares = [
        intersection_over_union(spans[i], (min(s for s, _e in those), max(e for _s, e in those)))
        for i, those in by_line.items()
    ]
    return round(float(np.mean(shares)), 3), round(float(np.percentile(off, 95)))


def bed_in_file(episode: Episode, listened: Listened, spoken: Spoken, folder: Path, market: Market) -> float | None:
    """By how many dB, at the most, stretches without any speech differ in the finished file from the source, once the
    one gain of mastering is taken off (their median)."""
    source = decode(episode)
    made = ffmpeg.fit_length(ffmpeg.decode(folder / f"{episode.name}.{market.name}.mp4"), len(source))
    dubbed = [(t.start_ms, t.end_ms) for t in spoken.takes if t.clip]
    return bed_spread(source, made, [*listened.spoken, *dubbed])


def spoken_words(
    session: Session, episode: Episode, spoken: Spoken, texts: dict[str, str], tag: str
) -> dict[str, float | None]:
    """What the recogniser makes of the speech track and of the raw clips, and how many lines it hears to the end."""
    if tag.split("-")[0] not in intelligibility.JUDGED:
        return {"dub WER": None, "clips WER": None, "heard to the end": None}
    read, alone = listen_back.hear_line(session, tag, quick=True), listen_back.hear_line(session, tag)
    track, rate = files.from_flac(session.steps.store.need(spoken.track))
    laid, raw, script, ended = [], [], [], 0
    whole = intelligibility.by_line(spoken.takes, listen_back.read_back(session, episode, spoken.track, tag))
    takes = [t for t in spoken.takes if t.clip]
    for take in takes:
        clip, hz = files.from_flac(session.steps.store.need(take.clip))
        script.append(texts[take.line_id])
        raw.append(read(clip, hz))
        part = track[take.start_ms * RATE // 1000 : take.end_ms * RATE // 1000]
        laid.append(read(part, rate))
        # one reading misses an end now and then that another hears: in the whole track, by itself, or carefully
        ended += (
            intelligibility.ends(script[-1], whole[take.line_id])
            or intelligibility.ends(script[-1], laid[-1])
            or intelligibility.ends(script[-1], alone(part, rate))
        )
    words = " ".join(script)
    return {
        "dub WER": round(figures.word_error(words, " ".join(laid)), 3),
        "clips WER": round(figures.word_error(words, " ".join(raw)), 3),
        "heard to the end": ended / max(1, len(takes)),
    }
