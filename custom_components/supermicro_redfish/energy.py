"""Energy, counted from the readings of the power."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
import time
from typing import Any, Final, Self, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import callback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity
from homeassistant.util import dt as dt_util

from .aiosupermicro import DynamicData
from .coordinator import SupermicroConfigEntry
from .entity import SupermicroEntity
from .sensor_entity import SupermicroSensorDescription

LONGEST_GAP: Final = 600.0
"""Seconds between two readings that are counted at most.

It is twice the longest interval between two polls that a user can choose.
"""
_SECONDS_AN_HOUR = 3600.0
_WATT_HOURS_A_KILOWATT_HOUR = 1000.0


@dataclass
class EnergyMeter(ExtraStoredData):
    """Adds up power over time.

    Between two readings, the power is taken for the mean of both. Where they are far
    apart, because the BMC or Home Assistant was away, no more than `LONGEST_GAP` is
    counted that way: what was drawn in the rest of the time nobody knows, so it adds to
    the uncounted time, not to the energy.
    """

    watt_hours: float = 0.0
    uncounted_seconds: float = 0.0
    watts: float | None = None
    """The last reading; None before the first one."""
    read_at: float = 0.0
    """When that was, in seconds of any clock that does not run backwards."""

    def count(self, watts: float, now: float) -> None:
        """Take a reading into account; no reading takes energy back."""
        watts = max(watts, 0.0)
        if self.watts is not None:
            elapsed = max(now - self.read_at, 0.0)
            counted = min(elapsed, LONGEST_GAP)
            mean = (self.watts + watts) / 2
            self.watt_hours += mean * counted / _SECONDS_AN_HOUR
            self.uncounted_seconds += elapsed - counted
        self.watts, self.read_at = watts, now

    @property
    def kilowatt_hours(self) -> float:
        """The energy as it is shown, to the watt-hour."""
        return round(self.watt_hours / _WATT_HOURS_A_KILOWATT_HOUR, 3)

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return what is kept over a restart; only the wall clock survives one."""
        ago = time.monotonic() - self.read_at
        read = dt_util.utcnow().timestamp() - ago
        return asdict(self) | {"read_at": dt_util.utc_from_timestamp(read).isoformat()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Go on from what was kept; what is malformed is a new beginning."""
        try:
            read = datetime.fromisoformat(stored["read_at"])
            ago = max((dt_util.utcnow() - read).total_seconds(), 0.0)
            watts = stored["watts"]
            return cls(
                watt_hours=float(stored["watt_hours"]),
                uncounted_seconds=float(stored["uncounted_seconds"]),
                watts=None if watts is None else float(watts),
                read_at=time.monotonic() - ago,
            )
        except KeyError, TypeError, ValueError:
            return cls()


class EnergySensor(SupermicroEntity[Any], SensorEntity, RestoreEntity):
    """The energy that the server has drawn since Home Assistant began to count.

    The host's being off is no gap: then the BMC reports what the standby draws, or 0 W.
    """

    entity_description: SupermicroSensorDescription[Any]
    _unrecorded_attributes = frozenset({"uncounted_hours"})

    def __init__(
        self,
        entry: SupermicroConfigEntry,
        description: SupermicroSensorDescription[Any],
        key: str,
    ) -> None:
        """Begin to count."""
        super().__init__(entry, description, key)
        self._meter = EnergyMeter()

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from where the last run ended, and have every poll counted.

        An entity that gets another id is added a second time; what may be stored under
        that id is another's.
        """
        await super().async_added_to_hass()
        stored = await self.async_get_last_extra_data()
        if stored and self._meter.watts is None:
            self._meter = EnergyMeter.from_dict(stored.as_dict())
        self._count(self.coordinator.data)
        self.async_on_remove(self.coordinator.async_add_read_listener(self._read))

    @property
    @override
    def native_value(self) -> float:
        """The energy in kWh."""
        return self._meter.kilowatt_hours

    @property
    @override
    def extra_state_attributes(self) -> dict[str, float]:
        """The time for which nobody knows what was drawn."""
        return {"uncounted_hours": round(self._meter.uncounted_seconds / 3600, 2)}

    @property
    @override
    def extra_restore_state_data(self) -> EnergyMeter:
        """What is kept over a restart."""
        return self._meter

    @callback
    def _read(self, data: DynamicData) -> None:
        """Count a poll; the poll itself may have brought nothing else that is new."""
        self._count(data)
        self.async_write_ha_state()

    def _count(self, data: DynamicData) -> None:
        """Count what a poll says of the power, if it says anything."""
        power = data.power
        if power and (watts := power.total_power_consumed_watts) is not None:
            self._meter.count(watts, time.monotonic())
