"""Temperatures and fans of a chassis (Thermal)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .base import Model, accept_published, json_path
from .common import Sensor

__all__ = ["Fan", "Temperature", "TemperatureDetail", "Thermal"]


def _list_details(raw: Any) -> list[dict[str, Any]]:
    """Convert an object of names and readings to a list of objects."""
    if not isinstance(raw, Mapping):
        return []
    return [{"Name": name, "ReadingCelsius": raw[name]} for name in raw]


@dataclass(frozen=True, kw_only=True)
class TemperatureDetail(Model):
    """Reading of a device that shares a sensor with others (Oem.Supermicro.Details)."""

    name: str | None = None
    reading_celsius: float | None = None


@dataclass(frozen=True, kw_only=True)
class Temperature(Sensor):
    """Temperature sensor, in degrees Celsius (Thermal.Temperatures)."""

    reading_celsius: float | None = None
    """Reading as sent by the BMC; `reading` is None if the sensor is not enabled."""
    data_source_uri: str | None = None
    """Path of the sensor (DataSourceUri); None in Thermal."""
    details: tuple[TemperatureDetail, ...] = json_path(
        "Oem/Supermicro/Details", default=(), preprocess=_list_details
    )
    """Readings of the GPUs, memory stacks or switches that share the sensor.

    The reading of the sensor is the highest of them.
    """

    @property
    def _raw_reading(self) -> float | None:
        return self.reading_celsius


@accept_published(reading_rpm=lambda speed, _: {"speed": speed})
@dataclass(frozen=True, kw_only=True)
class Fan(Sensor):
    """Fan, in revolutions per minute or in percent (Thermal.Fans)."""

    speed: float | None = json_path("Reading")
    """Reading as sent by the BMC; `reading` is None if the fan is not enabled."""
    reading_units: str | None = None
    """RPM, or Percent for the duty cycle of a PWM output."""
    min_reading_range: float | None = None
    max_reading_range: float | None = None
    """Not reliable: X12 boards send a range of -100 to 100 with a speed of 4900 rpm."""

    @property
    def is_duty(self) -> bool:
        """Return whether the speed is a duty cycle in percent (ReadingUnits)."""
        return self.reading_units in ("Percent", "%")

    @property
    def reading_rpm(self) -> float | None:
        """Speed in revolutions per minute as sent by the BMC; None for a duty cycle."""
        return None if self.is_duty else self.speed

    @property
    def _raw_reading(self) -> float | None:
        return self.speed


@dataclass(frozen=True, kw_only=True)
class Thermal(Model):
    """Temperatures and fans of a chassis (Thermal)."""

    id: str | None = None
    name: str | None = None
    temperatures: tuple[Temperature, ...] = ()
    fans: tuple[Fan, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Return whether there is a temperature sensor or a fan."""
        return bool(self.temperatures or self.fans)

    @property
    def available_temperatures(self) -> list[Temperature]:
        """Temperature sensors with a reading."""
        return [sensor for sensor in self.temperatures if sensor.is_available]

    @property
    def available_fans(self) -> list[Fan]:
        """Fans with a reading; it is 0 for a stopped fan."""
        return [fan for fan in self.fans if fan.is_available]

    def get_temperature(self, member_id: str) -> Temperature | None:
        """Return the temperature sensor with a MemberId, or None."""
        return next((t for t in self.temperatures if t.member_id == member_id), None)

    def get_fan(self, member_id: str) -> Fan | None:
        """Return the fan with a MemberId, or None."""
        return next((fan for fan in self.fans if fan.member_id == member_id), None)
