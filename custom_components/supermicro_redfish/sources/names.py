"""Names of items, which are inserted in the names of their entities."""

from collections.abc import Mapping
import re
from typing import Any, NamedTuple

from ..models.items import SERIAL_MARK
from ..util import readable_name, shorten_name
from .base import EntitySource

_CHASSIS = re.compile(r"Chassis[ _]\d+[ _](?=.)")
_UNNAMED = "?"
"""Name of an item whose own name consists of markup."""


class ItemName(NamedTuple):
    """Name of an item as a part of a translated text."""

    placeholders: dict[str, str]
    suffix: str | None = ""
    """Suffix of the translation key, None where the item needs no name."""


def name_item[ItemT](
    source: EntitySource[ItemT], key: str, items: Mapping[str, ItemT], part: str
) -> ItemName:
    """Return the name of an item: a number, its label, or the board's name.

    The value of a whole part of the server is named by what it measures.

    Args:
        source: The source of the item.
        key: The key of the item.
        items: All items of the source.
        part: The part of the server that the item belongs to, empty without one.

    """
    for suffix, pattern in source.name_patterns.items():
        if match := pattern.fullmatch(key):
            has_number = bool(match.re.groups)
            number = {"number": shorten_name(match[1])} if has_number else {}
            return ItemName(number, suffix)
    name = _get_unique_label(source, key, items)
    name = name or _remove_chassis(_make_readable(key, items), items)
    name = name.removesuffix(source.name_suffix)
    name = _remove_measure(source.measure_pattern, name, items)
    if part and part in name.replace("_", " "):
        name = name.replace("_", " ").partition(part)[2]
        if not name:
            return ItemName({}, None)
    return ItemName({"name": readable_name(name) or _UNNAMED})


def _get_unique_label[ItemT](
    source: EntitySource[ItemT], key: str, items: Mapping[str, ItemT]
) -> str | None:
    """Return the label of an item, None if others have the same one."""
    if not (label := source.label_fn(items[key])):
        return None
    labels = [source.label_fn(item) for item in items.values()]
    return label if labels.count(label) == 1 else None


def _remove_chassis(name: str, items: Mapping[str, Any]) -> str:
    """Return a name without the chassis at its start, if all items are in it."""
    match = _CHASSIS.match(name)
    if match and all(key.startswith(match[0]) for key in items):
        return name[match.end() :]
    return name


def _remove_measure(
    pattern: re.Pattern[str] | None, name: str, items: Mapping[str, Any]
) -> str:
    """Return a name without the measure and the number of a sensor at its end.

    The number stays if there are several sensors at the same place.
    """
    if pattern is None or not (match := pattern.search(name)):
        return name
    stem = name[: match.start()]
    stems = [pattern.sub("", key) for key in items if key.startswith(stem)]
    has_number = match["number"] and stems.count(stem) > 1
    return f"{stem} ({match['number']})" if has_number else stem


def _make_readable(key: str, items: Mapping[str, Any]) -> str:
    """Return a key, with the item's position instead of a digest."""
    name, mark, _ = key.partition(SERIAL_MARK)
    if not mark:
        return key
    alike = [other for other in items if other.startswith(name + mark)]
    return f"{name}{alike.index(key) + 1}"
