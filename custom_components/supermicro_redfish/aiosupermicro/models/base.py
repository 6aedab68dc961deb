"""Declarative decoding of Redfish resources into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import wraps
from operator import attrgetter
from types import NoneType
from typing import (
    Any,
    ClassVar,
    NamedTuple,
    Self,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from ..const import MAX_LIST_ITEMS
from .values import (
    MAX_FLOAT,
    NUMBER_TYPES,
    SCALAR_DECODERS,
    Decoder,
    clean,
    decode_number,
    decode_text,
    parse_number,
)

__all__ = ["BaseModel", "Model"]

Translation = Callable[[Any, Mapping[str, Any]], dict[str, Any]]
"""Function that converts a published keyword to keywords of fields."""

_ModelT = TypeVar("_ModelT", bound="Model")


def json_path(
    *paths: str,
    default: Any = None,
    preprocess: Decoder | None = None,
    sentinels: tuple[Any, ...] = (),
) -> Any:
    """Declare a field with a JSON key that differs from its name.

    Args:
        *paths: Keys joined by "/". The first path with a usable value wins, because
            boards spell some keys in two ways.
        default: Value of the field if no path has a usable value.
        preprocess: Function that converts the raw JSON before it is decoded. Some
            firmware wraps a value in another one.
        sentinels: Values that some firmware sends for a missing value.

    """
    metadata = {
        "paths": tuple(tuple(path.split("/")) for path in paths),
        "preprocess": preprocess,
        "sentinels": sentinels,
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Model:
    """Redfish resource, or a part of one.

    A field is None, or an empty tuple or model, if the BMC sent no value, null, an
    empty text or a value of another type. A number that is sent as a text is read, and
    so is a whole number in the place of a text. Control characters in texts are
    dropped.
    """

    _valid_with: ClassVar[tuple[str, ...] | None] = None
    """Attributes that a valid resource has a value in; None if any field suffices."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Decode a resource.

        A field keeps its default if the value is missing or malformed. Most fields are
        texts or numbers; they are decoded here without a function call each. Fields
        without a value are not set: dataclasses store the defaults in the class.
        """
        texts, numbers, others = _COMPILED.get(cls) or _compile(cls)
        model = object.__new__(cls)
        if not isinstance(data, dict):
            data = dict(data) if isinstance(data, Mapping) else {}
        values, get = model.__dict__, data.get
        raw: Any
        value: Any
        for name, key in texts:
            raw = get(key)
            if isinstance(raw, str) and (text := raw.strip()) and text.isprintable():
                values[name] = text
            elif raw is not None and (value := decode_text(raw)) is not None:
                values[name] = value
        for name, key in numbers:
            raw = get(key)
            if type(raw) in NUMBER_TYPES and -MAX_FLOAT <= raw <= MAX_FLOAT:
                values[name] = raw
            elif isinstance(raw, str) and (value := parse_number(raw)) is not None:
                values[name] = value
        for name, key, decode in others:
            raw = get(key)
            if raw is not None and (value := decode(raw)) is not None:
                values[name] = value
        return model

    @property
    def is_valid(self) -> bool:
        """Return whether the resource is usable, by the rule of the published client.

        Most resources need the values that they are read for, such as a Memory its
        capacity. Settings that may all be off are always valid. Models that the
        published client does not have need a value in any field.
        """
        if self._valid_with is None:
            return self != type(self)()
        return all(_has_value(attrgetter(path)(self)) for path in self._valid_with)


BaseModel = Model
"""Name of Model in the published client."""


def accept_published(
    **translations: Translation,
) -> Callable[[type[_ModelT]], type[_ModelT]]:
    """Accept names of the published client as keywords of a constructor.

    A field of the published client that is derived from others here is a read-only
    property. The decorated model accepts its name in the constructor nevertheless, and
    in `dataclasses.replace`. Decoding does not call the constructor.

    Args:
        **translations: Translation of each name to the fields that its property is
            derived from.

    """

    def decorate(model: type[_ModelT]) -> type[_ModelT]:
        original = model.__init__

        @wraps(original)
        def init(self: _ModelT, **values: Any) -> None:
            for name in [name for name in translations if name in values]:
                value = values.pop(name)
                values |= translations[name](value, values)
            original(self, **values)

        model.__init__ = init  # type: ignore[assignment]  # wraps it
        return model

    return decorate


def _has_value(value: Any) -> bool:
    """Return whether a value is neither missing nor empty nor a number of 0."""
    return value > 0 if isinstance(value, (int, float)) else bool(value)


class FieldSpec(NamedTuple):
    """Source and decoder of a field."""

    name: str
    paths: tuple[tuple[str, ...], ...]
    decode: Decoder
    item_model: type[Model] | None
    """Model of the items of a list that has only one key and is not converted."""


def field_plan(model: type[Model]) -> list[FieldSpec]:
    """Return the source and the decoder of each field of a model."""
    hints = get_type_hints(model)
    return [_field_spec(item, hints[item.name]) for item in fields(model)]


def _field_spec(item: Field[Any], hint: Any) -> FieldSpec:
    """Return the source and the decoder of a field."""
    paths = item.metadata.get("paths", ((_pascal_case(item.name),),))
    plain = _decoder(hint)
    decode = _wrap_decoder(plain, item.metadata)
    is_plain = decode is plain and len(paths) == len(paths[0]) == 1
    args = get_args(hint) if is_plain and get_origin(hint) is tuple else ()
    is_list = bool(args) and isinstance(args[0], type) and issubclass(args[0], Model)
    return FieldSpec(item.name, paths, decode, args[0] if is_list else None)


_FlatFields = tuple[tuple[str, str], ...]
_CompiledFields = tuple[_FlatFields, _FlatFields, tuple[tuple[str, str, Decoder], ...]]
_COMPILED: dict[type[Model], _CompiledFields] = {}


def _compile(model: type[Model]) -> _CompiledFields:
    """Group the fields of a model into texts, numbers and others, once per model.

    An entry holds the name of the field and the JSON key; others also hold the decoder.
    The alternative paths of a field are in reverse order, so that the value of the
    first one overwrites those of the others.
    """
    texts, numbers, others = [], [], []
    for name, paths, decode, _ in field_plan(model):
        is_flat = all(len(path) == 1 for path in paths)
        for key, *inner_keys in reversed(paths):
            if is_flat and decode is decode_text:
                texts.append((name, key))
            elif is_flat and decode is decode_number:
                numbers.append((name, key))
            else:
                others.append((name, key, nested_decoder(inner_keys, decode)))
    _COMPILED[model] = (tuple(texts), tuple(numbers), tuple(others))
    return _COMPILED[model]


def nested_decoder(keys: list[str], decode: Decoder) -> Decoder:
    """Return a decoder of the value that a path of keys leads to."""

    def decode_nested(raw: Any) -> Any:
        for key in keys:
            raw = raw.get(key) if isinstance(raw, dict) else None
        return None if raw is None else decode(raw)

    return decode_nested if keys else decode


def _wrap_decoder(decode: Decoder, metadata: Mapping[str, Any]) -> Decoder:
    """Return a decoder of preprocessed values that drops sentinels."""
    preprocess, sentinels = metadata.get("preprocess"), metadata.get("sentinels")

    def decode_wrapped(raw: Any) -> Any:
        value = decode(preprocess(raw) if preprocess else raw)
        return None if sentinels and value in sentinels else value

    return decode_wrapped if preprocess or sentinels else decode


def _pascal_case(name: str) -> str:
    """Convert a field name to a Redfish key, such as ReadingCelsius."""
    return "".join(word.capitalize() for word in name.split("_"))


def _decoder(hint: Any) -> Decoder:
    """Return the decoder of a type annotation."""
    args = get_args(hint)
    if get_origin(hint) is tuple:
        return _array_decoder(_decoder(args[0]))
    if args:
        return _union_decoder([arg for arg in args if arg is not NoneType])
    if issubclass(hint, Model):
        from_dict = hint.from_dict
        return lambda raw: from_dict(raw) if isinstance(raw, dict) else None
    return SCALAR_DECODERS[hint]


def _array_decoder(decode: Decoder) -> Callable[[Any], tuple[Any, ...] | None]:
    """Return a decoder of arrays; it drops malformed entries and those too many."""

    def decode_array(raw: Any) -> tuple[Any, ...] | None:
        if not isinstance(raw, list):
            return None
        entries = raw[:MAX_LIST_ITEMS]
        return tuple([item for entry in entries if (item := decode(entry)) is not None])

    return decode_array


def _union_decoder(types: list[Any]) -> Decoder:
    """Return a decoder of an optional value, or of an enum with unknown members."""
    if len(types) == 1:
        return _decoder(types[0])
    enum, _ = types
    members = {str(member): member for member in enum}

    def decode_member(raw: Any) -> str | None:
        if not isinstance(raw, str):
            return None
        return members.get(raw) or members.get(text := clean(raw)) or text or None

    return decode_member
