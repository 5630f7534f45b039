"""Seconds of our batch, of a plain script over the same libraries, and of the models alone: one interleaved run.

Lone times on a shared machine say nothing; what counts are ratios of medians from rounds in which each runs once.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import OptionError, ToolError
from ..settings import ROOT, Settings
from ..storage.database import Sqlite
from . import plain_recipe

OURS, PLAIN, FLOOR = "ours", "plain recipe", "floor"


@dataclass
class Speed:
    """Of one run of the bench: by what ran its seconds, round by round, and its peak memory in MB.

    Attributes:
        core_s: seconds of processor time, of the same rounds, loading and every process that was started included.
        stages: seconds of our last round by step, waiting included, as the ledger has them; models: the floor's by stage.
        syntheses: lines spoken for each line that is heard in the end.
    """

    episodes: int
    markets: tuple[str, ...]
    audio_s: float
    seconds: dict[str, list[float]] = field(default_factory=dict)
    core_s: dict[str, list[float]] = field(default_factory=dict)
    peak_mb: dict[str, int] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)
    models: dict[str, float] = field(default_factory=dict)
    syntheses: float = 0.0

    def median(self, what: str) -> float:
        """Seconds."""
        return statistics.median(self.seconds[what])

    def busy(self, what: str, cores: int) -> float:
        """The share of all cores' time that it used, in the middle of the rounds."""
        return statistics.median(c / s for c, s in zip(self.core_s[what], self.seconds[what], strict=True)) / cores

    def ratio(self, one: str, other: str) -> float:
        """Median of the ratios of a round, which is steadier than the ratio of medians where a machine slows down."""
        return statistics.median(a / b for a, b in zip(self.seconds[one], self.seconds[other], strict=True))


def measure(
    settings: Settings, episodes: Sequence[Path], series: str, markets: Sequence[str], rounds: int,
    audio_s: float, notice: Callable[[str], None] = lambda _text: None,
) -> Speed:  # fmt: skip
    """Run each of the three `rounds` times, by turns. Raises OptionError, ToolError."""
    names = [m.name for m in settings.chosen(markets)]
    languages = sorted({m.language.split("-")[0] for m in settings.chosen(markets)} & set(plain_recipe.VOICES))
    if not languages:
        known = ", ".join(sorted(plain_recipe.VOICES))
        raise OptionError("the plain recipe speaks none of these markets' languages", "--market", f"add one in {known}")
    made = Speed(len(episodes), tuple(names), audio_s)
    files = [str(p) for p in episodes]
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory(prefix="bench-speed-") as folder:
            home, out = Path(folder, "home"), Path(folder, "out")
            env = [f"LOCALIZE_HOME={home}", f"LOCALIZE_GLOSSARIES={settings.glossaries}"]
            chosen = [a for name in names for a in ("--market", name)]
            notice(f"round {number} of {rounds}: ours")
            _timed(made, OURS, ["-m", "localize", "run", *files, "--series", series, *chosen, "--out", str(out)], env, (0, 1))
            notice(f"round {number} of {rounds}: the plain recipe")
            plain = ["--models", str(settings.models), "--languages", ",".join(languages), "--out", str(Path(folder, "plain"))]
            _timed(made, PLAIN, [plain_recipe.__file__, *files, *plain], ["--unset=OPENBLAS_NUM_THREADS", *env])
            notice(f"round {number} of {rounds}: the models alone")
            alone = ["--out", str(out), "--markets", ",".join(names), "--series", series]
            said = _timed(made, FLOOR, ["-m", "localize.bench.floor", *files, *alone], env)
            made.models = json.loads(said.splitlines()[-1])
            made.seconds[FLOOR][-1] = sum(made.models.values())  # loading is not of the models
            _read_ledger(made, home)
    return made


def _timed(made: Speed, what: str, argv: list[str], env: list[str], good: tuple[int, ...] = (0,)) -> str:
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(["env", *env, sys.executable, *argv], cwd=ROOT, stdout=out, stderr=err)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        err.seek(0)
        out.seek(0)
        if process.returncode not in good:
            last = next((line for line in reversed(err.read().splitlines()) if line.strip()), "")
            raise ToolError(f"ended with {process.returncode}: {last}", what, "run it by itself to see why")
        made.seconds.setdefault(what, []).append(seconds)
        made.core_s.setdefault(what, []).append(round(used.ru_utime + used.ru_stime, 1))
        made.peak_mb[what] = max(made.peak_mb.get(what, 0), _mb(used))
        return out.read()


def _mb(used: resource.struct_rusage) -> int:
    return used.ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _read_ledger(made: Speed, home: Path) -> None:
    """Seconds by step, and syntheses a line."""
    db = Sqlite(home / "ledger.sqlite")
    made.stages = {name: round(float(s), 1) for name, s in db.all("SELECT name, sum(wall_s) FROM steps GROUP BY name ORDER BY 2 DESC")}
    spoken = [(subject, blob) for subject, blob in db.all("SELECT subject, blob FROM steps WHERE name='speak'")]
    made.syntheses = round(len(spoken) / max(1, len({subject for subject, _blob in spoken})), 2)


def chart(speed: Speed, path: Path) -> None:
    """Bars of the medians, with the range of the rounds, as PNG."""
    from PIL import Image, ImageDraw, ImageFont

    width, row, left, right = 900, 64, 170, 150
    image = Image.new("RGB", (width, row * len(speed.seconds) + 90), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    longest = max(max(s) for s in speed.seconds.values())
    scale = (width - left - right) / longest
    title = f"{speed.episodes} episodes ({speed.audio_s / 60:.1f} min) x {len(speed.markets)} markets, medians of {len(speed.seconds[OURS])}"
    draw.text((20, 20), title, "black", font)
    for n, (what, colour) in enumerate(((FLOOR, "#9aa5b1"), (OURS, "#2f6f4f"), (PLAIN, "#c47f2c"))):
        top, seconds = 70 + n * row, speed.seconds[what]
        draw.text((20, top + 8), what, "black", font)
        end = left + scale * speed.median(what)
        draw.rectangle((left, top, end, top + 36), colour)
        draw.line((left + scale * min(seconds), top + 18, left + scale * max(seconds), top + 18), "black", 2)
        told = f"{speed.median(what):.0f} s" + ("" if what == OURS else f", {speed.ratio(what, OURS):.2f} x ours")
        draw.text((left + scale * max(seconds) + 10, top + 8), told, "black", font)
    image.save(path)
