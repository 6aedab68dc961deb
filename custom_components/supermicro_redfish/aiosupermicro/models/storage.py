"""Storage subsystems, drives and volumes (Storage, Drive, Volume)."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Model, json_path
from .common import Status
from .enums import IndicatorLED

__all__ = ["Drive", "Storage", "StorageController", "Volume"]


@dataclass(frozen=True, kw_only=True)
class StorageController(Model):
    """Storage controller (StorageController, Storage.StorageControllers)."""

    id: str | None = json_path("Id", "MemberId")
    name: str | None = None
    firmware_version: str | None = None
    status: Status = Status()
    supported_controller_protocols: tuple[str, ...] = ()
    supported_device_protocols: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Storage(Model):
    """Storage subsystem: drives and their controllers (Storage)."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    status: Status = Status()
    storage_controllers: tuple[StorageController, ...] = ()
    """Empty if the controllers have resources of their own."""

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the subsystem is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy


@dataclass(frozen=True, kw_only=True)
class Drive(Model):
    """Drive, or an empty bay on OpenBMC (Drive)."""

    id: str | None = None
    name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    revision: str | None = json_path("Revision", "FirmwareVersion")
    """Firmware version of the drive."""
    status: Status = Status()
    status_indicator: str | None = None
    failure_predicted: bool | None = None
    """Failure prediction as sent by the BMC.

    OpenBMC sends true for a drive that it cannot read; `is_failing` is None for it.
    """
    capacity_bytes: int | None = None
    capable_speed_gbs: float | None = None
    """Maximum link speed in Gbit/s; 0 for an empty bay on OpenBMC."""
    negotiated_speed_gbs: float | None = None
    """Link speed in Gbit/s; None on X13, 0 for an empty bay on OpenBMC."""
    media_type: str | None = None
    protocol: str | None = None
    drive_form_factor: str | None = None
    location: str | None = json_path("PhysicalLocation/PartLocation/ServiceLabel")
    """Label of the bay; None on X13, where the name contains it."""
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
        """Return whether the drive is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy

    @property
    def is_failing(self) -> bool | None:
        """Return whether the drive predicts its failure (FailurePredicted).

        None for an empty bay, and for a drive that reports no model: the BMC cannot
        read it.
        """
        is_read = self.model is not None and not self.status.is_absent
        return self.failure_predicted if is_read else None


@dataclass(frozen=True, kw_only=True)
class Volume(Model):
    """Volume of a storage controller (Volume); no recorded board has one."""

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    capacity_bytes: int | None = None
    raid_type: str | None = json_path("RAIDType")
    volume_type: str | None = None

    @property
    def is_healthy(self) -> bool | None:
        """Return whether the volume is healthy (Status.Health); None if unknown."""
        return self.status.is_healthy
