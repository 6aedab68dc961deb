"""Merge changes into resources: a client's PATCH, or a change by the hardware."""

from __future__ import annotations

from typing import Any, Final

from .resources import JsonObject, copy_json


class _Removed:
    """The type of REMOVED."""


REMOVED: Final = _Removed()
"""Marks a key for removal in a change by the hardware.

None cannot mark it, because a reading may be null."""


def merge(body: JsonObject, patch: JsonObject) -> None:
    """Merge a PATCH into a body in place: merge objects and lists, replace the rest."""
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(body.get(key), dict):
            merge(body[key], value)
        elif isinstance(value, list) and isinstance(body.get(key), list):
            body[key] = _merge_items(body[key], value)
        else:
            body[key] = copy_json(value)


def _merge_items(items: list[Any], patch: list[Any]) -> list[Any]:
    """Return a patched list: an empty object keeps an item, and null removes it."""
    merged = [
        items[index] if value == {} and index < len(items) else copy_json(value)
        for index, value in enumerate(patch)
    ]
    return [value for value in merged if value is not None]


def change(body: Any, changes: dict[Any, Any]) -> None:
    """Merge a change by the hardware into a body in place.

    The keys of a list's change are indexes or the `Name` of items.
    """
    for name, value in changes.items():
        key = _index(body, name) if isinstance(body, list) else name
        if value is REMOVED:
            del body[key]
        elif isinstance(value, dict) and _is_container(body, key):
            change(body[key], value)
        else:
            body[key] = copy_json(value)


def _is_container(body: Any, key: Any) -> bool:
    """Return whether the current value of a key is an object or a list."""
    current = body[key] if isinstance(body, list) else body.get(key)
    return isinstance(current, (dict, list))


def _index(items: list[Any], name: int | str) -> int:
    """Return the index of an item; raise KeyError if no item has the name."""
    if isinstance(name, int):
        return name
    for index, item in enumerate(items):
        if isinstance(item, dict) and item.get("Name") == name:
            return index
    raise KeyError(name)
