"""`make demo`: the demo series through the flow; two English episodes for every market, the Spanish one for two, and the
Mandarin one, whose subtitles stand in the picture, for every market."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console

from flows import server
from flows.episode import run_jobs
from localize.cli import run
from localize.errors import ServerError
from localize.settings import ROOT

JOBS = {
    "E01": ["us", "latam", "brazil", "india"],
    "E02": ["us", "latam", "brazil", "india"],
    "E03": ["us", "brazil"],
    "E04": ["us", "latam", "brazil", "india"],
}
MARKETS = ROOT / "localize/demo/markets.toml"


def main(argv: list[str] | None = None) -> int:
    """Exit status as of `localize run`."""
    parser = argparse.ArgumentParser("python -m flows.demo")
    parser.add_argument("episodes", type=Path, help="folder of the demo's episodes")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--episode", action="append", choices=list(JOBS), help="only this episode")
    args = parser.parse_args(argv)
    os.environ.setdefault("LOCALIZE_MARKETS", str(MARKETS))
    started = time.monotonic()
    try:
        server.check()
    except ServerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    jobs = [(args.episodes / f"{name}.mp4", markets) for name, markets in JOBS.items() if name in (args.episode or JOBS)]
    results, unusable = run_jobs(jobs, "silver-bay", args.out)
    run.finish(results, unusable, args.out, Console(width=None if Console().is_terminal else 180))
    print(f"{len(results)} variants in {time.monotonic() - started:.0f} s, server start included")
    return run.status(results, unusable)


if __name__ == "__main__":
    sys.exit(main())
