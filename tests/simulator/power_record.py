"""Record the power like X12 and X13: past averages in three reports.

The shape of the reports is that of the recorded X13. There, all timestamps are whole
intervals before the request, so that the averages seem to end at the request. Whether
they do is unknown: another firmware may keep averages that ended at fixed times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from .resources import ROOT, JsonObject, link

TELEMETRY: Final = f"{ROOT}/TelemetryService"
REPORTS: Final = f"{TELEMETRY}/MetricReports"
_STEP_SECONDS = 10.0
_KINDS = ("Avg", "Min", "Max")


class _Period(NamedTuple):
    """Number and length of the averages of a report."""

    name: str
    seconds: float
    averages: int


PERIODS: Final = (
    _Period("Hour", 300, 12),
    _Period("Day", 3600, 24),
    _Period("Week", 12 * 3600, 14),
)


@dataclass
class PowerRecord:
    """The power of a machine over time, and its record in the BMC."""

    watts_fn: Callable[[float], float]
    """Power by the time of the simulated BMC, in seconds."""
    started: float
    """Time at which the record began."""
    started_at: datetime
    """The true date at that time."""
    power_path: str
    ends: Literal["request", "interval"] = "request"
    """Whether the newest average ends at the request or with its interval."""
    clock_offsets: list[tuple[float, float]] = field(
        default_factory=lambda: [(float("-inf"), 0.0)]
    )
    """Times at which the clock of the BMC was set, and its error since, in seconds."""
    stopped: float = float("inf")
    """Time since which the reports stand still."""
    restarted: float = float("-inf")
    """Time of the last restart of the BMC, before which it has recorded nothing."""
    override: float | None = None
    """Value in the place of all averages."""

    def set_clock(self, now: float, offset: float) -> None:
        """Set the clock of the BMC to the true time plus some seconds."""
        self.clock_offsets.append((now, offset))

    def date(self, time: float, *, shown_at: float | None = None) -> datetime:
        """Return a time by the BMC's clock at that time, or at a later time."""
        reference = time if shown_at is None else shown_at
        offset = [by for since, by in self.clock_offsets if since <= reference][-1]
        return self.started_at + timedelta(seconds=time - self.started + offset)

    def watt_hours(self, begin: float, end: float) -> float:
        """Return the true energy of a time, the integral of the power."""
        steps = max(round((end - begin) / _STEP_SECONDS), 1)
        width = (end - begin) / steps
        return sum(
            self.watts_fn(begin + (step + 0.5) * width) * width / 3600
            for step in range(steps)
        )

    def show(self, path: str, body: JsonObject, now: float) -> None:
        """Replace the values of a resource that this record contains."""
        if path == self.power_path:
            body["PowerControl"][0]["PowerConsumedWatts"] = round(self.watts_fn(now))
        elif "#Manager.v" in str(body.get("@odata.type")):
            text = self.date(now).isoformat(timespec="seconds")
            body["DateTime"] = text.replace("+00:00", "Z")
        elif path.startswith(f"{REPORTS}/Avg"):
            period = next(item for item in PERIODS if path.endswith(item.name))
            body["MetricValues"] = list(self._values(body["Id"], period, now))

    def _values(self, metric: str, period: _Period, now: float) -> Iterator[JsonObject]:
        """Return the averages of a period, the newest one first."""
        now = min(now, self.stopped)
        is_sliding = self.ends == "request"
        newest = now if is_sliding else now - (now - self.started) % period.seconds
        for place in range(period.averages):
            end = newest - place * period.seconds
            begin = end - period.seconds
            if begin < self.restarted:
                return
            watts = self.watt_hours(begin, end) * 3600 / period.seconds
            stamp = self.date(end, shown_at=now if is_sliding else None)
            yield {
                "MetricId": metric,
                "MetricValue": str(
                    round(watts if self.override is None else self.override)
                ),
                "Timestamp": stamp.isoformat(timespec="seconds"),
                "MetricProperty": f"{self.power_path}#/PowerControl/0",
            }


def reports() -> dict[str, JsonObject]:
    """Return the resources of the telemetry service, as X13 has them."""
    ids = [
        f"{kind}PowerConsumption{period.name}" for period in PERIODS for kind in _KINDS
    ]
    members = [link(f"{REPORTS}/{item}") for item in ids]
    return {
        TELEMETRY: {
            "@odata.type": "#TelemetryService.v1_2_1.TelemetryService",
            "@odata.id": TELEMETRY,
            "Id": "TelemetryService",
            "Name": "Telemetry Service",
            "MetricReports": link(REPORTS),
        },
        REPORTS: {
            "@odata.type": "#MetricReportCollection.MetricReportCollection",
            "@odata.id": REPORTS,
            "Name": "Metric Reports",
            "Members": members,
            "Members@odata.count": len(members),
        },
        **{
            f"{REPORTS}/{item}": {
                "@odata.type": "#MetricReport.v1_4_0.MetricReport",
                "@odata.id": f"{REPORTS}/{item}",
                "Id": item,
                "Name": item,
                "MetricValues": [],
            }
            for item in ids
        },
    }
