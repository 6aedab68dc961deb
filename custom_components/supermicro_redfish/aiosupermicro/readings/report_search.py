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
        self.listed: set[str] = set()
        """The reports that the last search has found."""
        self.rejected: set[str] = set()
        """The reports that have no current readings by their definition."""
        self._has_list = False
        """Whether the BMC has listed its reports or their definitions."""

    @property
    def is_complete(self) -> bool:
        """Whether the last search has found all reports.

        A BMC that is starting may have none of these collections.
        """
        return self._has_list and not self.failed

    async def async_find(self) -> list[str]:
        """Return the paths of the reports whose definition names sensors.

        Without definitions, these are all reports.

        Raises:
            ResourceError: The search failed.

        """
        self.listed, self.rejected, self._has_list = set(), set(), False
        members = self._reader.members
        paths = await members.async_list(METRIC_REPORT_DEFINITIONS)
        reports, has_definitions = await self._async_read(paths[:MAX_REPORTS])
        if not has_definitions:
            reports = await members.async_list(METRIC_REPORTS)
        was_seen = self._reader.availability.was_seen
        self._has_list = any(map(was_seen, (METRIC_REPORT_DEFINITIONS, METRIC_REPORTS)))
        self.listed.update(reports)
        return reports

    async def async_retry(self) -> list[str]:
        """Return the reports of definitions that could not be read before."""
        reports, _ = await self._async_read(self.failed)
        self.listed.update(reports)
        return reports

    async def _async_read(self, paths: list[str]) -> tuple[list[str], bool]:
        """Return the reports of definitions, and whether there is any definition.

        Those that fail are recorded.
        """
        members = self._reader.members
        definitions = await members.async_find(paths)
        self.failed = [path for path in paths if path in members.errors]
        reports = []
        for body in definitions.values():
            if link := find_link(body, "MetricReport"):
                if _names_sensors(body):
                    reports.append(link)
                else:
                    self.rejected.add(link)
        return reports, bool(definitions or self.failed)


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
