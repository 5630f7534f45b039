"""Tables for a terminal: results of a run, and the models."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..delivery.result import Delivered
from ..engines.base import EngineContext
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
        whys = "; ".join(r.reasons)
        why = escape(whys if len(whys) <= 110 else f"{whys[:109]}…")
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


def endpoints_table(context: EngineContext) -> None:
    """Served models with what the studio declares of them; nothing where none is set."""
    if not context.endpoints:
        return
    table = _table("endpoint", "kind", "model", "at", "languages", "licence", "commercial", "can", "price", "now")
    for one in context.endpoints.values():
        price = ", ".join(f"{v:g} {one.currency} a {u.replace('_', ' ')}" for u, v in one.price.items()) or "none is set"
        price += f" (at most {one.max_cost:g} a series)" if one.max_cost is not None else ""
        commercial = "yes" if one.commercial_use else "[red]no"
        cells = [one.kind, one.model, one.url, ", ".join(one.languages) or "all", one.licence]
        why = context.failures.reason(one.name)
        now = f"[red]failed: {escape(why)}" if why else "localize endpoints check " + one.name
        table.add_row(one.name, *map(escape, cells), commercial, ", ".join(sorted(one.can)), price, now)
    _console().print(table)


def offers_table(offers: Sequence[Offer], source: str, target: str, most: int = 12) -> None:
    """The routes of a pair, the best first, with the one command for each."""
    if not offers:
        _console().print(f"no model known here translates {source} -> {target}, not even through another language")
        return
    table = _table("route", "loss", "figures", "MB", "licence", "needs", "now")
    shown = [o for n, o in enumerate(offers) if n < most or not (o.why or o.pull)]  # what serves now is always there
    for offer in shown:
        now = offer.why or (f"localize models pull {' '.join(offer.pull)}" if offer.pull else "[green]ready")
        size = f"{offer.bytes / 1e6:.0f}" if offer.bytes else ""
        figures, needs = " | ".join(offer.scores), ", ".join(offer.needs)
        table.add_row(offer.route.name, f"{offer.route.loss:.2f}", figures, size, ", ".join(offer.licences), needs, now)
    _console().print(table)
    if len(offers) > len(shown):
        _console().print(f"and {len(offers) - len(shown)} more that would have to be pulled and lose more: --all shows them")


def _console() -> Console:
    return Console(width=None if Console().is_terminal else 200)


def _table(*heads: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, justify="right" if head in ("MB", "loss") else "left", no_wrap=head == "model", overflow="fold")
    return table
