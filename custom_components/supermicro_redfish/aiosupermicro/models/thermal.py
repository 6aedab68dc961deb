"""Temperatures and fans of a chassis (Thermal)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .base import Model, json_path
from .common import Sensor


def _details(raw: Any) -> list[dict[str, Any]]:
    """Turn an object of names and numbers, sent as texts, into a list."""
    if not isinstance(raw, Mapping):
        return []
    return [{"Name": name, "ReadingCelsius": _float(raw[name])} for name in raw]


def _float(raw: Any) -> float | None:
    """Read a number that was sent as a text."""
    try:
        return float(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class TemperatureDetail(Model):
    """One of several parts that share a temperature sensor (Oem.Supermicro.Details)."""

    name: str | None = None
    reading_celsius: float | None = None


@dataclass(frozen=True, kw_only=True)
class Temperature(Sensor):
    """A temperature sensor, in degrees Celsius (Thermal.Temperatures)."""

    reading_celsius: float | None = None
    """As the BMC sent it; `reading` leaves out what no enabled sensor says."""
    details: tuple[TemperatureDetail, ...] = json_path(
        "Oem/Supermicro/Details", default=(), preprocess=_details
    )
    """Each GPU, memory stack or switch; the sensor itself reads their highest."""

    @property
    def _raw_reading(self) -> float | None:
        return self.reading_celsius


@dataclass(frozen=True, kw_only=True)
class Fan(Sensor):
    """A fan, in revolutions per minute or in percent (Thermal.Fans)."""

    speed: float | None = json_path("Reading")
    """As the BMC sent it; `reading` leaves out what no enabled fan says."""
    reading_units: str | None = None
    """RPM, or Percent for the duty of a PWM output."""
    min_reading_range: float | None = None
    max_reading_range: float | None = None
    """X12 boards say -100 to 100 beside 4900 rpm: not to be relied on."""

    @property
    def is_duty(self) -> bool:
        """Whether the speed is a duty in percent."""
        return self.reading_units in ("Percent", "%")

    @property
    def reading_rpm(self) -> float | None:
        """The speed as the BMC sent it, None where it is a duty."""
        return None if self.is_duty else self.speed

    @property
    def _raw_reading(self) -> float | None:
        return self.speed


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
