"""Telemetry reports: sensors at one time, or one metric over time (MetricReport)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from .base import Model, json_path
from .values import parse_datetime, parse_number

__all__ = ["MetricReport", "MetricValue", "PowerAverage"]


@dataclass(frozen=True, kw_only=True)
class MetricValue(Model):
    """Value of a telemetry report (MetricReport.MetricValues)."""

    metric_id: str | None = None
    """Name of the metric; None on OpenBMC."""
    metric_property: str | None = None
    """Path of the sensor, or of the resource with a JSON pointer to the property."""
    metric_value: str | None = None
    """Value as sent by the BMC; `reading` is the number."""
    timestamp: str | None = None
    """Time by the BMC's clock as sent; `measured_at` is the parsed value."""
    is_stale: bool | None = json_path("Oem/Nvidia/MetricValueStale")
    """Whether the value is not current; None except on OpenBMC."""

    @property
    def reading(self) -> float | None:
        """Value as a number, None for a text such as "nan" (MetricValue)."""
        return parse_number(self.metric_value or "")

    @property
    def measured_at(self) -> datetime | None:
        """End of the measurement by the BMC's clock (Timestamp).

        None if it is missing, malformed or without a UTC offset.
        """
        return parse_datetime(self.timestamp)


@dataclass(frozen=True, kw_only=True)
class MetricReport(Model):
    """Values of many sensors at one time, or of one metric over time (MetricReport)."""

    _valid_with = ("metric_values",)

    id: str | None = None
    name: str | None = None
    definition: str | None = json_path("MetricReportDefinition/@odata.id")
    """Path of the definition, which has the interval."""
    metric_values: tuple[MetricValue, ...] = ()
    """Values as listed: the newest one is first in the reports of X12 and X13."""


@dataclass(frozen=True, kw_only=True)
class PowerAverage:
    """Mean power of the machine over a time in the past, from a report."""

    begin: datetime
    """Begin by the clock of the client, not of the BMC."""
    end: datetime
    """End by the same clock."""
    watts: float

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return (self.end - self.begin).total_seconds()

    @property
    def joules(self) -> float:
        """Energy in joules."""
        return self.watts * self.seconds

    def clip(self, begin: datetime, end: datetime) -> PowerAverage:
        """Return the part between two times, with the same mean power."""
        return replace(self, begin=max(self.begin, begin), end=min(self.end, end))
