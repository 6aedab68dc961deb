"""The case around the board and its PCIe devices (Chassis, PCIeDevice)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .enums import ChassisType, IndicatorLED, IntrusionSensor, PowerState


@dataclass(frozen=True, kw_only=True)
class PhysicalSecurity(Model):
    """The chassis' intrusion sensor (Chassis.PhysicalSecurity)."""

    intrusion_sensor: IntrusionSensor | str | None = None
    """None where the board has no such sensor."""
    intrusion_sensor_number: int | None = None
    intrusion_sensor_re_arm: str | None = None
    """Manual where the sensor has to be reset by hand."""

    @property
    def is_intruded(self) -> bool | None:
        """Whether the case was opened; None where no sensor would tell."""
        sensor = self.intrusion_sensor
        return None if sensor is None else sensor != IntrusionSensor.NORMAL


@dataclass(frozen=True, kw_only=True)
class ChassisOem(Model):
    """What Supermicro adds to a chassis (Chassis.Oem.Supermicro)."""

    board_serial_number: str | None = None
    board_id: str | None = json_path("BoardID")
    guid: str | None = json_path("GUID")
    """Its middle carries the BMC's MAC address."""


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
    asset_tag: str | None = None
    power_state: PowerState | str | None = None
    """None on X10 and X11, which do not say."""
    max_power_watts: float | None = None
    status: Status = Status()
    indicator_led: IndicatorLED | str | None = json_path("IndicatorLED")
    location_indicator_active: bool | None = None
    physical_security: PhysicalSecurity = PhysicalSecurity()
    oem: ChassisOem = json_path("Oem/Supermicro", default=ChassisOem())

    @property
    def is_intruded(self) -> bool | None:
        """Whether the case was opened; None where no sensor would tell."""
        return self.physical_security.is_intruded

    @property
    def is_healthy(self) -> bool | None:
        """Whether the chassis is well; None where the BMC does not say."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class PCIeInterface(Model):
    """The link of a PCIe device (PCIeInterface)."""

    pcie_type: str | None = json_path("PCIeType")
    """The generation of the link as it is now, "Gen4"."""
    max_pcie_type: str | None = json_path("MaxPCIeType")
    lanes_in_use: int | None = None
    max_lanes: int | None = None


@dataclass(frozen=True, kw_only=True)
class PCIeSlot(Model):
    """A PCIe slot (PCIeSlots.Slots, PCIeDevice.Slot)."""

    slot_type: str | None = None
    pcie_type: str | None = json_path("PCIeType")
    lanes: int | None = None
    location: str | None = json_path("Location/PartLocation/ServiceLabel")
    """The slot's label."""
    status: Status = Status()


@dataclass(frozen=True, kw_only=True)
class PCIeSlots(Model):
    """The PCIe slots of a chassis (PCIeSlots)."""

    id: str | None = None
    name: str | None = None
    slots: tuple[PCIeSlot, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PCIeDevice(Model):
    """A card, GPU or NVMe drive (PCIeDevice)."""

    id: str | None = None
    name: str | None = None
    """The same for all network cards on X13: the id tells them apart."""
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
    """Empty on every recorded board; PCIeSlots links its devices instead."""
    temperature_celsius: float | None = json_path("Oem/Supermicro/Temperature")
    """Of NVMe drives only."""

    @property
    def is_healthy(self) -> bool | None:
        """Whether the device is well; None where the BMC does not say."""
        return self.status.is_healthy
