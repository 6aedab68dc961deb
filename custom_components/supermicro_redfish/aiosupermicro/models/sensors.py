"""Sensors with a resource of their own, from Gen 14 on (Sensor)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status

_HEADROOM = "Headroom"


@dataclass(frozen=True, kw_only=True)
class SensorResource(Model):
    """A sensor with a resource of its own (Sensor).

    Readings and thresholds have the unit that `reading_units` names; None where
    nothing is measured or no threshold is set.
    """

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    reading: float | None = None
    """As the BMC sent it, whatever the state; None for an absent device."""
    reading_type: str | None = None
    """Temperature, Rotational, Percent, Power, Voltage and others."""
    reading_units: str | None = None
    """By UCUM: Cel, RPM, %, W, V, A, J, Hz, Pa."""
    reading_basis: str | None = None
    """Headroom where the reading is the distance to a limit."""
    reading_range_min: float | None = None
    reading_range_max: float | None = None
    peak_reading: float | None = None
    physical_context: str | None = None
    implementation: str | None = None
    """Synthesized where the BMC calculates the reading."""
    upper_fatal: float | None = json_path("Thresholds/UpperFatal/Reading")
    upper_critical: float | None = json_path("Thresholds/UpperCritical/Reading")
    upper_caution: float | None = json_path("Thresholds/UpperCaution/Reading")
    lower_caution: float | None = json_path("Thresholds/LowerCaution/Reading")
    lower_critical: float | None = json_path("Thresholds/LowerCritical/Reading")
    lower_fatal: float | None = json_path("Thresholds/LowerFatal/Reading")
    sensor_number: int | None = json_path("Oem/Supermicro/SensorNumber")
    sensor_value: str | None = json_path("Oem/Supermicro/SensorValue")
    """What X13 says instead of a reading: "Battery Presence Detected"."""

    @property
    def is_headroom(self) -> bool:
        """Whether the reading is no temperature but the distance to its limit."""
        return self.reading_basis == _HEADROOM
