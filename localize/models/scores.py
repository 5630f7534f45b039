"""How good an engine is for a pair, as figures: published ones, and own ones that `localize bench mt` wrote.

Routes are ranked by loss, from 0 (as a good human translation) upwards; the losses of a route's hops add up:

    COMET: 1 - COMET
    chrF:  0.47 * (1 - chrF / 100), so that both meet where both are known: the embedded en->pt and pt->en have chrF
           76.6 and 73.5 on this project's drama lines; Mozilla's of their size have COMET 0.890 and 0.887
    none:  0.32, behind two good hops (zh->en->es: 0.14 + 0.15 + 0.02 for going on from a translation)

models/scores.toml has the engines that are no model of the registry; a model's own table has its score where it serves
one pair. Own figures lie beside the models, in scores.json, and go before published ones.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .tables import Model

UNKNOWN = 0.32
CHRF = 0.47
PUBLISHED, OWN = "scores.toml", "scores.json"
ENOUGH = 30  # lines below which an own figure says too little to rank by


@dataclass(frozen=True)
class Score:
    """One engine's figures for one pair, and where they come from. `given` is a loss that no figure stands for."""

    comet: float | None = None
    chrf: float | None = None
    bleu: float | None = None
    given: float | None = None
    source: str = ""

    @property
    def loss(self) -> float:
        """What a hop through this engine loses."""
        if self.given is not None:
            return self.given
        if self.comet is not None:
            return 1 - self.comet
        return UNKNOWN if self.chrf is None else CHRF * (1 - self.chrf / 100)

    @property
    def text(self) -> str:
        """The figures for a table; empty without any."""
        found = (("COMET", self.comet, ".3f"), ("chrF", self.chrf, ".1f"), ("BLEU", self.bleu, ".1f"))
        return ", ".join(f"{name} {value:{form}}" for name, value, form in found if value is not None)


Scores = dict[tuple[str, str, str], Score]  # engine or model, source, target


def read(models: list[Model], published: Path, own: Path) -> Scores:
    """All scores: of the models' tables, of scores.toml, and this machine's own. Raises ModelError."""
    found: Scores = {}
    for model in models:
        if len(model.languages) == 1 and (model.comet or model.chrf or model.bleu):
            score = Score(model.comet, model.chrf, model.bleu, source=model.score_source)
            found[(model.id, *pair(model.languages[0]))] = score
    for path, load in ((published, tomllib.loads), (own, json.loads)):
        if path.is_file():
            try:
                found.update(_row(row) for row in load(path.read_text(encoding="utf-8"))["score"])
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ModelError(f"cannot be read: {error}", str(path), "see models/README.md") from error
    return found


def add(own: Path, engine: str, source: str, target: str, chrf: float, bleu: float, lines: int) -> bool:
    """Write an own figure; False where it was measured on too few lines to rank by. Raises OSError, ModelError."""
    if lines < ENOUGH:
        return False
    known = json.loads(own.read_text(encoding="utf-8"))["score"] if own.is_file() else []
    rest = [r for r in known if (r["engine"], r["pair"]) != (engine, f"{source}->{target}")]
    row = {"engine": engine, "pair": f"{source}->{target}", "chrf": round(chrf, 1), "bleu": round(bleu, 1)}
    row["source"] = f"localize bench mt, {lines} lines"
    own.parent.mkdir(parents=True, exist_ok=True)
    part = own.with_name(f".{own.name}.part")
    part.write_text(json.dumps({"score": [*rest, row]}, indent=1) + "\n", encoding="utf-8")
    part.replace(own)
    return True


def pair(text: str) -> tuple[str, str]:
    """("en", "pt") of "en->pt-BR"."""
    source, target = text.split("->")
    return source.split("-")[0].lower(), target.split("-")[0].lower()


def _row(row: dict[str, Any]) -> tuple[tuple[str, str, str], Score]:
    figures = {k: row[k] for k in ("comet", "chrf", "bleu", "given") if k in row}
    return (str(row["engine"]), *pair(row["pair"])), Score(**figures, source=str(row["source"]))
