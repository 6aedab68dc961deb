"""Decode a changed resource; keep the models of its unchanged parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from ..payload import Changes
from .base import Model, field_plan, nested_decoder
from .values import Decoder

_ModelT = TypeVar("_ModelT", bound=Model)


class _Field(NamedTuple):
    """Field of a model, with the JSON values that it is decoded from."""

    name: str
    sources: tuple[tuple[str, Decoder], ...]
    """Key and decoder of each value; the last usable one wins."""
    item_model: type[Model] | None
    """Model of the items, if the only source is a list of them."""


def decode_changes(
    model: type[_ModelT], data: Mapping[str, Any], known: _ModelT, changes: Changes
) -> _ModelT:
    """Return the model of a changed resource, the known one if no field has changed.

    Args:
        model: The model of the resource.
        data: The resource.
        known: The model of the resource before the changes.
        changes: The values that have changed; all others are as before.

    """
    fields = _FIELDS[model] if model in _FIELDS else _group_by_key(model)
    if fields is None:
        return model.from_dict(data)
    keys = [key for key in changes if key in fields]
    if not keys:
        return known
    changed = object.__new__(model)
    values = changed.__dict__
    values.update(known.__dict__)
    for key in keys:
        for field in fields[key]:
            _decode_field(field, data, values, changes[key])
    return changed


def _decode_field(
    field: _Field,
    data: Mapping[str, Any],
    values: dict[str, Any],
    changes: Changes | None,
) -> None:
    """Set the value of a field, or remove one that has none anymore."""
    name, sources, item_model = field
    known = values.pop(name, ())
    for key, decode in sources:
        raw: Any = data.get(key)
        if item_model and changes and len(known) == len(raw):
            values[name] = _decode_items(item_model, raw, known, changes)
        elif raw is not None and (value := decode(raw)) is not None:
            values[name] = value


def _decode_items(
    item_model: type[Model], items: Any, known: tuple[Any, ...], changes: Changes
) -> tuple[Any, ...]:
    """Decode the changed items of a list, all of which had a model before."""
    models = [*known]
    for index, inner in changes.items():
        models[index] = decode_changes(item_model, items[index], models[index], inner)
    return tuple(models)


_Fields = dict[str, list[_Field]]
_FIELDS: dict[type[Model], _Fields | None] = {}
"""Fields of each model by the keys of their values; None if it has its own decoding."""


def _group_by_key(model: type[Model]) -> _Fields | None:
    """Return the fields of a model by the keys of their values, once per model."""
    classes = model.mro()
    if any("from_dict" in vars(base) for base in classes[: classes.index(Model)]):
        _FIELDS[model] = None
        return None
    fields: _Fields = {}
    for name, paths, decode, item_model in field_plan(model):
        sources = tuple(
            (key, nested_decoder(inner_keys, decode))
            for key, *inner_keys in reversed(paths)
        )
        for key in dict(sources):
            fields.setdefault(key, []).append(_Field(name, sources, item_model))
    _FIELDS[model] = fields
    return fields
