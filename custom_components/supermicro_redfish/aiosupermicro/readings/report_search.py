"""Find the metric reports whose definition names sensors."""

from __future__ import annotations

from collections.abc import Mapping
import re
from typing import Any

from ..const import MAX_REPORTS
from ..payload import JsonObject, find_link
from ..resources.endpoints import METRIC_REPORT_DEFINITIONS, METRIC_REPORTS
from ..resources.reader import ResourceReader

SENSORS = "/Sensors/"
"""Text in the path of each sensor."""

_POINT = "Point"
"""CollectionTimeScope of a value at one time."""
_NONZERO = re.compile("[1-9]")


class ReportSearch:
    """Search for the metric reports of a board that name sensors."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize without results."""
        self._reader = reader
        self.failed: list[str] = []
        """The definitions that could not be read, other than missing ones."""

    async def async_find(self) -> list[str]:
        """Return the paths of the reports whose definition names sensors.

        Without definitions, these are all reports.

        Raises:
            ResourceError: The search failed.

        """
        paths = await self._reader.members.async_list(METRIC_REPORT_DEFINITIONS)
        definitions = await self._async_read(paths[:MAX_REPORTS])
        if definitions or self.failed:
            return _find_reports(definitions)
        return await self._reader.members.async_list(METRIC_REPORTS)

    async def async_retry(self) -> list[str]:
        """Return the reports of definitions that could not be read before."""
        return _find_reports(await self._async_read(self.failed))

    async def _async_read(self, paths: list[str]) -> list[JsonObject]:
        """Return the definitions that can be read, and record those that fail."""
        members = self._reader.members
        found = await members.async_find(paths)
        self.failed = [path for path in paths if path in members.errors]
        return [*found.values()]


def _find_reports(definitions: list[JsonObject]) -> list[str]:
    """Return the paths of the reports of definitions that name sensors."""
    usable = filter(_names_sensors, definitions)
    return [link for body in usable if (link := find_link(body, "MetricReport"))]


def _names_sensors(definition: JsonObject) -> bool:
    """Return whether a report contains current readings of sensors."""
    metrics = definition.get("Metrics")
    return SENSORS in str(definition.get("MetricProperties")) and not any(
        map(_is_aggregated, metrics if isinstance(metrics, list) else ())
    )


def _is_aggregated(metric: Any) -> bool:
    """Return whether a metric may be a maximum or mean of sensors over a time.

    A metric that does not list its properties may be one of any sensor.
    """
    if not isinstance(metric, Mapping):
        return False
    properties = metric.get("MetricProperties")
    if properties and SENSORS not in str(properties):
        return False
    duration = metric.get("CollectionDuration")
    return (
        bool(metric.get("CollectionFunction"))
        or metric.get("CollectionTimeScope") not in (None, _POINT)
        or (isinstance(duration, str) and bool(_NONZERO.search(duration)))
    )
