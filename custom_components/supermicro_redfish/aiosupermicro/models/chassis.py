"""Chassis and its PCIe devices (Chassis, PCIeDevice)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .enums import ChassisType, IndicatorLED, IntrusionSensor, PowerState, is_member

__all__ = [
    "Chassis",
    "ChassisOem",
    "PCIeDevice",
    "PCIeInterface",
    "PCIeSlot",
    "PCIeSlots",
    "PhysicalSecurity",
]


@dataclass(frozen=True, kw_only=True)
class PhysicalSecurity(Model):
    """Intrusion sensor of the chassis (Chassis.PhysicalSecurity)."""

    intrusion_sensor: IntrusionSensor | str | None = None
    """None on boards without an intrusion sensor."""
    intrusion_sensor_number: int | None = None
    intrusion_sensor_re_arm: str | None = None
    """Manual if the sensor has to be re-armed manually."""

    @property
    def is_intruded(self) -> bool | None:
        """Return whether the chassis was opened (IntrusionSensor); None if unknown."""
        sensor = self.intrusion_sensor
        is_known = is_member(sensor, IntrusionSensor)
        return sensor != IntrusionSensor.NORMAL if is_known else None


@dataclass(frozen=True, kw_only=True)
class ChassisOem(Model):
    """Supermicro's extension of a chassis (Chassis.Oem.Supermicro)."""

    board_serial_number: str | None = None
    board_id: str | None = json_path("BoardID")
    guid: str | None = json_path("GUID")
    """Identifier that contains the BMC's MAC address."""


@dataclass(frozen=True, kw_only=True)
class Chassis(Model):
    """Chassis of the board (Chassis)."""

    id: str | None = None
    name: str | None = None
    chassis_type: ChassisType | str | None = None
    manufacturer: str | None = None
    model: str | None = None
    """Model of the board."""
    serial_number: str | None = None
    part_number: str | None = None
    asset_tag: str | None = None
    power_state: PowerState | str | None = None
    """None on X10 and X11, which do not report it."""
    max_power_watts: float | None = None
    status: Status = Status()
    indicator_led: IndicatorLED | str | None = json_path("IndicatorLED")
    location_indicator_active: bool | None = None
    physical_security: PhysicalSecurity = PhysicalSecurity()
    oem: ChassisOem = json_path("Oem/Supermicro", default=ChassisOem())

    @property
    def is_valid(self) -> bool:
        """Return whether the health is reported, and the type is not "Unknown"."""
        return self.status.health is not None and self.chassis_type != "Unknown"

    @property
    def is_intruded(self) -> bool | None:
        """Return whether the chassis was opened (IntrusionSensor); None if unknown."""
        return self.physical_security.is_intruded

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the chassis is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class PCIeInterface(Model):
    """Link of a PCIe device (PCIeInterface)."""

    pcie_type: str | None = json_path("PCIeType")
    """Current generation of the link, such as "Gen4"."""
    max_pcie_type: str | None = json_path("MaxPCIeType")
    """Highest generation that the device supports."""
    lanes_in_use: int | None = None
    max_lanes: int | None = None


@dataclass(frozen=True, kw_only=True)
class PCIeSlot(Model):
    """PCIe slot (PCIeSlots.Slots, PCIeDevice.Slot)."""

    slot_type: str | None = None
    pcie_type: str | None = json_path("PCIeType")
    lanes: int | None = None
    location: str | None = json_path("Location/PartLocation/ServiceLabel")
    """Label of the slot."""
    status: Status = Status()


@dataclass(frozen=True, kw_only=True)
class PCIeSlots(Model):
    """PCIe slots of a chassis (PCIeSlots)."""

    id: str | None = None
    name: str | None = None
    slots: tuple[PCIeSlot, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PCIeDevice(Model):
    """PCIe card, GPU or NVMe drive (PCIeDevice)."""

    _valid_with = ("model",)

    id: str | None = None
    name: str | None = None
    """Equal for all network cards on X13, where only `id` is unique."""
    description: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    part_number: str | None = None
    device_type: str | None = None
    firmware_version: str | None = None
    status: Status = Status()
    pcie_interface: PCIeInterface = json_path("PCIeInterface", default=PCIeInterface())
    slot: PCIeSlot = PCIeSlot()
    """Empty on all recorded boards; PCIeSlots links to the devices instead."""
    temperature_celsius: float | None = json_path("Oem/Supermicro/Temperature")
    """Degrees Celsius; only for NVMe drives."""

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the device is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy
