"""Show the readings of sensors in all resources that repeat the readings.

OpenBMC shows one sensor in up to four resources: in itself, in the ThermalMetrics or
EnvironmentMetrics of a chassis, and in metric reports. A recording has each of them at
another time: only a sensor that was changed since is shown with the new reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .resources import JsonObject, normalize_path, resource_type

if TYPE_CHECKING:
    from .bmc import Bmc

_SOURCE = "DataSourceUri"


def show_sensors(bmc: Bmc, body: JsonObject) -> None:
    """Show the current readings of sensors in a body, in place."""
    kind = resource_type(body)
    if kind in ("ThermalMetrics", "EnvironmentMetrics"):
        for excerpt in _excerpts(body):
            if (reading := _changed_reading(bmc, excerpt[_SOURCE])) is not _UNCHANGED:
                excerpt["SpeedRPM" if "SpeedRPM" in excerpt else "Reading"] = reading
    if kind == "MetricReport":
        for value in body.get("MetricValues", ()):
            _show_in_metric(bmc, value)


_UNCHANGED = object()


def _changed_reading(bmc: Bmc, path: str) -> Any:
    """Return the reading of a sensor that has changed since the recording."""
    path = normalize_path(path)
    if path not in bmc.store:
        return _UNCHANGED
    recorded = bmc.board.resources.get(path, {}).get("Reading", _UNCHANGED)
    reading = bmc.store[path].get("Reading", _UNCHANGED)
    return _UNCHANGED if reading == recorded else reading


def _excerpts(value: Any) -> Iterator[JsonObject]:
    """Return all excerpts of sensors in a value."""
    if isinstance(value, list):
        for item in value:
            yield from _excerpts(item)
    elif isinstance(value, dict):
        if isinstance(value.get(_SOURCE), str):
            yield value
        else:
            yield from _excerpts([*value.values()])


def _show_in_metric(bmc: Bmc, value: JsonObject) -> None:
    """Show a reading as text, and let the time of the metric continue.

    A stale metric stands still. The text for a missing reading is "nan".
    """
    path = normalize_path(str(value.get("MetricProperty")))
    if _is_stale(value) or path not in bmc.store:
        return
    reading = _changed_reading(bmc, path)
    if reading is not _UNCHANGED:
        value["MetricValue"] = "nan" if reading is None else f"{reading:.6f}"
    if "Timestamp" in value and bmc.uptime >= 1:
        time = datetime.fromisoformat(value["Timestamp"])
        time += timedelta(seconds=bmc.uptime)
        value["Timestamp"] = time.isoformat(timespec="milliseconds")


def _is_stale(value: JsonObject) -> bool:
    """Return whether a metric is marked as stale."""
    return bool(value.get("Oem", {}).get("Nvidia", {}).get("MetricValueStale"))
