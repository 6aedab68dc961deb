"""Changing bodies: as a client may by PATCH, and as the hardware does by itself."""

from __future__ import annotations

import copy
from typing import Any, Final

from .messages import Json


class _Removed:
    """The type of REMOVED."""


REMOVED: Final = _Removed()
"""In a change from the hardware's side: the key is no longer there.

None is a value like any other, since a reading may be null."""


def merge(body: Json, patch: Json) -> None:
    """Merge a PATCH into a body, in place: objects merge, all else is replaced."""
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(body.get(key), dict):
            merge(body[key], value)
        else:
            body[key] = copy.deepcopy(value)


def change(body: Any, changes: dict[Any, Any]) -> None:
    """Merge a change from the hardware's side into a body, in place.

    Of a list, the changed items are named by their index or by their Name.
    """
    for name, value in changes.items():
        key = _index(body, name) if isinstance(body, list) else name
        if value is REMOVED:
            del body[key]
        elif isinstance(value, dict) and _is_container(body, key):
            change(body[key], value)
        else:
            body[key] = copy.deepcopy(value)


def _is_container(body: Any, key: Any) -> bool:
    """Whether there is something at a key that a change can go into."""
    current = body[key] if isinstance(body, list) else body.get(key)
    return isinstance(current, (dict, list))


def _index(items: list[Any], name: int | str) -> int:
    """Return where in a list an item is."""
    if isinstance(name, int):
        return name
    for index, item in enumerate(items):
        if isinstance(item, dict) and item.get("Name") == name:
            return index
    raise KeyError(name)
