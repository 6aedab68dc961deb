"""Drives and what they hang on (Storage, Drive, Volume)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .enums import IndicatorLED


@dataclass(frozen=True, kw_only=True)
class StorageController(Model):
    """A controller of drives (StorageController, Storage.StorageControllers)."""

    id: str | None = json_path("Id", "MemberId")
    name: str | None = None
    firmware_version: str | None = None
    status: Status = Status()
    supported_controller_protocols: tuple[str, ...] = ()
    supported_device_protocols: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Storage(Model):
    """A group of drives and their controllers (Storage)."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    status: Status = Status()
    storage_controllers: tuple[StorageController, ...] = ()
    """Empty where the controllers have resources of their own."""

    @property
    def is_healthy(self) -> bool | None:
        """Whether the group is well; None where the BMC does not say."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class Drive(Model):
    """A drive, or an empty bay on OpenBMC (Drive)."""

    id: str | None = None
    name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    revision: str | None = json_path("Revision", "FirmwareVersion")
    """The drive's firmware."""
    status: Status = Status()
    status_indicator: str | None = None
    failure_predicted: bool | None = None
    """True on OpenBMC for a drive that it cannot read: `is_failing` knows better."""
    capacity_bytes: int | None = None
    capable_speed_gbs: float | None = None
    """The fastest link in Gbit/s; 0 in an empty bay of OpenBMC."""
    negotiated_speed_gbs: float | None = None
    """The link in Gbit/s; None on X13, 0 in an empty bay of OpenBMC."""
    media_type: str | None = None
    protocol: str | None = None
    drive_form_factor: str | None = None
    location: str | None = json_path("PhysicalLocation/PartLocation/ServiceLabel")
    """The bay's label; None on X13, where the name tells it."""
    ready_to_remove: bool | None = None
    indicator_led: IndicatorLED | str | None = json_path("IndicatorLED")
    location_indicator_active: bool | None = None
    temperature_celsius: float | None = json_path("Oem/Supermicro/Temperature")
    life_used_percent: float | None = json_path(
        "Oem/Supermicro/PercentageDriveLifeUsed"
    )
    is_functional: bool | None = json_path("Oem/Supermicro/DriveFunctional")

    @property
    def is_healthy(self) -> bool | None:
        """Whether the drive is well; None where the BMC does not say."""
        return self.status.is_healthy

    @property
    def is_failing(self) -> bool | None:
        """Whether the drive says that it will fail.

        None without a drive, or with one that does not tell what it is.
        """
        is_read = self.model is not None and not self.status.is_absent
        return self.failure_predicted if is_read else None


@dataclass(frozen=True, kw_only=True)
class Volume(Model):
    """A volume that a controller made of drives (Volume); on no recorded board."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    capacity_bytes: int | None = None
    raid_type: str | None = json_path("RAIDType")
    volume_type: str | None = None

    @property
    def is_healthy(self) -> bool | None:
        """Whether the volume is well; None where the BMC does not say."""
        return self.status.is_healthy
