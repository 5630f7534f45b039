"""Tables for a terminal: results of a run, and the models."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..delivery.result import Delivered
from ..engines.catalogue import ENGINES, MODEL_ENGINES, SEPARATORS
from ..models.registry import Registry
from ..pipeline.results import Failed

COLOURS = {"pass": "green", "review": "yellow", "fail": "red"}


def results_table(results: Sequence[Delivered | Failed], console: Console) -> None:
    """Variant, verdict, main figures, seconds."""
    table = Table(title="variants", show_edge=False, pad_edge=False)
    for head in ("episode", "market", "verdict", "names", "overlap", "onset", "rate", "LUFS", "dBTP", "s", "why"):
        table.add_column(
            head, justify="right" if head in ("names", "overlap", "onset", "rate", "LUFS", "dBTP", "s") else "left"
        )
    for r in results:
        if isinstance(r, Failed):
            table.add_row(escape(r.episode), r.market, "[red]fail", *[""] * 7, escape(r.error))
            continue
        m = r.metrics
        cells = [
            f"{m['term_success']:.0%}", f"{m['speech_overlap']:.2f}", f"{m['onset_p95_ms']} ms", f"{m['max_rate']:.2f}",
            f"{m['loudness_lufs']:.1f}", f"{m['true_peak_dbtp']:.1f}", "as before" if r.reused else f"{m['wall_s']:.1f}",
        ]  # fmt: skip
        why = escape("; ".join(r.reasons)[:110])
        table.add_row(escape(r.episode), r.market, f"[{COLOURS[r.verdict]}]{r.verdict}", *cells, why)
    console.print(table)


def models_table(registry: Registry, pair: tuple[str, str] | None) -> None:
    """All models, or those that serve a pair such as "en:hi", with the one command for each."""
    console = Console(width=None if Console().is_terminal else 160)
    table = Table(show_edge=False, pad_edge=False)
    for head in ("model", "task", "languages", "licence", "commercial", "MB", "here", "get it"):
        table.add_column(head, justify="right" if head == "MB" else "left", no_wrap=head == "model")
    for model in registry.models.values():
        pairs = {tuple(t.split("-")[0] for t in p.split("->")) for p in model.languages}
        if pair and pair not in pairs:
            continue
        here = "yes" if registry.present(model.id) else "no"
        size = f"{model.bytes / 1e6:.0f}" if model.bytes else "?"
        get = "" if here == "yes" else f"localize models pull {model.id}"
        if model.engine and model.engine not in {*ENGINES, *MODEL_ENGINES, *SEPARATORS}:
            get = f"no engine {model.engine!r} in this release yet"
        commercial = "yes" if model.commercial_use else "[red]no"
        table.add_row(model.id, model.task, ", ".join(model.languages), model.licence, commercial, size, here, get)
    console.print(table)
