"""Writes models/firefox.json from a listing of Mozilla's repository of translation models.

    python models/make_firefox.py LISTING.json

The listing is one JSON object: `repository`, `commit`, `licence`, and `models`, each with `arch`, `src`, `tgt`, `pair`,
`bleu` and `comet` on FLORES (from the repository's evaluation), `hash` and `byteSize` of the unpacked model (from its
metadata), and `files` as [name, sha256, size] of the compressed files (from the LFS pointers at that commit).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ADDRESS = "https://media.githubusercontent.com/media/{repository}/{commit}/models/{arch}/{pair}/{file}"
ARCHITECTURES = ("tiny", "base", "base-memory")
NEEDED = re.compile(r"(model|lex|vocab|srcvocab|trgvocab)\.[\w.]+\.gz")


def table(listing: dict[str, Any]) -> dict[str, Any]:
    """The data file. Raises ValueError for a listing that is not whole."""
    models = [row(m) for m in listing["models"]]
    ids = [m["id"] for m in models]
    if len(set(ids)) != len(ids):
        raise ValueError("two models have one id")
    if not re.fullmatch("[0-9a-f]{40}", listing["commit"]):
        raise ValueError(f"{listing['commit']} is no commit")
    return {
        "repository": listing["repository"],
        "commit": listing["commit"],
        "licence": f"{listing['licence']} (Mozilla Firefox Translations)",
        "licence_source": f"LICENSE of {listing['repository']} at that commit",
        "address": ADDRESS,
        "scores": "BLEU and COMET on FLORES, as the repository's own evaluation gives them",
        "models": sorted(models, key=lambda m: str(m["id"])),
    }


def row(model: dict[str, Any]) -> dict[str, Any]:
    """One model as the registry reads it."""
    if model["arch"] not in ARCHITECTURES:
        raise ValueError(f"{model['pair']}: architecture {model['arch']!r} is not known to run here")
    files = [[name.removesuffix(".gz"), sha, size] for name, sha, size in model["files"] if NEEDED.fullmatch(name)]
    kinds = sorted(name.split(".")[0] for name, _sha, _size in files)
    if kinds not in (["lex", "model", "vocab"], ["lex", "model", "srcvocab", "trgvocab"]):
        raise ValueError(f"{model['pair']}: files {', '.join(kinds)} make no model")
    if any(not re.fullmatch("[0-9a-f]{64}", d) for d in (model["hash"], *(sha for _n, sha, _s in files))):
        raise ValueError(f"{model['pair']}: a digest is missing")
    return {
        "id": f"firefox-{model['src']}-{model['tgt']}-{model['arch']}".lower(),
        "arch": model["arch"],
        "pair": model["pair"],
        "source": model["src"],
        "target": model["tgt"],
        "bleu": model["bleu"],
        "comet": model["comet"],
        "sha256": model["hash"],
        "bytes": model["byteSize"],
        "files": sorted(files),
    }


def main() -> None:
    """Read the listing, write the table beside this script."""
    listing = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    data = table(listing)
    rows = ",\n".join(f"  {json.dumps(m)}" for m in data.pop("models"))
    head = json.dumps(data, indent=1).removesuffix("\n}")
    target = Path(__file__).with_name("firefox.json")
    target.write_text(f'{head},\n "models": [\n{rows}\n ]\n}}\n', encoding="utf-8")
    print(f"{target}: {len(rows.splitlines())} models")


if __name__ == "__main__":
    main()
