"""localize models list | pull | verify"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..errors import LocalizeError, OptionError


def add(commands: Any) -> None:
    """Describe the commands."""
    models = commands.add_parser("models", help="what models there are, and bring them here")
    actions = models.add_subparsers(required=True, metavar="action")
    lister = actions.add_parser("list", help="all models with licence and size")
    lister.add_argument("--pair", help="only what serves a language pair, e.g. en:hi")
    lister.add_argument("--all", action="store_true", help="Mozilla's 137 pairs too, one by one; with --pair: every route")
    lister.set_defaults(do=_list)
    for name, text, do in (("pull", "fetch and check models", _pull), ("verify", "read every byte again", _verify)):
        action = actions.add_parser(name, help=text)
        action.add_argument("model", nargs="*", help="model ids; none means the embedded set")
        action.add_argument("--allow-non-commercial", action="store_true", help="this use is not commercial")
        action.set_defaults(do=do)
        if name == "pull":
            action.add_argument("--for", dest="markets", action="append", metavar="MARKET", help="the best set for it")
            action.add_argument("--source", default="en", metavar="LANG", help="with --for: what is spoken (en)")
            action.add_argument("--quick", action="store_true", help="with --for: give up where nothing answers in 5 s")


def pair(text: str) -> tuple[str, str]:
    """("en", "pt") of "en:pt-BR". Raises OptionError."""
    source, colon, target = text.partition(":")
    if not (source and colon and target):
        raise OptionError(f"--pair {text!r} is no pair", do="write for example en:es")
    return source.split("-")[0].lower(), target.split("-")[0].lower()


def _list(args: argparse.Namespace) -> int:
    from ..engines.base import EngineContext
    from ..engines.catalogue import Engines
    from ..models import registry
    from ..settings import load_settings
    from ..translation.offers import offers
    from .tables import endpoints_table, models_table, offers_table

    settings = load_settings()
    known = registry.load(settings)
    if args.pair:
        source, target = pair(args.pair)
        found = offers(Engines(EngineContext(settings, known)), source, target)
        offers_table(found, source, target, most=len(found) if args.all else 12)
    else:
        models_table(known, every=args.all)
        endpoints_table(EngineContext(settings, known))
    return 0


def _pull(args: argparse.Namespace) -> int:
    from ..engines.base import EngineContext
    from ..engines.catalogue import Engines
    from ..engines.translation import ctranslate
    from ..models import pull, registry
    from ..models.download import Patience
    from ..settings import load_settings
    from .bring import bring, languages
    from .try_model import tried_out

    settings = load_settings()
    known = registry.load(settings, args.allow_non_commercial)
    if args.markets and args.model:
        raise OptionError(f"--for and {args.model[0]} name two sets", do="pull one after the other")
    if args.markets:
        targets = languages(settings.market(m) for m in args.markets)
        whole = bring(settings, known, args.source.split("-")[0].lower(), targets, args.quick)
        return 0 if whole or args.quick else 2
    engines = Engines(EngineContext(settings, known))

    def bring_one(model_id: str) -> str:
        model = known.model(model_id)
        known.check_licence(model_id)
        if not known.present(model_id):
            memory = f", takes {model.memory_mb} MB of memory" if model.memory_mb else ""
            note = f"; {model.note}" if model.note else ""
            print(f"{model_id}: {model.bytes / 1e6:.0f} MB to fetch{memory}{note}", file=sys.stderr)
        pull.pull(known, settings, model_id, patience=Patience(answer_s=15.0))
        known.verify(model_id)
        if model.engine == "ctranslate2" and not model.converted:
            ctranslate.convert(known, model_id)
            return f"converted; {tried_out(engines, model)}"
        return tried_out(engines, model)

    # those that listen come last: then there is a voice to listen to
    embedded = sorted((m for m in known.models.values() if m.embedded), key=lambda m: m.task == "asr")
    return _each(args.model or [m.id for m in embedded], bring_one)


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
        except LocalizeError as error:
            print(f"error: {error}", file=sys.stderr)
            status = 2
    return status
