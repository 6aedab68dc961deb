"""The case around the board (Chassis)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, at
from .common import Status
from .enums import ChassisType, IndicatorLED, IntrusionSensor, PowerState


@dataclass(frozen=True, kw_only=True)
class PhysicalSecurity(Model):
    """The chassis' intrusion sensor (Chassis.PhysicalSecurity)."""

    intrusion_sensor: IntrusionSensor | str | None = None
    """None where the board has no such sensor."""
    intrusion_sensor_number: int | None = None

    @property
    def is_intruded(self) -> bool | None:
        """Whether the case was opened; None where no sensor would tell."""
        sensor = self.intrusion_sensor
        return None if sensor is None else sensor != IntrusionSensor.NORMAL


@dataclass(frozen=True, kw_only=True)
class ChassisOem(Model):
    """What Supermicro adds to a chassis (Chassis.Oem.Supermicro)."""

    board_serial_number: str | None = None
    board_id: str | None = at("BoardID")


@dataclass(frozen=True, kw_only=True)
class Chassis(Model):
    """The case around the board; its model is the board's (Chassis)."""

    id: str | None = None
    name: str | None = None
    chassis_type: ChassisType | str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    part_number: str | None = None
    power_state: PowerState | str | None = None
    """None on X10 and X11, which do not say."""
    max_power_watts: float | None = None
    status: Status = Status()
    indicator_led: IndicatorLED | str | None = at("IndicatorLED")
    location_indicator_active: bool | None = None
    physical_security: PhysicalSecurity = PhysicalSecurity()
    oem: ChassisOem = at("Oem/Supermicro", default=ChassisOem())

    @property
    def is_intruded(self) -> bool | None:
        """Whether the case was opened; None where no sensor would tell."""
        return self.physical_security.is_intruded

    @property
    def is_healthy(self) -> bool | None:
        """Whether the chassis is well; None where the BMC does not say."""
        return self.status.is_healthy
