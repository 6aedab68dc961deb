"""Read the metric reports that name sensors by path (TelemetryService).

A report of a recorded GB300 contains fifty sensors of all chassis. Its values are
texts. Those that are marked as stale, or whose timestamp stands still, are left out.
Of several values of a sensor, the newest one counts.
The text "nan" is the value of a sensor that measures nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set as AbstractSet
from itertools import islice
from math import inf, isfinite
from time import monotonic, time
from typing import Any

from ..const import (
    MAX_REPORTS,
    METRIC_STALE_SECONDS,
    RETRY_UNAVAILABLE_SECONDS,
    SOURCE_RETRY_SECONDS,
    TELEMETRY_RETRY_SECONDS,
)
from ..exceptions import NotFoundError, ResourceError
from ..models.values import parse_datetime
from ..payload import JsonObject, normalize_path
from ..resources.memory import Memory
from ..resources.reader import ResourceReader
from .report_search import SENSORS, ReportSearch

TELEMETRY = "telemetry"
"""Name of the findings in the memory."""

_REPORTS = "reports"
_FRAGMENTS = ("", "/Reading")
_MAX_EMPTY_READS = 4
"""Maximum number of reads of an empty report between two searches."""


class ReportSource:
    """A metric report with the readings of sensors."""

    def __init__(self, reader: ResourceReader, path: str) -> None:
        """Initialize the source; nothing is read yet."""
        self._reader = reader
        self.path = path
        self.sensors: AbstractSet[str] = frozenset()
        """The paths of all sensors in the last report, also those without a value.

        A report that is temporarily empty keeps the sensors of the last one.
        """
        self.was_used = False
        """Whether it has named a wanted sensor, maybe in an earlier run."""
        self.is_empty = False
        """Whether the last read has shown no metrics at all."""
        self._timestamps: dict[str, tuple[str, float]] = {}
        """The last timestamp of each sensor, and when it was first seen."""

    async def async_read(self) -> dict[str, float | None]:
        """Return the readings; errors as in `ResourceReader.async_get_json`."""
        body = await self._reader.async_get_json(self.path)
        listed = body.get("MetricValues")
        self.is_empty = not (isinstance(listed, list) and listed)
        metrics = _group_metrics(listed if isinstance(listed, list) else ())
        values: dict[str, float | None] = {}
        for path, series in metrics.items():
            if (metric := _select_newest(series)) is None:
                continue
            value, is_number = _parse(metric.get("MetricValue"))
            if is_number and (value is None or not self._is_stale(path, metric)):
                values[path] = value
        self.sensors = metrics.keys() or self.sensors
        return values

    def _is_stale(self, path: str, metric: JsonObject) -> bool:
        """Return whether a value is not of this poll, by its mark or its timestamp."""
        timestamp, now = metric.get("Timestamp"), monotonic()
        last, seen_at = self._timestamps.get(path, (None, now))
        if isinstance(timestamp, str) and timestamp != last:
            self._timestamps[path] = (timestamp, now)
            seen_at = now
        return _is_marked(metric) or now - seen_at > METRIC_STALE_SECONDS


class Telemetry:
    """Find the metric reports of a board that name sensors."""

    def __init__(self, reader: ResourceReader) -> None:
        """Initialize without reports."""
        self._reader = reader
        self.reports: dict[str, ReportSource] = {}
        """The reports that name sensors, by path."""
        self._search = ReportSearch(reader)
        self._unread: list[str] = []
        """The reports that the last search has found, but not read."""
        self._missing_since: dict[str, float] = {}
        """The time since when reports are neither listed nor found."""
        self._empty_reads: Counter[str] = Counter()
        """The number of reads of reports that were empty since the last search."""
        self._search_at = 0.0
        """The time of the next search."""
        self._tried_at = -inf
        """The time of the last call, of which each static read makes two."""

    def reset(self) -> None:
        """Look for reports again, as after an update of the firmware."""
        self.reports.clear()
        self._search = ReportSearch(self._reader)
        self._unread = []
        self._missing_since.clear()
        self._empty_reads.clear()
        self._search_at, self._tried_at = 0.0, -inf

    def export(self) -> dict[str, Any]:
        """Return the reports as JSON, and the time of the next search since 1970."""
        is_due = self._unread or self._search.failed
        seconds = 0.0 if is_due else max(self._search_at - monotonic(), 0.0)
        reports = {path: sorted(item.sensors) for path, item in self.reports.items()}
        return {_REPORTS: reports, "retry_at": round(time() + seconds)}

    def restore(self, exported: Any) -> None:
        """Restore exported reports; malformed ones are ignored."""
        if not isinstance(exported, Mapping):
            return
        reports, retry_at = exported.get(_REPORTS), exported.get("retry_at")
        if not isinstance(reports, Mapping):
            return
        for path, sensors in islice(reports.items(), MAX_REPORTS):
            if isinstance(path, str) and path.startswith("/"):
                report = self.reports[path] = ReportSource(self._reader, path)
                listed = sensors if isinstance(sensors, list) else ()
                report.was_used = True
                report.sensors = {item for item in listed if isinstance(item, str)}
        if isinstance(retry_at, (int, float)):
            seconds = min(retry_at - time(), TELEMETRY_RETRY_SECONDS)
            self._search_at = monotonic() + seconds

    def read_again(self, path: str) -> None:
        """Read a report again with the next static read."""
        if path not in self._unread:
            self._unread.append(path)

    async def async_find_reports(
        self,
    ) -> dict[str, tuple[dict[str, float | None], float]]:
        """Read the reports that were found but not read; search for reports once a day.

        What cannot be read, as while the BMC is starting, is tried again by each call.
        So is an empty report, a few times.
        A call within a minute of the last one does nothing.

        Returns:
            The readings of each report that was found, by its path, and the time of the
            request.

        Raises:
            AuthenticationError: The login was refused.
            ConnectionError: The connection was lost.

        """
        if monotonic() - self._tried_at < SOURCE_RETRY_SECONDS:
            return {}
        self._tried_at = monotonic()
        await self._async_search()
        return await self._async_read_unread()

    async def _async_read_unread(
        self,
    ) -> dict[str, tuple[dict[str, float | None], float]]:
        """Return the readings of the reports that were found but not read."""
        found: dict[str, tuple[dict[str, float | None], float]] = {}
        unread = self._unread
        for path in [*unread]:
            report = self.reports.get(path) or ReportSource(self._reader, path)
            requested_at = monotonic()
            try:
                values = await report.async_read()
            except ResourceError as error:
                if isinstance(error, NotFoundError) and self._unread is unread:
                    self._drop_if_removed(path)
                continue
            if self._unread is not unread:  # reset meanwhile
                return {}
            if self._is_read_again(report):
                continue
            unread.remove(path)
            self._missing_since.pop(path, None)
            if report.sensors:
                self.reports[path] = report
                found[path] = (values, requested_at)
        return found

    def _is_read_again(self, report: ReportSource) -> bool:
        """Return whether to read a report again that was empty since it was found.

        The BMC may not have collected any values yet.
        """
        if report.sensors or not report.is_empty:
            return False
        count = self._empty_reads[report.path] = self._empty_reads[report.path] + 1
        return count < _MAX_EMPTY_READS

    async def _async_search(self) -> None:
        """Find the reports to read, once a day.

        A search that fails is repeated by the next call, and so is the request for each
        definition that could not be read.
        """
        search, is_due = self._search, monotonic() >= self._search_at
        if not is_due and not search.failed:
            return
        try:
            paths = await (search.async_find() if is_due else search.async_retry())
        except ResourceError:
            return
        if self._search is not search:  # reset meanwhile
            return
        if is_due:
            self._unread = []
            self._empty_reads.clear()
            self._search_at = monotonic() + TELEMETRY_RETRY_SECONDS
        self._unread += paths[: MAX_REPORTS - len(self._unread)]
        for path in search.rejected & self.reports.keys():
            del self.reports[path]
        for path in self.reports if search.is_complete else ():
            if path not in search.listed:
                self.read_again(path)

    def _drop_if_removed(self, path: str) -> None:
        """Drop a missing report that the search does not list anymore.

        A BMC that is starting may not list it yet: the search is repeated an hour
        later, and drops the report.
        """
        search = self._search
        if not search.is_complete or path in search.listed:
            self._missing_since.pop(path, None)
            return
        since = self._missing_since.setdefault(path, monotonic())
        if monotonic() - since < RETRY_UNAVAILABLE_SECONDS:
            self._search_at = min(self._search_at, since + RETRY_UNAVAILABLE_SECONDS)
            return
        for found in (self.reports, self._missing_since):
            found.pop(path, None)
        self._unread.remove(path)


def has_reports(memory: Memory) -> bool:
    """Return whether an earlier run has found reports that name sensors."""
    return bool(memory.findings.get(TELEMETRY, {}).get(_REPORTS))


def _group_metrics(listed: Iterable[Any]) -> dict[str, list[JsonObject]]:
    """Group the metrics of a report by the path of their sensor."""
    groups: dict[str, list[JsonObject]] = {}
    for metric in listed:
        if path := _sensor_path(metric):
            groups.setdefault(path, []).append(metric)
    return groups


def _select_newest(metrics: list[JsonObject]) -> JsonObject | None:
    """Return the newest of the metrics of a sensor.

    None if this is unknown: a timestamp is missing or malformed, or there are different
    values at the newest one. Reports list the newest metric first or last.
    """
    if len(metrics) == 1:
        return metrics[0]
    dated = [(parse_datetime(metric.get("Timestamp")), metric) for metric in metrics]
    times = [moment for moment, _ in dated if moment is not None]
    if len(times) < len(dated):
        return None
    latest = max(times)
    newest = [metric for moment, metric in dated if moment == latest]
    is_unique = len({str(metric.get("MetricValue")) for metric in newest}) == 1
    return newest[0] if is_unique else None


def _sensor_path(metric: Any) -> str | None:
    """Return the path of the sensor that a metric measures; None for other metrics."""
    uri = metric.get("MetricProperty") if isinstance(metric, Mapping) else None
    if not isinstance(uri, str) or not uri.startswith("/") or SENSORS not in uri:
        return None
    path, _, fragment = uri.partition("#")
    return normalize_path(path) if fragment in _FRAGMENTS else None


def _parse(value: Any) -> tuple[float | None, bool]:
    """Return the number in a text, None for "nan", and whether it is a number."""
    if isinstance(value, bool):
        return None, False
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None, False
    return (number if isfinite(number) else None), True


def _is_marked(metric: JsonObject) -> bool:
    """Return whether any vendor marks a metric as stale (MetricValueStale)."""
    oem = metric.get("Oem")
    vendors = oem.values() if isinstance(oem, Mapping) else ()
    return any(
        isinstance(vendor, Mapping) and vendor.get("MetricValueStale") is True
        for vendor in vendors
    )
