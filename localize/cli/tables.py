"""Tables for a terminal: results of a run, and the models."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..delivery.result import Delivered
from ..models.registry import Registry
from ..pipeline.results import Failed
from ..translation.offers import Offer

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


def models_table(registry: Registry, every: bool = False) -> None:
    """All models with what is known of them and the one command for each; Mozilla's in one row unless `every`."""
    table = _table("model", "task", "languages", "licence", "commercial", "MB", "ran here on", "bytes held by", "here")
    mozilla = [m for m in registry.models.values() if m.engine == "fxtranslate"]
    for model in registry.models.values():
        if model in mozilla and not every and not registry.present(model.id):
            continue
        here = "yes" if registry.present(model.id) else f"localize models pull {model.id}"
        size = f"{model.bytes / 1e6:.0f}" if model.bytes else "?"
        commercial = "yes" if model.commercial_use else "[red]no"
        cells = [model.id, model.task, ", ".join(model.languages), model.licence, commercial, size, model.ran, model.held]
        table.add_row(*cells, here)
    if mozilla and not every:
        pairs = f"{len({p for m in mozilla for p in m.languages})} pairs from and to en"
        table.add_row(
            f"firefox-… ({len(mozilla)})", "mt", pairs, mozilla[0].licence, "yes", "15-50", mozilla[0].ran, "sha256",
            "localize models list --pair en:hi, or --all",
        )  # fmt: skip
    _console().print(table)


def offers_table(offers: Sequence[Offer], source: str, target: str, most: int = 12) -> None:
    """The routes of a pair, the best first, with the one command for each."""
    if not offers:
        _console().print(f"no model known here translates {source} -> {target}, not even through another language")
        return
    table = _table("route", "loss", "figures", "MB", "licence", "needs", "now")
    for offer in offers[:most]:
        now = offer.why or (f"localize models pull {' '.join(offer.pull)}" if offer.pull else "[green]ready")
        size = f"{offer.bytes / 1e6:.0f}" if offer.bytes else ""
        figures, needs = " | ".join(offer.scores), " + ".join(offer.needs)
        table.add_row(offer.route.name, f"{offer.route.loss:.2f}", figures, size, ", ".join(offer.licences), needs, now)
    _console().print(table)
    if len(offers) > most:
        _console().print(f"and {len(offers) - most} more that lose more")


def _console() -> Console:
    return Console(width=None if Console().is_terminal else 200)


def _table(*heads: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, justify="right" if head in ("MB", "loss") else "left", no_wrap=head == "model")
    return table
