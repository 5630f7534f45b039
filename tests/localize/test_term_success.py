"""Locked names through the embedded engines: hundreds of lines with names that nothing here was tuned on."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import sacrebleu

from localize.engines.base import Ask
from localize.series.glossary import Glossary, Term
from localize.session import Session
from localize.translation import name_lock, send
from localize.translation.available import text_hops
from localize.translation.routes import plan

ROWS = [r.split("\t") for r in (Path(__file__).parent.parent / "data/drama.tsv").read_text("utf-8").splitlines()]
COLUMN = {"en": 0, "pt": 1, "es": 2}
LINES = 320
# names that are ordinary words of the source language, and names that are not
WORDS = {
    "en": [
        "Hope",
        "Chase",
        "Rose",
        "Grace",
        "Mark",
        "Dawn",
        "Faith",
        "Hunter",
        "Angel",
        "Bill",
        "Pearl",
        "Sky",
        "Rich",
    ],
    "es": ["Esperanza", "Luz", "Rosa", "Dolores", "Cruz", "Ángel", "Soledad", "Blanca", "Consuelo", "León"],
    "pt": ["Vitória", "Luz", "Rosa", "Graça", "Aurora", "Flor", "Leão", "Clara", "Branca", "Linda"],
}
TITLES = {
    "en": ["Crimson Widow", "Glass Queen", "Last Duchess", "Silent Bride", "Winter Empress"],
    "es": ["Viuda Carmesí", "Reina de Cristal", "Última Duquesa", "Novia Silenciosa", "Emperatriz del Invierno"],
    "pt": ["Viúva Carmesim", "Rainha de Vidro", "Última Duquesa", "Noiva Silenciosa", "Imperatriz do Inverno"],
}
PLACES = ["Copper Falls", "Marlow Ridge", "Black Hollow", "Saint Ember", "Port Alder", "Cold Harbor", "Wolf Creek"]
BRANDS = ["Halcyon", "Red Lantern", "Brightwater", "Apex Trust", "Morning Star", "Kestrel & Sons"]


def invented(rng: random.Random) -> str:
    """A person's name nobody bears."""
    parts = [rng.choice("BCDFGHJKLMNPRSTVW").lower() + rng.choice("aeiou") + rng.choice(["", "n", "r", "l", "s"])]
    parts += [rng.choice("bcdfglmnrstv") + rng.choice("aeiou") for _ in range(rng.randint(1, 2))]
    first = "".join(parts).capitalize()
    return (
        first if rng.random() < 0.6 else f"{first} {rng.choice(['Ashdown', 'Vell', 'Marchetti', 'Okoro', 'Lindqvist'])}"
    )


def drawn(source: str, seed: int) -> list[tuple[str, list[Term], dict[str, str]]]:
    """(line, its terms, what stands for each slot) drawn at random."""
    rng = random.Random(seed)
    out = []
    for number in range(LINES):
        row = ROWS[number % len(ROWS)]
        title = rng.randrange(len(TITLES["en"]))
        fill = {
            "P": invented(rng), "Q": invented(rng), "L": rng.choice(PLACES), "B": rng.choice(BRANDS),
            "T": TITLES[source][title], "W": rng.choice(WORDS[source]),
        }  # fmt: skip
        if fill["P"] == fill["Q"]:
            fill["Q"] += "ta"
        gender = rng.choice("fm")
        kinds = {"P": "person", "Q": "person", "L": "place", "B": "brand", "T": "title", "W": "person"}
        used = re.findall(r"\{(\w)\}", row[COLUMN[source]])
        terms = [
            Term(
                fill[k],
                kinds[k],
                "f" if k == "T" else gender if k in "PQW" else "f",
                common=(source,) if k == "W" else (),
                forms={tag: TITLES[tag][title] for tag in TITLES} if k == "T" else {},
            )
            for k in used
        ]
        out.append((row[COLUMN[source]].format(**fill), terms, fill))
    return out


@pytest.mark.models
@pytest.mark.parametrize(
    ("source", "target", "least"),
    [("en", "pt-BR", 0.995), ("en", "es-419", 0.995), ("es", "en-US", 0.99), ("pt", "en-US", 0.99)],
)
def test_names_never_seen_stand_as_locked(session: Session, source: str, target: str, least: float) -> None:
    lines = drawn(source, seed=20261122)
    route = plan(text_hops(session.engines)[0], source, target.split("-")[0])
    assert route is not None
    uses = [Glossary(tuple(terms)).find(text, source) for text, terms, _fill in lines]
    sent = send.cross([Ask(text) for text, _t, _f in lines], uses, target, route, session.engines)
    made = [s.text for s in sent]
    wanted = right = 0
    missed = []
    for (text, terms, _fill), got in zip(lines, made, strict=True):
        for term in terms:  # by the terms that were written into the line, not by those that were found in it
            wanted += 1
            ok = name_lock.count(got, term.form(target)) >= 1
            right += ok
            missed += [] if ok else [f"{text} -> {got}"]
    print(f"{source}->{target}: {right} of {wanted} names, {len(lines)} lines", *missed, sep="\n  ")
    assert right / wanted >= least

    sent = send.cross([Ask(text) for text, _t, _f in lines], [[] for _ in lines], target, route, session.engines)
    plain = [s.text for s in sent]
    column = COLUMN[target.split("-")[0]]
    rest = [re.sub(r"\{\w\}", "", ROWS[i % len(ROWS)][column]) for i in range(len(lines))]

    def bare(texts: list[str]) -> list[str]:
        out = []
        for text, (_line, terms, fill) in zip(texts, lines, strict=True):
            for form in sorted({t.form(target) for t in terms} | set(fill.values()), key=len, reverse=True):
                text = text.replace(form, "")
            out.append(text)
        return out

    with_lock = sacrebleu.corpus_chrf(bare(made), [rest]).score
    without = sacrebleu.corpus_chrf(bare(plain), [rest]).score
    print(f"{source}->{target}: chrF of the rest {with_lock:.1f} with the lock, {without:.1f} without")
    assert with_lock >= without - 0.5
