"""Models: static data, privileges, headroom and energy of a server."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
import time
from typing import Any, Final, Self, override

from homeassistant.helpers.restore_state import ExtraStoredData
from homeassistant.util import dt as dt_util

from .aiosupermicro import (
    BulkData,
    Certificate,
    Drive,
    LogEntry,
    Privilege,
    StaticData,
    Thermal,
)

LONGEST_GAP: Final = 600.0
"""Maximum seconds between two readings that are counted.

It is twice the longest interval that a user can choose.
"""
_SECONDS_PER_HOUR = 3600.0
_WATT_HOURS_PER_KILOWATT_HOUR = 1000.0


@dataclass(frozen=True, kw_only=True)
class ServerData(StaticData):
    """Static data of a server; a resource is None if it is missing or failed."""

    drives: tuple[Drive, ...] | None = None
    log_entries: tuple[LogEntry, ...] | None = None
    """Health event log, oldest entry first."""
    certificate: Certificate | None = None
    """Certificate of the BMC's web server."""


class AccessLevel(StrEnum):
    """Extent of the privileges of the BMC account."""

    FULL = "full"
    HOST_ONLY = "host_only"
    BMC_ONLY = "bmc_only"
    READ_ONLY = "read_only"
    RESTRICTED = "restricted"
    """Privileges are unknown, but the BMC has rejected a command."""


_ACCESS_LEVELS = {
    (True, True): AccessLevel.FULL,
    (True, False): AccessLevel.HOST_ONLY,
    (False, True): AccessLevel.BMC_ONLY,
    (False, False): AccessLevel.READ_ONLY,
}
"""Access level by ConfigureComponents and ConfigureManager."""


@dataclass(frozen=True, kw_only=True)
class Privileges(BulkData):
    """Privileges of the BMC account."""

    assigned: frozenset[str] | None = None
    """None if the BMC does not list them, as for an account of a directory."""
    was_refused: bool = False
    """Whether the BMC has rejected a command for a missing privilege."""

    def allow(self, privilege: Privilege) -> bool:
        """Return whether the account has a privilege; assume so if unknown."""
        return self.assigned is None or privilege in self.assigned

    @property
    def are_limited(self) -> bool:
        """Whether the account is known to lack a privilege."""
        return self.assigned is not None and self.access_level is not AccessLevel.FULL

    @property
    def access_level(self) -> AccessLevel | None:
        """Access level of the account, None if unknown."""
        if self.assigned is None:
            return AccessLevel.RESTRICTED if self.was_refused else None
        return _ACCESS_LEVELS[
            Privilege.CONFIGURE_COMPONENTS in self.assigned,
            Privilege.CONFIGURE_MANAGER in self.assigned,
        ]


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """Smallest distance of a temperature to its critical threshold."""

    degrees: float | None = None
    """None if no sensor has both a reading and a threshold."""
    sensor: str | None = None
    """Name of the sensor that is closest to its threshold."""

    @classmethod
    def from_thermal(cls, thermal: Thermal) -> Self:
        """Return the smallest distance to an upper critical threshold.

        Old boards report a threshold of zero if a sensor has none.
        """
        distances = [
            (limit - reading, sensor.name)
            for sensor in thermal.temperatures
            if (limit := sensor.upper_threshold_critical) and limit > 0
            if (reading := sensor.reading) is not None
        ]
        if not distances:
            return cls()
        degrees, name = min(distances, key=lambda distance: distance[0])
        return cls(degrees=degrees, sensor=name)


@dataclass
class EnergyMeter(ExtraStoredData):
    """Integrate power over time.

    The power between two readings is the mean of both. If the BMC or Home Assistant was
    away in between, at most `LONGEST_GAP` is counted that way. The rest of the time is
    added to the uncounted seconds, as its power is unknown.
    """

    watt_hours: float = 0.0
    uncounted_seconds: float = 0.0
    watts: float | None = None
    """Last reading, None before the first one."""
    read_at: float = 0.0
    """Time of the last reading, in seconds of a monotonic clock."""

    def count(self, watts: float, now: float) -> None:
        """Count a reading; a negative one counts as zero."""
        watts = max(watts, 0.0)
        if self.watts is not None:
            elapsed = max(now - self.read_at, 0.0)
            counted = min(elapsed, LONGEST_GAP)
            mean = (self.watts + watts) / 2
            self.watt_hours += mean * counted / _SECONDS_PER_HOUR
            self.uncounted_seconds += elapsed - counted
        self.watts, self.read_at = watts, now

    @property
    def kilowatt_hours(self) -> float:
        """Energy in kWh, rounded to 1 Wh."""
        return round(self.watt_hours / _WATT_HOURS_PER_KILOWATT_HOUR, 3)

    @property
    def uncounted_hours(self) -> float:
        """Time with unknown power, in hours."""
        return round(self.uncounted_seconds / _SECONDS_PER_HOUR, 2)

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return the data to store; the time is that of the wall clock."""
        age = time.monotonic() - self.read_at
        read_at = dt_util.utc_from_timestamp(dt_util.utcnow().timestamp() - age)
        return asdict(self) | {"read_at": read_at.isoformat()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Restore a meter from stored data, or create one if the data is malformed."""
        try:
            read_at = datetime.fromisoformat(stored["read_at"])
            age = max((dt_util.utcnow() - read_at).total_seconds(), 0.0)
            watts = stored["watts"]
            return cls(
                watt_hours=float(stored["watt_hours"]),
                uncounted_seconds=float(stored["uncounted_seconds"]),
                watts=None if watts is None else float(watts),
                read_at=time.monotonic() - age,
            )
        except KeyError, TypeError, ValueError:
            return cls()
