"""Temperatures and fans of a chassis (Thermal)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, at
from .common import Sensor


@dataclass(frozen=True, kw_only=True)
class Temperature(Sensor):
    """A temperature sensor, in degrees Celsius (Thermal.Temperatures)."""

    reading_celsius: float | None = None
    """As the BMC sent it; `reading` leaves out what no enabled sensor says."""

    @property
    def _raw_reading(self) -> float | None:
        return self.reading_celsius


@dataclass(frozen=True, kw_only=True)
class Fan(Sensor):
    """A fan, in revolutions per minute (Thermal.Fans)."""

    reading_rpm: int | float | None = at("Reading")
    """As the BMC sent it; `reading` leaves out what no enabled fan says."""
    reading_units: str | None = None
    min_reading_range: float | None = None
    max_reading_range: float | None = None
    """X12 boards say -100 to 100 beside 4900 rpm: not to be relied on."""

    @property
    def _raw_reading(self) -> float | None:
        return self.reading_rpm


@dataclass(frozen=True, kw_only=True)
class Thermal(Model):
    """The temperatures and fans of a chassis (Thermal)."""

    id: str | None = None
    name: str | None = None
    temperatures: tuple[Temperature, ...] = ()
    fans: tuple[Fan, ...] = ()

    @property
    def available_temperatures(self) -> list[Temperature]:
        """The temperature sensors that measure something now."""
        return [sensor for sensor in self.temperatures if sensor.is_available]

    @property
    def available_fans(self) -> list[Fan]:
        """The fans that turn, or could, and are measured now."""
        return [fan for fan in self.fans if fan.is_available]

    def get_temperature(self, member_id: str) -> Temperature | None:
        """Return the temperature sensor with this MemberId, or None."""
        return next((t for t in self.temperatures if t.member_id == member_id), None)

    def get_fan(self, member_id: str) -> Fan | None:
        """Return the fan with this MemberId, or None."""
        return next((fan for fan in self.fans if fan.member_id == member_id), None)
