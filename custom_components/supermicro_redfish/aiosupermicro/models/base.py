"""Declarative decoding of Redfish resources into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
import re
import sys
from types import NoneType
from typing import Any, NamedTuple, Self, get_args, get_origin, get_type_hints

# NodeManager puts a colon before the offset: "2023-11-30T21:04:18:+00:00".
_STRAY_COLON = re.compile(r":(?=[+-])")
_UNSET = 1970
_NUMERIC = frozenset((int, float))
_MOST = sys.float_info.max

Decoder = Callable[[Any], Any]


def at(*places: str, default: Any = None, prepare: Decoder | None = None) -> Any:
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
        """Decode a resource; what is absent or malformed keeps its default.

        Most fields are texts or numbers; these cost no call each. A field that keeps
        its default has it from the class, where dataclasses put it.
        """
        texts, numbers, others = _FIELDS.get(cls) or _sort(cls)
        model = object.__new__(cls)
        if not isinstance(data, dict):
            data = dict(data) if isinstance(data, Mapping) else {}
        values, get = model.__dict__, data.get
        raw: Any
        for name, key in texts:
            raw = get(key)
            if isinstance(raw, str) and (text := raw.strip()):
                values[name] = text
        for name, key in numbers:
            raw = get(key)
            if type(raw) in _NUMERIC and -_MOST <= raw <= _MOST:
                values[name] = raw
        for name, key, decode in others:
            raw = get(key)
            if raw is not None and (value := decode(raw)) is not None:
                values[name] = value
        return model

    @property
    def is_valid(self) -> bool:
        """Whether the BMC gave anything of this at all."""
        return self != type(self)()


class Step(NamedTuple):
    """How one field is filled."""

    name: str
    paths: tuple[tuple[str, ...], ...]
    decode: Decoder


def plan(model: type[Model]) -> list[Step]:
    """Work out where every field is read from and how."""
    hints = get_type_hints(model)
    return [
        Step(
            item.name,
            item.metadata.get("paths", ((_pascal_case(item.name),),)),
            _prepared(item.metadata.get("prepare"), _decoder(hints[item.name])),
        )
        for item in fields(model)
    ]


_Flat = tuple[tuple[str, str], ...]
_Fields = tuple[_Flat, _Flat, tuple[tuple[str, str, Decoder], ...]]
_FIELDS: dict[type[Model], _Fields] = {}


def _sort(model: type[Model]) -> _Fields:
    """Sort the fields of a model, once: into texts, numbers and others.

    Each is its name and the key that it is under, others also their decoder. Of several
    places the first comes last, so that what it holds is what stays.
    """
    texts, numbers, others = [], [], []
    for name, paths, decode in plan(model):
        is_flat = all(len(path) == 1 for path in paths)
        for key, *below in reversed(paths):
            if is_flat and decode is _string:
                texts.append((name, key))
            elif is_flat and decode is _number:
                numbers.append((name, key))
            else:
                others.append((name, key, _below(below, decode)))
    _FIELDS[model] = (tuple(texts), tuple(numbers), tuple(others))
    return _FIELDS[model]


def _below(keys: list[str], decode: Decoder) -> Decoder:
    """Return a decoder of what is some levels further down."""

    def decode_below(raw: Any) -> Any:
        for key in keys:
            raw = raw.get(key) if isinstance(raw, dict) else None
        return None if raw is None else decode(raw)

    return decode_below if keys else decode


def _prepared(prepare: Decoder | None, decode: Decoder) -> Decoder:
    """Return a decoder of what is to be prepared first."""
    return (lambda raw: decode(prepare(raw))) if prepare else decode


def _pascal_case(name: str) -> str:
    """Spell a name as Redfish does: reading_celsius is ReadingCelsius."""
    return "".join(word.capitalize() for word in name.split("_"))


def _decoder(hint: Any) -> Decoder:
    """Return what turns raw JSON into the annotated type, or into None."""
    args = get_args(hint)
    if get_origin(hint) is tuple:
        return _array(_decoder(args[0]))
    if args:
        return _union([arg for arg in args if arg is not NoneType])
    if issubclass(hint, Model):
        from_dict = hint.from_dict
        return lambda raw: from_dict(raw) if isinstance(raw, dict) else None
    return _SCALARS[hint]


def _array(decode: Decoder) -> Callable[[Any], tuple[Any, ...] | None]:
    """Return a decoder of arrays, leaving out the entries that make no sense."""

    def decode_all(raw: Any) -> tuple[Any, ...] | None:
        if not isinstance(raw, list):
            return None
        return tuple([item for entry in raw if (item := decode(entry)) is not None])

    return decode_all


def _union(kinds: list[Any]) -> Decoder:
    """Return a decoder of an optional value, or of an enum to which boards add."""
    if len(kinds) == 1:
        return _decoder(kinds[0])
    known, _ = kinds
    members = {str(member): member for member in known}

    def decode_choice(raw: Any) -> str | None:
        if not isinstance(raw, str):
            return None
        return members.get(raw) or raw.strip() or None

    return decode_choice


def _boolean(raw: Any) -> bool | None:
    """Decode a boolean."""
    return raw if isinstance(raw, bool) else None


def _number(raw: Any) -> float | None:
    """Decode a number; neither a boolean nor "N/A" nor infinity is one."""
    return raw if type(raw) in _NUMERIC and -_MOST <= raw <= _MOST else None


def _integer(raw: Any) -> int | None:
    """Decode a whole number; 42.0 is one, 42.5 is not."""
    whole = int(raw) if type(raw) is float and not raw % 1 else raw
    return whole if type(whole) is int and -_MOST <= whole <= _MOST else None


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


_SCALARS: dict[Any, Decoder] = {
    bool: _boolean,
    float: _number,
    int: _integer,
    str: _string,
    datetime: moment,
}
