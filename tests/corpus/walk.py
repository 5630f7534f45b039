"""The corpus walked: made into folders, run by the real command in one batch a market, or dropped into a service's bucket;
and what came out of each case.

    python -m tests.corpus.walk FOLDER      makes every case
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from localize.cli import main as cli
from localize.media import ffmpeg
from localize.transcript import cue_files

from . import cues, shortening, sidecars, speakers, text, tools, verdict
from .case import CUE_MS, TALK_S, Case, srt, starts

SERIES = "corpus"
CASES: tuple[Case, ...] = (
    *sidecars.CASES, *cues.CASES, *speakers.CASES, *text.CASES, *shortening.CASES, *tools.CASES, *verdict.CASES,
)  # fmt: skip
TAGS = {"pt": "pt-BR", "es": "es-419"}
MARKETS = """[market.home]
title = "The episode's own language"
language = "en-US"
also = ["sdh"]

[market.pt]
title = "With Brazilian subtitles"
language = "en-US"
extra_subtitles = ["pt-BR"]
machine = "pass"

[market.es]
title = "With Spanish subtitles"
language = "en-US"
extra_subtitles = ["es-419"]
machine = "pass"
"""
TERMS = """term,aliases,kind,gender,en-US,es-419,pt-BR
Summer,,person,f,Summer,Summer,Summer
Grant,,person,m,Grant,Grant,Grant
Vivian,,person,f,Vivian,Vivian,Vivian
Rene\u0301e,,person,f,Rene\u0301e,Rene\u0301e,Rene\u0301e
O’Neil,,person,m,O’Neil,O’Neil,O’Neil
Northwind,,brand,f,Northwind,Northwind,Northwind
venom,,banned,,,veneno,veneno
"""


@dataclass(frozen=True)
class Made:
    """What came of an episode: its report and subtitles, or the line that refuses it."""

    report: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    deaf: str = ""
    error: str = ""
    folder: Path = Path()


def bible(folder: Path) -> None:
    """The series: its names, a banned word, and a memory as other tools write it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "terms.csv").write_text(TERMS, encoding="utf-8")
    units = "".join(
        f'<tu><tuv xml:lang="en"><seg>{c.cue}</seg></tuv>{"".join(c.told)}</tu>' for c in CASES if c.scene == "memory"
    )
    (folder / "memory.pt-BR.tmx").write_text(
        '<tmx version="1.4"><header creationtool="x" segtype="sentence" o-tmf="x" adminlang="en" srclang="en" datatype="plaintext" '
        f'creationtoolversion="1"/><body>{units}</body></tmx>', encoding="utf-8",
    )  # fmt: skip


def talk(path: Path, seconds: float) -> None:
    """An episode whose picture and sound are anybody's: a tone that comes and goes."""
    beeps = f"aevalsrc='0.2*sin(2*PI*220*t)*lt(mod(t\\,1)\\,0.6)':d={seconds}:s=48000"
    ffmpeg.run([
        "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=90x160:r=25:d={seconds}", "-f", "lavfi", "-i", beeps, "-c:v", "libx264",
        "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", ffmpeg.url(path),
    ])  # fmt: skip


def episodes(cases: Iterable[Case]) -> Iterator[tuple[str, str, list[Case]]]:
    """(episode name, market, its cases): those of a scene are one episode."""
    scenes: dict[str, list[Case]] = {}
    for case in cases:
        if case.scene:
            scenes.setdefault(case.scene, []).append(case)
        else:
            yield case.name, case.market, [case]
    for scene, some in scenes.items():
        yield scene, some[0].market, some


def make(folder: Path, cases: Iterable[Case]) -> dict[str, list[Path]]:
    """The episodes of the cases in a folder, each with its own files: by market, their videos."""
    by_market: dict[str, list[Path]] = {}
    usual = folder / "usual.mp4"
    folder.mkdir(parents=True, exist_ok=True)
    talk(usual, TALK_S)
    for name, market, some in episodes(cases):
        place = folder / market
        place.mkdir(exist_ok=True)
        path = place / f"{name}.mp4"
        if some[0].scene:
            talk(path, (starts(len(some)) + 1000) / 1000)
            at = [(starts(n), starts(n) + CUE_MS) for n in range(len(some))]
            path.with_suffix(".srt").write_text(srt(*((*t, c.cue) for t, c in zip(at, some, strict=True))), encoding="utf-8")
            if all(c.given for c in some):
                given = srt(*((*t, c.given) for t, c in zip(at, some, strict=True)))
                path.with_suffix(".pt-BR.srt").write_text(given, encoding="utf-8")
        else:
            shutil.copyfile(usual, path)
            for ending, data in some[0].beside.items():
                held = data.encode() if isinstance(data, str) else data
                path.with_name(f"{name}{ending}").write_bytes(held)
        by_market.setdefault(market, []).append(path)
    usual.unlink()
    return by_market


