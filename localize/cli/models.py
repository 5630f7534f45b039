"""localize models list | pull | verify"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..errors import ModelError, OptionError


def add(commands: Any) -> None:
    """Describe the commands."""
    models = commands.add_parser("models", help="what models there are, and bring them here")
    actions = models.add_subparsers(required=True, metavar="action")
    lister = actions.add_parser("list", help="all models with licence and size")
    lister.add_argument("--pair", help="only what serves a language pair, e.g. en:hi")
    lister.set_defaults(do=_list)
    for name, text, do in (("pull", "fetch and check models", _pull), ("verify", "read every byte again", _verify)):
        action = actions.add_parser(name, help=text)
        action.add_argument("model", nargs="*", help="model ids; none means the embedded set")
        action.add_argument("--allow-non-commercial", action="store_true", help="this use is not commercial")
        action.set_defaults(do=do)


def pair(text: str) -> tuple[str, str]:
    """("en", "pt") of "en:pt-BR". Raises OptionError."""
    source, colon, target = text.partition(":")
    if not (source and colon and target):
        raise OptionError(f"--pair {text!r} is no pair", do="write for example en:es")
    return source.split("-")[0].lower(), target.split("-")[0].lower()


def _list(args: argparse.Namespace) -> int:
    from ..models import registry
    from ..settings import load_settings
    from .tables import models_table

    models_table(registry.load(load_settings()), pair(args.pair) if args.pair else None)
    return 0


def _pull(args: argparse.Namespace) -> int:
    from ..engines.translation import ctranslate
    from ..models import pull, registry
    from ..settings import load_settings

    settings = load_settings()
    known = registry.load(settings, args.allow_non_commercial)

    def bring(model_id: str) -> str:
        pull.pull(known, settings, model_id)
        known.verify(model_id)
        if known.model(model_id).engine == "ctranslate2":
            ctranslate.convert(known, model_id)
            return "here, every byte checked, converted"
        return "here, every byte checked"

    return _each(args.model or [m.id for m in known.models.values() if m.embedded], bring)


def _verify(args: argparse.Namespace) -> int:
    from ..models import registry
    from ..settings import load_settings

    known = registry.load(load_settings(), args.allow_non_commercial)

    def read(model_id: str) -> str:
        known.verify(model_id)
        return "every byte as registered"

    return _each(args.model or [m.id for m in known.models.values() if known.present(m.id)], read)


def _each(ids: list[str], do: Any) -> int:
    """One line a model; one that fails does not stop the others."""
    status = 0
    for model_id in ids:
        try:
            print(f"{model_id}: {do(model_id)}")
        except ModelError as error:
            print(f"error: {error}", file=sys.stderr)
            status = 2
    return status
