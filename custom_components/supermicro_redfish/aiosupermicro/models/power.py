"""Power consumption, voltages and power supplies of a chassis (Power)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .base import Model, accept_published, json_path
from .common import NO_POWER, Sensor, Status
from .enums import Health, State

__all__ = [
    "Battery",
    "Power",
    "PowerControl",
    "PowerLimit",
    "PowerMetrics",
    "PowerSupply",
    "Redundancy",
    "Voltage",
]

_BATTERY = "VBAT"


@dataclass(frozen=True, kw_only=True)
class PowerMetrics(Model):
    """Power consumption in the last interval, in watts (PowerControl.PowerMetrics)."""

    interval_in_min: int | None = None
    """Length of the interval in minutes."""
    min_consumed_watts: float | None = None
    max_consumed_watts: float | None = None
    average_consumed_watts: float | None = None


@dataclass(frozen=True, kw_only=True)
class PowerLimit(Model):
    """Limit of the power consumption (PowerControl.PowerLimit)."""

    limit_in_watts: float | None = json_path("LimitInWatts", sentinels=NO_POWER)
    """Limit in watts; None without a limit."""
    limit_exception: str | None = None
    correction_in_ms: int | None = None
    """Maximum time in milliseconds to return below the limit."""


@dataclass(frozen=True, kw_only=True)
class PowerControl(Model):
    """Power consumption of the machine, in watts (Power.PowerControl)."""

    member_id: str | None = json_path("MemberId", "MemberID")
    name: str | None = None
    status: Status = Status()
    power_consumed_watts: float | None = None
    power_capacity_watts: float | None = json_path(
        "PowerCapacityWatts", sentinels=NO_POWER
    )
    power_allocated_watts: float | None = None
    power_requested_watts: float | None = None
    power_metrics: PowerMetrics = PowerMetrics()
    power_limit: PowerLimit = PowerLimit()

    @property
    def is_valid(self) -> bool:
        """Return whether the power consumption is measured; 0 W is a measurement."""
        return self.power_consumed_watts is not None


@dataclass(frozen=True, kw_only=True)
class Voltage(Sensor):
    """Voltage sensor, in volts (Power.Voltages)."""

    reading_volts: float | None = None
    """Reading as sent by the BMC; `reading` is None if the sensor is not enabled."""

    @property
    def _raw_reading(self) -> float | None:
        return self.reading_volts


@accept_published(
    last_power_output_watts=lambda watts, _: {"power_output_watts": watts}
)
@dataclass(frozen=True, kw_only=True)
class PowerSupply(Model):
    """Power supply, or a fan-only module in its bay (Power.PowerSupplies)."""

    _valid_with = ("status.is_enabled",)

    member_id: str | None = json_path("MemberId", "MemberID")
    name: str | None = None
    status: Status = Status()
    power_supply_type: str | None = None
    sensor_number: int | None = json_path("SensorNumber", "Oem/Supermicro/SensorNumber")
    line_input_voltage_type: str | None = None
    """Voltage type such as ACMidLine; always "Unknown" on X12."""
    line_input_voltage: float | None = None
    """Input voltage in volts; None without mains power."""
    power_capacity_watts: float | None = json_path(
        "PowerCapacityWatts", sentinels=NO_POWER
    )
    """Maximum output in watts; None for a fan-only module."""
    power_input_watts: float | None = None
    power_output_watts: float | None = json_path(
        "PowerOutputWatts", "LastPowerOutputWatts"
    )
    """Output in watts; the key is LastPowerOutputWatts on X10 and X11."""
    model: str | None = None
    manufacturer: str | None = None
    firmware_version: str | None = None
    serial_number: str | None = None
    part_number: str | None = None

    @property
    def last_power_output_watts(self) -> float | None:
        """Output in watts, by the name of the key on X10 and X11."""
        return self.power_output_watts

    @property
    def is_fitted(self) -> bool:
        """Return whether the bay is occupied (Status.State)."""
        return not self.status.is_absent

    @property
    def delivers_power(self) -> bool:
        """Return whether this is a power supply and not a fan-only module.

        A power supply without mains power still reports its capacity or output.
        """
        return (self.power_capacity_watts, self.power_output_watts) != (None, None)

    @property
    def is_available(self) -> bool:
        """Return whether the power supply is enabled (Status.State)."""
        return self.status.is_enabled

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the supply is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy


def _change_status(values: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the keyword `status` with some of its values replaced."""
    return {"status": replace(values.get("status", Status()), **changes)}


