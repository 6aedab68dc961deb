"""Power draw, voltages and power supplies of a chassis (Power)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Sensor, Status
from .enums import Health, State

_BATTERY = "VBAT"


@dataclass(frozen=True, kw_only=True)
class PowerMetrics(Model):
    """Power over the last interval, in watts (PowerControl.PowerMetrics)."""

    interval_in_min: int | None = None
    """The interval's length in minutes."""
    min_consumed_watts: float | None = None
    max_consumed_watts: float | None = None
    average_consumed_watts: float | None = None


@dataclass(frozen=True, kw_only=True)
class PowerLimit(Model):
    """A cap on the power (PowerControl.PowerLimit)."""

    limit_in_watts: float | None = None
    """Watts; None where no limit is set."""
    limit_exception: str | None = None
    correction_in_ms: int | None = None
    """Milliseconds that the system may take to get below the limit."""


@dataclass(frozen=True, kw_only=True)
class PowerControl(Model):
    """The power draw of the machine, in watts (Power.PowerControl)."""

    member_id: str | None = json_path("MemberId", "MemberID")
    name: str | None = None
    status: Status = Status()
    power_consumed_watts: float | None = None
    power_capacity_watts: float | None = None
    power_allocated_watts: float | None = None
    power_requested_watts: float | None = None
    power_metrics: PowerMetrics = PowerMetrics()
    power_limit: PowerLimit = PowerLimit()


@dataclass(frozen=True, kw_only=True)
class Voltage(Sensor):
    """A voltage sensor, in volts (Power.Voltages)."""

    reading_volts: float | None = None
    """As the BMC sent it; `reading` leaves out what no enabled sensor says."""

    @property
    def _raw_reading(self) -> float | None:
        return self.reading_volts


@dataclass(frozen=True, kw_only=True)
class PowerSupply(Model):
    """A power supply, or a fan-only module in its bay (Power.PowerSupplies)."""

    member_id: str | None = json_path("MemberId", "MemberID")
    name: str | None = None
    status: Status = Status()
    power_supply_type: str | None = None
    sensor_number: int | None = json_path("SensorNumber", "Oem/Supermicro/SensorNumber")
    line_input_voltage_type: str | None = None
    """ACMidLine and the like; "Unknown" on X12, with mains or without."""
    line_input_voltage: float | None = None
    """Volts; None without mains."""
    power_capacity_watts: float | None = None
    """What it can deliver; None for a fan-only module."""
    power_input_watts: float | None = None
    power_output_watts: float | None = json_path(
        "PowerOutputWatts", "LastPowerOutputWatts"
    )
    """What it delivers; X10 and X11 call it LastPowerOutputWatts."""
    model: str | None = None
    manufacturer: str | None = None
    firmware_version: str | None = None
    serial_number: str | None = None
    part_number: str | None = None

    @property
    def last_power_output_watts(self) -> float | None:
        """What it delivers, under the name that old boards give it."""
        return self.power_output_watts

    @property
    def is_fitted(self) -> bool:
        """Whether the bay holds anything."""
        return not self.status.is_absent

    @property
    def delivers_power(self) -> bool:
        """Whether this is a supply, with or without mains, and no fan-only module."""
        return (self.power_capacity_watts, self.power_output_watts) != (None, None)

    @property
    def is_available(self) -> bool:
        """Whether the bay holds a supply that works."""
        return self.status.is_enabled

    @property
    def is_valid(self) -> bool:
        """Whether the bay holds a supply that works, as in the published client."""
        return self.status.is_enabled

    @property
    def is_healthy(self) -> bool | None:
        """Whether the supply is well; None where the BMC does not say."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class Battery(Model):
    """The board's CMOS battery (Power.Oem.Supermicro.Battery)."""

    name: str | None = None
    status: Status = Status()
    sensor_number: int | None = None

    @property
    def health(self) -> Health | str | None:
        """How the battery fares."""
        return self.status.health

    @property
    def state(self) -> State | str | None:
        """Whether there is a battery."""
        return self.status.state

    @property
    def is_healthy(self) -> bool | None:
        """Whether the battery is good; None where the board does not say."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class Redundancy(Model):
    """How many power supplies stand in for each other (Power.Redundancy).

    From Power.Redundancy, or PowerSubsystem.PowerSupplyRedundancy.
    """

    member_id: str | None = None
    name: str | None = None
    mode: str | None = json_path("Mode", "RedundancyType")
    min_num_needed: int | None = json_path("MinNumNeeded", "MinNeededInGroup")
    max_num_supported: int | None = json_path("MaxNumSupported", "MaxSupportedInGroup")
    status: Status = Status()
    """OK even while a supply is Critical: `Power.is_redundant` knows better."""


@dataclass(frozen=True, kw_only=True)
class Power(Model):
    """Power draw, voltages and power supplies of a chassis (Power)."""

    id: str | None = None
    name: str | None = None
    power_control: tuple[PowerControl, ...] = ()
    voltages: tuple[Voltage, ...] = ()
    power_supplies: tuple[PowerSupply, ...] = ()
    redundancy: tuple[Redundancy, ...] = ()
    battery: Battery | None = json_path("Oem/Supermicro/Battery")
    """None on X10, where the battery is the voltage "VBAT"."""

    @property
    def available_voltages(self) -> list[Voltage]:
        """The voltage sensors that measure something now."""
        return [sensor for sensor in self.voltages if sensor.is_available]

    @property
    def available_power_supplies(self) -> list[PowerSupply]:
        """The power supplies that are fitted and work."""
        return [supply for supply in self.power_supplies if supply.is_available]

    @property
    def total_power_consumed_watts(self) -> float | None:
        """The machine's power draw in watts, None where nothing measures it.

        A board whose supplies tell it nothing reports 0 W while it runs; with no
        supply in the list, 0 is therefore no measurement.
        """
        measured = (control.power_consumed_watts for control in self.power_control)
        watts = next((watts for watts in measured if watts is not None), None)
        return None if watts == 0 and not self.power_supplies else watts

    @property
    def is_redundant(self) -> bool | None:
        """Whether a power supply may fail without harm.

        None where the board names no redundancy or no supplies.
        """
        needed = self.redundancy[0].min_num_needed if self.redundancy else None
        supplies = [supply for supply in self.power_supplies if supply.delivers_power]
        if needed is None or not supplies:
            return None
        return sum(supply.is_healthy is True for supply in supplies) > needed

    @property
    def is_battery_healthy(self) -> bool | None:
        """Whether the CMOS battery is good; None where the board does not say.

        On X10, and from Gen 14 on, it is the voltage "VBAT".
        """
        if self.battery is not None:
            return self.battery.is_healthy
        known = (sensor for sensor in self.voltages if sensor.name == _BATTERY)
        return next((sensor.status.is_healthy for sensor in known), None)

    def get_voltage(self, member_id: str) -> Voltage | None:
        """Return the voltage sensor with this MemberId, or None."""
        return next((v for v in self.voltages if v.member_id == member_id), None)

    def get_power_supply(self, member_id: str) -> PowerSupply | None:
        """Return the power supply with this MemberId, or None."""
        return next((p for p in self.power_supplies if p.member_id == member_id), None)
