"""Who recognises speech, one after the other: a served recogniser that fails hands the whole task to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ...errors import EngineError, OtherLanguage
from ..catalogue import Engines

T = TypeVar("T")


def first_to_hear(engines: Engines, do: Callable[[Engines], T]) -> tuple[T, tuple[str, ...]]:
    """What `do` makes with the best recogniser that can, and what was said of endpoints that should have and did not.

    A task is done by one recogniser from its beginning to its end, so what is kept of it names the right one. One that
    failed is left out for a while, by all that this process does.
    """
    lost = []
    for one in engines.context.endpoints.values():
        if one.kind == "asr" and (why := engines.why_not(one.name)):
            lost.append(f"{one.name} did not recognise speech here: {why}")
    chain = engines.recognisers()
    for engine in chain:
        try:
            return do(engines.heard_by(engine)), tuple(lost)
        except EngineError as error:
            name = engine.identity().name
            if engine is chain[-1] or error.where != name or name not in engines.context.endpoints:
                raise
            if not isinstance(error, OtherLanguage):
                engines.context.failures.note(name, str(error))
                lost.append(f"{name} did not recognise speech here: {error.what}")
    raise AssertionError("a chain is never empty")
