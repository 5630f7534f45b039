"""Records as plain JSON values and back, by their annotated types."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


_PLAIN = frozenset({str, int, float, bool, type(None)})


@functools.cache
def _names(kind: type) -> tuple[str, ...]:
    """A dataclass's fields, in order; none of another type."""
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def to_json(value: Any) -> Any:
    """Dataclasses, tuples and enums as plain JSON values."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if names := _names(kind):
        return {name: to_json(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(v) for v in value]
    if isinstance(value, StrEnum):
        return str(value)
    return value


def from_json(kind: type[T], value: Any) -> T:
    """The inverse of `to_json` for the annotated type `kind`. Raises TypeError or KeyError on a misfit."""
    return typing.cast(T, _build(kind, value))


_hints = functools.cache(typing.get_type_hints)


def _build(kind: Any, value: Any) -> Any:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        hints = _hints(typing.cast(Any, kind))
        return kind(**{k: _build(hints[k], v) for k, v in value.items()})  # type: ignore[operator]
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_build(args[0], v) for v in value)
        return tuple(_build(a, v) for a, v in zip(args, value, strict=True))
    if origin is list:
        return [_build(args[0], v) for v in value]
    if origin is dict:
        return {k: _build(args[1], v) for k, v in value.items()}
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _build(next(a for a in args if a is not type(None)), value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if kind is float:
        return float(value)
    return value
