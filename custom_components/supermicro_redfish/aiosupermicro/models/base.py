"""Declarative decoding of Redfish resources into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
import re
import sys
from types import NoneType
from typing import Any, NamedTuple, Self, get_args, get_origin, get_type_hints

# NodeManager puts a colon before the offset: "2023-11-30T21:04:18:+00:00".
_STRAY_COLON = re.compile(r":(?=[+-])")
_UNSET = 1970


def at(
    *places: str, default: Any = None, prepare: Callable[[Any], Any] | None = None
) -> Any:
    """Declare where a field lives when that is not under its own name.

    Each place is a path of keys joined by "/"; the first that holds anything
    wins, for boards spell some keys in two ways. What `prepare` makes of it is
    decoded in its stead: some firmware wraps one thing in another.
    """
    paths = tuple(tuple(place.split("/")) for place in places)
    return field(default=default, metadata={"paths": paths, "prepare": prepare})


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
        for step in plan(cls):
            for path in step.paths:
                raw: Any = data
                for key in path:
                    raw = raw.get(key) if isinstance(raw, Mapping) else None
                if raw is not None and (value := step.decode(raw)) is not None:
                    values[step.name] = value
                    break
        return cls(**values)

    @property
    def is_valid(self) -> bool:
        """Whether the BMC gave anything of this at all."""
        return self != type(self)()


class Step(NamedTuple):
    """How one field is filled."""

    name: str
    paths: tuple[tuple[str, ...], ...]
    decode: Callable[[Any], Any]


_PLANS: dict[type[Model], tuple[Step, ...]] = {}


def plan(model: type[Model]) -> tuple[Step, ...]:
    """Work out, once per model, where every field is read from and how."""
    if model not in _PLANS:
        hints = get_type_hints(model)
        _PLANS[model] = tuple(
            Step(
                item.name,
                item.metadata.get("paths", ((_pascal_case(item.name),),)),
                _prepared(item.metadata.get("prepare"), _decoder(hints[item.name])),
            )
            for item in fields(model)
        )
    return _PLANS[model]


def _prepared(
    prepare: Callable[[Any], Any] | None, decode: Callable[[Any], Any]
) -> Callable[[Any], Any]:
    """Return a decoder of what is to be prepared first."""
    return (lambda raw: decode(prepare(raw))) if prepare else decode


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


def moment(raw: Any) -> datetime | None:
    """Decode a date and time of ISO 8601 that tells its offset to UTC.

    A clock that nobody has set says 1970, which is no time either.
    """
    try:
        when = datetime.fromisoformat(_STRAY_COLON.sub("", raw))
    except (TypeError, ValueError):
        return None
    return when if when.utcoffset() is not None and when.year > _UNSET else None


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    bool: _boolean,
    float: _number,
    int: _integer,
    str: _string,
    datetime: moment,
}