def by_command(root: Path, cases: Iterable[Case]) -> dict[str, Made]:
    """Every case through `localize run`, one batch a market; the environment must point into `root`."""
    bible(root / "bibles" / SERIES)
    made: dict[str, Made] = {}
    for market, paths in make(root / "dropped", cases).items():
        said = io.StringIO()
        argv = ["run", str(root / "dropped" / market), "--series", SERIES, "--market", market, "--source-lang", "en"]
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            code = cli.main([*argv, "--out", str(root / "out")])
        assert code in (0, 1, 2)
        rows = [r for r in said.getvalue().splitlines() if r.startswith("error: ")]
        assert said.getvalue().count("error: ") == len(rows)
        for path in paths:
            mine = [r for r in rows if re.match(rf"error: {re.escape(path.stem)}[. ]", r)]
            made[path.stem] = outcome(root / "out" / SERIES / path.stem / market, "\n".join(mine))
    return made


def outcome(folder: Path, error: str = "") -> Made:
    """What lies in a variant's folder."""
    if not (folder / "manifest.json").is_file():
        return Made(error=error)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    shown = {}
    for path in folder.glob("*.srt"):
        read = cue_files.read(path.read_text(encoding="utf-8"), cue_files.Notes(path.name))
        rows = [(c.start_ms, c.end_ms, " ".join(c.text.split())) for c in read]
        shown[path.name.removeprefix(f"{report['episode']['name']}.").removesuffix(".srt")] = rows
    deaf = " ".join(text for name, rows in shown.items() if name.endswith("sdh") for _a, _b, text in rows)
    return Made(report, shown, deaf, error, folder)


def by_service(root: Path, cases: Iterable[Case]) -> dict[str, Made]:
    """Every case through a watcher's look and a worker's run, Prefect's own shell left out."""
    from flows import episode as episode_flow
    from flows import service as service_flow
    from flows import tasks
    from localize.pipeline.episode import STAGES
    from localize.service.service import open_service

    service = open_service()
    dropped = make(root / "dropped", cases)
    for market, paths in dropped.items():
        series = f"{SERIES}-{market}"
        bible(Path(os.environ["LOCALIZE_GLOSSARIES"]) / series)
        service.bucket.write(f"inbox/{series}/series.toml", f'markets = ["{market}"]\n'.encode())
        for path in sorted(paths[0].parent.iterdir()):
            service.bucket.write(f"inbox/{series}/{path.name}", path.read_bytes())
        for path in paths:
            service.bucket.write(f"inbox/{series}/{path.stem}.done", b"")
    made: dict[str, Made] = {}
    with contextlib.ExitStack() as stack:
        for target, name, value in (
            (service_flow, "get_run_logger", lambda: logging.getLogger("corpus")),
            (service_flow.server, "show", lambda _artifact: None),
            (service_flow.server, "start", lambda *_a, **_k: None),
            (tasks, "STAGES", STAGES),
            (tasks, "_sessions", {}),
            (episode_flow, "_artifacts", lambda *_a: None),
        ):
            stack.enter_context(mock.patch.object(target, name, value))
        service_flow.watch_once(service)
        for work in service.plan().todo:
            states = service_flow.make(service, work.episode, work.markets, "en", only_missing=True)
            for market in work.markets:
                variant = service.books.variant(work.episode, market)
                found = outcome(service.folder(work.episode, market), variant.why if variant else "")
                made[work.episode.name] = found
                if found.report:
                    wanted = {"pass": "delivered", "review": "review", "fail": "failed"}[found.report["verdict"]]
                    assert states[market] == wanted
                else:
                    assert states[market] == "failed"
    assert service.look().admitted == []
    return made


def main(folder: Path) -> None:
    """Every case into a folder."""
    from . import media

    make(folder, CASES)
    media.main(folder / "media")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