@accept_published(
    health=lambda health, values: _change_status(values, health=health),
    state=lambda state, values: _change_status(values, state=state),
)
@dataclass(frozen=True, kw_only=True)
class Battery(Model):
    """CMOS battery of the board (Power.Oem.Supermicro.Battery)."""

    name: str | None = None
    status: Status = Status()
    sensor_number: int | None = None

    @property
    def health(self) -> Health | str | None:
        """Health of the battery (Status.Health)."""
        return self.status.health

    @property
    def state(self) -> State | str | None:
        """State of the battery (Status.State)."""
        return self.status.state

    @property
    def is_valid(self) -> bool:
        """Return whether the state of the battery is known."""
        return self.state not in (None, "Unknown")

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the battery is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class Redundancy(Model):
    """Redundancy of the power supplies.

    From Power.Redundancy or PowerSubsystem.PowerSupplyRedundancy.
    """

    member_id: str | None = None
    name: str | None = None
    mode: str | None = json_path("Mode", "RedundancyType")
    min_num_needed: int | None = json_path("MinNumNeeded", "MinNeededInGroup")
    max_num_supported: int | None = json_path("MaxNumSupported", "MaxSupportedInGroup")
    status: Status = Status()
    """Not reliable: the health is OK even while a power supply is Critical.

    `Power.is_redundant` is computed from the power supplies.
    """


@dataclass(frozen=True, kw_only=True)
class Power(Model):
    """Power consumption, voltages and power supplies of a chassis (Power)."""

    id: str | None = None
    name: str | None = None
    power_control: tuple[PowerControl, ...] = ()
    voltages: tuple[Voltage, ...] = ()
    power_supplies: tuple[PowerSupply, ...] = ()
    redundancy: tuple[Redundancy, ...] = ()
    battery: Battery | None = json_path("Oem/Supermicro/Battery")
    """None on X10, where the battery is the voltage sensor "VBAT"."""

    @property
    def is_valid(self) -> bool:
        """Return whether there is a power consumption or a voltage."""
        return bool(self.power_control or self.voltages)

    @property
    def available_voltages(self) -> list[Voltage]:
        """Voltage sensors with a reading."""
        return [sensor for sensor in self.voltages if sensor.is_available]

    @property
    def available_power_supplies(self) -> list[PowerSupply]:
        """Power supplies that are enabled."""
        return [supply for supply in self.power_supplies if supply.is_available]

    @property
    def total_power_consumed_watts(self) -> float | None:
        """Power consumption of the machine in watts; None if it is not measured.

        A board that cannot read its power supplies reports 0 W and an empty list of
        power supplies. This 0 is not a measurement.
        """
        readings = (control.power_consumed_watts for control in self.power_control)
        watts = next((watts for watts in readings if watts is not None), None)
        return None if watts == 0 and not self.power_supplies else watts

    @property
    def is_redundant(self) -> bool | None:
        """Return whether more power supplies are healthy than the machine needs.

        None if the board reports no redundancy or no power supplies, or if it depends
        on a power supply whose health is unknown.
        """
        needed = self.redundancy[0].min_num_needed if self.redundancy else None
        supplies = [supply for supply in self.power_supplies if supply.delivers_power]
        if needed is None or not supplies:
            return None
        healthy = sum(supply.is_healthy is True for supply in supplies)
        unknown = sum(
            supply.is_healthy is None and supply.is_fitted for supply in supplies
        )
        if healthy > needed:
            return True
        return None if healthy + unknown > needed else False

    @property
    def is_battery_healthy(self) -> bool | None:
        """Return whether the CMOS battery is healthy; None if the health is unknown.

        On X10, and from Gen 14 on, it is the status of the voltage sensor "VBAT".
        """
        if self.battery is not None:
            return self.battery.is_healthy
        sensors = (sensor for sensor in self.voltages if sensor.name == _BATTERY)
        return next((sensor.status.is_healthy for sensor in sensors), None)

    def get_voltage(self, member_id: str) -> Voltage | None:
        """Return the voltage sensor with a MemberId, or None."""
        return next((v for v in self.voltages if v.member_id == member_id), None)

    def get_power_supply(self, member_id: str) -> PowerSupply | None:
        """Return the power supply with a MemberId, or None."""
        return next((p for p in self.power_supplies if p.member_id == member_id), None)
