"""Energy meter that integrates the power readings of a server."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
import time
from typing import Any, Final, Self, override

from homeassistant.helpers.restore_state import ExtraStoredData
from homeassistant.util import dt as dt_util

LONGEST_GAP: Final = 600.0
"""Maximum seconds between two readings that are counted.

It is twice the longest interval that a user can choose.
"""
_SECONDS_PER_HOUR = 3600.0
_WATT_HOURS_PER_KILOWATT_HOUR = 1000.0


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
