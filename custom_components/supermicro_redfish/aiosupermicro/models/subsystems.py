"""Successors of Thermal and Power, from Gen 14 on."""

from __future__ import annotations

from dataclasses import dataclass

from ..payload import normalize_path
from .base import Model, json_path
from .common import NO_POWER, Status
from .enums import Health, is_member
from .power import Redundancy

__all__ = [
    "ControlExcerpt",
    "EnvironmentMetrics",
    "FanResource",
    "LeakDetector",
    "PowerSubsystem",
    "PowerSupplyMetrics",
    "PowerSupplyResource",
    "SensorExcerpt",
    "ThermalMetrics",
]


@dataclass(frozen=True, kw_only=True)
class SensorExcerpt(Model):
    """Excerpt of a Sensor, embedded in another resource.

    The name of the embedding field contains the unit.
    """

    device_name: str | None = None
    data_source_uri: str | None = None
    """Path of the sensor, or of a part of another resource (DataSourceUri)."""
    physical_context: str | None = None
    reading: float | None = None
    """Reading; None if the sensor measures nothing."""
    speed_rpm: float | None = json_path("SpeedRPM")
    """Speed in revolutions per minute, only for fans.

    On OpenBMC also the percentage of a PWM sensor.
    """

    @property
    def has_duty_and_speed(self) -> bool:
        """Whether this is a fan with a duty in percent and a speed."""
        return self.reading is not None and self.speed_rpm is not None

    @property
    def sensor_path(self) -> str | None:
        """Path of the sensor; None for a part of a resource, or without a link."""
        path, _, fragment = (self.data_source_uri or "").partition("#")
        is_sensor = fragment in ("", "/Reading")
        return (normalize_path(path) or None) if is_sensor else None


@dataclass(frozen=True, kw_only=True)
class ControlExcerpt(Model):
    """Excerpt of a Control, embedded in another resource."""

    set_point: float | None = json_path("SetPoint", sentinels=NO_POWER)
    allowable_min: float | None = None
    allowable_max: float | None = None
    control_mode: str | None = None
    reading: float | None = None


@dataclass(frozen=True, kw_only=True)
class ThermalMetrics(Model):
    """Temperatures of a chassis and its components (ThermalMetrics)."""

    id: str | None = None
    name: str | None = None
    temperature_readings_celsius: tuple[SensorExcerpt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EnvironmentMetrics(Model):
    """Fans, power and temperature of a chassis or component (EnvironmentMetrics)."""

    id: str | None = None
    name: str | None = None
    fan_speeds_percent: tuple[SensorExcerpt, ...] = ()
    """Fan speeds; OpenBMC sends `speed_rpm` instead of a percentage."""
    temperature_celsius: SensorExcerpt = SensorExcerpt()
    power_watts: SensorExcerpt = SensorExcerpt()
    energy_joules: SensorExcerpt = SensorExcerpt()
    energy_kwh: SensorExcerpt = json_path("EnergykWh", default=SensorExcerpt())
    power_limit_watts: ControlExcerpt = ControlExcerpt()


@dataclass(frozen=True, kw_only=True)
class LeakDetector(Model):
    """Leak detector of a liquid-cooled machine (LeakDetector)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    detector_state: Health | str | None = None
    """OK, or Warning or Critical while there is a leak."""
    leak_detector_type: str | None = None
    physical_context: str | None = None

    @property
    def is_leaking(self) -> bool | None:
        """Return whether there is a leak (DetectorState); None if it is unknown."""
        is_known = is_member(self.detector_state, Health) and not self.status.is_absent
        return self.detector_state != Health.OK if is_known else None


@dataclass(frozen=True, kw_only=True)
class FanResource(Model):
    """Fan with a resource of its own (Fan); no recorded board has one."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    physical_context: str | None = None
    speed_percent: SensorExcerpt = SensorExcerpt()
    """Speed; the reading is the percentage, `speed_rpm` is optional."""
    model: str | None = None
    manufacturer: str | None = None
    serial_number: str | None = None
    part_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class PowerSubsystem(Model):
    """Power subsystem of a chassis (PowerSubsystem)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    """State Absent on Gen 14 boards that cannot read their power supplies."""
    capacity_watts: float | None = json_path("CapacityWatts", sentinels=NO_POWER)
    """Total capacity in watts; None on boards that cannot read their power supplies."""
    power_supply_redundancy: tuple[Redundancy, ...] = ()
    """Empty on all recorded boards."""


@dataclass(frozen=True, kw_only=True)
class PowerSupplyResource(Model):
    """Power supply with a resource of its own, without its readings (PowerSupply)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    power_supply_type: str | None = None
    power_capacity_watts: float | None = json_path(
        "PowerCapacityWatts", sentinels=NO_POWER
    )
    model: str | None = None
    manufacturer: str | None = None
    firmware_version: str | None = None
    serial_number: str | None = None
    part_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class PowerSupplyMetrics(Model):
    """Readings of a power supply (PowerSupplyMetrics); no recorded board has them."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    input_voltage: SensorExcerpt = SensorExcerpt()
    input_current_amps: SensorExcerpt = SensorExcerpt()
    input_power_watts: SensorExcerpt = SensorExcerpt()
    output_power_watts: SensorExcerpt = SensorExcerpt()
    temperature_celsius: SensorExcerpt = SensorExcerpt()
    fan_speed_percent: SensorExcerpt = SensorExcerpt()
