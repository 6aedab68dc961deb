"""Compare the members of an expansion with a single read of one of them."""

from __future__ import annotations

from collections.abc import Mapping

from ..models import Status
from ..payload import JsonObject

_IDENTITY = ("Id", "Name", "ReadingType", "ReadingUnits", "ReadingBasis")
"""Properties that are equal however a member is read; State and Health may differ."""
_MAY_DIFFER = {"Status", "@odata.context", "@odata.etag"}
_VALUES = frozenset(("Reading", "DetectorState", "SpeedPercent"))
"""Properties with a value that is measured, or with the sensor of one."""
_COMMON = frozenset(("@odata.type", "Id"))
"""Properties that all members of a collection have if one of them has."""


def is_measured(body: JsonObject) -> bool:
    """Return whether a resource has a value that is measured, or the sensor of one."""
    sensors = (value for value in body.values() if isinstance(value, Mapping))
    return any(not _VALUES.isdisjoint(part) for part in (body, *sensors))


def is_same(expanded: JsonObject, single: JsonObject) -> bool:
    """Return whether a member has all properties, and the same identity and reading.

    Readings move between two requests: they need to be of the same type.
    """
    has_all = single.keys() - _MAY_DIFFER <= expanded.keys()
    is_equal = all(single.get(key) == expanded.get(key) for key in _IDENTITY)
    readings = (single.get("Reading"), expanded.get("Reading"))
    is_number = [isinstance(reading, (int, float)) for reading in readings]
    return has_all and is_equal and is_number[0] == is_number[1]


def is_whole(expanded: JsonObject, single: JsonObject) -> bool:
    """Return whether a member has the usual properties of one that was read singly.

    Members of a kind differ, but each has a type, and a value unless it is absent or
    off. Firmware may send some members whole and truncate the others.
    """
    found = expanded.get("Status")
    status = Status.from_dict(found) if isinstance(found, Mapping) else Status()
    may_lack_value = status.state is not None and not status.is_enabled
    needed = _COMMON if may_lack_value else _COMMON | _VALUES
    return single.keys() & needed <= expanded.keys()
