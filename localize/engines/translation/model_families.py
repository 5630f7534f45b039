"""How families of translation models want a line: prefixes, language codes, and which tokenizer files they carry.

A model's table in models.toml names its family; `codes` there maps a primary language tag to the model's own code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import ModelError
from ...models.registry import Model

END = "</s>"
# what vocabularies hold besides text: ends, padding, language tokens of each family, M2M100's spare places
CONTROL = re.compile(r"</?s>|<pad>|<mask>|<2\w+>|>>\w+<<|__\w+__|madeupword\d+|[a-z]{3}_[A-Z][a-z]{3}")


@dataclass(frozen=True)
class Family:
    """One way of asking.

    Attributes:
        source_spm, target_spm: sentencepiece files, for cutting the source and joining the target.
        source_token, target_token: templates of a language token before the source and at the start of the target,
            with {code}; empty for none.
        text_prefix: what goes before the text itself, with {source} and {target}.
    """

    source_spm: str
    target_spm: str
    source_token: str = ""
    target_token: str = ""
    text_prefix: str = ""


FAMILIES = {
    "marian": Family("source.spm", "target.spm"),
    "marian-multi": Family("source.spm", "target.spm", source_token=">>{target}<<"),
    "m2m100": Family("sentencepiece.bpe.model", "sentencepiece.bpe.model", "__{source}__", "__{target}__"),
    "nllb": Family("sentencepiece.bpe.model", "sentencepiece.bpe.model", "{source}", "{target}"),
    "madlad": Family("spiece.model", "spiece.model", text_prefix="<2{target}> "),
}


@dataclass(frozen=True)
class Dialect:
    """A family's templates filled in for one pair; empty strings where it wants nothing."""

    family: Family
    source_token: str
    target_token: str
    text_prefix: str


def dialect(model: Model, source: str, target: str) -> Dialect:
    """How this model is asked for a pair of primary tags. Raises ModelError for a family that is not known."""
    family = FAMILIES.get(model.family)
    if family is None:
        known = ", ".join(sorted(FAMILIES))
        raise ModelError(f"family {model.family!r} is not known", model.id, f"write one of {known} in its table")
    codes = {"source": model.codes.get(source, source), "target": model.codes.get(target, target)}
    filled = (t.format(**codes) for t in (family.source_token, family.target_token, family.text_prefix))
    return Dialect(family, *filled)


def text_pieces(tokens: list[str]) -> list[str]:
    """The tokens that are text: a language token that a model writes in mid-sentence is not part of what it says."""
    return [t for t in tokens if not CONTROL.fullmatch(t)]


def pairs(model: Model) -> frozenset[tuple[str, str]]:
    """The pairs of a model's table as primary tags."""
    cut = (p.split("->") for p in model.languages if "->" in p)
    return frozenset((a.split("-")[0], b.split("-")[0]) for a, b in cut)
