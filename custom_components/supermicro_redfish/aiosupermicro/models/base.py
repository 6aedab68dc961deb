"""Declarative decoding of Redfish resources into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
import sys
from types import NoneType
from typing import Any, NamedTuple, Self, get_args, get_origin, get_type_hints


def at(*places: str, default: Any = None) -> Any:
    """Declare where a field lives when that is not under its own name.

    Each place is a path of keys joined by "/"; the first that holds anything
    wins, for boards spell some keys in two ways.
    """
    paths = tuple(tuple(place.split("/")) for place in places)
    return field(default=default, metadata={"paths": paths})


@dataclass(frozen=True, kw_only=True)
class Model:
    """A Redfish resource, or a part of one.

    A field is None, or an empty tuple, where the BMC gave nothing, null, an empty
    text or a value of another type.
    """

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Decode a resource; what is absent or malformed keeps its default."""
        values = {}
        for step in plan(cls):  # type: ignore[arg-type]  # mypy: no hash in type[Self]
            for path in step.paths:
                raw: Any = data
                for key in path:
                    raw = raw.get(key) if isinstance(raw, Mapping) else None
                if raw is not None and (value := step.decode(raw)) is not None:
                    values[step.name] = value
                    break
        return cls(**values)


class Step(NamedTuple):
    """How one field is filled."""

    name: str
    paths: tuple[tuple[str, ...], ...]
    decode: Callable[[Any], Any]


@cache
def plan(model: type[Model]) -> tuple[Step, ...]:
    """Work out, once per model, where every field is read from and how."""
    hints = get_type_hints(model)
    return tuple(
        Step(
            item.name,
            item.metadata.get("paths", ((_pascal_case(item.name),),)),
            _decoder(hints[item.name]),
        )
        for item in fields(model)
    )


def _pascal_case(name: str) -> str:
    """Spell a name as Redfish does: reading_celsius is ReadingCelsius."""
    return "".join(word.capitalize() for word in name.split("_"))


def _decoder(hint: Any) -> Callable[[Any], Any]:
    """Return what turns raw JSON into the annotated type, or into None."""
    args = get_args(hint)
    if get_origin(hint) is tuple:
        return _array(_decoder(args[0]))
    if args:
        return _first([_decoder(arg) for arg in args if arg is not NoneType])
    if issubclass(hint, Model):
        return lambda raw: hint.from_dict(raw) if isinstance(raw, Mapping) else None
    if issubclass(hint, StrEnum):
        members = {str(member): member for member in hint}
        return lambda raw: members.get(raw) if isinstance(raw, str) else None
    return _SCALARS[hint]


def _array(decode: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...] | None]:
    """Return a decoder of arrays, leaving out the entries that make no sense."""

    def decode_all(raw: Any) -> tuple[Any, ...] | None:
        if not isinstance(raw, list):
            return None
        return tuple(item for entry in raw if (item := decode(entry)) is not None)

    return decode_all


def _first(decoders: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Return a decoder that tries the members of a union in their order."""
    if len(decoders) == 1:
        return decoders[0]

    def decode_first(raw: Any) -> Any:
        for decode in decoders:
            if (value := decode(raw)) is not None:
                return value
        return None

    return decode_first


def _boolean(raw: Any) -> bool | None:
    """Decode a boolean."""
    return raw if isinstance(raw, bool) else None


def _number(raw: Any) -> float | None:
    """Decode a number; neither a boolean nor "N/A" nor infinity is one."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return None
    return raw if abs(raw) <= sys.float_info.max else None


def _integer(raw: Any) -> int | None:
    """Decode a whole number; 42.0 is one, 42.5 is not."""
    number = _number(raw)
    return None if number is None or number % 1 else int(number)


def _string(raw: Any) -> str | None:
    """Decode a text; one of nothing but spaces is how boards say "none"."""
    return raw.strip() or None if isinstance(raw, str) else None


def _moment(raw: Any) -> datetime | None:
    """Decode an ISO 8601 date and time."""
    try:
        return datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    bool: _boolean,
    float: _number,
    int: _integer,
    str: _string,
    datetime: _moment,
}
