"""Records as plain JSON values and back, by their annotated types."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
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


def fields_of(record: Any) -> dict[str, Any]:
    """A dataclass as a dict, what it holds as it is: for `json.dumps(default=...)`. Raises TypeError for anything else."""
    kind: Any = type(record)
    names = _names(kind)
    if not names:
        raise TypeError(f"{type(record).__name__} is no JSON value")
    return {name: getattr(record, name) for name in names}


def from_json(kind: type[T], value: Any) -> T:
    """The inverse of `to_json` for the annotated type `kind`. Raises TypeError or KeyError on a misfit."""
    return typing.cast(T, _builder(typing.cast(Any, kind))(value))


Build = Callable[[Any], Any]


@functools.cache
def _builder(kind: Any) -> Build:
    """How a value of an annotated type is made of its JSON value: looked up once, since records are many."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _record(typing.cast(Any, kind))
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return _row(tuple, _builder(args[0]))
        each = [_builder(a) for a in args]
        return lambda value: tuple(build(v) for build, v in zip(each, value, strict=True))
    if origin is list:
        return _row(list, _builder(args[0]))
    if origin is dict:
        of = _builder(args[1])
        return lambda value: {k: of(v) for k, v in value.items()}
    if origin in (typing.Union, types.UnionType):
        some = _builder(next(a for a in args if a is not type(None)))
        return lambda value: None if value is None else some(value)
    if kind is float or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return typing.cast(Build, kind)
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _row(kind: Build, build: Build) -> Build:
    return kind if build is _as_it_is else lambda value: kind([build(v) for v in value])


def _record(kind: Any) -> Build:
    @functools.cache
    def fields() -> dict[str, Build]:  # on first use: a record may hold records of its own kind
        return {name: _builder(hint) for name, hint in typing.get_type_hints(kind).items()}

    def build(value: Any) -> Any:
        known = fields()
        return kind(**{k: known[k](v) for k, v in value.items()})

    return build
