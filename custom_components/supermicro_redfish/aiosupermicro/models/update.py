"""Firmware and its update (UpdateService, SoftwareInventory)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .base import Model, json_path
from .common import Status, extract_version
from .enums import TransferProtocolType
from .values import parse_datetime

__all__ = ["FirmwareInventory", "UpdateService"]

_NOT_PRESENT = "Not Present"
_STAGED_BIOS = "staging_bios"


@dataclass(frozen=True, kw_only=True)
class UpdateService(Model):
    """Firmware update service (UpdateService)."""

    _valid_with = ()

    id: str | None = None
    name: str | None = None
    status: Status = Status()
    service_enabled: bool | None = None
    http_push_uri: str | None = None
    """None on Supermicro's own firmware, which supports only multipart uploads."""
    multipart_http_push_uri: str | None = None
    max_image_size_bytes: int | None = None
    transfer_protocol_types: tuple[TransferProtocolType | str, ...] = json_path(
        "Actions/#UpdateService.SimpleUpdate/TransferProtocol@Redfish.AllowableValues",
        "TransferProtocol@Redfish.AllowableValues",
        default=(),
    )
    """Empty on all recorded boards; X13 lists them in an ActionInfo."""


@dataclass(frozen=True, kw_only=True)
class FirmwareInventory(Model):
    """Firmware of a component, or an empty slot for one (SoftwareInventory)."""

    _valid_with = ("version",)

    id: str | None = None
    name: str | None = None
    """Not unique: half of the entries on X13 share a name; `id` is unique."""
    description: str | None = None
    version: str | None = None
    """Version as sent by the BMC; `installed_version` is the extracted value."""
    updateable: bool | None = None
    write_protected: bool | None = None
    status: Status = Status()
    """Not reliable: Enabled and OK even if the version is "Not Present"."""
    manufacturer: str | None = None
    release_date: str | None = None
    """Date as sent by the BMC; "T00:00:00Z" on X13 if unknown."""
    software_id: str | None = None
    unique_filename: str | None = json_path("Oem/Supermicro/UniqueFilename")
    """File name of the image; it contains board, date and version."""

    @property
    def is_present(self) -> bool | None:
        """Return whether firmware is present (Version); None if not reported."""
        return None if self.version is None else self.version != _NOT_PRESENT

    @property
    def installed_version(self) -> str | None:
        """Version without its date (Version); None if no firmware is present."""
        return extract_version(self.version) if self.is_present else None

    @property
    def is_staged_bios(self) -> bool:
        """Return whether the next start of the host installs this BIOS (Id)."""
        return (self.id or "").lower() == _STAGED_BIOS

    @property
    def released_at(self) -> datetime | None:
        """Release date at midnight UTC (ReleaseDate); None if it is unknown."""
        return parse_datetime(self.release_date)
