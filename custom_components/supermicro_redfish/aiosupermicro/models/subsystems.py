"""What follows Thermal and Power from Gen 14 on (ThermalSubsystem, PowerSubsystem)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .power import Redundancy


@dataclass(frozen=True, kw_only=True)
class SensorExcerpt(Model):
    """A reading that another resource repeats (excerpt of a Sensor).

    Its unit stands in the name of the field that holds it.
    """

    device_name: str | None = None
    data_source_uri: str | None = None
    """The sensor's path."""
    physical_context: str | None = None
    reading: float | None = None
    """None where nothing is measured."""
    speed_rpm: float | None = json_path("SpeedRPM")
    """Of fans only; on OpenBMC the percentage of a PWM sensor stands here too."""


@dataclass(frozen=True, kw_only=True)
class ControlExcerpt(Model):
    """A set value that another resource repeats (excerpt of a Control)."""

    set_point: float | None = None
    allowable_min: float | None = None
    allowable_max: float | None = None
    control_mode: str | None = None
    reading: float | None = None


@dataclass(frozen=True, kw_only=True)
class ThermalMetrics(Model):
    """The temperatures of a chassis and what is in it (ThermalMetrics)."""

    id: str | None = None
    name: str | None = None
    temperature_readings_celsius: tuple[SensorExcerpt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EnvironmentMetrics(Model):
    """Fans, power and temperature of a chassis or a part (EnvironmentMetrics)."""

    id: str | None = None
    name: str | None = None
    fan_speeds_percent: tuple[SensorExcerpt, ...] = ()
    """OpenBMC gives no percentage but `speed_rpm`, of PWM sensors too."""
    temperature_celsius: SensorExcerpt = SensorExcerpt()
    power_watts: SensorExcerpt = SensorExcerpt()
    energy_joules: SensorExcerpt = SensorExcerpt()
    energy_kwh: SensorExcerpt = json_path("EnergykWh", default=SensorExcerpt())
    power_limit_watts: ControlExcerpt = ControlExcerpt()


@dataclass(frozen=True, kw_only=True)
class FanResource(Model):
    """A fan with a resource of its own (Fan); on no recorded board."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    physical_context: str | None = None
    speed_percent: SensorExcerpt = SensorExcerpt()
    """Its reading is the percentage; it may give `speed_rpm` too."""
    model: str | None = None
    manufacturer: str | None = None
    serial_number: str | None = None
    part_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class PowerSubsystem(Model):
    """The power supply of a chassis (PowerSubsystem)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    """Absent on Gen 14 boards whose power supplies tell nothing."""
    capacity_watts: float | None = None
    """0 where the supplies tell nothing."""
    power_supply_redundancy: tuple[Redundancy, ...] = ()
    """On no recorded board."""


@dataclass(frozen=True, kw_only=True)
class PowerSupplyResource(Model):
    """A power supply with a resource of its own, without its watts (PowerSupply)."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    power_supply_type: str | None = None
    power_capacity_watts: float | None = None
    model: str | None = None
    manufacturer: str | None = None
    firmware_version: str | None = None
    serial_number: str | None = None
    part_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class PowerSupplyMetrics(Model):
    """What a power supply measures (PowerSupplyMetrics); on no recorded board."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    input_voltage: SensorExcerpt = SensorExcerpt()
    input_current_amps: SensorExcerpt = SensorExcerpt()
    input_power_watts: SensorExcerpt = SensorExcerpt()
    output_power_watts: SensorExcerpt = SensorExcerpt()
    temperature_celsius: SensorExcerpt = SensorExcerpt()
    fan_speed_percent: SensorExcerpt = SensorExcerpt()
